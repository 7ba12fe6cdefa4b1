// `Runner`: the loop, phases, and operations on one key. Included by `runner.h` only.

#ifndef MAPFUZZ_HARNESS_RUNNER_KEYS_H_
#define MAPFUZZ_HARNESS_RUNNER_KEYS_H_

#include <algorithm>

#include "harness/no_coverage.h"
#include "harness/runner.h"

namespace mapfuzz {
MAPFUZZ_NO_COVERAGE_BEGIN

template <Subject S>
void Runner<S>::RunAll(const Tape& tape) {
  for (std::unique_ptr<Side>& side : stage_->sides) side->table.Adopt(side->map);
  map().table.CheckMade(core_.config().hint, core_);
  for (std::size_t i = 0; i < tape.ops.size() && !core_.over(); ++i) {
    if (core_.wants_states()) TellState();
    core_.BeginOperation(i);
    const HeaderView& header = map().table.header();
    const int doing = !header.growing ? 0 : (header.flags & kSameSizeFlag) != 0 ? 2 : 1;
    ++core_.result().meetings[doing][static_cast<int>(tape.ops[i].code)];
    RunOp(tape.ops[i]);
  }
  if (core_.wants_states()) TellState();
  if (!core_.stopped()) Finish();
}

template <Subject S>
void Runner<S>::RunOp(const Op& op) {
  if (op.code == OpCode::kFault || op.code == OpCode::kTorment) return Arm(op);
  if (op.code == OpCode::kCorrupt) return PlanCorruption(op);
  EndTorment();
  tormenting_ = std::exchange(torment_, std::nullopt);
  switch (op.code) {
    case OpCode::kBegin:
    case OpCode::kNext:
    case OpCode::kDrop:
    case OpCode::kTake:
    case OpCode::kSweep:
      return RunIteratorOp(op);
    case OpCode::kClear:
    case OpCode::kCopy:
    case OpCode::kMove:
    case OpCode::kSwap:
    case OpCode::kSelf:
    case OpCode::kReserve:
    case OpCode::kRemake:
      return Do([&] {
        RunWholeOp(op);
        if (!core_.over() && !StepFailed()) MaybeCheckBuckets(true);
      });
    case OpCode::kWalk:
    case OpCode::kFill:
    case OpCode::kDrain:
    case OpCode::kDrift:
    case OpCode::kChurn:
    case OpCode::kLook:
      return RunPhase(op);
    default:
      return Do([&] { RunKeyOp(op); });
  }
}

template <Subject S>
void Runner<S>::RunKeyOp(const Op& op) {
  const KeyId key = op.key % core_.config().keys;
  const KeyId key2 = op.count % core_.config().keys;
  switch (op.code) {
    case OpCode::kPut:
      return Put(key);
    case OpCode::kGet:
      return Get(key);
    case OpCode::kDel:
      return Del(key);
    case OpCode::kHas:
      return Has(key);
    case OpCode::kTry:
      return Try(key);
    case OpCode::kAdd:
      return Add(key);
    case OpCode::kAlias:
      return Alias(key, key2);
    default:
      return;
  }
}

template <Subject S>
void Runner<S>::RunIteratorOp(const Op& op) {
  const int slot = op.small;
  switch (op.code) {
    case OpCode::kBegin:
      return Do([&] { Begin(slot, op.count, "begin"); });
    case OpCode::kNext:
      return Do([&] { Next(slot, "next"); });
    case OpCode::kDrop:
      return Drop(slot);
    case OpCode::kTake:
      return Take(slot);
    case OpCode::kSweep:
      return Sweep(op.count);
    default:
      return;
  }
}

template <Subject S>
void Runner<S>::RunWholeOp(const Op& op) {
  switch (op.code) {
    case OpCode::kClear:
      return Clear();
    case OpCode::kCopy:
      return Copy();
    case OpCode::kMove:
      return Move();
    case OpCode::kSwap:
      return Swap();
    case OpCode::kSelf:
      return Self();
    case OpCode::kReserve:
      return Reserve(static_cast<std::int32_t>(op.count) + kMinHint);
    case OpCode::kRemake:
      return Remake(static_cast<std::int32_t>(op.count) + kMinHint);
    default:
      return;
  }
}

template <Subject S>
void Runner<S>::RunPhase(const Op& op) {
  const std::uint32_t keys = core_.config().keys;
  const KeyId first = op.key;
  for (std::uint32_t i = 0; i < op.count && !core_.over(); ++i) {
    const KeyId key = (first + i) % keys;
    switch (op.code) {
      case OpCode::kFill:
        Do([&] { Put(key); });
        break;
      case OpCode::kDrain:
        Do([&] { Del(key); });
        break;
      case OpCode::kLook:
        Do([&] { Get(key); });
        break;
      case OpCode::kDrift:
        Do([&] { Put((first + i + op.small) % keys); });
        Do([&] { Del(key); });
        break;
      case OpCode::kChurn: {
        const std::uint64_t random = Mix((std::uint64_t{first} << 32) + i);
        const KeyId one = (first + static_cast<KeyId>(random >> 32) % (op.small + 1U)) % keys;
        const std::uint64_t kind = random % 8;
        Do([&] { kind < 4 ? Put(one) : kind < 7 ? Del(one) : Get(one); });
        break;
      }
      case OpCode::kWalk:
        Do([&] { Next(op.small, "next"); });
        if (!Lives(op.small)) return;
        break;
      default:
        return;
    }
  }
}

// Keys that the map cannot hold are skipped.
template <Subject S>
bool Runner<S>::Admit(KeyId id) {
  if constexpr (!HoldsNan<S>) {
    if (IsNan(core_.config().type, id)) {
      core_.Skip(Fate::kNoNan);
      return false;
    }
  }
  return true;
}

template <Subject S>
Access Runner<S>::ReadAccess(const ModelKey& key) const {
  return {.key = key, .look_ups = 1};
}

template <Subject S>
Access Runner<S>::WriteAccess(const ModelKey& key, const Cell* cell) const {
  const bool inserts = cell == nullptr;
  return {.key = key,
          .writes = true,
          .inserts = inserts,
          .makes = inserts && stage_->sides[kMap]->moved_from};
}

// The model's part of a write to `map`.
template <Subject S>
void Runner<S>::Store(const ModelKey& key, Cell* cell, Value value) {
  Side& side = map();
  if (cell == nullptr) {
    side.model.Insert(key, value, next_birth_++);
    side.moved_from = false;
    core_.SawSize(side.model.size());
    if (contract_.live() != 0) {
      KeyId* const end = erased_ + std::min<std::size_t>(erased_count_, kErasedKept);
      if (std::find(erased_, end, key.canonical) != end) {
        core_.Hit(Milestone::kReinsertUnderIterator);
      }
    }
    return;
  }
  if (side.model.updates_key()) {
    if (cell->entry.key != key.id) core_.Hit(Milestone::kZeroKeyReplaced);
    if (core_.config().type == KeyType::kString) core_.Hit(Milestone::kStringUpdated);
  }
  side.model.Update(*cell, key, value);
}

// The model's part of a delete.
template <Subject S>
void Runner<S>::Erased(Side& side, const ModelKey& key, const Cell& cell) {
  const int content = &side == &map() ? kMap : kSpare;
  if (contract_.live() != 0) {
    erased_[erased_count_++ % kErasedKept] = key.canonical;
    if (contract_.Awaited(content, cell)) core_.Hit(Milestone::kDeleteBeforeSeen);
    contract_.OnErase(content, cell);
  }
  side.model.Erase(key);
  if (side.model.size() == 0) {
    contract_.OnEmptied(content);
    for (int slot = 0; slot < kSeenSlots; ++slot) {
      if (contract_.content(slot) == content) stories_[slot].reseeded = stories_[slot].news = true;
    }
  }
}

// After a step on one key: size, table, and whole checks that are due.
template <Subject S>
void Runner<S>::AfterKey(Side& side, const Access& access, std::uint64_t result) {
  if (access.writes) ++writes_;
  core_.Digest(result);
  core_.Expect("size", side.map.Size(), side.model.size());
  side.table.After(side.map, access, side.model, core_);
  const CostModel::Done& done = side.table.done();
  if (done.started != 0 || done.finished != 0) {
    Grew(side, done);
    MaybeCheckWhole(side, true);
  } else {
    MaybeCheckWhole(side, false);
  }
}

template <Subject S>
void Runner<S>::Put(KeyId id) {
  if (!Admit(id) || !BeginStep("put", id)) return;
  Side& side = map();
  const ModelKey key = core_.KeyOf(id);
  Cell* cell = side.model.Find(key);
  const Access access = WriteAccess(key, cell);
  side.table.Before(side.map, access, core_);
  bool inserted = false;
  if (!Attempt(side, access, [&] { inserted = side.map.Put(id, core_.Written()); })) return;
  if (core_.wants_history()) core_.Line(inserted ? "new" : "updated");
  core_.Expect("inserted", inserted, cell == nullptr);
  Store(key, cell, core_.Written());
  AfterKey(side, access, inserted);
}

template <Subject S>
void Runner<S>::Get(KeyId id) {
  if (!Admit(id) || !BeginStep("get", id)) return;
  Side& side = map();
  const ModelKey key = core_.KeyOf(id);
  const Cell* cell = side.model.Find(key);
  const Access access = ReadAccess(key);
  side.table.Before(side.map, access, core_);
  std::optional<Value> value;
  if (!Attempt(side, access, [&] { value = side.map.Get(id); })) return;
  if (core_.wants_history()) core_.Line(value ? std::to_string(*value) : "none");
  const bool as_modelled = core_.Expect("found", value.has_value(), cell != nullptr);
  if (cell != nullptr && as_modelled) core_.Expect("value", *value, cell->entry.value);
  AfterKey(side, access, value.value_or(0));
}

template <Subject S>
void Runner<S>::Has(KeyId id) {
  if (!Admit(id) || !BeginStep("has", id)) return;
  Side& side = map();
  const ModelKey key = core_.KeyOf(id);
  const Cell* cell = side.model.Find(key);
  const Access access = ReadAccess(key);
  side.table.Before(side.map, access, core_);
  bool found = false;
  if (!Attempt(side, access, [&] { found = side.map.Has(id); })) return;
  if (core_.wants_history()) core_.Line(found ? "yes" : "no");
  core_.Expect("found", found, cell != nullptr);
  AfterKey(side, access, found);
}

template <Subject S>
void Runner<S>::Del(KeyId id) {
  if (!Admit(id) || !BeginStep("del", id)) return;
  Side& side = map();
  const ModelKey key = core_.KeyOf(id);
  Cell* cell = side.model.Find(key);
  Access access{.key = key, .writes = side.model.size() != 0, .erases = cell != nullptr};
  side.table.Before(side.map, access, core_);
  bool erased = false;
  if (!Attempt(side, access, [&] { erased = side.map.Del(id); })) return;
  if (core_.wants_history()) core_.Line(erased ? "erased" : "none");
  core_.Expect("erased", erased, cell != nullptr);
  if (cell != nullptr) Erased(side, key, *cell);
  AfterKey(side, access, erased);
}

template <Subject S>
void Runner<S>::Try(KeyId id) {
  if (!Admit(id) || !BeginStep("try", id)) return;
  Side& side = map();
  const ModelKey key = core_.KeyOf(id);
  Cell* cell = side.model.Find(key);
  Access access = cell == nullptr ? WriteAccess(key, cell) : ReadAccess(key);
  // A table about to move looks the key up first, and then the key is hashed twice.
  access.look_ups = 1;
  access.nan_hashes = side.model.size() != 0 && side.table.MovesOnInsert() ? 1 : 0;
  side.table.Before(side.map, access, core_);
  std::pair<bool, Value> tried;
  if (!Attempt(side, access, [&] { tried = side.map.Try(id, core_.Written()); })) return;
  const auto [inserted, value] = tried;
  if (core_.wants_history()) {
    core_.Line((inserted ? "new " : "kept ") + std::to_string(value));
  }
  core_.Expect("inserted", inserted, cell == nullptr);
  core_.Expect("value", value, cell == nullptr ? core_.Written() : cell->entry.value);
  if (cell == nullptr) Store(key, nullptr, core_.Written());
  AfterKey(side, access, value * 2 + (inserted ? 1 : 0));
}

template <Subject S>
void Runner<S>::Add(KeyId id) {
  if constexpr (!Subscripts<S>) {
    return core_.Skip(Fate::kNoSubscript);
  } else {
    if (!Admit(id) || !BeginStep("add", id)) return;
    Side& side = map();
    const ModelKey key = core_.KeyOf(id);
    Cell* cell = side.model.Find(key);
    const Access access = WriteAccess(key, cell);
    side.table.Before(side.map, access, core_);
    Value before = 0;
    if (!Attempt(side, access, [&] { before = side.map.Add(id, core_.Written()); })) return;
    if (core_.wants_history()) core_.Line(std::to_string(before));
    core_.Expect("value", before, cell == nullptr ? 0 : cell->entry.value);
    Store(key, cell, core_.Written());
    AfterKey(side, access, before);
  }
}

template <Subject S>
void Runner<S>::Alias(KeyId id, KeyId from) {
  if constexpr (!Copies<S>) {
    return core_.Skip(Fate::kNoCopies);
  } else {
    if (!Admit(id) || !Admit(from) || !BeginStep("alias", {id, from})) return;
    Side& side = map();
    const ModelKey source_key = core_.KeyOf(from);
    const Cell* source = side.model.Find(source_key);
    const ModelKey key = source == nullptr ? source_key : core_.KeyOf(id);
    Cell* cell = side.model.Find(key);
    Access access = source == nullptr ? ReadAccess(key) : WriteAccess(key, cell);
    access.look_ups = 1;
    access.alias = source != nullptr;
    access.source = source_key;
    side.table.Before(side.map, access, core_);
    bool done = false;
    if (!Attempt(side, access, [&] { done = side.map.Alias(id, from); })) return;
    if (core_.wants_history()) core_.Line(done ? "done" : "none");
    core_.Expect("found", done, source != nullptr);
    if (source != nullptr) Store(key, cell, source->entry.value);
    AfterKey(side, access, done);
  }
}

MAPFUZZ_NO_COVERAGE_END
}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_RUNNER_KEYS_H_
