// What an operation on a key is about to read and to move, counted before it does.
//
// Growth work moves chains within the write that does it (Go: growWork), so what was in them can
// only be seen ahead. From the table as it is, the key's hash and the account of what has moved,
// an `AccessForecast` tells which chains the operation touches and counts what they hold. It judges
// nothing: `TableOracle` asks it once the operation is done.

#ifndef MAPFUZZ_HARNESS_ACCESS_FORECAST_H_
#define MAPFUZZ_HARNESS_ACCESS_FORECAST_H_

#include <cstddef>
#include <cstdint>
#include <optional>

#include "harness/access.h"
#include "harness/key_space.h"
#include "harness/nan_forecast.h"
#include "harness/no_coverage.h"
#include "harness/structure.h"
#include "harness/subject.h"
#include "model/cost.h"
#include "model/growth_rule.h"

namespace mapfuzz {
MAPFUZZ_NO_COVERAGE_BEGIN

// Whether a key of this hash still belongs to the old array: its old chain has not moved yet.
inline bool IsInOld(const HeaderView& header, const CostModel& cost, std::uint64_t hash) {
  return header.growing && !cost.IsMoved(hash & (cost.old_chains() - 1));
}

// What is in the chains about to move.
struct MovingCells {
  std::size_t live = 0;
  std::size_t nans = 0;      // of these, NaN
  std::size_t nans_up = 0;   // of these, with a tophash that sends them to the upper half
  std::size_t overflow = 0;  // overflow buckets that the live cells can fill at most
};

class AccessForecast {
 public:
  AccessForecast(const KeyHash& key_hash, const GrowthRule& rule, const Draws& draws)
      : key_hash_(key_hash), limits_chains_(rule.chain_limit != 0), draws_(&draws) {}

  // Begins anew, for an operation on the table that `view` shows.
  template <class View>
  void Begin(const View& view, const HeaderView& header, const TableState& state,
             const CostModel& cost, const Access& access);

  // The key's hash under the seed before the operation; a NaN's is the one that it will draw.
  std::uint64_t hash() const { return hash_; }
  // The key's old chain has not moved yet.
  bool in_old() const { return in_old_; }

  // The chains about to move, and what is in them. A read moves none.
  const CostModel::Moves& moves() const { return moves_; }
  const MovingCells& moving() const { return moving_; }
  bool Moves(bool old, std::size_t chain) const {
    for (int i = 0; i < moves_.chains; ++i) {
      if (old == moves_.of_old && chain == moves_.chain[i]) return true;
    }
    return false;
  }

  // Cells of the first of them, which is the key's own chain if that moves.
  std::size_t own_cells() const { return own_cells_; }
  // Cells to read for the key that the value comes from.
  std::size_t source_cells() const { return source_cells_; }
  // Of the key's current chain: `ChainReport::used` before a delete, and the number of its buckets
  // before an insert, if the length of chains is limited.
  std::size_t used_cells() const { return used_cells_; }
  std::size_t buckets() const { return buckets_; }

  // The write is done: which NaN entries are not where they were to move, or not with the tophash
  // they were to have? `inserted`: the write added another.
  template <class View>
  std::optional<Fault> CheckNans(const View& view, const HeaderView& after, bool inserted) {
    if (inserted) nans_.AddInserted(hash_, ChainsOf(after, false));
    return nans_.Check(view, key_hash_.type);
  }

 private:
  void BeginNans(const HeaderView& header, const Access& access) {
    const int own = access.key.nan ? access.nan_hashes + 1 : 0;
    // A growth that this write starts finds no iterator in the new table.
    nans_.Begin({.doubling = moves_.doubling,
                 .iterators = moves_.of_old && (header.flags & kIteratorFlag) != 0,
                 .old_chains = ChainsOf(header, moves_.of_old)},
                draws_->NanHashNumber(own));
  }
  template <class View>
  void ScanMoves(const View& view);
  template <class View>
  static std::size_t BucketsIn(const View& view, bool old, std::size_t n);
  template <class View>
  static std::size_t UsedCellsIn(const View& view, std::size_t n);

  KeyHash key_hash_;
  bool limits_chains_;
  const Draws* draws_;

  std::uint64_t hash_ = 0;
  bool in_old_ = false;
  CostModel::Moves moves_;
  MovingCells moving_;
  NanForecast nans_;
  std::size_t own_cells_ = 0;
  std::size_t source_cells_ = 0;
  std::size_t used_cells_ = 0;
  std::size_t buckets_ = 0;
};

template <class View>
void AccessForecast::Begin(const View& view, const HeaderView& header, const TableState& state,
                           const CostModel& cost, const Access& access) {
  hash_ = access.key.nan ? NanHash(draws_->NanHashNumber(access.nan_hashes))
                         : key_hash_(access.key.id, header.hash0);
  in_old_ = IsInOld(header, cost, hash_);
  moves_ = {};
  moving_ = {};
  own_cells_ = source_cells_ = used_cells_ = buckets_ = 0;
  if (access.alias && !access.source.nan) {
    const std::uint64_t hash = key_hash_(access.source.id, header.hash0);
    const bool old = IsInOld(header, cost, hash);
    source_cells_ = BucketsIn(view, old, hash & (ChainsOf(header, old) - 1)) * SlotsIn(view, old);
  }
  if (!access.writes) return;
  moves_ = cost.Foretell(state, hash_, access.inserts);
  if (moves_.chains != 0) {
    if (key_hash_.type == KeyType::kF64) BeginNans(header, access);
    ScanMoves(view);
  }
  const std::size_t current = hash_ & (ChainsOf(header, false) - 1);
  if (limits_chains_ && access.inserts && state.array != nullptr) {
    buckets_ = BucketsIn(view, false, current);
  }
  if (access.erases && header.noverflow != 0 && !in_old_) used_cells_ = UsedCellsIn(view, current);
}

// Counts what is in the chains about to move.
template <class View>
void AccessForecast::ScanMoves(const View& view) {
  const bool floats = key_hash_.type == KeyType::kF64;
  const unsigned slots = SlotsIn(view, moves_.of_old);
  for (int i = 0; i < moves_.chains; ++i) {
    const std::size_t live_before = moving_.live;
    if (floats) nans_.AddChain(moves_.chain[i]);
    for (auto bucket = view.Chain(moves_.of_old, moves_.chain[i]); bucket; bucket = bucket.Next()) {
      if (i == 0) own_cells_ += slots;
      for (unsigned slot = 0; slot < slots; ++slot) {
        const std::uint8_t top = bucket.Tophash(slot);
        if (top < kLeastLive) continue;
        ++moving_.live;
        if (!floats || !IsNan(key_hash_.type, bucket.At(slot).key)) continue;
        nans_.AddNan(moves_.chain[i], top);
        ++moving_.nans;
        moving_.nans_up += top & 1;
      }
    }
    // Whichever half they go to.
    if (moving_.live != live_before) {
      moving_.overflow += (moving_.live - live_before - 1) / moves_.slots;
    }
  }
}

template <class View>
std::size_t AccessForecast::BucketsIn(const View& view, bool old, std::size_t n) {
  std::size_t buckets = 0;
  for (auto bucket = view.Chain(old, n); bucket; bucket = bucket.Next()) ++buckets;
  return buckets;
}

template <class View>
std::size_t AccessForecast::UsedCellsIn(const View& view, std::size_t n) {
  const unsigned slots = SlotsIn(view, false);
  std::size_t cell = 0;
  std::size_t used = 0;
  for (auto bucket = view.Chain(false, n); bucket; bucket = bucket.Next()) {
    for (unsigned slot = 0; slot < slots; ++slot) {
      ++cell;
      if (bucket.Tophash(slot) != kEmptyRest) used = cell;
    }
  }
  return used;
}

MAPFUZZ_NO_COVERAGE_END
}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_ACCESS_FORECAST_H_
