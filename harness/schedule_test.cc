#include "harness/schedule.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <string_view>

namespace mapfuzz {
namespace {

// What the parser says about `text`, or "no error".
std::string ErrorOf(std::string_view text) {
  try {
    ParseSchedule(text, "s");
  } catch (const ParseError& error) {
    return error.what();
  }
  return "no error";
}

struct Written {
  Schedule schedule;
  std::string_view text;
};

const Written kWritten[] = {
    {RandomSchedule(PointLevel::kAccesses, 17, 3), "random accesses seed 17 chance 1/8"},
    {RandomSchedule(PointLevel::kLocks, 0xffffffff, 6), "random locks seed 4294967295 chance 1/64"},
    {PctSchedule(PointLevel::kLocks, 4, 3, 320), "pct locks seed 4 depth 3 length 320"},
    {PctSchedule(PointLevel::kAccesses, 0, 16, kMaxPoints),
     "pct accesses seed 0 depth 16 length 4194304"},
    {ExplicitSchedule(PointLevel::kLocks, {}), "explicit locks"},
    {ExplicitSchedule(PointLevel::kAccesses, {{0, 2}, {5, 1}, {4194304, 7}}),
     "explicit accesses 0>2 5>1 4194304>7"},
};

TEST(ScheduleTest, TextAndValueAreEachOther) {
  for (const auto& [schedule, text] : kWritten) {
    EXPECT_EQ(ToText(schedule), text);
    EXPECT_EQ(ParseSchedule(text, "s"), schedule) << text;
  }
}

TEST(ScheduleTest, BlanksAndCommentsDoNotMatter) {
  EXPECT_EQ(ParseSchedule("\n# by hand\n  explicit\tlocks  5>1 # then 0\n", "s"),
            ExplicitSchedule(PointLevel::kLocks, {{5, 1}}));
}

TEST(ScheduleTest, StandsBehindOtherTokensOfALine) {
  TokenReader reader("schedule: explicit locks 5>1", "t.tape");
  ASSERT_TRUE(reader.NextTokens());
  EXPECT_EQ(ScheduleAt(reader, 1), ExplicitSchedule(PointLevel::kLocks, {{5, 1}}));
}

TEST(ScheduleTest, ErrorsSayWhatAndWhere) {
  const struct {
    std::string_view text;
    std::string_view part;
  } kErrors[] = {
      {"", "s:1:1: the schedule is missing"},
      {"rnadom locks seed 1 chance 1/2", "s:1:1: unknown schedule `rnadom`; did you mean `random`"},
      {"random", "s:1:7: the level is missing"},
      {"random lock seed 1 chance 1/2", "s:1:8: unknown level `lock`; did you mean `locks`"},
      {"random locks 1", "s:1:14: `seed` is expected here, not `1`"},
      {"random locks seed", "s:1:18: the seed is missing"},
      {"random locks seed 4294967296 chance 1/2", "s:1:19: seed `4294967296` is out of range"},
      {"random locks seed 1 chance 1/3", "s:1:28: unknown chance `1/3`"},
      {"random locks seed 1 chance 1/2 3", "s:1:32: nothing is expected behind the schedule"},
      {"pct locks seed 1 depth 0 length 9", "s:1:24: depth `0` is out of range"},
      {"pct locks seed 1 depth 2 length 0", "s:1:33: length `0` is out of range"},
      {"explicit locks 5", "s:1:16: `5` is not a switch; write POINT>THREAD"},
      {"explicit locks 5>8", "s:1:18: thread `8` is out of range; it goes from 0 to 7"},
      {"explicit locks x>1", "s:1:16: `x` is not a number; the point"},
      {"explicit locks 5>1 5>0", "s:1:20: points ascend, and this one is not behind 5"},
      {"explicit locks\nexplicit locks", "s:2:1: a schedule is one line"},
  };
  for (const auto& [text, part] : kErrors) {
    EXPECT_EQ(ErrorOf(text).substr(0, part.size()), part) << text;
  }
}

TEST(ScheduleTest, CanonicalReducesEveryField) {
  EXPECT_EQ(Canonical({ScheduleKind::kRandom, PointLevel::kLocks, 7, 0, 3, 4, {{1, 1}}}),
            RandomSchedule(PointLevel::kLocks, 7, 1));
  EXPECT_EQ(Canonical({ScheduleKind::kPct, PointLevel::kLocks, 7, 9, 99, 0, {{1, 1}}}),
            PctSchedule(PointLevel::kLocks, 7, kMaxDepth, 1));
  EXPECT_EQ(Canonical({ScheduleKind::kExplicit,
                       PointLevel::kLocks,
                       7,
                       9,
                       9,
                       9,
                       {{5, 3}, {2, 0}, {5, 9}, {kMaxPoints + 1, 2}}}),
            ExplicitSchedule(PointLevel::kLocks, {{2, 0}, {5, 1}, {kMaxPoints, 2}}));
}

TEST(ScheduleTest, DrawnSchedulesHaveEveryChance) {
  Random random(1);
  std::set<int> chances;
  for (int i = 0; i < 100; ++i) {
    const Schedule drawn = DrawSchedule(PointLevel::kAccesses, random);
    EXPECT_EQ(drawn, Canonical(drawn));
    chances.insert(drawn.chance_log);
  }
  EXPECT_EQ(chances, (std::set<int>{1, 2, 3, 4, 5, 6}));
}

}  // namespace
}  // namespace mapfuzz
