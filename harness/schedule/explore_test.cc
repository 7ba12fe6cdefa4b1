#include "harness/schedule/explore.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdint>
#include <set>
#include <string>

#include "harness/schedule/testing/both_backends.h"
#include "harness/schedule/testing/code_under_test.h"

namespace mapfuzz {
namespace {

using ExploreTest = BothBackends;
MAPFUZZ_FOR_BOTH_BACKENDS(ExploreTest);

// In how many orders two threads can go through so many stretches each, with so many switches at
// most away from a thread that is not at its end: by trying all.
int Interleavings(int stretches, int preemptions) {
  int count = 0;
  for (std::uint32_t order = 0; order < 1u << (2 * stretches); ++order) {
    if (std::popcount(order) != stretches) continue;
    int done[2] = {};
    int preempted = 0;
    for (int i = 0; i < 2 * stretches; ++i) {
      const std::uint32_t thread = order >> i & 1;
      const bool last = ++done[thread] == stretches;
      if (i + 1 < 2 * stretches && (order >> (i + 1) & 1) != thread && !last) ++preempted;
    }
    if (preempted <= preemptions) ++count;
  }
  return count;
}

struct Explored {
  ExploreResult result;
  std::set<std::string> schedules;
  std::uint64_t bugs = 0;
};

template <class CounterT>
Explored ExploreTwo(ScheduleOptions options, const ExploreOptions& bounds, void (*add)(CounterT&)) {
  options.keep_decisions = true;
  Explored explored;
  std::int32_t value = 0;
  explored.result = Explore(
      bounds,
      [&](const Schedule& schedule) {
        CounterT counter;
        const Threads threads(2, [&] { add(counter); });
        const ScheduleRun run = RunThreads(threads, schedule, options);
        EXPECT_EQ(run.taken, schedule);
        value = counter.value;
        return run;
      },
      [&](const ScheduleRun& run) {
        EXPECT_LE(run.preemptions, bounds.preemptions);
        explored.schedules.insert(ToText(run.taken));
        explored.bugs += value == 2 ? 0 : 1;
        return true;
      });
  return explored;
}

TEST(InterleavingsTest, AreTheBinomialCoefficientIfAllMayBePreempted) {
  EXPECT_EQ(Interleavings(3, 0), 2);
  EXPECT_EQ(Interleavings(3, 99), 20);
  EXPECT_EQ(Interleavings(5, 99), 252);
}

// A load and a store make three stretches of each thread. Thread sanitizer puts a second point to
// either, as they are atomic.
constexpr int kStretches = kUnderTsan ? 5 : 3;

TEST_P(ExploreTest, VisitsEveryInterleavingOfAccessesOnceAndFindsTheBug) {
  if (!kHasAccessPoints) GTEST_SKIP() << "this compiler has no points at loads and stores";
  for (const std::uint32_t bound : {0u, 1u, 2u, 3u, 4u, 99u}) {
    const Explored explored =
        ExploreTwo(Options(), {PointLevel::kAccesses, bound, 1000}, AddByLoadAndStore);
    EXPECT_EQ(explored.result.end, ExploreEnd::kComplete);
    EXPECT_EQ(explored.result.runs,
              static_cast<std::uint64_t>(Interleavings(kStretches, static_cast<int>(bound))));
    EXPECT_EQ(explored.schedules.size(), explored.result.runs);
    EXPECT_EQ(explored.bugs > 0, bound > 0) << bound;
  }
}

// Without contention, two locks and two unlocks make five stretches; who finds the lock taken waits
// and comes back, which makes runs of other lengths.
TEST_P(ExploreTest, FindsALostUpdateAtTheLevelOfLocksWithOnePreemption) {
  for (const std::uint32_t bound : {0u, 1u, 2u}) {
    const Explored explored =
        ExploreTwo(Options(), {PointLevel::kLocks, bound, 10000}, AddLockedTwice);
    EXPECT_EQ(explored.result.end, ExploreEnd::kComplete);
    EXPECT_EQ(explored.schedules.size(), explored.result.runs);
    EXPECT_EQ(explored.bugs > 0, bound > 0) << bound;
  }
}

TEST_P(ExploreTest, FindsNothingInCorrectCode) {
  const Explored explored = ExploreTwo(Options(), {PointLevel::kAccesses, 3, 10000}, AddLocked);
  EXPECT_EQ(explored.result.end, ExploreEnd::kComplete);
  EXPECT_GT(explored.result.runs, 10u);
  EXPECT_EQ(explored.bugs, 0u);
}

TEST_P(ExploreTest, StopsAtTheMostRunsOrWhenTold) {
  EXPECT_EQ(ExploreTwo(Options(), {PointLevel::kLocks, 2, 3}, AddLocked).result.end,
            ExploreEnd::kMaxRuns);
  ScheduleOptions options = Options();
  options.keep_decisions = true;
  LockedCounter counter;
  const ExploreResult result = Explore(
      {},
      [&](const Schedule& schedule) {
        return RunThreads(Threads(2, [&] { AddLocked(counter); }), schedule, options);
      },
      [&](const ScheduleRun&) { return counter.value < 10; });
  EXPECT_EQ(result.end, ExploreEnd::kStopped);
  EXPECT_EQ(result.runs, 5u);
}

TEST_P(ExploreTest, NoticesThreadsThatDoSomethingElseEachTime) {
  ScheduleOptions options = Options();
  options.keep_decisions = true;
  int runs = 0;
  const ExploreResult result = Explore(
      {},
      [&](const Schedule& schedule) {
        LockedCounter counter;
        const int times = runs++ == 0 ? 2 : 1;
        const Threads threads(2, [&] {
          for (int i = 0; i < times; ++i) AddLocked(counter);
        });
        return RunThreads(threads, schedule, options);
      },
      [](const ScheduleRun&) { return true; });
  EXPECT_EQ(result.end, ExploreEnd::kStrayed);
}

}  // namespace
}  // namespace mapfuzz
