#include "targets/tape_generator.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "harness/tape_binary.h"
#include "targets/property.h"

namespace mapfuzz {
namespace {

Config PinnedShape(Config config) {
  config.type = KeyType::kF64;
  return config;
}

// The tapes of one property run: sizes from small to large.
std::vector<Tape> SomeTapes(const TapeLimits& limits) {
  std::vector<Tape> tapes;
  const rc::Gen<Tape> generator = TapeGenerator(limits);
  for (int i = 0; i < 300; ++i) {
    rc::Random random(static_cast<std::uint64_t>(i));
    tapes.push_back(generator(random, i % 100).value());
  }
  return tapes;
}

// The first value, in the order of the shrinks, that still fails, and so on to the end.
template <class T, class Fails>
T Shrunk(rc::Shrinkable<T> shrinkable, Fails fails) {
  for (;;) {
    auto smaller = shrinkable.shrinks();
    for (;;) {
      auto next = smaller.next();
      if (!next) return shrinkable.value();
      if (!fails(next->value())) continue;
      shrinkable = *next;
      break;
    }
  }
}

TEST(TapeFormsTest, TextThenBinaryThenTextIsTheSame) {
  CheckProperty("text-binary-text", [] {
    const Tape tape = *rc::gen::arbitrary<Tape>();
    const std::string text = ToText(tape);
    const Tape parsed = ParseTapeText(text, "t").tape;
    RC_ASSERT(parsed == tape);
    const std::vector<std::uint8_t> bytes = ToBinary(parsed);
    RC_ASSERT(ToText(FromBinary(bytes.data(), bytes.size())) == text);
  });
}

TEST(TapeFormsTest, AnyBytesThenTapeThenBytesThenTapeIsTheSame) {
  CheckProperty("bytes-tape-bytes", [] {
    const std::vector<std::uint8_t> bytes = *rc::gen::arbitrary<std::vector<std::uint8_t>>();
    const Tape tape = FromBinary(bytes.data(), bytes.size());
    const std::vector<std::uint8_t> encoded = ToBinary(tape);
    RC_ASSERT(FromBinary(encoded.data(), encoded.size()) == tape);
    RC_ASSERT(ParseTapeText(ToText(tape), "t").tape == tape);
  });
}

TEST(TapeFormsTest, OperationsAreCanonicalAndPrintOnOneLine) {
  CheckProperty("operations-on-one-line", [] {
    const Op op = *rc::gen::arbitrary<Op>();
    RC_ASSERT(Canonical(op) == op);
    RC_ASSERT(OpText(op).find('\n') == std::string::npos);
  });
}

TEST(TapeFormsTest, AnyTextIsReadOrRefusedWithAPlace) {
  CheckProperty("any-text", [] {
    const std::string text = *rc::gen::arbitrary<std::string>();
    for (const std::string& whole : {text, "mapfuzz tape v1\n" + text}) {
      try {
        ParseTapeText(whole, "t");
      } catch (const ParseError& error) {
        RC_ASSERT(error.line >= 1u);
        RC_ASSERT(error.column >= 1u);
        RC_ASSERT(std::string(error.what()).rfind("t:", 0) == 0u);
      }
    }
  });
}

TEST(MutatorTest, MutationsAndCrossoversAreCanonicalAndRoundTrip) {
  CheckProperty("mutations-round-trip", [] {
    const Tape a = *rc::gen::arbitrary<Tape>();
    const Tape b = *rc::gen::arbitrary<Tape>();
    const std::uint32_t seed = *rc::gen::arbitrary<std::uint32_t>();
    Tape mutated = a;
    Mutate(mutated, seed, 100);
    for (const Tape& tape : {mutated, CrossOver(a, b, seed, 100)}) {
      RC_ASSERT(tape.ops.size() <= 100u);
      const std::vector<std::uint8_t> bytes = ToBinary(tape);
      RC_ASSERT(FromBinary(bytes.data(), bytes.size()) == tape);
    }
  });
}

TEST(TapeGeneratorTest, IsNotVacuous) {
  std::set<OpCode> codes;
  std::set<HashKind> hashes;
  std::size_t long_tapes = 0;
  std::size_t big_fills = 0;
  std::size_t live_iterators = 0;
  const std::vector<Tape> tapes = SomeTapes({});
  for (const Tape& tape : tapes) {
    bool fills = false;
    bool begins = false;
    for (const Op& op : tape.ops) {
      codes.insert(op.code);
      fills |= op.code == OpCode::kFill && op.count >= 14;
      begins |= op.code == OpCode::kBegin;
    }
    hashes.insert(tape.config.hash);
    long_tapes += tape.ops.size() >= 10 ? 1 : 0;
    big_fills += fills ? 1 : 0;
    live_iterators += begins ? 1 : 0;
  }
  for (const OpInfo& info : kOpInfo) {
    EXPECT_EQ(codes.count(info.code), info.scope == OpScope::kShared ? 0u : 1u) << info.name;
  }
  EXPECT_EQ(hashes.size(), static_cast<std::size_t>(kHashKinds));
  EXPECT_GT(long_tapes, tapes.size() / 2);
  EXPECT_GT(big_fills, tapes.size() / 2);
  EXPECT_GT(live_iterators, tapes.size() / 2);
}

TEST(TapeGeneratorTest, KeepsToItsLimits) {
  TapeLimits limits = WithoutIterators();
  limits.never.push_back(OpCode::kClear);
  limits.max_ops = 20;
  limits.max_count = 30;
  limits.shape = PinnedShape;
  std::size_t ops = 0;
  for (const Tape& tape : SomeTapes(limits)) {
    EXPECT_LE(tape.ops.size(), 20u);
    EXPECT_EQ(tape.config.type, KeyType::kF64);
    ops += tape.ops.size();
    for (const Op& op : tape.ops) {
      EXPECT_TRUE(limits.Allows(op.code)) << OpText(op);
      const OpInfo& info = kOpInfo[static_cast<int>(op.code)];
      const bool counts = info.operands > 1 && info.kinds[1] == OperandKind::kCount;
      EXPECT_TRUE(!counts || op.count <= 30) << OpText(op);
    }
  }
  EXPECT_GT(ops, 1000u);
}

TEST(TapeGeneratorTest, OnlyListsTheWholeSetOfOperations) {
  TapeLimits limits;
  limits.only = {OpCode::kPut, OpCode::kFill};
  for (const Tape& tape : SomeTapes(limits)) {
    for (const Op& op : tape.ops) {
      EXPECT_TRUE(op.code == OpCode::kPut || op.code == OpCode::kFill) << OpText(op);
    }
  }
}

TEST(TapeGeneratorTest, ShrinksToTheOperationsOperandsAndConfigThatMatter) {
  const auto fails = [](const Tape& tape) {
    const auto big_fill = [](const Op& op) { return op.code == OpCode::kFill && op.count >= 9; };
    return tape.config.hash == HashKind::kConst &&
           std::any_of(tape.ops.begin(), tape.ops.end(), big_fill);
  };
  const rc::Gen<Tape> generator = TapeGenerator();
  int shrunk = 0;
  for (std::uint64_t seed = 0; seed < 400 && shrunk < 3; ++seed) {
    rc::Random random(seed);
    const rc::Shrinkable<Tape> made = generator(random, 60);
    if (!fails(made.value())) continue;
    ++shrunk;
    Tape least;
    least.config.hash = HashKind::kConst;
    least.ops.push_back({OpCode::kFill, 0, 0, 9});
    EXPECT_EQ(ToText(Shrunk(made, fails)), ToText(least));
  }
  EXPECT_EQ(shrunk, 3);
}

TEST(TapeGeneratorTest, ShrinkingNeverLeavesTheLimits) {
  TapeLimits limits;
  limits.shape = PinnedShape;
  const rc::Gen<Tape> generator = TapeGenerator(limits);
  rc::Random random(5);
  const Tape least =
      Shrunk(generator(random, 60), [](const Tape& tape) { return tape.ops.size() > 2; });
  EXPECT_EQ(least.ops.size(), 3u);
  EXPECT_EQ(least.config, PinnedShape({}));
}

TEST(ConfigGeneratorTest, ShrinksToTheDefault) {
  rc::Random random(3);
  const Config least = Shrunk(ConfigGenerator()(random, 100), [](const Config&) { return true; });
  EXPECT_EQ(least, Config{});
}

TEST(TapeGeneratorTest, SharedTapesShrinkInTheirScheduleToo) {
  Tape tape;
  tape.config.shared = SharedKind::kSync;
  tape.schedule = ExplicitSchedule(PointLevel::kLocks, {{1, 1}, {4, 0}});
  tape.ops = {{OpCode::kPut, 0, 0, 0, 1}};
  tape = Canonical(tape);
  std::set<std::size_t> switches;
  bool without_op = false;
  auto shrinks = tape_generator_internal::ShrinkTape(tape, {});
  for (auto next = shrinks.next(); next; next = shrinks.next()) {
    EXPECT_EQ(Canonical(*next), *next);
    if (next->ops == tape.ops) switches.insert(next->schedule.switches.size());
    without_op |= next->ops.empty() && next->schedule == tape.schedule;
  }
  EXPECT_TRUE(without_op);
  EXPECT_EQ(switches.count(0), 1u);
  EXPECT_EQ(switches.count(1), 1u);
}

}  // namespace
}  // namespace mapfuzz
