// Recipes that put faults where a table is in two minds: at the start of a growth, in the middle of
// one, while a whole map is replaced, under an iterator.

#ifndef MAPFUZZ_HARNESS_FAULT_RECIPES_H_
#define MAPFUZZ_HARNESS_FAULT_RECIPES_H_

#include "harness/recipe_builder.h"

namespace mapfuzz {

class FaultRecipes : public RecipeBuilder {
 public:
  using RecipeBuilder::RecipeBuilder;

  // Filled to the brim, then faults in the inserts and deletes that start a growth and carry it on.
  void FaultsAtEdge();
  // Deletes in a table that will not grow, then faults in the inserts that fill the gaps: there the
  // entry itself is what fails, and others lie behind it.
  void FaultsInGaps();
  // Faults in updates, also of keys 0 and 1: for some types they are equal but not the same (-0 and
  // +0), and the update replaces the key too.
  void FaultsInUpdates();
  // Faults while a whole map is copied, cleared, reserved or remade, mid-growth or not.
  void FaultsOnWholeMaps();
  // Faults in the steps of an iterator that lives through a growth, and in the writes between.
  void FaultsUnderIterator();
  // Iterators that begin in the middle of a growth and stand in chains whose evacuation fails, over
  // all keys from the first: of floats, NaN among them.
  void FaultsInMidGrowth();
  // An evacuation fails under an iterator that is gone before the growth is over.
  void FaultsBeforeTheDrop();
  // A chain of several buckets that moves to one of its two halves, and faults in the writes that
  // move it: what a first attempt has appended there is met by the second.
  void FaultsInLongChains();
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_FAULT_RECIPES_H_
