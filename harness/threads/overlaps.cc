#include "harness/threads/overlaps.h"

#include <cstddef>

namespace mapfuzz {
namespace {

bool Writes(const ConcurrentOp& op) {
  switch (op.request.op) {
    case MapOp::kGet:
    case MapOp::kSize:
    case MapOp::kIterate:
      return false;
    default:
      return true;
  }
}

// `op` is about the whole map, and `other` is beside it.
void HitWhole(const ConcurrentOp& op, const ConcurrentOp& other, RunCore& core) {
  if (!Writes(other)) return;
  if (op.request.op == MapOp::kIterate) core.Hit(Milestone::kIterationOverWrite);
  if (op.request.op == MapOp::kClear) core.Hit(Milestone::kClearOverWrite);
  if (op.request.op == MapOp::kSize) core.Hit(Milestone::kSizeOverWrite);
}

void HitPair(const ConcurrentOp& a, const ConcurrentOp& b, RunCore& core) {
  const bool on_keys = HasKey(a.request.op) && HasKey(b.request.op);
  if (on_keys && a.request.key == b.request.key) {
    core.Hit(Milestone::kOverlapOnKey);
    if (Writes(a) && Writes(b)) core.Hit(Milestone::kWritesOverlap);
  }
  const bool iterate = a.request.op == MapOp::kIterate && b.request.op == MapOp::kIterate;
  if (iterate) core.Hit(Milestone::kIterationsOverlap);
  HitWhole(a, b, core);
  HitWhole(b, a, core);
}

}  // namespace

void HitOverlaps(const ConcurrentHistory& history, RunCore& core) {
  for (std::size_t i = 0; i < history.ops.size(); ++i) {
    const ConcurrentOp& op = history.ops[i];
    if (Compares(op.request.op) && op.answer.key.found) {
      core.Hit(*op.answer.key.found ? Milestone::kCompareTaken : Milestone::kCompareFailed);
    }
    for (std::size_t j = i + 1; j < history.ops.size(); ++j) {
      if (history.ops[j].called > op.returned) break;
      HitPair(op, history.ops[j], core);
    }
  }
}

}  // namespace mapfuzz
