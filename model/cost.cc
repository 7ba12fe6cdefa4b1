#include "model/cost.h"

#include <algorithm>
#include <utility>

namespace mapfuzz {
namespace {

// An old chain is passed over at most so many times in one write.
constexpr std::uint64_t kMostAhead = 1024;

std::string GrowthText(bool growing, bool same_size) {
  if (!growing) return "no growth under way";
  return same_size ? "a same-size growth under way" : "a doubling under way";
}

std::string Text(const TableState& state) {
  return "B " + std::to_string(state.b) + ", " + GrowthText(state.growing, state.same_size) + ", " +
         std::to_string(state.nevacuate) + " old chains passed";
}

}  // namespace

void CostModel::Restart(const TableState& now) {
  b_ = now.b;
  growing_ = now.growing;
  same_size_ = now.same_size;
  nevacuate_ = now.nevacuate;
  slots_ = now.slots;
  old_slots_ = now.old_slots;
  moved_.assign(growing_ ? std::size_t{1} << (same_size_ ? b_ : b_ - 1) : 0, false);
}

void CostModel::Start(bool doubling, std::uint64_t count) {
  moved_.assign(std::size_t{1} << b_, false);
  old_slots_ = std::exchange(slots_, rule_.SlotsAfter(count, b_, slots_, doubling));
  growing_ = true;
  same_size_ = !doubling;
  if (doubling) ++b_;
  nevacuate_ = 0;
}

void CostModel::Move(std::size_t chain) {
  moved_[chain] = true;
  if (chain != nevacuate_) return;
  ++nevacuate_;
  const std::uint64_t stop = std::min<std::uint64_t>(nevacuate_ + kMostAhead, moved_.size());
  while (nevacuate_ != stop && moved_[nevacuate_]) ++nevacuate_;
  if (nevacuate_ != moved_.size()) return;
  growing_ = false;
  after_same_size_ = same_size_;
  same_size_ = false;
  moved_.clear();
}

void CostModel::MoveForWrite(std::uint64_t hash) {
  Move(hash & (moved_.size() - 1));
  if (growing_) Move(nevacuate_);
}

CostModel::Moves CostModel::Foretell(const TableState& before, std::uint64_t hash,
                                     bool inserts) const {
  Moves moves;
  std::size_t mark = 0;
  std::size_t chains = 0;
  if (growing_) {
    moves.of_old = true;
    moves.doubling = !same_size_;
    moves.slots = slots_;
    mark = nevacuate_;
    chains = moved_.size();
  } else {
    const bool over = rule_.Over(before.count + 1, b_, slots_);
    if (!inserts || (!over && before.noverflow < OverflowLimit(b_))) return moves;
    moves.doubling = over;
    moves.slots = rule_.SlotsAfter(before.count, b_, slots_, over);
    chains = std::size_t{1} << b_;
  }
  const std::size_t own = hash & (chains - 1);
  const auto unmoved = [&](std::size_t n) { return !growing_ || !moved_[n]; };
  if (unmoved(own)) moves.chain[moves.chains++] = own;
  if (mark == own) ++mark;
  while (growing_ && mark < chains && moved_[mark]) ++mark;
  if (mark < chains && mark != own) moves.chain[moves.chains++] = mark;
  return moves;
}

// After the moves of this write the table may have so many overflow buckets that it is rebuilt. Of
// a write that moved more than was foretold nothing is known.
bool CostModel::MayOverflow(const TableState& before, const Write& write, const Done& done) const {
  if (done.started + done.finished > 2) return true;
  const std::uint64_t there = before.growing && done.started == 0 ? before.noverflow : 0;
  return there + write.overflow_by_moves >= OverflowLimit(b_);
}

// A growth to the same size is under way, or was and left other slots.
bool CostModel::LooksRebuilt(const TableState& before, const TableState& after) const {
  if (after.b != b_) return false;
  if (after.growing) return after.same_size;
  return after.slots != slots_ && after.slots == rule_.SlotsAfter(before.count, b_, slots_, false);
}

std::optional<CostFault> CostModel::AfterWrite(const TableState& before, const TableState& after,
                                               const Write& write, Done& done) {
  bool overflow_known = true;  // nothing in this write has changed the count of overflow buckets
  bool doubtful = false;
  for (;;) {
    if (growing_) {
      MoveForWrite(write.hash);
      overflow_known = false;
      if (!growing_) {
        ++done.finished;
        done.finished_same_size = after_same_size_;
      }
    }
    if (!write.inserts || growing_) break;
    const bool over = rule_.Over(before.count + 1, b_, slots_);
    bool start = over;
    if (!over && done.started == 0 && before.noverflow >= OverflowLimit(b_)) {
      start = true;
    } else if (!over && !overflow_known && MayOverflow(before, write, done)) {
      // Moving chains may have made too many overflow buckets. Believe what is seen.
      doubtful = true;
      start = LooksRebuilt(before, after);
    }
    if (!start) break;
    Start(over, before.count);
    ++done.started;
    (over ? done.started_doubling : done.started_same_size) = true;
  }
  const bool replaced = before.array != nullptr && before.array != after.array;
  if (replaced && done.started == 0 && !doubtful) {
    return CostFault{"growth-early", "the bucket array was replaced, and no rule asks for it"};
  }
  return Compare(before, after, done.started);
}

std::optional<CostFault> CostModel::AfterRead(const TableState& before,
                                              const TableState& after) const {
  if (before.array != after.array) {
    return CostFault{"read-grows", "a step that writes nothing replaced the bucket array"};
  }
  return Compare(before, after, 0);
}

std::optional<CostFault> CostModel::Compare(const TableState& before, const TableState& after,
                                            int started) const {
  const auto fault = [&](const char* property, const std::string& text) {
    const TableState wanted{
        .b = b_, .growing = growing_, .same_size = same_size_, .nevacuate = nevacuate_};
    return CostFault{property, text + "\n  map:   " + Text(after) + "\n  model: " + Text(wanted)};
  };
  if (after.growing && growing_ && after.same_size != same_size_) {
    return fault("growth-wrong-size", "the growth is of the other kind");
  }
  if (after.growing && !growing_) {
    return before.growing || started != 0
               ? fault("growth-unfinished", "the growth should have ended")
               : fault("growth-early", "a growth started that no rule asks for");
  }
  if (!after.growing && growing_) {
    return before.growing && after.b == b_
               ? fault("moves-too-many", "the growth ended before its time")
               : fault("growth-late", "a growth is due and has not started");
  }
  if (after.b != b_) {
    return fault(after.b > b_ ? "growth-early" : "growth-late", "the table has another size");
  }
  if (growing_ && after.nevacuate > nevacuate_) {
    return fault("moves-too-many", "more than two old chains moved in one write");
  }
  if (growing_ && after.nevacuate < nevacuate_) {
    return fault("moves-too-few", "an old chain that was due has not moved");
  }
  return std::nullopt;
}

CallBound BoundOf(const WalkedCells& walked) {
  const std::uint64_t operations = static_cast<std::uint64_t>(walked.look_ups + walked.writes);
  // A look-up hashes its key once, whatever it finds. A write hashes its key once and every entry
  // that it moves once; whether a key equals itself may be asked for each of them too.
  return {.hash = operations + walked.moved,
          .equal = walked.own_chains * (operations + static_cast<std::uint64_t>(walked.restarts)) +
                   2 * walked.moved};
}

}  // namespace mapfuzz
