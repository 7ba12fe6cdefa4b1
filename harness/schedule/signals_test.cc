#include "harness/schedule/signals.h"

#include <gtest/gtest.h>
#include <signal.h>

#include <chrono>
#include <mutex>

#include "harness/schedule/run_threads.h"
#include "harness/schedule/testing/both_backends.h"
#include "harness/schedule/testing/code_under_test.h"

namespace mapfuzz {
namespace {

using std::chrono::system_clock;

// What the handler saw and took.
system_clock::time_point seen;
int rung = 0;
std::mutex* handlers_mutex = nullptr;

void Ring(int) {
  seen = system_clock::now();
  const std::lock_guard lock(*handlers_mutex);
  ++rung;
}

void RingWithInfo(int number, siginfo_t* info, void*) {
  if (info->si_signo == number) Ring(number);
}

class SignalsTest : public BothBackends {
 protected:
  // Once: a handler that is installed later is not kept apart.
  static void SetUpTestSuite() {
    static std::mutex mutex;
    if (handlers_mutex != nullptr) return;
    handlers_mutex = &mutex;
    struct sigaction plain{};
    plain.sa_handler = Ring;
    ASSERT_EQ(sigaction(SIGUSR1, &plain, nullptr), 0);
    struct sigaction with_info{};
    with_info.sa_sigaction = RingWithInfo;
    with_info.sa_flags = SA_SIGINFO;
    ASSERT_EQ(sigaction(SIGUSR2, &with_info, nullptr), 0);
  }
};
MAPFUZZ_FOR_BOTH_BACKENDS(SignalsTest);

TEST_P(SignalsTest, WhatAHandlerDoesIsNoDoingOfTheThread) {
  const auto run = [&](int signal) {
    LockedCounter counter;
    system_clock::time_point before;
    system_clock::time_point after;
    const Threads threads = {[&] {
                               before = system_clock::now();
                               if (signal != 0) raise(signal);
                               after = system_clock::now();
                               AddLocked(counter);
                             },
                             [&] { AddLocked(counter); }};
    const ScheduleRun result = Run(threads, RandomSchedule(PointLevel::kLocks, 3, 1));
    EXPECT_EQ(result.end, RunEnd::kFinished);
    EXPECT_EQ(after - before, std::chrono::microseconds(1));
    return result.steps;
  };
  const std::uint32_t steps = run(0);
  for (const int signal : {SIGUSR1, SIGUSR2}) {
    seen = {};
    rung = 0;
    EXPECT_EQ(run(signal), steps);
    EXPECT_EQ(rung, 1);
    EXPECT_GT(seen, system_clock::time_point(std::chrono::hours(24 * 365)));
  }
}

}  // namespace
}  // namespace mapfuzz
