#include "harness/recipe_builder.h"

#include <algorithm>

namespace mapfuzz {

RecipeBuilder::RecipeBuilder(const Config& config, Random& random)
    : config_(config), random_(random) {
  const std::uint32_t bases[] = {0, 0, random_.Below(64), random_.Below(65536)};
  base_ = random_.Pick(bases);
  it_ = random_.Below(kIterators);
}

void RecipeBuilder::Add(OpCode code, std::initializer_list<std::uint32_t> operands) {
  Op op;
  op.code = code;
  const OpInfo& info = kOpInfo[static_cast<int>(code)];
  int i = 0;
  for (const std::uint32_t operand : operands) SetOperand(op, info.kinds[i++], operand);
  ops_.push_back(op);
}

void RecipeBuilder::AddAbout(OpCode code, std::uint32_t key) {
  Op op;
  op.code = code;
  const OpInfo& info = kOpInfo[static_cast<int>(code)];
  for (int i = 0; i < info.operands; ++i) {
    const OperandKind kind = info.kinds[i];
    std::uint32_t operand = random_.Below(65536);
    if (kind == OperandKind::kKey) operand = key;
    if (kind == OperandKind::kKey2) operand = base_;
    if (kind == OperandKind::kIterator) operand = it_;
    if (kind == OperandKind::kCount || kind == OperandKind::kWidth) operand = random_.Below(64);
    SetOperand(op, kind, operand);
  }
  ops_.push_back(Canonical(op));
}

void RecipeBuilder::Phase(OpCode code, std::uint32_t key, std::uint32_t count) {
  while (count > 0) {
    const std::uint32_t part = std::min(count, kMaxCount - 1);
    Add(code, {key, part});
    key += part;
    count -= part;
  }
}

void RecipeBuilder::Drift(std::uint32_t key, std::uint32_t count, std::uint32_t width) {
  const OpCode code = random_.Chance(3, 4) ? OpCode::kDrift : OpCode::kChurn;
  Add(code, {key, std::min(count, kMaxCount - 1), std::min(width, kMaxWidth - 1)});
}

void RecipeBuilder::DrainSome(std::uint32_t among, std::uint32_t most) {
  const std::uint32_t key = base_ + random_.Below(among);
  Drain(key, random_.Below(most));
}

// Hashes and allocations are what every type of key has.
FaultKind RecipeBuilder::ChooseFault() {
  constexpr FaultKind kKinds[] = {FaultKind::kAlloc, FaultKind::kAlloc, FaultKind::kAlloc,
                                  FaultKind::kHash,  FaultKind::kHash,  FaultKind::kHash,
                                  FaultKind::kCopy,  FaultKind::kCopy,  FaultKind::kMove,
                                  FaultKind::kEqual, FaultKind::kDraw};
  return random_.Pick(kKinds);
}

void RecipeBuilder::Fault(std::uint32_t most) {
  const auto kind = static_cast<std::uint32_t>(ChooseFault());
  Add(OpCode::kFault, {kind, 1 + random_.Below(most)});
}

void RecipeBuilder::Torment() {
  Add(OpCode::kTorment, {static_cast<std::uint32_t>(ChooseFault())});
}

void RecipeBuilder::TormentEvacuation() {
  if (random_.Chance(1, 2)) return Torment();
  Add(OpCode::kTorment, {static_cast<std::uint32_t>(FaultKind::kAlloc)});
}

void RecipeBuilder::Next(std::uint32_t it) {
  for (std::uint32_t n = random_.Below(4); n > 0; --n) Add(OpCode::kNext, {it});
}

void RecipeBuilder::WalkSome(std::uint32_t it, std::uint32_t limit) {
  const std::uint32_t steps = random_.Scaled(std::min(limit, kMaxCount));
  if (steps > 0) Add(OpCode::kWalk, {it, steps});
}

void RecipeBuilder::MaybeFinish(std::uint32_t it) {
  if (random_.Chance(2, 3)) Add(OpCode::kWalk, {it, kMaxCount - 1});
}

void RecipeBuilder::MaybeFromNothing() {
  if (random_.Chance(1, 2)) return;
  if (random_.Chance(1, 4)) {
    Add(OpCode::kClear, {});
  } else {
    Add(OpCode::kRemake, {static_cast<std::uint32_t>(-kMinHint)});
  }
}

std::uint32_t RecipeBuilder::ChooseB(unsigned max) {
  constexpr std::uint32_t kSizes[] = {0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 6, 7};
  return std::min<std::uint32_t>(random_.Pick(kSizes), max);
}

}  // namespace mapfuzz
