#include "harness/tape_mutator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <vector>

#include "harness/key_space.h"
#include "harness/tape_binary.h"
#include "harness/tape_recipes.h"

namespace mapfuzz {
namespace {

constexpr std::size_t kOpsOfDefaultEngineInput = (4096 - kHeaderBytes) / kOpBytes;

void ExpectCanonical(const Tape& tape) {
  EXPECT_EQ(Canonical(tape.config), tape.config);
  for (const Op& op : tape.ops) EXPECT_EQ(Canonical(op), op);
}

// Pins the hash and the number of keys.
Config PinnedShape(Config config) {
  config.hash = HashKind::kIdentity;
  config.keys = 100;
  return config;
}

// What a tape does to the number of entries and to the size of the table, without the table:
// every key its own entry, tables doubled by the growth rule.
class Rehearsal {
 public:
  explicit Rehearsal(const Tape& tape) : config_(tape.config) {
    for (const Op& op : tape.ops) Apply(op);
  }

  std::size_t largest = 0;
  bool next_after_growth = false;
  bool next_after_two_growths = false;
  bool next_after_clear = false;
  bool held_at_cap_under_iterator = false;

 private:
  void Put(std::uint32_t key) {
    map_.insert(key % config_.keys);
    largest = std::max(largest, map_.size());
    while (GrowthRuleOf(config_.growth).Over(map_.size(), b_)) {
      ++b_;
      for (Iterator& it : its_) ++it.growths;
    }
  }
  void Del(std::uint32_t key) { map_.erase(key % config_.keys); }

  void Drift(const Op& op) {
    if (op.count > 4 * op.small && op.small > 4) {
      for (const Iterator& it : its_) {
        held_at_cap_under_iterator |= it.live && map_.size() + 4 > EntriesAt(config_.growth, b_);
      }
    }
    for (std::uint32_t i = 0; i < op.count; ++i) {
      Put(op.key + op.small + i);
      Del(op.key + i);
    }
  }

  void Next(const Op& op) {
    const Iterator& it = its_[op.small];
    next_after_growth |= it.live && it.growths > 0;
    next_after_two_growths |= it.live && it.growths > 1;
    next_after_clear |= it.live && it.cleared;
  }

  void Apply(const Op& op) {
    switch (op.code) {
      case OpCode::kPut:
      case OpCode::kTry:
      case OpCode::kAdd:
        return Put(op.key);
      case OpCode::kDel:
        return Del(op.key);
      case OpCode::kFill:
        for (std::uint32_t i = 0; i < op.count; ++i) Put(op.key + i);
        return;
      case OpCode::kDrain:
        for (std::uint32_t i = 0; i < op.count; ++i) Del(op.key + i);
        return;
      case OpCode::kDrift:
        return Drift(op);
      case OpCode::kBegin:
        its_[op.small] = {!map_.empty(), 0, false};
        return;
      case OpCode::kNext:
      case OpCode::kWalk:
        return Next(op);
      case OpCode::kDrop:
        its_[op.small] = {};
        return;
      case OpCode::kClear:
        map_.clear();
        for (Iterator& it : its_) it.cleared = true;
        return;
      case OpCode::kMove:
      case OpCode::kSwap:
      case OpCode::kRemake:
        map_.clear();
        b_ = 0;
        its_ = {};
        return;
      default:
        return;
    }
  }

  struct Iterator {
    bool live = false;
    int growths = 0;
    bool cleared = false;
  };

  const Config config_;
  std::set<std::uint32_t> map_;
  unsigned b_ = 0;
  std::array<Iterator, kIterators> its_{};
};

// Tapes as an engine makes them that starts from nothing, again and again: a few mutations in a
// row on a tape of the corpus, some of the results kept.
std::vector<Tape> TapesFromNothing(std::size_t count) {
  std::vector<Tape> corpus(1);
  std::vector<Tape> tapes;
  Random random(1);
  while (tapes.size() < count) {
    if (tapes.size() % 250 == 0) corpus.assign(1, Tape{});
    Tape tape = corpus[random.Index(corpus.size())];
    for (int depth = 0; depth < 5; ++depth) {
      Mutate(tape, static_cast<std::uint32_t>(random.Next()), kOpsOfDefaultEngineInput);
      tapes.push_back(tape);
      if (random.Chance(1, 20)) corpus.push_back(tape);
    }
  }
  return tapes;
}

TEST(MutateTest, ResultsAreCanonicalAndWithinTheLimit) {
  for (const std::size_t max_ops : {0, 1, 2, 10, 300}) {
    Tape tape;
    for (std::uint32_t seed = 0; seed < 2000; ++seed) {
      Mutate(tape, seed, max_ops);
      ASSERT_LE(tape.ops.size(), max_ops);
      ExpectCanonical(tape);
    }
  }
}

TEST(MutateTest, TheSameSeedGivesTheSameTape) {
  Tape a;
  Tape b;
  for (std::uint32_t seed = 0; seed < 500; ++seed) {
    Mutate(a, seed, 200);
    Mutate(b, seed, 200);
    ASSERT_EQ(a, b);
  }
}

// One number for thousands of tapes, the same for every compiler and at every level of
// optimisation. It changes with the mutator; it must not change with anything else.
TEST(MutateTest, ResultsDoNotDependOnTheCompiler) {
  std::uint64_t digest = 0;
  for (const Tape& tape : TapesFromNothing(1000)) {
    for (const std::uint8_t byte : ToBinary(tape)) digest = Mix(digest ^ byte);
  }
  EXPECT_EQ(digest, 13735029813166561725u);
}

Config BytesShape(Config config) {
  config.type = KeyType::kBytes;
  return config;
}

TEST(MutateTest, LayoutsReachEverySlotCountKindOfSlotsAlignmentAndEdgeSize) {
  Tape tape;
  std::set<int> slots;
  std::set<SlotsKind> kinds;
  std::set<int> alignments;
  std::set<int> sizes;
  for (std::uint32_t seed = 0; seed < 8000; ++seed) {
    Mutate(tape, seed, 100, BytesShape);
    for (const TapeObject& object : {tape.config.layout.key, tape.config.layout.value}) {
      sizes.insert(object.size);
      alignments.insert(object.alignment);
    }
    slots.insert(tape.config.layout.slots);
    kinds.insert(tape.config.layout.slots_kind);
  }
  EXPECT_EQ(slots, (std::set<int>{4, 8, 16}));
  EXPECT_EQ(kinds.size(), static_cast<std::size_t>(kSlotsKinds));
  EXPECT_EQ(alignments, (std::set<int>{1, 2, 4, 8, 16, 32, 64}));
  for (const int size : kEdgeSizes) EXPECT_EQ(sizes.count(size), 1u) << size;
  EXPECT_GT(sizes.size(), kEdgeSizes.size());
}

TEST(MutateTest, AlmostAlwaysChangesTheTape) {
  Tape tape;
  int unchanged = 0;
  for (std::uint32_t seed = 0; seed < 2000; ++seed) {
    const Tape before = tape;
    Mutate(tape, seed, 100, PinnedShape);
    unchanged += tape == before ? 1 : 0;
  }
  EXPECT_LT(unchanged, 5);
}

TEST(MutateTest, PinnedFieldsStayPinnedAndOthersMove) {
  Tape tape;
  std::set<KeyType> types;
  for (std::uint32_t seed = 0; seed < 4000; ++seed) {
    Mutate(tape, seed, 100, PinnedShape);
    ASSERT_EQ(tape.config.hash, HashKind::kIdentity);
    ASSERT_EQ(tape.config.keys, NumbersIn(tape.config.layout.key.size, 100));
    types.insert(tape.config.type);
  }
  EXPECT_EQ(types.size(), static_cast<std::size_t>(kKeyTypes));
}

TEST(MutateTest, EveryOperationAndEveryConfigurationTurnsUp) {
  std::set<OpCode> codes;
  std::set<HashKind> hashes;
  std::set<GrowthKind> growths;
  std::set<PolicyKind> policies;
  std::set<PathKind> paths;
  std::set<int> chains;
  bool hint_below_zero = false;
  for (const Tape& tape : TapesFromNothing(10000)) {
    for (const Op& op : tape.ops) codes.insert(op.code);
    hashes.insert(tape.config.hash);
    growths.insert(tape.config.growth);
    policies.insert(tape.config.policy);
    paths.insert(tape.config.path);
    chains.insert(tape.config.chain);
    hint_below_zero |= tape.config.hint < 0;
  }
  EXPECT_EQ(codes.size(), static_cast<std::size_t>(kOpCodes));
  EXPECT_EQ(hashes.size(), static_cast<std::size_t>(kHashKinds));
  EXPECT_EQ(growths.size(), static_cast<std::size_t>(kGrowthKinds));
  EXPECT_EQ(policies.size(), static_cast<std::size_t>(kPolicyKinds));
  EXPECT_EQ(paths.size(), static_cast<std::size_t>(kPathKinds));
  EXPECT_EQ(chains.size(), kMaxChain + std::size_t{1});
  EXPECT_TRUE(hint_below_zero);
}

TEST(MutateTest, FromNothingMapsGetLargeAndIteratorsOutliveGrowthsAndClears) {
  std::vector<std::size_t> largest;
  std::size_t growth = 0;
  std::size_t two_growths = 0;
  std::size_t clear = 0;
  std::size_t cap = 0;
  const std::vector<Tape> tapes = TapesFromNothing(4000);
  for (const Tape& tape : tapes) {
    const Rehearsal rehearsal(tape);
    largest.push_back(rehearsal.largest);
    growth += rehearsal.next_after_growth ? 1 : 0;
    two_growths += rehearsal.next_after_two_growths ? 1 : 0;
    clear += rehearsal.next_after_clear ? 1 : 0;
    cap += rehearsal.held_at_cap_under_iterator ? 1 : 0;
  }
  std::sort(largest.begin(), largest.end());
  EXPECT_GT(largest[largest.size() / 2], 50u);
  EXPECT_GT(largest[largest.size() * 9 / 10], 200u);
  EXPECT_GT(growth, tapes.size() / 3);
  EXPECT_GT(two_growths, tapes.size() / 6);
  EXPECT_GT(clear, tapes.size() / 10);
  EXPECT_GT(cap, tapes.size() / 20);
}

TEST(MutateTest, TapesStayOfModerateLength) {
  Tape tape;
  std::size_t most = 0;
  for (std::uint32_t seed = 0; seed < 3000; ++seed) {
    Mutate(tape, seed, kMaxOps);
    most = std::max(most, tape.ops.size());
  }
  EXPECT_LT(most, kMaxOps / 4);
}

TEST(CrossOverTest, TakesOperationsAndConfigOfBoth) {
  Tape a;
  Tape b;
  a.config.seed = 1;
  b.config.seed = 2;
  a.ops.assign(20, {OpCode::kPut, 0, 1, 0});
  b.ops.assign(20, {OpCode::kDel, 0, 2, 0});
  int mixed = 0;
  std::set<std::uint32_t> seeds;
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    const Tape child = CrossOver(a, b, seed, 30);
    ASSERT_EQ(child, CrossOver(a, b, seed, 30));
    ASSERT_LE(child.ops.size(), 30u);
    ASSERT_FALSE(child.ops.empty());
    seeds.insert(child.config.seed);
    bool of_a = false;
    bool of_b = false;
    for (const Op& op : child.ops) (op == a.ops[0] ? of_a : of_b) = true;
    mixed += of_a && of_b ? 1 : 0;
    for (const Op& op : child.ops) ASSERT_TRUE(op == a.ops[0] || op == b.ops[0]);
  }
  EXPECT_EQ(seeds, (std::set<std::uint32_t>{1, 2}));
  EXPECT_GT(mixed, 200);
}

TEST(CrossOverTest, EmptyParentsAreFine) {
  Tape one;
  one.ops.push_back({OpCode::kPut, 0, 1, 0});
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    EXPECT_TRUE(CrossOver({}, {}, seed, 10).ops.empty());
    EXPECT_LE(CrossOver(one, {}, seed, 10).ops.size(), 1u);
    EXPECT_LE(CrossOver({}, one, seed, 10).ops.size(), 1u);
    EXPECT_TRUE(CrossOver(one, one, seed, 0).ops.empty());
  }
}

TEST(MutateBytesTest, KeepsToTheBufferWhateverItsSize) {
  for (const std::size_t max_size : {0, 1, 4, 13, 14, 15, 20, 21, 100, 1000}) {
    std::vector<std::uint8_t> data(max_size);
    std::vector<std::uint8_t> other(max_size);
    std::size_t size = 0;
    for (std::uint32_t seed = 0; seed < 300; ++seed) {
      size = MutateBytes(data.data(), size, max_size, seed, PinnedShape);
      ASSERT_LE(size, max_size);
      ASSERT_TRUE(size > 0 || max_size == 0);
      const std::size_t crossed = CrossOverBytes(data.data(), size, other.data(), other.size(),
                                                 other.data(), max_size, seed, PinnedShape);
      ASSERT_LE(crossed, max_size);
    }
  }
}

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
      // Nothing else fills a new map with the same keys twice.
      refilled += ops.size() > 3 && ops[0].code == OpCode::kRemake &&
                  ops[1].code == OpCode::kFill &&
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

TEST(RandomTest, StaysWithinItsLimits) {
  Random random(7);
  std::set<std::uint32_t> seen;
  for (int i = 0; i < 2000; ++i) {
    seen.insert(random.Below(10));
    const std::uint32_t between = random.Between(5, 6);
    ASSERT_TRUE(between == 5 || between == 6);
    ASSERT_LT(random.Scaled(100), 100u);
    ASSERT_EQ(random.Below(0), 0u);
    ASSERT_EQ(random.Scaled(1), 0u);
  }
  EXPECT_EQ(seen.size(), 10u);
  EXPECT_EQ(*seen.rbegin(), 9u);
}

}  // namespace
}  // namespace mapfuzz
