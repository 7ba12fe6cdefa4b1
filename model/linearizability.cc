#include "model/linearizability.h"

#include <algorithm>
#include <utility>

#include "model/clear_moments.h"
#include "model/history_parts.h"
#include "model/order_witness.h"

namespace mapfuzz {
namespace {

bool Writes(MapOp op) { return op != MapOp::kGet && op != MapOp::kSize && op != MapOp::kIterate; }

// Whether nothing that writes overlaps the operation.
bool IsQuiet(const ConcurrentHistory& history, const ConcurrentOp& quiet) {
  return std::none_of(history.ops.begin(), history.ops.end(), [&](const ConcurrentOp& op) {
    return Writes(op.request.op) && op.called < quiet.returned && quiet.called < op.returned;
  });
}

class Check {
 public:
  Check(const ConcurrentHistory& history, const std::vector<bool>& held,
        const LinearizabilityOptions& options)
      : history_(history),
        held_(held),
        options_(options),
        parts_(CutIntoParts(history, options.promises, held)),
        orders_(parts_.size()),
        has_order_(parts_.size()) {}

  LinearizabilityResult Run() {
    for (std::size_t i = 0; i != parts_.size(); ++i) {
      if (!CheckPart(i, parts_.size() - i)) return std::move(result_);
    }
    for (const std::size_t op : OpsByCall(history_)) {
      if (IsBounded(op) && !CheckSize(op)) return std::move(result_);
    }
    if (result_.verdict == Linearizability::kLinearizable && parts_.size() > 1) CheckClears();
    return std::move(result_);
  }

 private:
  // With what is left of the budget, if so many have to share it, but as long as anything is left
  // no less than a search needs that never has to turn back.
  LinearizationSearch SearchPart(const HistoryPart& part, std::uint64_t sharers = 1) {
    const std::uint64_t left = options_.node_budget - std::min(result_.nodes, options_.node_budget);
    const std::uint64_t straight = 2 * part.atoms.size() + 2;
    LinearizationSearch search =
        SearchLinearization(part, left == 0 ? 0 : std::max(left / sharers, straight));
    result_.nodes += search.nodes;
    return search;
  }

  // False if the history is known not to be linearizable.
  bool CheckPart(std::size_t number, std::uint64_t sharers) {
    const HistoryPart& part = parts_[number];
    LinearizationSearch search = SearchPart(part, sharers);
    if (search.verdict == Linearizability::kLinearizable) {
      orders_[number] = std::move(search.order);
      has_order_[number] = true;
      return true;
    }
    result_.verdict = search.verdict;
    if (search.verdict == Linearizability::kUndecided) return true;
    if (part.keys.size() == 1) result_.key = part.keys[0];
    for (const std::size_t atom : search.order) result_.longest.push_back(part.atoms[atom].op);
    return false;
  }

  // Whether the operation is a size that the keys are asked about one by one.
  bool IsBounded(std::size_t op) const {
    const ConcurrentOp& record = history_.ops[op];
    if (!held_[op] || record.request.op != MapOp::kSize || record.returned == kNever) return false;
    if (options_.promises.size == SizePromise::kAtomic) return false;
    return options_.promises.size == SizePromise::kBounded || IsQuiet(history_, record);
  }

  // Whether the key may have been there, or not there, at some moment of the operation.
  Linearizability CanBe(const HistoryPart& part, std::size_t key, std::size_t op, bool there) {
    const HistoryAtom atom = {.op = op,
                              .called = history_.ops[op].called,
                              .returned = history_.ops[op].returned,
                              .key = key,
                              .request = {.op = MapOp::kGet, .key = part.keys[key]},
                              .answer = {.found = there}};
    return SearchPart(WithAtom(part, atom)).verdict;
  }

  // Whether the orders found show that many keys at some moment of the operation.
  bool IsShown(std::size_t op) const {
    std::uint64_t always = 0;  // keys that are in none of them shown not to have been there
    std::uint64_t ever = 0;    // keys that are shown to have been
    for (std::size_t i = 0; i != parts_.size(); ++i) {
      for (std::size_t key = 0; key != parts_[i].keys.size(); ++key) {
        Presence shown;
        if (has_order_[i]) {
          shown = PresenceIn(parts_[i], orders_[i], key, history_.ops[op].called,
                             history_.ops[op].returned);
        }
        always += shown.not_there ? 0 : 1;
        ever += shown.there ? 1 : 0;
      }
    }
    const std::uint64_t size = history_.ops[op].answer.size;
    return always <= size && size <= ever;
  }

  bool CheckSize(std::size_t op) {
    if (IsShown(op)) return true;
    std::uint64_t always = 0;        // keys that were there throughout
    std::uint64_t maybe_always = 0;  // or are not known not to have been
    std::uint64_t ever = 0;          // keys that may have been there
    std::uint64_t maybe_ever = 0;    // or are not known not to have been
    for (const HistoryPart& part : parts_) {
      for (std::size_t key = 0; key != part.keys.size(); ++key) {
        const Linearizability absent = CanBe(part, key, op, false);
        const Linearizability present = CanBe(part, key, op, true);
        always += absent == Linearizability::kNotLinearizable ? 1 : 0;
        maybe_always += absent != Linearizability::kLinearizable ? 1 : 0;
        ever += present == Linearizability::kLinearizable ? 1 : 0;
        maybe_ever += present != Linearizability::kNotLinearizable ? 1 : 0;
      }
    }
    const std::uint64_t size = history_.ops[op].answer.size;
    if (size < always || size > maybe_ever) {
      result_.verdict = Linearizability::kNotLinearizable;
      result_.size = op;
      return false;
    }
    if (size < maybe_always || size > ever) result_.verdict = Linearizability::kUndecided;
    return true;
  }

  // Whether each clear that is promised to delete all keys at one moment has one that suits them
  // all. Every key has some for itself.
  void CheckClears() {
    if (options_.promises.clear != ClearPromise::kAtomic) return;
    if (ShowClearsAtOneMoment(history_, parts_, orders_)) return;
    std::vector<ClearMoments> clears;
    for (const std::size_t op : OpsByCall(history_)) {
      if (!held_[op] || history_.ops[op].request.op != MapOp::kClear) continue;
      ClearMoments moments = MomentsOfClear(history_, op);
      if (moments.moments.size() > 1) clears.push_back(std::move(moments));
    }
    std::vector<HistoryPart> spread;
    for (const HistoryPart& part : parts_) spread.push_back(Spread(part));
    std::vector<OneMoment> placed;
    result_.verdict = PlaceClears(spread, clears, placed);
  }

  // Whether the next clear at this moment, and a clear before it, have been tried the other way
  // round: all clears are alike.
  static bool IsTried(const std::vector<ClearMoments>& clears, const std::vector<OneMoment>& placed,
                      const OneMoment& moment) {
    const auto has = [](const ClearMoments& clear, const OneMoment& wanted) {
      return std::find(clear.moments.begin(), clear.moments.end(), wanted) != clear.moments.end();
    };
    for (std::size_t i = 0; i != placed.size(); ++i) {
      if (moment.called < placed[i].called && has(clears[i], moment) &&
          has(clears[placed.size()], placed[i])) {
        return true;
      }
    }
    return false;
  }

  // `parts` have the first clears where they are `placed`, and each of them allows that.
  Linearizability PlaceClears(const std::vector<HistoryPart>& parts,
                              const std::vector<ClearMoments>& clears,
                              std::vector<OneMoment>& placed) {
    if (placed.size() == clears.size()) return Linearizability::kLinearizable;
    const ClearMoments& next = clears[placed.size()];
    Linearizability verdict = Linearizability::kNotLinearizable;
    for (const OneMoment& moment : next.moments) {
      if (IsTried(clears, placed, moment)) continue;
      std::vector<HistoryPart> with_next;
      Linearizability here = PlaceClear(parts, next.op, moment, with_next);
      if (here == Linearizability::kLinearizable) {
        placed.push_back(moment);
        here = PlaceClears(with_next, clears, placed);
        placed.pop_back();
      }
      if (here == Linearizability::kLinearizable) return here;
      if (here == Linearizability::kUndecided) verdict = here;
    }
    return verdict;
  }

  // Whether each part allows the clear at this moment. Leaves them with it there, unless one does
  // not.
  Linearizability PlaceClear(const std::vector<HistoryPart>& parts, std::size_t op,
                             const OneMoment& moment, std::vector<HistoryPart>& placed) {
    Linearizability verdict = Linearizability::kLinearizable;
    placed.reserve(parts.size());
    for (const HistoryPart& part : parts) {
      placed.push_back(WithClearAt(part, op, moment));
      const Linearizability of_key = SearchPart(placed.back()).verdict;
      if (of_key == Linearizability::kNotLinearizable) return of_key;
      if (of_key == Linearizability::kUndecided) verdict = of_key;
    }
    return verdict;
  }

  const ConcurrentHistory& history_;
  const std::vector<bool>& held_;
  const LinearizabilityOptions& options_;
  const std::vector<HistoryPart> parts_;
  std::vector<AtomOrder> orders_;  // of each part, if one was found
  std::vector<bool> has_order_;
  LinearizabilityResult result_;
};

class Shrink {
 public:
  Shrink(const ConcurrentHistory& history, const LinearizabilityOptions& options)
      : history_(history), options_(options), order_(OpsByCall(history)) {}

  std::optional<MinimalPart> Run() {
    const std::vector<bool> all(history_.ops.size(), true);
    if (!Fails(all)) return std::nullopt;
    std::optional<std::vector<bool>> least;
    for (const HistoryPart& part : CutIntoParts(history_, options_.promises, all)) {
      std::vector<bool> held(all.size());
      for (const HistoryAtom& atom : part.atoms) held[atom.op] = true;
      if (Fails(held)) KeepLesser(least, Lessen(std::move(held)));
    }
    // No part fails: a size does, and all keys may have a share in it.
    if (!least) least = Lessen(all);
    for (const std::size_t op : order_) {
      if ((*least)[op]) result_.ops.push_back(op);
    }
    return std::move(result_);
  }

 private:
  static std::ptrdiff_t Count(const std::vector<bool>& held) {
    return std::count(held.begin(), held.end(), true);
  }

  static void KeepLesser(std::optional<std::vector<bool>>& least, std::vector<bool> held) {
    if (!least || Count(held) < Count(*least)) least = std::move(held);
  }

  bool Fails(const std::vector<bool>& held) {
    LinearizabilityOptions options = options_;
    options.node_budget -= std::min(result_.nodes, options.node_budget);
    const LinearizabilityResult result = CheckHeld(history_, held, options);
    result_.nodes += result.nodes;
    if (result.verdict == Linearizability::kUndecided) result_.minimal = false;
    return result.verdict == Linearizability::kNotLinearizable;
  }

  // Lets go what can be, the last first. What could not be let go before cannot be later, when
  // fewer are held.
  std::vector<bool> Lessen(std::vector<bool> held) {
    for (auto op = order_.rbegin(); op != order_.rend(); ++op) {
      if (!held[*op]) continue;
      held[*op] = false;
      if (!Fails(held)) held[*op] = true;
    }
    return held;
  }

  const ConcurrentHistory& history_;
  const LinearizabilityOptions& options_;
  const std::vector<std::size_t> order_;
  MinimalPart result_;
};

}  // namespace

LinearizabilityResult CheckHeld(const ConcurrentHistory& history, const std::vector<bool>& held,
                                const LinearizabilityOptions& options) {
  return Check(history, held, options).Run();
}

LinearizabilityResult CheckLinearizability(const ConcurrentHistory& history,
                                           const LinearizabilityOptions& options) {
  return CheckHeld(history, std::vector<bool>(history.ops.size(), true), options);
}

std::optional<MinimalPart> FindMinimalPart(const ConcurrentHistory& history,
                                           const LinearizabilityOptions& options) {
  return Shrink(history, options).Run();
}

}  // namespace mapfuzz
