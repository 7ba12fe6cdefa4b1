#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdint>
#include <exception>
#include <string>

#include "harness/schedule/run_threads.h"
#include "harness/schedule/testing/both_backends.h"
#include "harness/schedule/testing/code_under_test.h"

namespace mapfuzz {
namespace {

using BackendTest = BothBackends;
MAPFUZZ_FOR_BOTH_BACKENDS(BackendTest);

TEST_P(BackendTest, ExceptionsOfDifferentThreadsStayApart) {
  for (const PointLevel level : {PointLevel::kLocks, PointLevel::kAccesses}) {
    for (std::uint32_t seed = 0; seed < 15; ++seed) {
      LockedCounter meanwhile;
      std::array<std::string, 3> caught;
      std::array<int, 3> uncaught{};
      Threads threads;
      for (std::size_t i = 0; i < caught.size(); ++i) {
        threads.emplace_back([&, i] {
          caught[i] = ThrowAndCatch(std::string(1, static_cast<char>('a' + i)), meanwhile);
          uncaught[i] = std::uncaught_exceptions();
        });
      }
      const ScheduleRun run = Run(threads, RandomSchedule(level, seed, 1));
      EXPECT_EQ(run.end, RunEnd::kFinished);
      EXPECT_EQ(caught, (std::array<std::string, 3>{"aaa", "bbb", "ccc"}));
      EXPECT_EQ(uncaught, (std::array<int, 3>{}));
    }
  }
}

// Points between a throw and its catch, in a destructor.
TEST_P(BackendTest, ThreadsCanBeStoppedWhileAnExceptionIsThrown) {
  struct AddsAtTheEnd {
    ~AddsAtTheEnd() {
      before = std::uncaught_exceptions();
      AddLocked(counter);
      after = std::uncaught_exceptions();
    }
    LockedCounter& counter;
    int& before;
    int& after;
  };
  for (std::uint32_t seed = 0; seed < 15; ++seed) {
    LockedCounter counter;
    int before = 0;
    int after = 0;
    int other = 0;
    const Threads threads = {[&] {
                               try {
                                 const AddsAtTheEnd adds{counter, before, after};
                                 throw 1;
                               } catch (int) {
                               }
                             },
                             [&] {
                               AddLocked(counter);
                               other = std::uncaught_exceptions();
                             }};
    Run(threads, RandomSchedule(PointLevel::kLocks, seed, 1));
    EXPECT_EQ(before, 1);
    EXPECT_EQ(after, 1);
    EXPECT_EQ(other, 0);
  }
}

TEST_P(BackendTest, StacksAreDeepEnoughForWhatMapsDo) {
  struct Deep {
    static int Go(int depth, LockedCounter& counter) {
      volatile char frame[1000];
      frame[0] = 1;
      if (depth == 0) AddLocked(counter);
      return depth == 0 ? frame[0] : Go(depth - 1, counter) + frame[0];
    }
  };
  LockedCounter counter;
  std::array<int, 2> depths{};
  const Threads threads = {[&] { depths[0] = Deep::Go(100, counter); },
                           [&] { depths[1] = Deep::Go(100, counter); }};
  Run(threads, RandomSchedule(PointLevel::kLocks, 1, 1));
  EXPECT_EQ(depths, (std::array<int, 2>{101, 101}));
}

TEST_P(BackendTest, EveryThreadHasItsOwnErrno) {
  if (kUnderTsan && GetParam() == BackendKind::kFibers) {
    GTEST_SKIP() << "fibers race for whatever is thread_local";
  }
  LockedCounter counter;
  std::array<int, 2> errors{};
  const auto fail = [&](std::size_t thread, int error) {
    for (int times = 0; times < 5; ++times) {
      errno = error;
      AddLocked(counter);
      errors[thread] += errno == error ? 0 : 1;
    }
  };
  const Threads threads = {[&] { fail(0, EBUSY); }, [&] { fail(1, EDOM); }};
  for (std::uint32_t seed = 0; seed < 15; ++seed) {
    Run(threads, RandomSchedule(PointLevel::kLocks, seed, 1));
    EXPECT_EQ(errors, (std::array<int, 2>{}));
  }
}

thread_local std::atomic<const void*> own{nullptr};

TEST_P(BackendTest, EveryThreadHasTheCodesOwnPointerForItself) {
  LockedCounter counter;
  const int callers = 0;
  own = &callers;
  std::array<int, 2> wrong{};
  const auto keep = [&](std::size_t thread) {
    wrong[thread] += own == nullptr ? 0 : 1;
    for (int times = 0; times < 5; ++times) {
      own = &wrong[thread];
      AddLocked(counter);
      wrong[thread] += own == &wrong[thread] ? 0 : 1;
    }
  };
  const Threads threads = {[&] { keep(0); }, [&] { keep(1); }};
  ScheduleOptions options = Options();
  options.own_pointer = &own;
  for (std::uint32_t seed = 0; seed < 15; ++seed) {
    const ScheduleRun run =
        RunThreads(threads, RandomSchedule(PointLevel::kLocks, seed, 1), options);
    EXPECT_GT(run.switches, 0u);
    EXPECT_EQ(wrong, (std::array<int, 2>{}));
    EXPECT_EQ(own, &callers);
  }
}

TEST_P(BackendTest, FloatingPointWorksOnEveryStack) {
  std::array<std::string, 3> texts;
  LockedCounter counter;
  Threads threads;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    threads.emplace_back([&, i] {
      AddLocked(counter);
      texts[i] = std::to_string(static_cast<double>(i) / 3);
    });
  }
  Run(threads, RandomSchedule(PointLevel::kLocks, 1, 1));
  EXPECT_EQ(texts, (std::array<std::string, 3>{"0.000000", "0.333333", "0.666667"}));
}

}  // namespace
}  // namespace mapfuzz
