// `Runner`: operations on iterators. Included by `runner.h` only.

#ifndef MAPFUZZ_HARNESS_RUNNER_ITERATE_H_
#define MAPFUZZ_HARNESS_RUNNER_ITERATE_H_

#include "harness/no_coverage.h"
#include "harness/runner.h"

namespace mapfuzz {
MAPFUZZ_NO_COVERAGE_BEGIN

template <Subject S>
void Runner<S>::Begin(int slot, std::uint16_t draw, const char* op) {
  if constexpr (!kIterates) {
    return core_.Skip(Fate::kNoIterators);
  } else {
    if (!BeginStep(op, slot)) return;
    Side& side = map();
    core_.SetSite(side.table.Site());
    std::optional<Iterator> begun;
    if (!AttemptIteration({.side = side, .how = How::kBegin, .draw = draw},
                          [&] { begun.emplace(side.map.Begin(draw)); })) {
      return;
    }
    LetGo(slot);
    stage_->iterators[slot].emplace(std::move(*begun));
    contract_.OnBegin(slot, kMap, side.model, next_birth_);
    stories_[slot] = {};
    const HeaderView& header = side.table.header();
    begun_[slot] = {side.model.size(), next_birth_, header.growing ? keys_kept_ : 0};
    stories_[slot].moved = header.growing;
    if (header.growing && side.model.size() != 0) {
      core_.Hit(Milestone::kIteratorBegunMidGrowth);
      if ((header.flags & kSameSizeFlag) != 0) {
        core_.Hit(Milestone::kIteratorBegunMidSameSize);
        if (side.model.nans() != 0) core_.Hit(Milestone::kNanMidSameSize);
      }
    }
    if (contract_.live() >= 3 && slot != kSweepSlot) core_.Hit(Milestone::kSeveralIterators);
    const Produced produced = stage_->iterators[slot]->Current();
    Judge(slot, produced);
    side.table.AfterIterator(side.map, side.model, true, core_);
  }
}

// The iterator's next entry. If the step fails, the iterator stands where it stood.
template <Subject S>
void Runner<S>::Next(int slot, const char* op) {
  if constexpr (!kIterates) {
    return core_.Skip(Fate::kNoIterators);
  } else {
    const IterationContract::State state = contract_.state(slot);
    if (state == IterationContract::State::kNone) return core_.Skip(Fate::kNoIterator);
    if (!BeginStep(op, slot)) return;
    const bool live = state == IterationContract::State::kLive;
    Side& side = *stage_->sides[contract_.content(slot)];
    core_.SetSite(live ? side.table.Site() : "stale");
    Produced produced;
    if (!AttemptIteration({.side = side, .how = live ? How::kAdvance : How::kGone},
                          [&] { produced = stage_->iterators[slot]->Next(); })) {
      return CheckStands(slot);
    }
    Judge(slot, produced);
    if (live) {
      if (stories_[slot].news) HitStory(stories_[slot], core_);
      side.table.AfterIterator(side.map, side.model, false, core_);
    }
    // What it was begun for is over; what it keeps alive goes with it.
    if (slot == kSweepSlot && !Lives(slot)) LetGo(slot);
  }
}

// An iterator whose step failed has not moved. If nothing was written since, it can be asked.
template <Subject S>
void Runner<S>::CheckStands(int slot) {
  if (!Lives(slot) || stood_[slot].writes != writes_) return;
  if (stage_->iterators[slot]->Current() == stood_[slot].produced) return;
  core_.Fail(OracleOfFailedStep(), "iterator-moved",
             FailedStepText() + "\nthe iterator stood at " +
                 EntryText(stood_[slot].produced.entry) + " and does so no more");
}

// Next, then the entry is erased by the key as the iterator refers to it.
template <Subject S>
void Runner<S>::Take(int slot) {
  const std::uint64_t step = core_.step();
  Do([&] { Next(slot, "next"); });
  if (core_.step() == step || StepFailed() || !Lives(slot)) return;
  // An erase that failed is a write, and its key may lie elsewhere now.
  const KeyId key = stood_[slot].produced.entry.key;
  Do([&] { stood_[slot].writes == writes_ ? EraseAt(slot) : Del(key); });
}

template <Subject S>
void Runner<S>::EraseAt(int slot) {
  if constexpr (!kIterates) {
    return core_.Skip(Fate::kNoIterators);
  } else {
    if (!BeginStep("take", stood_[slot].produced.entry.key)) return;
    Iterator& iterator = *stage_->iterators[slot];
    Side& side = *stage_->sides[contract_.content(slot)];
    const Produced produced = iterator.Current();
    const ModelKey key = core_.KeyOf(produced.entry.key);
    Cell* cell = side.model.Find(key);
    const Access access{.key = key, .writes = true, .erases = cell != nullptr};
    side.table.Before(side.map, access, core_);
    bool erased = false;
    if (!Attempt(side, access, [&] { erased = side.map.DelAt(iterator); })) return;
    if (core_.wants_history()) core_.Line(erased ? "erased" : "none");
    core_.Expect("erased", erased, cell != nullptr);
    if (cell != nullptr) {
      core_.Hit(Milestone::kTakenByIterator);
      Erased(side, key, *cell);
    }
    AfterKey(side, access, erased);
  }
}

// A whole iteration. Maps without live iterators are walked over as they can be.
template <Subject S>
void Runner<S>::Sweep(std::uint16_t draw) {
  if constexpr (!kIterates) {
    if (!BeginStep("sweep")) return;
    if (core_.wants_history()) core_.Line("done");
    CheckWhole(map(), false);
  } else {
    Do([&] { Begin(kSweepSlot, draw, "sweep"); });
    while (Lives(kSweepSlot) && !core_.over()) Do([&] { Next(kSweepSlot, "sweep"); });
  }
}

template <Subject S>
void Runner<S>::Drop(int slot) {
  if (!stage_->iterators[slot]) {
    return core_.Skip(kIterates ? Fate::kNoIterator : Fate::kNoIterators);
  }
  if (!BeginStep("drop", slot)) return;
  contract_.OnDrop(slot);
  LetGo(slot);
  if (core_.wants_history()) core_.Line();
}

// The map's part of a step of an iterator; false if it failed.
template <Subject S>
template <class F>
bool Runner<S>::AttemptIteration(const Reach& reach, F f) {
  const Outcome outcome = Call(reach, f);
  if (outcome == Outcome::kDone) return true;
  if (outcome == Outcome::kFault) core_.Hit(Milestone::kFaultInIteration);
  core_.Blame(OracleOfFailedStep());
  LogFailedStep();
  // The map of a stale iterator is gone, and the other one is none of its business.
  if (reach.how == How::kBegin) reach.side.table.Began(reach.side.map);
  CheckAsBefore(reach.side, {});
  CheckBuckets();
  core_.Blame({});
  return false;
}

// O3.
template <Subject S>
void Runner<S>::Judge(int slot, const Produced& produced) {
  using Kind = Produced::Kind;
  core_.Digest(static_cast<std::uint64_t>(produced.kind) << 32 | produced.entry.key);
  const bool stale = contract_.state(slot) == IterationContract::State::kStale;
  if (core_.wants_history()) {
    core_.Line(produced.kind == Kind::kEntry
                   ? std::to_string(produced.entry.key) + " " + std::to_string(produced.entry.value)
               : produced.kind == Kind::kEnd ? "end"
                                             : "stale");
  }
  if constexpr (LosesKeys<S>) {
    if (!stale && produced.kind == Kind::kStale && stories_[slot].moved) {
      core_.Hit(Milestone::kKeysLost);
      return contract_.OnDrop(slot);
    }
  }
  core_.Consult(Oracle::kIteration);
  if (stale != (produced.kind == Kind::kStale)) {
    core_.Fail(Oracle::kIteration, stale ? "not-stale" : "stale-alive",
               stale ? "the iterator's map is gone, and it did not say so"
                     : "the iterator says that its map is gone, and it is not");
  }
  if (stale) {
    core_.Hit(Milestone::kIteratorStale);
    return contract_.OnDrop(slot);
  }
  if (produced.kind == Kind::kEntry) {
    stood_[slot] = {produced, writes_};
    return JudgeEntry(slot, produced.entry);
  }
  if (contract_.produced(slot) >= 16) core_.Hit(Milestone::kWholeIteration);
  const Model& model = stage_->sides[contract_.content(slot)]->model;
  if (auto fault = contract_.OnEnd(slot, model)) {
    core_.Fail(Oracle::kIteration, std::move(fault->property), std::move(fault->detail));
  }
}

template <Subject S>
void Runner<S>::JudgeEntry(int slot, const Entry& entry) {
  core_.Digest(entry.value);
  if constexpr (EndsWhenEmptied<S>) {
    if (contract_.emptied(slot)) {
      return core_.Fail(
          Oracle::kIteration, "after-emptying",
          "produced " + EntryText(entry) + ", and the map held nothing since this iteration began");
    }
  }
  const ModelKey key = core_.KeyOf(entry.key);
  Model& model = stage_->sides[contract_.content(slot)]->model;
  if (auto fault = contract_.OnEntry(slot, model, key, entry)) {
    return core_.Fail(Oracle::kIteration, std::move(fault->property), std::move(fault->detail));
  }
  HitProduction(contract_, slot, model.Find(key), core_);
}

MAPFUZZ_NO_COVERAGE_END
}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_RUNNER_ITERATE_H_
