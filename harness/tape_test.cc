#include "harness/tape.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string_view>

namespace mapfuzz {
namespace {

TEST(OpInfoTest, IsIndexedByOpCode) {
  for (int i = 0; i < kOpCodes; ++i) EXPECT_EQ(static_cast<int>(kOpInfo[i].code), i);
}

TEST(OpInfoTest, NamesAreUniqueAndOperandsOfOneOperationLiveInDifferentFields) {
  std::set<std::string_view> names;
  for (const OpInfo& info : kOpInfo) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    Op op;
    for (int i = 0; i < info.operands; ++i) {
      SetOperand(op, info.kinds[i], static_cast<std::uint32_t>(i) + 1);
    }
    for (int i = 0; i < info.operands; ++i) {
      EXPECT_EQ(GetOperand(op, info.kinds[i]), static_cast<std::uint32_t>(i) + 1) << info.name;
    }
  }
}

TEST(SetOperandTest, ReducesIntoTheRangeOfTheKind) {
  Op op;
  SetOperand(op, OperandKind::kIterator, 7);
  EXPECT_EQ(GetOperand(op, OperandKind::kIterator), 3u);
  SetOperand(op, OperandKind::kWidth, 256);
  EXPECT_EQ(GetOperand(op, OperandKind::kWidth), 0u);
  SetOperand(op, OperandKind::kCount, 4097);
  EXPECT_EQ(GetOperand(op, OperandKind::kCount), 1u);
  SetOperand(op, OperandKind::kKey, 65537);
  EXPECT_EQ(GetOperand(op, OperandKind::kKey), 1u);
  SetOperand(op, OperandKind::kHint, 8193);
  EXPECT_EQ(GetOperand(op, OperandKind::kHint), 8193u);
  SetOperand(op, OperandKind::kHint, 8194);
  EXPECT_EQ(GetOperand(op, OperandKind::kHint), 0u);
}

TEST(CanonicalTest, ZeroesWhatTheOperationDoesNotUse) {
  const Op op = Canonical(Op{OpCode::kNext, 6, 123, 456});
  EXPECT_EQ(op, (Op{OpCode::kNext, 2, 0, 0}));
  EXPECT_EQ(Canonical(Op{OpCode::kClear, 1, 2, 3}), (Op{OpCode::kClear, 0, 0, 0}));
}

TEST(CanonicalTest, ReducesTheOpCode) {
  const Op op = Canonical(Op{static_cast<OpCode>(kOpCodes + 1), 0, 9, 0});
  EXPECT_EQ(op, (Op{OpCode::kGet, 0, 9, 0}));
}

TEST(CanonicalTest, IsIdempotent) {
  for (unsigned raw = 0; raw < 4096; ++raw) {
    const Op op{static_cast<OpCode>(raw % 256), static_cast<std::uint8_t>(raw * 7),
                static_cast<std::uint16_t>(raw * 31), static_cast<std::uint16_t>(raw * 127)};
    EXPECT_EQ(Canonical(Canonical(op)), Canonical(op));
  }
}

TEST(CanonicalTest, BringsEveryConfigFieldIntoItsRange) {
  Config config;
  config.type = static_cast<KeyType>(200);
  config.policy = static_cast<PolicyKind>(201);
  config.path = static_cast<PathKind>(255);
  config.hash = static_cast<HashKind>(77);
  config.growth = static_cast<GrowthKind>(6);
  config.hint = -5;
  config.keys = 0;
  config.chain = 200;
  const Config canonical = Canonical(config);
  EXPECT_LT(static_cast<int>(canonical.type), kKeyTypes);
  EXPECT_LT(static_cast<int>(canonical.policy), kPolicyKinds);
  EXPECT_LT(static_cast<int>(canonical.path), kPathKinds);
  EXPECT_LT(static_cast<int>(canonical.hash), kHashKinds);
  EXPECT_EQ(canonical.growth, GrowthKind::kFull);
  EXPECT_EQ(canonical.hint, kMinHint);
  EXPECT_EQ(canonical.keys, 1u);
  EXPECT_EQ(canonical.chain, kMaxChain);
  config.hint = 9000;
  config.keys = 70000;
  EXPECT_EQ(Canonical(config).hint, kMaxHint);
  EXPECT_EQ(Canonical(config).keys, kMaxKeys);
}

TEST(CanonicalTest, BringsEveryLayoutIntoItsRange) {
  Config config;
  config.type = KeyType::kBytes;
  config.layout = {.key = {400, 0}, .value = {300, 48}, .slots = 9};
  EXPECT_EQ(Canonical(config).layout, (TapeLayout{{300, 1}, {300, 32}, 8}));
  config.layout = {.key = {13, 3}, .value = {0, 1000}, .slots = 255};
  EXPECT_EQ(Canonical(config).layout, (TapeLayout{{13, 2}, {0, 64}, 16}));
  config.layout.slots = 0;
  config.layout.slots_kind = static_cast<SlotsKind>(7);
  EXPECT_EQ(Canonical(config).layout.slots, 4);
  EXPECT_EQ(Canonical(config).layout.slots_kind, SlotsKind::kAdaptive);
}

TEST(CanonicalTest, OnlyMapsOfBytesHaveALayout) {
  Config config;
  config.layout = {
      .key = {12, 4}, .value = {300, 64}, .slots = 16, .slots_kind = SlotsKind::kAdaptive};
  EXPECT_EQ(Canonical(config).layout, TapeLayout{});
  EXPECT_EQ(SlotsOf(config), 8u);
  config.type = KeyType::kBytes;
  EXPECT_EQ(Canonical(config).layout, config.layout);
  EXPECT_EQ(SlotsOf(config), 16u);
}

TEST(CanonicalTest, KeysAreNoMoreThanTheirBytesCanTellApart) {
  struct Row {
    std::uint16_t size;
    std::uint32_t keys;
  };
  for (const Row& row : {Row{0, 1}, Row{1, 256}, Row{2, 65536}, Row{3, 65536}, Row{300, 65536}}) {
    Config config;
    config.type = KeyType::kBytes;
    config.layout.key.size = row.size;
    EXPECT_EQ(Canonical(config).keys, row.keys) << row.size;
  }
  EXPECT_EQ(NumbersIn(4, std::uint64_t{1} << 32), std::uint64_t{1} << 32);
  EXPECT_EQ(NumbersIn(3, std::uint64_t{1} << 32), std::uint64_t{1} << 24);
  EXPECT_EQ(NumbersIn(8, UINT64_MAX), UINT64_MAX);
}

TEST(CanonicalTest, LeavesTheDefaultConfigAlone) { EXPECT_EQ(Canonical(Config{}), Config{}); }

}  // namespace
}  // namespace mapfuzz
