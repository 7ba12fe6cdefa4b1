#include "harness/access_milestones.h"

#include <bit>

#include "harness/structure.h"

namespace mapfuzz {
namespace {

void HitGrowth(const KeyFacts& facts, RunCore& core) {
  const CostModel::Done& done = facts.done;
  if (done.started_doubling) {
    core.Hit(Milestone::kDoublingStarted);
    switch (core.config().growth) {
      case GrowthKind::kGo119:
        core.Hit(Milestone::kRuleGo119);
        break;
      case GrowthKind::kGo121:
        core.Hit(Milestone::kRuleGo121);
        break;
      case GrowthKind::kFull:
        core.Hit(Milestone::kRuleFull);
        break;
      case GrowthKind::kSparse:
        core.Hit(Milestone::kRuleSparse);
        break;
    }
    if (facts.after.b >= 8) core.Hit(Milestone::kTableOf256);
  }
  if (done.started_same_size) core.Hit(Milestone::kSameSizeStarted);
  if (done.finished == 0) return;
  core.Hit(done.finished_same_size ? Milestone::kSameSizeFinished : Milestone::kDoublingFinished);
  if (done.started > 0 && !facts.after.growing) core.Hit(Milestone::kGrowthWithinInsert);
}

void HitOverflow(const KeyFacts& facts, RunCore& core) {
  const HeaderView& before = facts.before;
  const HeaderView& after = facts.after;
  if (after.noverflow > before.noverflow) core.Hit(Milestone::kOverflowUsed);
  if (facts.done.started != 0 || after.pool == before.pool) return;
  core.Hit(Milestone::kOverflowFromPool);
  if (after.pool <= 0) core.Hit(Milestone::kPoolExhausted);
}

// Of an operation on a table that was growing when it began.
void HitMidGrowth(const Access& access, const KeyFacts& facts, RunCore& core) {
  if (facts.in_old) {
    if (!access.writes) {
      core.Hit(Milestone::kLookupInOldChain);
    } else if (access.erases) {
      core.Hit(Milestone::kDeleteMovesOldChain);
    } else if (!access.inserts) {
      core.Hit(Milestone::kUpdateMovesOldChain);
    }
  }
  if (access.inserts && facts.done.finished > 0) core.Hit(Milestone::kInsertFinishesGrowth);
  if (access.alias) core.Hit(Milestone::kAliasMidGrowth);
  if (access.erases && facts.after.count == 0) core.Hit(Milestone::kEmptiedMidGrowth);
}

bool IsOdd(const TapeObject& object) {
  return object.size != 0 && !std::has_single_bit(object.size);
}

bool IsOverAligned(const TapeObject& object) {
  return object.alignment == kMaxObjectAlignment && !LiesOutside(object);
}

// Of a write to a map whose layout the tape chose.
void HitLayout(const Access& access, const KeyFacts& facts, RunCore& core) {
  const TapeLayout& layout = core.config().layout;
  if (facts.slots_after != facts.slots_before) {
    core.Hit(facts.slots_after == 4 ? Milestone::kSlotsToFour : Milestone::kSlotsToSixteen);
  } else if (facts.done.started_doubling) {
    if (facts.slots_after == 4) core.Hit(Milestone::kFourSlotsDoubled);
    if (facts.slots_after == 16) core.Hit(Milestone::kSixteenSlotsDoubled);
  }
  if (facts.done.started_same_size && facts.slots_before != kGoSlots) {
    core.Hit(Milestone::kOtherSlotsSameSize);
  }
  if (access.inserts && layout.key.size == 0) core.Hit(Milestone::kKeyOfNoBytes);
  if (facts.other_slots) core.Hit(Milestone::kMovedToOtherSlots);
  if (!facts.moved_entries) return;
  if (layout.value.size == 0) core.Hit(Milestone::kValueOfNoBytes);
  if (LiesOutside(layout.key)) core.Hit(Milestone::kKeyByPointerEvacuated);
  if (LiesOutside(layout.value)) core.Hit(Milestone::kValueByPointerEvacuated);
  if (IsOverAligned(layout.key) || IsOverAligned(layout.value)) {
    core.Hit(Milestone::kOverAlignedEvacuated);
  }
  if (IsOdd(layout.key) || IsOdd(layout.value)) core.Hit(Milestone::kOddSizeEvacuated);
}

// Of a write to a map whose chains are limited.
void HitLimit(const Access& access, const KeyFacts& facts, RunCore& core) {
  if (access.refused) {
    core.Hit(Milestone::kChainRefused);
    if (facts.after.growing) core.Hit(Milestone::kChainRefusedMidGrowth);
  } else if (facts.once_refused) {
    core.Hit(Milestone::kInsertedAfterRefusal);
  }
}

}  // namespace

void HitKeyMilestones(const Access& access, const KeyFacts& facts, RunCore& core) {
  if (facts.before.growing) HitMidGrowth(access, facts, core);
  if (facts.longest >= 4) core.Hit(Milestone::kChainOfFour);
  if (facts.pile >= 9) core.Hit(Milestone::kEqualHashPile);
  if (!access.writes) {
    const bool long_string = core.config().type == KeyType::kString && access.key.id % 4 >= 2;
    if (long_string && facts.before.b == 0 && facts.before.count != 0) {
      core.Hit(Milestone::kLongStringInOneBucket);
    }
    return;
  }
  HitGrowth(facts, core);
  HitOverflow(facts, core);
  if (facts.moved_nans != 0 && facts.before.growing && (facts.before.flags & kIteratorFlag) != 0) {
    core.Hit(Milestone::kNanEvacuatedUnderIterator);
    if (facts.moved_nans_up != 0) core.Hit(Milestone::kNanEvacuatedToY);
  }
  if (facts.moved_entries && core.config().type == KeyType::kLarge) {
    core.Hit(Milestone::kIndirectEvacuated);
  }
  if (core.config().type == KeyType::kBytes) HitLayout(access, facts, core);
  if (core.config().chain != 0) HitLimit(access, facts, core);
  if (access.refused) return;
  if (access.inserts && facts.hash >> 56 < kLeastLive) core.Hit(Milestone::kTophashAdjusted);
  if (access.inserts && access.key.nan) core.Hit(Milestone::kNanInserted);
  if (access.makes) core.Hit(Milestone::kMovedFromUsed);
  if (access.alias && facts.done.started != 0) core.Hit(Milestone::kAliasStartsGrowth);
}

void HitFaultMilestones(const Access& access, const FaultFacts& facts, RunCore& core) {
  if (!access.writes) return;
  if (facts.kind == FaultKind::kMove) core.Hit(Milestone::kFaultInMove);
  if (access.erases) {
    core.Hit(Milestone::kFaultInErase);
  } else {
    core.Hit(access.inserts ? Milestone::kFaultInInsert : Milestone::kFaultInUpdate);
  }
  if (facts.kind == FaultKind::kAlloc && access.inserts && facts.had_table) {
    if (facts.growth_was_due) {
      if (!facts.after.growing && facts.after.b == facts.before.b) {
        core.Hit(Milestone::kFaultInGrowthStart);
      }
    } else if (!facts.moves && !HasBlocksOfEntries(core.config())) {
      // No key has a block of its own and no growth has allocated anything.
      core.Hit(Milestone::kFaultInOverflow);
    }
  }
  // The key itself is hashed first, once for each look-up and once for the write; then the entries
  // that move are. From the second on, one had moved and was put back.
  const auto own = static_cast<std::uint64_t>(access.look_ups) + 1;
  if (facts.kind == FaultKind::kHash && facts.moves && facts.hashes >= own + 2) {
    core.Hit(Milestone::kFaultInEvacuation);
  }
}

}  // namespace mapfuzz
