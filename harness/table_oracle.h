// The oracles that need to see the table: structure, cost, and the content of a key's own chains.
//
// One `TableOracle` accompanies one content. `Before` is called ahead of an operation on a key and
// has an `AccessForecast` foretell what the operation may do; `After` compares. Maps that do not
// show their buckets get the empty version, which the compiler removes.

#ifndef MAPFUZZ_HARNESS_TABLE_ORACLE_H_
#define MAPFUZZ_HARNESS_TABLE_ORACLE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "harness/access.h"
#include "harness/access_forecast.h"
#include "harness/access_milestones.h"
#include "harness/chain_limit.h"
#include "harness/key_space.h"
#include "harness/no_coverage.h"
#include "harness/own_chains.h"
#include "harness/run_core.h"
#include "harness/structure.h"
#include "harness/subject.h"
#include "model/cost.h"
#include "model/model.h"

namespace mapfuzz {
MAPFUZZ_NO_COVERAGE_BEGIN

// More calls of hasher or equality than an operation may make.
Fault CallFault(const CallCounts& made, const CallBound& bound);

template <class S>
class TableOracle {
 public:
  TableOracle(const RunCore& core, const Draws& draws)
      : key_hash_{core.config().type, core.config().hash},
        rule_(GrowthRuleOf(core.config())),
        draws_(&draws),
        cost_(rule_),
        forecast_(key_hash_, rule_, draws) {}

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
  // Without a table there is nothing to see but the header.
  bool HasTable() const { return array_ != nullptr; }
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
    return old == IsInOld(header_, cost_, hash) && chain == (hash & (ChainsOf(header_, old) - 1));
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
  // After it was made as a copy: for as many entries, in buckets as the first ones of a run. If
  // they have adapted since, to fewer slots, it may have doubled.
  void CheckCopied(RunCore& core) const {
    core.Consult(Oracle::kCost);
    constexpr unsigned kFewestSlots = 4;
    const auto entries = static_cast<std::int64_t>(header_.count);
    const unsigned least = rule_.BucketsFor(entries, SlotsOf(core.config()));
    const unsigned most = rule_.adaptive ? rule_.BucketsFor(entries, kFewestSlots) : least;
    core.Check(CheckHeaderCopied(header_, least, std::max(least, most)));
  }
  // `made`: the map had no table before. `slots`: per bucket, before.
  void CheckReserved(std::int32_t hint, const HeaderView& before, unsigned slots, bool made,
                     RunCore& core) const {
    core.Consult(Oracle::kCost);
    core.Check(CheckSlots(header_, false, slots_, slots));
    const unsigned b = rule_.BucketsFor(hint, slots_);
    core.Check(made ? CheckHeaderMade(header_, b) : CheckHeaderReserved(before, header_, b));
  }

  // Every rule on every chain, and `content(Entry)` on every live entry; the first fault.
  template <class F>
  std::optional<Fault> CheckAll(const S& map, const Model& model, RunCore& core, F content) {
    if (HasTable()) core.Consult(Oracle::kStructure);
    core.Check(CheckHeaderAtRest(header_, model.size()));
    TableReport report;
    return CheckTable(map.View(), header_, key_hash_, cost_, report, content);
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
  void FailCost(const S& map, const Access& access, const Model& model, const CostFault& fault,
                RunCore& core);
  OwnChains CheckKey(const S& map, const Access& access, const Model& model, RunCore& core) const;
  void CheckCalls(const S& map, const Access& access, const OwnChains& own, RunCore& core) const;
  void CheckNans(const S& map, const Access& access, RunCore& core);
  void CheckLimited(const Access& access, const ChainReport& chain, RunCore& core) const;
  void HitMilestones(const Access& access, const OwnChains& own, RunCore& core);

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
  AccessForecast forecast_;
  HeaderView before_;
  unsigned slots_before_ = kGoSlots;
  unsigned old_slots_before_ = kGoSlots;
  CallCounts calls_;
  std::uint32_t hash_seeds_ = 0;
  CostModel::Done done_;
};

template <class S>
void TableOracle<S>::Before(const S& map, const Access& access, RunCore& core) {
  core.SetSite(Site());
  before_ = header_;
  slots_before_ = slots_;
  old_slots_before_ = old_slots_;
  if constexpr (CountsCalls<S>) calls_ = map.Calls();
  hash_seeds_ = draws_->hash_seeds;
  done_ = {};
  forecast_.Begin(map.View(), header_, State(), cost_, access);
}

template <class S>
void TableOracle<S>::After(const S& map, const Access& access, const Model& model, RunCore& core) {
  const TableState before = State();
  Read(map);
  const TableState after = State();
  core.Consult(Oracle::kCost);
  const std::optional<CostFault> fault =
      access.writes ? cost_.AfterWrite(before, after,
                                       {.hash = forecast_.hash(),
                                        .inserts = access.inserts,
                                        .overflow_by_moves = forecast_.moving().overflow},
                                       done_)
                    : cost_.AfterRead(before, after);
  if (fault) return FailCost(map, access, model, *fault, core);
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
  const OwnChains own = CheckKey(map, access, model, core);
  CheckNans(map, access, core);
  if constexpr (CountsCalls<S>) CheckCalls(map, access, own, core);
  HitMilestones(access, own, core);
  core.DigestHeader(header_);
}

// If the run goes on, whatever is seen is the account from here on: what was foretold of this step
// says nothing about it.
template <class S>
[[gnu::cold]] void TableOracle<S>::FailCost(const S& map, const Access& access, const Model& model,
                                            const CostFault& fault, RunCore& core) {
  core.Fail(Oracle::kCost, fault.property, fault.detail);
  Adopt(map);
  core.Check(CheckHeaderAtRest(header_, model.size()));
  CheckKey(map, access, model, core);
  core.DigestHeader(header_);
}

template <class S>
void TableOracle<S>::AfterIterator(const S& map, const Model& model, bool began, RunCore& core) {
  before_ = header_;
  const TableState before = State();
  Read(map);
  core.Consult(Oracle::kStructure);
  core.Consult(Oracle::kCost);
  if (const auto fault = cost_.AfterRead(before, State())) {
    core.Fail(Oracle::kCost, fault->property, fault->detail);
    Adopt(map);
  }
  core.Check(CheckHeaderStep({.before = before_,
                              .after = header_,
                              .model_size = model.size(),
                              .began = began && model.size() != 0}));
  if (began) core.DigestHeader(header_);
}

// The key's own chains: every rule, and what they hold.
template <class S>
OwnChains TableOracle<S>::CheckKey(const S& map, const Access& access, const Model& model,
                                   RunCore& core) const {
  // A delete that empties the map gives it another seed.
  const std::uint64_t hash =
      access.key.nan ? forecast_.hash() : key_hash_(access.key.id, header_.hash0);
  OwnChains own;
  if (auto fault = CheckOwnChains(map.View(), header_, key_hash_, access.key, hash, own)) {
    core.Fail(*std::move(fault));
    own = ReadOwnChains(map.View(), header_, key_hash_, access.key, hash);
  }
  if (array_ != nullptr) {
    const ChainReport& chain = own.current;
    if (rule_.chain_limit != 0 && access.inserts) CheckLimited(access, chain, core);
    const std::size_t used = forecast_.used_cells();
    if (used > chain.used && (used - 1) / slots_ != chain.used / slots_) {
      core.Hit(Milestone::kRestRunCrossesBuckets);
    }
  }
  if (HasTable()) core.Consult(Oracle::kContent);
  core.Check(CheckKeyContent(access, model, own));
  return own;
}

// Before it came to the insert, growth work may have filled the chain: of a new array, or of one
// that the old chain had not moved to yet. Entries that are moved lie close together.
template <class S>
void TableOracle<S>::CheckLimited(const Access& access, const ChainReport& chain,
                                  RunCore& core) const {
  std::size_t had = done_.started != 0 ? 1 : forecast_.buckets();
  if (done_.started != 0 || forecast_.in_old()) {
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
  const CostModel::Moves& moves = forecast_.moves();
  if (key_hash_.type != KeyType::kF64 || moves.chains == 0) return;
  if (done_.started != (moves.of_old ? 0 : 1)) return;
  const bool added = access.key.nan && access.inserts && !access.refused;
  core.Check(forecast_.CheckNans(map.View(), header_, added));
}

template <class S>
void TableOracle<S>::CheckCalls(const S& map, const Access& access, const OwnChains& own,
                                RunCore& core) const {
  const CallCounts now = map.Calls();
  const bool foretold = done_.started == 0 || (done_.started == 1 && !before_.growing);
  const std::uint64_t rounds = static_cast<std::uint64_t>(done_.started) + 1;
  const std::uint64_t moved_at_most = foretold ? forecast_.moving().live : rounds * before_.count;
  const std::uint64_t moved = forecast_.moves().chains == 0 ? 0 : moved_at_most;
  CallBound bound = BoundOf({.own_chains = forecast_.own_cells() + own.cells + slots_,
                             .moved = moved,
                             .look_ups = access.look_ups,
                             .writes = 1,
                             .restarts = done_.started});
  if (access.alias) bound.equal += forecast_.source_cells();
  const CallCounts made{now.hash - calls_.hash, now.equal - calls_.equal};
  if (made.hash <= bound.hash && made.equal <= bound.equal) return;
  core.Fail(CallFault(made, bound));
}

template <class S>
void TableOracle<S>::HitMilestones(const Access& access, const OwnChains& own, RunCore& core) {
  const CostModel::Moves& moves = forecast_.moves();
  const MovingCells& moving = forecast_.moving();
  const unsigned moved_from = moves.of_old ? old_slots_before_ : slots_before_;
  const bool moved = moving.live != 0;
  HitKeyMilestones(access,
                   {.before = before_,
                    .after = header_,
                    .done = done_,
                    .hash = forecast_.hash(),
                    .in_old = forecast_.in_old(),
                    .moved_nans = moves.doubling ? moving.nans : 0,
                    .moved_nans_up = moves.doubling ? moving.nans_up : 0,
                    .pile = own.pile,
                    .longest = own.longest,
                    .moved_entries = moved,
                    .slots_before = slots_before_,
                    .slots_after = slots_,
                    .other_slots = moved && moved_from != moves.slots,
                    .once_refused = access.inserts && refused_.Has(access.key.canonical)},
                   core);
  if (access.refused) refused_.Add(access.key.canonical);
}

template <class S>
bool TableOracle<S>::Follows(const Access& access, bool old, std::size_t chain) const {
  if (!access.writes) return header_.count != 0 && Reads(forecast_.hash(), old, chain);
  if (!old && chain == (forecast_.hash() & (ChainsOf(header_, false) - 1))) return true;
  return forecast_.Moves(old, chain);
}

template <class S>
bool TableOracle<S>::AfterFault(const S& map, const FailedStep& step, RunCore& core) {
  const HeaderView before = header_;
  const void* const array = array_;
  const bool due = !before.growing && forecast_.moves().chains != 0;
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
    facts.moves = forecast_.moves().chains != 0;
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
  bool HasTable() const { return true; }  // for all that anybody knows
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
  void CheckCopied(RunCore&) const {}
  void CheckReserved(std::int32_t, const HeaderView&, unsigned, bool, RunCore&) const {}
};

MAPFUZZ_NO_COVERAGE_END
}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_TABLE_ORACLE_H_
