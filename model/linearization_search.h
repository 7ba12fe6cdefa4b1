// The search for an order in which the atoms of a part could have happened, one after the other:
// the algorithm of Wing and Gong ("Testing and Verifying Concurrent Objects", 1993) with Lowe's
// memory of configurations ("Testing for Linearizability", 2017). It is depth first: of the atoms
// that no other one precedes, take one that fits the state. A configuration (which atoms have been
// taken, and the state) that was left without success is not entered again. A read that fits is
// taken at once, and nothing else is tried in its place: it changes nothing, so it could be moved
// to here in any order that is found.

#ifndef MAPFUZZ_MODEL_LINEARIZATION_SEARCH_H_
#define MAPFUZZ_MODEL_LINEARIZATION_SEARCH_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/history_parts.h"

namespace mapfuzz {

enum class Linearizability : std::uint8_t {
  kLinearizable,
  kNotLinearizable,
  kUndecided,  // the budget was used up
};

struct LinearizationSearch {
  Linearizability verdict = Linearizability::kUndecided;
  // Positions of atoms: the order that was found, or else the longest that was tried, the first of
  // these.
  std::vector<std::size_t> order;
  std::uint64_t nodes = 0;  // configurations entered
};

// Enters at most `budget` configurations; those of a first way, which tries nothing else, count
// only if it led to the end. The same part gives the same result everywhere. Needs no stack; and
// memory for (atoms / 64 + 2 * keys) words per node, unless the first way led to the end. Time per
// node is O(atoms that are concurrent + keys), and O(atoms) if an operation never returned.
LinearizationSearch SearchLinearization(const HistoryPart& part, std::uint64_t budget);

}  // namespace mapfuzz

#endif  // MAPFUZZ_MODEL_LINEARIZATION_SEARCH_H_
