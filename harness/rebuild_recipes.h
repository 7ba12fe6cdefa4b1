// Recipes about growth to the same size, which random operations hardly ever start: it takes as
// many overflow buckets as there are buckets in a table that is not full.

#ifndef MAPFUZZ_HARNESS_REBUILD_RECIPES_H_
#define MAPFUZZ_HARNESS_REBUILD_RECIPES_H_

#include <cstdint>
#include <optional>
#include <vector>

#include "harness/corrupt_recipes.h"

namespace mapfuzz {

class RebuildRecipes : public CorruptRecipes {
 public:
  using CorruptRecipes::CorruptRecipes;

  // As full as can be while keys come and go: overflow buckets pile up to a same-size growth.
  void HeldAtCap();
  // Filled and thinned out until an insert finds too many overflow buckets and almost no entries:
  // the map can be emptied before that growth is over.
  void ThinnedAtCap();
  // One iterator lives through a doubling and then through a same-size growth.
  void BothKindsOfGrowth();
  // One chain after the other overfilled and emptied again, more or less: the next insert starts a
  // same-size growth for certain, and something else comes before that is over. Then the table
  // grows on or is copied. Needs keys that choose their chains.
  void PiledChains();
  // The same, and faults in what starts the growth and in what meets it.
  void FaultsInPiledChains();

 private:
  // How many stay: nobody, a few, one of each chain, all of one long chain, or so many that the
  // table is overloaded before the growth is over.
  enum class Rest : std::uint8_t { kNone, kFew, kSome, kLong, kMany };

  // What was left when the chains had been overfilled.
  struct Pile {
    Rest rest = Rest::kNone;
    std::uint32_t b = 0;
    std::uint32_t first = 0;          // key, of the first chain
    std::uint32_t fresh = 0;          // the first key that never was there
    std::uint32_t overfull = 0;       // keys that do not fit a bucket
    std::vector<std::uint32_t> left;  // that are alone in the table; empty if there are more
  };

  void PiledChains(bool faults);
  Rest ChooseRest(bool faults);
  std::uint32_t ChooseSize(Rest rest);
  std::uint32_t ChooseCrowd(const Pile& pile);
  Pile PileUp(Rest rest, std::uint32_t other);
  struct Column {
    std::uint32_t first = 0;  // key, of those of one chain
    std::uint32_t count = 0;
    std::uint32_t kept = 0;
  };
  void PutAndDelete(const Pile& pile, const Column& column,
                    std::optional<std::uint32_t> watcher = {});
  bool Double(const Pile& pile);
  void PutNans();
  void Meet(const Pile& pile, std::uint32_t other);
  void Empty(const std::vector<std::uint32_t>& keys);
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_REBUILD_RECIPES_H_
