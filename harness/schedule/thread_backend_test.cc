#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <set>
#include <thread>

#include "harness/schedule/run_threads.h"
#include "harness/schedule/testing/both_backends.h"
#include "harness/schedule/testing/code_under_test.h"

namespace mapfuzz {
namespace {

thread_local int local = 0;

TEST(ThreadBackendTest, EveryThreadHasItsOwnVariablesAndId) {
  ScheduleOptions options;
  options.backend = BackendKind::kThreads;
  LockedCounter counter;
  std::array<int, 3> locals{};
  std::set<std::thread::id> ids;
  Threads threads;
  for (std::size_t i = 0; i < locals.size(); ++i) {
    threads.emplace_back([&, i] {
      for (int times = 0; times < 5; ++times) {
        ++local;
        AddLocked(counter);
      }
      locals[i] = local;
      const std::lock_guard lock(counter.mutex);
      ids.insert(std::this_thread::get_id());
    });
  }
  RunThreads(threads, RandomSchedule(PointLevel::kLocks, 1, 1), options);
  EXPECT_EQ(locals, (std::array<int, 3>{5, 5, 5}));
  EXPECT_EQ(ids.size(), 3u);
}

// Adds to a counter when its thread ends, and loses the updates of others if it is preempted.
struct AddsAtTheEnd {
  ~AddsAtTheEnd() {
    if (counter != nullptr) AddLockedTwice(*counter);
  }
  LockedCounter* counter = nullptr;
};
thread_local AddsAtTheEnd adds_at_the_end;

TEST(ThreadBackendTest, DestructorsAtTheEndOfThreadsAreScheduledToo) {
  ScheduleOptions options;
  options.backend = BackendKind::kThreads;
  int lost = 0;
  for (std::uint32_t seed = 0; seed < 15; ++seed) {
    LockedCounter counter;
    const Threads threads(2, [&] { adds_at_the_end.counter = &counter; });
    const ScheduleRun run =
        RunThreads(threads, RandomSchedule(PointLevel::kLocks, seed, 1), options);
    const std::int32_t value = counter.value;
    lost += value == 1 ? 1 : 0;
    counter.value = 0;
    RunThreads(threads, run.taken, options);
    EXPECT_EQ(counter.value, value);
  }
  EXPECT_GT(lost, 0);
}

}  // namespace
}  // namespace mapfuzz
