// A hash map with the semantics of Go's built-in one.
//
//   hmap::Map<std::string, int> ages;
//   ages["ann"] = 41;
//   for (auto [name, age] : ages) {         // references, in a pair that is made for the occasion
//     if (age > 40) ages.erase(name);       // allowed: iterators are live
//   }
//   if (int* age = ages.find("ann")) ++*age;  // the value's address, or null
//
// Hasher, equality, allocator and policy are template parameters. Objects of them are given to the
// constructor by name, in the order of `Parts`; what is left out is made by default:
//
//   struct PointHash {
//     std::uint64_t salt = 0;
//     std::uint64_t operator()(const Point& p, std::uint32_t seed) const;
//   };
//   using Points = hmap::Map<Point, int, PointHash, std::equal_to<>,
//                            std::pmr::polymorphic_allocator<std::byte>>;
//   Points a(0, {.hash = {.salt = 7}, .allocator = &resource});
//   Points b(&resource);
//
// A hasher takes the map's seed, unless it is one like std::hash, whose result is mixed with it. If
// hasher and equality both have `is_transparent`, keys are found by whatever the two take.
//
// Allocators go with copies, assignments and moves as those of standard containers do: they need
// not be assignable, and a move assignment between unequal ones that do not propagate moves the
// entries one by one. In a swap they go with the entries. They serve the table; what a key or a
// value allocates on its own is its own affair.
//
// It grows incrementally: an insert or erase moves at most two old buckets, so no single operation
// pays for a whole rehash. Iteration order is random, and goes on through any change of the map:
//   - an entry that is there from begin to end is produced exactly once;
//   - an erased entry that was not produced yet is not produced;
//   - an entry inserted meanwhile may be produced or not, once at most each time it is inserted;
//   - once a clear or an erase has left nothing, the iterations under way are over.
// References and pointers to keys and values hold until the next insert, erase, reserve or clear.
//
// Costs: look-up, insert and erase O(1) expected, and O(1) worst case in the number of buckets
// moved; an iteration O(buckets + entries), plus a look-up for every entry moved since it began;
// clear O(buckets). A map never shrinks.
//
// Threads: any number may read and iterate at once; a writer must be alone. Misuse is detected as
// far as a flag can (Go's fatal errors), through the policy's fatal handler.
//
// Errors: what hasher, equality, allocator and the keys' and values' own functions throw passes
// through; no entry is then lost, and none is added. (An old chain that is half moved when
// something throws is put back. Keys and values that cannot be copied must therefore move without
// throwing.) A growth that cannot allocate does not start, and the map goes on at its present size.
// A copy, clear, reserve or assignment that throws leaves the entries of all maps as they were. An
// iterator whose advance threw stands where it stood and may be advanced again, unless its map is
// gone.

#ifndef HMAP_MAP_H_
#define HMAP_MAP_H_

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <type_traits>
#include <utility>

#include "hmap/core.h"
#include "hmap/handle.h"
#include "hmap/key_traits.h"
#include "hmap/policy.h"

namespace hmap {

template <class K, class V, class HashT = Hash<K>, class EqualT = std::equal_to<>,
          class AllocatorT = std::allocator<std::pair<const K, V>>, class PolicyT = Strict>
class Map : public Handle<MapTypes<K, V, HashT, EqualT, AllocatorT, PolicyT>> {
  using Base = Handle<MapTypes<K, V, HashT, EqualT, AllocatorT, PolicyT>>;

 public:
  using typename Base::CoreT;
  using typename Base::Parts;
  using key_type = K;
  using mapped_type = V;
  using value_type = std::pair<const K, V>;

  // An empty map with room for `hint` entries. One that is negative or that no allocation could
  // meet (see `InitialB`) counts as 0; unsigned numbers that no std::int64_t holds become negative.
  // Go: make(map[K]V, hint).
  Map() : Map(0) {}
  explicit Map(std::int64_t hint, const Parts& parts = {}) : Base(hint, parts) {}
  explicit Map(const AllocatorT& allocator) : Map(0, allocator) {}
  Map(std::int64_t hint, const AllocatorT& allocator) : Base(hint, Parts{.allocator = allocator}) {}
  // Of entries with equal keys the first stays.
  Map(std::initializer_list<value_type> entries, const Parts& parts = {})
      : Map(static_cast<std::int64_t>(entries.size()), parts) {
    for (const value_type& entry : entries) insert(entry);
  }
  Map(std::initializer_list<value_type> entries, const AllocatorT& allocator)
      : Map(entries, Parts{.allocator = allocator}) {}
  // Copies, or moves, to memory of `allocator`.
  Map(const Map& other, const AllocatorT& allocator) : Base(other, allocator) {}
  Map(Map&& other, const AllocatorT& allocator) : Base(std::move(other), allocator) {}
  // A map that is nil: it reads as empty, and the first insert throws NilMapError.
  // Go: var m map[K]V.
  static Map Nil(const Parts& parts = {}) { return Map(parts); }

  // Iterators follow the entries, and so do the allocators, even if they do not say so.
  void swap(Map& other) noexcept { Base::swap(other); }
  friend void swap(Map& a, Map& b) noexcept { a.swap(b); }

  // The value of `key`, or null. Never moves anything. Strings are also found by anything that
  // a string_view can be made of. Go: v, ok := m[key].
  V* find(const K& key) { return Value(Find(key)); }
  const V* find(const K& key) const { return Value(Find(key)); }
  bool contains(const K& key) const { return Find(key).bucket != nullptr; }
  template <LookupKey<K, HashT, EqualT> Q>
  V* find(const Q& key) {
    return Value(Find(key));
  }
  template <LookupKey<K, HashT, EqualT> Q>
  const V* find(const Q& key) const {
    return Value(Find(key));
  }
  template <LookupKey<K, HashT, EqualT> Q>
  bool contains(const Q& key) const {
    return Find(key).bucket != nullptr;
  }

  // Inserts or overwrites; the value's place, and whether it was inserted. An update also
  // replaces the key where equal keys can differ (floats, strings). Arguments may refer into the
  // map. Go: m[key] = value.
  template <class M = V>
  std::pair<V*, bool> insert_or_assign(const K& key, M&& value) {
    return Store(key, V(std::forward<M>(value)));
  }
  template <class M = V>
  std::pair<V*, bool> insert_or_assign(K&& key, M&& value) {
    return Store(std::move(key), V(std::forward<M>(value)));
  }

  // Inserts a value made of `args` if the key is absent; else changes nothing.
  template <class... Args>
  std::pair<V*, bool> try_emplace(const K& key, Args&&... args) {
    return Emplace(key, std::forward<Args>(args)...);
  }
  template <class... Args>
  std::pair<V*, bool> try_emplace(K&& key, Args&&... args) {
    return Emplace(std::move(key), std::forward<Args>(args)...);
  }
  std::pair<V*, bool> insert(const value_type& entry) {
    return try_emplace(entry.first, entry.second);
  }
  std::pair<V*, bool> insert(value_type&& entry) {
    return try_emplace(entry.first, std::move(entry.second));
  }

  // The value of `key`, which is inserted with a default value if absent; replaces the key as
  // `insert_or_assign` does. Go: m[key] op= ...
  V& operator[](const K& key) { return Access(key); }
  V& operator[](K&& key) { return Access(std::move(key)); }

  // Removes `key`; how many entries that were. Keys not equal to themselves cannot be erased.
  // `key` may refer into the map if it can be copied. Go: delete(m, key).
  std::size_t erase(const K& key) { return Erase(key); }
  template <LookupKey<K, HashT, EqualT> Q>
  std::size_t erase(const Q& key) {
    return Erase(key);
  }

 private:
  using Base::CheckHashable;
  using Base::core;
  using Base::Find;
  using Base::Value;
  using Base::Writable;
  using typename Base::Place;

  explicit Map(const Parts& parts) : Base(parts) {}

  // Calls f with a key that stays where it is while the table moves its entries: `key` itself,
  // or, if it might refer into the table, a copy.
  template <class Key, class F>
  auto WithStableKey(Key&& key, F f) {
    if constexpr (std::is_lvalue_reference_v<Key> && std::is_constructible_v<K, const Key&>) {
      if (std::is_trivially_copyable_v<K> || core()->MovesOnWrite()) return f(K(key));
    }
    return f(std::forward<Key>(key));
  }

  template <class Q>
  std::size_t Erase(const Q& key) {
    if (core() == nullptr) {
      CheckHashable(key);
      return 0;
    }
    return WithStableKey(key,
                         [this](const auto& stable) { return core()->Erase(stable) ? 1U : 0U; });
  }

  // `value` is a temporary of ours and refers to nothing in the table.
  template <class Key>
  std::pair<V*, bool> Store(Key&& key, V value) {
    Writable();
    return WithStableKey(std::forward<Key>(key), [&](auto&& stable) {
      return Assign<false>(
          std::forward<decltype(stable)>(stable), [&](V& present) { present = std::move(value); },
          std::move(value));
    });
  }

  // Arguments may refer to what a growth is about to move, so the value is then made first. A call
  // that finds its key counts as a write all the same.
  template <class Key, class... Args>
  std::pair<V*, bool> Emplace(Key&& key, Args&&... args) {
    Writable()->BeginWrite();
    if (V* present = core()->MovesOnWrite() ? find(key) : nullptr) return {present, false};
    const auto leave = [](V&) {};
    if (core()->MovesOnWrite()) {
      V value(std::forward<Args>(args)...);
      return Assign<true>(K(std::forward<Key>(key)), leave, std::move(value));
    }
    return Assign<true>(std::forward<Key>(key), leave, std::forward<Args>(args)...);
  }

  template <class Key>
  V& Access(Key&& key) {
    Writable();
    return *WithStableKey(std::forward<Key>(key), [&](auto&& stable) {
              return Assign<false>(std::forward<decltype(stable)>(stable), [](V&) {});
            }).first;
  }

  // Inserts an entry made of `key` and `args`, or calls `update` with the value that is there and,
  // unless `kKeepKey`, replaces the key where equal keys can differ: last, so that an update that
  // throws has replaced nothing.
  template <bool kKeepKey, class Key, class Update, class... Args>
  std::pair<V*, bool> Assign(Key&& key, Update update, Args&&... args) {
    bool inserted = false;
    CoreT& table = *core();
    const Place place = table.Assign(
        key,
        [&](Place at) {
          V& value = at.value();
          if constexpr (!kNeedsKeyUpdate<K> || kKeepKey) {
            update(value);
          } else if constexpr (std::is_nothrow_assignable_v<K&, Key&&>) {
            update(value);
            at.key() = std::forward<Key>(key);
          } else {
            K replacement(std::forward<Key>(key));
            update(value);
            at.key() = std::move(replacement);
          }
        },
        [&](Place at) {
          table.Construct(at, std::forward<Key>(key), std::forward<Args>(args)...);
          inserted = true;
        });
    return {Value(place), inserted};
  }
};

}  // namespace hmap

#endif  // HMAP_MAP_H_
