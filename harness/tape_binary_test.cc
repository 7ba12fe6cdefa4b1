#include "harness/tape_binary.h"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <vector>

#include "harness/key_space.h"

namespace mapfuzz {
namespace {

Tape Decode(const std::vector<std::uint8_t>& bytes) {
  return FromBinary(bytes.data(), bytes.size());
}

// `size` bytes that follow from `seed`.
std::vector<std::uint8_t> RandomBytes(std::uint64_t seed, std::size_t size) {
  std::vector<std::uint8_t> bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(Mix(seed + i) >> 56);
  return bytes;
}

TEST(BinaryTest, NoBytesAreTheDefaultTape) {
  EXPECT_EQ(FromBinary(nullptr, 0), Tape{});
  EXPECT_EQ(Decode(std::vector<std::uint8_t>(kHeaderBytes)), Tape{});
}

TEST(BinaryTest, EveryByteStringDecodesToACanonicalTapeThatRoundTrips) {
  for (std::uint64_t seed = 0; seed < 3000; ++seed) {
    const std::vector<std::uint8_t> bytes = RandomBytes(seed << 32, seed % 300);
    const Tape tape = Decode(bytes);
    ASSERT_EQ(Canonical(tape), tape);
    const std::size_t whole = bytes.size() < kHeaderBytes ? 0 : bytes.size() - kHeaderBytes;
    const std::size_t switches = tape.schedule.switches.size();
    if (IsShared(tape.config)) {
      ASSERT_LE(tape.ops.size() + switches, whole / kOpBytes);
    } else {
      ASSERT_EQ(tape.ops.size(), whole / kOpBytes);
    }
    const std::vector<std::uint8_t> encoded = ToBinary(tape);
    ASSERT_EQ(encoded.size(), kHeaderBytes + (tape.ops.size() + switches) * kOpBytes);
    ASSERT_EQ(Decode(encoded), tape);
    ASSERT_EQ(ToBinary(Decode(encoded)), encoded);
  }
}

TEST(BinaryTest, EveryOperandValueOfEveryOperationRoundTrips) {
  for (const OpInfo& info : kOpInfo) {
    Tape tape;
    if (info.scope == OpScope::kShared) tape.config.shared = SharedKind::kSync;
    tape.config = Canonical(tape.config);
    tape.ops.push_back({info.code, 0, 0, 0});
    for (int i = 0; i < info.operands; ++i) {
      for (std::uint32_t value = 0; value < OperandLimit(info.kinds[i]); ++value) {
        SetOperand(tape.ops[0], info.kinds[i], value);
        ASSERT_EQ(Decode(ToBinary(tape)), tape) << info.name << " " << value;
      }
    }
  }
}

TEST(BinaryTest, EveryConfigRoundTrips) {
  Tape tape;
  for (std::int32_t hint = kMinHint; hint <= kMaxHint; ++hint) {
    tape.config.hint = hint;
    ASSERT_EQ(Decode(ToBinary(tape)), tape);
  }
  for (std::uint32_t keys = 1; keys <= kMaxKeys; ++keys) {
    tape.config.keys = keys;
    ASSERT_EQ(Decode(ToBinary(tape)), tape);
  }
  tape.config = {KeyType::kF64,
                 PolicyKind::kGo119,
                 PathKind::kGeneric,
                 HashKind::kPairs,
                 GrowthKind::kSparse,
                 77,
                 99,
                 0xdeadbeef,
                 {},
                 1};
  for (; tape.config.chain <= kMaxChain; ++tape.config.chain) {
    EXPECT_EQ(Decode(ToBinary(tape)), tape);
  }
}

TEST(BinaryTest, FewRandomBytesLimitTheChains) {
  std::vector<std::uint8_t> bytes(kHeaderBytes);
  int limited = 0;
  for (int byte = 0; byte < 256; ++byte) {
    bytes[5] = static_cast<std::uint8_t>(byte);
    if (Decode(bytes).config.chain != 0) ++limited;
  }
  EXPECT_EQ(limited, 4 * kMaxChain) << "by whatever scale of keys";
}

TEST(BinaryTest, EveryLayoutRoundTrips) {
  Tape tape;
  tape.config.type = KeyType::kBytes;
  for (std::uint16_t size = 0; size <= kMaxObjectSize; ++size) {
    for (std::uint16_t alignment = 1; alignment <= kMaxObjectAlignment; alignment *= 2) {
      for (const std::uint8_t slots : {4, 8, 16}) {
        const SlotsKind kind = size % 2 == 0 ? SlotsKind::kFixed : SlotsKind::kAdaptive;
        tape.config.layout = {{size, alignment}, {kMaxObjectSize, 64}, slots, kind};
        tape.config.keys = kMaxKeys;
        tape.config = Canonical(tape.config);
        ASSERT_EQ(Decode(ToBinary(tape)), tape);
        tape.config.layout = {{8, 64}, {size, alignment}, slots, kind};
        ASSERT_EQ(Decode(ToBinary(tape)), tape);
      }
    }
  }
}

TEST(BinaryTest, MostRandomSizesAreAtAnEdgeAndEveryEdgeIsMet) {
  std::vector<std::uint8_t> bytes(kHeaderBytes);
  bytes[0] = static_cast<std::uint8_t>(KeyType::kBytes);
  std::array<int, kMaxObjectSize + 1> met{};
  for (std::uint32_t raw = 0; raw < 65536; ++raw) {
    bytes[16] = static_cast<std::uint8_t>(raw);
    bytes[17] = static_cast<std::uint8_t>(raw >> 8);
    ++met[Decode(bytes).config.layout.value.size];
  }
  int edges = 0;
  for (const std::uint16_t size : kEdgeSizes) {
    EXPECT_GT(met[size], 65536 / 20) << size;
    edges += met[size];
  }
  EXPECT_GT(edges, 65536 * 9 / 10);
  EXPECT_LT(edges, 65536) << "others are met too";
}

TEST(BinaryTest, TrimmingAnOperationsBytesDropsThatOperationOnly) {
  Tape tape;
  for (std::uint16_t i = 0; i < 10; ++i) tape.ops.push_back({OpCode::kPut, 0, i, 0});
  const std::vector<std::uint8_t> bytes = ToBinary(tape);
  const Tape shorter = FromBinary(bytes.data(), bytes.size() - 1);
  tape.ops.pop_back();
  EXPECT_EQ(shorter, tape);
}

TEST(BinaryTest, OperationsBeyondTheLimitAreDropped) {
  const std::vector<std::uint8_t> bytes(kHeaderBytes + (kMaxOps + 5) * kOpBytes);
  EXPECT_EQ(Decode(bytes).ops.size(), kMaxOps);
  Tape tape;
  tape.ops.resize(kMaxOps + 5);
  EXPECT_EQ(ToBinary(tape).size(), kHeaderBytes + kMaxOps * kOpBytes);
}

TEST(BinaryTest, EveryOpCodeHasBytesAndWhatEmptiesAMapHasFew) {
  std::array<int, kOpCodes> bytes{};
  for (int byte = 0; byte < 256; ++byte) {
    ++bytes[static_cast<std::size_t>(OpCodeOfByte(static_cast<std::uint8_t>(byte)))];
  }
  for (const OpInfo& info : kOpInfo) {
    const int count = bytes[static_cast<std::size_t>(info.code)];
    if (info.scope == OpScope::kShared) {
      EXPECT_EQ(count, 0) << info.name;
    } else {
      EXPECT_GE(count, 2) << info.name;
    }
  }
  int emptying = 0;
  for (const OpCode code : {OpCode::kClear, OpCode::kMove, OpCode::kSwap, OpCode::kRemake}) {
    emptying += bytes[static_cast<std::size_t>(code)];
  }
  EXPECT_LE(emptying, 12);
  EXPECT_EQ(OpCodeOfByte(0), OpCode::kPut);
}

TEST(BinaryTest, MostRandomCountsAreModerate) {
  std::vector<std::uint8_t> bytes(kHeaderBytes + kOpBytes);
  Tape fill;
  fill.ops.push_back({OpCode::kFill, 0, 0, 0});
  bytes = ToBinary(fill);
  int moderate = 0;
  for (std::uint32_t raw = 0; raw < 65536; ++raw) {
    bytes[kHeaderBytes + 4] = static_cast<std::uint8_t>(raw);
    bytes[kHeaderBytes + 5] = static_cast<std::uint8_t>(raw >> 8);
    if (Decode(bytes).ops[0].count < 256) ++moderate;
  }
  EXPECT_GT(moderate, 65536 * 9 / 10);
}

}  // namespace
}  // namespace mapfuzz
