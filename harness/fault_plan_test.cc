#include "harness/fault_plan.h"

#include <gtest/gtest.h>

namespace mapfuzz {
namespace {

// How many calls of the kind pass before one throws; -1 if none of ten does.
int CallsUntilFault(FaultPlan& plan, FaultKind kind) {
  for (int n = 0; n < 10; ++n) {
    try {
      plan.Meet(kind);
    } catch (const InjectedFault& fault) {
      EXPECT_EQ(fault.kind(), kind);
      return n;
    }
  }
  return -1;
}

TEST(FaultPlanTest, TheNthCallOfTheKindThrowsOnceWithinOpenSteps) {
  FaultPlan plan;
  plan.Arm(FaultKind::kHash, 3);
  EXPECT_EQ(CallsUntilFault(plan, FaultKind::kHash), -1) << "no step is open";
  plan.Open();
  EXPECT_EQ(CallsUntilFault(plan, FaultKind::kAlloc), -1) << "another kind";
  EXPECT_EQ(CallsUntilFault(plan, FaultKind::kHash), 2);
  EXPECT_EQ(plan.struck(), FaultKind::kHash);
  EXPECT_EQ(CallsUntilFault(plan, FaultKind::kHash), -1) << "it was the one";
  plan.Close();
  plan.Open();
  EXPECT_FALSE(plan.struck().has_value());
}

TEST(FaultPlanTest, CountsOnFromStepToStep) {
  FaultPlan plan;
  plan.Arm(FaultKind::kDraw, 2);
  plan.Open();
  plan.Meet(FaultKind::kDraw);
  plan.Close();
  plan.Meet(FaultKind::kDraw);
  plan.Open();
  EXPECT_EQ(CallsUntilFault(plan, FaultKind::kDraw), 0);
}

TEST(FaultPlanTest, AStepMeetsOneFaultAtMost) {
  FaultPlan plan;
  plan.Arm(FaultKind::kHash, 1);
  plan.Arm(FaultKind::kCopy, 1);
  plan.Open();
  EXPECT_EQ(CallsUntilFault(plan, FaultKind::kHash), 0);
  EXPECT_EQ(CallsUntilFault(plan, FaultKind::kCopy), -1);
  plan.Close();
  plan.Open();
  EXPECT_EQ(CallsUntilFault(plan, FaultKind::kCopy), 0);
}

TEST(FaultPlanTest, CanBeDisarmed) {
  FaultPlan plan;
  plan.Arm(FaultKind::kHash, 1);
  plan.Arm(FaultKind::kEqual, 1);
  plan.Disarm(FaultKind::kHash);
  plan.Open();
  EXPECT_EQ(CallsUntilFault(plan, FaultKind::kHash), -1);
  plan.Close();
  plan.DisarmAll();
  plan.Open();
  EXPECT_EQ(CallsUntilFault(plan, FaultKind::kEqual), -1);
}

}  // namespace
}  // namespace mapfuzz
