#include "harness/tape_recipes.h"

#include <algorithm>

#include "harness/key_space.h"
#include "harness/rebuild_recipes.h"

namespace mapfuzz {
namespace {

class Recipe : public RebuildRecipes {
 public:
  using RebuildRecipes::RebuildRecipes;

  // An iterator is begun, the map doubles once or several times, the iterator moves in between.
  void AcrossGrowths();
  // Filled to the brim; one key more under an iterator, deleted and put again.
  void OverTheEdge();
  // Every entry goes while an iterator is on its way, or all but one or two, and others come.
  void DrainedUnderIterator();
  // A map without a table, or with one that holds nothing: moved from, cleared, emptied by deletes
  // at rest or in the middle of a growth. All that can be asked of it, in any order.
  void OnNothing();
  // Emptied again and again under iterators, about as often as a byte can count.
  void OverAndOver();
  // A large table doubles, and writes come to a run of old chains that is far from the mark. Needs
  // keys that choose their chains.
  void FarFromTheMark();
  // A clear under an iterator, in the middle of a growth or not, then other keys.
  void ClearedUnderIterator();
  // Copy, move or swap while iterators are alive, and both maps used on.
  void HandedOver();
  // Entries erased through the iterator that produced them, while others come.
  void EatenByIterator();
  // Chains emptied from the front, then from the back: runs of empty cells over bucket borders.
  void EmptyRuns();
  // A size hint at the edge of a size class, then filled just beyond.
  void Hinted();
  // m[new] = m[old] at the moment when the insert grows the table.
  void AliasedAtEdge();
  // All iterators at once, begun at different times.
  void CrowdOfIterators();
  // Chains filled until their limit refuses a key; entries go or the table grows, and the same keys
  // are tried again. Needs a limit.
  void RefusedAtLimit();
};

void Recipe::AcrossGrowths() {
  const std::uint32_t b = ChooseB(5);
  const std::uint32_t full = EntriesAtB(b);
  // Up to half as many writes as there are old buckets leave the growth unfinished.
  const std::uint32_t first = full + random_.Below(2 + (1u << b) / 2);
  Fill(base_, first);
  Begin(it_);
  WalkSome(it_, full);
  const std::uint32_t second = full * random_.Between(1, 4);
  Fill(base_ + first, second);
  Next(it_);
  if (random_.Chance(1, 2)) DrainSome(first, full);
  Next(it_);
  Fill(base_ + first + second, full * random_.Below(3));
  MaybeFinish(it_);
}

void Recipe::OverTheEdge() {
  MaybeFromNothing();
  const std::uint32_t full = EntriesAtB(ChooseB(7));
  Fill(base_, full);
  Begin(it_);
  Next(it_);
  for (std::uint32_t n = random_.Between(1, 5); n > 0; --n) {
    const std::uint32_t key = base_ + full + n;
    Put(key);
    Next(it_);
    const std::uint32_t victim = random_.Chance(1, 2) ? key : base_ + random_.Below(full);
    Del(victim);
    Next(it_);
    Put(victim);
  }
  MaybeFinish(it_);
}

void Recipe::DrainedUnderIterator() {
  const std::uint32_t full = EntriesAtB(ChooseB(6));
  const bool grows = random_.Chance(1, 2);
  const std::uint32_t count = grows ? full + random_.Below(2) : random_.Between(1, full + full / 2);
  if (grows) MaybeFromNothing();
  Fill(base_, count);
  Begin(it_);
  WalkSome(it_, count);
  // An insert or an update: both go on with a growth. What is inserted goes with the others.
  const bool inserts = grows && random_.Chance(1, 2);
  if (grows) Put(base_ + (inserts ? count : random_.Below(count)));
  const std::uint32_t left = random_.Chance(1, 2) ? 0 : std::min(count, random_.Between(1, 2));
  const std::uint32_t known = count + (inserts ? 1 : 0);
  Drain(base_ + (random_.Chance(1, 2) ? left : 0), known - left);
  if (left != 0 && random_.Chance(1, 2)) Add(OpCode::kWalk, {it_, kMaxCount - 1});
  Next(it_);
  // Values that begin anew, in cells that were used.
  for (std::uint32_t n = random_.Below(3); n > 0; --n) Add(OpCode::kAdd, {base_ + n * 3});
  const std::uint32_t again = base_ + (random_.Chance(1, 2) ? 0 : count / 2);
  Fill(again, count * random_.Between(1, 3));
  MaybeFinish(it_);
}

void Recipe::OnNothing() {
  const std::uint32_t b = ChooseB(4);
  const std::uint32_t count = EntriesAtB(b) + random_.Below(2 + (1u << b) / 2);
  if (random_.Chance(1, 2)) MaybeFromNothing();
  if (random_.Chance(3, 4)) Fill(base_, count);
  Begin(it_);
  if (random_.Chance(1, 2)) Add(OpCode::kCopy, {});
  switch (random_.Below(6)) {
    case 0:
      Add(OpCode::kClear, {});
      break;
    case 1:
      Drain(base_, count);
      break;
    case 2:
      Add(OpCode::kRemake, {static_cast<std::uint32_t>(-kMinHint)});
      break;
    default:
      Add(OpCode::kMove, {});
  }
  for (std::uint32_t n = random_.Between(2, 8); n > 0; --n) {
    constexpr OpCode kAsked[] = {OpCode::kGet,   OpCode::kDel,   OpCode::kDel,  OpCode::kHas,
                                 OpCode::kDrain, OpCode::kAlias, OpCode::kCopy, OpCode::kCopy,
                                 OpCode::kMove,  OpCode::kSwap,  OpCode::kSelf, OpCode::kClear,
                                 OpCode::kBegin, OpCode::kSweep, OpCode::kNext, OpCode::kPut};
    const OpCode asked = random_.Pick(kAsked);
    AddAbout(asked, base_ + random_.Below(16));
  }
  Fill(base_, random_.Below(count));
  MaybeFinish(it_);
}

void Recipe::OverAndOver() {
  MaybeFromNothing();
  const std::uint32_t full = EntriesAtB(ChooseB(4));
  Fill(base_, full);
  Begin(it_);
  WalkSome(it_, full);
  if (random_.Chance(1, 4)) {
    Drain(base_, full);
  } else {
    Add(OpCode::kClear, {});
  }
  const std::uint32_t times = 254 + random_.Below(4);
  Add(OpCode::kDrift, {base_, times, 0});
  const std::uint32_t other = (it_ + 1) % kIterators;
  if (random_.Chance(1, 2)) Add(OpCode::kNext, {it_});
  Fill(base_, random_.Below(full));
  Begin(other);
  Next(it_);
  MaybeFinish(it_);
  MaybeFinish(other);
}

void Recipe::FarFromTheMark() {
  // The mark passes over 1,024 chains at most in one write, so that it rests within a run which is
  // longer than that only if there are some thousands.
  const bool large = config_.growth == GrowthKind::kSparse && SlotsOf(config_) == 8;
  const std::uint32_t b = large && random_.Chance(3, 4) ? 12 : random_.Between(4, 8);
  const std::uint32_t chains = 1u << b;
  const std::uint32_t full = EntriesAtB(b);
  Add(OpCode::kRemake, {full - static_cast<std::uint32_t>(kMinHint)});
  Fill(0, full + 1);
  if (random_.Chance(2, 3)) Begin(it_);
  // The mark goes on by one with each write of the run: it meets the run's first chain when it is
  // about as long as it is far.
  const std::uint32_t from = chains / 4 + random_.Below(chains / 8);
  Fill(from, from + random_.Below(from));
  Next(it_);
  Fill(chains - from / 2, random_.Below(from));
  MaybeFinish(it_);
}

void Recipe::ClearedUnderIterator() {
  const std::uint32_t b = ChooseB(5);
  const std::uint32_t full = EntriesAtB(b);
  const std::uint32_t count = full + (random_.Chance(1, 2) ? 1 + random_.Below(1u << b) : 0);
  Fill(base_, full);
  Begin(it_);
  WalkSome(it_, full);
  Fill(base_ + full, count - full);
  Next(it_);
  Add(OpCode::kClear, {});
  Next(it_);
  const std::uint32_t again = base_ + (random_.Chance(1, 2) ? 0 : full / 2);
  Fill(again, random_.Between(1, count * 2));
  MaybeFinish(it_);
}

void Recipe::HandedOver() {
  const std::uint32_t full = EntriesAtB(ChooseB(5));
  Fill(base_, full + random_.Below(4));
  Begin(it_);
  WalkSome(it_, full);
  constexpr OpCode kHandOvers[] = {OpCode::kCopy, OpCode::kMove, OpCode::kSwap, OpCode::kSwap};
  Add(random_.Pick(kHandOvers), {});
  Next(it_);
  const std::uint32_t overlap = random_.Below(full);
  Fill(base_ + overlap, random_.Between(1, full * 2));
  const std::uint32_t other = (it_ + 1) % kIterators;
  Begin(other);
  Next(other);
  constexpr OpCode kHandBacks[] = {OpCode::kSelf, OpCode::kCopy, OpCode::kSwap, OpCode::kSwap};
  Add(random_.Pick(kHandBacks), {});
  Next(it_);
  Drain(base_, random_.Below(full));
  Fill(base_ + full, full);
  MaybeFinish(it_);
  MaybeFinish(other);
}

void Recipe::EatenByIterator() {
  const std::uint32_t b = ChooseB(5);
  const std::uint32_t full = EntriesAtB(b);
  // Into a growth that is not the first since it began.
  const bool later = random_.Chance(1, 2);
  Fill(base_, full + (later && random_.Chance(3, 4) ? 0 : random_.Below(4)));
  Begin(it_);
  if (later) {
    const std::uint32_t grown = random_.Chance(1, 4) ? full : EntriesAtB(b + 1) + 1 - full;
    Fill(base_ + full, grown + random_.Below(2));
  }
  for (std::uint32_t n = random_.Between(1, 8); n > 0; --n) {
    Add(OpCode::kTake, {it_});
    if (random_.Chance(1, 2)) Put(base_ + full + n);
    if (random_.Chance(1, 4)) Put(base_ + random_.Below(full));
  }
  Fill(base_ + full, random_.Below(full + 1));
  Add(OpCode::kTake, {it_});
  MaybeFinish(it_);
}

void Recipe::EmptyRuns() {
  const std::uint32_t count = EntriesAtB(random_.Between(1, 4));
  Fill(base_, count);
  const std::uint32_t left = random_.Between(1, 9);
  Begin(it_);
  Drain(base_, count - std::min(left, count));
  for (std::uint32_t n = std::min(left, count); n > 0; --n) {
    Del(base_ + count - n);
    if (random_.Chance(1, 4)) Next(it_);
  }
  Fill(base_ + random_.Below(count), count / 2);
  Add(OpCode::kLook, {base_, count});
  MaybeFinish(it_);
}

void Recipe::Hinted() {
  // A table with more overflow buckets than a byte counts is large, and takes its time.
  const bool large = random_.Chance(1, 12);
  const std::uint32_t b = large ? random_.Between(8, 9) : ChooseB(7);
  const std::uint32_t edge = EntriesAtB(b);
  const std::uint32_t hint = edge + random_.Below(3);
  const OpCode code = random_.Chance(1, 2) ? OpCode::kRemake : OpCode::kReserve;
  if (random_.Chance(1, 2)) Begin(it_);
  Add(code, {hint - 1 + static_cast<std::uint32_t>(-kMinHint)});
  Fill(base_, edge + random_.Below(4));
  if (large) Drift(base_ + edge - kMaxWidth, edge, kMaxWidth);
  Begin(it_);
  Next(it_);
  Fill(base_ + edge, random_.Below(edge + 1));
  MaybeFinish(it_);
}

void Recipe::AliasedAtEdge() {
  MaybeFromNothing();
  const std::uint32_t full = EntriesAtB(ChooseB(5));
  Fill(base_, full - random_.Below(3));
  Begin(it_);
  for (std::uint32_t n = random_.Between(2, 6); n > 0; --n) {
    const std::uint32_t fresh = base_ + full + n;
    const std::uint32_t known = base_ + random_.Below(full);
    Add(OpCode::kAlias, {fresh, known});
    Next(it_);
    Add(random_.Chance(1, 2) ? OpCode::kAdd : OpCode::kTry, {fresh + n});
  }
  MaybeFinish(it_);
}

void Recipe::CrowdOfIterators() {
  const std::uint32_t full = EntriesAtB(ChooseB(4));
  Fill(base_, full);
  for (std::uint32_t it = 0; it < kIterators; ++it) {
    Begin(it);
    Next(it);
    Fill(base_ + full * (it + 1), random_.Below(full + 1));
    if (random_.Chance(1, 3)) DrainSome(full * (it + 1), full);
    WalkSome((it + 2) % kIterators, full);
  }
  for (std::uint32_t it = 0; it < kIterators; ++it) MaybeFinish(it);
}

void Recipe::RefusedAtLimit() {
  const std::uint32_t b = ChooseB(4);
  const std::uint32_t chains = 1u << b;
  const std::uint32_t full = EntriesAtB(b);
  const std::uint32_t full_chain = config_.chain * SlotsOf(config_);
  Add(OpCode::kRemake, {full - static_cast<std::uint32_t>(kMinHint)});
  constexpr std::uint32_t kFew = 40;
  const bool one_chain = config_.hash == HashKind::kIdentity && full_chain < kFew;
  const std::uint32_t first = one_chain ? base_ / chains * chains : base_;
  const std::uint32_t step = one_chain ? chains : 1;
  const std::uint32_t crowd = one_chain ? full_chain + 1 + random_.Below(3) : full;
  const auto crowd_in = [&] {
    if (!one_chain) return Fill(first, crowd);
    for (std::uint32_t i = 0; i < crowd; ++i) Put(first + i * step);
  };
  crowd_in();
  Begin(it_);
  Next(it_);
  if (random_.Chance(1, 2)) {
    Del(first + random_.Below(crowd) * step);
    Add(OpCode::kAlias, {first + random_.Below(crowd) * step, first});
  } else {
    Fill(first + 1, full + random_.Below(full));
  }
  crowd_in();
  MaybeFinish(it_);
}

struct NamedRecipe {
  std::string_view name;
  std::uint32_t weight;  // how often it is drawn
  void (Recipe::*cook)();
  bool needs_limit = false;        // on the length of chains
  std::uint32_t more = 0;          // weight more where keys choose their chains
  std::uint32_t more_if_wide = 0;  // weight more where there are many such chains, soon
  // A type of keys for which there is more to it, and its weight more then.
  KeyType favoured = KeyType::kU64;
  std::uint32_t more_if_favoured = 0;
};

constexpr NamedRecipe kNamedRecipes[kRecipes] = {
    {"across-growths", 3, &Recipe::AcrossGrowths},
    {"over-the-edge", 3, &Recipe::OverTheEdge},
    {"drained-under-iterator", 2, &Recipe::DrainedUnderIterator},
    {"held-at-cap", 4, &Recipe::HeldAtCap},
    {"both-kinds-of-growth", 4, &Recipe::BothKindsOfGrowth},
    {"thinned-at-cap", 2, &Recipe::ThinnedAtCap},
    {"piled-chains", 3, &Recipe::PiledChains, false, 12},
    {"cleared-under-iterator", 3, &Recipe::ClearedUnderIterator},
    {"handed-over", 1, &Recipe::HandedOver},
    {"eaten-by-iterator", 2, &Recipe::EatenByIterator, false, 0, 0, KeyType::kBytes, 4},
    {"empty-runs", 1, &Recipe::EmptyRuns},
    {"hinted", 1, &Recipe::Hinted},
    {"aliased-at-edge", 1, &Recipe::AliasedAtEdge},
    {"crowd-of-iterators", 2, &Recipe::CrowdOfIterators},
    {"refused-at-limit", 6, &Recipe::RefusedAtLimit, true},
    {"on-nothing", 2, &Recipe::OnNothing},
    {"over-and-over", 1, &Recipe::OverAndOver},
    {"far-from-the-mark", 0, &Recipe::FarFromTheMark, false, 1, 5},
    {"faults-at-edge", 1, &Recipe::FaultsAtEdge},
    {"faults-in-gaps", 1, &Recipe::FaultsInGaps},
    {"faults-in-updates", 2, &Recipe::FaultsInUpdates},
    {"faults-on-whole-maps", 1, &Recipe::FaultsOnWholeMaps},
    {"faults-under-iterator", 1, &Recipe::FaultsUnderIterator},
    {"faults-in-long-chains", 1, &Recipe::FaultsInLongChains, false, 3},
    {"faults-in-piled-chains", 1, &Recipe::FaultsInPiledChains, false, 6},
    {"faults-before-the-drop", 1, &Recipe::FaultsBeforeTheDrop},
    {"faults-in-mid-growth", 1, &Recipe::FaultsInMidGrowth, false, 0, 0, KeyType::kF64, 9},
    {"corrupt-at-edge", 2, &Recipe::CorruptAtEdge},
    {"corrupt-chains", 2, &Recipe::CorruptChains},
    {"corrupt-under-iterators", 2, &Recipe::CorruptUnderIterators},
    {"corrupt-every-step", 1, &Recipe::CorruptEveryStep},
    {"corrupt-where-iterators-begin", 2, &Recipe::CorruptWhereIteratorsBegin},
};

static_assert(kRecipesOfKind[0] + kRecipesOfKind[1] + kRecipesOfKind[2] == kRecipes);

std::uint32_t WeightOf(const NamedRecipe& recipe, const Config& config) {
  if (recipe.needs_limit && config.chain == 0) return 0;
  const std::uint32_t weight =
      recipe.weight + (config.type == recipe.favoured ? recipe.more_if_favoured : 0);
  if (!KeysChooseChains(config)) return weight;
  const bool wide = config.growth == GrowthKind::kSparse;
  // Only their rebuilding tells adaptive buckets from others.
  const std::uint32_t more = recipe.more * (IsAdaptive(config) ? 2 : 1);
  return weight + more + (wide ? recipe.more_if_wide : 0);
}

}  // namespace

std::string_view RecipeName(int recipe) { return kNamedRecipes[recipe].name; }

std::vector<Op> PhaseBlock(int recipe, const Config& config, Random& random) {
  Recipe made(config, random);
  (made.*kNamedRecipes[recipe].cook)();
  return made.Take();
}

std::vector<Op> PhaseBlock(const Config& config, RecipeKind kind, Random& random) {
  int first = 0;
  for (int before = 0; before < static_cast<int>(kind); ++before) first += kRecipesOfKind[before];
  const int last = first + kRecipesOfKind[static_cast<int>(kind)];
  std::uint32_t total = 0;
  for (int recipe = first; recipe < last; ++recipe) {
    total += WeightOf(kNamedRecipes[recipe], config);
  }
  std::uint32_t drawn = random.Below(total);
  int recipe = first;
  for (; drawn >= WeightOf(kNamedRecipes[recipe], config); ++recipe) {
    drawn -= WeightOf(kNamedRecipes[recipe], config);
  }
  return PhaseBlock(recipe, config, random);
}

std::uint32_t EntriesAt(GrowthKind growth, unsigned b, std::uint32_t slots) {
  const GrowthRule rule = GrowthRuleOf(growth);
  return std::max(slots, ((rule.numerator * slots) << b) / (8 * rule.denominator));
}

}  // namespace mapfuzz
