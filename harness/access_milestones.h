// The milestones of an operation on a key: what makes it worth a place in the corpus.
//
// The oracle of the table sees what happened and puts it down as facts; which milestones they hit
// is decided here, for every type of map at once.

#ifndef MAPFUZZ_HARNESS_ACCESS_MILESTONES_H_
#define MAPFUZZ_HARNESS_ACCESS_MILESTONES_H_

#include <cstddef>
#include <cstdint>

#include "harness/access.h"
#include "harness/run_core.h"
#include "harness/subject.h"
#include "model/cost.h"

namespace mapfuzz {

// What there was to see of an operation on a key.
struct KeyFacts {
  const HeaderView& before;
  const HeaderView& after;
  const CostModel::Done& done;
  std::uint64_t hash = 0;
  bool in_old = false;            // the key's old chain had not moved yet
  std::size_t moved_nans = 0;     // NaN in chains that a doubling moved
  std::size_t moved_nans_up = 0;  // of these, with a tophash that sends them to the upper half
  std::size_t pile = 0;           // entries in the key's chains that have the key's hash
  std::size_t longest = 0;        // of the key's chains, in buckets
  bool moved_entries = false;     // a growth moved some
  unsigned slots_before = 8;      // per bucket
  unsigned slots_after = 8;
  bool other_slots = false;   // entries moved to buckets of other slots
  bool once_refused = false;  // the map had refused this insert's key
};
void HitKeyMilestones(const Access& access, const KeyFacts& facts, RunCore& core);

// What there was to see of an operation on a key that met a fault.
struct FaultFacts {
  const HeaderView& before;
  const HeaderView& after;
  FaultKind kind;
  bool growth_was_due = false;  // the operation was to start one
  bool moves = false;           // the operation was to move old chains
  bool had_table = false;       // buckets were allocated before
  std::uint64_t hashes = 0;     // calls of the hasher
};
void HitFaultMilestones(const Access& access, const FaultFacts& facts, RunCore& core);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_ACCESS_MILESTONES_H_
