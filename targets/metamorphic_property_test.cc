// One tape, two configurations: what the contract leaves no choice about must come out the same.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "targets/tape_property.h"

namespace mapfuzz {
namespace {

Config FewKeys(Config config) {
  config.policy = PolicyKind::kStrict;
  config.keys = std::min<std::uint32_t>(config.keys, 400);
  if (config.hash == HashKind::kConst) config.keys = std::min<std::uint32_t>(config.keys, 64);
  return config;
}

// Without faults: how many calls an operation makes is what the configurations differ in.
TapeLimits Limited(TapeLimits limits) {
  limits.shape = FewKeys;
  limits.never.insert(limits.never.end(), {OpCode::kFault, OpCode::kTorment});
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
  CheckTapes("hint-does-not-matter", Limited(WithoutIterators()), [](const Tape& tape) {
    return CompareRunsOf(
        tape, [](Config& config) { config.hint = config.hint == 0 ? 300 : 0; }, SameResults);
  });
}

TEST(MetamorphicPropertyTest, HashSeedAndGrowthDoNotMatterForResults) {
  CheckTapes("hash-does-not-matter", Limited(WithoutIterators()), [](const Tape& tape) {
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
    limits.shape = FewKeys;
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
  EXPECT_TRUE(rc::check("order of independent inserts", property));
}

}  // namespace
}  // namespace mapfuzz
