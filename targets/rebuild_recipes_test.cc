// What the recipes about growth to the same size are made for does come about on the map.

#include <gtest/gtest.h>

#include <cstdint>
#include <string_view>

#include "harness/milestones.h"
#include "harness/random.h"
#include "harness/tape_recipes.h"
#include "targets/subject_runs.h"

namespace mapfuzz {
namespace {

constexpr std::uint32_t kTapes = 200;

int RecipeNamed(std::string_view name) {
  int recipe = 0;
  while (RecipeName(recipe) != name) ++recipe;
  return recipe;
}

// How many tapes of this one recipe reach the milestone.
std::uint32_t TapesThatReach(Milestone milestone, std::string_view recipe, const Config& config,
                             RunResult (*run)(const Tape&, const RunOptions&)) {
  std::uint32_t reached = 0;
  for (std::uint32_t seed = 0; seed < kTapes; ++seed) {
    Tape tape;
    tape.config = config;
    Random random(seed);
    tape.ops = PhaseBlock(RecipeNamed(recipe), config, random);
    const RunResult result = run(tape, {});
    EXPECT_FALSE(result.failure.has_value()) << recipe << " " << seed;
    reached += result.milestones[static_cast<int>(milestone)] != 0 ? 1 : 0;
  }
  return reached;
}

Config OfIdentity(KeyType type) {
  Config config;
  config.type = type;
  config.hash = HashKind::kIdentity;
  return config;
}

TEST(PiledChainsTest, StartAGrowthToTheSameSizeNearlyAlways) {
  for (const GrowthKind growth : {GrowthKind::kGo119, GrowthKind::kGo121, GrowthKind::kFull}) {
    Config config = OfIdentity(KeyType::kU64);
    config.growth = growth;
    EXPECT_GT(TapesThatReach(Milestone::kSameSizeStarted, "piled-chains", config, RunHmapU64),
              kTapes * 8 / 10)
        << static_cast<int>(growth);
  }
}

TEST(PiledChainsTest, MeetWhatHappensInSuchAGrowth) {
  const Config config = OfIdentity(KeyType::kU64);
  for (const Milestone met : {Milestone::kIteratorBegunMidSameSize, Milestone::kClearMidSameSize,
                              Milestone::kEmptiedMidGrowth, Milestone::kIteratorAcrossGrowth}) {
    EXPECT_GT(TapesThatReach(met, "piled-chains", config, RunHmapU64), kTapes / 20)
        << MilestoneName(met);
  }
}

TEST(PiledChainsTest, BeginIteratorsBesideNanEntries) {
  EXPECT_GT(TapesThatReach(Milestone::kNanMidSameSize, "piled-chains", OfIdentity(KeyType::kF64),
                           RunHmapF64),
            kTapes / 5);
}

TEST(PiledChainsTest, FillAChainToItsLimitBeforeTheGrowth) {
  Config config = OfIdentity(KeyType::kU64);
  config.chain = 2;
  EXPECT_GT(TapesThatReach(Milestone::kChainRefusedMidGrowth, "piled-chains", config, RunHmapU64),
            kTapes / 4);
}

TEST(PiledChainsTest, MakeAdaptiveBucketsSmallerAndLarger) {
  Config config = OfIdentity(KeyType::kBytes);
  config.layout.slots_kind = SlotsKind::kAdaptive;
  for (const Milestone slots : {Milestone::kSlotsToFour, Milestone::kSlotsToSixteen}) {
    EXPECT_GT(TapesThatReach(slots, "piled-chains", config, RunHmapBytes), kTapes / 5)
        << MilestoneName(slots);
  }
}

TEST(FaultsBeforeTheDropTest, StopEvacuations) {
  EXPECT_GT(TapesThatReach(Milestone::kFaultInEvacuation, "faults-before-the-drop",
                           OfIdentity(KeyType::kCopyOnly), RunHmapCopyOnly),
            kTapes / 10);
}

}  // namespace
}  // namespace mapfuzz
