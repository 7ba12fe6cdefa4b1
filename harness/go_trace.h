// Recordings of the real Go map: one operation a line, its result, and the state after it.
//
// The format is told in `corpus/go-traces/README.md`. Reading one needs no map; replaying it is
// the part of whoever has one.

#ifndef MAPFUZZ_HARNESS_GO_TRACE_H_
#define MAPFUZZ_HARNESS_GO_TRACE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/subject.h"
#include "harness/tape.h"

namespace mapfuzz {

// The types recorded: uint64 to uint64, uint64 to pointer (which makes Go wipe old buckets), and
// float64 to uint64.
enum class TraceType : std::uint8_t { kU64, kU64Pointer, kF64 };

struct TraceConfig {
  TraceType type = TraceType::kU64;
  HashKind hash = HashKind::kGood;
  std::int64_t hint = 0;
};

// Every line of a trace has a digest of the whole table, so that tables are small.
inline constexpr std::int64_t kMaxTraceHint = 1 << 20;

enum class TraceOpKind : std::uint8_t { kMake, kPut, kDel, kGet, kBegin, kNext, kClear };

// An operation and what Go answered. Keys are the key's 64 bits.
struct TraceOp {
  TraceOpKind kind = TraceOpKind::kMake;
  std::uint64_t key = 0;
  std::uint64_t value = 0;     // put: to store
  std::uint32_t iterator = 0;  // begin, next
  std::uint64_t start = 0;     // begin: bucket
  unsigned offset = 0;         // begin: slot
  // get, begin, next: an entry was found, and which.
  bool found = false;
  std::uint64_t found_key = 0;
  std::uint64_t found_value = 0;
};

// The state after an operation.
struct TraceState {
  HeaderView header;
  std::uint64_t nan_calls = 0;  // NaN hash calls so far
  std::uint64_t digest = 0;     // of every bucket of both arrays

  friend bool operator==(const TraceState&, const TraceState&) = default;
};

struct TraceLine {
  int number = 0;  // in the file, from 1
  std::string text;
  TraceOp op;
  TraceState state;
};

struct GoTrace {
  TraceConfig config;
  std::vector<TraceLine> lines;
};

// The first line of every trace.
inline constexpr std::string_view kGoTraceMagic = "# go-trace v1";

// Throws ParseError, which names file, line and column.
GoTrace ParseGoTrace(std::string_view text, std::string_view file_name);

// The same operations as a tape, under the exact policy, with the map that the recording made. What
// a write writes is the tape's own. Nothing if a tape cannot say it: keys are its ids, and it has
// no more than four iterators.
std::optional<Tape> TapeOf(const GoTrace& trace);

// A state in the words of the format: "count flags B noverflow hash0 nevacuate growing pool
// nancalls | digest".
std::string StateText(const TraceState& state);

// The running digest of buckets: FNV-1a over 64 bits.
class TraceDigest {
 public:
  void Byte(std::uint8_t byte) { digest_ = (digest_ ^ byte) * 0x100000001b3; }
  // Little-endian.
  void Word(std::uint64_t word, int bytes) {
    for (int i = 0; i < bytes; ++i) Byte(static_cast<std::uint8_t>(word >> (8 * i)));
  }
  std::uint64_t value() const { return digest_; }

 private:
  std::uint64_t digest_ = 0xcbf29ce484222325;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_GO_TRACE_H_
