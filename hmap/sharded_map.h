// A map for several threads: shards, each an `hmap::Map` with a reader/writer lock of its own.
//
//   hmap::ShardedMap<std::string, int> visits(64);
//   visits.compute("ann", [](const int* n) { return std::optional(n == nullptr ? 1 : *n + 1); });
//   if (std::optional<int> n = visits.find("ann")) Use(*n);
//
// A key's shard is chosen by bits 48 to 55 of its hash. A table takes a key's bucket from the low
// bits, of which a table of 2^48 bytes does not reach the 48th, and its tophash from bits 56 to
// 63, so that the keys of one shard differ in those as all keys do. Each shard grows on its own,
// under its lock: a write moves at most two old buckets of one shard, and a read moves and writes
// nothing, so that readers of a shard do not meet.

#ifndef HMAP_SHARDED_MAP_H_
#define HMAP_SHARDED_MAP_H_

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "hmap/errors.h"
#include "hmap/growth.h"
#include "hmap/key_traits.h"
#include "hmap/map.h"
#include "hmap/mutex.h"
#include "hmap/policy.h"
#include "hmap/reentry.h"
#include "hmap/tophash.h"

namespace hmap {

// A number of shards that is not a power of two or is too large.
class ShardCountError : public Error {
 public:
  ShardCountError(std::size_t shards, std::size_t most)
      : Error("hmap: a map of " + std::to_string(shards) +
              " shards: the number must be a power of two from 1 to " + std::to_string(most)) {}
};

// Promises under threads. Every function may be called by any thread at any time; only
// construction and destruction must be alone.
//   - `find`, `contains`, `insert_or_assign`, `try_emplace`, `insert`, `erase` and `compute` are
//     linearizable: each takes effect at one moment between its call and its return.
//   - `size` adds up what each shard held at some moment during the call: not necessarily what the
//     map held at any one moment, but exact if nobody inserts or erases meanwhile.
//   - `clear` empties one shard after the other. What was there when it was called is gone when it
//     returns; what others insert meanwhile may stay.
//   - `for_each` sees every shard as it was at one moment. Entries that are there throughout the
//     call come exactly once, those that are never there do not come, and a value that comes was
//     the key's at some moment during the call.
//
// User code. `for_each` calls its function without a lock: it may call the map. All else runs
// under the lock of one shard: the function given to `compute`, hashers, equality, allocators,
// random sources, and constructors, assignments and destructors of keys and values. That code must
// not call the same map; if it does, the call throws ReentryError and does nothing (out of a
// destructor, that ends the program). Hashers, equality and copies of keys and values are called by
// several readers at once, all of them as const.
//
// Errors: as `Map`; what user code throws passes through, and the entry is as it was before.
// Costs: those of `Map`, a second hash of the key, and a lock.
template <class K, class V, class HashT = Hash<K>, class EqualT = std::equal_to<>,
          class AllocatorT = std::allocator<std::pair<const K, V>>, class PolicyT = Strict>
class ShardedMap {
 public:
  using MapT = Map<K, V, HashT, EqualT, AllocatorT, PolicyT>;
  using Parts = typename MapT::Parts;
  using key_type = K;
  using mapped_type = V;

  static constexpr unsigned kFirstShardBit = 48;
  static constexpr unsigned kMostShardBits = 8;
  static constexpr std::size_t kMostShards = std::size_t{1} << kMostShardBits;
  static constexpr std::size_t kDefaultShards = 16;
  static_assert(std::bit_width(kMaxAllocation - 1) <= kFirstShardBit,
                "the numbers of a shard's buckets would reach the bits that choose the shard");
  static_assert(TopHash((std::uint64_t{1} << (kFirstShardBit + kMostShardBits)) - 1) == TopHash(0),
                "a key's tophash would depend on the bits that choose the shard");
  static_assert(HasherOf<const HashT, K>,
                "hmap: a hasher that several threads use at once must have a const operator()");

  // `shards`: a power of two up to kMostShards, else ShardCountError. More of them than threads
  // that write at once make it rare that two want the same one. Every shard gets a copy of `parts`.
  ShardedMap() : ShardedMap(kDefaultShards) {}
  explicit ShardedMap(std::size_t shards, const Parts& parts = {})
      : hash_(parts.hash), shards_(ShardAllocator(parts.allocator)) {
    if (!std::has_single_bit(shards) || shards > kMostShards) {
      throw ShardCountError(shards, kMostShards);
    }
    auto random = parts.random;
    seed_ = static_cast<std::uint32_t>(random(Draw::kHashSeed));
    for (std::size_t n = 0; n < shards; ++n) shards_.emplace_back(parts);
  }
  ShardedMap(const ShardedMap&) = delete;
  ShardedMap& operator=(const ShardedMap&) = delete;

  // A copy of the key's value, if there is one.
  std::optional<V> find(const K& key) const {
    return Reading("find", key, [&key](const MapT& map) -> std::optional<V> {
      const V* const value = Look(map, key);
      if (value == nullptr) return std::nullopt;
      return *value;
    });
  }
  bool contains(const K& key) const {
    return Reading("contains", key, [&key](const MapT& map) { return Look(map, key) != nullptr; });
  }

  // Inserts or overwrites; whether it was inserted.
  bool insert_or_assign(const K& key, V value) {
    return Writing("insert_or_assign", key,
                   [&](MapT& map) { return map.insert_or_assign(key, std::move(value)).second; });
  }
  // Inserts a value made of `args` if the key is absent; whether it was. What is not used of
  // `args` is left as it is.
  template <class... Args>
  bool try_emplace(const K& key, Args&&... args) {
    return Writing("try_emplace", key, [&](MapT& map) {
      return map.try_emplace(key, std::forward<Args>(args)...).second;
    });
  }
  bool insert(const K& key, V value) { return try_emplace(key, std::move(value)); }

  // Whether there was something to erase.
  bool erase(const K& key) {
    return Writing("erase", key, [&key](MapT& map) { return map.erase(key) != 0; });
  }

  // Replaces a value by one made from it, in one step: calls update(present) with the address of
  // the value, or null, and stores what it returns; nothing returned means that the key shall be
  // absent. Returns that too. The address holds during the call only. If `update` throws, the map
  // is as before.
  template <class F>
    requires std::is_invocable_r_v<std::optional<V>, F&, const V*>
  std::optional<V> compute(const K& key, F update) {
    return Writing("compute", key, [&](MapT& map) {
      V* const present = map.find(key);
      std::optional<V> next = update(static_cast<const V*>(present));
      if (next.has_value()) {
        Put(map, key, present, *next);
      } else if (present != nullptr) {
        map.erase(key);
      }
      return next;
    });
  }

  std::size_t size() const {
    const ReentryGuard guard(this, "size");
    std::size_t size = 0;
    for (const Shard& shard : shards_) {
      const ReaderLock lock(shard.mutex);
      size += shard.map.size();
    }
    return size;
  }
  bool empty() const { return size() == 0; }

  // Keeps the shards' buckets.
  void clear() {
    const ReentryGuard guard(this, "clear");
    for (Shard& shard : shards_) {
      const WriterLock lock(shard.mutex);
      shard.map.clear();
    }
  }

  // Calls visit(key, value) for copies of all entries, in no particular order. Copies a shard at a
  // time: it needs room for one shard's entries.
  template <std::invocable<const K&, const V&> F>
  void for_each(F visit) const {
    for (const Shard& shard : shards_) {
      const std::vector<std::pair<K, V>> entries = CopyOf(shard);
      for (const auto& [key, value] : entries) visit(key, value);
    }
  }

  std::size_t shard_count() const { return shards_.size(); }
  // The number of the key's shard.
  std::size_t shard_of(const K& key) const {
    const std::uint64_t hash = HashWithSeed<K>(hash_, key, seed_);
    return static_cast<std::size_t>(hash >> kFirstShardBit) & (shards_.size() - 1);
  }
  // Calls look(const MapT&) for shard n under its lock; for tests and tools.
  template <class F>
  void inspect(std::size_t n, F look) const {
    const ReentryGuard guard(this, "inspect");
    const Shard& shard = shards_[n];
    const ReaderLock lock(shard.mutex);
    look(shard.map);
  }
  // What guards shard n; for tools that tell who waits for it.
  const SharedMutex& mutex_of(std::size_t n) const { return shards_[n].mutex; }

 private:
  // A cache line each, so that the locks of two do not meet in one.
  struct alignas(64) Shard {
    explicit Shard(const Parts& parts) : map(0, parts) {}

    mutable SharedMutex mutex;
    MapT map HMAP_GUARDED_BY(mutex);
  };
  using ShardAllocator = typename std::allocator_traits<AllocatorT>::template rebind_alloc<Shard>;

  // A key that is not equal to itself is never found; and to look for one would draw from the
  // shard's random source, which readers share.
  static const V* Look(const MapT& map, const K& key) {
    return MapT::CoreT::EqualsItself(key) ? map.find(key) : nullptr;
  }

  static void Put(MapT& map, const K& key, V* present, const V& value) {
    if (present != nullptr) {
      *present = V(value);  // a copy that throws half-way must not be this one
    } else {
      map.try_emplace(key, value);
    }
  }

  template <class F>
  auto Reading(const char* operation, const K& key, F read) const {
    const ReentryGuard guard(this, operation);
    const Shard& shard = shards_[shard_of(key)];
    const ReaderLock lock(shard.mutex);
    return read(shard.map);
  }
  template <class F>
  auto Writing(const char* operation, const K& key, F write) {
    const ReentryGuard guard(this, operation);
    Shard& shard = shards_[shard_of(key)];
    const WriterLock lock(shard.mutex);
    return write(shard.map);
  }

  // Reads the table itself: an iterator would draw from its random source and mark it.
  std::vector<std::pair<K, V>> CopyOf(const Shard& shard) const {
    const ReentryGuard guard(this, "for_each");
    const ReaderLock lock(shard.mutex);
    std::vector<std::pair<K, V>> entries;
    entries.reserve(shard.map.size());
    shard.map.view().ForEachEntry(
        [&entries](const K& key, const V& value) { entries.emplace_back(key, value); });
    return entries;
  }

  HashT hash_;
  std::uint32_t seed_ = 0;
  std::deque<Shard, ShardAllocator> shards_;
};

}  // namespace hmap

#endif  // HMAP_SHARDED_MAP_H_
