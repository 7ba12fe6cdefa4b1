#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <system_error>
#include <thread>
#include <vector>

#include "harness/schedule/run_threads.h"
#include "harness/schedule/testing/both_backends.h"
#include "harness/schedule/testing/code_under_test.h"

namespace mapfuzz {
namespace {

constexpr PointLevel kLocks = PointLevel::kLocks;
constexpr std::uint32_t kSeeds = 15;

using InterposeThreadsTest = BothBackends;
MAPFUZZ_FOR_BOTH_BACKENDS(InterposeThreadsTest);

TEST_P(InterposeThreadsTest, ThreadsStartedInsideARunBelongToIt) {
  int lost = 0;
  for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
    LockedCounter counter;
    const Threads threads = {[&] {
      std::thread first([&] { AddLockedTwice(counter); });
      std::thread second([&] { AddLockedTwice(counter); });
      first.join();
      second.join();
    }};
    const ScheduleRun run = Run(threads, RandomSchedule(kLocks, seed, 1));
    EXPECT_EQ(run.end, RunEnd::kFinished);
    const std::int32_t value = counter.value;
    lost += value == 1 ? 1 : 0;
    counter.value = 0;
    Run(threads, run.taken);
    EXPECT_EQ(counter.value, value);
  }
  EXPECT_GT(lost, 0);
}

TEST_P(InterposeThreadsTest, ARunWaitsForDetachedThreads) {
  for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
    LockedCounter counter;
    const Threads threads = {[&] { std::thread([&] { AddLocked(counter); }).detach(); }};
    EXPECT_EQ(Run(threads, RandomSchedule(kLocks, seed, 1)).end, RunEnd::kFinished);
    EXPECT_EQ(counter.value, 1);
  }
}

TEST_P(InterposeThreadsTest, AThreadTooManyIsASystemError) {
  LockedCounter counter;
  int refused = 0;
  const Threads threads = {[&] {
    std::vector<std::thread> started;
    try {
      for (;;) started.emplace_back([&] { AddLocked(counter); });
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code(), std::errc::resource_unavailable_try_again);
      ++refused;
    }
    for (std::thread& thread : started) thread.join();
  }};
  EXPECT_EQ(Run(threads, RandomSchedule(kLocks, 1, 1)).end, RunEnd::kFinished);
  EXPECT_EQ(counter.value, kMaxThreads - 1);
  EXPECT_EQ(refused, 1);
}

TEST_P(InterposeThreadsTest, AJoinThatNeverEndsIsTold) {
  static LockedCounter counters[2];
  LockedCounter& counter = counters[GetParam() == BackendKind::kFibers ? 0 : 1];
  const Threads threads = {[&] {
    counter.mutex.lock();
    std::thread([&] { AddLocked(counter); }).join();
  }};
  EXPECT_EQ(Run(threads, RandomSchedule(kLocks, 1, 1)).deadlock,
            "thread 0 waits for thread 1 to end; thread 1 waits for mutex A, held by thread 0");
}

TEST_P(InterposeThreadsTest, ThreadsOutsideOfARunAreLeftAlone) {
  LockedCounter counter;
  std::atomic<std::int32_t> value{0};
  std::thread outside([&] {
    AddLocked(counter);
    ChangeAndNotify(value, 1);
  });
  const Threads threads(2, [&] { AddLocked(counter); });
  AwaitChange(value, 0);
  EXPECT_EQ(Run(threads, RandomSchedule(kLocks, 1, 1)).end, RunEnd::kFinished);
  outside.join();
  EXPECT_EQ(counter.value, 3);
}

}  // namespace
}  // namespace mapfuzz
