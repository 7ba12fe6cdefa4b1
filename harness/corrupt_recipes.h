// Recipes in which unsafe code writes to a table, of any size, growing or not, with long chains or
// iterators alive, and something comes next that has to notice.

#ifndef MAPFUZZ_HARNESS_CORRUPT_RECIPES_H_
#define MAPFUZZ_HARNESS_CORRUPT_RECIPES_H_

#include <cstdint>

#include "harness/fault_recipes.h"

namespace mapfuzz {

class CorruptRecipes : public FaultRecipes {
 public:
  using FaultRecipes::FaultRecipes;

  // Filled to the brim and beyond, so that the table is about to grow or does; single corruptions
  // with an operation on a key or on the whole map after each.
  void CorruptAtEdge();
  // Chains of several buckets, whose pointers are overwritten one after the other.
  void CorruptChains();
  // Iterators alive across a growth, and corruptions before their steps.
  void CorruptUnderIterators();
  // An iterator on its way through a small table, before each step another overwritten pointer.
  void CorruptEveryStep();
  // A doubling under way, and iterations that begin at any chain, or not, of either array, whose
  // pointer was overwritten.
  void CorruptWhereIteratorsBegin();

 private:
  void Corrupt(CorruptField field);
  void Corrupt();
  void TouchOneOf(std::uint32_t known);
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_CORRUPT_RECIPES_H_
