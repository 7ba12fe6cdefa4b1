// `Runner`: steps that fail, by injected faults above all; refused keys and inserts, lifetimes.
// Included by `runner.h` only.

#ifndef MAPFUZZ_HARNESS_RUNNER_FAULT_H_
#define MAPFUZZ_HARNESS_RUNNER_FAULT_H_

#include <algorithm>

#include "harness/no_coverage.h"
#include "harness/runner.h"

namespace mapfuzz {
MAPFUZZ_NO_COVERAGE_BEGIN

template <Subject S>
void Runner<S>::Arm(const Op& op) {
  if constexpr (!TakesFaults<S>) {
    return core_.Skip(Fate::kNoFaults);
  } else {
    const auto kind = static_cast<FaultKind>(op.small);
    if (op.code == OpCode::kTorment) {
      if (torment_) core_.Note(torment_->operation, Fate::kReplaced);
      torment_ = Torment{kind, core_.operation()};
      return;
    }
    Unarm(kind, Fate::kReplaced);
    faults().Arm(kind, op.count);
    if (op.count != 0) {
      armed_[op.small] = core_.operation();
    } else {
      core_.Note(core_.operation(), Fate::kDisarms);
    }
  }
}

// No operation has armed a fault of this kind from here on.
template <Subject S>
void Runner<S>::Unarm(FaultKind kind, Fate fate) {
  std::optional<std::size_t>& armed = armed_[static_cast<int>(kind)];
  if (armed) core_.Note(*armed, fate);
  armed.reset();
}

template <Subject S>
void Runner<S>::UnarmAll(Fate fate) {
  for (int kind = 0; kind < kFaultKinds; ++kind) Unarm(static_cast<FaultKind>(kind), fate);
}

// The step under way has met a fault.
template <Subject S>
void Runner<S>::MeetFault() {
  const FaultKind kind = *faults().struck();
  if (!tormenting_ || tormenting_->kind != kind) return Unarm(kind, Fate::kMet);
  if (!std::exchange(tormenting_->met, true)) core_.Note(tormenting_->operation, Fate::kMet);
}

template <Subject S>
void Runner<S>::EndTorment() {
  if (tormenting_ && !tormenting_->met) {
    core_.Note(tormenting_->operation, fault_credit_ > 0 ? Fate::kUnmet : Fate::kTooDear);
  }
  tormenting_.reset();
}

// The run is over, and no step meets what is still armed.
template <Subject S>
void Runner<S>::Lapse() {
  EndTorment();
  if (torment_) core_.Note(torment_->operation, Fate::kUnmet);
  UnarmAll(Fate::kUnmet);
  if (planned_) core_.Note(planned_->operation, Fate::kUnmet);
}

// Does an elementary step. Under a torment it is attempted with its first, second, third, ... call
// of the kind failing, until an attempt meets no fault.
template <Subject S>
template <class F>
void Runner<S>::Do(F step) {
  constexpr std::uint32_t kMostAttempts = 64;
  for (std::uint32_t n = 1;; ++n) {
    if (fault_credit_ <= 0) {
      faults().DisarmAll();
      UnarmAll(Fate::kTooDear);
    }
    const bool tormented = tormenting_ && n <= kMostAttempts && fault_credit_ > 0;
    if (tormenting_) {
      Unarm(tormenting_->kind, Fate::kReplaced);
      faults().Arm(tormenting_->kind, tormented ? n : 0);
    }
    faults().Forget();
    noticed_.reset();
    step();
    CheckLives();
    if (!tormented || !faults().struck() || core_.over()) break;
  }
  if (tormenting_) faults().Disarm(tormenting_->kind);
}

// The map's part of a step. A fault that does not come through, or comes through as something else,
// is a failure, and so is a corruption that is not noticed.
template <Subject S>
template <class F>
typename Runner<S>::Outcome Runner<S>::Call(const Reach& reach, F f) {
  Outcome outcome = Outcome::kDone;
  Overwrite(reach);
  faults().Open();
  try {
    f();
  } catch (const InjectedFault&) {
    outcome = Outcome::kFault;
  } catch (const KeyRefused& refused) {
    outcome = Outcome::kRefused;
    if constexpr (RefusesKeys<S>) refusal_ = refused.what();
  } catch (const std::exception& error) {
    faults().Close();
    if (faults().struck()) {
      MeetFault();
      core_.Fail(Oracle::kFault, "other-exception",
                 FailedStepText() + "\nmap:   threw another exception: " + error.what());
      outcome = Outcome::kFault;
    } else {
      if (!Notices(error)) throw;
      outcome = Outcome::kNoticed;
    }
  }
  faults().Close();
  if (faults().struck()) {
    MeetFault();
    if (outcome != Outcome::kFault) {
      core_.Fail(Oracle::kFault, "swallowed", FailedStepText() + "\nmap:   did not let it through");
    }
  }
  Settle(reach, outcome);
  return outcome;
}

// The map's part of an operation on one key; false if the limit on a chain forbade it.
template <Subject S>
template <class F>
bool Runner<S>::CallLimited(F f) {
  if constexpr (LimitsChains<S>) {
    try {
      f();
    } catch (const typename S::ChainLimit&) {
      return false;
    }
  } else {
    f();
  }
  return true;
}

// The map's part of an operation on one key; false if it did not come about.
template <Subject S>
template <class F>
bool Runner<S>::Attempt(Side& side, const Access& access, F f) {
  bool allowed = true;
  const Outcome outcome =
      Call({.side = side, .how = How::kKey, .access = &access}, [&] { allowed = CallLimited(f); });
  if (outcome == Outcome::kFault || outcome == Outcome::kNoticed) {
    RolledBack(side, access);
    return false;
  }
  const bool unhashable = IsUnhashable(core_.config().type, access.key.id);
  if (!allowed && !unhashable) {
    RefusedByLimit(side, access);
    return false;
  }
  if (outcome == Outcome::kDone && !unhashable) return true;
  Refused(side, outcome, unhashable);
  return false;
}

// The map's part of an operation on whole maps, which changes none if it throws, but that one that
// reserves room may have grown.
template <Subject S>
template <class F>
bool Runner<S>::AttemptWhole(const Reach& reach, Milestone milestone, F f) {
  const Outcome outcome = Call(reach, f);
  if (outcome == Outcome::kDone) return true;
  if (outcome == Outcome::kFault) core_.Hit(milestone);
  core_.Blame(OracleOfFailedStep());
  LogFailedStep();
  for (const std::unique_ptr<Side>& each : stage_->sides) {
    const bool grows = reach.how == How::kReserve && each.get() == &reach.side;
    CheckAsBefore(*each, grows ? FailedStep{.grows = true, .hint = reach.hint} : FailedStep{});
  }
  CheckBuckets();
  core_.Blame({});
  return false;
}

// An operation on a key has failed. Growth work may have been done, all else is as it was.
template <Subject S>
void Runner<S>::RolledBack(Side& side, const Access& access) {
  core_.Blame(OracleOfFailedStep());
  LogFailedStep();
  CheckAsBefore(side, {.grows = access.writes, .access = &access});
  CheckBuckets();
  core_.Blame({});
}

// Content, size and every rule of structure, after a step that failed. If that was for a field of
// the header, it has not even begun.
template <Subject S>
void Runner<S>::CheckAsBefore(Side& side, FailedStep failed) {
  failed.kind = faults().struck();
  if (noticed_ && *noticed_ != CorruptField::kOverflow) failed.grows = false;
  failed.made = failed.grows && side.moved_from && stage_->draws.hash_seeds != seeds_before_;
  if (failed.made) side.moved_from = false;
  if (side.table.AfterFault(side.map, failed, core_)) {
    const int content = &side == &map() ? kMap : kSpare;
    for (int slot = 0; slot < kSeenSlots; ++slot) {
      if (contract_.content(slot) == content) stories_[slot].moved = true;
    }
  }
  if (failed.grows) ++writes_;
  core_.DigestHeader(side.table.header());
  core_.Expect("size", side.map.Size(), side.model.size());
  CheckWhole(side, true);
  fault_credit_ -= static_cast<std::int64_t>(side.table.Cells() + 2 * side.model.size() + 8);
}

template <Subject S>
void Runner<S>::LogFailedStep() {
  core_.Consult(OracleOfFailedStep());
  const auto log = [this](const char* what, int digest, std::string_view name) {
    core_.Digest(static_cast<std::uint64_t>(digest));
    if (core_.wants_history()) core_.Line(what + std::string(name));
  };
  if (noticed_) {
    const int field = static_cast<int>(*noticed_);
    return log("corrupt ", 0xc0bb + field, kCorruptNames[field]);
  }
  const int kind = static_cast<int>(*faults().struck());
  log("fault ", 0xfa17 + kind, kFaultNames[kind]);
}

template <Subject S>
std::string Runner<S>::FailedStepText() const {
  if (noticed_) {
    return "this was overwritten: " + std::string(kCorruptNames[static_cast<int>(*noticed_)]);
  }
  const FaultKind kind = *stage_->draws.faults.struck();
  return "a call of this kind threw: " + std::string(kFaultNames[static_cast<int>(kind)]);
}

// A key without a hash was refused, or should have been, or another was.
template <Subject S>
void Runner<S>::Refused(Side& side, Outcome outcome, bool unhashable) {
  if constexpr (RefusesKeys<S>) {
    core_.Consult(Oracle::kResult);
    if (outcome != Outcome::kRefused) {
      core_.Fail(Oracle::kResult, "not-refused",
                 "the key cannot be hashed, and nothing was thrown");
    }
    if (!unhashable) {
      core_.Fail(Oracle::kResult, "refused",
                 "map:   threw: " + refusal_ + "\nmodel: accepts the key");
    }
    if (refusal_ != kRefusalText) {
      core_.Fail(Oracle::kResult, "refusal-text",
                 "map:   threw: " + refusal_ + "\nmodel: " + std::string(kRefusalText));
    }
    if (core_.wants_history()) core_.Line("refused");
    if (side.model.size() == 0) core_.Hit(Milestone::kRefusedInEmptyMap);
    if (side.table.header().growing) core_.Hit(Milestone::kRefusedMidGrowth);
    if (side.moved_from && stage_->draws.hash_seeds != seeds_before_) {
      side.moved_from = false;
      side.table.Adopt(side.map);
    }
    side.table.CheckSame(side.map, core_);
    core_.Expect("size", side.map.Size(), side.model.size());
    MaybeCheckWhole(side, false);
  }
}

// An insert was refused by the limit on its chain. Growth work was done as for any insert, and all
// else is as it was.
template <Subject S>
void Runner<S>::RefusedByLimit(Side& side, Access access) {
  constexpr std::uint64_t kRefusal = 0xc4a1;
  core_.Consult(Oracle::kResult);
  if (!access.inserts || core_.config().chain == 0) {
    core_.Fail(Oracle::kResult, "refused",
               std::string("map:   refused to make a chain longer\nmodel: ") +
                   (access.inserts ? "chains have no limit" : "no entry is to be added"));
  }
  if (core_.wants_history()) core_.Line("refused chain");
  access.refused = true;
  AfterKey(side, access, kRefusal);
  if (core_.Afford(side.table.Cells() + 2 * side.model.size())) {
    CheckWhole(side, true);
  } else {
    side.owes_check = true;
  }
}

// O6: as many values alive as there are entries, as many keys as there are entries and what old
// arrays keep for iterators, and nobody has noted a misuse. Exact as long as no iterator lives and
// no array is left from the time of one.
template <Subject S>
void Runner<S>::CheckLives() {
  if constexpr (UsesHeap<S> || CountsLives<S>) core_.Consult(Oracle::kLifetime);
  if constexpr (UsesHeap<S>) {
    if (const char* misuse = stage_->draws.heap.misuse()) {
      core_.Fail(Oracle::kLifetime, misuse, "a block of the map's allocator was misused");
    }
  }
  if constexpr (CountsLives<S>) {
    const LifeLedger& lives = stage_->draws.lives;
    if (lives.misuse() != nullptr) {
      core_.Fail(Oracle::kLifetime, lives.misuse(), "a key or a value was misused");
    }
    std::uint64_t entries = 0;
    bool growing = false;
    for (const std::unique_ptr<Side>& side : stage_->sides) {
      entries += side->model.size();
      growing = growing || side->table.header().growing;
    }
    if (!growing) residue_ = 0;
    std::uint64_t keepable = residue_;
    bool iterated = false;
    for (int slot = 0; slot < kSeenSlots; ++slot) {
      iterated = iterated || stage_->iterators[slot];
      keepable += KeepableFor(slot);
    }
    const std::uint64_t alive_keys = lives.keys().alive();
    // Nothing more is kept than was kept already when the last iterator went.
    if (!iterated) keepable = std::min(keepable, keys_kept_);
    const bool exact = !S::kKeepsOldEntries || (!growing && !iterated);
    const std::uint64_t most = exact ? entries + left_by_clears_ : UINT64_MAX;
    ExpectAlive("values", lives.values().alive(), entries, most);
    ExpectAlive("keys", alive_keys, entries, exact ? most + keepable : UINT64_MAX);
    if (keys_kept_ != 0 && alive_keys == entries) core_.Hit(Milestone::kKeptKeysFreed);
    keys_kept_ = alive_keys - entries;
  }
}

// The most keys that old arrays can keep for the iterator: whatever was in the two arrays it began
// with, or came into them since, and what the old one of them had kept for others.
template <Subject S>
std::uint64_t Runner<S>::KeepableFor(int slot) const {
  if (!stage_->iterators[slot]) return 0;
  return 2 * (begun_[slot].size + next_birth_ - begun_[slot].birth) + begun_[slot].kept;
}

// The iterator goes. What is kept for it in an array that the map still moves from, stays there.
template <Subject S>
void Runner<S>::LetGo(int slot) {
  residue_ += KeepableFor(slot);
  stage_->iterators[slot].reset();
}

template <Subject S>
void Runner<S>::ExpectAlive(const char* what, std::uint64_t alive, std::uint64_t least,
                            std::uint64_t most) {
  if (alive >= least && alive <= most) return;
  core_.Fail(Oracle::kLifetime, std::string(what) + (alive < least ? "-missing" : "-left-over"),
             "alive: " + std::to_string(alive) + "\nmodel: " + std::to_string(least) +
                 (most > least && most != UINT64_MAX ? " to " + std::to_string(most) : ""));
}

// Everything goes; then nothing may be left.
template <Subject S>
void Runner<S>::TearDown() {
  for (std::optional<Iterator>& iterator : stage_->iterators) iterator.reset();
  for (std::unique_ptr<Side>& side : stage_->sides) side.reset();
  if constexpr (UsesHeap<S> || CountsLives<S>) core_.Consult(Oracle::kLifetime);
  if constexpr (CountsLives<S>) {
    const LifeLedger& lives = stage_->draws.lives;
    ExpectAlive("values", lives.values().alive(), 0, 0);
    ExpectAlive("keys", lives.keys().alive(), 0, 0);
    if (lives.misuse() != nullptr) {
      core_.Fail(Oracle::kLifetime, lives.misuse(), "a key or a value was misused at its end");
    }
  }
  if constexpr (UsesHeap<S>) {
    Heap& heap = stage_->draws.heap;
    heap.EmptyQuarantine();
    if (heap.misuse() != nullptr) {
      core_.Fail(Oracle::kLifetime, heap.misuse(), "a block of the map's allocator was misused");
    }
    if (heap.blocks() != 0 || heap.bytes() != 0) {
      core_.Fail(Oracle::kLifetime, "leaked",
                 "left when all maps and iterators are gone: " + std::to_string(heap.blocks()) +
                     " blocks, " + std::to_string(heap.bytes()) + " bytes");
    }
  }
}

MAPFUZZ_NO_COVERAGE_END
}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_RUNNER_FAULT_H_
