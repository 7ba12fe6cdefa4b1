// Cost bounds: what a write may do to a growing table, and what it must.
//
// A growth is paid for in small parts. Each write moves the old chain of its own key and the first
// old chain not yet moved, never more; so a growth ends within as many writes as there are old
// chains. A growth starts when an insert would make the table too full or when the chains hold too
// many overflow buckets, and at no other time. `CostModel` keeps its own account of which old
// chains have moved and of the slots per bucket, foretells the header after each write, and
// compares.
//
// Calls of hash and equality are bounded as well: `CallBound`.

#ifndef MAPFUZZ_MODEL_COST_H_
#define MAPFUZZ_MODEL_COST_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "model/growth_rule.h"

namespace mapfuzz {

// A table's header as far as costs depend on it.
struct TableState {
  std::uint64_t count = 0;
  unsigned b = 0;
  unsigned slots = 8;      // per bucket
  unsigned old_slots = 8;  // per bucket of the old array
  std::uint64_t noverflow = 0;
  bool growing = false;
  bool same_size = false;
  std::uint64_t nevacuate = 0;
  const void* array = nullptr;  // tells one bucket array from another; never printed
};

struct CostFault {
  std::string property;  // growth-early, growth-late, growth-wrong-size, moves-too-few, ...
  std::string detail;
};

class CostModel {
 public:
  explicit CostModel(GrowthRule rule) : rule_(rule) {}

  // Takes the account over from a table that was copied, remade, cleared or reserved: `moved(n)`
  // says whether old chain n has been moved.
  template <class F>
  void Adopt(const TableState& now, F moved) {
    Restart(now);
    for (std::size_t n = 0; n < moved_.size(); ++n) {
      if (moved(n)) moved_[n] = true;
    }
  }

  // The chains that the coming write of a key with this hash will move: old ones if the table is
  // growing; if the write starts a growth, chains of the present table. A write that ends a growth
  // and starts the next, or that starts two, moves more.
  struct Moves {
    bool of_old = false;    // chains of the old array
    bool doubling = false;  // their entries are hashed again
    unsigned slots = 8;     // per bucket of the array that they go to
    int chains = 0;
    std::array<std::size_t, 2> chain{};
  };
  Moves Foretell(const TableState& before, std::uint64_t hash, bool inserts) const;

  // The write is done: what did it start, what has it moved?
  struct Done {
    int started = 0;
    int finished = 0;
    bool started_doubling = false;
    bool started_same_size = false;
    bool finished_same_size = false;  // of the last growth finished
  };
  struct Write {
    std::uint64_t hash = 0;
    bool inserts = false;
    // Overflow buckets that the entries of the foretold moves can fill, at most.
    std::uint64_t overflow_by_moves = 0;
  };
  std::optional<CostFault> AfterWrite(const TableState& before, const TableState& after,
                                      const Write& write, Done& done);

  // A step that may not grow or move anything.
  std::optional<CostFault> AfterRead(const TableState& before, const TableState& after) const;

  bool IsMoved(std::size_t old_chain) const { return moved_[old_chain]; }
  std::size_t old_chains() const { return moved_.size(); }
  // Slots per bucket of the current array, or of the old one.
  unsigned slots(bool old) const { return old ? old_slots_ : slots_; }
  // The last growth to end was one to the same size, after which the table may be overfull.
  bool may_be_overfull() const { return after_same_size_; }

  static std::uint64_t OverflowLimit(unsigned b) { return std::uint64_t{1} << (b < 15 ? b : 15); }

 private:
  void Restart(const TableState& now);
  void Start(bool doubling, std::uint64_t count);
  void Move(std::size_t chain);
  void MoveForWrite(std::uint64_t hash);
  bool MayOverflow(const TableState& before, const Write& write, const Done& done) const;
  bool LooksRebuilt(const TableState& before, const TableState& after) const;
  std::optional<CostFault> Compare(const TableState& before, const TableState& after,
                                   int started) const;

  GrowthRule rule_;
  // The account of the table, as foretold.
  unsigned b_ = 0;
  bool growing_ = false;
  bool same_size_ = false;
  bool after_same_size_ = false;
  std::uint64_t nevacuate_ = 0;
  unsigned slots_ = 8;
  unsigned old_slots_ = 8;
  std::vector<bool> moved_;  // by old chain; empty unless growing
};

// The most calls of hasher and equality that an operation may make.
struct CallBound {
  std::uint64_t hash = 0;
  std::uint64_t equal = 0;
};

// What an operation on one key had to walk over.
struct WalkedCells {
  std::uint64_t own_chains = 0;  // cells of the key's chains, old and new
  std::uint64_t moved = 0;       // live cells of the chains that moved
  int look_ups = 0;              // look-ups that the operation is made of
  int writes = 0;                // inserts, updates and deletes
  int restarts = 0;              // growths that the write started
};
CallBound BoundOf(const WalkedCells& walked);

}  // namespace mapfuzz

#endif  // MAPFUZZ_MODEL_COST_H_
