// The one loop: runs a tape on a map, beside the model, and stops at the first difference.
//
// A run has two maps, `map` and `spare`, each with its content's model; operations act on `map`.
// Iterators 0 to 3 belong to the content they were begun on and follow it through move and swap;
// whole iterations (`sweep`) use a fifth. A phase (fill, drain, drift, churn, look, walk, sweep)
// is as many elementary steps, each checked like any other. Steps are numbered from 1, and a write
// writes its step's number, or as much of it as a value has room for.
//
// An insert may be refused by the limit on its chain (`chain`): then it has failed, everything but
// growth work is as before the step, and the run goes on.
//
// What a map calls may be made to throw (`fault`, `torment`), and a checked map's table may be
// overwritten (`corrupt`): then the step has failed, and the run goes on. Under a torment each
// attempt is a step.
//
// After every step: the result against the model (O1), the iteration contract (O3), and, for maps
// that show their buckets, the header, the key's own chains (O4), growth, moves and calls (O5). At
// structural events, every 256 steps and at the end: every entry and every chain (O2, O4). The
// model is never reloaded from the map. After a fault, after operations on whole maps, at the end
// and at every few of those checks: every bucket and every byte that the maps and their iterators
// hold, for maps that can account for them (O4, O11). After a fault: every entry, every chain and
// every look-up are as before the step (O7). After a corruption: the map has named it, and once it
// is undone all is as before too (`runner_corrupt.h`). After every step: as many objects alive as
// there are to be, and none at the end (O6).
//
// What a map cannot do is skipped for map and model alike, and counted.
//
// Who asks for states (`state.h`) gets them where a step is over and judged: before the next one or
// the next operation begins, and before the end.

#ifndef MAPFUZZ_HARNESS_RUNNER_H_
#define MAPFUZZ_HARNESS_RUNNER_H_

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/no_coverage.h"
#include "harness/op_fate.h"
#include "harness/run_core.h"
#include "harness/state.h"
#include "harness/subject.h"
#include "harness/table_oracle.h"
#include "harness/tape.h"
#include "model/iteration.h"
#include "model/model.h"

namespace mapfuzz {
MAPFUZZ_NO_COVERAGE_BEGIN

// Whether an update replaces the stored key; a map whose rule is not that of its key type says so.
template <class S>
constexpr bool UpdatesKeyOf(KeyType type) {
  if constexpr (DeclaresKeyRule<S>) {
    return S::kUpdatesKey;
  } else {
    return UpdatesKey(type);
  }
}

// Runs one tape on maps of type S.
template <Subject S>
class Runner {
 public:
  static RunResult Run(const Tape& tape, const RunOptions& options = {}) {
    Runner runner(Canonical(tape.config), options);
    try {
      runner.RunAll(tape);
    } catch (const Failure& failure) {
      runner.core_.result().failure = failure;
    } catch (const EndlessCalls& error) {
      runner.FailedByException(Oracle::kCost, "endless-calls", error.what());
    } catch (const std::exception& error) {
      runner.FailedByException(Oracle::kResult, "exception", error.what());
    }
    runner.Lapse();
    if (runner.core_.result().failure) runner.Bury();
    return std::move(runner.core_.result());
  }

 private:
  static constexpr bool kIterates = LiveIterators<S>;
  static constexpr int kSweepSlot = kIterators;
  static constexpr int kMap = 0;
  static constexpr int kSpare = 1;
  static constexpr std::size_t kErasedKept = 8;
  // At one of so many whole checks the buckets are accounted for.
  static constexpr std::uint64_t kBucketInterval = 32;
  static_assert(kSweepSlot < kSeenSlots);

  template <class T>
  struct IteratorOf {
    using Type = char;
  };
  template <LiveIterators T>
  struct IteratorOf<T> {
    using Type = typename T::Iterator;
  };
  using Iterator = typename IteratorOf<S>::Type;

  struct Side {
    Side(const Config& config, Draws& draws, const RunCore& core)
        : map(config, draws), model(UpdatesKeyOf<S>(config.type)), table(core, draws) {
      if constexpr (NamesAllocator<S>) allocator = map.AllocatorNumber();
    }

    S map;
    Model model;
    TableOracle<S> table;
    std::uint64_t checked_step = 0;  // of the last whole check
    bool owes_check = false;
    bool moved_from = false;
    std::uint32_t allocator = 0;  // its number
  };

  struct DoneCorruption : Corruption {
    CorruptField field;
  };

  // All that a failing run leaves behind. It is kept, because to destroy a broken map may crash
  // or hang, and would hide the failure.
  struct Stage {
    Stage(const Config& config, const RunCore& core)
        : draws(config.seed),
          current(&draws.lives),
          sides{std::make_unique<Side>(config, draws, core),
                std::make_unique<Side>(WithoutHint(config), draws, core)} {}

    static Config WithoutHint(Config config) {
      config.hint = 0;
      return config;
    }

    Draws draws;
    CurrentLedger current;
    std::unique_ptr<Side> sides[2];
    std::optional<Iterator> iterators[kSeenSlots];
    // During the map's part of a step. It may be all that still knows of what the table lost.
    std::optional<DoneCorruption> overwritten;
  };

  Runner(const Config& config, const RunOptions& options)
      : core_(config, options), stage_(std::make_unique<Stage>(config, core_)) {}

  Side& map() { return *stage_->sides[kMap]; }
  Side& spare() { return *stage_->sides[kSpare]; }
  FaultPlan& faults() { return stage_->draws.faults; }

  // One more step; false if the run is over. However broken the map, the step's calls of hasher
  // and equality come to an end: a copy, or an iterator that looks up all it has left of a table
  // that was emptied since, may compare each entry with each other; nothing does more.
  bool BeginStep(const char* op, Operands operands = {}) {
    if (core_.wants_states()) [[unlikely]]
      TellState();
    if (!core_.BeginStep(op, operands)) return false;
    constexpr std::uint64_t kMargin = 1 << 16;
    const std::uint64_t size = core_.result().largest;
    CallCounts& calls = stage_->draws.calls;
    calls.limit = calls.hash + calls.equal + kMargin + 4 * size * size;
    seeds_before_ = stage_->draws.hash_seeds;
    return true;
  }

  // --- The loop ---
  void RunAll(const Tape& tape);
  void RunOp(const Op& op);
  void RunKeyOp(const Op& op);
  void RunIteratorOp(const Op& op);
  void RunWholeOp(const Op& op);
  void RunPhase(const Op& op);
  void Finish();
  void TellState();
  void WriteSurroundings(StateWriter& writer) const;
  void FailedByException(Oracle oracle, const char* property, const char* what);
  void Bury();

  // --- Operations on one key ---
  bool Admit(KeyId id);
  void Put(KeyId id);
  void Get(KeyId id);
  void Has(KeyId id);
  void Del(KeyId id);
  void Try(KeyId id);
  void Add(KeyId id);
  void Alias(KeyId id, KeyId from);
  Access WriteAccess(const ModelKey& key, const Cell* cell) const;
  Access ReadAccess(const ModelKey& key) const;
  void Store(const ModelKey& key, Cell* cell, Value value);
  void Erased(Side& side, const ModelKey& key, const Cell& cell);
  void AfterKey(Side& side, const Access& access, std::uint64_t result);

  // --- Iterators ---
  void Begin(int slot, std::uint16_t draw, const char* op);
  void Next(int slot, const char* op);
  void CheckStands(int slot);
  void Take(int slot);
  void EraseAt(int slot);
  void Sweep(std::uint16_t draw);
  void Drop(int slot);
  void Judge(int slot, const Produced& produced);
  void JudgeEntry(int slot, const Entry& entry);
  bool Lives(int slot) const { return contract_.state(slot) == IterationContract::State::kLive; }

  // --- Operations on whole maps ---
  void Clear();
  void Copy();
  void Move();
  void Swap();
  void Self();
  void Reserve(std::int32_t hint);
  void Remake(std::int32_t hint);
  void AfterWhole(Side& side);
  void CheckNoCalls(const Side& side, const CallCounts& before);
  void Replaced(int content);

  // The table that the map's part of a step works on, and what it does with the chains.
  struct Reach {
    enum class How : std::uint8_t {
      kKey,      // follows those of a key, and those that it moves
      kBegin,    // follows the one that an iterator begins with
      kAdvance,  // may follow some
      kAll,      // follows all
      kReserve,  // follows all if it rebuilds the table
      kReplace,  // follows none: the table goes as it is
      kGone,     // the table is gone already
    };
    Side& side;
    How how;
    const Access* access = nullptr;  // of a step on a key
    std::uint16_t draw = 0;          // of an iterator that begins
    std::int32_t hint = 0;           // of a reserve
  };
  using How = typename Reach::How;

  // --- Faults, refused keys and inserts, lifetimes ---
  enum class Outcome : std::uint8_t { kDone, kFault, kRefused, kNoticed };
  void Arm(const Op& op);
  void Unarm(FaultKind kind, Fate fate);
  void UnarmAll(Fate fate);
  void MeetFault();
  void EndTorment();
  void Lapse();
  template <class F>
  void Do(F step);
  template <class F>
  Outcome Call(const Reach& reach, F f);
  template <class F>
  bool CallLimited(F f);
  template <class F>
  bool Attempt(Side& side, const Access& access, F f);
  template <class F>
  bool AttemptWhole(const Reach& reach, Milestone milestone, F f);
  template <class F>
  bool AttemptIteration(const Reach& reach, F f);
  void RolledBack(Side& side, const Access& access);
  void CheckAsBefore(Side& side, FailedStep failed);
  // The step met a fault or a corruption.
  bool StepFailed() const { return stage_->draws.faults.struck() || noticed_; }
  Oracle OracleOfFailedStep() const { return noticed_ ? Oracle::kCorruption : Oracle::kFault; }
  void LogFailedStep();
  std::string FailedStepText() const;
  void Refused(Side& side, Outcome outcome, bool unhashable);
  void RefusedByLimit(Side& side, Access access);
  void CheckLives();
  std::uint64_t KeepableFor(int slot) const;
  void LetGo(int slot);
  void ExpectAlive(const char* what, std::uint64_t alive, std::uint64_t least, std::uint64_t most);
  void TearDown();

  // --- Corruption ---
  void PlanCorruption(const Op& op);
  void Overwrite(const Reach& reach);
  bool Notices(const std::exception& error);
  void Settle(const Reach& reach, Outcome outcome);
  bool MustNotice(const Reach& reach) const;
  void CheckWalk(Side& side);
  void HitNoticed(const Reach& reach);
  bool IsOverflow() const { return stage_->overwritten->field == CorruptField::kOverflow; }
  std::string CorruptionText() const;

  // --- Whole checks ---
  void CheckWhole(Side& side, bool look_up);
  void MaybeCheckWhole(Side& side, bool event);
  void CheckBuckets();
  void MaybeCheckBuckets(bool event);
  std::optional<Fault> Visit(Side& side, const Entry& entry);
  void VisitAll(Side& side);
  std::optional<Fault> CheckTableOf(Side& side, bool content);
  void FailWhole(Side& side, Fault fault);
  void LookUpAll(Side& side);
  void Grew(const Side& side, const CostModel::Done& done);

  RunCore core_;
  std::unique_ptr<Stage> stage_;
  IterationContract contract_;
  IteratorStory stories_[kSeenSlots];
  struct Begun {
    std::uint64_t size = 0;  // of the map
    std::uint64_t birth = 0;
    std::uint64_t kept = 0;  // keys that the old array, if there was one, may have kept by then
  };
  Begun begun_[kSeenSlots];
  struct Stood {
    Produced produced;
    std::uint64_t writes = 0;
  };
  Stood stood_[kSeenSlots];   // where the iterators were last
  std::uint64_t writes_ = 0;  // steps that may have written to a map
  std::uint64_t next_birth_ = 1;
  std::uint32_t last_visit_ = 0;
  std::uint64_t visited_ = 0;
  std::uint64_t whole_checks_ = 0;
  bool owes_bucket_check_ = false;
  KeyId erased_[kErasedKept] = {};  // the last keys erased under an iterator
  std::size_t erased_count_ = 0;
  struct Torment {
    FaultKind kind;
    std::size_t operation;  // of the tape
    bool met = false;
  };
  std::optional<Torment> torment_;                 // of the next operation
  std::optional<Torment> tormenting_;              // of the one under way
  std::optional<std::size_t> armed_[kFaultKinds];  // the tape's operations that armed a fault
  struct PlannedCorruption {
    CorruptField field;
    std::uint32_t n;
    std::size_t operation;  // of the tape
  };
  std::optional<PlannedCorruption> planned_;  // for the next step that looks into a table
  std::optional<CorruptField> noticed_;       // in the step under way
  // Each fault and each corruption costs a check of everything; when this is used up there are no
  // more.
  std::int64_t fault_credit_ = 1 << 16;
  std::uint32_t seeds_before_ = 0;  // hash seeds drawn before the step
  std::uint64_t keys_kept_ = 0;     // more keys than entries, after the last step
  std::uint64_t residue_ = 0;       // of these, at most so many for iterators that are gone
  // Entries that clears left in overflow buckets for live iterators, at most; they go with their
  // array. Only Go's rule leaves any.
  std::uint64_t left_by_clears_ = 0;
  std::string refusal_;
};

MAPFUZZ_NO_COVERAGE_END
}  // namespace mapfuzz
#include "harness/runner_corrupt.h"
#include "harness/runner_fault.h"
#include "harness/runner_iterate.h"
#include "harness/runner_keys.h"
#include "harness/runner_whole.h"

#endif  // MAPFUZZ_HARNESS_RUNNER_H_
