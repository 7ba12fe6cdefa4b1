#include "harness/tool/budget.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mapfuzz::tool {
namespace {

std::vector<double> SecondsOfTargets(const std::vector<std::vector<Slice>>& plan,
                                     std::size_t targets) {
  std::vector<double> seconds(targets);
  for (const auto& slices : plan) {
    for (const Slice& slice : slices) seconds.at(slice.target) += slice.end - slice.begin;
  }
  return seconds;
}

TEST(PlanSlices, GivesEveryTargetTheSameAndFillsEveryJob) {
  for (std::size_t targets = 1; targets <= 7; ++targets) {
    for (std::size_t jobs = 1; jobs <= 9; ++jobs) {
      const auto plan = PlanSlices(targets, jobs, 60.0);
      ASSERT_EQ(plan.size(), jobs);
      const double share = 60.0 * static_cast<double>(jobs) / static_cast<double>(targets);
      for (double seconds : SecondsOfTargets(plan, targets)) EXPECT_NEAR(seconds, share, 1e-3);
      for (const auto& slices : plan) {
        double at = 0;
        for (const Slice& slice : slices) {
          EXPECT_DOUBLE_EQ(slice.begin, at);
          at = slice.end;
        }
        EXPECT_NEAR(at, 60, 1e-3);
      }
    }
  }
}

TEST(PlanSlices, CutsATargetOnlyAtTheEndOfAJob) {
  const auto plan = PlanSlices(5, 2, 60.0);
  ASSERT_EQ(plan[0].size(), 3u);
  ASSERT_EQ(plan[1].size(), 3u);
  EXPECT_EQ(plan[0][2].target, 2u);
  EXPECT_EQ(plan[1][0].target, 2u);
}

TEST(PlanSlices, HasOneEndlessSliceForEachTargetWithoutATime) {
  const auto plan = PlanSlices(3, 2, std::nullopt);
  ASSERT_EQ(plan[0].size(), 2u);
  ASSERT_EQ(plan[1].size(), 1u);
  EXPECT_TRUE(std::isinf(plan[0][0].end));
}

TEST(PlanTurns, GivesEveryTargetItsShareInTurnsThatGrow) {
  const auto plan = PlanTurns(9, 1, 60, 0.4);
  ASSERT_EQ(plan.size(), 1u);
  ASSERT_EQ(plan[0].size(), 36u) << "four turns: one part, two, four and eight of 15";
  double at = 0;
  std::vector<double> shares(9);
  for (const Slice& slice : plan[0]) {
    EXPECT_NEAR(slice.begin, at, 1e-3);
    shares[slice.target] += slice.end - slice.begin;
    at = slice.end;
  }
  EXPECT_NEAR(at, 60, 1e-3);
  for (const double share : shares) EXPECT_NEAR(share, 60.0 / 9, 1e-3);
  EXPECT_NEAR(plan[0][8].end, 4, 1e-3) << "all have had a turn";
}

TEST(PlanTurns, IsOneTurnIfThereIsNoTimeForMore) {
  EXPECT_EQ(PlanTurns(4, 2, 1, 0.4)[0].size(), 2u);
}

}  // namespace
}  // namespace mapfuzz::tool
