// Changes stacks: saves what a function has to leave as it was, and goes on where another stack was
// left. Some thirty instructions and no system call, which is what ucontext costs for signal masks.

#ifndef MAPFUZZ_HARNESS_SCHEDULE_STACK_SWITCH_H_
#define MAPFUZZ_HARNESS_SCHEDULE_STACK_SWITCH_H_

#include <cstddef>

// Leaves this stack, whose pointer goes into `*left`, for that of `entered`.
extern "C" void mapfuzz_switch_stack(void** left, void* entered);

namespace mapfuzz {

// The pointer of a new stack, for memory that ends at `top`, a multiple of 16. The first switch to
// it calls `entry`, which must not return.
void* NewStack(void* top, void (*entry)());

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_SCHEDULE_STACK_SWITCH_H_
