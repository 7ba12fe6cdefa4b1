// The words that recipes are written in: operations one by one, phases of any length, and the draws
// that make each recipe come out different.
//
// Draws are made one a statement where order matters: the order in which the arguments of a call
// are evaluated is the compiler's choice.

#ifndef MAPFUZZ_HARNESS_RECIPE_BUILDER_H_
#define MAPFUZZ_HARNESS_RECIPE_BUILDER_H_

#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "harness/random.h"
#include "harness/tape.h"
#include "harness/tape_recipes.h"

namespace mapfuzz {

// Whether neighbouring keys lie in neighbouring chains, and there are enough of them.
inline bool KeysChooseChains(const Config& config) {
  return config.hash == HashKind::kIdentity && config.keys >= 1024;
}

class RecipeBuilder {
 public:
  RecipeBuilder(const Config& config, Random& random);

  std::vector<Op> Take() { return std::move(ops_); }

 protected:
  void Add(OpCode code, std::initializer_list<std::uint32_t> operands);
  void Put(std::uint32_t key) { Add(OpCode::kPut, {key}); }
  void Del(std::uint32_t key) { Add(OpCode::kDel, {key}); }
  // Any operation, of this key and neighbours if it is one of keys, of this recipe's iterator if it
  // is one of iterators; the rest is drawn.
  void AddAbout(OpCode code, std::uint32_t key);
  void Begin(std::uint32_t it) { Add(OpCode::kBegin, {it, random_.Below(65536)}); }
  // Phases of any length, in as many operations as it takes.
  void Fill(std::uint32_t key, std::uint32_t count) { Phase(OpCode::kFill, key, count); }
  void Drain(std::uint32_t key, std::uint32_t count) { Phase(OpCode::kDrain, key, count); }
  void Phase(OpCode code, std::uint32_t key, std::uint32_t count);
  void Drift(std::uint32_t key, std::uint32_t count, std::uint32_t width);
  // Some of the keys from the `among` first, less than `most`.
  void DrainSome(std::uint32_t among, std::uint32_t most);

  // The n-th call of a kind from here throws; or the next operation meets every throw there is.
  void Fault(std::uint32_t most);
  void Torment();
  // Rather with what evacuations of all types of keys call.
  void TormentEvacuation();
  FaultKind ChooseFault();

  // A few single steps of an iterator, or none.
  void Next(std::uint32_t it);
  void WalkSome(std::uint32_t it, std::uint32_t limit);
  // To the end, or not: then it stays alive beyond the block.
  void MaybeFinish(std::uint32_t it);
  // Now and then starts from nothing, so that thresholds are where they are expected.
  void MaybeFromNothing();
  std::uint32_t ChooseB(unsigned max);
  std::uint32_t EntriesAtB(std::uint32_t b) const {
    return EntriesAt(config_.growth, b, SlotsOf(config_));
  }

  const Config& config_;
  Random& random_;
  std::vector<Op> ops_;
  std::uint32_t base_;  // the first key
  std::uint32_t it_;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_RECIPE_BUILDER_H_
