// Walks through all schedules of a small case that preempt threads at most so many times.
//
// Most bugs of interleaving need few preemptions, however long the run is: Musuvathi and Qadeer,
// "Iterative Context Bounding for Systematic Testing of Multithreaded Programs", PLDI 2007. A
// forced switch, to another thread where one ends, waits or yields, costs nothing, and all choices
// of it are tried. Among two threads with n points each there are about n^bound schedules.

#ifndef MAPFUZZ_HARNESS_SCHEDULE_EXPLORE_H_
#define MAPFUZZ_HARNESS_SCHEDULE_EXPLORE_H_

#include <cstdint>
#include <functional>

#include "harness/schedule.h"
#include "harness/schedule/schedule_run.h"

namespace mapfuzz {

struct ExploreOptions {
  PointLevel level = PointLevel::kLocks;
  std::uint32_t preemptions = 2;  // at most, in one schedule
  std::uint64_t max_runs = 1'000'000;
};

enum class ExploreEnd : std::uint8_t {
  kComplete,  // every schedule within the bound was run, once
  kStopped,   // by `visit`
  kMaxRuns,
  // A run did not go as the one before it had up to where it should differ: what the threads do
  // depends on something else than the schedule, and there is no walk.
  kStrayed,
};

struct ExploreResult {
  ExploreEnd end = ExploreEnd::kComplete;
  std::uint64_t runs = 0;
};

// `run_once` runs the case from its beginning, on fresh state, under the explicit schedule given,
// and with `keep_decisions`. `visit` looks at the run and says whether to go on.
ExploreResult Explore(const ExploreOptions& options,
                      const std::function<ScheduleRun(const Schedule&)>& run_once,
                      const std::function<bool(const ScheduleRun&)>& visit);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_SCHEDULE_EXPLORE_H_
