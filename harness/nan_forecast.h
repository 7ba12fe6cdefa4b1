// Where the NaN entries of chains about to move will be, and with which tophash.
//
// A NaN has no hash of its own: each time it is hashed the map draws another. The draws of a run
// are the tape's, so they are known ahead, and with them what a doubling does with every NaN (Go:
// the rule for keys that are not reflexive in evacuate): while iterators may be running its half is
// told by its old tophash and it gets the drawn hash's tophash; otherwise the drawn hash tells its
// half and it keeps its tophash. A same-size growth draws nothing and changes nothing.

#ifndef MAPFUZZ_HARNESS_NAN_FORECAST_H_
#define MAPFUZZ_HARNESS_NAN_FORECAST_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "harness/key_space.h"
#include "harness/no_coverage.h"
#include "harness/structure.h"
#include "harness/tape.h"

namespace mapfuzz {
MAPFUZZ_NO_COVERAGE_BEGIN

class NanForecast {
 public:
  struct Growth {
    bool doubling = false;
    bool iterators = false;      // the iterator flag is set while the chains move
    std::size_t old_chains = 0;  // of the table that moves
  };

  // Begins anew. `first_hash`: the number, for `NanHash`, of the hash drawn next when the first
  // chain moves.
  void Begin(const Growth& growth, std::uint64_t first_hash) {
    growth_ = growth;
    next_hash_ = first_hash;
    chains_.clear();
    tops_.clear();
  }
  // A chain that is going to move, and the NaN entries in it, in the order of its cells.
  void AddChain(std::size_t old_chain) {
    chains_.push_back(old_chain);
    if (growth_.doubling) chains_.push_back(old_chain + growth_.old_chains);
  }
  void AddNan(std::size_t old_chain, std::uint8_t tophash);
  // The write inserts a NaN with this hash.
  void AddInserted(std::uint64_t hash, std::size_t chains) {
    tops_.emplace_back(hash & (chains - 1), TophashOf(hash));
  }

  // What is otherwise than foretold. Only chains that moved are looked at.
  template <class View>
  std::optional<Fault> Check(const View& view, KeyType type) const {
    for (const std::size_t n : chains_) {
      std::vector<std::uint8_t> found;
      for (auto bucket = view.Chain(false, n); bucket; bucket = bucket.Next()) {
        for (unsigned slot = 0; slot < SlotsIn(view, false); ++slot) {
          const std::uint8_t top = bucket.Tophash(slot);
          if (top >= kLeastLive && IsNan(type, bucket.At(slot).key)) found.push_back(top);
        }
      }
      if (auto fault = Compare(n, std::move(found))) return fault;
    }
    return std::nullopt;
  }

 private:
  std::optional<Fault> Compare(std::size_t chain, std::vector<std::uint8_t> found) const;

  Growth growth_;
  std::uint64_t next_hash_ = 0;
  std::vector<std::size_t> chains_;                         // of the new table
  std::vector<std::pair<std::size_t, std::uint8_t>> tops_;  // chain and tophash
};

MAPFUZZ_NO_COVERAGE_END
}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_NAN_FORECAST_H_
