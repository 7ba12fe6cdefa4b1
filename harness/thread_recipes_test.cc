#include "harness/thread_recipes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string_view>

#include "harness/random.h"
#include "harness/rehearsal.h"

namespace mapfuzz {
namespace {

Config SharedConfig(std::uint32_t seed) {
  Config config;
  config.shared = static_cast<SharedKind>(1 + seed % (kSharedKinds - 1));
  config.threads = static_cast<std::uint8_t>(kMinThreads + seed / 3 % 5);
  config.shards = static_cast<std::uint8_t>(1 << seed / 7 % 3);
  config.keys = 1 + seed % 40;
  config.growth = static_cast<GrowthKind>(seed % kGrowthKinds);
  return Canonical(config);
}

std::size_t ThreadsIn(const Tape& tape) {
  std::set<int> threads;
  for (const Op& op : tape.ops) {
    if (op.thread != kBeforeThreads) threads.insert(op.thread);
  }
  return threads.size();
}

TEST(ThreadBlockTest, EveryRecipeGivesEveryThreadSomethingAndIsShort) {
  std::set<std::string_view> names;
  for (int recipe = 0; recipe < kThreadRecipes; ++recipe) {
    names.insert(ThreadRecipeName(recipe));
    for (std::uint32_t seed = 0; seed < 300; ++seed) {
      Random random(seed);
      Tape tape;
      tape.config = SharedConfig(seed);
      tape.ops = ThreadBlock(recipe, tape.config, random);
      ExpectCanonical(tape);
      EXPECT_EQ(ThreadsIn(tape), tape.config.threads) << ThreadRecipeName(recipe);
      EXPECT_LT(tape.ops.size(), 60u) << ThreadRecipeName(recipe);
      EXPECT_TRUE(std::is_partitioned(tape.ops.begin(), tape.ops.end(), [](const Op& op) {
        return op.thread == kBeforeThreads;
      })) << ThreadRecipeName(recipe);
    }
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kThreadRecipes));
}

TEST(ThreadBlockTest, TogetherRecipesUseEveryOperationOfASharedMap) {
  std::set<OpCode> codes;
  for (std::uint32_t seed = 0; seed < 1000; ++seed) {
    Random random(seed);
    for (const Op& op : ThreadBlock(SharedConfig(seed), random)) codes.insert(op.code);
  }
  for (const OpInfo& info : kOpInfo) {
    EXPECT_EQ(codes.count(info.code), info.scope == OpScope::kAlone ? 0u : 1u) << info.name;
  }
}

TEST(RandomScheduleOfTest, IsMostlyBlindOfEveryChanceAndOfBothLevels) {
  Random random(1);
  int blind = 0;
  std::set<int> chances;
  std::set<PointLevel> levels;
  for (int i = 0; i < 1000; ++i) {
    const Schedule schedule = RandomScheduleOf(random);
    EXPECT_EQ(Canonical(schedule), schedule);
    levels.insert(schedule.level);
    if (schedule.kind != ScheduleKind::kRandom) continue;
    ++blind;
    chances.insert(schedule.chance_log);
  }
  EXPECT_GT(blind, 800);
  EXPECT_LT(blind, 950);
  EXPECT_EQ(chances.size(), 6u);
  EXPECT_EQ(levels.size(), 2u);
}

}  // namespace
}  // namespace mapfuzz
