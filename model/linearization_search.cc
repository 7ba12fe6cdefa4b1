#include "model/linearization_search.h"

#include <algorithm>
#include <bit>
#include <map>
#include <optional>
#include <utility>

#include "model/configuration_set.h"

namespace mapfuzz {
namespace {

using Kind = HistoryAtom::Kind;

// The states that operations which were let go can bring a key to.
class LooseStates {
 public:
  explicit LooseStates(const HistoryPart& part) : part_(part) {}

  // The given state first. Valid until the next call.
  const std::vector<KeyState>& From(std::size_t key, const KeyState& state) {
    if (part_.loose[key].empty()) {
      alone_.assign(1, state);
      return alone_;
    }
    const auto [entry, fresh] = known_.try_emplace({key, state});
    if (fresh) entry->second = Reach(part_.loose[key], state);
    return entry->second;
  }

 private:
  // Adding any number of times brings a value to any other, near enough.
  static std::optional<KeyState> After(const KeyState& state, const MapRequest& request) {
    if (request.op == MapOp::kAdd) return KeyState::AnyValue();
    KeyAnswer answer;
    if (Compares(request.op)) answer.found = true;
    return Step(state, request, answer);
  }

  static std::vector<KeyState> Reach(const std::vector<MapRequest>& requests,
                                     const KeyState& state) {
    std::vector<KeyState> states{state};
    for (std::size_t next = 0; next != states.size(); ++next) {
      for (const MapRequest& request : requests) {
        const std::optional<KeyState> after = After(states[next], request);
        if (after && std::find(states.begin(), states.end(), *after) == states.end()) {
          states.push_back(*after);
        }
      }
    }
    return states;
  }

  const HistoryPart& part_;
  std::vector<KeyState> alone_;
  std::map<std::pair<std::size_t, KeyState>, std::vector<KeyState>> known_;
};

class Search {
 public:
  Search(const HistoryPart& part, std::uint64_t budget)
      : part_(part),
        budget_(budget),
        bit_words_((part.atoms.size() + 63) / 64),
        now_(bit_words_ + 2 * part.keys.size()),
        known_(now_.size()),
        loose_(part) {
    reads_.reserve(part.atoms.size());
    for (const HistoryAtom& atom : part.atoms) reads_.push_back(atom.OnlyReads());
    stack_.reserve(part.atoms.size());
    Start();
  }

  LinearizationSearch Run() {
    if (GoStraight()) {
      const std::uint64_t entered = stack_.size() + 1;
      return {Linearizability::kLinearizable, Path(), std::min(entered, budget_)};
    }
    Start();
    remembers_ = true;
    known_.Insert(now_);
    const Linearizability verdict = GoBackAndForth();
    if (verdict == Linearizability::kLinearizable) {
      longest_ = Path();
    } else {
      KeepLongest();
    }
    return {verdict, std::move(longest_), std::min<std::uint64_t>(known_.size(), budget_)};
  }

 private:
  // An atom to take, and from which of the states that its key can be brought to.
  struct Choice {
    std::size_t atom = 0;
    std::size_t from = 0;
  };

  struct Frame {
    std::size_t configuration;  // before
    Choice choice;
    bool certain;  // nothing else need be tried
  };

  bool Taken(std::size_t atom) const { return (now_[atom / 64] >> (atom % 64) & 1) != 0; }

  KeyState State(std::size_t key) const {
    const std::size_t at = bit_words_ + 2 * key;
    return {static_cast<KeyState::Kind>(now_[at]), now_[at + 1]};
  }

  void Set(std::vector<std::uint64_t>& configuration, std::size_t key,
           const KeyState& state) const {
    const std::size_t at = bit_words_ + 2 * key;
    configuration[at] = static_cast<std::uint64_t>(state.kind);
    configuration[at + 1] = state.value;
  }

  std::size_t FirstOpen() const {
    std::size_t word = 0;
    while (word != bit_words_ && now_[word] == ~std::uint64_t{0}) ++word;
    if (word == bit_words_) return part_.atoms.size();
    return word * 64 + static_cast<std::size_t>(std::countr_one(now_[word]));
  }

  void Start() {
    stack_.clear();
    std::fill(now_.begin(), now_.end(), 0);
    for (std::size_t key = 0; key != part_.keys.size(); ++key) Set(now_, key, part_.initial[key]);
    missing_ = static_cast<std::size_t>(
        std::count_if(part_.atoms.begin(), part_.atoms.end(),
                      [](const HistoryAtom& atom) { return atom.returned != kNever; }));
  }

  // As far as the first choices lead. To remember where that was is most of the cost, and most
  // parts do without.
  bool GoStraight() {
    while (missing_ != 0) {
      if (stack_.size() >= budget_ || !Advance({})) return false;
    }
    return true;
  }

  Linearizability GoBackAndForth() {
    for (Choice choice; missing_ != 0;) {
      if (known_.size() > budget_) return Linearizability::kUndecided;
      if (Advance(choice)) {
        choice = {};
      } else if (!GoBack(choice)) {
        return Linearizability::kNotLinearizable;
      }
    }
    return Linearizability::kLinearizable;
  }

  // The first atom from this one on that no other must precede; the number of atoms if none is.
  std::size_t NextOpen(std::size_t from) const {
    Moment first_return = kNever;
    for (std::size_t i = FirstOpen(); i < part_.atoms.size(); ++i) {
      const HistoryAtom& atom = part_.atoms[i];
      if (atom.called > first_return) break;
      if (Taken(i)) continue;
      if (i >= from && (!atom.after || Taken(*atom.after))) return i;
      first_return = std::min(first_return, atom.returned);
    }
    return part_.atoms.size();
  }

  // Enters a configuration that has not been entered before.
  bool Advance(const Choice& choice) {
    if (choice.atom == 0 && choice.from == 0) {
      if (const std::optional<std::size_t> read = CertainRead()) return Take({*read, 0}, true);
    }
    Choice next = choice;
    while ((next.atom = NextOpen(next.atom)) != part_.atoms.size()) {
      for (; next.from != Ways(next.atom); ++next.from) {
        if (Fits(next) && Take(next, false)) return true;
      }
      next = {next.atom + 1, 0};
    }
    return false;
  }

  std::optional<std::size_t> CertainRead() {
    const std::size_t end = part_.atoms.size();
    for (std::size_t i = NextOpen(0); i != end; i = NextOpen(i + 1)) {
      if (reads_[i] && Fits({i, 0}) && after_ == now_) return i;
    }
    return std::nullopt;
  }

  std::size_t Ways(std::size_t i) {
    const HistoryAtom& atom = part_.atoms[i];
    return atom.kind == Kind::kKey ? loose_.From(atom.key, State(atom.key)).size() : 1;
  }

  // Whether the atom could happen now. Leaves in `after_` the configuration with the state that
  // follows, the atom not yet taken.
  bool Fits(const Choice& choice) {
    const HistoryAtom& atom = part_.atoms[choice.atom];
    after_ = now_;
    switch (atom.kind) {
      case Kind::kKey: {
        const KeyState from = loose_.From(atom.key, State(atom.key))[choice.from];
        const std::optional<KeyState> after = Step(from, atom.request, atom.answer);
        if (after) Set(after_, atom.key, *after);
        return after.has_value();
      }
      case Kind::kSize:
        return FitsSize(atom.size);
      case Kind::kClear:
        for (std::size_t key = 0; key != part_.keys.size(); ++key) {
          Set(after_, key, KeyState::Absent());
        }
        return true;
      case Kind::kSnapshot:
        return FitsSnapshot(atom.snapshot);
      case Kind::kImpossible:
        return false;
    }
    return false;
  }

  // Which keys were there remains open.
  bool FitsSize(std::uint64_t size) {
    std::uint64_t fewest = 0;
    std::uint64_t most = 0;
    for (std::size_t key = 0; key != part_.keys.size(); ++key) {
      const std::vector<KeyState>& states = loose_.From(key, State(key));
      const auto present = [](const KeyState& state) { return state.present(); };
      fewest += std::all_of(states.begin(), states.end(), present) ? 1 : 0;
      most += std::any_of(states.begin(), states.end(), present) ? 1 : 0;
    }
    return fewest <= size && size <= most;
  }

  bool FitsSnapshot(const std::vector<std::optional<KeyState>>& snapshot) {
    for (std::size_t key = 0; key != part_.keys.size(); ++key) {
      const std::optional<KeyState>& seen = snapshot[key];
      if (!seen) continue;
      const std::vector<KeyState>& states = loose_.From(key, State(key));
      const auto can_be_seen = [&](const KeyState& state) { return state.CanBe(*seen); };
      if (std::none_of(states.begin(), states.end(), can_be_seen)) return false;
      Set(after_, key, *seen);
    }
    return true;
  }

  // Goes on to `after_`, unless that was tried before.
  bool Take(const Choice& choice, bool certain) {
    after_[choice.atom / 64] |= std::uint64_t{1} << (choice.atom % 64);
    const std::size_t before = configuration_;
    if (remembers_) {
      const auto [configuration, fresh] = known_.Insert(after_);
      if (!fresh) return false;
      configuration_ = configuration;
    }
    stack_.push_back({before, choice, certain});
    std::swap(now_, after_);
    missing_ -= part_.atoms[choice.atom].returned != kNever ? 1 : 0;
    return true;
  }

  // Takes back the last choice that has an alternative, which is what to try next.
  bool GoBack(Choice& next) {
    KeepLongest();
    for (bool certain = true; certain;) {
      if (stack_.empty()) return false;
      const Frame& frame = stack_.back();
      configuration_ = frame.configuration;
      missing_ += part_.atoms[frame.choice.atom].returned != kNever ? 1 : 0;
      next = {frame.choice.atom, frame.choice.from + 1};
      certain = frame.certain;
      stack_.pop_back();
    }
    const ConfigurationSet::Row row = known_[configuration_];
    now_.assign(row.begin(), row.end());
    return true;
  }

  std::vector<std::size_t> Path() const {
    std::vector<std::size_t> path;
    path.reserve(stack_.size());
    for (const Frame& frame : stack_) path.push_back(frame.choice.atom);
    return path;
  }

  void KeepLongest() {
    if (stack_.size() > longest_.size()) longest_ = Path();
  }

  const HistoryPart& part_;
  const std::uint64_t budget_;
  const std::size_t bit_words_;
  // A configuration: a bit for each atom that was taken, then kind and value of each key.
  std::vector<std::uint64_t> now_;
  std::vector<std::uint64_t> after_;
  bool remembers_ = false;  // in `known_`, which configurations have been entered
  ConfigurationSet known_;
  std::size_t configuration_ = 0;  // the number of `now_` in `known_`
  LooseStates loose_;
  std::vector<bool> reads_;
  std::size_t missing_ = 0;  // atoms that must have happened and are not taken
  std::vector<Frame> stack_;
  std::vector<std::size_t> longest_;
};

}  // namespace

LinearizationSearch SearchLinearization(const HistoryPart& part, std::uint64_t budget) {
  return Search(part, budget).Run();
}

}  // namespace mapfuzz
