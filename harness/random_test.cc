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

}  // namespace
}  // namespace mapfuzz
