#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <shared_mutex>
#include <vector>

#include "harness/schedule/run_threads.h"
#include "harness/schedule/testing/both_backends.h"
#include "harness/schedule/testing/code_under_test.h"

namespace mapfuzz {
namespace {

constexpr PointLevel kLocks = PointLevel::kLocks;
constexpr std::uint32_t kSeeds = 15;

using InterposeLocksTest = BothBackends;
MAPFUZZ_FOR_BOTH_BACKENDS(InterposeLocksTest);

// For threads that may be stuck, and then go on holding what they work on.
template <class T>
T& Leaked() {
  static auto* const kept = new std::vector<std::unique_ptr<T>>;
  return *kept->emplace_back(std::make_unique<T>());
}

struct TwoLocks {
  std::mutex a;
  std::mutex b;
};

TEST_P(InterposeLocksTest, LocksTakenInTheSameOrderNeverDeadlock) {
  for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
    TwoLocks locks;
    const Threads threads = {[&] { LockInOrder(locks.a, locks.b); },
                             [&] { LockInOrder(locks.a, locks.b); }};
    EXPECT_EQ(Run(threads, RandomSchedule(kLocks, seed, 1)).end, RunEnd::kFinished);
  }
}

TEST_P(InterposeLocksTest, LocksTakenInOppositeOrdersDeadlockAndReplay) {
  int deadlocks = 0;
  for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
    const auto run = [&](const Schedule& schedule) {
      auto& locks = Leaked<TwoLocks>();
      const Threads threads = {[&] { LockInOrder(locks.a, locks.b); },
                               [&] { LockInOrder(locks.b, locks.a); }};
      return Run(threads, schedule);
    };
    const ScheduleRun first = run(RandomSchedule(kLocks, seed, 1));
    const ScheduleRun again = run(first.taken);
    EXPECT_EQ(again.end, first.end);
    EXPECT_EQ(again.deadlock, first.deadlock);
    if (first.end != RunEnd::kDeadlock) continue;
    ++deadlocks;
    EXPECT_EQ(first.deadlock,
              "thread 0 waits for mutex A, held by thread 1; "
              "thread 1 waits for mutex B, held by thread 0");
  }
  EXPECT_GT(deadlocks, 0);
  EXPECT_LT(deadlocks, static_cast<int>(kSeeds));
}

TEST_P(InterposeLocksTest, ADeadlockNamesWhatLiesInANamedRange) {
  auto& locks = Leaked<TwoLocks>();
  const Threads threads = {[&] { LockInOrder(locks.a, locks.b); },
                           [&] { LockInOrder(locks.b, locks.a); }};
  const NamedRange ranges[] = {{"a", &locks.a, sizeof(locks.a)}, {"b", &locks.b, sizeof(locks.b)}};
  ScheduleOptions options = Options();
  options.ranges = ranges;
  // Point 0 is the start; thread 0 meets 1 before its first lock and 2 before its second.
  const ScheduleRun run = RunThreads(threads, ExplicitSchedule(kLocks, {{2, 1}}), options);
  EXPECT_EQ(run.deadlock,
            "thread 0 waits for mutex b, held by thread 1; "
            "thread 1 waits for mutex a, held by thread 0");
  std::vector<TracePoint> locked = run.trace;
  std::erase_if(locked, [](const TracePoint& point) { return point.kind != PointKind::kLock; });
  ASSERT_GE(locked.size(), 2u);
  EXPECT_EQ(locked[0], (TracePoint{1, 0, PointKind::kLock, 0, 0, 0}));
  EXPECT_EQ(locked[1], (TracePoint{2, 0, PointKind::kLock, 0, 1, 0}));
}

TEST_P(InterposeLocksTest, AMutexTakenTwiceDeadlocks) {
  auto& locks = Leaked<TwoLocks>();
  const Threads threads = {[&] { LockInOrder(locks.a, locks.a); }};
  EXPECT_EQ(Run(threads, ExplicitSchedule(kLocks, {})).deadlock,
            "thread 0 waits for mutex A, held by thread 0");
}

TEST_P(InterposeLocksTest, AMutexHeldOutsideIsTold) {
  auto& locks = Leaked<TwoLocks>();
  locks.a.lock();
  const Threads threads = {[&] { LockInOrder(locks.a, locks.b); }};
  EXPECT_EQ(Run(threads, ExplicitSchedule(kLocks, {})).deadlock,
            "thread 0 waits for mutex A, held outside of the run");
  locks.a.unlock();
}

TEST_P(InterposeLocksTest, ARecursiveMutexKeepsOthersOut) {
  for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
    std::recursive_mutex mutex;
    std::int32_t value = 0;
    const Threads threads(3, [&] { AddRecursively(mutex, value, 3); });
    const ScheduleRun run = Run(threads, RandomSchedule(PointLevel::kAccesses, seed, 1));
    EXPECT_EQ(run.end, RunEnd::kFinished);
    // Each of the threads sets it to what it was and 3.
    EXPECT_EQ(value, 9);
  }
}

TEST_P(InterposeLocksTest, TryingALockThatIsTakenFails) {
  std::set<std::int32_t> values;
  for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
    LockedCounter counter;
    const Threads threads(2, [&] { AddIfFree(counter); });
    EXPECT_EQ(Run(threads, RandomSchedule(PointLevel::kAccesses, seed, 1)).end, RunEnd::kFinished);
    values.insert(counter.value);
  }
  EXPECT_TRUE(values.contains(2));
  EXPECT_EQ(values.contains(1), kHasAccessPoints);
  EXPECT_FALSE(values.contains(0));
}

TEST_P(InterposeLocksTest, ATimedLockGivesUpWhenNothingElseCanGoOn) {
  auto& mutex = Leaked<std::timed_mutex>();
  auto& shared = Leaked<std::shared_timed_mutex>();
  mutex.lock();
  shared.lock();
  int given_up = 0;
  const Threads threads = {[&] {
    given_up += mutex.try_lock_for(std::chrono::hours(1)) ? 0 : 1;
    given_up += shared.try_lock_for(std::chrono::hours(1)) ? 0 : 1;
    given_up += shared.try_lock_shared_for(std::chrono::hours(1)) ? 0 : 1;
  }};
  EXPECT_EQ(Run(threads, ExplicitSchedule(kLocks, {})).end, RunEnd::kFinished);
  EXPECT_EQ(given_up, 3);
  mutex.unlock();
  shared.unlock();
}

TEST_P(InterposeLocksTest, ASharedMutexLetsReadersInTogetherAndWritersAlone) {
  std::int32_t most = 0;
  for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
    SharedValue shared;
    const Threads threads = {[&] { WriteShared(shared); }, [&] { WriteShared(shared); },
                             [&] { ReadShared(shared); }, [&] { ReadShared(shared); }};
    EXPECT_EQ(Run(threads, RandomSchedule(kLocks, seed, 1)).end, RunEnd::kFinished);
    EXPECT_EQ(shared.value, 2);
    most = std::max(most, shared.most_readers.load());
  }
  EXPECT_EQ(most, 2);
}

TEST_P(InterposeLocksTest, AReaderThatWantsToWriteDeadlocks) {
  auto& shared = Leaked<SharedValue>();
  const Threads threads = {[&] {
    shared.mutex.lock_shared();
    WriteShared(shared);
  }};
  EXPECT_EQ(Run(threads, ExplicitSchedule(kLocks, {})).deadlock,
            "thread 0 waits for shared mutex A to write, held by thread 0 to read");
}

TEST_P(InterposeLocksTest, AReaderWaitsForAWriter) {
  auto& shared = Leaked<SharedValue>();
  const Threads threads = {[&] { shared.mutex.lock(); }, [&] { ReadShared(shared); }};
  EXPECT_EQ(Run(threads, ExplicitSchedule(kLocks, {})).deadlock,
            "thread 1 waits for shared mutex A to read, held by thread 0");
}

}  // namespace
}  // namespace mapfuzz
