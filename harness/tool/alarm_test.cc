// How the runs of an alarm are judged, by verdicts that are made up here. The command is tested as
// a program in `alarms_test.cc`.

#include "harness/tool/alarm.h"

#include <gtest/gtest.h>

namespace mapfuzz::tool {
namespace {

Verdict Passes(std::uint64_t steps) {
  Verdict verdict;
  verdict.kind = Verdict::Kind::kPass;
  verdict.steps = steps;
  return verdict;
}

Verdict FailsBy(const std::string& oracle, const std::string& property) {
  Verdict verdict;
  verdict.kind = Verdict::Kind::kFail;
  verdict.signature = {oracle, property};
  return verdict;
}

// What is wrong with the alarm of the oracle, after these runs.
std::string WrongWith(const std::string& oracle, const Verdict& on_bug, const Verdict& others) {
  using Role = AlarmRun::Role;
  Alarm alarm;
  alarm.oracle = oracle;
  Judge(alarm, {{Role::kUnedited, "", {}}, {Role::kOnBug, "", {}}, {Role::kOthers, "", {}}},
        {Passes(3), on_bug, others});
  return alarm.wrong;
}

TEST(JudgeTest, AnOracleThatAloneSpeaksIsRight) {
  EXPECT_EQ(WrongWith("cost", FailsBy("cost", "moves"), Passes(3)), "");
  EXPECT_EQ(WrongWith("sanitizer", FailsBy("sanitizer", "use-after-poison"), Passes(3)), "");
}

TEST(JudgeTest, ADeathWithoutAWordIsNoSanitizer) {
  for (const char* property : {"killed", "exit-1", "no-verdict"}) {
    const std::string wrong = WrongWith("sanitizer", FailsBy("sanitizer", property), Passes(3));
    EXPECT_EQ(wrong.rfind("ended without a verdict", 0), 0u) << property << ": " << wrong;
  }
}

TEST(JudgeTest, ARunThatDoesNothingDoesNotShowThatTheOracleIsAlone) {
  EXPECT_NE(WrongWith("cost", FailsBy("cost", "moves"), Passes(0)), "");
}

}  // namespace
}  // namespace mapfuzz::tool
