#include "harness/rebuild_recipes.h"

#include <algorithm>
#include <optional>

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
  if (!KeysChooseChains(config_)) return HeldAtCap();
  const std::uint32_t other = (it_ + 1) % kIterators;
  const Pile pile = PileUp(ChooseRest(faults), other);
  if (random_.Chance(1, 2)) Begin(it_);
  if (faults && random_.Chance(2, 3)) TormentEvacuation();
  Put(pile.fresh);
  if (random_.Chance(1, 3)) Begin(other);
  if (!pile.left.empty() && random_.Chance(1, 3)) Empty(pile.left);
  for (std::uint32_t n = random_.Between(1, faults ? 4 : 2); n > 0; --n) {
    if (faults) TormentEvacuation();
    Meet(pile, other);
    Next(it_);
  }
  const std::uint32_t chains = 1U << pile.b;
  Fill(pile.first, random_.Below(pile.overfull * chains));
  if (random_.Chance(1, 2)) Fill(pile.fresh, EntriesAtB(pile.b + 1));
  if (random_.Chance(1, IsAdaptive(config_) ? 2 : 4)) Add(OpCode::kCopy, {});
  MaybeFinish(it_);
  MaybeFinish(other);
}

RebuildRecipes::Rest RebuildRecipes::ChooseRest(bool faults) {
  constexpr Rest kRests[] = {Rest::kNone, Rest::kFew, Rest::kSome, Rest::kLong, Rest::kMany};
  // What is left decides the slots that adaptive buckets take.
  constexpr Rest kRestsOfAdaptive[] = {Rest::kFew,  Rest::kSome, Rest::kLong,
                                       Rest::kLong, Rest::kMany, Rest::kMany};
  // To move a long chain to smaller buckets allocates most.
  const bool favours_long = config_.chain > 1 || (faults && IsAdaptive(config_));
  if (favours_long && random_.Chance(1, 2)) return Rest::kLong;
  return IsAdaptive(config_) ? random_.Pick(kRestsOfAdaptive) : random_.Pick(kRests);
}

std::uint32_t RebuildRecipes::ChooseSize(Rest rest) {
  if (SlotsOf(config_) > 8) return 2;
  if (rest == Rest::kMany) return 4;
  constexpr std::uint32_t kSizes[] = {2, 3, 3, 4};
  const bool needs_room = rest != Rest::kSome || config_.growth == GrowthKind::kSparse;
  return std::max(random_.Pick(kSizes), needs_room ? 3U : 2U);
}

RebuildRecipes::Pile RebuildRecipes::PileUp(Rest rest, std::uint32_t other) {
  Pile pile;
  pile.rest = rest;
  pile.b = ChooseSize(rest);
  const std::uint32_t chains = 1U << pile.b;
  const std::uint32_t full = EntriesAtB(pile.b);
  const std::uint32_t slots = SlotsOf(config_);
  pile.overfull = slots + 1;
  pile.first = base_ / chains * chains;
  // A NaN lies where it likes, and stays.
  if (config_.type == KeyType::kF64 && pile.first < 4096) pile.first += 4096;
  const std::uint32_t crowd = ChooseCrowd(pile);
  pile.fresh = pile.first + chains * std::max(crowd, pile.overfull);
  const bool doubled = random_.Chance(1, 4) && rest != Rest::kMany && Double(pile);
  if (!doubled) Add(OpCode::kRemake, {full - static_cast<std::uint32_t>(kMinHint)});
  const bool nans = config_.type == KeyType::kF64 && random_.Chance(3, 4);
  if (nans) PutNans();
  std::uint32_t kept = rest == Rest::kSome ? 1 : 0;  // of each chain
  if (rest == Rest::kMany) {
    kept = full > pile.overfull ? (full - pile.overfull) / (chains - 1) : 0;
    Fill(pile.fresh + chains, full - std::min(full, kept * (chains - 1) + pile.overfull));
  }
  // Each overflow bucket of the long chain makes up for one that another chain would have.
  std::uint32_t piled = pile.first + chains;
  std::uint32_t chain = pile.first;
  if (rest == Rest::kLong) {
    PutAndDelete(pile, {.first = chain, .count = crowd, .kept = crowd});
    piled -= (crowd - 1) / slots - 1;
    ++chain;
  }
  for (; chain < piled; ++chain) {
    const Column column{.first = chain, .count = pile.overfull, .kept = kept};
    const bool watched = chain + 1 == piled && (doubled || nans || random_.Chance(1, 3));
    PutAndDelete(pile, column, watched ? std::optional(other) : std::nullopt);
  }
  if (doubled) return pile;
  if (rest == Rest::kFew) {
    for (std::uint32_t n = random_.Between(1, 2); n > 0; --n) {
      pile.left.push_back(pile.first + random_.Below(chains));
      Put(pile.left.back());
    }
  }
  if (rest <= Rest::kFew) pile.left.push_back(pile.fresh);
  return pile;
}

// How many keys a long chain has: so many that it is full and at its limit, if there is one; or
// just as many as adaptive buckets of 4 slots have room for; or some more than fit a bucket.
std::uint32_t RebuildRecipes::ChooseCrowd(const Pile& pile) {
  const std::uint32_t slots = SlotsOf(config_);
  if (config_.chain > 1 && config_.chain <= 3) return config_.chain * slots;
  const std::uint32_t sparse = EntriesAt(config_.growth, pile.b, 4) / 2;
  const bool fits = IsAdaptive(config_) && sparse >= pile.overfull;
  if (fits && random_.Chance(1, 2)) return sparse;
  return pile.overfull + random_.Below(slots / 2 + 1);
}

// Which of the keys starts the growth depends on what else lies in the chains, so it is watched all
// along.
void RebuildRecipes::PutAndDelete(const Pile& pile, const Column& column,
                                  std::optional<std::uint32_t> watcher) {
  const std::uint32_t chains = 1U << pile.b;
  for (std::uint32_t i = 0; i < column.count; ++i) {
    Put(column.first + i * chains);
    if (!watcher || random_.Chance(1, 2)) continue;
    random_.Chance(1, 2) ? Begin(*watcher) : Add(OpCode::kNext, {it_});
  }
  for (std::uint32_t i = column.kept; i < column.count; ++i) Del(column.first + i * chains);
}

// Comes to the pile's size by a doubling, in the middle of which an iterator begins. Not if there
// were no room left for the pile.
bool RebuildRecipes::Double(const Pile& pile) {
  const std::uint32_t held = EntriesAtB(pile.b - 1) + 1;
  if (held + pile.overfull > EntriesAtB(pile.b)) return false;
  Add(OpCode::kRemake, {held - 1 - static_cast<std::uint32_t>(kMinHint)});
  const std::uint32_t first = pile.fresh + (2U << pile.b);
  Fill(first, held);
  Begin(it_);
  if (random_.Chance(1, 2)) Add(OpCode::kNext, {it_});
  Fill(first, 1U << pile.b);
  return true;
}

void RebuildRecipes::PutNans() {
  for (std::uint32_t n = random_.Between(2, 12); n > 0; --n) Put(n * 8 - 3);
}

void RebuildRecipes::Meet(const Pile& pile, std::uint32_t other) {
  if (pile.rest == Rest::kMany && random_.Chance(1, 3)) {
    // Past the limit, and a copy before the growth is over.
    Fill(pile.fresh + 1, random_.Between(1, (1U << pile.b) / 2));
    return Add(OpCode::kCopy, {});
  }
  constexpr OpCode kMet[] = {OpCode::kClear, OpCode::kClear, OpCode::kClear,   OpCode::kCopy,
                             OpCode::kMove,  OpCode::kSwap,  OpCode::kSelf,    OpCode::kBegin,
                             OpCode::kSweep, OpCode::kFill,  OpCode::kFill,    OpCode::kDrain,
                             OpCode::kDrain, OpCode::kDrain, OpCode::kReserve, OpCode::kLook};
  // How many buckets a reserve needs depends on their slots, and so does where an entry lies.
  const bool reserves = IsAdaptive(config_) && random_.Chance(1, 4);
  const bool looks = IsAdaptive(config_) && random_.Chance(1, 4);
  const OpCode met = reserves ? OpCode::kReserve : looks ? OpCode::kLook : random_.Pick(kMet);
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
      Add(met, {pile.first, pile.overfull << pile.b});
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
