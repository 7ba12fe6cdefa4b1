// The moments at which a clear may have deleted all keys.
//
// A clear tells nothing, so it ties the keys of a history together in one way only: it is at the
// same moment for all of them. Once that moment is chosen, each key can be judged by itself again,
// with a delete at that moment (locality, see `history_parts.h`). So the moments are tried one
// after the other, which spares a search over the states of all keys together.
//
// There are few to try. A moment allows more than its neighbour if another operation has been
// called meanwhile, or none has returned yet. So it is enough to look just before each return, or
// production of an iteration, at what has been called by then. If nobody interferes that is one
// moment, and the clear is judged already.

#ifndef MAPFUZZ_MODEL_CLEAR_MOMENTS_H_
#define MAPFUZZ_MODEL_CLEAR_MOMENTS_H_

#include <cstddef>
#include <vector>

#include "model/concurrent_history.h"
#include "model/history_parts.h"

namespace mapfuzz {

// In parts as `Spread` makes them. `returned` is `called`, or `kNever` for what never happened.
struct OneMoment {
  Moment called = 0;
  Moment returned = 0;

  bool operator==(const OneMoment&) const = default;
};

struct ClearMoments {
  std::size_t op = 0;
  std::vector<OneMoment> moments;  // the earliest first
};

// The moments that are worth a try. If the clear never returned, the last is that it never
// happened. O(operations * productions).
ClearMoments MomentsOfClear(const ConcurrentHistory& history, std::size_t op);

// The part with room for a moment between any two: all are doubled.
HistoryPart Spread(HistoryPart part);

// A spread part of one key, which has an atom of the clear `op`, with that atom at this moment.
HistoryPart WithClearAt(HistoryPart part, std::size_t op, const OneMoment& moment);

}  // namespace mapfuzz

#endif  // MAPFUZZ_MODEL_CLEAR_MOMENTS_H_
