// Tells a deadlock in words: who waits for what, and who holds it.

#ifndef MAPFUZZ_HARNESS_SCHEDULE_DEADLOCK_H_
#define MAPFUZZ_HARNESS_SCHEDULE_DEADLOCK_H_

#include <span>
#include <string>

#include "harness/schedule/core.h"

namespace mapfuzz {

// "thread 0 waits for mutex A, held by thread 1; thread 1 waits for mutex B, held by thread 0".
// There are no addresses in it: what lies in a named range is called by that ("mutex map+8"), and
// the rest by letters in the order of the text.
std::string DescribeDeadlock(const Core& core, std::span<const NamedRange> ranges);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_SCHEDULE_DEADLOCK_H_
