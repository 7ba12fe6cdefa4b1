#include "harness/tape_mutator.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <vector>

#include "harness/key_space.h"
#include "harness/random.h"
#include "harness/rehearsal.h"
#include "harness/tape_binary.h"

namespace mapfuzz {
namespace {

constexpr std::size_t kOpsOfDefaultEngineInput = (4096 - kHeaderBytes) / kOpBytes;

// Pins the hash and the number of keys.
Config PinnedShape(Config config) {
  config.hash = HashKind::kIdentity;
  config.keys = 100;
  return config;
}

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
  EXPECT_EQ(digest, 463733161145051896u);
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
  for (const OpInfo& info : kOpInfo) {
    EXPECT_EQ(codes.count(info.code), info.scope == OpScope::kShared ? 0u : 1u) << info.name;
  }
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

TEST(MutateTest, EverySecondTapeFromNothingIsOfTheRecipesThatATargetIsAbout) {
  // Of maps that have no rules of their own for what fails.
  const auto plain_map = [](Config config) {
    config.type = KeyType::kU64;
    config.policy = PolicyKind::kStrict;
    return config;
  };
  const auto tapes_with = [&](RecipeKind about, auto is) {
    int tapes = 0;
    for (std::uint32_t seed = 0; seed < 400; ++seed) {
      Tape tape;
      Mutate(tape, seed, 200, plain_map, about);
      if (std::any_of(tape.ops.begin(), tape.ops.end(), is)) ++tapes;
    }
    return tapes;
  };
  const auto is_fault = [](const Op& op) {
    return op.code == OpCode::kFault || op.code == OpCode::kTorment;
  };
  const auto is_corruption = [](const Op& op) { return op.code == OpCode::kCorrupt; };
  EXPECT_GT(tapes_with(RecipeKind::kFaults, is_fault), 150);
  EXPECT_LT(tapes_with(RecipeKind::kPlain, is_fault), 20);
  EXPECT_GT(tapes_with(RecipeKind::kCorruption, is_corruption), 150);
  EXPECT_EQ(tapes_with(RecipeKind::kPlain, is_corruption), 0);
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

}  // namespace
}  // namespace mapfuzz
