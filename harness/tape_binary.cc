#include "harness/tape_binary.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace mapfuzz {
namespace {

// How many of the 256 byte values stand for each opcode, indexed by OpCode.
constexpr int kOpWeights[kOpCodes] = {
    27,                     // put
    8,  22, 4,  8,  10, 8,  // get del has try add alias
    18, 26, 4,  8,  12, 4,  // begin next drop take walk sweep
    3,  3,  2,  3,  2,      // clear copy move swap self
    4,  2,                  // reserve remake
    25, 10, 18, 13, 6,      // fill drain drift churn look
    2,  2,  2,              // fault torment corrupt
};

struct OpCodeTable {
  std::array<OpCode, 256> of_byte{};
  std::array<std::uint8_t, kOpCodes> byte_of{};
};

// Values of one opcode are scattered (any odd stride visits every byte), so that flipping a bit
// usually changes the operation. Byte 0 is put.
constexpr OpCodeTable MakeOpCodeTable() {
  OpCodeTable table;
  unsigned slot = 0;
  for (int code = 0; code < kOpCodes; ++code) {
    for (int i = 0; i < kOpWeights[code]; ++i, ++slot) {
      const unsigned byte = slot * 163 % 256;
      table.of_byte[byte] = static_cast<OpCode>(code);
      if (i == 0) table.byte_of[code] = static_cast<std::uint8_t>(byte);
    }
  }
  return table;
}

constexpr int SumOfWeights() {
  int sum = 0;
  for (const int weight : kOpWeights) sum += weight;
  return sum;
}
static_assert(SumOfWeights() == 256, "every byte value stands for exactly one opcode");

constexpr OpCodeTable kOpCodeTable = MakeOpCodeTable();

std::uint16_t Load16(const std::uint8_t* p) { return static_cast<std::uint16_t>(p[0] | p[1] << 8); }

std::uint32_t Load32(const std::uint8_t* p) {
  return Load16(p) | static_cast<std::uint32_t>(Load16(p + 2)) << 16;
}

void Store16(std::uint8_t* p, std::uint32_t value) {
  p[0] = static_cast<std::uint8_t>(value);
  p[1] = static_cast<std::uint8_t>(value >> 8);
}

void Store32(std::uint8_t* p, std::uint32_t value) {
  Store16(p, value);
  Store16(p + 2, value >> 16);
}

// Values below `limit` stand for themselves, others for one below 64 or below 256.
std::uint32_t Moderate(std::uint32_t raw, std::uint32_t limit) {
  if (raw < limit) return raw;
  return raw & ((raw & 0x4000) != 0 ? 0xff : 0x3f);
}

// Hints of the configuration: 0 is 0, so that all zeros is the default.
std::int32_t HintOf(std::uint32_t raw) {
  constexpr auto kLimit = static_cast<std::uint32_t>(kMaxHint - kMinHint + 1);
  const std::uint32_t value = Moderate(raw, kLimit);
  return value == kLimit - 1 ? kMinHint : static_cast<std::int32_t>(value);
}

std::uint32_t RawOfHint(std::int32_t hint) {
  return static_cast<std::uint32_t>(hint == kMinHint ? kMaxHint + 1 : hint);
}

// Small key spaces, where operations often meet the same key, are three of the four scales.
std::uint32_t KeysOf(std::uint8_t scale, std::uint32_t raw) {
  switch (scale % 4) {
    case 1:
      return 1 + raw % 4096;
    case 2:
      return 1 + raw % 256;
    case 3:
      return 1 + raw % 32;
    default:
      return raw == 0 ? kMaxKeys : raw;
  }
}

// Most bytes stand for no limit, which keeps inserts from getting far.
std::uint8_t ChainOf(std::uint8_t raw) { return raw <= kMaxChain ? raw : 0; }

// 0 is the default; up to the limit a size comes after its number, and all else is a favourite.
std::uint16_t SizeOf(std::uint32_t raw) {
  if (raw == 0) return TapeObject{}.size;
  return static_cast<std::uint16_t>(
      raw <= kMaxObjectSize + 1U ? raw - 1 : kEdgeSizes[raw % kEdgeSizes.size()]);
}

std::uint32_t RawOfSize(std::uint16_t size) {
  return size == TapeObject{}.size ? 0 : size + std::uint32_t{1};
}

// Both begin with the default.
constexpr std::array<std::uint16_t, 7> kAlignments = {8, 1, 2, 4, 16, 32, 64};
constexpr std::array<std::uint8_t, 3> kSlotCounts = {8, 4, 16};

template <class Values, class Value>
std::uint8_t IndexIn(const Values& values, Value value) {
  return static_cast<std::uint8_t>(std::find(values.begin(), values.end(), value) - values.begin());
}

TapeLayout DecodeLayout(const std::uint8_t* p) {
  return {.key = {SizeOf(Load16(p)), kAlignments[(p[4] & 15) % kAlignments.size()]},
          .value = {SizeOf(Load16(p + 2)), kAlignments[(p[4] >> 4) % kAlignments.size()]},
          .slots = kSlotCounts[p[5] % kSlotCounts.size()],
          .slots_kind = static_cast<SlotsKind>(p[5] / kSlotCounts.size() % kSlotsKinds)};
}

void EncodeLayout(const TapeLayout& layout, std::uint8_t* p) {
  Store16(p, RawOfSize(layout.key.size));
  Store16(p + 2, RawOfSize(layout.value.size));
  p[4] = static_cast<std::uint8_t>(IndexIn(kAlignments, layout.key.alignment) |
                                   IndexIn(kAlignments, layout.value.alignment) << 4);
  p[5] =
      static_cast<std::uint8_t>(IndexIn(kSlotCounts, layout.slots) +
                                kSlotCounts.size() * static_cast<std::size_t>(layout.slots_kind));
}

Config DecodeHeader(const std::uint8_t* p) {
  Config config;
  config.type = static_cast<KeyType>(p[0] % kKeyTypes);
  config.policy = static_cast<PolicyKind>(p[1] % kPolicyKinds);
  config.path = static_cast<PathKind>(p[2] % kPathKinds);
  config.hash = static_cast<HashKind>(p[3] % kHashKinds);
  config.growth = static_cast<GrowthKind>(p[4] % kGrowthKinds);
  config.keys = KeysOf(p[5], Load16(p + 6));
  config.chain = ChainOf(p[5] >> 2);
  config.hint = HintOf(Load16(p + 8));
  config.seed = Load32(p + 10);
  config.layout = DecodeLayout(p + 14);
  return Canonical(config);
}

void EncodeHeader(const Config& config, std::uint8_t* p) {
  p[0] = static_cast<std::uint8_t>(config.type);
  p[1] = static_cast<std::uint8_t>(config.policy);
  p[2] = static_cast<std::uint8_t>(config.path);
  p[3] = static_cast<std::uint8_t>(config.hash);
  p[4] = static_cast<std::uint8_t>(config.growth);
  p[5] = static_cast<std::uint8_t>(config.chain << 2);
  Store16(p + 6, config.keys % kMaxKeys);
  Store16(p + 8, RawOfHint(config.hint));
  Store32(p + 10, config.seed);
  EncodeLayout(config.layout, p + 14);
}

Op DecodeOp(const std::uint8_t* p) {
  Op op{OpCodeOfByte(p[0]), p[1], Load16(p + 2), Load16(p + 4)};
  const OpInfo& info = kOpInfo[static_cast<int>(op.code)];
  for (int i = 0; i < info.operands; ++i) {
    const OperandKind kind = info.kinds[i];
    if (kind == OperandKind::kCount || kind == OperandKind::kHint || kind == OperandKind::kNth) {
      SetOperand(op, kind, Moderate(op.count, OperandLimit(kind)));
    }
  }
  return Canonical(op);
}

void EncodeOp(const Op& op, std::uint8_t* p) {
  p[0] = kOpCodeTable.byte_of[static_cast<int>(op.code)];
  p[1] = op.small;
  Store16(p + 2, op.key);
  Store16(p + 4, op.count);
}

}  // namespace

OpCode OpCodeOfByte(std::uint8_t byte) { return kOpCodeTable.of_byte[byte]; }

std::vector<std::uint8_t> ToBinary(const Tape& tape) {
  const std::size_t ops = std::min(tape.ops.size(), kMaxOps);
  std::vector<std::uint8_t> bytes(kHeaderBytes + ops * kOpBytes);
  EncodeHeader(Canonical(tape.config), bytes.data());
  for (std::size_t i = 0; i < ops; ++i) {
    EncodeOp(Canonical(tape.ops[i]), &bytes[kHeaderBytes + i * kOpBytes]);
  }
  return bytes;
}

Tape FromBinary(const std::uint8_t* data, std::size_t size) {
  Tape tape;
  std::uint8_t header[kHeaderBytes] = {};
  if (size > 0) std::memcpy(header, data, std::min(size, kHeaderBytes));
  tape.config = DecodeHeader(header);
  if (size <= kHeaderBytes) return tape;
  const std::size_t ops = std::min((size - kHeaderBytes) / kOpBytes, kMaxOps);
  tape.ops.reserve(ops);
  for (std::size_t i = 0; i < ops; ++i) {
    tape.ops.push_back(DecodeOp(data + kHeaderBytes + i * kOpBytes));
  }
  return tape;
}

}  // namespace mapfuzz
