#include "model/iteration.h"

#include <utility>

namespace mapfuzz {
void IterationContract::SetState(int slot, State state) {
  Witness& witness = witnesses_[slot];
  if (witness.state == State::kLive) --live_;
  if (state == State::kLive) ++live_;
  witness.state = state;
}

bool IterationContract::MustSee(int slot, const Cell& cell) const {
  return !MadeSince(slot, cell) && cell.seen[slot] != witnesses_[slot].serial;
}

void IterationContract::OnBegin(int slot, int content, const Model& model,
                                std::uint64_t next_birth) {
  SetState(slot, State::kLive);
  Witness& witness = witnesses_[slot];
  witness.content = content;
  witness.serial = ++last_serial_;
  witness.next_birth = next_birth;
  witness.must_see = model.size();
  witness.produced = 0;
  witness.emptied = false;
}

void IterationContract::Forget(int content, const Cell& cell) {
  for (int slot = 0; slot < kSeenSlots; ++slot) {
    Witness& witness = witnesses_[slot];
    if (witness.state != State::kLive || witness.content != content) continue;
    if (MustSee(slot, cell)) --witness.must_see;
  }
}

void IterationContract::OnClear(int content) {
  for (Witness& witness : witnesses_) {
    if (witness.state == State::kLive && witness.content == content) witness.must_see = 0;
  }
  OnEmptied(content);
}

void IterationContract::OnEmptied(int content) {
  for (Witness& witness : witnesses_) {
    if (witness.state == State::kLive && witness.content == content) witness.emptied = true;
  }
}

void IterationContract::OnMove(int from, int to) {
  OnReplace(to);
  for (Witness& witness : witnesses_) {
    if (witness.state == State::kLive && witness.content == from) witness.content = to;
  }
}

void IterationContract::OnSwap(int a, int b) {
  for (Witness& witness : witnesses_) {
    if (witness.state != State::kLive) continue;
    if (witness.content == a) {
      witness.content = b;
    } else if (witness.content == b) {
      witness.content = a;
    }
  }
}

void IterationContract::OnReplace(int content) {
  for (int slot = 0; slot < kSeenSlots; ++slot) {
    const Witness& witness = witnesses_[slot];
    if (witness.state == State::kLive && witness.content == content) SetState(slot, State::kStale);
  }
}

int IterationContract::LiveOn(int content) const {
  int n = 0;
  for (const Witness& witness : witnesses_) {
    n += witness.state == State::kLive && witness.content == content ? 1 : 0;
  }
  return n;
}

bool IterationContract::Awaited(int content, const Cell& cell) const {
  for (int slot = 0; slot < kSeenSlots; ++slot) {
    const Witness& witness = witnesses_[slot];
    if (witness.state != State::kLive || witness.content != content) continue;
    if (MustSee(slot, cell)) return true;
  }
  return false;
}

// The NaN entry meant by a production: one that the iterator must still see before one that it may.
Cell* IterationContract::FindNan(int slot, Model& model, const Entry& entry, bool seen) const {
  const std::uint32_t serial = witnesses_[slot].serial;
  return model.FindNan(entry,
                       [=](const Cell& cell) { return (cell.seen[slot] == serial) == seen; });
}

std::optional<IterationFault> IterationContract::Ghost(const Entry& entry) const {
  return IterationFault{"ghost-entry",
                        "produced " + EntryText(entry) + ", which the model does not hold"};
}

std::optional<IterationFault> IterationContract::OnEntry(int slot, Model& model,
                                                         const ModelKey& key, const Entry& entry) {
  Witness& witness = witnesses_[slot];
  Cell* cell = key.nan ? FindNan(slot, model, entry, false) : model.Find(key);
  if (cell == nullptr && key.nan) cell = FindNan(slot, model, entry, true);
  if (cell == nullptr) return Ghost(entry);
  if (cell->seen[slot] == witness.serial) {
    return IterationFault{"duplicate-entry", "produced " + EntryText(entry) + " a second time"};
  }
  if (cell->entry.value != entry.value) {
    return IterationFault{"stale-value", "produced " + EntryText(entry) + ", the model holds " +
                                             EntryText(cell->entry)};
  }
  if (cell->entry.key != entry.key) {
    return IterationFault{"stale-key", "produced " + EntryText(entry) + ", the model holds " +
                                           EntryText(cell->entry)};
  }
  if (!MadeSince(slot, *cell)) --witness.must_see;
  cell->seen[slot] = witness.serial;
  ++witness.produced;
  return std::nullopt;
}

std::optional<IterationFault> IterationContract::OnEnd(int slot, const Model& model) {
  const std::uint64_t missed = witnesses_[slot].must_see;
  SetState(slot, State::kNone);
  if (missed == 0) return std::nullopt;
  std::string detail = "ended without " + std::to_string(missed) +
                       " entries that were there from begin to end; the first:";
  int shown = 0;
  model.ForEach([&](const Cell& cell) {
    if (MustSee(slot, cell) && ++shown <= 4) detail += "\n  " + EntryText(cell.entry);
  });
  return IterationFault{"missed-entry", std::move(detail)};
}

}  // namespace mapfuzz
