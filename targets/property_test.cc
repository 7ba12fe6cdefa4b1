#include "targets/property.h"

#include <gtest/gtest.h>

#include <string>

#include "targets/silent_check.h"
#include "targets/tape_property.h"

namespace mapfuzz {
namespace {

// Takes one in `one_in` of the numbers that it draws, and discards the others.
auto Takes(int one_in) {
  return [one_in] { RC_PRE(*rc::gen::inRange(0, one_in) == 0); };
}

std::string WhyNot(const auto& property, const SilentCheck& check = {}) {
  std::string why;
  return HoldsTried("of-numbers", property, why, check) ? "" : why.empty() ? "failed" : why;
}

TEST(PropertyTest, OneThatIsTriedHolds) {
  EXPECT_EQ(WhyNot([] {}), "");
  EXPECT_EQ(WhyNot([] { RC_PRE(*rc::gen::inRange(0, 5) != 4); }), "");
}

TEST(PropertyTest, OneThatDiscardsMoreThanHalfOfItsCasesFailsByName) {
  // RapidCheck by itself is content.
  EXPECT_TRUE(SilentCheck{}("", Takes(4)));
  const std::string why = WhyNot(Takes(4));
  EXPECT_EQ(why.rfind("property of-numbers: ", 0), 0u) << why;
  EXPECT_NE(why.find(" cases were discarded, so it was hardly tried"), std::string::npos) << why;
}

TEST(PropertyTest, OneThatTriesNoCaseFailsByName) {
  rc::detail::TestParams none;
  none.maxSuccess = 0;
  EXPECT_TRUE(SilentCheck{none}("", [] {}));
  for (const std::string& why : {WhyNot([] {}, {none}), WhyNot([] { RC_DISCARD("all"); })}) {
    EXPECT_EQ(why.rfind("property of-numbers: not one case was tried", 0), 0u) << why;
  }
}

TEST(PropertyTest, OneThatFailsIsNotCalledVacuous) {
  EXPECT_EQ(WhyNot([] { RC_ASSERT(*rc::gen::inRange(0, 9) > 9); }), "failed");
}

TEST(PropertyTest, OneOverTapesHasToBeTriedToo) {
  std::string why;
  const TapeComplaint never = [](const Tape&) -> std::string {
    RC_DISCARD("whatever it is");
    return "";
  };
  EXPECT_FALSE(HoldsForTapes("of-tapes", TapeLimits{}, never, why, SilentCheck{}));
  EXPECT_EQ(why.rfind("property of-tapes: not one case was tried", 0), 0u) << why;
}

}  // namespace
}  // namespace mapfuzz
