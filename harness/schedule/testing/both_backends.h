// For tests that hold for fibers and system threads alike.

#ifndef MAPFUZZ_HARNESS_SCHEDULE_TESTING_BOTH_BACKENDS_H_
#define MAPFUZZ_HARNESS_SCHEDULE_TESTING_BOTH_BACKENDS_H_

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "harness/schedule/run_threads.h"

namespace mapfuzz {

using Threads = std::vector<std::function<void()>>;

#if defined(MAPFUZZ_ACCESS_POINTS)
inline constexpr bool kHasAccessPoints = true;
#else
inline constexpr bool kHasAccessPoints = false;
#endif

#if defined(__SANITIZE_THREAD__)
#define MAPFUZZ_UNDER_TSAN 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MAPFUZZ_UNDER_TSAN 1
#endif
#endif
#if defined(MAPFUZZ_UNDER_TSAN)
inline constexpr bool kUnderTsan = true;
#else
inline constexpr bool kUnderTsan = false;
#endif

class BothBackends : public testing::TestWithParam<BackendKind> {
 protected:
  ScheduleOptions Options() const {
    ScheduleOptions options;
    options.backend = GetParam();
    options.keep_trace = true;
    return options;
  }
  ScheduleRun Run(const Threads& threads, const Schedule& schedule) const {
    return RunThreads(threads, schedule, Options());
  }
};

inline std::string BackendName(const testing::TestParamInfo<BackendKind>& info) {
  return info.param == BackendKind::kFibers ? "Fibers" : "Threads";
}

#define MAPFUZZ_FOR_BOTH_BACKENDS(test) \
  INSTANTIATE_TEST_SUITE_P(             \
      Backends, test, testing::Values(BackendKind::kFibers, BackendKind::kThreads), BackendName)

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_SCHEDULE_TESTING_BOTH_BACKENDS_H_
