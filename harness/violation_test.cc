#include "harness/violation.h"

#include <gtest/gtest.h>

#include <cstdlib>

namespace mapfuzz {
namespace {

TEST(ViolationTest, EveryNameIsThatOfItsViolation) {
  for (int i = 0; i < kViolations; ++i) {
    EXPECT_EQ(ViolationNamed(kViolationNames[i]), static_cast<Violation>(i));
    EXPECT_NE(ReporterOf(static_cast<Violation>(i)), 0u) << kViolationNames[i];
  }
  EXPECT_EQ(ViolationNamed("theft"), std::nullopt);
}

TEST(ViolationTest, SetsOfSanitizersArePrintedByName) {
  EXPECT_EQ(TextOf(0), "none");
  EXPECT_EQ(TextOf(kAddressSanitizer | kLeakSanitizer), "address leak");
}

TEST(ViolationDeathTest, WhoSurvivesSaysSo) {
  const auto live = [](Violate violate) {
    LiveToViolate(kUndefinedSanitizer, Violation::kUndefined, violate);
  };
  EXPECT_EXIT(live([](Violation) {}), testing::ExitedWithCode(0),
              "MAPFUZZ-BUILT-WITH undefined\nMAPFUZZ-UNNOTICED undefined\n");
  EXPECT_EXIT(live([](Violation) { std::_Exit(7); }), testing::ExitedWithCode(7),
              "MAPFUZZ-BUILT-WITH undefined\n$");
}

}  // namespace
}  // namespace mapfuzz
