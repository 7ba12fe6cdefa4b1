// The violations of `harness/violation.h`, committed by the code that drives the maps and compiled
// as it is. A read of poisoned memory reads a slot that `hmap` itself has poisoned.

#ifndef MAPFUZZ_TARGETS_VIOLATIONS_H_
#define MAPFUZZ_TARGETS_VIOLATIONS_H_

#include "harness/violation.h"

namespace mapfuzz {

// Returns if nothing stopped it; then no harm is done that ending the process would not undo.
void CommitViolation(Violation violation);

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_VIOLATIONS_H_
