#include "targets/violations.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace mapfuzz {
namespace {

// Of leaks a process hears at its end; a hunt asks its fuzzers for those too.
TEST(ViolationsDeathTest, EachDiesOfTheReportOfItsSanitizerIfThereIsOne) {
  const struct {
    Violation violation;
    const char* report;
  } cases[] = {{Violation::kHeap, "AddressSanitizer: heap-buffer-overflow"},
               {Violation::kPoison, "AddressSanitizer: use-after-poison"},
               {Violation::kUndefined, "runtime error: signed integer overflow"},
               {Violation::kRace, "ThreadSanitizer: data race"}};
  for (const auto& [violation, report] : cases) {
    if ((SanitizersOfBuild() & ReporterOf(violation)) != 0) {
      EXPECT_DEATH(
          {
            CommitViolation(violation);
            std::exit(1);
          },
          report);
    } else {
      CommitViolation(violation);
    }
  }
}

}  // namespace
}  // namespace mapfuzz
