#include "harness/tape.h"

#include <algorithm>
#include <bit>

namespace mapfuzz {
namespace {

template <class Enum>
Enum Reduced(Enum value, int limit) {
  return static_cast<Enum>(static_cast<int>(value) % limit);
}

TapeObject Canonical(TapeObject object) {
  object.size = std::min(object.size, kMaxObjectSize);
  object.alignment = std::bit_floor(object.alignment);
  object.alignment = std::clamp<std::uint16_t>(object.alignment, 1, kMaxObjectAlignment);
  return object;
}

TapeLayout Canonical(TapeLayout layout) {
  layout.key = Canonical(layout.key);
  layout.value = Canonical(layout.value);
  layout.slots = std::clamp<std::uint8_t>(std::bit_floor(layout.slots), 4, 16);
  layout.slots_kind = Reduced(layout.slots_kind, kSlotsKinds);
  return layout;
}

}  // namespace

std::uint32_t GetOperand(const Op& op, OperandKind kind) {
  switch (kind) {
    case OperandKind::kKey:
      return op.key;
    case OperandKind::kIterator:
    case OperandKind::kWidth:
    case OperandKind::kFault:
    case OperandKind::kField:
      return op.small;
    case OperandKind::kKey2:
    case OperandKind::kCount:
    case OperandKind::kDraw:
    case OperandKind::kHint:
    case OperandKind::kNth:
      return op.count;
  }
  return 0;
}

void SetOperand(Op& op, OperandKind kind, std::uint32_t value) {
  value %= OperandLimit(kind);
  switch (kind) {
    case OperandKind::kKey:
      op.key = static_cast<std::uint16_t>(value);
      break;
    case OperandKind::kIterator:
    case OperandKind::kWidth:
    case OperandKind::kFault:
    case OperandKind::kField:
      op.small = static_cast<std::uint8_t>(value);
      break;
    case OperandKind::kKey2:
    case OperandKind::kCount:
    case OperandKind::kDraw:
    case OperandKind::kHint:
    case OperandKind::kNth:
      op.count = static_cast<std::uint16_t>(value);
      break;
  }
}

Op Canonical(Op op) {
  Op canonical;
  canonical.code = Reduced(op.code, kOpCodes);
  const OpInfo& info = kOpInfo[static_cast<int>(canonical.code)];
  for (int i = 0; i < info.operands; ++i) {
    SetOperand(canonical, info.kinds[i], GetOperand(op, info.kinds[i]));
  }
  return canonical;
}

Config Canonical(Config config) {
  config.type = Reduced(config.type, kKeyTypes);
  config.policy = Reduced(config.policy, kPolicyKinds);
  config.path = Reduced(config.path, kPathKinds);
  config.hash = Reduced(config.hash, kHashKinds);
  config.growth = Reduced(config.growth, kGrowthKinds);
  config.chain = std::min(config.chain, kMaxChain);
  if (config.hint < kMinHint) config.hint = kMinHint;
  if (config.hint > kMaxHint) config.hint = kMaxHint;
  if (config.keys < 1) config.keys = 1;
  if (config.keys > kMaxKeys) config.keys = kMaxKeys;
  config.layout = config.type == KeyType::kBytes ? Canonical(config.layout) : TapeLayout{};
  const std::uint64_t most = NumbersIn(config.layout.key.size, kMaxKeys);
  if (config.keys > most) config.keys = static_cast<std::uint32_t>(most);
  return config;
}

}  // namespace mapfuzz
