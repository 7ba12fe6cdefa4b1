#include "harness/milestones.h"

#include <gtest/gtest.h>

#include <set>
#include <string_view>

#include "harness/access_milestones.h"
#include "harness/run_core.h"

namespace mapfuzz {
namespace {

TEST(MilestonesTest, NamesAreDistinctAndLeadBack) {
  std::set<std::string_view> names;
  for (int i = 0; i < kMilestones; ++i) {
    const auto milestone = static_cast<Milestone>(i);
    EXPECT_TRUE(names.insert(MilestoneName(milestone)).second) << MilestoneName(milestone);
    EXPECT_FALSE(MilestoneHelp(milestone).empty());
    EXPECT_EQ(FindMilestone(MilestoneName(milestone)), milestone);
  }
  EXPECT_EQ(FindMilestone("no-such-thing"), std::nullopt);
}

class KeyMilestonesTest : public testing::Test {
 protected:
  std::uint64_t Hits(Milestone milestone, const Access& access) {
    RunCore core(Canonical(config_), {});
    HitKeyMilestones(access,
                     {.before = before_,
                      .after = after_,
                      .done = done_,
                      .hash = hash_,
                      .in_old = in_old_,
                      .moved_nans = moved_nans_,
                      .moved_nans_up = moved_nans_,
                      .pile = pile_,
                      .longest = longest_,
                      .slots_before = slots_before_,
                      .slots_after = slots_after_,
                      .other_slots = slots_before_ != slots_after_,
                      .once_refused = once_refused_},
                     core);
    return core.result().milestones[static_cast<int>(milestone)];
  }

  Config config_;
  HeaderView before_{.count = 4, .b = 4, .pool = 1};
  HeaderView after_ = before_;
  CostModel::Done done_;
  std::uint64_t hash_ = std::uint64_t{9} << 56;
  bool in_old_ = false;
  std::size_t moved_nans_ = 0;
  std::size_t pile_ = 0;
  std::size_t longest_ = 1;
  unsigned slots_before_ = 8;
  unsigned slots_after_ = 8;
  bool once_refused_ = false;
};

constexpr Access kInsert{.key = {7, 7, false}, .writes = true, .inserts = true};
constexpr Access kErase{.key = {7, 7, false}, .writes = true, .erases = true};
constexpr Access kUpdate{.key = {7, 7, false}, .writes = true};
constexpr Access kRead{.key = {7, 7, false}, .look_ups = 1};

TEST_F(KeyMilestonesTest, QuietInsertReachesNone) {
  RunCore core(config_, {});
  HitKeyMilestones(kInsert, {.before = before_, .after = after_, .done = done_, .hash = hash_},
                   core);
  for (const std::uint64_t n : core.result().milestones) EXPECT_EQ(n, 0u);
}

TEST_F(KeyMilestonesTest, GrowthsByKindAndRule) {
  done_ = {.started = 1, .started_doubling = true};
  EXPECT_EQ(Hits(Milestone::kDoublingStarted, kInsert), 1u);
  EXPECT_EQ(Hits(Milestone::kRuleGo119, kInsert), 1u);
  config_.growth = GrowthKind::kSparse;
  EXPECT_EQ(Hits(Milestone::kRuleSparse, kInsert), 1u);
  after_.b = 8;
  EXPECT_EQ(Hits(Milestone::kTableOf256, kInsert), 1u);
  done_ = {.started = 1, .started_same_size = true};
  EXPECT_EQ(Hits(Milestone::kSameSizeStarted, kInsert), 1u);
  EXPECT_EQ(Hits(Milestone::kDoublingStarted, kInsert), 0u);
}

TEST_F(KeyMilestonesTest, EndsOfGrowths) {
  done_ = {.finished = 1};
  EXPECT_EQ(Hits(Milestone::kDoublingFinished, kInsert), 1u);
  before_.growing = true;
  EXPECT_EQ(Hits(Milestone::kInsertFinishesGrowth, kInsert), 1u);
  done_.finished_same_size = true;
  EXPECT_EQ(Hits(Milestone::kSameSizeFinished, kInsert), 1u);
  done_ = {.started = 1, .finished = 1, .started_doubling = true};
  EXPECT_EQ(Hits(Milestone::kGrowthWithinInsert, kInsert), 1u);
}

TEST_F(KeyMilestonesTest, OverflowAndPool) {
  after_.noverflow = 1;
  EXPECT_EQ(Hits(Milestone::kOverflowUsed, kInsert), 1u);
  EXPECT_EQ(Hits(Milestone::kOverflowFromPool, kInsert), 0u);
  after_.pool = -1;
  EXPECT_EQ(Hits(Milestone::kOverflowFromPool, kInsert), 1u);
  EXPECT_EQ(Hits(Milestone::kPoolExhausted, kInsert), 1u);
}

TEST_F(KeyMilestonesTest, OldChainsHitMidGrowth) {
  before_.growing = true;
  in_old_ = true;
  EXPECT_EQ(Hits(Milestone::kLookupInOldChain, kRead), 1u);
  EXPECT_EQ(Hits(Milestone::kUpdateMovesOldChain, kUpdate), 1u);
  EXPECT_EQ(Hits(Milestone::kDeleteMovesOldChain, kErase), 1u);
  in_old_ = false;
  EXPECT_EQ(Hits(Milestone::kDeleteMovesOldChain, kErase), 0u);
  after_.count = 0;
  EXPECT_EQ(Hits(Milestone::kEmptiedMidGrowth, kErase), 1u);
}

TEST_F(KeyMilestonesTest, NanMovedUnderAnIterator) {
  moved_nans_ = 1;
  before_.growing = true;
  EXPECT_EQ(Hits(Milestone::kNanEvacuatedToY, kUpdate), 0u);
  before_.flags = kIteratorFlag;
  EXPECT_EQ(Hits(Milestone::kNanEvacuatedUnderIterator, kUpdate), 1u);
  EXPECT_EQ(Hits(Milestone::kNanEvacuatedToY, kUpdate), 1u);
}

TEST_F(KeyMilestonesTest, HashesAndChains) {
  pile_ = 9;
  longest_ = 4;
  EXPECT_EQ(Hits(Milestone::kEqualHashPile, kRead), 1u);
  EXPECT_EQ(Hits(Milestone::kChainOfFour, kRead), 1u);
  EXPECT_EQ(Hits(Milestone::kTophashAdjusted, kInsert), 0u);
  hash_ = std::uint64_t{4} << 56;
  EXPECT_EQ(Hits(Milestone::kTophashAdjusted, kInsert), 1u);
}

TEST_F(KeyMilestonesTest, LongStringInOneBucket) {
  before_.b = 0;
  EXPECT_EQ(Hits(Milestone::kLongStringInOneBucket, kRead), 0u);
  config_.type = KeyType::kString;
  EXPECT_EQ(Hits(Milestone::kLongStringInOneBucket, kRead), 1u);
}

TEST_F(KeyMilestonesTest, GrowthsThatChangeTheSlots) {
  config_.type = KeyType::kBytes;
  config_.layout.slots_kind = SlotsKind::kAdaptive;
  done_ = {.started = 1, .started_same_size = true};
  EXPECT_EQ(Hits(Milestone::kMovedToOtherSlots, kInsert), 0u);
  slots_after_ = 4;
  EXPECT_EQ(Hits(Milestone::kSlotsToFour, kInsert), 1u);
  EXPECT_EQ(Hits(Milestone::kSlotsToSixteen, kInsert), 0u);
  EXPECT_EQ(Hits(Milestone::kMovedToOtherSlots, kInsert), 1u);
  EXPECT_EQ(Hits(Milestone::kOtherSlotsSameSize, kInsert), 0u);
  slots_before_ = 4;
  slots_after_ = 16;
  EXPECT_EQ(Hits(Milestone::kSlotsToSixteen, kInsert), 1u);
  EXPECT_EQ(Hits(Milestone::kOtherSlotsSameSize, kInsert), 1u);
  slots_before_ = 16;
  done_ = {.started = 1, .started_doubling = true};
  EXPECT_EQ(Hits(Milestone::kSixteenSlotsDoubled, kInsert), 1u);
}

TEST_F(KeyMilestonesTest, RefusalsByTheLimitOnAChain) {
  config_.chain = 2;
  Access refused = kInsert;
  refused.refused = true;
  EXPECT_EQ(Hits(Milestone::kChainRefused, refused), 1u);
  EXPECT_EQ(Hits(Milestone::kChainRefusedMidGrowth, refused), 0u);
  after_.growing = true;
  EXPECT_EQ(Hits(Milestone::kChainRefusedMidGrowth, refused), 1u);
  EXPECT_EQ(Hits(Milestone::kInsertedAfterRefusal, kInsert), 0u);
  once_refused_ = true;
  EXPECT_EQ(Hits(Milestone::kInsertedAfterRefusal, refused), 0u);
  EXPECT_EQ(Hits(Milestone::kInsertedAfterRefusal, kInsert), 1u);
  hash_ = 0;
  EXPECT_EQ(Hits(Milestone::kTophashAdjusted, refused), 0u) << "nothing was inserted";
}

TEST(IteratorStoryTest, IsToldOnceWhenTheIteratorIsAsked) {
  RunCore core(Config{}, {});
  IteratorStory story{
      .growths = 2, .same_size_after_doubling = true, .cleared = true, .news = true};
  HitStory(story, core);
  const auto hits = [&](Milestone m) { return core.result().milestones[static_cast<int>(m)]; };
  EXPECT_EQ(hits(Milestone::kIteratorAcrossGrowth), 1u);
  EXPECT_EQ(hits(Milestone::kIteratorAcrossTwoGrowths), 1u);
  EXPECT_EQ(hits(Milestone::kIteratorDoublingThenSameSize), 1u);
  EXPECT_EQ(hits(Milestone::kIteratorAcrossClear), 1u);
  EXPECT_EQ(hits(Milestone::kIteratorAcrossReseed), 0u);
  EXPECT_FALSE(story.news);
}

}  // namespace
}  // namespace mapfuzz
