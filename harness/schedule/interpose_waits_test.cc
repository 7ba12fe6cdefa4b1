#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <mutex>
#include <thread>
#include <vector>

#include "harness/schedule/run_threads.h"
#include "harness/schedule/testing/both_backends.h"
#include "harness/schedule/testing/code_under_test.h"

namespace mapfuzz {
namespace {

constexpr PointLevel kLocks = PointLevel::kLocks;
constexpr std::uint32_t kSeeds = 15;

using InterposeWaitsTest = BothBackends;
MAPFUZZ_FOR_BOTH_BACKENDS(InterposeWaitsTest);

TEST_P(InterposeWaitsTest, WhatIsSentArrivesOnceAndInOrder) {
  for (const PointLevel level : {kLocks, PointLevel::kAccesses}) {
    for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
      Mailbox mailbox;
      std::vector<std::int32_t> received;
      const Threads threads = {[&] {
                                 for (int i = 1; i <= 4; ++i) Send(mailbox, i);
                               },
                               [&] {
                                 for (int i = 1; i <= 4; ++i) received.push_back(Receive(mailbox));
                               }};
      EXPECT_EQ(Run(threads, RandomSchedule(level, seed, 1)).end, RunEnd::kFinished);
      EXPECT_EQ(received, (std::vector<std::int32_t>{1, 2, 3, 4}));
    }
  }
}

TEST_P(InterposeWaitsTest, ANotificationThatComesBeforeTheWaitIsLost) {
  static auto* const mailboxes = new std::vector<Mailbox>(2);
  const Schedule wait_first = ExplicitSchedule(kLocks, {});
  const Schedule send_first = ExplicitSchedule(kLocks, {{0, 1}});
  const auto run = [&](Mailbox& mailbox, const Schedule& schedule) {
    const Threads threads = {[&] { ReceiveBlindly(mailbox); }, [&] { Send(mailbox, 1); }};
    return Run(threads, schedule).deadlock;
  };
  Mailbox& mailbox = (*mailboxes)[GetParam() == BackendKind::kFibers ? 0 : 1];
  EXPECT_EQ(run(mailbox, wait_first), "");
  mailbox.content = 0;
  EXPECT_EQ(run(mailbox, send_first), "thread 0 waits for condition variable A to be notified");
}

TEST_P(InterposeWaitsTest, ATimedWaitEndsWhenNothingElseCanGoOn) {
  for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
    Mailbox mailbox;
    bool came[2] = {};
    const Threads both_wait = {[&] { came[0] = ReceiveInTime(mailbox); },
                               [&] { came[1] = ReceiveInTime(mailbox); }};
    EXPECT_EQ(Run(both_wait, RandomSchedule(kLocks, seed, 1)).end, RunEnd::kFinished);
    EXPECT_FALSE(came[0] || came[1]);
    const Threads one_sends = {[&] { came[0] = ReceiveInTime(mailbox); },
                               [&] { Send(mailbox, 1); }};
    EXPECT_EQ(Run(one_sends, RandomSchedule(kLocks, seed, 1)).end, RunEnd::kFinished);
    EXPECT_TRUE(came[0]);
  }
}

TEST_P(InterposeWaitsTest, AnAtomicWaitEndsWithItsNotification) {
  for (const PointLevel level : {kLocks, PointLevel::kAccesses}) {
    for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
      std::atomic<std::int32_t> value{0};
      const Threads threads = {[&] { AwaitChange(value, 0); }, [&] { AwaitChange(value, 0); },
                               [&] { ChangeAndNotify(value, 1); }};
      EXPECT_EQ(Run(threads, RandomSchedule(level, seed, 1)).end, RunEnd::kFinished);
    }
  }
}

TEST_P(InterposeWaitsTest, AnAtomicWaitThatNobodyEndsDeadlocks) {
  static std::atomic<std::int32_t> value{0};
  const Threads threads = {[] { AwaitChange(value, 0); }};
  EXPECT_EQ(Run(threads, ExplicitSchedule(kLocks, {})).deadlock,
            "thread 0 waits for atomic A to be notified");
}

TEST_P(InterposeWaitsTest, AThreadThatYieldsLetsTheOtherGoOn) {
  for (const Schedule& schedule : {ExplicitSchedule(kLocks, {}), PctSchedule(kLocks, 1, 1, 100),
                                   PctSchedule(kLocks, 2, 1, 9), RandomSchedule(kLocks, 1, 6)}) {
    std::atomic<std::int32_t> value{0};
    const Threads threads = {[&] { SpinAndYieldUntil(value, 1); },
                             [&] { ChangeAndNotify(value, 1); },
                             [&] { SpinAndYieldUntil(value, 1); }};
    const ScheduleRun run = Run(threads, schedule);
    EXPECT_EQ(run.end, RunEnd::kFinished);
    EXPECT_LT(run.steps, 30u) << ToText(schedule);
  }
}

TEST_P(InterposeWaitsTest, WhoSleepsIsOvertakenAndNobodyWaitsForAClock) {
  std::mutex mutex;
  std::vector<int> order;
  const auto sleep = [&](int hours) {
    if (hours != 0) std::this_thread::sleep_for(std::chrono::hours(hours));
    const std::lock_guard lock(mutex);
    order.push_back(hours);
  };
  const Threads threads = {[&] { sleep(24); }, [&] { sleep(0); }, [&] { sleep(12); }};
  const ScheduleRun run = Run(threads, ExplicitSchedule(kLocks, {}));
  EXPECT_EQ(run.end, RunEnd::kFinished);
  EXPECT_EQ(order, (std::vector<int>{0, 12, 24}));
}

// Each instance has a static of its own, which takes a lock while it is initialized.
template <BackendKind kBackend>
std::int32_t Initialized(LockedCounter& counter) {
  static const std::int32_t initialized = [&counter] {
    AddLocked(counter);
    return counter.value;
  }();
  return initialized;
}

TEST_P(InterposeWaitsTest, OnlyOneThreadInitializesAStatic) {
  const auto initialized = GetParam() == BackendKind::kFibers ? Initialized<BackendKind::kFibers>
                                                              : Initialized<BackendKind::kThreads>;
  LockedCounter counter;
  std::int32_t seen[3] = {};
  const Threads threads = {[&] { seen[0] = initialized(counter); },
                           [&] { seen[1] = initialized(counter); },
                           [&] { seen[2] = initialized(counter); }};
  // Thread 0 stops inside the initialization, and the others come by.
  const ScheduleRun run = Run(threads, ExplicitSchedule(kLocks, {{1, 1}}));
  EXPECT_EQ(run.end, RunEnd::kFinished);
  EXPECT_EQ(counter.value, 1);
  for (const std::int32_t value : seen) EXPECT_EQ(value, 1);
}

TEST_P(InterposeWaitsTest, OnlyOneThreadCallsWhatIsCalledOnce) {
  if (kUnderTsan && GetParam() == BackendKind::kFibers) {
    GTEST_SKIP() << "std::call_once keeps thread_local variables, which fibers race for";
  }
  for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
    std::once_flag once;
    LockedCounter counter;
    const Threads threads(3, [&] { std::call_once(once, [&] { AddLocked(counter); }); });
    EXPECT_EQ(Run(threads, RandomSchedule(kLocks, seed, 1)).end, RunEnd::kFinished);
    EXPECT_EQ(counter.value, 1);
  }
}

TEST_P(InterposeWaitsTest, ACallOnceThatThrowsIsTriedByTheNext) {
  if (kUnderTsan) GTEST_SKIP() << "thread sanitizer's pthread_once hangs after an exception";
  for (std::uint32_t seed = 0; seed < kSeeds; ++seed) {
    std::once_flag once;
    LockedCounter counter;
    int thrown = 0;
    const Threads threads(3, [&] {
      try {
        std::call_once(once, [&] {
          AddLocked(counter);
          if (counter.value == 1) throw 1;
        });
      } catch (int) {
        ++thrown;
      }
    });
    EXPECT_EQ(Run(threads, RandomSchedule(kLocks, seed, 1)).end, RunEnd::kFinished);
    EXPECT_EQ(counter.value, 2);
    EXPECT_EQ(thrown, 1);
  }
}

}  // namespace
}  // namespace mapfuzz
