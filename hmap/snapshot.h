// A copy of a whole table, and figures about it.
//
// `TakeSnapshot` copies all header fields and every chain of both arrays, with keys and values;
// `CollectStats` counts what there is. Both O(buckets). For tests, debuggers and drawings.

#ifndef HMAP_SNAPSHOT_H_
#define HMAP_SNAPSHOT_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>
#include <vector>

#include "hmap/opaque.h"
#include "hmap/view.h"

namespace hmap {

// One element per slot.
template <class K, class V>
struct BucketSnapshot {
  std::vector<std::uint8_t> tophash;
  // Of live cells; empty otherwise.
  std::vector<std::optional<K>> keys;
  std::vector<std::optional<V>> values;
};

template <class K, class V>
struct Snapshot {
  using Chain = std::vector<BucketSnapshot<K, V>>;

  std::size_t count = 0;
  std::uint8_t flags = 0;
  unsigned b = 0;
  std::uint16_t noverflow = 0;
  std::uint32_t hash0 = 0;
  std::size_t nevacuate = 0;
  bool growing = false;
  std::int64_t pool_left = -1;
  std::vector<Chain> buckets;
  std::vector<Chain> oldbuckets;
};

// What is kept of a key or a value: a copy of it; of an opaque one, its bytes.
template <class T>
using Copied = std::conditional_t<kOpaque<T>, std::vector<std::byte>, T>;

template <class T>
Copied<T> CopyOf(const T& object, [[maybe_unused]] std::size_t size) {
  if constexpr (kOpaque<T>) {
    const auto* bytes = reinterpret_cast<const std::byte*>(&object);
    return {bytes, bytes + size};
  } else {
    return object;
  }
}

template <class CoreT>
auto TakeSnapshot(const TableView<CoreT>& view) {
  using BucketT = BucketView<CoreT>;
  using K = typename CoreT::K;
  using V = typename CoreT::V;
  Snapshot<Copied<K>, Copied<V>> snapshot{view.count(),
                                          view.flags(),
                                          view.b(),
                                          view.noverflow(),
                                          view.hash0(),
                                          view.nevacuate(),
                                          view.growing(),
                                          view.pool_left(),
                                          {},
                                          {}};
  const auto copy_array = [&view](Array array, auto& chains) {
    chains.resize(view.chains(array));
    for (std::size_t n = 0; n < chains.size(); ++n) {
      for (BucketT bucket = view.chain(array, n); bucket; bucket = bucket.next()) {
        auto& copy = chains[n].emplace_back();
        copy.tophash.resize(bucket.slots());
        copy.keys.resize(bucket.slots());
        copy.values.resize(bucket.slots());
        for (unsigned slot = 0; slot < bucket.slots(); ++slot) {
          copy.tophash[slot] = bucket.tophash(slot);
          if (!IsLive(copy.tophash[slot])) continue;
          copy.keys[slot] = CopyOf(bucket.key(slot), bucket.key_size());
          copy.values[slot] = CopyOf(bucket.value(slot), bucket.value_size());
        }
      }
    }
  };
  copy_array(Array::kCurrent, snapshot.buckets);
  copy_array(Array::kOld, snapshot.oldbuckets);
  return snapshot;
}

struct Stats {
  std::size_t entries = 0;
  std::size_t buckets = 0;          // chains of the current array
  std::size_t old_buckets = 0;      // chains of the old array, evacuated or not
  std::size_t evacuated = 0;        // of these, evacuated
  std::size_t overflow_in_use = 0;  // overflow buckets in chains of the current array
  std::size_t longest_chain = 0;    // in buckets, of the current array
  std::size_t allocated_bytes = 0;  // of all buckets of both arrays
  double entries_per_bucket = 0;    // the load factor
};

template <class CoreT>
Stats CollectStats(const TableView<CoreT>& view) {
  using BucketT = BucketView<CoreT>;
  Stats stats;
  stats.entries = view.count();
  stats.buckets = view.chains(Array::kCurrent);
  stats.old_buckets = view.chains(Array::kOld);
  for (std::size_t n = 0; n < stats.buckets; ++n) {
    std::size_t length = 0;
    for (BucketT bucket = view.chain(Array::kCurrent, n); bucket; bucket = bucket.next()) ++length;
    stats.overflow_in_use += length - 1;
    if (length > stats.longest_chain) stats.longest_chain = length;
  }
  for (std::size_t n = 0; n < stats.old_buckets; ++n) {
    if (IsEvacuatedMark(view.chain(Array::kOld, n).tophash(0))) ++stats.evacuated;
  }
  stats.allocated_bytes = view.allocated_bytes(Array::kCurrent) + view.allocated_bytes(Array::kOld);
  if (stats.buckets != 0) {
    stats.entries_per_bucket =
        static_cast<double>(stats.entries) / static_cast<double>(stats.buckets);
  }
  return stats;
}

}  // namespace hmap

#endif  // HMAP_SNAPSHOT_H_
