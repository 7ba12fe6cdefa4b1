#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <mutex>
#include <string>

#include "harness/schedule/run_threads.h"
#include "harness/schedule/testing/both_backends.h"
#include "harness/schedule/testing/code_under_test.h"

namespace mapfuzz {
namespace {

using PointsTest = BothBackends;
MAPFUZZ_FOR_BOTH_BACKENDS(PointsTest);

// "load 4 counter+4 at 1", one line a point but the end.
std::string TraceText(const ScheduleRun& run, const ScheduleOptions& options) {
  std::string text;
  for (const TracePoint& point : run.trace) {
    if (point.kind == PointKind::kEnd) continue;
    text += std::string(kPointKindNames[static_cast<int>(point.kind)]) + " " +
            std::to_string(point.size) + " ";
    if (point.range >= 0) {
      text += std::string(options.ranges[static_cast<std::size_t>(point.range)].name) + "+" +
              std::to_string(point.offset);
    }
    text += " at " + std::to_string(point.point) + "\n";
  }
  return text;
}

TEST_P(PointsTest, ALoadAndAStoreAreTracedByTheirPlaces) {
  if (!kHasAccessPoints) GTEST_SKIP() << "this compiler has no points at loads and stores";
  PlainCounter counter;
  const NamedRange ranges[] = {{"counter", &counter, sizeof(counter)}};
  ScheduleOptions options = Options();
  options.ranges = ranges;
  const Threads threads = {[&] { AddPlain(counter); }};
  const ScheduleRun run = RunThreads(threads, ExplicitSchedule(PointLevel::kAccesses, {}), options);
  EXPECT_EQ(TraceText(run, options), "load 4 counter+4 at 1\nstore 4 counter+4 at 2\n");
}

TEST_P(PointsTest, AtTheLevelOfLocksAnAccessIsAStepButNoPoint) {
  if (!kHasAccessPoints) GTEST_SKIP() << "this compiler has no points at loads and stores";
  PlainCounter counter;
  const Threads threads = {[&] { AddPlain(counter); }};
  const ScheduleRun run = Run(threads, RandomSchedule(PointLevel::kLocks, 1, 1));
  EXPECT_EQ(run.steps, 2u);
  EXPECT_EQ(run.met, 0u);
  EXPECT_TRUE(run.IsBlind());
  EXPECT_EQ(TraceText(run, {}), "load 4  at 1\nstore 4  at 1\n");
}

TEST_P(PointsTest, ATraceIsKeptIfAskedForAndForTheNextRun) {
  LockedCounter counter;
  ScheduleOptions options = Options();
  options.keep_trace = false;
  const Threads threads = {[&] { AddLocked(counter); }};
  const ScheduleRun run = RunThreads(threads, ExplicitSchedule(PointLevel::kLocks, {}), options);
  EXPECT_EQ(run.met, 2u);
  EXPECT_TRUE(run.trace.empty());
  EXPECT_TRUE(run.decisions.empty());
  const NamedRange ranges[] = {{"counter", &counter, sizeof(counter)}};
  const std::vector<TracePoint> trace = TraceOfLastRun(ranges);
  ASSERT_FALSE(trace.empty());
  EXPECT_EQ(trace.front().kind, PointKind::kLock);
  EXPECT_EQ(trace.front().range, 0);
  EXPECT_EQ(trace.back().kind, PointKind::kEnd);
}

TEST_P(PointsTest, AThreadKnowsThePlaceInTheTraceThatComesNext) {
  LockedCounter counter;
  std::size_t before = 99;
  std::size_t after = 0;
  const Threads threads = {[&] {
    before = PointsSoFar();
    AddLocked(counter);
    after = PointsSoFar();
  }};
  const ScheduleRun run = Run(threads, ExplicitSchedule(PointLevel::kLocks, {}));
  EXPECT_EQ(before, 0u);
  EXPECT_EQ(after + 1, run.trace.size());  // but for the end
  EXPECT_EQ(PointsSoFar(), 0u);
}

TEST_P(PointsTest, AReadModifyWriteIsAPointUnderThreadSanitizer) {
  AtomicCounter counter;
  const Threads threads = {[&] { AddByReadModifyWrite(counter); }};
  const ScheduleRun run = Run(threads, ExplicitSchedule(PointLevel::kAccesses, {}));
#if defined(MAPFUZZ_UNDER_TSAN)
  ASSERT_EQ(run.trace.size(), 2u);
  EXPECT_EQ(run.trace[1].kind, PointKind::kEnd);
  EXPECT_EQ(run.trace[0], (TracePoint{1, 0, PointKind::kAtomic, 4, -1, 0}));
#else
  EXPECT_TRUE(run.IsBlind());
#endif
}

#if defined(MAPFUZZ_UNDER_TSAN)

// Locks are taken in opposite orders on purpose, and the scheduler tells of deadlocks itself.
extern "C" __attribute__((no_sanitize("thread"))) const char* __tsan_default_options() {
  return "detect_deadlocks=0:atexit_sleep_ms=0:report_signal_unsafe=0";
}

class TsanTest : public BothBackends {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

  // One update in each of two threads, one after the other: nothing but the missing
  // synchronization is wrong.
  template <class CounterT>
  void AddInTwo(void (*add)(CounterT&)) const {
    CounterT counter;
    const Threads threads(2, [&] { add(counter); });
    Run(threads, ExplicitSchedule(PointLevel::kLocks, {}));
    std::exit(0);
  }

  void LockInOppositeOrders() const {
    std::mutex a;
    std::mutex b;
    const Threads threads = {[&] { LockInOrder(a, b); }, [&] { LockInOrder(b, a); }};
    Run(threads, ExplicitSchedule(PointLevel::kLocks, {}));
    std::exit(0);
  }
};
MAPFUZZ_FOR_BOTH_BACKENDS(TsanTest);

TEST_P(TsanTest, ARaceIsReportedHoweverThreadsAreHandedOver) {
  EXPECT_EXIT(AddInTwo(AddPlain), testing::ExitedWithCode(66), "data race.*AddPlain");
}

TEST_P(TsanTest, SynchronizedCodeIsNotReported) {
  EXPECT_EXIT(AddInTwo(AddLocked), testing::ExitedWithCode(0), "");
  EXPECT_EXIT(AddInTwo(AddByReadModifyWrite), testing::ExitedWithCode(0), "");
}

TEST_P(TsanTest, LocksTakenInOppositeOrdersAreReportedWithoutADeadlock) {
  setenv("TSAN_OPTIONS", "detect_deadlocks=1", 1);
  EXPECT_EXIT(LockInOppositeOrders(), testing::ExitedWithCode(66), "lock-order-inversion");
  unsetenv("TSAN_OPTIONS");
}

#endif

}  // namespace
}  // namespace mapfuzz
