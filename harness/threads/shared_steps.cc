#include "harness/threads/shared_steps.h"

namespace mapfuzz {
namespace {

// What a phase is made of; other operations are themselves.
OpCode StepCodeOf(OpCode code) {
  switch (code) {
    case OpCode::kFill:
      return OpCode::kPut;
    case OpCode::kDrain:
      return OpCode::kDel;
    case OpCode::kLook:
      return OpCode::kGet;
    default:
      return code;
  }
}

MapOp MapOpOf(OpCode code) {
  switch (code) {
    case OpCode::kGet:
    case OpCode::kHas:
      return MapOp::kGet;
    case OpCode::kTry:
      return MapOp::kInsert;
    case OpCode::kDel:
    case OpCode::kPop:
      return MapOp::kDelete;
    case OpCode::kExchange:
      return MapOp::kSwap;
    case OpCode::kCas:
      return MapOp::kCompareAndSwap;
    case OpCode::kCasDel:
      return MapOp::kCompareAndDelete;
    case OpCode::kAdd:
      return MapOp::kAdd;
    case OpCode::kSize:
      return MapOp::kSize;
    case OpCode::kClear:
      return MapOp::kClear;
    case OpCode::kIterate:
      return MapOp::kIterate;
    default:
      return MapOp::kPut;
  }
}

}  // namespace

std::vector<SharedStep> SharedStepsOf(const Tape& tape) {
  std::vector<SharedStep> steps;
  steps.reserve(tape.ops.size());
  std::size_t before = 0;
  std::size_t of_threads = 0;
  for (std::size_t i = 0; i < tape.ops.size(); ++i) {
    const Op& op = tape.ops[i];
    const OpCode code = StepCodeOf(op.code);
    const std::uint32_t times = code == op.code ? 1 : op.count;
    const bool is_before = op.thread == kBeforeThreads;
    std::size_t& done = is_before ? before : of_threads;
    const std::size_t most = is_before ? kMaxStepsBefore : kMaxThreadSteps;
    for (std::uint32_t n = 0; n < times; ++n, ++done) {
      const bool beyond = done == most;
      steps.push_back({.thread = op.thread,
                       .code = code,
                       .key = (op.key + n) % tape.config.keys,
                       .count = code == OpCode::kIterate ? op.count : std::uint32_t{0},
                       .value = steps.size() + 1,
                       .operation = i,
                       .beyond = beyond});
      if (beyond) break;
    }
  }
  return steps;
}

MapRequest RequestOf(const SharedStep& step, Value expected) {
  MapRequest request{.op = MapOpOf(step.code)};
  const std::string_view name = kOpInfo[static_cast<int>(step.code)].name;
  if (name != kMapOpNames[static_cast<int>(request.op)]) request.name = name;
  if (!HasKey(request.op)) return request;
  request.key = step.key;
  if (Compares(request.op)) request.expected = expected;
  const bool only_takes = request.op == MapOp::kGet || request.op == MapOp::kDelete ||
                          request.op == MapOp::kCompareAndDelete;
  if (!only_takes) request.value = step.value;
  return request;
}

}  // namespace mapfuzz
