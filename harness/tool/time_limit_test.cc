#include "harness/tool/time_limit.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mapfuzz::tool {
namespace {

constexpr bool kAsleep = true;
constexpr bool kAwake = false;

// Looks that take no time.
Look At(double seconds, double used, bool asleep) { return {seconds, seconds, used, asleep}; }

struct Story {
  std::string what;
  std::vector<Look> looks;
  Ending ending;  // at the last look; at all before it the child goes on
};

class TimeWatchTest : public testing::TestWithParam<Story> {};

TEST_P(TimeWatchTest, JudgesByWhatWasSeen) {
  const TimeLimit limit{.hang = 10, .wall = 100};
  TimeWatch watch;
  const std::vector<Look>& looks = GetParam().looks;
  for (std::size_t i = 0; i + 1 < looks.size(); ++i) {
    ASSERT_EQ(watch.Judge(looks[i], limit), Ending::kByItself) << "look " << i;
  }
  EXPECT_EQ(watch.Judge(looks.back(), limit), GetParam().ending);
}

INSTANTIATE_TEST_SUITE_P(
    Stories, TimeWatchTest,
    testing::Values(
        Story{"used its processor time", {At(1, 1, kAwake), At(11, 10.1, kAwake)}, Ending::kSpun},
        Story{"used it up in bits", {At(50, 9, kAsleep), At(60, 10.1, kAsleep)}, Ending::kSpun},
        Story{"got little time", {At(50, 1, kAwake), At(99, 2, kAwake)}, Ending::kByItself},
        Story{"got too little time", {At(50, 1, kAwake), At(101, 2, kAwake)}, Ending::kStarved},
        Story{"sleeps", {At(1, 1, kAsleep), At(11.1, 1, kAsleep)}, Ending::kSlept},
        Story{"slept and is looked at late",
              {At(1, 1, kAsleep), At(500, 1, kAsleep)},
              Ending::kSlept},
        Story{"woke in between",
              {At(1, 1, kAsleep), At(12, 1.1, kAsleep), At(21, 1.1, kAsleep)},
              Ending::kByItself},
        Story{"stands still, but not asleep",
              {At(1, 1, kAwake), At(90, 1, kAwake)},
              Ending::kByItself},
        Story{"stands still for good", {At(1, 1, kAwake), At(101, 1, kAwake)}, Ending::kStarved},
        Story{"was awake when a long look ended",
              {Look{1, 30, 1, kAsleep}, At(39, 1, kAsleep)},
              Ending::kByItself}),
    [](const auto& story) {
      std::string name = story.param.what;
      std::erase(name, ',');
      for (char& c : name) c = c == ' ' ? '_' : c;
      return name;
    });

TEST(TimeLimitTest, GivesTheWallFarMoreThanAHang) {
  EXPECT_GE(TimeLimit{0.1}.wall, 60);
  EXPECT_GE(TimeLimit{60}.wall, 600);
}

}  // namespace
}  // namespace mapfuzz::tool
