// Words to write concurrent histories by hand, for tests: `Put({0, 1, 4}, 7, 70)` is what thread 0
// called at moment 1 and came back from at 4, `Put({0, 1}, 7, 70)` what it never came back from.

#ifndef MAPFUZZ_MODEL_HISTORY_WORDS_H_
#define MAPFUZZ_MODEL_HISTORY_WORDS_H_

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "model/concurrent_history.h"

namespace mapfuzz::words {

struct Span {
  int thread;
  Moment called;
  Moment returned = kNever;
};

using MaybeValue = std::optional<Value>;
inline constexpr std::nullopt_t kAbsent = std::nullopt;

inline ConcurrentOp Make(const Span& span, const MapRequest& request, const KeyAnswer& answer) {
  return {.thread = span.thread,
          .called = span.called,
          .returned = span.returned,
          .request = request,
          .answer = {.key = answer}};
}

inline KeyAnswer Was(MaybeValue value) { return {.found = value.has_value(), .value = value}; }

inline ConcurrentOp Get(Span span, KeyId key, MaybeValue was) {
  return Make(span, {.op = MapOp::kGet, .key = key}, Was(was));
}
inline ConcurrentOp Put(Span span, KeyId key, Value value) {
  return Make(span, {.op = MapOp::kPut, .key = key, .value = value}, {});
}
// `now` is the value that is there afterwards.
inline ConcurrentOp Insert(Span span, KeyId key, Value value, bool found, Value now) {
  return Make(span, {.op = MapOp::kInsert, .key = key, .value = value},
              {.found = found, .value = now});
}
inline ConcurrentOp Inserted(Span span, KeyId key, Value value) {
  return Insert(span, key, value, false, value);
}
inline ConcurrentOp Delete(Span span, KeyId key, MaybeValue was) {
  return Make(span, {.op = MapOp::kDelete, .key = key}, Was(was));
}
inline ConcurrentOp Swap(Span span, KeyId key, Value value, MaybeValue was) {
  return Make(span, {.op = MapOp::kSwap, .key = key, .value = value}, Was(was));
}
inline ConcurrentOp Cas(Span span, KeyId key, Value expected, Value value, bool done) {
  return Make(span,
              {.op = MapOp::kCompareAndSwap, .key = key, .value = value, .expected = expected},
              {.found = done});
}
inline ConcurrentOp Cad(Span span, KeyId key, Value expected, bool done) {
  return Make(span, {.op = MapOp::kCompareAndDelete, .key = key, .expected = expected},
              {.found = done});
}
inline ConcurrentOp Add(Span span, KeyId key, Value value, Value now) {
  return Make(span, {.op = MapOp::kAdd, .key = key, .value = value}, {.value = now});
}
inline ConcurrentOp Size(Span span, std::uint64_t size) {
  ConcurrentOp op = Make(span, {.op = MapOp::kSize}, {});
  op.answer.size = size;
  return op;
}
inline ConcurrentOp Clear(Span span) { return Make(span, {.op = MapOp::kClear}, {}); }
// The moments of productions are those of the return unless they are given.
inline ConcurrentOp Iterate(Span span, std::vector<Production> produced) {
  ConcurrentOp op = Make(span, {.op = MapOp::kIterate}, {});
  op.answer.produced = std::move(produced);
  return op;
}
inline ConcurrentOp Stopped(ConcurrentOp iterate) {
  iterate.answer.stopped = true;
  return iterate;
}

}  // namespace mapfuzz::words

#endif  // MAPFUZZ_MODEL_HISTORY_WORDS_H_
