#include "model/history_parts.h"

#include <algorithm>
#include <utility>

namespace mapfuzz {
namespace {

using Kind = HistoryAtom::Kind;

class Cutter {
 public:
  Cutter(const ConcurrentHistory& history, const Promises& promises, const std::vector<bool>& held)
      : history_(history), promises_(promises), held_(held), keys_(KeysOf(history)) {
    whole_ = NeedsWhole();
    parts_.resize(whole_ ? 1 : keys_.size());
    for (std::size_t key = 0; key != keys_.size(); ++key) {
      HistoryPart& part = PartOf(key);
      part.keys.push_back(keys_[key]);
      part.initial.push_back(Initial(keys_[key]));
    }
    for (HistoryPart& part : parts_) part.loose.resize(part.keys.size());
  }

  std::vector<HistoryPart> Cut() {
    for (const std::size_t op : OpsByCall(history_)) {
      if (held_[op]) {
        Add(op);
      } else {
        LetGo(history_.ops[op].request);
      }
    }
    return std::move(parts_);
  }

 private:
  bool NeedsWhole() const {
    for (std::size_t op = 0; op != history_.ops.size(); ++op) {
      const MapOp code = history_.ops[op].request.op;
      if (!held_[op]) continue;
      if (code == MapOp::kSize && promises_.size == SizePromise::kAtomic) return true;
      if (code == MapOp::kIterate && promises_.iteration == IterationPromise::kAtomic) return true;
    }
    return false;
  }

  HistoryPart& PartOf(std::size_t key) { return parts_[whole_ ? 0 : key]; }
  std::size_t InPart(std::size_t key) const { return whole_ ? key : 0; }
  std::size_t Position(KeyId key) const {
    return static_cast<std::size_t>(std::lower_bound(keys_.begin(), keys_.end(), key) -
                                    keys_.begin());
  }

  KeyState Initial(KeyId key) const {
    for (const Entry& entry : history_.initial) {
      if (entry.key == key) return KeyState::Present(entry.value);
    }
    return KeyState::Absent();
  }

  HistoryAtom AtomOf(std::size_t op, Kind kind) const {
    return {.kind = kind,
            .op = op,
            .called = history_.ops[op].called,
            .returned = history_.ops[op].returned};
  }

  // A read that may have happened says nothing.
  static void Push(HistoryPart& part, HistoryAtom atom) {
    if (atom.returned == kNever && atom.OnlyReads()) return;
    part.atoms.push_back(std::move(atom));
  }

  void Add(std::size_t op) {
    switch (history_.ops[op].request.op) {
      case MapOp::kSize:
        return AddSize(op);
      case MapOp::kClear:
        return AddClear(op);
      case MapOp::kIterate:
        return promises_.iteration == IterationPromise::kAtomic ? AddSnapshot(op)
                                                                : AddIteration(op);
      default:
        return AddKeyAtom(op, history_.ops[op].request, history_.ops[op].answer.key);
    }
  }

  void AddKeyAtom(std::size_t op, const MapRequest& request, const KeyAnswer& answer) {
    const std::size_t key = Position(request.key);
    HistoryAtom atom = AtomOf(op, Kind::kKey);
    atom.key = InPart(key);
    atom.request = request;
    if (atom.returned != kNever) {
      atom.answer = answer;
    } else if (Compares(request.op)) {
      atom.answer.found = true;  // if not, it might as well not have happened
    }
    Push(PartOf(key), std::move(atom));
  }

  void AddSize(std::size_t op) {
    if (promises_.size != SizePromise::kAtomic) return;
    HistoryAtom atom = AtomOf(op, Kind::kSize);
    atom.size = history_.ops[op].answer.size;
    Push(parts_[0], std::move(atom));
  }

  void AddClear(std::size_t op) {
    if (whole_ && promises_.clear == ClearPromise::kAtomic) {
      return Push(parts_[0], AtomOf(op, Kind::kClear));
    }
    for (const KeyId key : keys_) AddKeyAtom(op, {.op = MapOp::kDelete, .key = key}, {});
  }

  void AddSnapshot(std::size_t op) {
    const ConcurrentOp& record = history_.ops[op];
    const bool complete = record.returned != kNever && !record.answer.stopped;
    HistoryAtom atom = AtomOf(op, Kind::kSnapshot);
    atom.snapshot.resize(keys_.size());
    std::vector<int> times(keys_.size());
    for (const Production& production : record.answer.produced) {
      const std::size_t key = Position(production.entry.key);
      atom.snapshot[key] = KeyState::Present(production.entry.value);
      if (++times[key] == 2) atom.kind = Kind::kImpossible;
      if (record.returned == kNever) atom.returned = production.moment;
    }
    for (std::optional<KeyState>& state : atom.snapshot) {
      if (complete && !state) state = KeyState::Absent();
    }
    Push(parts_[0], std::move(atom));
  }

  void AddIteration(std::size_t op) {
    for (std::size_t key = 0; key != keys_.size(); ++key) AddIterationOfKey(op, key);
  }

  // Productions of one key, in their order: between two of them it was absent.
  void AddIterationOfKey(std::size_t op, std::size_t key) {
    const ConcurrentOp& record = history_.ops[op];
    HistoryPart& part = PartOf(key);
    HistoryAtom atom = AtomOf(op, Kind::kKey);
    atom.key = InPart(key);
    int times = 0;
    for (const Production& production : record.answer.produced) {
      if (production.entry.key != keys_[key]) continue;
      atom.returned = std::min(production.moment, record.returned);
      if (++times > 1) {
        if (promises_.iteration == IterationPromise::kPerKey) atom.kind = Kind::kImpossible;
        atom.answer = {.found = false};
        PushLink(part, atom);
      }
      atom.answer = {.found = true, .value = production.entry.value};
      PushLink(part, atom);
    }
    if (times != 0 || record.returned == kNever || record.answer.stopped) return;
    atom.answer = {.found = false};
    Push(part, atom);
  }

  // Makes the next atom one after this.
  static void PushLink(HistoryPart& part, HistoryAtom& atom) {
    const std::size_t before = part.atoms.size();
    Push(part, atom);
    if (part.atoms.size() != before) atom.after = before;
  }

  void LetGo(const MapRequest& request) {
    if (request.op == MapOp::kClear) {
      for (const KeyId key : keys_) LetGo({.op = MapOp::kDelete, .key = key});
    } else if (HasKey(request.op) && request.op != MapOp::kGet) {
      const std::size_t key = Position(request.key);
      std::vector<MapRequest>& loose = PartOf(key).loose[InPart(key)];
      if (std::find(loose.begin(), loose.end(), request) == loose.end()) loose.push_back(request);
    }
  }

  const ConcurrentHistory& history_;
  const Promises& promises_;
  const std::vector<bool>& held_;
  const std::vector<KeyId> keys_;
  bool whole_ = false;
  std::vector<HistoryPart> parts_;
};

}  // namespace

bool HistoryAtom::OnlyReads() const {
  return kind == Kind::kKey ? mapfuzz::OnlyReads(request, answer) : kind != Kind::kClear;
}

std::vector<KeyId> KeysOf(const ConcurrentHistory& history) {
  std::vector<KeyId> keys;
  for (const Entry& entry : history.initial) keys.push_back(entry.key);
  for (const ConcurrentOp& op : history.ops) {
    if (HasKey(op.request.op)) keys.push_back(op.request.key);
    for (const Production& production : op.answer.produced) keys.push_back(production.entry.key);
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

std::vector<HistoryPart> CutIntoParts(const ConcurrentHistory& history, const Promises& promises,
                                      const std::vector<bool>& held) {
  return Cutter(history, promises, held).Cut();
}

HistoryPart WithoutAtom(HistoryPart part, std::size_t position) {
  part.atoms.erase(part.atoms.begin() + static_cast<std::ptrdiff_t>(position));
  for (HistoryAtom& other : part.atoms) {
    if (other.after && *other.after > position) --*other.after;
  }
  return part;
}

HistoryPart WithAtom(HistoryPart part, const HistoryAtom& atom) {
  const auto place =
      std::upper_bound(part.atoms.begin(), part.atoms.end(), atom.called,
                       [](Moment called, const HistoryAtom& next) { return called < next.called; });
  const std::size_t position = static_cast<std::size_t>(place - part.atoms.begin());
  for (HistoryAtom& other : part.atoms) {
    if (other.after && *other.after >= position) ++*other.after;
  }
  part.atoms.insert(part.atoms.begin() + static_cast<std::ptrdiff_t>(position), atom);
  return part;
}

}  // namespace mapfuzz
