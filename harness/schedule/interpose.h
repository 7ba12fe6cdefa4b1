// What the functions in `interpose_*.cc` have in common.
//
// They stand in for those of the C library in the whole program. A thread that does not belong to a
// run gets what it would have got without them (`real.h`); one that does never sleeps in the
// system, but waits for its turn.

#ifndef MAPFUZZ_HARNESS_SCHEDULE_INTERPOSE_H_
#define MAPFUZZ_HARNESS_SCHEDULE_INTERPOSE_H_

#include <pthread.h>
#include <time.h>

#include <cstdint>

#include "harness/schedule/core.h"

namespace mapfuzz {

// What a timespec says, in nanoseconds; less than kForever.
std::uint64_t Nanoseconds(const timespec& time);

// Takes a mutex, waiting as long as another thread has it: 0, or what trying it gave.
int LockMutex(Core& core, pthread_mutex_t* mutex);
int UnlockMutex(Core& core, pthread_mutex_t* mutex);

// Takes and lets go of what only the model knows of.
void TakeOnce(Core& core, const void* once);
void ReleaseOnce(Core& core, const void* once);

// Do nothing. Who calls them makes the linker take the files they are in from the library; it would
// not for functions that sanitizers define as well.
void LinkPoints();
void LinkAtomics();
void LinkLocks();
void LinkWaits();
void LinkThreads();

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_SCHEDULE_INTERPOSE_H_
