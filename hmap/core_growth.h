// Growth and incremental evacuation; definitions of `Core` declared in `core.h`.
//
// Go: hashGrow, growWork, evacuate, advanceEvacuationMark and newoverflow of runtime/map.go. A
// growth only allocates the new array. From then on every insert, update and delete evacuates the
// old bucket that its key maps to and one more, so that no single write pays for the whole.
//
// An old chain is evacuated as a whole or, if a hasher, an allocator or a copy throws, not at all.
// Go, where nothing of that throws, has no such rule.

#ifndef HMAP_CORE_GROWTH_H_
#define HMAP_CORE_GROWTH_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "hmap/core_access.h"
#include "hmap/ref.h"

namespace hmap {

// Appends an empty bucket to the chain that ends in `last`. The count of overflow buckets is exact
// up to B = 15 and random from there on, so that 16 bits hold it. Go: newoverflow, incrnoverflow.
template <class T>
Bucket* Core<T>::NewOverflow(Bucket* last) {
  Bucket* const bucket = buckets_->Append(last);
  bool counted = true;
  if (b_ >= 16) {
    const std::uint32_t mask = (std::uint32_t{1} << (b_ - 15)) - 1;
    counted = (parts_.random(Draw::kOverflowCoin) & mask) == 0;
  }
  if (counted) ++noverflow_;
  return bucket;
}

// The chain must not get one bucket more than the growth policy's limit. Evacuation does not ask:
// it may lengthen a chain only where the slots per bucket become fewer.
template <class T>
void Core<T>::CheckChainLimit(std::size_t n) const {
  const std::size_t limit = ChainLimitOf(parts_.growth);
  if (limit == 0) return;
  std::size_t length = 0;
  for (Bucket* bucket = buckets_->Chain(n); bucket != nullptr; ++length) {
    bucket = layout().Overflow(bucket);
  }
  if (length >= limit) throw ChainLimit(limit);
}

// The cells of the array that a growth is about to begin.
template <class T>
typename Core<T>::CellsT Core<T>::CellsAfterGrowth(bool doubles) const {
  if constexpr (ChoosesSlots<typename T::Growth>) {
    const GrowthState state{count_, b_, noverflow_, layout().Slots(), doubles};
    return CellsT(layout().WithSlots(parts_.growth.SlotsAfter(state)), parts_.allocator);
  } else {
    return CellsT(layout(), parts_.allocator);
  }
}

// Go: hashGrow.
template <class T>
void Core<T>::StartGrowth(bool doubles) {
  if (oldbuckets_ != nullptr) Policy::Fatal::Fatal(kOldOverflowIsNotNil);
  StartGrowthInto(GenerationT::Make(CellsAfterGrowth(doubles), b_ + (doubles ? 1 : 0)));
}

// Takes over the caller's reference to `next`, which has as many buckets as the table or twice as
// many. Throws nothing.
template <class T>
void Core<T>::StartGrowthInto(GenerationT* next) {
  const bool doubles = next->b() != b_;
  int flags = this->flags() & ~(kIteratorFlag | kOldIteratorFlag);
  if ((this->flags() & kIteratorFlag) != 0) flags |= kOldIteratorFlag;
  if (!doubles) flags |= kSameSizeFlag;
  SetFlags(flags);
  oldbuckets_ = std::exchange(buckets_, next);
  b_ = static_cast<std::uint8_t>(next->b());
  nevacuate_ = 0;
  noverflow_ = 0;
}

// Go: growWork.
template <class T>
void Core<T>::GrowWork(std::size_t bucket) {
  Evacuate(bucket & (OldBuckets() - 1));
  if (growing()) Evacuate(nevacuate_);
}

// Go: evacuate.
template <class T>
void Core<T>::Evacuate(std::size_t oldbucket) {
  if (!oldbuckets_->IsEvacuated(oldbucket)) EvacuateChain(oldbucket);
  if (oldbucket == nevacuate_) AdvanceEvacuationMark();
}

// If anything throws on the way, the entries that went before are put back.
template <class T>
void Core<T>::EvacuateChain(std::size_t oldbucket) {
  // Under Go's rule the old cells keep copies always; under the contract only for iterators.
  const bool retain = !kContract || (kCanRetain && oldbuckets_->IsShared());
  const Place head = HeadOf(*oldbuckets_, oldbucket);
  Destinations to = DestinationsOf(oldbucket);
  if (kContract && retain) oldbuckets_->MarkRetained(oldbucket, true);
  Place at = head;
  try {
    for (; at.bucket != nullptr; at = at.After()) EvacuateCell(at, to, retain);
  } catch (...) {
    PutBack(oldbucket, at, retain);
    throw;
  }
  for (at = head; at.bucket != nullptr; at = at.After()) SealEvacuated(at, retain);
  if constexpr (!kContract && (kHoldsPointers<K> || kHoldsPointers<V>)) {
    if (cells_.HoldsPointers() && (flags() & kOldIteratorFlag) == 0) WipeFirstBucket(head);
  }
}

// The chains that an old chain's entries go to. Nothing is in them yet: every insert evacuates
// the old chain first.
template <class T>
typename Core<T>::Destinations Core<T>::DestinationsOf(std::size_t oldbucket) {
  Destinations to;
  to[0] = HeadOf(*buckets_, oldbucket);
  if (!same_size_growth()) to[1] = HeadOf(*buckets_, oldbucket + OldBuckets());
  return to;
}

template <class T>
void Core<T>::EvacuateCell(Place from, Destinations& to, bool retain) {
  std::uint8_t& mark = from.tophash();
  if (IsEmpty(mark)) return;
  if (!IsLive(mark)) Policy::Fatal::Fatal(kBadMapState);
  std::uint8_t tophash = mark;
  const unsigned half = same_size_growth() ? 0 : ChooseHalf(from.key(), tophash);
  Place& next = to[half];
  if (next.slot == layout().Slots()) {
    // One is there already if an earlier attempt was put back.
    Bucket* const more = layout().Overflow(next.bucket);
    next.bucket = more != nullptr ? more : NewOverflow(next.bucket);
    next.slot = 0;
  }
  MoveEntry(next, from, retain);
  next.tophash() = tophash;
  ++next.slot;
  mark = static_cast<std::uint8_t>(kEvacuatedX + half);
}

// The chain is all evacuated: an empty cell says so, and what was copied and is not kept goes.
template <class T>
void Core<T>::SealEvacuated(Place cell, bool retain) {
  if (!IsMoved(cell.tophash())) {
    cell.tophash() = kEvacuatedEmpty;
    return;
  }
  if constexpr (!kMovesValue) {
    if (!KeepsValue(cell.key(), retain)) cells_.DestroyValue(cell.value_slot());
  }
  if constexpr (!kMovesKey) {
    if (!retain) cells_.DestroyKey(cell.key_slot());
  }
}

// Undoes `EvacuateCell` for all cells of the old chain before `end`, in the same order. Overflow
// buckets that were appended to the new chains stay, empty. Throws nothing.
template <class T>
void Core<T>::PutBack(std::size_t oldbucket, Place end, bool retain) {
  Destinations to = DestinationsOf(oldbucket);
  Place at = HeadOf(*oldbuckets_, oldbucket);
  for (; at.bucket != end.bucket || at.slot != end.slot; at = at.After()) {
    std::uint8_t& mark = at.tophash();
    if (!IsMoved(mark)) continue;
    const unsigned half = mark - kEvacuatedX;
    Place& next = to[half];
    if (next.slot == layout().Slots()) next = {layout().Overflow(next.bucket), 0, next.layout};
    mark = std::exchange(next.tophash(), kEmptyRest);
    MoveEntryBack(next, at, retain);
    // Such a key's tophash may be a new one; iterators and the next attempt go by its lowest bit.
    if (!same_size_growth() && !EqualsItself(at.key()) && (mark & 1U) != half) {
      mark = mark == kMinTopHash ? kMinTopHash + 1 : mark ^ 1U;
    }
    ++next.slot;
  }
  if (kContract && retain) oldbuckets_->MarkRetained(oldbucket, false);
}

// Which half of the doubled table the entry goes to: 0 (X) or 1 (Y). A key that is not equal to
// itself hashes anew each time; while iterators may be running its half is taken from its old
// tophash, so that an iterator can foretell it, and it gets the new hash's tophash, so that such
// keys spread over all buckets in the end.
template <class T>
unsigned Core<T>::ChooseHalf(const K& key, std::uint8_t& tophash) {
  const std::uint64_t hash = HashOf(key);
  if ((flags() & kIteratorFlag) != 0 && !EqualsItself(key)) {
    const unsigned half = tophash & 1;
    tophash = TopHash(hash);
    return half;
  }
  return (hash & OldBuckets()) != 0 ? 1 : 0;
}

// With `retain` the old cell keeps what an iterator that comes by needs: the key, to look it up;
// under Go's rule, or for a key that cannot be looked up, the value as well. What is kept, or
// could throw while it is moved, is copied, and before anything is moved.
template <class T>
void Core<T>::MoveEntry(Place to, Place from, bool retain) {
  const bool copy_key = retain || !kMovesKey;
  const bool copy_value = !kMovesValue || KeepsValue(from.key(), retain);
  if constexpr (kCopiesKeys) {
    if (copy_key) cells_.ConstructKey(to.key_slot(), std::as_const(from.key()));
  }
  if constexpr (kCopiesValues) {
    if (copy_value) {
      try {
        cells_.ConstructValue(to.value_slot(), std::as_const(from.value()));
      } catch (...) {
        if (copy_key) cells_.DestroyKey(to.key_slot());
        throw;
      }
    }
  }
  if constexpr (kMovesValue) {
    if (!copy_value) cells_.RelocateValue(to.value_slot(), from.value_slot());
  }
  if constexpr (kMovesKey) {
    if (!copy_key) cells_.RelocateKey(to.key_slot(), from.key_slot());
  }
}

// Undoes `MoveEntry`; `to` and `from` as they were there.
template <class T>
void Core<T>::MoveEntryBack(Place to, Place from, bool retain) {
  const bool copied_value = !kMovesValue || KeepsValue(to.key(), retain);
  if constexpr (kMovesValue) {
    if (!copied_value) cells_.RelocateValue(from.value_slot(), to.value_slot());
  }
  if (copied_value) cells_.DestroyValue(to.value_slot());
  const bool copied_key = retain || !kMovesKey;
  if constexpr (kMovesKey) {
    if (!copied_key) cells_.RelocateKey(from.key_slot(), to.key_slot());
  }
  if (copied_key) cells_.DestroyKey(to.key_slot());
}

// What Go does to help its collector: keys, values and overflow pointer of the chain's first
// bucket become zero. Iterators that Go's flags know nothing of find zeros there.
template <class T>
void Core<T>::WipeFirstBucket(Place head) {
  for (Place cell = head; cell.bucket == head.bucket; cell = cell.After()) {
    if (!IsMoved(cell.tophash())) continue;
    cells_.ResetKey(cell.key());
    cells_.ResetValue(cell.value());
  }
  oldbuckets_->CutBehind(head.bucket);
}

// Go: advanceEvacuationMark. The look ahead is bounded so that a write stays O(1).
template <class T>
void Core<T>::AdvanceEvacuationMark() {
  constexpr std::size_t kMostAhead = 1024;
  ++nevacuate_;
  const std::size_t stop = std::min(nevacuate_ + kMostAhead, OldBuckets());
  while (nevacuate_ != stop && oldbuckets_->IsEvacuated(nevacuate_)) ++nevacuate_;
  if (nevacuate_ != OldBuckets()) return;
  std::exchange(oldbuckets_, nullptr)->Unref();
  SetFlags(flags() & ~kSameSizeFlag);
}

template <class T>
void Core<T>::FinishGrowth() {
  while (growing()) Evacuate(nevacuate_);
}

// Doubles, one whole growth after another, until `entries` fit, which 2^b buckets do. Every step is
// one that inserts could have taken, so live iterators go on. The last array is made first: if
// there is no memory for it, the table stays as it is, and nothing is used up on the way there.
template <class T>
void Core<T>::GrowTo(std::size_t entries, unsigned b) {
  const hmap::Ref<GenerationT> last(GenerationT::Make(CellsAfterGrowth(true), b));
  last->Unref();  // as it was made with a reference
  FinishGrowth();
  while (IsOver(entries)) {
    // A growth policy may choose other slots on the way than it would have at first.
    const bool arrives =
        b_ + 1U == b && CellsAfterGrowth(true).layout().Slots() == last->layout().Slots();
    if (arrives) {
      last->Ref();
      StartGrowthInto(last.get());
    } else {
      StartGrowth(true);
    }
    FinishGrowth();
  }
}

// A table without an array gets one of that size, as from a hint.
template <class T>
void Core<T>::Reserve(std::size_t entries) {
  BeginWrite();
  CheckHeader();
  const std::uint64_t wanted = std::min<std::uint64_t>(entries, kMaxAllocation);
  const std::optional<unsigned> b =
      LeastB(parts_.growth, wanted, b_, layout().NominalSize(), layout().Slots());
  if (!b.has_value()) throw LengthError("hmap: reserve: no table can hold so many entries");
  if (*b == b_) return;
  CheckNoWriter(kConcurrentWrites);
  WriteGuard guard(*this);
  if (buckets_ == nullptr) {
    buckets_ = GenerationT::Make(cells_, *b);
    b_ = static_cast<std::uint8_t>(*b);
  } else {
    GrowTo(entries, *b);
  }
  guard.CheckStillHeld();
}

}  // namespace hmap

#endif  // HMAP_CORE_GROWTH_H_
