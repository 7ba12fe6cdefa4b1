// Linearizability by trying every order, for tests: it shares nothing with the search but the
// history, and does to a `std::map` what the operations say.

#ifndef MAPFUZZ_MODEL_BRUTE_FORCE_LINEARIZABILITY_H_
#define MAPFUZZ_MODEL_BRUTE_FORCE_LINEARIZABILITY_H_

#include <algorithm>
#include <cstddef>
#include <set>
#include <utility>
#include <vector>

#include "model/concurrent_history.h"
#include "model/generated_run.h"

namespace mapfuzz {

inline PlainMap InitialMap(const ConcurrentHistory& history) {
  PlainMap map;
  for (const Entry& entry : history.initial) map[entry.key] = entry.value;
  return map;
}

inline bool Agrees(const KeyAnswer& told, const KeyAnswer& true_answer) {
  return (!told.found || told.found == true_answer.found) &&
         (!told.value || told.value == true_answer.value);
}

// Whether the operation, done now, is answered as it was.
inline bool Agrees(const ConcurrentOp& op, const PlainMap& before, const PlainMap& after) {
  if (op.request.op == MapOp::kIterate) {
    PlainMap produced;
    bool twice = false;
    for (const Production& production : op.answer.produced) {
      const Entry& entry = production.entry;
      twice |= !produced.insert({entry.key, entry.value}).second;
    }
    if (op.returned != kNever) return !twice && produced == before;
    return !twice && std::includes(before.begin(), before.end(), produced.begin(), produced.end());
  }
  if (op.returned == kNever || op.request.op == MapOp::kClear) return true;
  if (op.request.op == MapOp::kSize) return op.answer.size == before.size();
  return Agrees(op.answer.key, Answer(before, op.request, after));
}

// All maps that the operations that are let go can make of this one. A clear may delete some keys.
inline std::set<PlainMap> LooseMaps(const ConcurrentHistory& history, const std::vector<bool>& held,
                                    const PlainMap& map) {
  std::vector<MapRequest> requests;
  for (std::size_t i = 0; i != history.ops.size(); ++i) {
    if (held[i]) continue;
    const MapRequest& request = history.ops[i].request;
    if (request.op == MapOp::kClear) {
      for (KeyId key = 0; key != 4; ++key) requests.push_back({.op = MapOp::kDelete, .key = key});
    } else if (request.op != MapOp::kIterate) {
      requests.push_back(request);
    }
  }
  std::set<PlainMap> maps{map};
  std::vector<PlainMap> open{map};
  while (!open.empty()) {
    const PlainMap from = open.back();
    open.pop_back();
    for (const MapRequest& request : requests) {
      PlainMap to = from;
      Apply(to, request);
      if (maps.insert(to).second) open.push_back(to);
    }
  }
  return maps;
}

// Tries every order of the operations that are held. Where the same were done with the same effect
// it does not try again.
class BruteForce {
 public:
  BruteForce(const ConcurrentHistory& history, const std::vector<bool>& held)
      : history_(history), held_(held), done_(history.ops.size()) {}

  bool Succeeds() { return SucceedsFrom(InitialMap(history_)); }

 private:
  // The productions of an iteration that never returned were seen all the same.
  Moment End(const ConcurrentOp& op) const {
    if (op.returned != kNever || op.answer.produced.empty()) return op.returned;
    return op.answer.produced.back().moment;
  }

  bool IsOpen(std::size_t i) const { return held_[i] && !done_[i]; }

  bool IsNext(std::size_t i) const {
    if (!IsOpen(i)) return false;
    for (std::size_t j = 0; j != done_.size(); ++j) {
      if (IsOpen(j) && End(history_.ops[j]) < history_.ops[i].called) return false;
    }
    return true;
  }

  bool IsDone() const {
    for (std::size_t i = 0; i != done_.size(); ++i) {
      if (IsOpen(i) && End(history_.ops[i]) != kNever) return false;
    }
    return true;
  }

  bool SucceedsFrom(const PlainMap& map) {
    if (IsDone()) return true;
    if (!tried_.emplace(done_, map).second) return false;
    for (const PlainMap& before : LooseMaps(history_, held_, map)) {
      for (std::size_t i = 0; i != done_.size(); ++i) {
        if (!IsNext(i)) continue;
        PlainMap after = before;
        Apply(after, history_.ops[i].request);
        if (!Agrees(history_.ops[i], before, after)) continue;
        done_[i] = true;
        const bool succeeds = SucceedsFrom(after);
        done_[i] = false;
        if (succeeds) return true;
      }
    }
    return false;
  }

  const ConcurrentHistory& history_;
  const std::vector<bool>& held_;
  std::vector<bool> done_;
  std::set<std::pair<std::vector<bool>, PlainMap>> tried_;
};

inline bool BruteForceSucceeds(const ConcurrentHistory& history) {
  return BruteForce(history, std::vector<bool>(history.ops.size(), true)).Succeeds();
}

}  // namespace mapfuzz

#endif  // MAPFUZZ_MODEL_BRUTE_FORCE_LINEARIZABILITY_H_
