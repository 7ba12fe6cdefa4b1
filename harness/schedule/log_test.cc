#include "harness/schedule/log.h"

#include <gtest/gtest.h>

#include <vector>

namespace mapfuzz {
namespace {

std::vector<int> Entries(const Log<int>& log) { return {log.begin(), log.end()}; }

TEST(LogTest, KeepsWhatIsAddedUpToItsCapacity) {
  Log<int> log;
  log.Add(1);
  EXPECT_EQ(log.size(), 0u);
  log.Reset(2);
  log.Add(1);
  log.Add(2);
  log.Add(3);
  EXPECT_EQ(Entries(log), (std::vector<int>{1, 2}));
}

TEST(LogTest, ResetEmptiesItAndMayMakeItLarger) {
  Log<int> log;
  log.Reset(1);
  log.Add(1);
  log.Reset(100000);
  EXPECT_EQ(log.size(), 0u);
  for (int i = 0; i < 100000; ++i) log.Add(i);
  EXPECT_EQ(log.size(), 100000u);
  EXPECT_EQ(*(log.end() - 1), 99999);
  log.Reset(0);
  EXPECT_EQ(log.size(), 0u);
}

}  // namespace
}  // namespace mapfuzz
