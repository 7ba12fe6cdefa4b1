#include "model/order_witness.h"

#include <algorithm>
#include <optional>

#include "model/sequential_key.h"

namespace mapfuzz {
namespace {

// The state of the key after the atom, which is one of an order.
KeyState After(const HistoryAtom& atom, std::size_t key, const KeyState& before) {
  switch (atom.kind) {
    case HistoryAtom::Kind::kKey:
      if (atom.key != key) return before;
      return Step(before, atom.request, atom.answer).value_or(before);
    case HistoryAtom::Kind::kClear:
      return KeyState::Absent();
    case HistoryAtom::Kind::kSnapshot:
      return atom.snapshot[key].value_or(before);
    case HistoryAtom::Kind::kSize:
    case HistoryAtom::Kind::kImpossible:
      return before;
  }
  return before;
}

// A clear in an order, and the first and last moment that the order has room for it at.
struct PlacedClear {
  std::size_t op = 0;
  Moment first = 0;
  Moment last = kNever;
};

// In their order.
std::vector<PlacedClear> ClearsIn(const ConcurrentHistory& history, const HistoryPart& part,
                                  const AtomOrder& order) {
  const auto is_clear = [&](std::size_t atom) {
    return history.ops[part.atoms[atom].op].request.op == MapOp::kClear;
  };
  std::vector<PlacedClear> clears;
  Moment first = 0;
  for (const std::size_t atom : order) {
    first = std::max(first, part.atoms[atom].called);
    if (is_clear(atom)) clears.push_back({part.atoms[atom].op, first});
  }
  Moment last = kNever;
  auto clear = clears.rbegin();
  for (auto atom = order.rbegin(); atom != order.rend(); ++atom) {
    last = std::min(last, part.atoms[*atom].returned);
    if (is_clear(*atom)) (clear++)->last = last;
  }
  return clears;
}

// Leaves in `room` what both have. False if the clears are not the same, in the same order.
bool Narrow(std::vector<PlacedClear>& room, const std::vector<PlacedClear>& other) {
  if (room.size() != other.size()) return false;
  for (std::size_t i = 0; i != room.size(); ++i) {
    if (room[i].op != other[i].op) return false;
    room[i].first = std::max(room[i].first, other[i].first);
    room[i].last = std::min(room[i].last, other[i].last);
  }
  return true;
}

}  // namespace

Presence PresenceIn(const HistoryPart& part, const AtomOrder& order, std::size_t key, Moment called,
                    Moment returned) {
  if (!part.loose[key].empty()) return {};
  // Who asks comes after all that had returned before, and before all that was called later.
  std::size_t earliest = 0;
  std::size_t latest = order.size();
  for (std::size_t i = 0; i != order.size(); ++i) {
    const HistoryAtom& atom = part.atoms[order[i]];
    if (atom.returned < called) earliest = i + 1;
    if (atom.called > returned && latest == order.size()) latest = i;
  }
  Presence presence;
  KeyState state = part.initial[key];
  for (std::size_t i = 0; i <= latest; ++i) {
    if (i >= earliest) (state.present() ? presence.there : presence.not_there) = true;
    if (i != latest) state = After(part.atoms[order[i]], key, state);
  }
  return presence;
}

bool ShowClearsAtOneMoment(const ConcurrentHistory& history, const std::vector<HistoryPart>& parts,
                           const std::vector<AtomOrder>& orders) {
  if (parts.empty()) return true;
  std::vector<PlacedClear> room = ClearsIn(history, parts[0], orders[0]);
  for (std::size_t i = 1; i != parts.size(); ++i) {
    if (!Narrow(room, ClearsIn(history, parts[i], orders[i]))) return false;
  }
  Moment now = 0;
  for (const PlacedClear& clear : room) {
    now = std::max(now, clear.first);
    if (now > clear.last) return false;
  }
  return true;
}

}  // namespace mapfuzz
