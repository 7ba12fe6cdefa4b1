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
#include <limits>
#include <utility>

#include "hmap/core_access.h"

namespace hmap {

// Appends an empty bucket to the chain that ends in `last`. The count of overflow buckets is exact
// up to B = 15 and random from there on, so that 16 bits hold it. Go: newoverflow, incrnoverflow.
template <class T>
Bucket* Core<T>::NewOverflow(Bucket* last) {
  Bucket* bucket = buckets_->TakeOverflow();
  bool counted = true;
  if (b_ >= 16) {
    const std::uint32_t mask = (std::uint32_t{1} << (b_ - 15)) - 1;
    counted = (parts_.random(Draw::kOverflowCoin) & mask) == 0;
  }
  if (counted) ++noverflow_;
  layout().SetOverflow(last, bucket);
  return bucket;
}

// Go: hashGrow.
template <class T>
void Core<T>::StartGrowth(bool doubles) {
  if (oldbuckets_ != nullptr) Policy::Fatal::Fatal(kOldOverflowIsNotNil);
  GenerationT* const larger = GenerationT::Make(cells_, b_ + (doubles ? 1 : 0));
  int flags = this->flags() & ~(kIteratorFlag | kOldIteratorFlag);
  if ((this->flags() & kIteratorFlag) != 0) flags |= kOldIteratorFlag;
  if (!doubles) flags |= kSameSizeFlag;
  SetFlags(flags);
  oldbuckets_ = std::exchange(buckets_, larger);
  b_ = static_cast<std::uint8_t>(larger->b());
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
  if (kContract && retain) oldbuckets_->MarkRetained(oldbucket, true);
  Destinations to = DestinationsOf(oldbucket);
  Bucket* const head = oldbuckets_->Chain(oldbucket);
  Place at{head, 0};
  try {
    for (; at.bucket != nullptr; at = After(at)) EvacuateCell(at, to, retain);
  } catch (...) {
    PutBack(oldbucket, at, retain);
    throw;
  }
  for (Bucket* bucket = head; bucket != nullptr; bucket = layout().Overflow(bucket)) {
    SealEvacuated(bucket, retain);
  }
  if constexpr (!kContract && (kHoldsPointers<K> || kHoldsPointers<V>)) {
    if ((flags() & kOldIteratorFlag) == 0) WipeFirstBucket(head);
  }
}

// The chains that an old chain's entries go to. Nothing is in them yet: every insert evacuates
// the old chain first.
template <class T>
typename Core<T>::Destinations Core<T>::DestinationsOf(std::size_t oldbucket) {
  Destinations to;
  to[0].bucket = buckets_->Chain(oldbucket);
  if (!same_size_growth()) to[1].bucket = buckets_->Chain(oldbucket + OldBuckets());
  return to;
}

template <class T>
void Core<T>::EvacuateCell(Place from, Destinations& to, bool retain) {
  std::uint8_t& mark = layout().Tophash(from.bucket)[from.slot];
  if (IsEmpty(mark)) return;
  if (!IsLive(mark)) Policy::Fatal::Fatal(kBadMapState);
  std::uint8_t tophash = mark;
  const unsigned half =
      same_size_growth() ? 0 : ChooseHalf(layout().KeyAt(from.bucket, from.slot), tophash);
  Place& next = to[half];
  if (next.slot == kSlots) {
    // One is there already if an earlier attempt was put back.
    Bucket* const more = layout().Overflow(next.bucket);
    next = {more != nullptr ? more : NewOverflow(next.bucket), 0};
  }
  MoveEntry(next, from, retain);
  layout().Tophash(next.bucket)[next.slot++] = tophash;
  mark = static_cast<std::uint8_t>(kEvacuatedX + half);
}

// The chain is all evacuated: its empty cells say so, and what was copied and is not kept goes.
template <class T>
void Core<T>::SealEvacuated(Bucket* bucket, bool retain) {
  for (unsigned slot = 0; slot < kSlots; ++slot) {
    std::uint8_t& mark = layout().Tophash(bucket)[slot];
    if (!IsMoved(mark)) {
      mark = kEvacuatedEmpty;
      continue;
    }
    if constexpr (!kMovesValue) {
      if (!KeepsValue(layout().KeyAt(bucket, slot), retain)) cells_.DestroyValue(bucket, slot);
    }
    if constexpr (!kMovesKey) {
      if (!retain) cells_.DestroyKey(bucket, slot);
    }
  }
}

// Undoes `EvacuateCell` for all cells of the old chain before `end`, in the same order. Overflow
// buckets that were appended to the new chains stay, empty. Throws nothing.
template <class T>
void Core<T>::PutBack(std::size_t oldbucket, Place end, bool retain) {
  Destinations to = DestinationsOf(oldbucket);
  Place at{oldbuckets_->Chain(oldbucket), 0};
  for (; at.bucket != end.bucket || at.slot != end.slot; at = After(at)) {
    std::uint8_t& mark = layout().Tophash(at.bucket)[at.slot];
    if (!IsMoved(mark)) continue;
    const unsigned half = mark - kEvacuatedX;
    Place& next = to[half];
    if (next.slot == kSlots) next = {layout().Overflow(next.bucket), 0};
    mark = std::exchange(layout().Tophash(next.bucket)[next.slot], kEmptyRest);
    MoveEntryBack(next, at, retain);
    // Such a key's tophash may be a new one; iterators and the next attempt go by its lowest bit.
    if (!same_size_growth() && !EqualsItself(layout().KeyAt(at.bucket, at.slot)) &&
        (mark & 1U) != half) {
      mark = mark == kMinTopHash ? kMinTopHash + 1 : mark ^ 1U;
    }
    ++next.slot;
  }
  if (kContract && retain) oldbuckets_->MarkRetained(oldbucket, false);
}

// The chain's next cell.
template <class T>
typename Core<T>::Place Core<T>::After(Place at) const {
  if (at.slot + 1 < kSlots) return {at.bucket, at.slot + 1};
  return {layout().Overflow(at.bucket), 0};
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
  const bool copy_value =
      !kMovesValue || KeepsValue(layout().KeyAt(from.bucket, from.slot), retain);
  if constexpr (kCopiesKeys) {
    if (copy_key) {
      cells_.ConstructKey(to.bucket, to.slot,
                          std::as_const(layout().KeyAt(from.bucket, from.slot)));
    }
  }
  if constexpr (kCopiesValues) {
    if (copy_value) {
      try {
        cells_.ConstructValue(to.bucket, to.slot,
                              std::as_const(layout().ValueAt(from.bucket, from.slot)));
      } catch (...) {
        if (copy_key) cells_.DestroyKey(to.bucket, to.slot);
        throw;
      }
    }
  }
  if constexpr (kMovesValue) {
    if (!copy_value) cells_.RelocateValue(to.bucket, to.slot, from.bucket, from.slot);
  }
  if constexpr (kMovesKey) {
    if (!copy_key) cells_.RelocateKey(to.bucket, to.slot, from.bucket, from.slot);
  }
}

// Undoes `MoveEntry`; `to` and `from` as they were there.
template <class T>
void Core<T>::MoveEntryBack(Place to, Place from, bool retain) {
  const bool copied_value = !kMovesValue || KeepsValue(layout().KeyAt(to.bucket, to.slot), retain);
  if constexpr (kMovesValue) {
    if (!copied_value) cells_.RelocateValue(from.bucket, from.slot, to.bucket, to.slot);
  }
  if (copied_value) cells_.DestroyValue(to.bucket, to.slot);
  const bool copied_key = retain || !kMovesKey;
  if constexpr (kMovesKey) {
    if (!copied_key) cells_.RelocateKey(from.bucket, from.slot, to.bucket, to.slot);
  }
  if (copied_key) cells_.DestroyKey(to.bucket, to.slot);
}

// What Go does to help its collector: keys, values and overflow pointer of the chain's first
// bucket become zero. Iterators that Go's flags know nothing of find zeros there.
template <class T>
void Core<T>::WipeFirstBucket(Bucket* bucket) {
  for (unsigned slot = 0; slot < kSlots; ++slot) {
    if (!IsMoved(layout().Tophash(bucket)[slot])) continue;
    layout().KeyAt(bucket, slot) = K();
    layout().ValueAt(bucket, slot) = V();
  }
  layout().SetOverflow(bucket, nullptr);
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

// Doubles, one whole growth after another, until `entries` fit. Every step is one that inserts
// could have taken, so live iterators go on.
template <class T>
void Core<T>::GrowTo(std::size_t entries) {
  FinishGrowth();
  while (parts_.growth.Over(entries, b_)) {
    StartGrowth(true);
    FinishGrowth();
  }
}

template <class T>
void Core<T>::Reserve(std::size_t entries) {
  if (entries > std::numeric_limits<std::size_t>::max() / layout().Size() / 2) {
    throw LengthError("hmap: reserve: no table can hold so many entries");
  }
  if (!parts_.growth.Over(entries, b_)) return;
  CheckNoWriter(kConcurrentWrites);
  WriteGuard guard(*this);
  if (buckets_ == nullptr) buckets_ = GenerationT::Make(cells_, 0);
  GrowTo(entries);
  guard.CheckStillHeld();
}

}  // namespace hmap

#endif  // HMAP_CORE_GROWTH_H_
