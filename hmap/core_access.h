// Look-up, insert, delete and clear; definitions of `Core` declared in `core.h`.
//
// Go: mapaccess1/2/K, mapassign, mapdelete and mapclear of runtime/map.go, and their variants in
// map_fast32.go, map_fast64.go and map_faststr.go, which differ in how they find a cell and give
// the same table.

#ifndef HMAP_CORE_ACCESS_H_
#define HMAP_CORE_ACCESS_H_

#include <cstring>
#include <string_view>

#include "hmap/core.h"

namespace hmap {

// A key that is not equal to itself gets a fresh random hash each time.
template <class T>
template <class Q>
std::uint64_t Core<T>::HashOf(const Q& key) {
  if constexpr (std::is_same_v<Q, K>) {
    if (!EqualsItself(key)) return parts_.random(Draw::kNanHash);
  }
  return HashWithSeed<K>(parts_.hash, key, hash0_);
}

// The chain to read for this hash: the old one as long as it has not been evacuated.
template <class T>
typename Core<T>::Place Core<T>::ChainFor(std::uint64_t hash) const {
  if (oldbuckets_ != nullptr) {
    const std::size_t n = hash & (OldBuckets() - 1);
    if (!oldbuckets_->IsEvacuated(n)) return HeadOf(*oldbuckets_, n);
  }
  return HeadOf(*buckets_, hash & (buckets_->buckets() - 1));
}

// Nothing can be found. A key that cannot be hashed has to be reported all the same.
template <class T>
template <class Q>
bool Core<T>::HashIfEmpty(const Q& key) {
  if (count_ != 0) return false;
  if constexpr (kHashMightThrow<K>) static_cast<void>(HashOf(key));
  return true;
}

template <class T>
template <class Q>
typename Core<T>::Place Core<T>::Find(const Q& key) {
  BeginRead();
  CheckHeader();
  if (HashIfEmpty(key)) return {};
  CheckNoWriter(kConcurrentReadAndWrite);
  if constexpr (kPath == KeyPath::kFast32 || kPath == KeyPath::kFast64) {
    return FindFastInteger(key);
  } else if constexpr (kPath == KeyPath::kFastString) {
    return FindFastString(key);
  } else {
    return FindGeneric(key);
  }
}

template <class T>
template <class Q>
typename Core<T>::Place Core<T>::FindForIterator(const Q& key) {
  CheckHeader();
  if (count_ == 0) return {};
  return FindGeneric(key);
}

template <class T>
template <class Q>
typename Core<T>::Place Core<T>::FindGeneric(const Q& key) {
  const std::uint64_t hash = HashOf(key);
  const std::uint8_t top = TopHash(hash);
  const Place head = ChainFor(hash);
  const Layout& layout = *head.layout;
  for (Bucket* bucket = head.bucket; bucket != nullptr; bucket = layout.Overflow(bucket)) {
    const std::uint8_t* tophash = layout.Tophash(bucket);
    for (unsigned slot = 0; slot < layout.Slots(); ++slot) {
      if (tophash[slot] == kEmptyRest) return {};
      if (tophash[slot] == top && parts_.equal(layout.KeyAt(bucket, slot), key)) {
        return {bucket, slot, head.layout};
      }
    }
  }
  return {};
}

// Go: mapaccess2_fast32/64. Compares keys, not tophash; does not hash for a single bucket.
template <class T>
template <class Q>
typename Core<T>::Place Core<T>::FindFastInteger(const Q& key) {
  const Place head = IsOneChain() ? HeadOf(*buckets_, 0) : ChainFor(HashOf(key));
  const Layout& layout = *head.layout;
  for (Bucket* bucket = head.bucket; bucket != nullptr; bucket = layout.Overflow(bucket)) {
    const std::uint8_t* tophash = layout.Tophash(bucket);
    for (unsigned slot = 0; slot < layout.Slots(); ++slot) {
      if (!IsEmpty(tophash[slot]) && layout.KeyAt(bucket, slot) == key) {
        return {bucket, slot, head.layout};
      }
    }
  }
  return {};
}

// Go: mapaccess2_faststr.
template <class T>
template <class Q>
typename Core<T>::Place Core<T>::FindFastString(const Q& key) {
  const std::string_view wanted(key);
  if (IsOneChain()) {
    bool decided = true;
    const Place place = FindInOneBucket(wanted, decided);
    if (decided) return place;
  }
  const std::uint64_t hash = HashOf(key);
  const std::uint8_t top = TopHash(hash);
  const Place head = ChainFor(hash);
  const Layout& layout = *head.layout;
  for (Bucket* bucket = head.bucket; bucket != nullptr; bucket = layout.Overflow(bucket)) {
    const std::uint8_t* tophash = layout.Tophash(bucket);
    for (unsigned slot = 0; slot < layout.Slots(); ++slot) {
      if (tophash[slot] == top && std::string_view(layout.KeyAt(bucket, slot)) == wanted) {
        return {bucket, slot, head.layout};
      }
    }
  }
  return {};
}

// The first bucket of a table of one. Short keys are compared outright. Of long ones a single
// candidate with the same length and the same first and last 4 bytes is compared in full; two
// candidates leave it undecided, and the caller hashes.
template <class T>
typename Core<T>::Place Core<T>::FindInOneBucket(std::string_view key, bool& decided) {
  constexpr std::size_t kShort = 32;
  Place cell = HeadOf(*buckets_, 0);
  const unsigned slots = layout().Slots();
  unsigned candidate = slots;
  for (; cell.slot < slots; ++cell.slot) {
    if (cell.tophash() == kEmptyRest) break;
    if (IsEmpty(cell.tophash())) continue;
    const std::string_view stored(cell.key());
    if (stored.size() != key.size()) continue;
    if (stored.data() == key.data()) return cell;
    if (key.size() < kShort) {
      if (stored == key) return cell;
      continue;
    }
    if (std::memcmp(stored.data(), key.data(), 4) != 0) continue;
    if (std::memcmp(stored.data() + key.size() - 4, key.data() + key.size() - 4, 4) != 0) continue;
    if (candidate != slots) {
      decided = false;
      return {};
    }
    candidate = cell.slot;
  }
  if (layout().Overflow(cell.bucket) != nullptr) {
    decided = false;
    return {};
  }
  cell.slot = candidate;
  if (candidate != slots && std::string_view(cell.key()) == key) return cell;
  return {};
}

// A live cell that holds `key`. The fast path for integers does not look at the tophash.
template <class T>
template <class Q>
bool Core<T>::CellHolds(const Place& cell, std::uint8_t tophash, const Q& key) {
  const std::uint8_t here = cell.tophash();
  if constexpr (kPath == KeyPath::kFast32 || kPath == KeyPath::kFast64) {
    return !IsEmpty(here) && cell.key() == key;
  } else if constexpr (kPath == KeyPath::kFastString) {
    return here == tophash && std::string_view(cell.key()) == std::string_view(key);
  } else {
    return here == tophash && parts_.equal(cell.key(), key);
  }
}

// Does the growth work that is due, then finds the cell of `key` or an empty one for it, starting
// a growth or appending an overflow bucket if there is none. Go: the loop of mapassign, but for the
// limit on a chain's length. A growth that is due goes before the limit, because it may make room;
// none is started on the limit's account, because it may make none.
template <class T>
template <class Q>
typename Core<T>::Assignment Core<T>::Locate(const Q& key, std::uint64_t hash, bool limited) {
  const std::uint8_t top = TopHash(hash);
  // A small table's growth ends within one insert. If it is then still a chain of overflow buckets,
  // to rebuild it again would not help, and never end. (With Go's rule this cannot come about.)
  bool rebuilt = false;
  for (;;) {
    const std::size_t n = hash & (buckets_->buckets() - 1);
    if (growing()) GrowWork(n);
    const Place head = HeadOf(*buckets_, n);
    const Layout& layout = *head.layout;
    Assignment insert{{nullptr, 0, head.layout}, false, top};
    Bucket* bucket = head.bucket;
    for (bool more = true; more;) {
      const std::uint8_t* tophash = layout.Tophash(bucket);
      for (unsigned slot = 0; slot < layout.Slots() && more; ++slot) {
        if (IsEmpty(tophash[slot])) {
          if (insert.bucket == nullptr) {
            insert.bucket = bucket;
            insert.slot = slot;
          }
          more = tophash[slot] != kEmptyRest;
        } else if (CellHolds({bucket, slot, head.layout}, top, key)) {
          return {{bucket, slot, head.layout}, true, top};
        }
      }
      if (!more) break;
      Bucket* next = layout.Overflow(bucket);
      if (next == nullptr) break;
      bucket = next;
    }
    if (!growing() && MovesOnWrite()) {
      const bool doubles = IsOver(count_ + 1);
      if (doubles || !rebuilt) {
        StartGrowth(doubles);
        rebuilt = true;
        continue;
      }
    }
    if (insert.bucket == nullptr) {
      if (limited) CheckChainLimit(n);
      insert.bucket = NewOverflow(bucket);
      insert.slot = 0;
    }
    return insert;
  }
}

template <class T>
template <class Q, class Update, class Fill>
typename Core<T>::Place Core<T>::Assign(const Q& key, Update update, Fill fill, bool limited) {
  BeginWrite();
  CheckHeader();
  CheckNoWriter(kConcurrentWrites);
  const std::uint64_t hash = HashOf(key);
  WriteGuard guard(*this);
  if (buckets_ == nullptr) buckets_ = GenerationT::Make(cells_, 0);
  const Assignment assignment = Locate(key, hash, limited);
  const Place place = assignment;
  if (assignment.found) {
    update(place);
  } else {
    fill(place);
    place.tophash() = assignment.tophash;
    ++count_;
  }
  guard.CheckStillHeld();
  return place;
}

// The fast paths do not stop at emptyRest when they look for the key to delete, the generic one
// does.
template <class T>
template <class Q>
typename Core<T>::Place Core<T>::PlaceToErase(Place head, const Q& key, std::uint8_t tophash) {
  for (Place cell = head; cell.bucket != nullptr; cell = cell.After()) {
    if constexpr (kPath == KeyPath::kGeneric) {
      if (cell.tophash() == kEmptyRest) return {};
    }
    if (CellHolds(cell, tophash, key)) return cell;
  }
  return {};
}

template <class T>
template <class Q>
bool Core<T>::Erase(const Q& key) {
  BeginWrite();
  CheckHeader();
  if (HashIfEmpty(key)) return false;
  CheckNoWriter(kConcurrentWrites);
  const std::uint64_t hash = HashOf(key);
  WriteGuard guard(*this);
  const std::size_t n = hash & (buckets_->buckets() - 1);
  if (growing()) GrowWork(n);
  const Place head = HeadOf(*buckets_, n);
  const Place place = PlaceToErase(head, key, TopHash(hash));
  if (place.bucket != nullptr) {
    // A draw may throw, so it comes first.
    const std::uint32_t seed = count_ == 1 ? DrawSeed() : hash0_;
    MarkErased(head.bucket, place);
    cells_.DestroyValue(place.value_slot());
    cells_.DestroyKey(place.key_slot());
    --count_;
    if (count_ == 0) RenewSeed(seed);
  }
  guard.CheckStillHeld();
  return place.bucket != nullptr;
}

// The cell becomes emptyOne. If everything behind it is empty, it and the emptyOne cells directly
// before it, back to the chain's start, become emptyRest. Go: the loop behind "bug 19495".
template <class T>
void Core<T>::MarkErased(Bucket* head, Place place) {
  Bucket* bucket = place.bucket;
  unsigned slot = place.slot;
  layout().Tophash(bucket)[slot] = kEmptyOne;
  if (slot + 1 < layout().Slots()) {
    if (layout().Tophash(bucket)[slot + 1] != kEmptyRest) return;
  } else {
    Bucket* next = layout().Overflow(bucket);
    if (next != nullptr && layout().Tophash(next)[0] != kEmptyRest) return;
  }
  for (;;) {
    layout().Tophash(bucket)[slot] = kEmptyRest;
    if (slot == 0) {
      if (bucket == head) return;
      Bucket* const later = bucket;
      for (bucket = head; layout().Overflow(bucket) != later;) bucket = layout().Overflow(bucket);
      slot = layout().Slots() - 1;
    } else {
      --slot;
    }
    if (layout().Tophash(bucket)[slot] != kEmptyOne) return;
  }
}

// The table is empty: no key depends on the seed. Go: issue 25237.
template <class T>
void Core<T>::RenewSeed(std::uint32_t seed) {
  hash0_ = seed;
  ++epoch_;
}

// The draw may throw, so it comes before anything is changed. Under Go's rule an iterator may still
// walk what was cleared, so it stays where it is.
template <class T>
void Core<T>::Clear() {
  BeginWrite();
  CheckTable();
  if (count_ == 0) return;
  CheckNoWriter(kConcurrentWrites);
  WriteGuard guard(*this);
  const std::uint32_t seed = DrawSeed();
  SetFlags(flags() & ~kSameSizeFlag);
  if (oldbuckets_ != nullptr) {
    if (kContract) oldbuckets_->DestroyContents();
    std::exchange(oldbuckets_, nullptr)->Unref();
  }
  nevacuate_ = 0;
  noverflow_ = 0;
  count_ = 0;
  RenewSeed(seed);
  buckets_->Clear(!kContract && buckets_->IsShared());
  guard.CheckStillHeld();
}

}  // namespace hmap

#endif  // HMAP_CORE_ACCESS_H_
