#include "harness/schedule/locks.h"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

namespace mapfuzz {
namespace {

constexpr HoldMode kExclusive = HoldMode::kExclusive;
constexpr HoldMode kShared = HoldMode::kShared;

const int lock_a = 0;
const int lock_b = 0;

TEST(LocksTest, AnExclusiveHolderIsInEveryOthersWay) {
  Locks locks;
  EXPECT_FALSE(locks.IsHeldAgainst(&lock_a, 1, kExclusive));
  ASSERT_TRUE(locks.Take(&lock_a, 0, kExclusive));
  EXPECT_TRUE(locks.IsHeldAgainst(&lock_a, 1, kExclusive));
  EXPECT_TRUE(locks.IsHeldAgainst(&lock_a, 1, kShared));
  EXPECT_FALSE(locks.IsHeldAgainst(&lock_a, 0, kExclusive));
  EXPECT_FALSE(locks.IsHeldAgainst(&lock_b, 1, kExclusive));
  EXPECT_EQ(locks.Holders(&lock_a), SetOf(0));
}

TEST(LocksTest, SharedHoldersAreInAWritersWayOnly) {
  Locks locks;
  ASSERT_TRUE(locks.Take(&lock_a, 0, kShared));
  EXPECT_FALSE(locks.IsHeldAgainst(&lock_a, 1, kShared));
  ASSERT_TRUE(locks.Take(&lock_a, 1, kShared));
  EXPECT_TRUE(locks.IsShared(&lock_a));
  EXPECT_TRUE(locks.IsHeldAgainst(&lock_a, 2, kExclusive));
  EXPECT_TRUE(locks.IsHeldAgainst(&lock_a, 0, kExclusive));
  EXPECT_EQ(locks.Release(&lock_a, 0), kShared);
  EXPECT_FALSE(locks.IsHeldAgainst(&lock_a, 1, kExclusive));
  EXPECT_EQ(locks.Release(&lock_a, 1), kShared);
  EXPECT_EQ(locks.Holders(&lock_a), 0);
}

TEST(LocksTest, ALockTakenTwiceIsHeldUntilReleasedTwice) {
  Locks locks;
  ASSERT_TRUE(locks.Take(&lock_a, 0, kExclusive));
  ASSERT_TRUE(locks.Take(&lock_a, 0, kExclusive));
  EXPECT_EQ(locks.Release(&lock_a, 0), kExclusive);
  EXPECT_TRUE(locks.IsHeldAgainst(&lock_a, 1, kExclusive));
  EXPECT_EQ(locks.Release(&lock_a, 0), kExclusive);
  EXPECT_FALSE(locks.IsHeldAgainst(&lock_a, 1, kExclusive));
}

TEST(LocksTest, ReleasingWhatAnotherHoldsChangesNothing) {
  Locks locks;
  ASSERT_TRUE(locks.Take(&lock_a, 0, kExclusive));
  EXPECT_EQ(locks.Release(&lock_a, 1), kExclusive);
  EXPECT_EQ(locks.Release(&lock_b, 1), kExclusive);
  EXPECT_EQ(locks.Holders(&lock_a), SetOf(0));
}

TEST(LocksTest, ForgetsLocksThatNobodyHolds) {
  Locks locks;
  std::vector<char> many(Locks::kMostHeld + 1);
  for (std::size_t i = 0; i < Locks::kMostHeld; ++i) {
    ASSERT_TRUE(locks.Take(&many[i], 0, kExclusive));
  }
  EXPECT_FALSE(locks.Take(&many.back(), 0, kExclusive));
  EXPECT_EQ(locks.Release(&many[3], 0), kExclusive);
  EXPECT_TRUE(locks.Take(&many.back(), 0, kExclusive));
  EXPECT_TRUE(locks.IsHeldAgainst(&many[Locks::kMostHeld - 1], 1, kExclusive));
  EXPECT_FALSE(locks.IsHeldAgainst(&many[3], 1, kExclusive));
}

}  // namespace
}  // namespace mapfuzz
