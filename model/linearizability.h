// Whether a map kept its word to several threads: a recorded history is linearizable if its
// operations could have happened one after the other, each at one moment between its call and its
// return, with the answers that were given (Herlihy and Wing, 1990). `Promises` says what the map
// promises of operations that see more than one key.
//
// A budget bounds the work. If it is used up the verdict is "undecided", which is not a pass. As
// long as anything is left a key gets what it needs if it leaves nothing to choose.
//
// For people, `FindMinimalPart` names the few operations that contradict each other whatever the
// others did. To leave out an operation is not enough for that: a read of 5 is wrong as soon as the
// write of 5 is left out. So the others are let go instead, see `history_parts.h`. A part that
// fails then is a proof by itself.

#ifndef MAPFUZZ_MODEL_LINEARIZABILITY_H_
#define MAPFUZZ_MODEL_LINEARIZABILITY_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/concurrent_history.h"
#include "model/linearization_search.h"
#include "model/promises.h"

namespace mapfuzz {

struct LinearizabilityOptions {
  Promises promises{};
  // The most configurations that a check or a search for a minimal part enters, in all. Keys share
  // it: a hard one leaves something for the others.
  std::uint64_t node_budget = 1 << 20;
};

struct LinearizabilityResult {
  Linearizability verdict = Linearizability::kLinearizable;
  std::uint64_t nodes = 0;
  // If not linearizable: the first key whose operations alone are not, ...
  std::optional<KeyId> key;
  // ... or the first size that is outside its bounds, ...
  std::optional<std::size_t> size;
  // ... or neither, if all keys had to be looked at together. And the operations of that part in
  // the longest order that could be found; none if it is a clear that has no moment which suits all
  // keys. An operation that works key by key may be there more than once.
  std::vector<std::size_t> longest;
};

LinearizabilityResult CheckLinearizability(const ConcurrentHistory& history,
                                           const LinearizabilityOptions& options = {});

// The same if only the operations of `held`, one bit for each, are held to what they told. What the
// others write may happen at any moment, any number of times, or never; of a value that is added to
// so nothing is known. The fewer are held, the more is linearizable.
LinearizabilityResult CheckHeld(const ConcurrentHistory& history, const std::vector<bool>& held,
                                const LinearizabilityOptions& options = {});

struct MinimalPart {
  std::vector<std::size_t> ops;  // by their calls
  // The history is linearizable as soon as any of `ops` is let go. False if the budget was used up
  // before that was known.
  bool minimal = true;
  std::uint64_t nodes = 0;
};

// The smallest of the minimal parts that were found, one for each key that fails; none unless the
// history is known not to be linearizable. As many checks as there are operations at the failing
// keys. Of several contradictions at one key it is one whose operations were called early.
std::optional<MinimalPart> FindMinimalPart(const ConcurrentHistory& history,
                                           const LinearizabilityOptions& options = {});

}  // namespace mapfuzz

#endif  // MAPFUZZ_MODEL_LINEARIZABILITY_H_
