#include "model/clear_moments.h"

#include <algorithm>

namespace mapfuzz {
namespace {

// After all that is told, and not needed there.
constexpr OneMoment kNotAtAll = {kNever - 1, kNever};

Moment Doubled(Moment moment) { return moment == kNever ? kNever : 2 * moment; }

// The last call at this moment or before; there is one.
Moment LastCall(const ConcurrentHistory& history, Moment moment) {
  Moment last = 0;
  for (const ConcurrentOp& op : history.ops) {
    if (op.called <= moment) last = std::max(last, op.called);
  }
  return last;
}

// When something must have happened: returns and productions.
std::vector<Moment> Ends(const ConcurrentHistory& history) {
  std::vector<Moment> ends;
  for (const ConcurrentOp& op : history.ops) {
    ends.push_back(op.returned);
    for (const Production& production : op.answer.produced) ends.push_back(production.moment);
  }
  std::erase(ends, kNever);
  std::sort(ends.begin(), ends.end());
  return ends;
}

}  // namespace

ClearMoments MomentsOfClear(const ConcurrentHistory& history, std::size_t op) {
  const ConcurrentOp& clear = history.ops[op];
  ClearMoments result{op, {}};
  for (const Moment end : Ends(history)) {
    if (end < clear.called || end > clear.returned) continue;
    const Moment call = LastCall(history, end);
    const Moment moment = call == end ? 2 * call : 2 * call + 1;
    const OneMoment candidate{moment, moment};
    if (result.moments.empty() || result.moments.back() != candidate) {
      result.moments.push_back(candidate);
    }
  }
  if (clear.returned == kNever) result.moments.push_back(kNotAtAll);
  return result;
}

ConcurrentHistory Spread(ConcurrentHistory history) {
  for (ConcurrentOp& op : history.ops) {
    op.called = Doubled(op.called);
    op.returned = Doubled(op.returned);
    for (Production& production : op.answer.produced) {
      production.moment = Doubled(production.moment);
    }
  }
  return history;
}

ConcurrentHistory WithClearAt(ConcurrentHistory history, std::size_t op, const OneMoment& moment) {
  history.ops[op].called = moment.called;
  history.ops[op].returned = moment.returned;
  return history;
}

}  // namespace mapfuzz
