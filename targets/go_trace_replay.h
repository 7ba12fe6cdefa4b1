// Replays a recording of the real Go map through the `Go119` policy and compares every line.

#ifndef MAPFUZZ_TARGETS_GO_TRACE_REPLAY_H_
#define MAPFUZZ_TARGETS_GO_TRACE_REPLAY_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "harness/go_trace.h"
#include "harness/tape.h"

namespace mapfuzz {

// A map of ours that lives through a trace.
class TraceMap {
 public:
  virtual ~TraceMap() = default;

  // Does `op` as a map would whose next hash seed is `next_hash0`, and returns it with our own
  // answers in place of Go's.
  virtual TraceOp Apply(const TraceOp& op, std::uint32_t next_hash0) = 0;
  virtual TraceState State() const = 0;
  // Both arrays, a bucket a line: tophash bytes, then key=value of the live cells.
  virtual std::string Dump() const = 0;
};

// `path`: Go's look-up for the key type, or the generic one, which must give the same table.
std::unique_ptr<TraceMap> MakeTraceMap(const TraceConfig& config, PathKind path = PathKind::kFast);

struct TraceVerdict {
  std::uint64_t lines = 0;  // compared
  bool exact = true;
  // The first line that differs: the line, Go's answer and state, ours, and our buckets before
  // and after it.
  std::string mismatch;
};

// Throws ParseError if the text is no trace.
TraceVerdict ReplayGoTrace(std::string_view text, std::string_view file_name,
                           PathKind path = PathKind::kFast);

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_GO_TRACE_REPLAY_H_
