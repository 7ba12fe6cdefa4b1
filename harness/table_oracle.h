// The oracles that need to see the table: structure, cost, and the content of a key's own chains.
//
// One `TableOracle` accompanies one content. `Before` is called ahead of an operation on a key and
// foretells what the operation may do; `After` compares. Maps that do not show their buckets get
// the empty version, which the compiler removes.

#ifndef MAPFUZZ_HARNESS_TABLE_ORACLE_H_
#define MAPFUZZ_HARNESS_TABLE_ORACLE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "harness/chain_limit.h"
#include "harness/key_space.h"
#include "harness/nan_forecast.h"
#include "harness/no_coverage.h"
#include "harness/run_core.h"
#include "harness/structure.h"
#include "harness/subject.h"
#include "model/cost.h"
#include "model/model.h"

namespace mapfuzz {
MAPFUZZ_NO_COVERAGE_BEGIN

// What an operation on a key will do, as the model knows ahead.
struct Access {
  ModelKey key;
  bool writes = false;   // does growth work: an insert, an update, or a delete in a filled map
  bool inserts = false;  // adds an entry
  bool erases = false;   // removes an entry
  bool refused = false;  // was to add an entry, and the limit on its chain forbade it
  bool makes = false;    // the map was moved from and gets a new table with its first insert
  bool alias = false;    // the value comes from another entry,
  ModelKey source{};     // which has this key
  int look_ups = 0;      // look-ups that come with it, of this key or another
  int nan_hashes = 0;    // hashes of a NaN drawn by these look-ups ahead of the write
};

// What there was to see of an operation on a key; for milestones.
struct KeyFacts {
  const HeaderView& before;
  const HeaderView& after;
  const CostModel::Done& done;
  std::uint64_t hash = 0;
  bool in_old = false;            // the key's old chain had not moved yet
  std::size_t moved_nans = 0;     // NaN in chains that a doubling moved
  std::size_t moved_nans_up = 0;  // of these, with a tophash that sends them to the upper half
  std::size_t pile = 0;           // entries in the key's chains that have the key's hash
  std::size_t longest = 0;        // of the key's chains, in buckets
  bool moved_entries = false;     // a growth moved some
  unsigned slots_before = 8;      // per bucket
  unsigned slots_after = 8;
  bool other_slots = false;   // entries moved to buckets of other slots
  bool once_refused = false;  // the map had refused this insert's key
};
void HitKeyMilestones(const Access& access, const KeyFacts& facts, RunCore& core);

// What there was to see of an operation on a key that met a fault; for milestones.
struct FaultFacts {
  const HeaderView& before;
  const HeaderView& after;
  FaultKind kind;
  bool growth_was_due = false;  // the operation was to start one
  bool moves = false;           // the operation was to move old chains
  bool had_table = false;       // buckets were allocated before
  std::uint64_t hashes = 0;     // calls of the hasher
};
void HitFaultMilestones(const Access& access, const FaultFacts& facts, RunCore& core);

// A step that failed, and what it may have done to the table before.
struct FailedStep {
  std::optional<FaultKind> kind = {};  // the fault that it met, if it met one
  bool grows = false;                  // growth work
  bool made = false;                   // the map had no table and has one now
  std::int32_t hint = 0;               // of a reserve: as many entries were to have room
  const Access* access = nullptr;      // of a step on one key
};

// The key's chains do not hold what the model holds.
Fault KeyContentFault(const ModelKey& key, int found, const Entry& entry, const Cell* cell);

// More calls of hasher or equality than an operation may make.
Fault CallFault(const CallCounts& made, const CallBound& bound);

template <class S>
class TableOracle {
 public:
  TableOracle(const RunCore& core, const Draws& draws)
      : key_hash_{core.config().type, core.config().hash},
        rule_(GrowthRuleOf(core.config())),
        draws_(&draws),
        cost_(rule_) {}

  const HeaderView& header() const { return header_; }
  const CostModel::Done& done() const { return done_; }
  std::string_view Site() const {
    if (!header_.growing) return "quiet";
    return (header_.flags & kSameSizeFlag) != 0 ? "same-size" : "doubling";
  }
  std::uint64_t Cells() const {
    return (ChainsOf(header_, false) + ChainsOf(header_, true)) * slots_;
  }
  unsigned slots() const { return slots_; }
  // An insert now would first move something.
  bool MovesOnInsert() const { return header_.growing || IsOver() || HasTooManyOverflow(); }

  // The table is another one: made, copied, cleared, moved from.
  void Adopt(const S& map) {
    Read(map);
    const auto& view = map.View();
    cost_.Adopt(State(), [&view](std::size_t n) {
      const std::uint8_t first = view.Chain(true, n).Tophash(0);
      return first >= kMovedToX && first <= kWasEmpty;
    });
  }

  // The content is another one: what was refused before says nothing about it.
  void ForgetRefusals() { refused_.Forget(); }

  void Before(const S& map, const Access& access, RunCore& core);
  void After(const S& map, const Access& access, const Model& model, RunCore& core);

  // Whether a look-up of this hash reads the chain, or an iterator that begins there.
  bool Reads(std::uint64_t hash, bool old, std::size_t chain) const {
    const bool in_old = header_.growing && !cost_.IsMoved(hash & (cost_.old_chains() - 1));
    return old == in_old && chain == (hash & (ChainsOf(header_, old) - 1));
  }
  // Whether the operation that `Before` was called for follows the chain.
  bool Follows(const Access& access, bool old, std::size_t chain) const;

  // Whether a growth has begun or ended since the last step.
  bool Regrew(const S& map) const {
    const HeaderView& now = map.View().Header();
    return now.b != header_.b || now.growing != header_.growing;
  }

  // Around a step of an iterator: nothing may change, but that a begin marks the table.
  void AfterIterator(const S& map, const Model& model, bool began, RunCore& core);

  // An iterator was to begin and failed: it may have marked the table all the same.
  void Began(const S& map) {
    header_.flags = static_cast<std::uint8_t>(
        header_.flags | (map.View().Header().flags & (kIteratorFlag | kOldIteratorFlag)));
  }

  // After a step that failed: as before, but for the growth work it may have done. The account
  // of what has moved is adopted anew. Whether anything may have moved.
  bool AfterFault(const S& map, const FailedStep& step, RunCore& core);

  // After an operation that left the table as it was, wherever its content is now.
  void CheckSame(const S& map, RunCore& core) {
    core.Consult(Oracle::kStructure);
    core.Check(CheckHeaderSame(header_, map.View().Header()));
  }
  // After a clear; `seeds` hash seeds were drawn for it.
  void AfterClear(const S& map, bool filled, std::uint32_t seeds, RunCore& core) {
    before_ = header_;
    const unsigned slots = slots_;
    Read(map);
    core.Consult(Oracle::kStructure);
    core.Check(CheckHeaderAfterClear(before_, header_, filled, seeds, draws_->seed == 0));
    core.Check(CheckSlots(header_, false, slots_, slots));
  }
  // After the table was made, or had room reserved in it, for `hint` entries.
  void CheckMade(std::int32_t hint, RunCore& core) const {
    core.Consult(Oracle::kCost);
    core.Check(CheckSlots(header_, false, slots_, SlotsOf(core.config())));
    core.Check(CheckHeaderMade(header_, rule_.BucketsFor(hint, slots_)));
    if (header_.b != 0) core.Hit(Milestone::kHintUsed);
  }
  // `made`: the map had no table before. `slots`: per bucket, before.
  void CheckReserved(std::int32_t hint, const HeaderView& before, unsigned slots, bool made,
                     RunCore& core) const {
    core.Consult(Oracle::kCost);
    core.Check(CheckSlots(header_, false, slots_, slots));
    const unsigned b = rule_.BucketsFor(hint, slots_);
    core.Check(made ? CheckHeaderMade(header_, b) : CheckHeaderReserved(before, header_, b));
  }

  // Every rule on every chain, and `content(Entry)` on every live entry.
  template <class F>
  void CheckAll(const S& map, const Model& model, RunCore& core, F content) {
    core.Consult(Oracle::kStructure);
    core.Check(CheckHeaderAtRest(header_, model.size()));
    TableReport report;
    core.Check(CheckTable(map.View(), header_, key_hash_, cost_, report, content));
  }

 private:
  void Read(const S& map) {
    const auto& view = map.View();
    header_ = view.Header();
    slots_ = SlotsIn(view, false);
    old_slots_ = header_.growing ? SlotsIn(view, true) : slots_;
    array_ = view.Chains(false) == 0 ? nullptr : view.Chain(false, 0).Address();
  }
  TableState State() const { return StateOf(header_, array_, slots_, old_slots_); }
  bool IsOver() const { return rule_.Over(header_.count + 1, header_.b, slots_); }
  bool HasTooManyOverflow() const {
    return header_.noverflow >= CostModel::OverflowLimit(header_.b);
  }
  std::size_t CurrentBuckets(const S& map, std::uint64_t hash) const;
  std::uint64_t HashNow(const Access& access) const;
  void ScanMoves(const S& map, const Access& access);
  void BeginForecast(const Access& access);
  std::size_t CellsToRead(const S& map, std::uint64_t hash) const;
  void CheckCalls(const S& map, const Access& access, RunCore& core) const;
  void CheckOwnChains(const S& map, const Access& access, const Model& model, RunCore& core);
  void CheckNans(const S& map, const Access& access, RunCore& core);
  void CheckLimited(const Access& access, const ChainReport& chain, RunCore& core) const;
  void HitWrite(const Access& access, RunCore& core);

  KeyHash key_hash_;
  GrowthRule rule_;
  const Draws* draws_;
  CostModel cost_;
  HeaderView header_;
  unsigned slots_ = kGoSlots;      // per bucket
  unsigned old_slots_ = kGoSlots;  // per bucket of the old array; as `slots_` if there is none
  const void* array_ = nullptr;
  RefusedKeys refused_;

  // Of the operation under way.
  HeaderView before_;
  std::uint64_t hash_ = 0;
  CostModel::Moves moves_;
  CostModel::Done done_;
  CallCounts calls_;
  NanForecast nans_;
  std::uint32_t hash_seeds_ = 0;
  std::size_t moved_live_ = 0;      // live cells of the chains about to move
  std::size_t moved_nans_ = 0;      // of these, NaN
  std::size_t moved_nans_up_ = 0;   // of these, with a tophash that sends them to the upper half
  std::size_t moved_overflow_ = 0;  // overflow buckets that these can fill at most
  std::size_t own_cells_ = 0;       // cells of the key's own chains
  std::size_t source_cells_ = 0;    // cells to read for the key that the value comes from
  std::size_t used_before_ = 0;     // as `ChainReport::used`, of the key's chain before a delete
  std::size_t pile_ = 0;            // entries in the key's chains that have the key's hash
  std::size_t longest_ = 0;         // of the key's chains, in buckets
  std::size_t had_buckets_ = 0;     // of the key's current chain, if its length is limited
  unsigned slots_before_ = kGoSlots;
  unsigned old_slots_before_ = kGoSlots;
  bool in_old_ = false;  // the key's old chain has not moved yet
};

template <class S>
std::uint64_t TableOracle<S>::HashNow(const Access& access) const {
  if (!access.key.nan) return key_hash_(access.key.id, header_.hash0);
  return NanHash(draws_->NanHashNumber(access.nan_hashes));
}

template <class S>
void TableOracle<S>::Before(const S& map, const Access& access, RunCore& core) {
  core.SetSite(Site());
  before_ = header_;
  slots_before_ = slots_;
  old_slots_before_ = old_slots_;
  hash_ = HashNow(access);
  hash_seeds_ = draws_->hash_seeds;
  if constexpr (CountsCalls<S>) calls_ = map.Calls();
  done_ = {};
  moves_ = {};
  own_cells_ = used_before_ = 0;
  if (access.alias && !access.source.nan) {
    source_cells_ = CellsToRead(map, key_hash_(access.source.id, header_.hash0));
  }
  in_old_ = header_.growing && !cost_.IsMoved(hash_ & (cost_.old_chains() - 1));
  if (!access.writes) return;
  moves_ = cost_.Foretell(State(), hash_, access.inserts);
  if (moves_.chains != 0) ScanMoves(map, access);
  if (rule_.chain_limit != 0 && access.inserts) had_buckets_ = CurrentBuckets(map, hash_);
  if (access.erases && header_.noverflow != 0 && !in_old_) {
    const auto& view = map.View();
    std::size_t cell = 0;
    const unsigned slots = SlotsIn(view, false);
    for (auto bucket = view.Chain(false, hash_ & (ChainsOf(header_, false) - 1)); bucket;
         bucket = bucket.Next()) {
      for (unsigned slot = 0; slot < slots; ++slot) {
        ++cell;
        if (bucket.Tophash(slot) != kEmptyRest) used_before_ = cell;
      }
    }
  }
}

// The cells of the chain in which a look-up of this hash ends.
template <class S>
std::size_t TableOracle<S>::CellsToRead(const S& map, std::uint64_t hash) const {
  const bool old = header_.growing && !cost_.IsMoved(hash & (cost_.old_chains() - 1));
  const auto& view = map.View();
  std::size_t cells = 0;
  for (auto bucket = view.Chain(old, hash & (ChainsOf(header_, old) - 1)); bucket;
       bucket = bucket.Next()) {
    cells += SlotsIn(view, old);
  }
  return cells;
}

// Of the chain of the current array that an entry of this hash goes to.
template <class S>
std::size_t TableOracle<S>::CurrentBuckets(const S& map, std::uint64_t hash) const {
  if (array_ == nullptr) return 0;
  const auto& view = map.View();
  std::size_t buckets = 0;
  for (auto bucket = view.Chain(false, hash & (ChainsOf(header_, false) - 1)); bucket;
       bucket = bucket.Next()) {
    ++buckets;
  }
  return buckets;
}

// A growth that this write starts finds no iterator in the new table.
template <class S>
void TableOracle<S>::BeginForecast(const Access& access) {
  const int own = access.key.nan ? access.nan_hashes + 1 : 0;
  nans_.Begin({.doubling = moves_.doubling,
               .iterators = moves_.of_old && (header_.flags & kIteratorFlag) != 0,
               .old_chains = ChainsOf(header_, moves_.of_old)},
              draws_->NanHashNumber(own));
}

// Counts what is in the chains about to move.
template <class S>
void TableOracle<S>::ScanMoves(const S& map, const Access& access) {
  moved_live_ = moved_nans_ = moved_nans_up_ = moved_overflow_ = 0;
  const auto& view = map.View();
  const bool floats = key_hash_.type == KeyType::kF64;
  const unsigned slots = SlotsIn(view, moves_.of_old);
  if (floats) BeginForecast(access);
  for (int i = 0; i < moves_.chains; ++i) {
    const std::size_t moved_before = moved_live_;
    if (floats) nans_.AddChain(moves_.chain[i]);
    for (auto bucket = view.Chain(moves_.of_old, moves_.chain[i]); bucket; bucket = bucket.Next()) {
      if (i == 0) own_cells_ += slots;
      for (unsigned slot = 0; slot < slots; ++slot) {
        const std::uint8_t top = bucket.Tophash(slot);
        if (top < kLeastLive) continue;
        ++moved_live_;
        if (!floats || !IsNan(key_hash_.type, bucket.At(slot).key)) continue;
        nans_.AddNan(moves_.chain[i], top);
        ++moved_nans_;
        moved_nans_up_ += top & 1;
      }
    }
    // Whichever half they go to.
    if (moved_live_ != moved_before) {
      moved_overflow_ += (moved_live_ - moved_before - 1) / moves_.slots;
    }
  }
}

template <class S>
void TableOracle<S>::After(const S& map, const Access& access, const Model& model, RunCore& core) {
  const TableState before = State();
  Read(map);
  const TableState after = State();
  core.Consult(Oracle::kCost);
  const std::optional<CostFault> fault =
      access.writes
          ? cost_.AfterWrite(before, after,
                             {.hash = hash_,
                              .inserts = access.inserts,
                              .overflow_by_moves = moves_.chains == 0 ? 0 : moved_overflow_},
                             done_)
          : cost_.AfterRead(before, after);
  if (fault) core.Fail(Oracle::kCost, fault->property, fault->detail);
  const std::uint32_t seeds = draws_->hash_seeds - hash_seeds_ - (access.makes ? 1U : 0U);
  core.Consult(Oracle::kStructure);
  if (access.makes) before_.hash0 = header_.hash0;
  core.Check(CheckHeaderStep({.before = before_,
                              .after = header_,
                              .model_size = model.size(),
                              .wrote = access.writes,
                              .emptied = access.erases && model.size() == 0,
                              .began = false,
                              .started = done_.started,
                              .finished = done_.finished,
                              .hash_seeds_drawn = seeds,
                              .pinned_seed = draws_->seed == 0}));
  core.Check(CheckSlots(map.View(), header_, cost_));
  CheckOwnChains(map, access, model, core);
  if (key_hash_.type == KeyType::kF64 && moves_.chains != 0) CheckNans(map, access, core);
  if constexpr (CountsCalls<S>) CheckCalls(map, access, core);
  HitWrite(access, core);
  core.DigestHeader(header_);
}

template <class S>
void TableOracle<S>::AfterIterator(const S& map, const Model& model, bool began, RunCore& core) {
  before_ = header_;
  const TableState before = State();
  Read(map);
  core.Consult(Oracle::kStructure);
  if (const auto fault = cost_.AfterRead(before, State())) {
    core.Fail(Oracle::kCost, fault->property, fault->detail);
  }
  core.Check(CheckHeaderStep({.before = before_,
                              .after = header_,
                              .model_size = model.size(),
                              .began = began && model.size() != 0}));
  if (began) core.DigestHeader(header_);
}

// The key's chains in both arrays: every rule, and the key's entry there as the model holds it.
template <class S>
void TableOracle<S>::CheckOwnChains(const S& map, const Access& access, const Model& model,
                                    RunCore& core) {
  const auto& view = map.View();
  const std::uint64_t hash = access.key.nan ? hash_ : key_hash_(access.key.id, header_.hash0);
  int found = 0;
  Entry entry;
  pile_ = longest_ = 0;
  for (const bool old : {true, false}) {
    if (old ? !header_.growing : view.Chains(false) == 0) continue;
    const std::size_t n = hash & (ChainsOf(header_, old) - 1);
    ChainReport report;
    const CellFault fault = WalkChain(
        view, header_, old, n, key_hash_, report, [&](const Entry& live, std::uint64_t its_hash) {
          if (its_hash == hash) ++pile_;
          if (access.key.nan) {
            if (live.key == access.key.id) ++found;
            return;
          }
          if (CanonicalId(key_hash_.type, live.key) != access.key.canonical) return;
          ++found;
          entry = live;
        });
    if (fault.property != nullptr) core.Fail(CellFaultReport(view, fault, old, n));
    if (!old && FilledTooEarly(view, header_, n, report)) {
      core.Fail(CellFaultReport(view, {"filled-too-early", 0, 0}, old, n));
    }
    const unsigned slots = SlotsIn(view, old);
    own_cells_ += report.buckets * slots;
    if (report.buckets > longest_) longest_ = report.buckets;
    if (!old && rule_.chain_limit != 0 && access.inserts) CheckLimited(access, report, core);
    if (!old && used_before_ > report.used && (used_before_ - 1) / slots != report.used / slots) {
      core.Hit(Milestone::kRestRunCrossesBuckets);
    }
  }
  core.Consult(Oracle::kContent);
  if (access.key.nan) {
    const bool added = access.inserts && !access.refused;
    if (added && found == 0) core.Fail(KeyContentFault(access.key, 0, {}, nullptr));
    return;
  }
  const Cell* cell = model.Find(access.key);
  if (found == (cell == nullptr ? 0 : 1) && (cell == nullptr || cell->entry == entry)) return;
  core.Fail(KeyContentFault(access.key, found, entry, cell));
}

// Before it came to the insert, growth work may have filled the chain: of a new array, or of one
// that the old chain had not moved to yet. Entries that are moved lie close together.
template <class S>
void TableOracle<S>::CheckLimited(const Access& access, const ChainReport& chain,
                                  RunCore& core) const {
  std::size_t had = done_.started != 0 ? 1 : had_buckets_;
  if (done_.started != 0 || in_old_) {
    const std::size_t moved = chain.live - (access.refused || chain.live == 0 ? 0 : 1);
    had = std::max(had, (moved + slots_ - 1) / slots_);
  }
  const bool due = IsOver() || (HasTooManyOverflow() && done_.started == 0);
  core.Check(CheckLimit(rule_,
                        {.refused = access.refused,
                         .had = had,
                         .chain = chain,
                         .slots = slots_,
                         .growth_due = due && !header_.growing},
                        header_));
}

// Of a write that started another growth than the one foretold nothing is known.
template <class S>
void TableOracle<S>::CheckNans(const S& map, const Access& access, RunCore& core) {
  if (done_.started != (moves_.of_old ? 0 : 1)) return;
  const bool added = access.inserts && !access.refused;
  if (added && access.key.nan) nans_.AddInserted(hash_, ChainsOf(header_, false));
  core.Check(nans_.Check(map.View(), key_hash_.type));
}

template <class S>
void TableOracle<S>::CheckCalls(const S& map, const Access& access, RunCore& core) const {
  const CallCounts now = map.Calls();
  const bool foretold = done_.started == 0 || (done_.started == 1 && !before_.growing);
  const std::uint64_t rounds = static_cast<std::uint64_t>(done_.started) + 1;
  const std::uint64_t moved_at_most = foretold ? moved_live_ : rounds * before_.count;
  const std::uint64_t moved = moves_.chains == 0 ? 0 : moved_at_most;
  CallBound bound = BoundOf({.own_chains = own_cells_ + slots_,
                             .moved = moved,
                             .look_ups = access.look_ups,
                             .writes = 1,
                             .restarts = done_.started});
  if (access.alias) bound.equal += source_cells_;
  const CallCounts made{now.hash - calls_.hash, now.equal - calls_.equal};
  if (made.hash <= bound.hash && made.equal <= bound.equal) return;
  core.Fail(CallFault(made, bound));
}

template <class S>
void TableOracle<S>::HitWrite(const Access& access, RunCore& core) {
  const unsigned moved_from = moves_.of_old ? old_slots_before_ : slots_before_;
  const bool moved = moves_.chains != 0 && moved_live_ != 0;
  const bool doubled = moves_.chains != 0 && moves_.doubling;
  HitKeyMilestones(access,
                   {.before = before_,
                    .after = header_,
                    .done = done_,
                    .hash = hash_,
                    .in_old = in_old_,
                    .moved_nans = doubled ? moved_nans_ : 0,
                    .moved_nans_up = doubled ? moved_nans_up_ : 0,
                    .pile = pile_,
                    .longest = longest_,
                    .moved_entries = moved,
                    .slots_before = slots_before_,
                    .slots_after = slots_,
                    .other_slots = moved && moved_from != moves_.slots,
                    .once_refused = access.inserts && refused_.Has(access.key.canonical)},
                   core);
  if (access.refused) refused_.Add(access.key.canonical);
}

template <class S>
bool TableOracle<S>::Follows(const Access& access, bool old, std::size_t chain) const {
  if (!access.writes) return header_.count != 0 && Reads(hash_, old, chain);
  if (!old && chain == (hash_ & (ChainsOf(header_, false) - 1))) return true;
  for (int i = 0; i < moves_.chains; ++i) {
    if (old == moves_.of_old && chain == moves_.chain[i]) return true;
  }
  return false;
}

template <class S>
bool TableOracle<S>::AfterFault(const S& map, const FailedStep& step, RunCore& core) {
  const HeaderView before = header_;
  const void* const array = array_;
  const bool due = !before.growing && moves_.chains != 0;
  // Under a sparse rule one insert may double more than once.
  const std::int64_t entries =
      step.access != nullptr ? static_cast<std::int64_t>(before.count) + 1 : step.hint;
  const unsigned slots = slots_;
  Adopt(map);
  core.Consult(Oracle::kStructure);
  const unsigned most_b =
      std::max<unsigned>(before.b, rule_.BucketsFor(entries, step.made ? slots_ : slots));
  if (step.made) {
    core.Check(CheckHeaderMade(header_, std::min<unsigned>(header_.b, most_b)));
  } else if (step.grows) {
    core.Check(CheckHeaderAfterFault(before, header_, most_b));
  } else {
    core.Check(CheckHeaderSame(before, header_));
  }
  for (std::size_t n = 0; header_.growing && n < header_.nevacuate; ++n) {
    if (cost_.IsMoved(n)) continue;
    core.Fail(CellFaultReport(map.View(), {"not-moved-in-turn", 0, 0}, true, n));
  }
  if (step.access != nullptr && step.kind) {
    FaultFacts facts{.before = before, .after = header_, .kind = *step.kind, .growth_was_due = due};
    if constexpr (CountsCalls<S>) facts.hashes = map.Calls().hash - calls_.hash;
    facts.moves = moves_.chains != 0;
    facts.had_table = array != nullptr;
    HitFaultMilestones(*step.access, facts, core);
  }
  return array != array_ || before.growing != header_.growing ||
         (header_.growing && before.growing);
}

// For maps that do not show their buckets.
template <class S>
  requires(!HasStructure<S>)
class TableOracle<S> {
 public:
  TableOracle(const RunCore&, const Draws&) {}

  HeaderView header() const { return {}; }
  std::string_view Site() const { return "plain"; }
  CostModel::Done done() const { return {}; }
  std::uint64_t Cells() const { return 0; }
  unsigned slots() const { return 0; }
  bool MovesOnInsert() const { return false; }
  void ForgetRefusals() {}
  void Adopt(const S&) {}
  void Before(const S&, const Access&, RunCore&) {}
  void After(const S&, const Access&, const Model&, RunCore&) {}
  void AfterIterator(const S&, const Model&, bool, RunCore&) {}
  void CheckSame(const S&, RunCore&) {}
  void Began(const S&) {}
  bool Reads(std::uint64_t, bool, std::size_t) const { return false; }
  bool Follows(const Access&, bool, std::size_t) const { return false; }
  bool Regrew(const S&) const { return false; }
  bool AfterFault(const S&, const FailedStep&, RunCore&) { return false; }
  void AfterClear(const S&, bool, std::uint32_t, RunCore&) {}
  void CheckMade(std::int32_t, RunCore&) const {}
  void CheckReserved(std::int32_t, const HeaderView&, unsigned, bool, RunCore&) const {}
};

MAPFUZZ_NO_COVERAGE_END
}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_TABLE_ORACLE_H_
