#include "harness/tape_binary.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

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
    0,  0,  0,  0,  0,  0,  // those of shared maps
};

// The same of the 32 values that five bits have, in tapes of shared maps. One is left: the switch.
constexpr int kSharedWeights[kOpCodes] = {
    5,                 // put
    4, 3, 1, 3, 2, 0,  // get del has try add alias
    0, 0, 0, 0, 0, 0,  // begin next drop take walk sweep
    1, 0, 0, 0, 0,     // clear copy move swap self
    0, 0,              // reserve remake
    1, 1, 0, 0, 1,     // fill drain drift churn look
    0, 0, 0,           // fault torment corrupt
    1, 1, 2, 1, 1, 3,  // exchange pop cas casdel size iterate
};

template <unsigned kValues>
struct OpCodeTable {
  std::array<OpCode, kValues> of_byte{};
  std::array<std::uint8_t, kOpCodes> byte_of{};
};

// Values of one opcode are scattered (any odd stride visits every byte), so that flipping a bit
// usually changes the operation. Byte 0 is put.
template <unsigned kValues>
constexpr OpCodeTable<kValues> MakeOpCodeTable(const int (&weights)[kOpCodes], unsigned stride) {
  OpCodeTable<kValues> table;
  unsigned slot = 0;
  for (int code = 0; code < kOpCodes; ++code) {
    for (int i = 0; i < weights[code]; ++i, ++slot) {
      const unsigned byte = slot * stride % kValues;
      table.of_byte[byte] = static_cast<OpCode>(code);
      if (i == 0) table.byte_of[code] = static_cast<std::uint8_t>(byte);
    }
  }
  return table;
}

constexpr int SumOf(const int (&weights)[kOpCodes]) {
  int sum = 0;
  for (const int weight : weights) sum += weight;
  return sum;
}
static_assert(SumOf(kOpWeights) == 256, "every byte value stands for exactly one opcode");
static_assert(SumOf(kSharedWeights) == kSharedSlots);

constexpr OpCodeTable<256> kOpCodeTable = MakeOpCodeTable<256>(kOpWeights, 163);

constexpr unsigned kSharedStride = 13;
constexpr unsigned kThreadShift = 5;
constexpr unsigned kCodeMask = (1u << kThreadShift) - 1;
constexpr OpCodeTable<32> kSharedTable = MakeOpCodeTable<32>(kSharedWeights, kSharedStride);
constexpr std::uint8_t kSwitchCode = kSharedSlots * kSharedStride % 32;

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

// In the first byte: which keys a shared map has, and which map it is.
constexpr std::uint8_t kSharedTypes = static_cast<std::uint8_t>(KeyType::kString) + 1;

Config DecodeShared(const std::uint8_t* p) {
  Config config;
  const auto kinds = static_cast<std::uint8_t>(p[0] - kFirstSharedByte);
  config.type = static_cast<KeyType>(kinds % kSharedTypes);
  config.shared = static_cast<SharedKind>(1 + kinds / kSharedTypes % (kSharedKinds - 1));
  config.threads = static_cast<std::uint8_t>(kMinThreads + p[1] % (kMostThreads - kMinThreads + 1));
  config.shards = static_cast<std::uint8_t>(1 << p[2] % std::bit_width(kMaxShards));
  config.hash = static_cast<HashKind>(p[3] % kHashKinds);
  config.growth = static_cast<GrowthKind>(p[4] % kGrowthKinds);
  config.keys = KeysOf(p[5], Load16(p + 6));
  config.seed = Load32(p + 10);
  return Canonical(config);
}

void EncodeShared(const Config& config, std::uint8_t* p) {
  const int kind = static_cast<int>(config.shared) - 1;
  p[0] = static_cast<std::uint8_t>(kFirstSharedByte + kind * kSharedTypes +
                                   static_cast<int>(config.type));
  p[1] = static_cast<std::uint8_t>(config.threads - kMinThreads);
  p[2] = static_cast<std::uint8_t>(std::bit_width(config.shards) - (config.shards == 0 ? 0 : 1));
  p[3] = static_cast<std::uint8_t>(config.hash);
  p[4] = static_cast<std::uint8_t>(config.growth);
  Store16(p + 6, config.keys % kMaxKeys);
  Store32(p + 10, config.seed);
}

// Most bytes stand for blind choices.
Schedule DecodeSchedule(const std::uint8_t* p) {
  const auto level = static_cast<PointLevel>((p[8] >> 3) % kPointLevels);
  const std::uint32_t seed = Load32(p + 14);
  switch (p[8] % 8) {
    case 0:
      return ExplicitSchedule(level, {});
    case 1: {
      const std::uint32_t length =
          Load16(p + 18) | (p[8] >> 4 & 3u) << 16 | (p[9] >> 4 & 15u) << 18;
      return PctSchedule(level, seed, static_cast<std::uint8_t>(1 + p[9] % kMaxDepth), 1 + length);
    }
    default:
      return RandomSchedule(
          level, seed,
          static_cast<std::uint8_t>(kMinChanceLog + p[9] % (kMaxChanceLog - kMinChanceLog + 1)));
  }
}

void EncodeSchedule(const Schedule& schedule, std::uint8_t* p) {
  Store32(p + 14, schedule.seed);
  p[8] = static_cast<std::uint8_t>(static_cast<int>(schedule.level) << 3);
  switch (schedule.kind) {
    case ScheduleKind::kExplicit:
      return;
    case ScheduleKind::kPct: {
      const std::uint32_t length = schedule.length - 1;
      p[8] = static_cast<std::uint8_t>(p[8] | 1 | (length >> 16 & 3) << 4);
      p[9] = static_cast<std::uint8_t>((schedule.depth - 1) | (length >> 18) << 4);
      return Store16(p + 18, length);
    }
    case ScheduleKind::kRandom:
      p[8] = static_cast<std::uint8_t>(p[8] | 2);
      p[9] = static_cast<std::uint8_t>(schedule.chance_log - kMinChanceLog);
  }
}

// 0 is before the threads.
std::uint8_t ThreadByte(int thread, std::uint8_t code) {
  return static_cast<std::uint8_t>((thread + 1) << kThreadShift | code);
}

Op WithModerateCounts(Op op) {
  const OpInfo& info = kOpInfo[static_cast<int>(op.code)];
  for (int i = 0; i < info.operands; ++i) {
    const OperandKind kind = info.kinds[i];
    if (kind == OperandKind::kCount || kind == OperandKind::kHint || kind == OperandKind::kNth) {
      SetOperand(op, kind, Moderate(op.count, OperandLimit(kind)));
    }
  }
  return Canonical(op);
}

Op DecodeOp(const std::uint8_t* p) {
  return WithModerateCounts({OpCodeOfByte(p[0]), p[1], Load16(p + 2), Load16(p + 4)});
}

// Either an operation or a switch.
void DecodeSharedRecord(const std::uint8_t* p, Tape& tape) {
  const unsigned code = p[0] & kCodeMask;
  const unsigned thread = p[0] >> kThreadShift;
  std::vector<Switch>& switches = tape.schedule.switches;
  if (code == kSwitchCode) {
    if (switches.size() == kMaxSwitches) return;
    const std::uint32_t point = Load32(p + 1);
    switches.push_back(
        {point <= kMaxPoints ? point : point & 0x3ff, static_cast<std::uint8_t>(thread)});
  } else if (tape.ops.size() < kMaxOps) {
    Op op = WithModerateCounts({kSharedTable.of_byte[code], p[1], Load16(p + 2), Load16(p + 4)});
    op.thread = static_cast<std::int8_t>(static_cast<int>(thread % (tape.config.threads + 1u)) - 1);
    tape.ops.push_back(op);
  }
}

void EncodeSwitch(const Switch& at, std::uint8_t* p) {
  p[0] = static_cast<std::uint8_t>(at.thread << kThreadShift | kSwitchCode);
  Store32(p + 1, at.point);
  p[5] = 0;
}

void EncodeOp(const Op& op, bool shared, std::uint8_t* p) {
  const auto code = static_cast<std::size_t>(op.code);
  p[0] = shared ? ThreadByte(op.thread, kSharedTable.byte_of[code]) : kOpCodeTable.byte_of[code];
  p[1] = op.small;
  Store16(p + 2, op.key);
  Store16(p + 4, op.count);
}

}  // namespace

OpCode OpCodeOfByte(std::uint8_t byte) { return kOpCodeTable.of_byte[byte]; }

OpCode SharedOpCodeOf(std::uint32_t number) {
  return kSharedTable.of_byte[number * kSharedStride % 32];
}

std::vector<std::uint8_t> ToBinary(const Tape& any) {
  const Tape tape = Canonical(any);
  const bool shared = IsShared(tape.config);
  const std::size_t ops = std::min(tape.ops.size(), kMaxOps);
  const std::size_t records = ops + tape.schedule.switches.size();
  std::vector<std::uint8_t> bytes(kHeaderBytes + records * kOpBytes);
  if (shared) {
    EncodeShared(tape.config, bytes.data());
    EncodeSchedule(tape.schedule, bytes.data());
  } else {
    EncodeHeader(tape.config, bytes.data());
  }
  std::uint8_t* record = bytes.data() + kHeaderBytes;
  for (std::size_t i = 0; i < ops; ++i, record += kOpBytes) EncodeOp(tape.ops[i], shared, record);
  for (const Switch& at : tape.schedule.switches) {
    EncodeSwitch(at, record);
    record += kOpBytes;
  }
  return bytes;
}

Tape FromBinary(const std::uint8_t* data, std::size_t size) {
  Tape tape;
  std::uint8_t header[kHeaderBytes] = {};
  if (size > 0) std::memcpy(header, data, std::min(size, kHeaderBytes));
  const bool shared = header[0] >= kFirstSharedByte;
  tape.config = shared ? DecodeShared(header) : DecodeHeader(header);
  if (shared) tape.schedule = DecodeSchedule(header);
  const std::size_t records = size <= kHeaderBytes ? 0 : (size - kHeaderBytes) / kOpBytes;
  tape.ops.reserve(std::min(records, kMaxOps));
  for (std::size_t i = 0; i < records && (shared || i < kMaxOps); ++i) {
    const std::uint8_t* const record = data + kHeaderBytes + i * kOpBytes;
    if (shared) {
      DecodeSharedRecord(record, tape);
    } else {
      tape.ops.push_back(DecodeOp(record));
    }
  }
  return shared ? Canonical(std::move(tape)) : tape;
}

}  // namespace mapfuzz
