#include "harness/tape_recipes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string_view>
#include <vector>

#include "harness/key_space.h"
#include "harness/random.h"
#include "harness/rehearsal.h"

namespace mapfuzz {
namespace {

TEST(PhaseBlockTest, EveryRecipeIsCanonicalModerateAndUsesIterators) {
  std::set<std::string_view> names;
  for (int recipe = 0; recipe < kRecipes; ++recipe) {
    names.insert(RecipeName(recipe));
    std::size_t with_iterator = 0;
    std::size_t largest = 0;
    for (std::uint32_t seed = 0; seed < 200; ++seed) {
      Tape tape;
      tape.config.growth = static_cast<GrowthKind>(seed % kGrowthKinds);
      tape.config.chain = static_cast<std::uint8_t>(seed % (kMaxChain + 1));
      Random random(seed);
      tape.ops = PhaseBlock(recipe, tape.config, random);
      ASSERT_FALSE(tape.ops.empty());
      ASSERT_LT(tape.ops.size(), 120u) << RecipeName(recipe);
      ExpectCanonical(tape);
      const auto begins = [](const Op& op) { return op.code == OpCode::kBegin; };
      with_iterator += std::any_of(tape.ops.begin(), tape.ops.end(), begins) ? 1 : 0;
      largest = std::max(largest, Rehearsal(tape).largest);
    }
    EXPECT_GT(with_iterator, 100u) << RecipeName(recipe);
    EXPECT_GE(largest, 52u) << RecipeName(recipe);
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(kRecipes));
}

TEST(PhaseBlockTest, OnlyMapsWithALimitAreFilledUntilTheyRefuse) {
  const auto drawn = [](std::uint8_t chain) {
    Config config;
    config.chain = chain;
    int refilled = 0;
    for (std::uint32_t seed = 0; seed < 400; ++seed) {
      Random random(seed);
      const std::vector<Op> ops = PhaseBlock(config, RecipeKind::kPlain, random);
      // Nothing else fills a new map that was made with room with the same keys twice.
      const bool roomy = ops[0].code == OpCode::kRemake && ops[0].count > 1;
      refilled += ops.size() > 3 && roomy && ops[1].code == OpCode::kFill &&
                  std::count(ops.begin() + 2, ops.end(), ops[1]) != 0;
    }
    return refilled;
  };
  EXPECT_EQ(drawn(0), 0);
  EXPECT_GT(drawn(2), 30);
}

TEST(PhaseBlockTest, EntriesAtIsTheLastSizeBeforeTheTableDoubles) {
  for (int growth = 0; growth < kGrowthKinds; ++growth) {
    const auto kind = static_cast<GrowthKind>(growth);
    for (const unsigned slots : {4U, 8U, 16U}) {
      for (unsigned b = 0; b < 12; ++b) {
        const std::uint32_t entries = EntriesAt(kind, b, slots);
        EXPECT_FALSE(GrowthRuleOf(kind).Over(entries, b, slots)) << slots;
        EXPECT_TRUE(GrowthRuleOf(kind).Over(entries + 1, b, slots)) << slots;
      }
    }
  }
}

}  // namespace
}  // namespace mapfuzz
