// Mutation of single operations.
//
// Keys are rather those that the tape already uses, and their neighbours: an operation on a key
// that was never put does little. Counts lie near the sizes at which the table of the configuration
// grows.

#ifndef MAPFUZZ_HARNESS_OP_MUTATOR_H_
#define MAPFUZZ_HARNESS_OP_MUTATOR_H_

#include <vector>

#include "harness/random.h"
#include "harness/tape.h"

namespace mapfuzz {

// An operation that likes the keys of `ops`.
Op RandomOp(const std::vector<Op>& ops, const Config& config, Random& random);

// One operand of `op`, if it has any: a little more or less, at a limit, or drawn anew.
void ChangeOperandOf(Op& op, const std::vector<Op>& ops, const Config& config, Random& random);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_OP_MUTATOR_H_
