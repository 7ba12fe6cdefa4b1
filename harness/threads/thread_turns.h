// What each thread did while it was on, told turn by turn: a turn ends where another thread goes
// on.
//
//   t0: put 0 1 -> absent
//       lock shard 0 mutex; load shard 0 flags; store shard 0 flags; 12 elsewhere
//       at point 22, before: store shard 0 count
//   t1: get 0 -> ?
//       ...
//
// What lies in a named part of the map is told by that name. A thread that comes on again begins
// with what it was about to do. Lincheck tells its interleavings likewise.

#ifndef MAPFUZZ_HARNESS_THREADS_THREAD_TURNS_H_
#define MAPFUZZ_HARNESS_THREADS_THREAD_TURNS_H_

#include <span>
#include <string>

#include "harness/schedule/schedule_run.h"
#include "harness/threads/thread_stage.h"

namespace mapfuzz {

// Begins with an empty line. The ranges are those that the trace speaks of. Of long turns the
// beginning and the end, of many turns the last ones.
std::string TurnsText(std::span<const TracePoint> trace, std::span<const NamedRange> ranges,
                      std::span<const Caller::Call> calls);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_THREADS_THREAD_TURNS_H_
