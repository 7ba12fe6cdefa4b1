#include "harness/op.h"

namespace mapfuzz {

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
  canonical.code = static_cast<OpCode>(static_cast<int>(op.code) % kOpCodes);
  const OpInfo& info = kOpInfo[static_cast<int>(canonical.code)];
  for (int i = 0; i < info.operands; ++i) {
    SetOperand(canonical, info.kinds[i], GetOperand(op, info.kinds[i]));
  }
  if (op.thread >= 0) canonical.thread = static_cast<std::int8_t>(op.thread % kMostThreads);
  return canonical;
}

}  // namespace mapfuzz
