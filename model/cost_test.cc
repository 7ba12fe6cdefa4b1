#include "model/cost.h"

#include <gtest/gtest.h>

#include <string>

namespace mapfuzz {
namespace {

// A table that behaves, beside the account of it. Tests bend `table` and see what the account says.
class CostTest : public testing::Test {
 protected:
  static constexpr int kArrays[2] = {};

  std::string Write(std::uint64_t hash, bool inserts, const TableState& after,
                    std::uint64_t overflow_by_moves = 0) {
    done_ = {};
    const auto fault = cost_.AfterWrite(
        table_, after, {.hash = hash, .inserts = inserts, .overflow_by_moves = overflow_by_moves},
        done_);
    table_ = after;
    return fault ? fault->property : "";
  }
  // A quiet table of 2^b buckets.
  void Quiet(std::uint64_t count, unsigned b, std::uint64_t noverflow = 0) {
    table_ = {.count = count, .b = b, .noverflow = noverflow, .array = &kArrays[0]};
    Adopt();
  }
  // A doubling to 2^b buckets that has just begun.
  void Doubling(std::uint64_t count, unsigned b) {
    table_ = {.count = count, .b = b, .growing = true, .array = &kArrays[0]};
    Adopt();
  }
  void Adopt() {
    cost_.Adopt(table_, [](std::size_t) { return false; });
  }
  TableState Next() const {
    TableState next = table_;
    ++next.count;
    return next;
  }
  // The table after the insert that should start to double it.
  TableState Doubled(std::uint64_t nevacuate) const {
    TableState next = Next();
    next.b = table_.b + 1;
    next.growing = true;
    next.nevacuate = nevacuate;
    next.array = &kArrays[1];
    return next;
  }

  CostModel cost_{GrowthRule{}};
  TableState table_;
  CostModel::Done done_;
};

TEST_F(CostTest, InsertBelowTheThresholdStartsNothing) {
  Quiet(20, 2);
  EXPECT_EQ(Write(0, true, Next()), "");
  EXPECT_EQ(done_.started, 0);
}

TEST_F(CostTest, InsertOverTheThresholdStartsADoublingAndMovesTwoChains) {
  Quiet(26, 2);
  EXPECT_EQ(Write(0, true, Doubled(2)), "");
  EXPECT_TRUE(done_.started_doubling);
  EXPECT_TRUE(cost_.IsMoved(0));
  EXPECT_TRUE(cost_.IsMoved(1));
  EXPECT_FALSE(cost_.IsMoved(2));
}

TEST_F(CostTest, InsertOverTheThresholdWithoutAGrowthIsLate) {
  Quiet(26, 2);
  EXPECT_EQ(Write(0, true, Next()), "growth-late");
}

TEST_F(CostTest, GrowthBelowTheThresholdIsEarly) {
  Quiet(25, 2);
  EXPECT_EQ(Write(0, true, Doubled(2)), "growth-early");
}

TEST_F(CostTest, UpdateStartsNoGrowth) {
  Quiet(27, 2);
  EXPECT_EQ(Write(0, false, table_), "");
  EXPECT_EQ(Write(0, false, Doubled(2)), "growth-early");
}

TEST_F(CostTest, TooManyOverflowBucketsStartASameSizeGrowth) {
  Quiet(10, 2, 4);
  TableState after = Next();
  after.growing = after.same_size = true;
  after.noverflow = 0;
  after.nevacuate = 2;
  after.array = &kArrays[1];
  EXPECT_EQ(Write(0, true, after), "");
  EXPECT_TRUE(done_.started_same_size);
}

TEST_F(CostTest, FewerOverflowBucketsDoNot) {
  Quiet(10, 2, 3);
  TableState after = Next();
  after.growing = after.same_size = true;
  after.nevacuate = 2;
  after.array = &kArrays[1];
  EXPECT_EQ(Write(0, true, after), "growth-early");
}

TEST_F(CostTest, DoublingInsteadOfASameSizeGrowthIsOfTheWrongSize) {
  Quiet(10, 2, 4);
  EXPECT_EQ(Write(0, true, Doubled(2)), "growth-wrong-size");
}

TEST_F(CostTest, SmallTableRebuiltWithoutReasonIsSeenByItsArray) {
  Quiet(3, 1);
  TableState after = Next();
  after.array = &kArrays[1];
  EXPECT_EQ(Write(0, true, after), "growth-early");
}

TEST_F(CostTest, EachWriteMovesItsOwnChainAndTheNext) {
  Doubling(30, 4);
  TableState after = table_;
  after.nevacuate = 1;
  EXPECT_EQ(Write(5, false, after), "");
  EXPECT_TRUE(cost_.IsMoved(5));
  EXPECT_TRUE(cost_.IsMoved(0));
}

TEST_F(CostTest, MovingThreeChainsIsTooMany) {
  Doubling(30, 4);
  TableState after = table_;
  after.nevacuate = 3;
  EXPECT_EQ(Write(0, false, after), "moves-too-many");
}

TEST_F(CostTest, MovingNoneIsTooFew) {
  Doubling(30, 4);
  EXPECT_EQ(Write(0, false, table_), "moves-too-few");
}

TEST_F(CostTest, MovedChainsAreSkipped) {
  Doubling(30, 4);
  TableState after = table_;
  after.nevacuate = 2;
  EXPECT_EQ(Write(1, false, after), "") << "0 had its turn, and 1 has moved already";
  after.nevacuate = 3;
  EXPECT_EQ(Write(1, false, after), "");
}

TEST_F(CostTest, GrowthEndsWithItsLastChain) {
  Doubling(10, 2);
  TableState after = table_;
  after.growing = false;
  after.nevacuate = 2;
  EXPECT_EQ(Write(0, false, after), "");
  EXPECT_EQ(done_.finished, 1);
}

TEST_F(CostTest, GrowthThatGoesOnAfterItsLastChainIsUnfinished) {
  Doubling(10, 2);
  TableState after = table_;
  after.nevacuate = 1;
  EXPECT_EQ(Write(0, false, after), "growth-unfinished");
}

TEST_F(CostTest, GrowthThatEndsBeforeItsLastChainMovedTooMany) {
  Doubling(30, 4);
  TableState after = table_;
  after.growing = false;
  EXPECT_EQ(Write(0, false, after), "moves-too-many");
}

TEST_F(CostTest, ReadMovesNothing) {
  Doubling(30, 4);
  EXPECT_FALSE(cost_.AfterRead(table_, table_).has_value());
  TableState after = table_;
  after.nevacuate = 1;
  EXPECT_TRUE(cost_.AfterRead(table_, after).has_value());
}

TEST_F(CostTest, AdoptedTableKnowsWhatHasMoved) {
  table_ = {.count = 30, .b = 4, .growing = true, .nevacuate = 1};
  cost_.Adopt(table_, [](std::size_t n) { return n == 0 || n == 6; });
  EXPECT_TRUE(cost_.IsMoved(6));
  EXPECT_FALSE(cost_.IsMoved(5));
  EXPECT_EQ(cost_.old_chains(), 8u);
}

TEST_F(CostTest, ForetellsTheChainsAWriteMoves) {
  Doubling(30, 4);
  const CostModel::Moves moves = cost_.Foretell(table_, 13, true);
  EXPECT_TRUE(moves.of_old);
  EXPECT_TRUE(moves.doubling);
  ASSERT_EQ(moves.chains, 2);
  EXPECT_EQ(moves.chain[0], 5u);
  EXPECT_EQ(moves.chain[1], 0u);
}

TEST_F(CostTest, ForetellsTheGrowthThatAnInsertStarts) {
  Quiet(26, 2);
  EXPECT_EQ(cost_.Foretell(table_, 0, false).chains, 0);
  const CostModel::Moves moves = cost_.Foretell(table_, 0, true);
  EXPECT_FALSE(moves.of_old);
  ASSERT_EQ(moves.chains, 2);
  EXPECT_EQ(moves.chain[0], 0u);
  EXPECT_EQ(moves.chain[1], 1u);
}

TEST(CallBoundTest, ALookUpHashesOnce) {
  const CallBound bound = BoundOf({.own_chains = 8, .look_ups = 1});
  EXPECT_EQ(bound.hash, 1u);
  EXPECT_EQ(bound.equal, 8u);
}

TEST(CallBoundTest, AWriteHashesItsKeyAndWhatItMoves) {
  EXPECT_EQ(BoundOf({.own_chains = 8, .moved = 11, .writes = 1}).hash, 12u);
}

TEST(GrowthRuleTest, ThresholdsAreThoseOfGo119) {
  const GrowthRule rule;
  EXPECT_FALSE(rule.Over(8, 0));
  EXPECT_TRUE(rule.Over(9, 0));
  EXPECT_FALSE(rule.Over(13, 1));
  EXPECT_TRUE(rule.Over(14, 1));
  EXPECT_EQ(rule.BucketsFor(-1), 0u);
  EXPECT_EQ(rule.BucketsFor(8), 0u);
  EXPECT_EQ(rule.BucketsFor(9), 1u);
  EXPECT_EQ(rule.BucketsFor(27), 3u);
  EXPECT_EQ(rule.BucketsFor(209), 6u);
}

TEST(GrowthRuleTest, OtherSlotsHaveThresholdsInProportion) {
  const GrowthRule rule;
  EXPECT_FALSE(rule.Over(4, 0, 4));
  EXPECT_TRUE(rule.Over(5, 0, 4));
  EXPECT_FALSE(rule.Over(13, 2, 4));
  EXPECT_TRUE(rule.Over(14, 2, 4));
  EXPECT_FALSE(rule.Over(16, 0, 16));
  EXPECT_TRUE(rule.Over(17, 0, 16));
  EXPECT_FALSE(rule.Over(26, 1, 16));
  EXPECT_TRUE(rule.Over(27, 1, 16));
  EXPECT_EQ(rule.BucketsFor(27, 4), 4u);
  EXPECT_EQ(rule.BucketsFor(27, 16), 2u);
}

TEST(GrowthRuleTest, OnlyAnAdaptiveTableRebuiltAtItsSizeChangesItsSlots) {
  const GrowthRule fixed;
  const GrowthRule adaptive{.adaptive = true};
  for (const unsigned slots : {4U, 8U, 16U}) {
    for (const std::uint64_t count : {0U, 2U, 3U, 26U, 27U, 200U}) {
      EXPECT_EQ(fixed.SlotsAfter(count, 4, slots, false), slots);
      EXPECT_EQ(adaptive.SlotsAfter(count, 4, slots, true), slots);
    }
    // 16 buckets of 4 slots double when they would hold more than 52, one bucket beyond 4.
    EXPECT_EQ(adaptive.SlotsAfter(26, 4, slots, false), 4u);
    EXPECT_EQ(adaptive.SlotsAfter(27, 4, slots, false), 16u);
    EXPECT_EQ(adaptive.SlotsAfter(2, 0, slots, false), 4u);
    EXPECT_EQ(adaptive.SlotsAfter(3, 0, slots, false), 16u);
  }
  const GrowthRule full{.numerator = 8, .denominator = 1, .adaptive = true};
  EXPECT_EQ(full.SlotsAfter(32, 4, 8, false), 4u);
  EXPECT_EQ(full.SlotsAfter(33, 4, 8, false), 16u);
}

TEST(GrowthRuleTest, RefusesWhereOneBucketMoreWouldBeOneTooMany) {
  const GrowthRule rule{.chain_limit = 2};
  EXPECT_TRUE(rule.Refuses(2, 16, 8));
  EXPECT_TRUE(rule.Refuses(3, 24, 8)) << "it was made so long by something else than an insert";
  EXPECT_FALSE(rule.Refuses(1, 8, 8));
  EXPECT_FALSE(rule.Refuses(2, 15, 8));
  EXPECT_FALSE(rule.Refuses(2, 8, 16));
  EXPECT_FALSE(GrowthRule{}.Refuses(9, 72, 8)) << "no limit";
}

// As `CostTest`, of a table whose slots adapt.
class AdaptiveCostTest : public CostTest {
 protected:
  AdaptiveCostTest() { cost_ = CostModel({.adaptive = true}); }

  // The slots of the current and the old array after a growth that this insert starts.
  std::string SlotsAfterGrowthOf(std::uint64_t count, unsigned b, std::uint64_t noverflow,
                                 TableState after) {
    Quiet(count, b, noverflow);
    after.nevacuate = 2;
    after.growing = true;
    after.array = &kArrays[1];
    const std::string fault = Write(0, true, after);
    return fault + std::to_string(cost_.slots(false)) + " " + std::to_string(cost_.slots(true));
  }
};

TEST_F(AdaptiveCostTest, KnowsTheSlotsOfTheArrayThatAGrowthBegins) {
  const TableState rebuilt{.count = 9, .b = 2, .same_size = true};
  EXPECT_EQ(SlotsAfterGrowthOf(6, 2, 4, rebuilt), "4 8");
  EXPECT_EQ(SlotsAfterGrowthOf(7, 2, 4, rebuilt), "16 8");
  const TableState doubled{.count = 27, .b = 3};
  EXPECT_EQ(SlotsAfterGrowthOf(26, 2, 4, doubled), "8 8");
}

TEST_F(AdaptiveCostTest, KnowsThatARebuiltTableHasAnotherThreshold) {
  table_ = {.count = 13, .b = 2, .slots = 4, .array = &kArrays[0]};
  Adopt();
  EXPECT_EQ(cost_.slots(false), 4u);
  EXPECT_EQ(Write(0, true, Next()), "growth-late");
  table_ = {.count = 26, .b = 2, .slots = 16, .array = &kArrays[0]};
  Adopt();
  EXPECT_EQ(Write(0, true, Next()), "");
}

TEST_F(AdaptiveCostTest, ForetellsTheSlotsThatEntriesMoveTo) {
  Quiet(6, 2, 4);
  EXPECT_EQ(cost_.Foretell(table_, 0, true).slots, 4u);
  Quiet(26, 2, 4);
  EXPECT_EQ(cost_.Foretell(table_, 0, true).slots, 8u);
}

TEST_F(AdaptiveCostTest, SeesARebuildThatEndsWithinTheWriteByItsSlots) {
  // The last moves of a doubling may leave too many overflow buckets; two chains are then moved
  // again at once.
  Doubling(12, 1);
  TableState after = Next();
  after.b = 1;
  after.growing = false;
  after.array = &kArrays[1];
  after.slots = 16;
  EXPECT_EQ(Write(0, true, after, 2), "");
  EXPECT_EQ(cost_.slots(false), 16u);
  EXPECT_TRUE(done_.started_same_size);
}

TEST_F(CostTest, ThresholdFollowsTheSlotsOfTheTable) {
  Quiet(13, 2);
  table_.slots = 4;
  Adopt();
  TableState doubled = Doubled(2);
  doubled.slots = 4;
  EXPECT_EQ(Write(0, true, doubled), "") << "13 entries are all that 4 buckets of 4 hold";
  EXPECT_TRUE(done_.started_doubling);
}

TEST_F(CostTest, ThresholdOfEightSlotsIsLateForFour) {
  Quiet(13, 2);
  table_.slots = 4;
  Adopt();
  EXPECT_EQ(Write(0, true, Next()), "growth-late");
}

TEST_F(CostTest, RebuildAfterTheLastMovesNeedsEnoughOverflowBuckets) {
  for (const std::uint64_t overflow_by_moves : {0, 4}) {
    Doubling(20, 2);
    TableState after = Next();
    after.same_size = true;
    after.array = &kArrays[1];
    after.nevacuate = 2;
    // Two old chains: both move, the growth ends, and the map says that it began another.
    EXPECT_EQ(Write(0, true, after, overflow_by_moves),
              overflow_by_moves == 0 ? "growth-early" : "")
        << overflow_by_moves;
  }
}

}  // namespace
}  // namespace mapfuzz
