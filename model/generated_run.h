// Concurrent histories for tests and benchmarks: threads that run one at a time, in an order that
// is drawn, with a map that keeps its promises. An operation takes effect at a moment of its own
// between call and return; one that promises something of each key alone, at one for each key.

#ifndef MAPFUZZ_MODEL_GENERATED_RUN_H_
#define MAPFUZZ_MODEL_GENERATED_RUN_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "model/concurrent_history.h"

namespace mapfuzz {

// A number in [0, limit).
using Draw = std::function<std::uint32_t(std::uint32_t limit)>;

struct RunPlan {
  int threads = 3;
  int ops = 2;  // of each thread
  KeyId keys = 2;
  std::uint32_t there_one_in = 3;  // keys are there before: one in so many
  Value values = 3;                // written are 1 to `values`
  std::uint32_t first_op = 0;      // operations are drawn from [first_op, last_op]
  std::uint32_t last_op = kMapOps - 1;
  bool key_by_key = false;         // clear and iterate
  std::uint32_t stops_one_in = 0;  // an operation stays without return; 0: none
};

// A map that is told, and tells, all there is to tell.
using PlainMap = std::map<KeyId, Value>;

inline KeyAnswer Answer(const PlainMap& before, const MapRequest& request, const PlainMap& after) {
  const auto old = before.find(request.key);
  KeyAnswer answer;
  answer.found = old != before.end();
  if (*answer.found) answer.value = old->second;
  if (Compares(request.op)) {
    return {.found = answer.value == request.expected};
  }
  if (request.op == MapOp::kInsert || request.op == MapOp::kAdd)
    answer.value = after.at(request.key);
  if (request.op == MapOp::kPut) answer = {};
  return answer;
}

// Does it, on one key or, of a clear, on all.
inline void Apply(PlainMap& map, const MapRequest& request) {
  const auto entry = map.find(request.key);
  const bool found = entry != map.end();
  switch (request.op) {
    case MapOp::kPut:
    case MapOp::kSwap:
      map[request.key] = request.value;
      break;
    case MapOp::kInsert:
      map.try_emplace(request.key, request.value);
      break;
    case MapOp::kDelete:
      map.erase(request.key);
      break;
    case MapOp::kCompareAndSwap:
      if (found && entry->second == request.expected) entry->second = request.value;
      break;
    case MapOp::kCompareAndDelete:
      if (found && entry->second == request.expected) map.erase(entry);
      break;
    case MapOp::kAdd:
      map[request.key] += request.value;
      break;
    case MapOp::kClear:
      map.clear();
      break;
    case MapOp::kGet:
    case MapOp::kSize:
    case MapOp::kIterate:
      break;
  }
}

class GeneratedRun {
 public:
  GeneratedRun(const RunPlan& plan, Draw draw)
      : plan_(plan), draw_(std::move(draw)), recorder_(Initial()) {}

  ConcurrentHistory Run() {
    std::vector<Thread> threads(static_cast<std::size_t>(plan_.threads));
    for (std::vector<std::size_t> able = Able(threads); !able.empty(); able = Able(threads)) {
      const std::size_t thread = able[draw_(static_cast<std::uint32_t>(able.size()))];
      Go(static_cast<int>(thread), threads[thread]);
    }
    return recorder_.history();
  }

 private:
  struct Thread {
    int ops = 0;  // called
    bool stopped = false;
    std::optional<std::size_t> op;  // the one it is in
    MapRequest request;
    int steps = 0;  // of the operation, still to be made
    KeyAnswer answer;
    std::uint64_t size = 0;
  };

  std::vector<Entry> Initial() {
    std::vector<Entry> entries;
    for (KeyId key = 0; key != plan_.keys; ++key) {
      if (draw_(plan_.there_one_in) != 0) continue;
      entries.push_back({key, 1});
      map_[key] = 1;
    }
    return entries;
  }

  std::vector<std::size_t> Able(const std::vector<Thread>& threads) const {
    std::vector<std::size_t> able;
    for (std::size_t i = 0; i != threads.size(); ++i) {
      const Thread& thread = threads[i];
      if (!thread.stopped && (thread.op || thread.ops != plan_.ops)) able.push_back(i);
    }
    return able;
  }

  // One event: a call, a step, or a return.
  void Go(int number, Thread& thread) {
    if (!thread.op) {
      thread.request = DrawRequest();
      thread.op = recorder_.OnCall(number, thread.request);
      ++thread.ops;
      thread.steps = IsKeyByKey(thread.request.op) ? static_cast<int>(plan_.keys) : 1;
      return;
    }
    if (plan_.stops_one_in != 0 && draw_(plan_.stops_one_in) == 0) {
      thread.stopped = true;
      return;
    }
    if (thread.steps-- != 0) return Step(thread);
    Return(thread);
    thread.op.reset();
  }

  bool IsKeyByKey(MapOp op) const {
    return plan_.key_by_key && (op == MapOp::kClear || op == MapOp::kIterate);
  }

  MapRequest DrawRequest() {
    MapRequest request;
    request.op = static_cast<MapOp>(plan_.first_op + draw_(plan_.last_op - plan_.first_op + 1));
    if (!HasKey(request.op)) return request;
    request.key = draw_(plan_.keys);
    request.value = 1 + draw_(static_cast<std::uint32_t>(plan_.values));
    if (Compares(request.op))
      request.expected = 1 + draw_(static_cast<std::uint32_t>(plan_.values));
    return request;
  }

  void Step(Thread& thread) {
    const KeyId first = IsKeyByKey(thread.request.op) ? static_cast<KeyId>(thread.steps) : 0;
    const KeyId last = IsKeyByKey(thread.request.op) ? first : plan_.keys - 1;
    if (thread.request.op == MapOp::kClear) {
      for (KeyId key = first; key <= last; ++key) map_.erase(key);
    } else if (thread.request.op == MapOp::kIterate) {
      for (KeyId key = first; key <= last; ++key) {
        if (map_.count(key) != 0) recorder_.OnEntry(*thread.op, {key, map_[key]});
      }
    } else {
      const PlainMap before = map_;
      Apply(map_, thread.request);
      if (HasKey(thread.request.op)) thread.answer = Answer(before, thread.request, map_);
      thread.size = map_.size();
    }
  }

  void Return(const Thread& thread) {
    if (thread.request.op == MapOp::kSize) {
      recorder_.OnReturnOfSize(*thread.op, thread.size);
    } else if (HasKey(thread.request.op)) {
      recorder_.OnReturn(*thread.op, thread.answer);
    } else {
      recorder_.OnReturn(*thread.op);
    }
  }

  const RunPlan plan_;
  const Draw draw_;
  PlainMap map_;
  HistoryRecorder recorder_;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_MODEL_GENERATED_RUN_H_
