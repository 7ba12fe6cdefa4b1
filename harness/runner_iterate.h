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
    return core_.Skip();
  } else {
    if (!BeginStep(op)) return;
    Side& side = map();
    core_.SetSite(side.table.Site());
    stage_->iterators[slot].emplace(side.map.Begin(draw));
    contract_.OnBegin(slot, kMap, side.model, next_birth_);
    stories_[slot] = {};
    const HeaderView& header = side.table.header();
    if (header.growing && side.model.size() != 0) {
      core_.Hit(Milestone::kIteratorBegunMidGrowth);
      if ((header.flags & kSameSizeFlag) != 0) core_.Hit(Milestone::kIteratorBegunMidSameSize);
    }
    if (contract_.live() >= 3 && slot != kSweepSlot) core_.Hit(Milestone::kSeveralIterators);
    const Produced produced = stage_->iterators[slot]->Current();
    Judge(slot, produced);
    side.table.AfterIterator(side.map, side.model, true, core_);
  }
}

// The iterator's next entry; false if it has none to give.
template <Subject S>
bool Runner<S>::Next(int slot, const char* op) {
  if constexpr (!kIterates) {
    core_.Skip();
    return false;
  } else {
    const IterationContract::State state = contract_.state(slot);
    if (state == IterationContract::State::kNone) {
      core_.Skip();
      return false;
    }
    if (!BeginStep(op)) return false;
    const bool live = state == IterationContract::State::kLive;
    Side& side = stage_->sides[contract_.content(slot)];
    core_.SetSite(live ? side.table.Site() : "stale");
    Judge(slot, stage_->iterators[slot]->Next());
    if (live) {
      if (stories_[slot].news) HitStory(stories_[slot], core_);
      side.table.AfterIterator(side.map, side.model, false, core_);
    }
    return contract_.state(slot) == IterationContract::State::kLive;
  }
}

// Next, then the entry is erased by the key as the iterator refers to it.
template <Subject S>
void Runner<S>::Take(int slot) {
  if constexpr (!kIterates) {
    return core_.Skip();
  } else {
    if (!Next(slot, "next") || !BeginStep("take")) return;
    Iterator& iterator = *stage_->iterators[slot];
    Side& side = stage_->sides[contract_.content(slot)];
    const Produced produced = iterator.Current();
    const ModelKey key = core_.KeyOf(produced.entry.key);
    Cell* cell = side.model.Find(key);
    const Access access{.key = key, .writes = true, .erases = cell != nullptr};
    side.table.Before(side.map, access, core_);
    const bool erased = side.map.DelAt(iterator);
    if (core_.wants_history()) {
      core_.Line(std::to_string(key.id) + (erased ? " = erased" : " = none"));
    }
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
    CheckWhole(map(), false);
  } else {
    Begin(kSweepSlot, draw, "sweep");
    while (contract_.state(kSweepSlot) == IterationContract::State::kLive) {
      Next(kSweepSlot, "sweep");
      if (core_.over()) return;
    }
  }
}

template <Subject S>
void Runner<S>::Drop(int slot) {
  if (contract_.state(slot) == IterationContract::State::kNone) return core_.Skip();
  if (!BeginStep("drop")) return;
  contract_.OnDrop(slot);
  stage_->iterators[slot].reset();
  if (core_.wants_history()) core_.Line(std::to_string(slot));
}

// O3.
template <Subject S>
void Runner<S>::Judge(int slot, const Produced& produced) {
  using Kind = Produced::Kind;
  core_.Consult(Oracle::kIteration);
  core_.Digest(static_cast<std::uint64_t>(produced.kind) << 32 | produced.entry.key);
  const bool stale = contract_.state(slot) == IterationContract::State::kStale;
  if (core_.wants_history()) {
    core_.Line(std::to_string(slot) + " = " +
               (produced.kind == Kind::kEntry ? std::to_string(produced.entry.key) + " " +
                                                    std::to_string(produced.entry.value)
                : produced.kind == Kind::kEnd ? "end"
                                              : "stale"));
  }
  if (stale != (produced.kind == Kind::kStale)) {
    core_.Fail(Oracle::kIteration, stale ? "not-stale" : "stale-alive",
               stale ? "the iterator's map is gone, and it did not say so"
                     : "the iterator says that its map is gone, and it is not");
  }
  if (stale) {
    core_.Hit(Milestone::kIteratorStale);
    return contract_.OnDrop(slot);
  }
  if (produced.kind == Kind::kEntry) return JudgeEntry(slot, produced.entry);
  if (contract_.produced(slot) >= 16) core_.Hit(Milestone::kWholeIteration);
  const Model& model = stage_->sides[contract_.content(slot)].model;
  if (auto fault = contract_.OnEnd(slot, model)) {
    core_.Fail(Oracle::kIteration, std::move(fault->property), std::move(fault->detail));
  }
}

template <Subject S>
void Runner<S>::JudgeEntry(int slot, const Entry& entry) {
  core_.Digest(entry.value);
  const ModelKey key = core_.KeyOf(entry.key);
  Model& model = stage_->sides[contract_.content(slot)].model;
  if (auto fault = contract_.OnEntry(slot, model, key, entry)) {
    core_.Fail(Oracle::kIteration, std::move(fault->property), std::move(fault->detail));
  }
  HitProduction(contract_, slot, model.Find(key), core_);
}

MAPFUZZ_NO_COVERAGE_END
}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_RUNNER_ITERATE_H_
