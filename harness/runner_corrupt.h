// `Runner`: tables that unsafe code has written to. Included by `runner.h` only.
//
// What is overwritten is so for the map's part of one step: the next that looks into a table, be it
// of the map or of an iterator's content. (To drop an iterator, to move, to swap and to assign a
// map to itself looks into none.) Then it is undone, and oracles see the table as the map left it.
//
// Of a field of the header, every step must say that it was overwritten, and before it does
// anything else. Of an overflow pointer, a step that follows its chain must; if another step does
// not, a walk over the whole table right after it must. What a step follows is foretold: the chains
// of its key, those that it moves, the one that an iterator begins with, all for a clear and a
// copy. Where the next entry of an iterator comes from is not. A map that is replaced by another as
// it is says nothing, and must leave nothing behind.

#ifndef MAPFUZZ_HARNESS_RUNNER_CORRUPT_H_
#define MAPFUZZ_HARNESS_RUNNER_CORRUPT_H_

#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "harness/no_coverage.h"
#include "harness/runner.h"

namespace mapfuzz {
MAPFUZZ_NO_COVERAGE_BEGIN

template <Subject S>
void Runner<S>::PlanCorruption(const Op& op) {
  if constexpr (!NoticesCorruption<S>) {
    return core_.Skip(Fate::kNotChecked);
  } else {
    if (planned_) core_.Note(planned_->operation, Fate::kReplaced);
    planned_ = PlannedCorruption{static_cast<CorruptField>(op.small), op.count, core_.operation()};
  }
}

// What is no other value than what is there is skipped.
template <Subject S>
void Runner<S>::Overwrite([[maybe_unused]] const Reach& reach) {
  if constexpr (NoticesCorruption<S>) {
    if (!planned_ || reach.how == How::kGone) return;
    const PlannedCorruption planned = *std::exchange(planned_, std::nullopt);
    const bool affordable = fault_credit_ > 0;
    if (affordable) {
      Corruption done = reach.side.map.Corrupt(planned.field, planned.n);
      if (done.undo) {
        stage_->overwritten.emplace(DoneCorruption{std::move(done), planned.field});
        core_.Note(planned.operation, Fate::kMet);
        return;
      }
    }
    core_.Note(planned.operation, affordable ? Fate::kNoField : Fate::kTooDear);
  }
}

// Whether the exception is the map's word that it noticed what was overwritten.
template <Subject S>
bool Runner<S>::Notices([[maybe_unused]] const std::exception& error) {
  if constexpr (!NoticesCorruption<S>) {
    return false;
  } else {
    const std::optional<CorruptionNotice> notice = S::NoticeOf(error);
    const std::string threw = std::string("\nmap:   threw: ") + error.what();
    if (!stage_->overwritten) {
      if (!notice) return false;
      core_.Fail(Oracle::kCorruption, "false-alarm", "nothing was overwritten" + threw);
      return false;
    }
    if (!notice) {
      core_.Fail(Oracle::kCorruption, "other-exception", CorruptionText() + threw);
      return false;
    }
    if (notice->field != stage_->overwritten->field) {
      core_.Fail(Oracle::kCorruption, "wrong-field", CorruptionText() + threw);
    }
    noticed_ = stage_->overwritten->field;
    return true;
  }
}

// After the map's part of a step: what had to be noticed was, and is undone.
template <Subject S>
void Runner<S>::Settle([[maybe_unused]] const Reach& reach, [[maybe_unused]] Outcome outcome) {
  if constexpr (NoticesCorruption<S>) {
    if (!stage_->overwritten) return;
    if (outcome == Outcome::kNoticed) {
      core_.Consult(Oracle::kCorruption);
      HitNoticed(reach);
    } else if (reach.how == How::kReplace && outcome == Outcome::kDone) {
      core_.Hit(Milestone::kCorruptReplaced);
      stage_->overwritten.reset();  // it went with the table
      return;
    } else if (reach.how != How::kReplace) {
      core_.Consult(Oracle::kCorruption);
      if (MustNotice(reach) && (outcome != Outcome::kFault || !IsOverflow())) {
        core_.Fail(Oracle::kCorruption, "unnoticed",
                   CorruptionText() + "\nmap:   went on as if nothing had happened");
      }
      if (IsOverflow()) CheckWalk(reach.side);
    }
    stage_->overwritten->undo();
    stage_->overwritten.reset();
  }
}

template <Subject S>
bool Runner<S>::MustNotice(const Reach& reach) const {
  if (!IsOverflow()) return true;
  const Side& side = reach.side;
  const bool old = stage_->overwritten->old;
  const std::size_t chain = stage_->overwritten->chain;
  switch (reach.how) {
    case How::kKey:
      return side.table.Follows(*reach.access, old, chain);
    case How::kBegin:
      return side.model.size() != 0 && side.table.Reads(reach.draw, old, chain);
    case How::kAll:
      return true;
    case How::kReserve:
      return side.table.Regrew(side.map);
    case How::kAdvance:
    case How::kReplace:
    case How::kGone:
      return false;
  }
  return false;
}

template <Subject S>
void Runner<S>::CheckWalk(Side& side) {
  if constexpr (NoticesCorruption<S>) {
    fault_credit_ -= static_cast<std::int64_t>(side.table.Cells() + 8);
    try {
      side.map.WalkAll();
    } catch (const std::exception& error) {
      Notices(error);
      noticed_.reset();  // the step itself has not failed
      return;
    }
    core_.Fail(Oracle::kCorruption, "unnoticed-by-walk",
               CorruptionText() + "\nmap:   followed every chain and said nothing");
  }
}

template <Subject S>
void Runner<S>::HitNoticed(const Reach& reach) {
  constexpr int kFirst = static_cast<int>(Milestone::kCorruptCount);
  core_.Hit(static_cast<Milestone>(kFirst + static_cast<int>(stage_->overwritten->field)));
  if (reach.side.table.header().growing) core_.Hit(Milestone::kCorruptMidGrowth);
  if (reach.how == How::kBegin || reach.how == How::kAdvance) {
    core_.Hit(Milestone::kCorruptUnderIterator);
  }
}

template <Subject S>
std::string Runner<S>::CorruptionText() const {
  const std::string name(kCorruptNames[static_cast<int>(stage_->overwritten->field)]);
  return "this was overwritten: " + name +
         (IsOverflow()
              ? std::string(" of a bucket of ") + (stage_->overwritten->old ? "old " : "") +
                    "chain " + std::to_string(stage_->overwritten->chain)
              : "");
}

MAPFUZZ_NO_COVERAGE_END
}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_RUNNER_CORRUPT_H_
