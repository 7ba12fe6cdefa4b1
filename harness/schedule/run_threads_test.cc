#include "harness/schedule/run_threads.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/schedule/testing/both_backends.h"
#include "harness/schedule/testing/code_under_test.h"

namespace mapfuzz {
namespace {

constexpr PointLevel kLocks = PointLevel::kLocks;
constexpr PointLevel kAccesses = PointLevel::kAccesses;

using RunThreadsTest = BothBackends;
MAPFUZZ_FOR_BOTH_BACKENDS(RunThreadsTest);

// So many threads that each do this so many times.
Threads Times(int threads, int times, const std::function<void()>& what) {
  return Threads(static_cast<std::size_t>(threads), [times, what] {
    for (int i = 0; i < times; ++i) what();
  });
}

void ExpectSameRun(const ScheduleRun& a, const ScheduleRun& b) {
  EXPECT_EQ(a.end, b.end);
  EXPECT_EQ(a.taken, b.taken);
  EXPECT_EQ(a.points, b.points);
  EXPECT_EQ(a.steps, b.steps);
  EXPECT_EQ(a.switches, b.switches);
  EXPECT_EQ(a.preemptions, b.preemptions);
  EXPECT_EQ(a.deadlock, b.deadlock);
  EXPECT_EQ(a.trace, b.trace);
}

std::vector<Schedule> SomeSchedules(PointLevel level) {
  std::vector<Schedule> schedules = {ExplicitSchedule(level, {{2, 1}, {5, 0}, {7, 2}})};
  for (std::uint32_t seed = 0; seed < 4; ++seed) {
    for (std::uint8_t chance_log = 1; chance_log <= 5; chance_log += 2) {
      schedules.push_back(RandomSchedule(level, seed, chance_log));
    }
    schedules.push_back(PctSchedule(level, seed, 4, 60));
  }
  return schedules;
}

TEST_P(RunThreadsTest, TheSameScheduleGivesTheSameRun) {
  for (const PointLevel level : {kLocks, kAccesses}) {
    for (const Schedule& schedule : SomeSchedules(level)) {
      const auto run = [&] {
        LockedCounter counter;
        return Run(Times(3, 4, [&] { AddLockedTwice(counter); }), schedule);
      };
      const ScheduleRun first = run();
      ASSERT_FALSE(first.IsBlind());
      for (int i = 0; i < 5; ++i) ExpectSameRun(first, run());
    }
  }
}

TEST_P(RunThreadsTest, TheScheduleTakenGivesTheSameRun) {
  for (const PointLevel level : {kLocks, kAccesses}) {
    for (const Schedule& schedule : SomeSchedules(level)) {
      LockedCounter counter;
      const Threads threads = Times(3, 4, [&] { AddLockedTwice(counter); });
      const ScheduleRun run = Run(threads, schedule);
      const std::int32_t value = counter.value;
      EXPECT_EQ(run.taken.kind, ScheduleKind::kExplicit);
      counter.value = 0;
      const ScheduleRun again = Run(threads, ParseSchedule(ToText(run.taken), "taken"));
      ExpectSameRun(run, again);
      EXPECT_EQ(counter.value, value);
      EXPECT_EQ(again.untaken, 0u);
    }
  }
}

TEST_P(RunThreadsTest, BothBackendsGoTheSameWay) {
  for (const Schedule& schedule : SomeSchedules(kLocks)) {
    const auto run = [&](BackendKind backend) {
      ScheduleOptions options = Options();
      options.backend = backend;
      LockedCounter counter;
      return RunThreads(Times(3, 4, [&] { AddLockedTwice(counter); }), schedule, options);
    };
    ExpectSameRun(run(BackendKind::kFibers), run(BackendKind::kThreads));
  }
}

TEST_P(RunThreadsTest, SeedsGiveDifferentRuns) {
  std::set<std::string> taken;
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    LockedCounter counter;
    const ScheduleRun run =
        Run(Times(2, 4, [&] { AddLocked(counter); }), RandomSchedule(kLocks, seed, 1));
    taken.insert(ToText(run.taken));
  }
  EXPECT_GT(taken.size(), 15u);
}

TEST_P(RunThreadsTest, FindsAnUpdateLostBetweenTwoLocksAndReplaysIt) {
  int lost = 0;
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    LockedCounter counter;
    const Threads threads = Times(2, 1, [&] { AddLockedTwice(counter); });
    const ScheduleRun run = Run(threads, RandomSchedule(kLocks, seed, 2));
    if (counter.value == 2) continue;
    ++lost;
    counter.value = 0;
    Run(threads, run.taken);
    EXPECT_EQ(counter.value, 1);
  }
  EXPECT_GT(lost, 0);
  EXPECT_LT(lost, 100);
}

TEST_P(RunThreadsTest, FindsAnUpdateLostBetweenLoadAndStoreAndReplaysIt) {
  if (!kHasAccessPoints) GTEST_SKIP() << "this compiler has no points at loads and stores";
  int lost = 0;
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    AtomicCounter counter;
    const Threads threads = Times(2, 1, [&] { AddByLoadAndStore(counter); });
    const ScheduleRun run = Run(threads, RandomSchedule(kAccesses, seed, 2));
    EXPECT_FALSE(run.IsBlind());
    if (counter.value == 2) continue;
    ++lost;
    counter.value = 0;
    Run(threads, run.taken);
    EXPECT_EQ(counter.value, 1);
  }
  EXPECT_GT(lost, 0);
  EXPECT_LT(lost, 100);
}

TEST_P(RunThreadsTest, ALockNeverLosesAnUpdate) {
  for (const PointLevel level : {kLocks, kAccesses}) {
    for (std::uint32_t seed = 0; seed < 50; ++seed) {
      LockedCounter counter;
      const ScheduleRun run =
          Run(Times(3, 3, [&] { AddLocked(counter); }), RandomSchedule(level, seed, 1));
      EXPECT_EQ(run.end, RunEnd::kFinished);
      EXPECT_GT(run.switches, 0u);
      EXPECT_EQ(counter.value, 9);
    }
  }
}

TEST_P(RunThreadsTest, WithoutASwitchThreadsRunOneAfterTheOther) {
  LockedCounter counter;
  const ScheduleRun run =
      Run(Times(3, 2, [&] { AddLocked(counter); }), ExplicitSchedule(kLocks, {}));
  EXPECT_TRUE(run.taken.switches.empty());
  EXPECT_EQ(run.switches, 2u);
  EXPECT_EQ(run.preemptions, 0u);
  // Two calls of two points in each of three threads, and the choices at the start and at two ends.
  EXPECT_EQ(run.met, 12u);
  EXPECT_EQ(run.points, 15u);
  std::string order;
  for (const TracePoint& point : run.trace) {
    if (!IsAccess(point.kind)) order += static_cast<char>('0' + point.thread);
  }
  EXPECT_EQ(order, "000001111122222");
}

TEST_P(RunThreadsTest, CountsSwitchesThatCouldNotBeTaken) {
  LockedCounter counter;
  const ScheduleRun run = Run(Times(2, 1, [&] { AddLocked(counter); }),
                              ExplicitSchedule(kLocks, {{0, 7}, {1, 1}, {99, 0}}));
  EXPECT_EQ(run.untaken, 2u);
  EXPECT_EQ(run.preemptions, 1u);
}

TEST_P(RunThreadsTest, ARunThatMeetsNoPointIsCalledBlind) {
  int touched = 0;
  const Threads threads = {[&] { touched = 1; }};
  const ScheduleRun run = Run(threads, RandomSchedule(kAccesses, 1, 1));
  EXPECT_EQ(touched, 1);
  EXPECT_EQ(run.end, RunEnd::kFinished);
  EXPECT_TRUE(run.IsBlind());
}

TEST_P(RunThreadsTest, TheStepLimitEndsASpinAndTheNextRunIsAsGoodAsNew) {
  static std::atomic<std::int32_t> never{0};
  for (const PointLevel level : {kLocks, kAccesses}) {
    ScheduleOptions options = Options();
    options.step_limit = 500;
    const Threads threads = {[] { SpinAndYieldUntil(never, 1); },
                             [] { SpinAndYieldUntil(never, 2); }};
    const Schedule schedule = RandomSchedule(level, 1, 3);
    const ScheduleRun run = RunThreads(threads, schedule, options);
    EXPECT_EQ(run.end, RunEnd::kStepLimit);
    EXPECT_EQ(run.steps, 501u);
    LockedCounter counter;
    EXPECT_EQ(Run(Times(3, 3, [&] { AddLocked(counter); }), schedule).end, RunEnd::kFinished);
    EXPECT_EQ(counter.value, 9);
  }
}

TEST_P(RunThreadsTest, TheStepLimitEndsASpinThatMeetsAccessesOnly) {
  if (!kHasAccessPoints) GTEST_SKIP() << "this compiler has no points at loads and stores";
  static std::atomic<std::int32_t> never{0};
  for (const PointLevel level : {kLocks, kAccesses}) {
    ScheduleOptions options = Options();
    options.step_limit = 500;
    const Threads threads = {[] { SpinUntil(never, 1); }};
    EXPECT_EQ(RunThreads(threads, ExplicitSchedule(level, {}), options).end, RunEnd::kStepLimit);
  }
}

TEST_P(RunThreadsTest, AThreadThatSpinsLetsOthersGoOnInTheEnd) {
  if (!kHasAccessPoints) GTEST_SKIP() << "this compiler has no points at loads and stores";
  std::atomic<std::int32_t> value{0};
  const Threads threads = {[&] { SpinUntil(value, 1); }, [&] { ChangeAndNotify(value, 1); }};
  for (const Schedule& schedule :
       {ExplicitSchedule(kAccesses, {}), PctSchedule(kAccesses, 1, 1, 100)}) {
    value = 0;
    const ScheduleRun run = Run(threads, schedule);
    EXPECT_EQ(run.end, RunEnd::kFinished);
    value = 0;
    ExpectSameRun(run, Run(threads, run.taken));
  }
}

TEST_P(RunThreadsTest, RefusesWhatItCannotRun) {
  const Schedule schedule = ExplicitSchedule(kLocks, {});
  const Threads one = {[] {}};
  EXPECT_THROW(Run({}, schedule), std::invalid_argument);
  EXPECT_THROW(Run(Threads(kMaxThreads + 1, [] {}), schedule), std::invalid_argument);
  for (const std::uint32_t limit : {0u, kMaxStepLimit + 1}) {
    ScheduleOptions options = Options();
    options.step_limit = limit;
    EXPECT_THROW(RunThreads(one, schedule, options), std::invalid_argument);
  }
  bool refused = false;
  const Threads nested = {[&] {
    try {
      Run(one, schedule);
    } catch (const std::logic_error&) {
      refused = true;
    }
  }};
  Run(nested, schedule);
  EXPECT_TRUE(refused);
  EXPECT_EQ(Run(one, schedule).end, RunEnd::kFinished);
}

}  // namespace
}  // namespace mapfuzz
