#include "model/clear_moments.h"

#include <algorithm>
#include <utility>

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

HistoryPart Spread(HistoryPart part) {
  for (HistoryAtom& atom : part.atoms) {
    atom.called = Doubled(atom.called);
    atom.returned = Doubled(atom.returned);
  }
  return part;
}

HistoryPart WithClearAt(HistoryPart part, std::size_t op, const OneMoment& moment) {
  const auto clear = std::find_if(part.atoms.begin(), part.atoms.end(),
                                  [op](const HistoryAtom& atom) { return atom.op == op; });
  HistoryAtom moved = *clear;
  moved.called = moment.called;
  moved.returned = moment.returned;
  const auto position = static_cast<std::size_t>(clear - part.atoms.begin());
  return WithAtom(WithoutAtom(std::move(part), position), moved);
}

}  // namespace mapfuzz
