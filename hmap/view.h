// The table as it lies in memory, read in place: header fields and every chain of both arrays.
//
// A view costs nothing to make and sees the map as it is at each call. It is for tests and tools;
// for a copy that outlives the next write, see `snapshot.h`.

#ifndef HMAP_VIEW_H_
#define HMAP_VIEW_H_

#include <cstddef>
#include <cstdint>

#include "hmap/place.h"
#include "hmap/tophash.h"

namespace hmap {

// One bucket of a chain; false past the end of the chain.
template <class CoreT>
class BucketView {
 public:
  using K = typename CoreT::K;
  using V = typename CoreT::V;
  using Layout = typename CoreT::Layout;

  BucketView(LayoutRef<Layout> layout, Bucket* bucket) : layout_(layout), bucket_(bucket) {}

  explicit operator bool() const { return bucket_ != nullptr; }
  // The same for all buckets of an array.
  unsigned slots() const { return (*layout_).Slots(); }
  std::uint8_t tophash(unsigned slot) const { return (*layout_).Tophash(bucket_)[slot]; }
  // Of a live cell only.
  const K& key(unsigned slot) const { return (*layout_).KeyAt(bucket_, slot); }
  const V& value(unsigned slot) const { return (*layout_).ValueAt(bucket_, slot); }
  BucketView next() const { return {layout_, (*layout_).Overflow(bucket_)}; }
  const void* address() const { return bucket_; }
  // Bytes of a key and of a value.
  std::size_t key_size() const { return (*layout_).key().size; }
  std::size_t value_size() const { return (*layout_).value().size; }

 private:
  [[no_unique_address]] LayoutRef<Layout> layout_;
  Bucket* bucket_;
};

enum class Array : std::uint8_t { kCurrent, kOld };

template <class CoreT>
class TableView {
 public:
  using BucketT = BucketView<CoreT>;

  // Of a null core: the header of an empty map.
  explicit TableView(const CoreT* core) : core_(core) {}

  // Null: the map is nil or moved from.
  const CoreT* core() const { return core_; }

  // Go: the fields of hmap.
  std::size_t count() const { return core_ == nullptr ? 0 : core_->count(); }
  std::uint8_t flags() const { return core_ == nullptr ? 0 : core_->flags(); }
  unsigned b() const { return core_ == nullptr ? 0 : core_->b(); }
  std::uint16_t noverflow() const { return core_ == nullptr ? 0 : core_->noverflow(); }
  std::uint32_t hash0() const { return core_ == nullptr ? 0 : core_->hash0(); }
  std::size_t nevacuate() const { return core_ == nullptr ? 0 : core_->nevacuate(); }
  bool growing() const { return core_ != nullptr && core_->growing(); }
  // Preallocated overflow buckets left; -1 if none are tracked.
  std::int64_t pool_left() const {
    const auto* generation = Generation(Array::kCurrent);
    return generation == nullptr ? -1 : generation->PoolLeft();
  }
  // Buckets of the array and its pool together, and overflow buckets allocated beside them.
  std::size_t allocated_buckets(Array array) const {
    const auto* generation = Generation(array);
    return generation == nullptr ? 0 : generation->total() + generation->heap_overflow();
  }

  std::size_t allocated_bytes(Array array) const {
    const auto* generation = Generation(array);
    return generation == nullptr ? 0 : allocated_buckets(array) * generation->layout().Size();
  }

  // Slots per bucket of an array, 0 if it is not allocated. The two arrays differ if the growth
  // under way changes them.
  unsigned slots(Array array) const {
    const auto* generation = Generation(array);
    return generation == nullptr ? 0 : generation->layout().Slots();
  }
  // 0 for an array that is not allocated.
  std::size_t chains(Array array) const {
    const auto* generation = Generation(array);
    return generation == nullptr ? 0 : generation->buckets();
  }
  BucketT chain(Array array, std::size_t n) const {
    const auto* generation = Generation(array);
    return {LayoutRef<typename CoreT::Layout>(generation->layout()), generation->Chain(n)};
  }

  // Calls f(key, value) for every entry, in the order of the buckets.
  template <class F>
  void ForEachEntry(F f) const {
    for (const Array array : {Array::kCurrent, Array::kOld}) {
      for (std::size_t n = 0; n < chains(array); ++n) {
        for (BucketT bucket = chain(array, n); bucket; bucket = bucket.next()) {
          for (unsigned slot = 0; slot < bucket.slots(); ++slot) {
            if (IsLive(bucket.tophash(slot))) f(bucket.key(slot), bucket.value(slot));
          }
        }
      }
    }
  }

 private:
  const typename CoreT::GenerationT* Generation(Array array) const {
    if (core_ == nullptr) return nullptr;
    return array == Array::kCurrent ? core_->buckets() : core_->oldbuckets();
  }

  const CoreT* core_;
};

}  // namespace hmap

#endif  // HMAP_VIEW_H_
