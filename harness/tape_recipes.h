// Phase blocks: short runs of operations that do together what single random operations almost
// never do.
//
// The bugs of a map that grows bit by bit lie where a growth, a live iterator and a clear, a
// second growth or a delete meet. Uniformly random operations hardly ever line these up. A recipe
// does: it fills the map to just under a threshold, begins an iterator, steps over the threshold,
// moves the iterator between the writes. What is drawn at random is how full, which keys, which
// iterator, how far.

#ifndef MAPFUZZ_HARNESS_TAPE_RECIPES_H_
#define MAPFUZZ_HARNESS_TAPE_RECIPES_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "harness/random.h"
#include "harness/tape.h"

namespace mapfuzz {

// What recipes are about; they stand in this order.
enum class RecipeKind : std::uint8_t { kPlain, kFaults, kCorruption };
inline constexpr int kRecipeKinds = 3;
inline constexpr int kRecipesOfKind[kRecipeKinds] = {18, 9, 5};
inline constexpr int kRecipes = 32;

// "over-the-edge", ...: what recipe number `recipe` is about.
std::string_view RecipeName(int recipe);

// The operations, canonical, of one recipe. `config` tells where the thresholds are.
std::vector<Op> PhaseBlock(int recipe, const Config& config, Random& random);

// Of any recipe of the kind, those that meet growths more often.
std::vector<Op> PhaseBlock(const Config& config, RecipeKind kind, Random& random);

// The most entries that 2^b buckets hold before an insert doubles them.
std::uint32_t EntriesAt(GrowthKind growth, unsigned b, std::uint32_t slots = 8);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_TAPE_RECIPES_H_
