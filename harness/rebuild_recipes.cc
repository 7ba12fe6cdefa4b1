#include "harness/rebuild_recipes.h"

#include <algorithm>

#include "harness/key_space.h"

namespace mapfuzz {

void RebuildRecipes::HeldAtCap() {
  MaybeFromNothing();
  const std::uint32_t b = ChooseB(5);
  const std::uint32_t held = EntriesAtB(b) - 1;
  const std::uint32_t rounds = random_.Between(3, 14);
  Fill(base_, held);
  const bool watched = random_.Chance(2, 3);
  if (watched) Begin(it_);
  // A drift holds its width of keys and one; wider tables are held in part.
  const std::uint32_t width = std::min(held, kMaxWidth - 1);
  std::uint32_t key = base_ + held - width;
  Drift(key, held * rounds / 2, width);
  key += held * rounds / 2;
  if (watched) WalkSome(it_, held);
  // A same-size growth is over after half as many writes as there are buckets. Steps shorter than
  // that do not jump over one.
  const std::uint32_t step = 1 + (1u << b) / 5;
  const std::uint32_t looks = random_.Chance(1, 2) ? random_.Below(16) : 0;
  for (std::uint32_t n = 0; n < looks; ++n, key += step) {
    Add(OpCode::kDrift, {key, step, width});
    if (random_.Chance(1, 2)) Add(OpCode::kLook, {key + step, width});
    Begin(it_);
  }
  Drift(key, held * rounds / 2, width);
  if (watched) MaybeFinish(it_);
}

void RebuildRecipes::ThinnedAtCap() {
  MaybeFromNothing();
  const std::uint32_t full = EntriesAtB(random_.Between(2, 3));
  const std::uint32_t rest = random_.Between(1, 2);
  std::uint32_t key = base_;
  for (std::uint32_t n = random_.Between(6, 14); n > 0; --n) {
    Fill(key, full);
    Drain(key + rest, full - rest);
    Put(key + full);
    if (random_.Chance(1, 2)) Begin(it_);
    Drain(key, rest);
    Del(key + full);
    if (random_.Chance(1, 2)) Next(it_);
    // The same keys again, in a table with another seed, or others.
    if (random_.Chance(1, 2)) key += full;
  }
  if (random_.Chance(1, 2)) Fill(key, full);
  MaybeFinish(it_);
}

void RebuildRecipes::BothKindsOfGrowth() {
  const std::uint32_t b = random_.Between(1, 4);
  const std::uint32_t small = EntriesAtB(b - 1);
  const std::uint32_t held = EntriesAtB(b) - 1;
  MaybeFromNothing();
  Fill(base_, small);
  Begin(it_);
  Next(it_);
  if (held > small) Fill(base_ + small, held - small);
  Next(it_);
  const std::uint32_t other = (it_ + 1) % kIterators;
  if (random_.Chance(1, 2)) Begin(other);
  const std::uint32_t width = std::min(held, kMaxWidth - 1);
  // The keys put first stay, so that the iterator has something to come back for.
  const std::uint32_t kept = random_.Chance(1, 2) ? std::min(small, width / 2) : 0;
  Drift(base_ + kept, held * random_.Between(4, 20), width - kept);
  Next(it_);
  if (random_.Chance(1, 2)) Fill(base_, held * random_.Between(1, 4));
  Next(other);
  MaybeFinish(it_);
}

void RebuildRecipes::PiledChains() { PiledChains(/*faults=*/false); }

void RebuildRecipes::FaultsInPiledChains() { PiledChains(/*faults=*/true); }

void RebuildRecipes::PiledChains(bool faults) {
  if (!KeysChooseChains()) return HeldAtCap();
  const auto rest = static_cast<Rest>(random_.Below(4));
  const Pile pile = PileUp(rest);
  const std::uint32_t other = (it_ + 1) % kIterators;
  if (random_.Chance(1, 2)) Begin(it_);
  if (faults && random_.Chance(2, 3)) Torment();
  Put(pile.fresh);
  if (random_.Chance(1, 3)) Begin(other);
  if (!pile.left.empty() && random_.Chance(1, 3)) Empty(pile.left);
  for (std::uint32_t n = random_.Between(1, faults ? 4 : 2); n > 0; --n) {
    if (faults) Torment();
    Meet(pile, other);
    Next(it_);
  }
  const std::uint32_t chains = 1U << pile.b;
  Fill(pile.first, random_.Below((SlotsOf(config_) + 1) * chains));
  if (random_.Chance(1, 2)) Fill(pile.fresh, EntriesAtB(pile.b + 1));
  if (random_.Chance(1, 4)) Add(OpCode::kCopy, {});
  MaybeFinish(it_);
  MaybeFinish(other);
}

std::uint32_t RebuildRecipes::ChooseSize(Rest rest) {
  if (SlotsOf(config_) > 8) return 2;
  if (rest == Rest::kMany) return 4;
  constexpr std::uint32_t kSizes[] = {2, 3, 3, 4};
  const bool needs_room = rest != Rest::kSome || config_.growth == GrowthKind::kSparse;
  return std::max(random_.Pick(kSizes), needs_room ? 3U : 2U);
}

RebuildRecipes::Pile RebuildRecipes::PileUp(Rest rest) {
  Pile pile;
  pile.b = ChooseSize(rest);
  const std::uint32_t chains = 1U << pile.b;
  const std::uint32_t full = EntriesAtB(pile.b);
  const std::uint32_t overfull = SlotsOf(config_) + 1;
  pile.first = base_ / chains * chains;
  pile.fresh = pile.first + chains * overfull;
  Add(OpCode::kRemake, {full - static_cast<std::uint32_t>(kMinHint)});
  std::uint32_t kept = rest == Rest::kSome ? 1 : 0;  // of each chain
  if (rest == Rest::kMany) {
    kept = full > overfull ? (full - overfull) / (chains - 1) : 0;
    Fill(pile.fresh + chains, full - std::min(full, kept * (chains - 1) + overfull));
  }
  for (std::uint32_t chain = pile.first; chain < pile.first + chains; ++chain) {
    for (std::uint32_t i = 0; i < overfull; ++i) Put(chain + i * chains);
    for (std::uint32_t i = kept; i < overfull; ++i) Del(chain + i * chains);
  }
  if (rest == Rest::kFew) {
    for (std::uint32_t n = random_.Between(1, 2); n > 0; --n) {
      pile.left.push_back(pile.first + random_.Below(chains));
      Put(pile.left.back());
    }
  }
  if (rest <= Rest::kFew) pile.left.push_back(pile.fresh);
  return pile;
}

void RebuildRecipes::Meet(const Pile& pile, std::uint32_t other) {
  constexpr OpCode kMet[] = {OpCode::kClear, OpCode::kClear, OpCode::kClear,   OpCode::kCopy,
                             OpCode::kMove,  OpCode::kSwap,  OpCode::kSelf,    OpCode::kBegin,
                             OpCode::kSweep, OpCode::kFill,  OpCode::kFill,    OpCode::kDrain,
                             OpCode::kDrain, OpCode::kDrain, OpCode::kReserve, OpCode::kLook};
  const OpCode met = random_.Pick(kMet);
  switch (met) {
    case OpCode::kBegin:
      Begin(other);
      break;
    case OpCode::kFill:
      // The growth goes on, and may not be over yet.
      Fill(pile.fresh + 1, random_.Between(1, (1U << pile.b) / 2));
      if (random_.Chance(1, 2)) Add(OpCode::kCopy, {});
      break;
    case OpCode::kDrain:
      Empty(pile.left.empty() ? std::vector<std::uint32_t>{pile.fresh} : pile.left);
      break;
    case OpCode::kReserve: {
      // For what the table has room for, or for more.
      const std::uint32_t wanted = EntriesAtB(pile.b + random_.Below(3));
      Add(met, {wanted - static_cast<std::uint32_t>(kMinHint)});
      Fill(pile.fresh, wanted);
      break;
    }
    case OpCode::kLook:
      Add(met, {pile.first, (SlotsOf(config_) + 1) << pile.b});
      break;
    default:
      AddAbout(met, pile.fresh);
  }
}

// If there was little, the growth is not over then, though each delete moves chains.
void RebuildRecipes::Empty(const std::vector<std::uint32_t>& keys) {
  for (const std::uint32_t key : keys) Del(key);
  if (random_.Chance(1, 2)) Del(keys.front());
  if (random_.Chance(1, 2)) Put(keys.front());
}

}  // namespace mapfuzz
