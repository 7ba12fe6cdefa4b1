#include "harness/tool/score_trial.h"

#include <gtest/gtest.h>

namespace mapfuzz::tool {
namespace {

Config ToStrings(Config config) {
  config.type = KeyType::kString;
  return config;
}

Config ToIntegers(Config config) {
  if (config.type != KeyType::kU32) config.type = KeyType::kU64;
  return config;
}

Config ToChecked(Config config) {
  config.policy = PolicyKind::kChecked;
  return config;
}

TEST(TargetsForTest, LeaveOutWhatHasNothingToRunInTheTreeOfABugOfAnyType) {
  const std::vector<TargetInfo> targets = {{"strings", "", ToStrings, {}, {}},
                                           {"integers", "", ToIntegers, {}, {}},
                                           {"checked", "", ToChecked, {}, {}},
                                           {"any", "", nullptr, {}, {}}};
  using Names = std::vector<std::string>;
  BugFile bug;
  EXPECT_EQ(TargetsFor(bug, targets), (Names{"integers", "any"}));
  bug.types = {"u64", "string"};
  EXPECT_EQ(TargetsFor(bug, targets), (Names{"strings", "integers", "any"}));
  bug.types = {"u64", "checked"};
  EXPECT_EQ(TargetsFor(bug, targets), (Names{"integers", "checked", "any"}));
  bug.types = {"string"};
  EXPECT_EQ(TargetsFor(bug, targets), (Names{"strings", "integers", "checked", "any"}));
}

TEST(SeedOfTrialTest, IsAnotherForEachTrialAndBug) {
  EXPECT_EQ(SeedOfTrial(1, "a", 1), SeedOfTrial(1, "a", 1));
  EXPECT_NE(SeedOfTrial(1, "a", 1), SeedOfTrial(1, "a", 2));
  EXPECT_NE(SeedOfTrial(1, "a", 1), SeedOfTrial(1, "b", 1));
  EXPECT_NE(SeedOfTrial(1, "a", 1), SeedOfTrial(2, "a", 1));
}

}  // namespace
}  // namespace mapfuzz::tool
