#include "harness/fault_recipes.h"

#include <algorithm>

namespace mapfuzz {

void FaultRecipes::FaultsAtEdge() {
  MaybeFromNothing();
  const std::uint32_t full = EntriesAtB(ChooseB(5));
  const bool early = random_.Chance(1, 8);
  if (early) Torment();
  Fill(base_, full);
  if (random_.Chance(3, 4)) Begin(it_);
  const std::uint32_t other = (it_ + 1) % kIterators;
  if (random_.Chance(1, 2)) {
    Put(base_ + full);
    Begin(other);
    Next(other);
  }
  for (std::uint32_t n = 1; n <= 4; ++n) {
    random_.Chance(1, 2) ? Torment() : Fault(12);
    const std::uint32_t known = base_ + random_.Below(full);
    switch (random_.Below(6)) {
      case 0:
        Del(known);
        break;
      case 1:
        Put(known);
        break;
      case 2:
        Add(OpCode::kAlias, {base_ + full + n, known});
        break;
      case 3:
        Add(random_.Chance(1, 2) ? OpCode::kTry : OpCode::kAdd, {base_ + full + n});
        break;
      default:
        Put(base_ + full + n);
    }
    Next(it_);
  }
  if (random_.Chance(1, 2)) Torment();
  Fill(base_ + full + 8, random_.Below(full / 4 + 9));
  MaybeFinish(it_);
  MaybeFinish(other);
}

void FaultRecipes::FaultsInGaps() {
  MaybeFromNothing();
  const std::uint32_t held = EntriesAtB(ChooseB(4)) * 3 / 4;
  Fill(base_, held);
  if (random_.Chance(3, 4)) Begin(it_);
  for (std::uint32_t n = 0; n < 4; ++n) {
    const std::uint32_t gap = base_ + random_.Below(held);
    Del(gap);
    Torment();
    Put(random_.Chance(1, 3) ? gap : base_ + held + n);
    Next(it_);
  }
  MaybeFinish(it_);
}

void FaultRecipes::FaultsInUpdates() {
  const std::uint32_t held = EntriesAtB(ChooseB(4));
  Fill(base_, held);
  Put(random_.Below(2));
  if (random_.Chance(3, 4)) Begin(it_);
  for (std::uint32_t n = 0; n < 4; ++n) {
    Torment();
    Put(random_.Chance(1, 2) ? random_.Below(2) : base_ + random_.Below(held));
    Next(it_);
  }
  MaybeFinish(it_);
}

void FaultRecipes::FaultsOnWholeMaps() {
  const std::uint32_t full = EntriesAtB(ChooseB(4));
  const std::uint32_t beyond = random_.Below(4);
  Fill(base_, full + beyond);
  Begin(it_);
  for (std::uint32_t n = random_.Between(1, 3); n > 0; --n) {
    constexpr OpCode kWholes[] = {OpCode::kCopy,  OpCode::kCopy,    OpCode::kClear,
                                  OpCode::kClear, OpCode::kReserve, OpCode::kRemake};
    const OpCode code = random_.Pick(kWholes);
    random_.Chance(2, 3) ? Torment() : Fault(40);
    if (code == OpCode::kReserve || code == OpCode::kRemake) {
      Add(code, {full * 2 - static_cast<std::uint32_t>(kMinHint)});
    } else {
      Add(code, {});
    }
    Next(it_);
    if (random_.Chance(1, 2)) Fill(base_, full + beyond + n);
  }
  if (random_.Chance(1, 3)) {
    Add(OpCode::kMove, {});
    Torment();
  }
  Fill(base_ + full, random_.Below(full));
  MaybeFinish(it_);
}

void FaultRecipes::FaultsInLongChains() {
  const std::uint32_t b = ChooseB(5);
  const std::uint32_t chains = 1u << b;
  const std::uint32_t full = EntriesAtB(b);
  const std::uint32_t first = base_ / chains * chains;
  Add(OpCode::kRemake, {full - static_cast<std::uint32_t>(kMinHint)});
  // Where keys choose their chains, a doubling moves all of these to one.
  const std::uint32_t pile = std::min(full / 2, SlotsOf(config_) + random_.Between(1, 9));
  for (std::uint32_t i = 0; i < pile; ++i) Put(first + i * 2 * chains);
  Fill(first + 1, full - pile);
  if (random_.Chance(2, 3)) Begin(it_);
  for (std::uint32_t n = random_.Between(2, 6); n > 0; --n) {
    Torment();
    constexpr std::uint32_t kSteps[] = {0, 0, 1, 2};
    const std::uint32_t chain = first + random_.Pick(kSteps);
    Put(random_.Chance(1, 2) ? chain : chain + (pile + n) * 2 * chains);
    Next(it_);
  }
  Fill(first + full, random_.Below(chains + 1));
  MaybeFinish(it_);
}

void FaultRecipes::FaultsInMidGrowth() {
  constexpr FaultKind kOfEvacuation[] = {FaultKind::kHash, FaultKind::kHash, FaultKind::kAlloc,
                                         FaultKind::kCopy};
  const std::uint32_t full = EntriesAtB(random_.Between(1, 4));
  Add(OpCode::kRemake, {full - static_cast<std::uint32_t>(kMinHint)});
  const bool nans = config_.type == KeyType::kF64 && random_.Chance(2, 3);
  const std::uint32_t held = nans ? std::min(full - 1, random_.Between(2, 12)) : 0;
  for (std::uint32_t n = held; n > 0; --n) Put(n * 8 - 3);
  // Those of the keys that are NaN are further entries.
  Fill(0, full + 1 - held);
  const std::uint32_t other = (it_ + 1) % kIterators;
  for (std::uint32_t n = random_.Between(1, 4); n > 0; --n) {
    const std::uint32_t begun = random_.Chance(1, 2) ? it_ : other;
    Begin(begun);
    nans ? Add(OpCode::kWalk, {begun, random_.Between(1, full)}) : Next(it_);
    Add(OpCode::kTorment, {static_cast<std::uint32_t>(random_.Pick(kOfEvacuation))});
    Put(random_.Below(full));
    Next(other);
  }
  MaybeFinish(it_);
  MaybeFinish(other);
  Fill(full, random_.Below(full));
}

void FaultRecipes::FaultsBeforeTheDrop() {
  const std::uint32_t full = EntriesAtB(ChooseB(4));
  Fill(base_, full);
  Begin(it_);
  Put(base_ + full);
  for (std::uint32_t n = random_.Between(1, 3); n > 0; --n) {
    Fault(6);
    Put(base_ + random_.Below(full));
    Next(it_);
  }
  Add(OpCode::kDrop, {it_});
  Fill(base_, random_.Between(1, full));
  const std::uint32_t other = (it_ + 1) % kIterators;
  Begin(other);
  MaybeFinish(other);
}

void FaultRecipes::FaultsUnderIterator() {
  const std::uint32_t full = EntriesAtB(ChooseB(4));
  Fill(base_, full);
  Begin(it_);
  Fill(base_ + full, 1 + random_.Below(full));
  for (std::uint32_t n = random_.Between(1, 4); n > 0; --n) {
    random_.Chance(1, 2) ? Torment() : Fault(8);
    if (random_.Chance(1, 4)) {
      Add(OpCode::kTake, {it_});
    } else {
      Add(OpCode::kWalk, {it_, random_.Between(1, 12)});
    }
    if (random_.Chance(1, 2)) Put(base_ + random_.Below(full * 2));
  }
  if (random_.Chance(1, 2)) {
    Torment();
    const std::uint32_t draw = random_.Below(65536);
    Add(OpCode::kSweep, {draw});
  }
  MaybeFinish(it_);
}

}  // namespace mapfuzz
