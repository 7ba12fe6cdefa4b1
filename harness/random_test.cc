#include "harness/random.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>

namespace mapfuzz {
namespace {

TEST(RandomTest, StaysWithinItsLimits) {
  Random random(7);
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 2000; ++i) {
    seen.insert(random.Below(10));
    const std::uint32_t between = random.Between(5, 6);
    ASSERT_TRUE(between == 5 || between == 6);
    ASSERT_LT(random.Scaled(100), 100u);
    ASSERT_EQ(random.Below(0), 0u);
    ASSERT_EQ(random.Scaled(1), 0u);
  }
  EXPECT_EQ(seen.size(), 10u);
  EXPECT_EQ(*seen.rbegin(), 9u);
}

TEST(RandomTest, PicksEachAsOftenAsItsWeightSays) {
  struct Choice {
    std::uint32_t weight;
  };
  const Choice choices[] = {{1}, {0}, {3}};
  int times[3] = {};
  Random random(7);
  for (int i = 0; i < 4000; ++i) ++times[&random.PickByWeight(choices) - choices];
  EXPECT_NEAR(times[0], 1000, 150);
  EXPECT_EQ(times[1], 0);
  EXPECT_NEAR(times[2], 3000, 150);
}

}  // namespace
}  // namespace mapfuzz
