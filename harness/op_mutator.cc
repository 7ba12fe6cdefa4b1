#include "harness/op_mutator.h"

#include <algorithm>
#include <cstddef>

#include "harness/config_mutator.h"
#include "harness/tape_binary.h"

namespace mapfuzz {
namespace {

using Ops = std::vector<Op>;

// A key that an operation of the tape touches, or its neighbour.
std::uint32_t UsedKey(const Ops& ops, Random& random) {
  if (ops.empty()) return random.Scaled(256);
  const Op& op = ops[random.Index(ops.size())];
  switch (op.code) {
    case OpCode::kFill:
    case OpCode::kDrain:
    case OpCode::kDrift:
    case OpCode::kChurn:
    case OpCode::kLook:
      return op.key + random.Below(op.count + op.small + 2);
    case OpCode::kAlias:
      return random.Chance(1, 2) ? op.key : op.count;
    default:
      return op.key;
  }
}

std::uint32_t RandomKey(const Ops& ops, Random& random) {
  const std::uint32_t choice = random.Below(8);
  if (choice < 5) return UsedKey(ops, random);
  return choice < 7 ? random.Scaled(256) : random.Below(65536);
}

std::uint32_t RandomOperand(OperandKind kind, const Ops& ops, const Config& config,
                            Random& random) {
  switch (kind) {
    case OperandKind::kKey:
    case OperandKind::kKey2:
      return RandomKey(ops, random);
    case OperandKind::kIterator:
      return random.Below(random.Chance(1, 2) ? 2 : kIterators);
    case OperandKind::kWidth:
      return random.Chance(1, 3) ? NearThreshold(config, random) : random.Scaled(kMaxWidth);
    case OperandKind::kCount:
      return random.Chance(1, 3) ? NearThreshold(config, random) : random.Scaled(1024);
    case OperandKind::kDraw:
      return random.Below(65536);
    case OperandKind::kFault:
      return random.Below(kFaultKinds);
    case OperandKind::kField:
      return random.Below(kCorruptFields);
    case OperandKind::kNth:
      return 1 + random.Scaled(64);
    case OperandKind::kHint:
      if (random.Chance(1, 8)) return random.Below(OperandLimit(kind));
      return random.Chance(1, 2) ? NearThreshold(config, random) + 1 : random.Scaled(256);
  }
  return 0;
}

std::uint32_t InterestingOperand(OperandKind kind, Random& random) {
  const std::uint32_t limit = OperandLimit(kind);
  const std::uint32_t power = 1u << random.Below(13);
  const std::uint32_t values[] = {0, 1, 8, limit - 1, limit / 2, power, power - 1, power + 1};
  return random.Pick(values);
}

}  // namespace

Op RandomOp(const std::vector<Op>& ops, const Config& config, Random& random) {
  Op op;
  op.code = OpCodeOfByte(static_cast<std::uint8_t>(random.Below(256)));
  const OpInfo& info = kOpInfo[static_cast<int>(op.code)];
  for (int i = 0; i < info.operands; ++i) {
    SetOperand(op, info.kinds[i], RandomOperand(info.kinds[i], ops, config, random));
  }
  return op;
}

void ChangeOperandOf(Op& op, const std::vector<Op>& ops, const Config& config, Random& random) {
  const OpInfo& info = kOpInfo[static_cast<int>(op.code)];
  if (info.operands == 0) return;
  const OperandKind kind = info.kinds[random.Index(static_cast<std::size_t>(info.operands))];
  const std::uint32_t limit = OperandLimit(kind);
  const std::uint32_t value = GetOperand(op, kind);
  switch (random.Below(4)) {
    case 0:
      SetOperand(op, kind, value + 1 + random.Scaled(8));
      break;
    case 1:
      SetOperand(op, kind, value + limit - 1 - random.Scaled(std::min(8u, limit)));
      break;
    case 2:
      SetOperand(op, kind, InterestingOperand(kind, random));
      break;
    default:
      SetOperand(op, kind, RandomOperand(kind, ops, config, random));
  }
}

}  // namespace mapfuzz
