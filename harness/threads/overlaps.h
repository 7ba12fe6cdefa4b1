// Which steps of threads overlapped: milestones, since what threads did one after the other says
// little of a map for threads.

#ifndef MAPFUZZ_HARNESS_THREADS_OVERLAPS_H_
#define MAPFUZZ_HARNESS_THREADS_OVERLAPS_H_

#include "harness/run_core.h"
#include "model/concurrent_history.h"

namespace mapfuzz {

// `history.ops` are in the order of their calls. O(operations * those that overlap one of them).
void HitOverlaps(const ConcurrentHistory& history, RunCore& core);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_THREADS_OVERLAPS_H_
