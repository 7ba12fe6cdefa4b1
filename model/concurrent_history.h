// What threads did with one map: which operations they called, when, and what they were told.
//
// A moment is a position in the run's order of events, in which every call and every return is an
// event of its own. There is no clock: a scheduler that lets one thread run at a time numbers the
// events as they come, threads that run freely draw the numbers from one atomic counter, just
// before a call and just after its return.
//
// One operation precedes another if it returned before the other was called. An operation that
// never returned (its thread was stopped by a failure, or waits for ever) may have happened, at any
// moment after its call, or not. One that failed is recorded likewise, or not at all if the map
// promises that then nothing has happened.

#ifndef MAPFUZZ_MODEL_CONCURRENT_HISTORY_H_
#define MAPFUZZ_MODEL_CONCURRENT_HISTORY_H_

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/entry.h"

namespace mapfuzz {

using Moment = std::uint64_t;
inline constexpr Moment kNever = std::numeric_limits<Moment>::max();

enum class MapOp : std::uint8_t {
  kGet,
  kPut,               // insert or overwrite
  kInsert,            // only if absent: try_emplace, LoadOrStore
  kDelete,            // erase, LoadAndDelete
  kSwap,              // put, and tell what was there
  kCompareAndSwap,    // put if the key is there with the expected value
  kCompareAndDelete,  // delete if the key is there with the expected value
  kAdd,               // add the argument to the value, which is 0 if the key is absent
  kSize,
  kClear,
  kIterate,
};
inline constexpr int kMapOps = 11;

// Indexed by MapOp.
inline constexpr std::string_view kMapOpNames[kMapOps] = {
    "get", "put", "try", "del", "exchange", "cas", "casdel", "add", "size", "clear", "iterate"};

// Whether the operation is about one key.
constexpr bool HasKey(MapOp op) { return op < MapOp::kSize; }

// Whether it compares the value that is there with the expected one.
constexpr bool Compares(MapOp op) {
  return op == MapOp::kCompareAndSwap || op == MapOp::kCompareAndDelete;
}

// What a thread asked for. Unused fields are zero.
struct MapRequest {
  MapOp op = MapOp::kGet;
  KeyId key = 0;
  Value value = 0;     // put, insert, swap, cas: what to write; add: what to add
  Value expected = 0;  // cas, cad
  // What the caller calls it, if that is not the operation's own name.
  std::string_view name{};

  friend bool operator==(const MapRequest&, const MapRequest&) = default;
};

// What the map told of one key. A map need not tell everything: what is missing is not checked.
struct KeyAnswer {
  // Whether the key was there before; of cas and cad: with the expected value. These two always
  // tell it.
  std::optional<bool> found{};
  // After insert and add the value that is there now, with all others the one that was.
  std::optional<Value> value{};

  friend bool operator==(const KeyAnswer&, const KeyAnswer&) = default;
};

// An entry that an iteration came to, and the moment by which it had it.
struct Production {
  Entry entry{};
  Moment moment = kNever;

  friend bool operator==(const Production&, const Production&) = default;
};

struct MapAnswer {
  KeyAnswer key{};                     // of operations on one key
  std::uint64_t size = 0;              // size
  std::vector<Production> produced{};  // iterate, of one that never returned too
  bool stopped = false;                // iterate: it was left before its end

  friend bool operator==(const MapAnswer&, const MapAnswer&) = default;
};

struct ConcurrentOp {
  int thread = 0;
  Moment called = 0;
  Moment returned = kNever;
  MapRequest request{};
  MapAnswer answer{};  // only productions count in an operation that never returned

  friend bool operator==(const ConcurrentOp&, const ConcurrentOp&) = default;
};

struct ConcurrentHistory {
  std::vector<Entry> initial{};  // what the map held before the threads began, each key once
  std::vector<ConcurrentOp> ops{};

  friend bool operator==(const ConcurrentHistory&, const ConcurrentHistory&) = default;
};

// Writes a history while threads run one at a time. Operations are numbered by their calls.
class HistoryRecorder {
 public:
  explicit HistoryRecorder(std::vector<Entry> initial = {}) { history_.initial = initial; }

  // The number of the operation.
  std::size_t OnCall(int thread, const MapRequest& request);
  // An iteration came to an entry.
  void OnEntry(std::size_t op, const Entry& entry);
  // The answer is that of an operation on one key.
  void OnReturn(std::size_t op, const KeyAnswer& answer = {});
  void OnReturnOfSize(std::size_t op, std::uint64_t size);
  // An iteration was left before its end.
  void OnStop(std::size_t op);

  const ConcurrentHistory& history() const { return history_; }

 private:
  ConcurrentOp& Return(std::size_t op);

  ConcurrentHistory history_;
  Moment next_ = 0;
};

// The numbers of the operations, in the order of their calls.
std::vector<std::size_t> OpsByCall(const ConcurrentHistory& history);

// "insert 3 17 -> absent 17", "get 3 -> 17", "cas 3 17 18 -> false", "iterate -> 3:17 4:12 end",
// "put 3 18 -> ?" if it never returned.
std::string OpText(const ConcurrentOp& op);

}  // namespace mapfuzz

#endif  // MAPFUZZ_MODEL_CONCURRENT_HISTORY_H_
