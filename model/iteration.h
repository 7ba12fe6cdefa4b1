// The iteration contract: what Go promises to a loop over a map that changes under it.
//
// An entry alive from the loop's begin to its end is produced exactly once. A deleted entry is
// never produced. An entry made meanwhile may be produced, at most once in each of its
// incarnations. What is produced is current: the stored key and the value of this moment. A map may
// promise more: that nothing is produced any more once the content was emptied.
//
// `IterationContract` watches up to `kSeenSlots` iterators at once, in O(1) for each operation and
// live iterator: an entry carries its incarnation's number and, per slot, the serial of the
// iterator that saw it; the contract keeps per iterator how many of the entries that it must see
// it has not seen yet.
//
// An iterator belongs to a content, not to a map: it follows its content through moves and swaps,
// and is stale once the content is gone. Contents are numbered by the caller.

#ifndef MAPFUZZ_MODEL_ITERATION_H_
#define MAPFUZZ_MODEL_ITERATION_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "model/model.h"

namespace mapfuzz {

// A broken promise.
struct IterationFault {
  std::string property;  // missed-entry, duplicate-entry, ghost-entry, stale-value, stale-key
  std::string detail;
};

class IterationContract {
 public:
  enum class State : std::uint8_t {
    kNone,   // not begun, dropped, or at its end
    kLive,   // may be asked for an entry
    kStale,  // its content is gone; it must say so once
  };

  // Events. `content` names a content, `model` is what it holds.
  void OnBegin(int slot, int content, const Model& model, std::uint64_t next_birth);
  void OnDrop(int slot) { SetState(slot, State::kNone); }
  void OnErase(int content, const Cell& cell) {
    if (live_ != 0) Forget(content, cell);
  }
  void OnClear(int content);
  // A clear, or the erase of the last entry: the content holds nothing.
  void OnEmptied(int content);
  // What was `from` is now `to`; what was `to` is gone.
  void OnMove(int from, int to);
  void OnSwap(int a, int b);
  // The content is gone and another has its number.
  void OnReplace(int content);

  State state(int slot) const { return witnesses_[slot].state; }
  int content(int slot) const { return witnesses_[slot].content; }
  // How many iterators are live, and how many of them on this content.
  int live() const { return live_; }
  int LiveOn(int content) const;
  // Whether an iterator lives on this content that has still to see this entry.
  bool Awaited(int content, const Cell& cell) const;
  // Whether the entry was made after the slot's iterator began.
  bool MadeSince(int slot, const Cell& cell) const {
    return cell.birth >= witnesses_[slot].next_birth;
  }
  std::uint64_t produced(int slot) const { return witnesses_[slot].produced; }
  // Whether the content was emptied since the slot's iterator began.
  bool emptied(int slot) const { return witnesses_[slot].emptied; }

  // The slot's iterator produced this entry; `key` is what its key id stands for.
  std::optional<IterationFault> OnEntry(int slot, Model& model, const ModelKey& key,
                                        const Entry& entry);
  // The slot's iterator said that it is at its end.
  std::optional<IterationFault> OnEnd(int slot, const Model& model);

 private:
  struct Witness {
    State state = State::kNone;
    int content = 0;
    std::uint32_t serial = 0;
    std::uint64_t next_birth = 0;  // entries with smaller numbers were there at the begin
    std::uint64_t must_see = 0;    // of these, alive and not yet seen
    std::uint64_t produced = 0;
    bool emptied = false;
  };

  void SetState(int slot, State state);
  void Forget(int content, const Cell& cell);
  bool MustSee(int slot, const Cell& cell) const;
  Cell* FindNan(int slot, Model& model, const Entry& entry, bool seen) const;
  std::optional<IterationFault> Ghost(const Entry& entry) const;

  std::array<Witness, kSeenSlots> witnesses_;
  int live_ = 0;
  std::uint32_t last_serial_ = 0;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_MODEL_ITERATION_H_
