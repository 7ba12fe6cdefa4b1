// `Runner`: operations on whole maps, whole checks, the end. Included by `runner.h` only.

#ifndef MAPFUZZ_HARNESS_RUNNER_WHOLE_H_
#define MAPFUZZ_HARNESS_RUNNER_WHOLE_H_

#include <algorithm>
#include <array>
#include <optional>
#include <utility>
#include <vector>

#include "harness/no_coverage.h"
#include "harness/runner.h"

namespace mapfuzz {
MAPFUZZ_NO_COVERAGE_BEGIN

template <Subject S>
void Runner<S>::Clear() {
  if (!BeginStep("clear")) return;
  Side& side = map();
  core_.SetSite(side.table.Site());
  const bool filled = side.model.size() != 0;
  const HeaderView& before = side.table.header();
  if (before.growing && filled) {
    core_.Hit(Milestone::kClearMidGrowth);
    if ((before.flags & kSameSizeFlag) != 0) core_.Hit(Milestone::kClearMidSameSize);
  }
  const std::uint32_t seeds = stage_->draws.hash_seeds;
  const CallCounts calls = stage_->draws.calls;
  if (!AttemptWhole({side, How::kAll}, Milestone::kFaultInClear, [&] { side.map.Clear(); })) return;
  if constexpr (CountsLives<S>) {
    if (S::kKeepsOldEntries && contract_.LiveOn(kMap) != 0) left_by_clears_ += side.model.size();
  }
  contract_.OnClear(kMap);
  for (int slot = 0; slot < kSeenSlots; ++slot) {
    if (contract_.content(slot) == kMap) stories_[slot].cleared = stories_[slot].news = true;
  }
  side.model.Clear();
  if (core_.wants_history()) core_.Line("done");
  side.table.AfterClear(side.map, filled, stage_->draws.hash_seeds - seeds, core_);
  CheckNoCalls(side, calls);
  AfterWhole(side);
}

// What goes or changes hands as a whole is not looked at key by key.
template <Subject S>
void Runner<S>::CheckNoCalls(const Side& side, const CallCounts& before) {
  if constexpr (CountsCalls<S>) {
    const CallCounts now = side.map.Calls();
    core_.Consult(Oracle::kCost);
    const CallCounts made{now.hash - before.hash, now.equal - before.equal};
    if (made.hash != 0 || made.equal != 0) core_.Fail(CallFault(made, {}));
  }
}

template <Subject S>
void Runner<S>::Copy() {
  if constexpr (!Copies<S>) {
    return core_.Skip(Fate::kNoCopies);
  } else {
    if (!BeginStep("copy")) return;
    core_.SetSite(map().table.Site());
    if (map().table.header().growing) core_.Hit(Milestone::kCopyMidGrowth);
    if (contract_.LiveOn(kSpare) != 0) core_.Hit(Milestone::kCopyOverIterator);
    if (!AttemptWhole({map(), How::kAll}, Milestone::kFaultInCopy,
                      [&] { spare().map.CopyFrom(map().map); })) {
      return;
    }
    Replaced(kSpare);
    spare().model = map().model;
    spare().moved_from = map().moved_from;
    if (core_.wants_history()) core_.Line(std::to_string(spare().map.Size()));
    map().table.CheckSame(map().map, core_);
    AfterWhole(spare());
    spare().table.CheckCopied(core_);
    AfterWhole(map());
  }
}

template <Subject S>
void Runner<S>::Move() {
  if (!BeginStep("move")) return;
  core_.SetSite(map().table.Site());
  spare().map.MoveFrom(map().map);
  contract_.OnMove(kMap, kSpare);
  for (int slot = 0; slot < kSeenSlots; ++slot) {
    stories_[slot].travelled = stories_[slot].news = true;
  }
  std::swap(spare().model, map().model);
  map().model.Clear();
  std::swap(spare().table, map().table);
  spare().moved_from = map().moved_from;
  spare().allocator = map().allocator;
  map().moved_from = true;
  if (core_.wants_history()) core_.Line(std::to_string(spare().map.Size()));
  spare().table.CheckSame(spare().map, core_);
  AfterWhole(spare());
  AfterWhole(map());
}

template <Subject S>
void Runner<S>::Swap() {
  if (!BeginStep("swap")) return;
  core_.SetSite(map().table.Site());
  map().map.SwapWith(spare().map);
  contract_.OnSwap(kMap, kSpare);
  for (int slot = 0; slot < kSeenSlots; ++slot) {
    stories_[slot].travelled = stories_[slot].news = true;
  }
  std::swap(spare().model, map().model);
  std::swap(spare().table, map().table);
  std::swap(spare().moved_from, map().moved_from);
  std::swap(spare().allocator, map().allocator);
  if (core_.wants_history()) core_.Line(std::to_string(map().map.Size()));
  map().table.CheckSame(map().map, core_);
  spare().table.CheckSame(spare().map, core_);
  AfterWhole(spare());
  AfterWhole(map());
}

template <Subject S>
void Runner<S>::Self() {
  if constexpr (!Copies<S>) {
    return core_.Skip(Fate::kNoCopies);
  } else {
    if (!BeginStep("self")) return;
    core_.SetSite(map().table.Site());
    if (contract_.LiveOn(kMap) != 0) core_.Hit(Milestone::kSelfUnderIterator);
    map().map.SelfAssign();
    if (core_.wants_history()) core_.Line(std::to_string(map().map.Size()));
    map().table.CheckSame(map().map, core_);
    AfterWhole(map());
  }
}

template <Subject S>
void Runner<S>::Reserve(std::int32_t hint) {
  if (!BeginStep("reserve", hint)) return;
  Side& side = map();
  core_.SetSite(side.table.Site());
  const HeaderView before = side.table.header();
  const unsigned slots = side.table.slots();
  if (!AttemptWhole({.side = side, .how = How::kReserve, .hint = hint}, Milestone::kFaultInReserve,
                    [&] { side.map.Reserve(hint); })) {
    return;
  }
  const bool made = std::exchange(side.moved_from, false);
  if (core_.wants_history()) core_.Line("done");
  AfterWhole(side);
  side.table.CheckReserved(hint, before, slots, made, core_);
  const int doubled = side.table.header().b - before.b;
  if (doubled == 0) return;
  if (side.model.size() != 0) core_.Hit(Milestone::kReserveOnFilled);
  Grew(side, {.started = doubled,
              .finished = doubled + (before.growing ? 1 : 0),
              .started_doubling = true});
}

template <Subject S>
void Runner<S>::Remake(std::int32_t hint) {
  if (!BeginStep("remake", hint)) return;
  Side& side = map();
  core_.SetSite(side.table.Site());
  if (!AttemptWhole({side, How::kReplace}, Milestone::kFaultInRemake,
                    [&] { side.map.Remake(hint); })) {
    return;
  }
  Replaced(kMap);
  side.model.Clear();
  side.moved_from = false;
  if (core_.wants_history()) core_.Line("done");
  AfterWhole(side);
  side.table.CheckMade(hint, core_);
}

// The content of this number is another one now.
template <Subject S>
void Runner<S>::Replaced(int content) {
  contract_.OnReplace(content);
  stage_->sides[content]->table.ForgetRefusals();
}

// After an operation on a whole map: the table may be another, and every entry may have moved.
template <Subject S>
void Runner<S>::AfterWhole(Side& side) {
  ++writes_;
  side.table.Adopt(side.map);
  core_.DigestHeader(side.table.header());
  core_.Expect("size", side.map.Size(), side.model.size());
  if constexpr (NamesAllocator<S>) {
    core_.Expect("allocator", side.map.AllocatorNumber(), side.allocator);
  }
  MaybeCheckWhole(side, true);
}

// A growth started or ended under the iterators of this content.
template <Subject S>
void Runner<S>::Grew(const Side& side, const CostModel::Done& done) {
  if (contract_.live() == 0) return;
  const int content = &side == stage_->sides[kMap].get() ? kMap : kSpare;
  for (int slot = 0; slot < kSeenSlots; ++slot) {
    if (contract_.state(slot) != IterationContract::State::kLive) continue;
    if (contract_.content(slot) != content) continue;
    IteratorStory& story = stories_[slot];
    story.moved = true;
    if (done.started_same_size && story.doubling) story.same_size_after_doubling = true;
    if (done.started_doubling) story.doubling = true;
    story.growths = static_cast<std::uint8_t>(std::min(2, story.growths + done.finished));
    story.news = true;
  }
}

// What is wrong with one entry of the map, if anything.
template <Subject S>
std::optional<Fault> Runner<S>::Visit(Side& side, const Entry& entry) {
  const ModelKey key = core_.KeyOf(entry.key);
  Cell* cell = side.model.Find(key);
  if (key.nan) {
    const std::uint32_t visit = last_visit_;
    cell = side.model.FindNan(entry, [visit](const Cell& c) { return c.visit != visit; });
  }
  if (cell == nullptr) {
    return Fault{Oracle::kContent, "ghost-entry",
                 "map:   " + EntryText(entry) + "\nmodel: no such entry"};
  }
  if (cell->visit == last_visit_) {
    return Fault{Oracle::kContent, "duplicate-key",
                 "map:   " + EntryText(entry) + " a second time"};
  }
  cell->visit = last_visit_;
  ++visited_;
  if (cell->entry == entry) return std::nullopt;
  return Fault{Oracle::kContent, cell->entry.value != entry.value ? "wrong-value" : "wrong-key",
               "map:   " + EntryText(entry) + "\nmodel: " + EntryText(cell->entry)};
}

template <Subject S>
void Runner<S>::VisitAll(Side& side) {
  std::optional<Fault> fault;
  side.map.ForEach([&](const Entry& entry) {
    if (!fault) fault = Visit(side, entry);
  });
  core_.Check(std::move(fault));
}

// Content and structure are checked in one walk, which ends at the first fault. If the run goes on
// after it, each is checked without the other.
template <Subject S>
[[gnu::cold]] void Runner<S>::FailWhole(Side& side, Fault fault) {
  core_.Fail(std::move(fault));
  core_.Check(CheckTableOf(side, false));
  ++last_visit_;
  visited_ = 0;
  VisitAll(side);
}

// The first fault of the table, or, if it is asked for, of its content.
template <Subject S>
std::optional<Fault> Runner<S>::CheckTableOf(Side& side, bool content) {
  return side.table.CheckAll(side.map, side.model, core_, [&](const Entry& entry) {
    return content ? Visit(side, entry) : std::nullopt;
  });
}

// O2, and O4 on the whole table.
template <Subject S>
void Runner<S>::CheckWhole(Side& side, bool look_up) {
  side.checked_step = core_.step();
  side.owes_check = false;
  if (side.model.size() != 0) core_.Consult(Oracle::kContent);
  ++last_visit_;
  visited_ = 0;
  if constexpr (HasStructure<S>) {
    if (auto fault = CheckTableOf(side, true)) FailWhole(side, *std::move(fault));
  } else {
    VisitAll(side);
  }
  if (visited_ != side.model.size()) {
    side.model.ForEach([&](const Cell& cell) {
      if (cell.visit == last_visit_) return;
      core_.Fail(Oracle::kContent, "lost-entry",
                 "map:   no such entry\nmodel: key " + std::to_string(cell.entry.key) + " value " +
                     std::to_string(cell.entry.value));
    });
  }
  if (look_up) LookUpAll(side);
}

// Every entry of the model can be looked up.
template <Subject S>
void Runner<S>::LookUpAll(Side& side) {
  const Side& look = side;
  look.model.ForEach([&](const Cell& cell) {
    if (IsNan(core_.config().type, cell.entry.key)) return;
    const std::optional<Value> value = look.map.Get(cell.entry.key);
    if (value == cell.entry.value) return;
    core_.Fail(Oracle::kContent, "not-found",
               "map:   get " + std::to_string(cell.entry.key) + " gives " +
                   (value ? std::to_string(*value) : "nothing") +
                   "\nmodel: " + std::to_string(cell.entry.value));
  });
}

template <Subject S>
void Runner<S>::MaybeCheckWhole(Side& side, bool event) {
  constexpr std::uint64_t kInterval = 256;
  const bool due = event || side.owes_check || core_.step() - side.checked_step >= kInterval;
  if (!due) return;
  const std::uint64_t cost = side.table.Cells() + side.model.size();
  if (core_.Afford(cost)) {
    CheckWhole(side, false);
    MaybeCheckBuckets(++whole_checks_ % kBucketInterval == 0);
  } else {
    side.owes_check = true;
  }
}

// O4 on memory: where every bucket is, and, under address sanitizer, what of it can be read.
template <Subject S>
void Runner<S>::CheckBuckets() {
  owes_bucket_check_ = false;
  if constexpr (AccountsForBuckets<S>) {
    std::vector<const Iterator*> iterators;
    for (const std::optional<Iterator>& iterator : stage_->iterators) {
      if (iterator) iterators.push_back(&*iterator);
    }
    if (map().table.HasTable() || spare().table.HasTable() || !iterators.empty()) {
      core_.Consult(Oracle::kStructure);
    }
    if (auto fault = map().map.FindBucketFault(spare().map, iterators)) {
      core_.Fail(Oracle::kStructure, fault->property, std::move(fault->detail));
    }
  }
}

// All of it, so it is as dear as a whole check of both maps.
template <Subject S>
void Runner<S>::MaybeCheckBuckets(bool event) {
  if (!event && !owes_bucket_check_) return;
  if (core_.Afford(map().table.Cells() + spare().table.Cells())) {
    CheckBuckets();
  } else {
    owes_bucket_check_ = true;
  }
}

template <Subject S>
void Runner<S>::Finish() {
  core_.NameStep("end");
  for (const std::unique_ptr<Side>& each : stage_->sides) {
    Side& side = *each;
    core_.SetSite(side.table.Site());
    CheckWhole(side, true);
    std::uint64_t sum = side.model.size();
    side.map.ForEach([&sum](const Entry& entry) { sum += Mix(Mix(entry.key) ^ entry.value); });
    core_.result().content_digest = Mix(core_.result().content_digest ^ sum);
  }
  CheckBuckets();
  core_.Digest(core_.result().content_digest);
  TearDown();
}

// The state after the step that was the last so far, if it was not told yet.
template <Subject S>
[[gnu::noinline]] void Runner<S>::TellState() {
  if constexpr (ShowsState<S>) {
    core_.TellState([this](StateWriter& writer) {
      WriteSurroundings(writer);
      std::array<const Iterator*, kSeenSlots> iterators{};
      for (int slot = 0; slot < kSeenSlots; ++slot) {
        if (stage_->iterators[slot]) iterators[slot] = &*stage_->iterators[slot];
      }
      map().map.WriteState(spare().map, iterators, writer);
    });
  } else {
    core_.result().hides_state = true;
  }
}

// What the maps have drawn, called, allocated and made so far.
template <Subject S>
void Runner<S>::WriteSurroundings(StateWriter& writer) const {
  const Draws& draws = stage_->draws;
  writer.Line("draws", draws.hash_seeds);
  writer.Word("nan", draws.nan_hashes);
  writer.Word("allocators", draws.allocators);
  writer.Line("calls", draws.calls.hash + draws.calls.equal);
  writer.Word("hash", draws.calls.hash);
  writer.Word("equal", draws.calls.equal);
  writer.Line("blocks", static_cast<std::uint64_t>(draws.heap.blocks()));
  writer.Word("bytes", static_cast<std::uint64_t>(draws.heap.bytes()));
  writer.Word("allocations", draws.heap.allocations());
  for (const LifeCounts* lives : {&draws.lives.keys(), &draws.lives.values()}) {
    writer.Line(lives == &draws.lives.keys() ? "keys" : "values", lives->born);
    writer.Word("copied", lives->copied);
    writer.Word("moved", lives->moved);
    writer.Word("ended", lives->ended);
  }
}

// What the map throws where nothing is to be thrown. The run cannot go on, whoever is switched off.
template <Subject S>
void Runner<S>::FailedByException(Oracle oracle, const char* property, const char* what) {
  core_.result().failure =
      core_.FailureOf({oracle, property, std::string("map:   threw: ") + what});
}

// Kept for ever, and reachable, so that nothing counts as leaked.
template <Subject S>
void Runner<S>::Bury() {
  static auto* const graves = new std::vector<std::unique_ptr<Stage>>;
  graves->push_back(std::move(stage_));
}

MAPFUZZ_NO_COVERAGE_END
}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_RUNNER_WHOLE_H_
