#include "model/configuration_set.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <utility>

namespace mapfuzz {
namespace {

using Row = std::array<std::uint64_t, 2>;

TEST(ConfigurationSetTest, HoldsEachRowOnceThroughItsGrowths) {
  ConfigurationSet set(2);
  for (std::uint64_t i = 0; i != 1000; ++i) {
    EXPECT_EQ(set.Insert(Row{i % 10, i}), (std::pair{i, true}));
  }
  for (std::uint64_t i = 0; i != 1000; ++i) {
    EXPECT_EQ(set.Insert(Row{i % 10, i}), (std::pair{i, false}));
    EXPECT_EQ(set[i][0], i % 10);
    EXPECT_EQ(set[i][1], i);
  }
  EXPECT_EQ(set.size(), 1000U);
}

TEST(ConfigurationSetTest, RowsDifferInTheOrderOfTheirWords) {
  ConfigurationSet set(2);
  EXPECT_TRUE(set.Insert(Row{1, 2}).second);
  EXPECT_TRUE(set.Insert(Row{2, 1}).second);
}

TEST(ConfigurationSetTest, RowsWithoutWordsAreAllTheSame) {
  ConfigurationSet set(0);
  EXPECT_TRUE(set.Insert({}).second);
  EXPECT_FALSE(set.Insert({}).second);
}

}  // namespace
}  // namespace mapfuzz
