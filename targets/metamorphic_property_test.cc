// One tape, two configurations: what the contract leaves no choice about must come out the same.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "model/entry.h"
#include "targets/tape_property.h"

namespace mapfuzz {
namespace {

Config FewKeys(Config config) {
  config.policy = PolicyKind::kStrict;
  config.keys = std::min<std::uint32_t>(config.keys, 400);
  if (config.hash == HashKind::kConst) config.keys = std::min<std::uint32_t>(config.keys, 64);
  return config;
}

// Which insert a limit refuses is what the tables differ in.
Config FewKeysWithoutLimit(Config config) {
  config.chain = 0;
  return FewKeys(config);
}

// Without faults: how many calls an operation makes is what the configurations differ in. Without
// corruption, which is nothing to maps that do not look for it.
TapeLimits Limited(TapeLimits limits, Shape shape = FewKeys) {
  limits.shape = shape;
  limits.never.insert(limits.never.end(), {OpCode::kFault, OpCode::kTorment, OpCode::kCorrupt});
  return limits;
}

// Runs the tape, and again with its configuration changed by `change`; complains if one fails or
// `compare` finds a difference.
template <class Change, class Compare>
std::string CompareRunsOf(const Tape& tape, Change change, Compare compare) {
  Tape other = tape;
  change(other.config);
  const ToldRun one(tape);
  const ToldRun two(other);
  if (one.result.failure) return ComplaintOf(tape, one.result);
  if (two.result.failure) return ComplaintOf(other, two.result);
  return compare(one, two);
}

// Results, and the header after every step.
std::string SameInEveryStep(const ToldRun& one, const ToldRun& two) {
  const std::string difference = FirstDifference(one.history, two.history);
  if (!difference.empty()) return difference;
  return one.result.history_digest == two.result.history_digest ? "" : "headers differ";
}

// Results alone.
std::string SameResults(const ToldRun& one, const ToldRun& two) {
  const std::string difference = FirstDifference(one.history, two.history);
  if (!difference.empty()) return difference;
  return one.result.content_digest == two.result.content_digest ? "" : "contents differ";
}

TEST(MetamorphicPropertyTest, Go119BuildsTheTableThatStrictBuilds) {
  CheckTapes("go119-equals-strict", Limited(WithoutIterators()), [](const Tape& tape) {
    return CompareRunsOf(
        tape, [](Config& config) { config.policy = PolicyKind::kGo119; }, SameInEveryStep);
  });
}

TEST(MetamorphicPropertyTest, GenericPathEqualsFastPathIteratorsToo) {
  TapeLimits limits;
  CheckTapes("generic-equals-fast", Limited(limits), [](const Tape& tape) {
    return CompareRunsOf(
        tape,
        [](Config& config) {
          config.path = config.path == PathKind::kFast ? PathKind::kGeneric : PathKind::kFast;
        },
        SameInEveryStep);
  });
}

TEST(MetamorphicPropertyTest, HintDoesNotMatterForResults) {
  const TapeLimits limits = Limited(WithoutIterators(), FewKeysWithoutLimit);
  CheckTapes("hint-does-not-matter", limits, [](const Tape& tape) {
    return CompareRunsOf(
        tape, [](Config& config) { config.hint = config.hint == 0 ? 300 : 0; }, SameResults);
  });
}

TEST(MetamorphicPropertyTest, HashSeedAndGrowthDoNotMatterForResults) {
  const TapeLimits limits = Limited(WithoutIterators(), FewKeysWithoutLimit);
  CheckTapes("hash-does-not-matter", limits, [](const Tape& tape) {
    return CompareRunsOf(
        tape,
        [](Config& config) {
          config.hash = config.hash == HashKind::kPairs ? HashKind::kGood : HashKind::kPairs;
          config.seed += 12345;
          config.growth =
              config.growth == GrowthKind::kSparse ? GrowthKind::kFull : GrowthKind::kSparse;
        },
        SameResults);
  });
}

// To notice corruption is all that a checked map does beside.
TEST(MetamorphicPropertyTest, CheckedMapsDoWhatStrictOnesDoIteratorsToo) {
  CheckTapes("checked-equals-strict", Limited({}), [](const Tape& tape) {
    return CompareRunsOf(
        tape, [](Config& config) { config.policy = PolicyKind::kChecked; }, SameInEveryStep);
  });
}

// Layouts of every kind: words, bytes, odd sizes, by pointer on either side, over-aligned, nothing.
constexpr TapeObject kShapes[][2] = {
    {{8, 8}, {8, 8}},     {{1, 1}, {4, 1}},    {{3, 1}, {5, 1}},     {{4, 4}, {16, 64}},
    {{12, 4}, {300, 64}}, {{16, 64}, {7, 1}},  {{13, 8}, {12, 4}},   {{31, 1}, {127, 2}},
    {{128, 16}, {8, 8}},  {{129, 1}, {24, 8}}, {{136, 8}, {129, 1}}, {{300, 64}, {128, 32}},
    {{24, 32}, {13, 16}}};

// As many keys as the smallest of them can hold.
Config OfBytes(Config config) {
  config.type = KeyType::kBytes;
  config.layout = {};
  config.keys = std::min<std::uint32_t>(config.keys, 256);
  return FewKeysWithoutLimit(config);
}

// Every layout with every number of slots, and with adaptive ones, the two policies taking turns,
// so that each layout and each number of slots is seen under both.
std::vector<Config> EveryLayoutOf(Config config) {
  constexpr std::uint8_t kSlots[] = {4, 8, 16};
  std::vector<Config> configs;
  for (const auto& [key, value] : kShapes) {
    const std::size_t turn = configs.size() / 4;
    const std::uint8_t first = kSlots[turn % 3];
    for (const TapeLayout& layout :
         {TapeLayout{key, value, 4}, TapeLayout{key, value, 8}, TapeLayout{key, value, 16},
          TapeLayout{key, value, first, SlotsKind::kAdaptive}}) {
      config.layout = layout;
      config.policy = (turn + configs.size()) % 2 == 0 ? PolicyKind::kStrict : PolicyKind::kGo119;
      configs.push_back(config);
    }
  }
  return configs;
}

TEST(MetamorphicPropertyTest, LayoutAndPolicyDoNotMatterForResults) {
  TapeLimits limits = Limited(WithoutIterators());
  limits.shape = OfBytes;
  limits.max_ops = 20;
  limits.max_count = 80;
  std::uint64_t largest = 0;
  MilestoneCounts reached{};
  CheckTapes("layout-does-not-matter", limits, [&](const Tape& tape) -> std::string {
    const ToldRun first(tape);
    if (first.result.failure) return ComplaintOf(tape, first.result);
    largest = std::max(largest, first.result.largest);
    // A third of them, and over all tapes each.
    const std::vector<Config> configs = EveryLayoutOf(tape.config);
    for (std::size_t i = tape.config.seed % 3; i < configs.size(); i += 3) {
      const Tape other{configs[i], tape.ops};
      const ToldRun run(other);
      if (run.result.failure) return ComplaintOf(other, run.result);
      for (int i = 0; i < kMilestones; ++i) reached[i] += run.result.milestones[i];
      const std::string difference = SameResults(first, run);
      if (!difference.empty()) return difference + "\nother is\n" + ToText({configs[i], {}});
    }
    return "";
  });
  EXPECT_GT(largest, 100u) << "no table of 16 slots doubled twice";
  EXPECT_GT(reached[static_cast<int>(Milestone::kMovedToOtherSlots)], 0u);
}

TEST(MetamorphicPropertyTest, ALimitOnChainsChangesNothingUpToItsFirstRefusal) {
  int refused = 0;
  int unmet = 0;
  const TapeLimits limits = Limited({}, FewKeysWithoutLimit);
  CheckTapes("limit-changes-nothing", limits, [&](const Tape& tape) -> std::string {
    const ToldRun free(tape);
    if (free.result.failure) return ComplaintOf(tape, free.result);
    for (const std::uint8_t chain : {1, 2, 5}) {
      Tape other = tape;
      other.config.chain = chain;
      const ToldRun limited(other);
      if (limited.result.failure) return ComplaintOf(other, limited.result);
      const std::size_t refusal = limited.history.find("= refused chain\n");
      if (refusal == std::string::npos) {
        ++unmet;
        const std::string difference = SameInEveryStep(free, limited);
        if (!difference.empty()) return difference;
        continue;
      }
      ++refused;
      const std::size_t end = limited.history.rfind('\n', refusal) + 1;
      if (free.history.compare(0, end, limited.history, 0, end) != 0) {
        return FirstDifference(free.history, limited.history);
      }
    }
    return "";
  });
  EXPECT_GT(refused, 10);
  EXPECT_GT(unmet, 10);
}

TEST(MetamorphicPropertyTest, SameTapeTwiceIsTheSameInEveryStep) {
  TapeLimits limits;
  limits.shape = FewKeys;
  CheckTapes("deterministic", limits,
             [](const Tape& tape) { return CompareRunsOf(tape, [](Config&) {}, SameInEveryStep); });
}

// A tape of inserts in this order, then of updates in the order of keys, so that values, which are
// numbers of steps, are the same whatever the order was.
Tape InsertsInOrder(const Config& config, const std::vector<KeyId>& keys) {
  Tape tape{config, {}};
  for (const KeyId key : keys) {
    tape.ops.push_back({.code = OpCode::kPut, .key = static_cast<std::uint16_t>(key)});
  }
  std::vector<KeyId> sorted = keys;
  std::sort(sorted.begin(), sorted.end());
  for (const KeyId key : sorted) {
    tape.ops.push_back({.code = OpCode::kPut, .key = static_cast<std::uint16_t>(key)});
  }
  return tape;
}

TEST(MetamorphicPropertyTest, OrderOfIndependentInsertsDoesNotMatterForContent) {
  const auto property = [] {
    TapeLimits limits;
    limits.shape = FewKeysWithoutLimit;
    Config config = *ConfigGenerator(limits);
    config.keys = 400;
    if (config.type == KeyType::kF64) config.type = KeyType::kU64;
    const auto keys = *rc::gen::unique<std::vector<KeyId>>(rc::gen::inRange<KeyId>(0, 400));
    std::vector<KeyId> other = keys;
    for (std::size_t i = other.size(); i > 1; --i) {
      std::swap(other[i - 1], other[*rc::gen::inRange<std::size_t>(0, i)]);
    }
    const RunResult one = RunTape("hmap", InsertsInOrder(config, keys));
    const RunResult two = RunTape("hmap", InsertsInOrder(config, other));
    RC_ASSERT(!one.failure.has_value());
    RC_ASSERT(!two.failure.has_value());
    RC_ASSERT(one.content_digest == two.content_digest);
  };
  CheckProperty("order-of-inserts-does-not-matter", property);
}

}  // namespace
}  // namespace mapfuzz
