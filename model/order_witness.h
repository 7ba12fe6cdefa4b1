// What orders that a search has found show beyond the verdict. A search for each further question
// would cost far more than the first one did. But an order is only one of those that there may be:
// what it does not show may be possible all the same.

#ifndef MAPFUZZ_MODEL_ORDER_WITNESS_H_
#define MAPFUZZ_MODEL_ORDER_WITNESS_H_

#include <cstddef>
#include <vector>

#include "model/history_parts.h"

namespace mapfuzz {

// Of the atoms of a part, by their positions: what `LinearizationSearch` found.
using AtomOrder = std::vector<std::size_t>;

// What somebody who asked for a key could have been told.
struct Presence {
  bool there = false;
  bool not_there = false;
};

// Of who asked between these moments. `key` is a position in the part's keys. Shows nothing if an
// operation on the key was let go. O(atoms).
Presence PresenceIn(const HistoryPart& part, const AtomOrder& order, std::size_t key, Moment called,
                    Moment returned);

// Whether each clear can have deleted all keys at one moment. There is one part for each key, and
// an order for each part. O(atoms of all parts).
bool ShowClearsAtOneMoment(const ConcurrentHistory& history, const std::vector<HistoryPart>& parts,
                           const std::vector<AtomOrder>& orders);

}  // namespace mapfuzz

#endif  // MAPFUZZ_MODEL_ORDER_WITNESS_H_
