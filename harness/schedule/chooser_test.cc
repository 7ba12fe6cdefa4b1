#include "harness/schedule/chooser.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace mapfuzz {
namespace {

constexpr ThreadSet kAll = 0b111;

// The threads that a run of three, none of which ever blocks, goes through.
std::vector<int> Choices(const Schedule& schedule, std::uint32_t points) {
  Chooser chooser(schedule, 3);
  std::vector<int> choices;
  int current = kNoThread;
  for (std::uint32_t point = 0; point < points; ++point) {
    current = chooser.Choose({point, current, kAll, false});
    choices.push_back(current);
  }
  return choices;
}

int Changes(const std::vector<int>& choices) {
  int changes = 0;
  for (std::size_t i = 1; i < choices.size(); ++i) changes += choices[i] != choices[i - 1] ? 1 : 0;
  return changes;
}

TEST(ChoiceTest, DefaultIsTheCurrentThreadOrElseTheNextByNumber) {
  const struct {
    int current;
    ThreadSet candidates;
    int chosen;
  } kCases[] = {
      {kNoThread, 0b111, 0}, {kNoThread, 0b100, 2}, {0, 0b111, 0}, {1, 0b010, 1},
      {0, 0b110, 1},         {1, 0b101, 2},         {2, 0b011, 0}, {7, 0b00000010, 1},
      {1, 0b10000001, 7},    {7, 0b10000000, 7},
  };
  for (const auto& [current, candidates, chosen] : kCases) {
    const Choice choice{0, current, candidates, false};
    EXPECT_EQ(choice.Default(), chosen) << current << " of " << int{candidates};
  }
}

TEST(ChooserTest, SameSeedSameChoices) {
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    const Schedule random = RandomSchedule(PointLevel::kLocks, seed, 2);
    EXPECT_EQ(Choices(random, 100), Choices(random, 100));
    EXPECT_NE(Choices(random, 100), Choices(RandomSchedule(PointLevel::kLocks, seed + 1, 2), 100));
    const Schedule pct = PctSchedule(PointLevel::kLocks, seed, 4, 100);
    EXPECT_EQ(Choices(pct, 100), Choices(pct, 100));
  }
}

TEST(ChooserTest, RandomSwitchesAsOftenAsItsChanceSays) {
  for (int chance_log = kMinChanceLog; chance_log <= kMaxChanceLog; ++chance_log) {
    const auto log = static_cast<std::uint8_t>(chance_log);
    const int changes = Changes(Choices(RandomSchedule(PointLevel::kLocks, 5, log), 6400));
    const int expected = 6400 >> chance_log;
    EXPECT_NEAR(changes, expected, 0.25 * expected) << chance_log;
  }
}

TEST(ChooserTest, PctSwitchesAtMostWhereAPriorityChanges) {
  std::set<int> first;
  int most = 0;
  for (std::uint32_t seed = 0; seed < 50; ++seed) {
    const auto choices = Choices(PctSchedule(PointLevel::kLocks, seed, 4, 100), 100);
    EXPECT_LE(Changes(choices), 3);
    most = std::max(most, Changes(choices));
    first.insert(choices[0]);
  }
  EXPECT_EQ(most, 3);
  EXPECT_EQ(first, (std::set<int>{0, 1, 2}));
}

TEST(ChooserTest, PctLetsAThreadThatYieldedGoLast) {
  const Schedule pct = PctSchedule(PointLevel::kLocks, 1, 1, 100);
  Chooser chooser(pct, 3);
  const int first = chooser.Choose({0, kNoThread, kAll, false});
  const auto others = static_cast<ThreadSet>(kAll & ~SetOf(first));
  const int second = chooser.Choose({1, first, others, true});
  EXPECT_NE(second, first);
  EXPECT_EQ(chooser.Choose({2, second, kAll, false}), second);
  const auto without = static_cast<ThreadSet>(kAll & ~SetOf(second));
  EXPECT_NE(chooser.Choose({3, second, without, false}), first);
}

TEST(ChooserTest, ExplicitDoesWhatIsWrittenAndElseTheDefault) {
  EXPECT_EQ(Choices(ExplicitSchedule(PointLevel::kLocks, {}), 4), (std::vector<int>{0, 0, 0, 0}));
  EXPECT_EQ(Choices(ExplicitSchedule(PointLevel::kLocks, {{0, 2}, {2, 1}, {3, 0}}), 5),
            (std::vector<int>{2, 2, 1, 0, 0}));
}

TEST(ChooserTest, ExplicitCountsWhatItCouldNotDo) {
  const Schedule schedule = ExplicitSchedule(PointLevel::kLocks, {{0, 1}, {1, 2}, {9, 0}});
  Chooser chooser(schedule, 3);
  EXPECT_EQ(chooser.Choose({0, kNoThread, kAll, false}), 1);
  EXPECT_EQ(chooser.Choose({1, 1, 0b011, false}), 1);
  EXPECT_EQ(chooser.untaken(), 2u);
}

}  // namespace
}  // namespace mapfuzz
