// Mutation of tapes whose map threads share: what `tape_mutator.h` does with all others.
//
// The edits are those of other tapes, on fewer operations and fewer keys, and two more: an
// operation goes to another thread, and the schedule changes. Seeds are drawn anew most often,
// since blind schedules find as much as any; of an explicit schedule single switches come, go and
// move, as in a search around what is known to fail.

#ifndef MAPFUZZ_HARNESS_SHARED_MUTATOR_H_
#define MAPFUZZ_HARNESS_SHARED_MUTATOR_H_

#include <cstddef>

#include "harness/random.h"
#include "harness/tape.h"
#include "harness/tape_mutator.h"

namespace mapfuzz {

// One edit or a few, or a tape begun afresh. `tape` is canonical and of a shared map, and so is
// what `shape` makes of its configuration.
void MutateShared(Tape& tape, Random& random, std::size_t max_ops, Shape shape);

// Another tape altogether, on the same kind of map.
void StartSharedAfresh(Tape& tape, Random& random, std::size_t max_ops, Shape shape);

// Another schedule: another seed, chance, level or depth, or a switch more, less or elsewhere.
void ChangeSchedule(Schedule& schedule, int threads, Random& random);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_SHARED_MUTATOR_H_
