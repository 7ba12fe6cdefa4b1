#include "harness/tool/score_trial.h"

#include <gtest/gtest.h>

#include "harness/tool/app_fixture.h"
#include "harness/tool/error.h"

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

TEST_F(MapfuzzTest, ATrialWhoseFuzzersDoNotStartSaysNothingOfTheBug) {
  TrialPlan plan;
  plan.bug = "a-bug";
  plan.folder = folder_.path();
  const auto put = [&](const std::string& broken) {
    folder_.Put("out/summary.json",
                R"({"interrupted": false, "seconds": 1, "sanitizers_blind": [], "findings": [],
                    "targets": [{"name": "ops", "operations": 0, "executions": 0, "broken": ")" +
                    broken + "\"}]}");
  };
  put("");
  EXPECT_FALSE(TrialOf(plan, ChildExit{}).detected);
  put("does not start");
  try {
    TrialOf(plan, ChildExit{});
    FAIL();
  } catch (const ToolError& error) {
    EXPECT_EQ(error.code(), kExitEnvironment);
    EXPECT_NE(std::string(error.what()).find("ops: does not start"), std::string::npos);
  }
}

TEST_F(MapfuzzTest, ATrialHasFoundWhatFailsAgainAndBeforeItsTimeIsOver) {
  TrialPlan plan;
  plan.folder = folder_.path();
  plan.budget_seconds = 60;
  const auto found_after = [&](const std::string& seconds, const std::string& confirmed) {
    folder_.Put("out/summary.json",
                R"({"interrupted": false, "sanitizers_blind": [], "seconds": )" + seconds +
                    R"(, "targets": [{"name": "ops", "operations": 5, "executions": 1}],
                        "findings": [{"oracle": "result", "property": "value", "target": "ops",
                                      "file": "flaky", "confirmed": false},
                                     {"oracle": "cost", "property": "moves", "target": "ops",
                                      "file": "kept", "confirmed": )" +
                    confirmed + "}]}");
    return TrialOf(plan, ChildExit{});
  };
  const Trial found = found_after("59.9", "true");
  EXPECT_TRUE(found.detected);
  EXPECT_EQ(found.oracle, "cost");
  EXPECT_EQ(TapesOf(plan), std::vector<std::string>{"kept"});
  EXPECT_FALSE(found_after("59.9", "false").detected);
  EXPECT_TRUE(TapesOf(plan).empty()) << "which are those of its corpus, then";
  const Trial late = found_after("60.1", "true");
  EXPECT_FALSE(late.detected);
  EXPECT_EQ(late.oracle, "");
  EXPECT_GE(late.seconds, 60);
}

}  // namespace
}  // namespace mapfuzz::tool
