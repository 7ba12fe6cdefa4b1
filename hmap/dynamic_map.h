// A map whose keys and values have sizes chosen at run time.
//
//   // Keys of 12 bytes aligned to 4, values of 300 aligned to 64, 16 slots a bucket.
//   hmap::DynamicMap map(hmap::DynamicLayout({12, 4}, {300, 64}, 16));
//   map.insert_or_assign(key, value);  // two addresses
//   for (auto it = map.begin(); !it.done(); ++it) Use(&it.key(), &it.value());
//
// It is `Map` in all but its types: the same algorithm on the same table, the same costs, errors
// and iterators (see `map.h`). Keys and values are bytes; they are handed in and out by address and
// copied by memcpy. A key of no bytes equals every other, so that there is one entry at most.
//
// With a growth policy that chooses the slots per bucket (see `growth.h`) the layout that the map
// was given is that of its first array.

#ifndef HMAP_DYNAMIC_MAP_H_
#define HMAP_DYNAMIC_MAP_H_

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>

#include "hmap/core.h"
#include "hmap/dynamic_layout.h"
#include "hmap/handle.h"
#include "hmap/memory.h"
#include "hmap/opaque.h"
#include "hmap/opaque_cells.h"
#include "hmap/policy.h"

namespace hmap {

// The types that make a map of opaque keys and values; the policy's layout is not asked.
template <class HashT, class EqualT, class AllocatorT, class PolicyT>
struct DynamicTypes {
  using Key = Opaque;
  using Value = Opaque;
  using Hash = HashT;
  using Equal = EqualT;
  using Allocator = AllocatorT;
  using Policy = PolicyT;
  using Layout = DynamicLayout;
  using Growth = typename Policy::Growth;
  using Random = typename Policy::Random;
};

// Hasher and equality are called with `const Opaque&`, the address of a key of the layout's size
// and alignment. Every key must equal itself.
template <class HashT = OpaqueHash, class EqualT = OpaqueEqual,
          class AllocatorT = std::allocator<std::byte>, class PolicyT = Strict>
class DynamicMap : public Handle<DynamicTypes<HashT, EqualT, AllocatorT, PolicyT>> {
  using Base = Handle<DynamicTypes<HashT, EqualT, AllocatorT, PolicyT>>;

 public:
  using typename Base::CoreT;
  using typename Base::Parts;

  // An empty map with room for `hint` entries; see `Map` for those that make no sense.
  explicit DynamicMap(const DynamicLayout& layout, std::int64_t hint = 0,
                      const AllocatorT& allocator = {})
    requires std::constructible_from<HashT, ObjectShape> &&
             std::constructible_from<EqualT, ObjectShape>
      : DynamicMap(hint, {HashT(layout.key()), EqualT(layout.key()), {}, {}, layout, allocator}) {}
  DynamicMap(std::int64_t hint, const Parts& parts) : Base(hint, parts) {}
  // A map that is nil: it reads as empty, and the first insert throws NilMapError.
  static DynamicMap Nil(const Parts& parts) { return DynamicMap(parts); }

  // Iterators follow the entries, and so do the allocators, even if they do not say so.
  void swap(DynamicMap& other) noexcept { Base::swap(other); }
  friend void swap(DynamicMap& a, DynamicMap& b) noexcept { a.swap(b); }

  // In all that follows, a key is the address of as many bytes as the layout says, aligned as it
  // says, and so is a value; never null, even if the size is zero. Both may lie in the map.

  // The value of `key`, or null. Never moves anything. Holds until the next insert, erase, reserve
  // or clear.
  void* find(const void* key) { return Value(Find(AsOpaque(key))); }
  const void* find(const void* key) const { return Value(Find(AsOpaque(key))); }
  bool contains(const void* key) const { return Find(AsOpaque(key)).bucket != nullptr; }

  // Inserts or overwrites; the value's place, and whether it was inserted. An update also replaces
  // the key. Go: m[key] = value.
  std::pair<void*, bool> insert_or_assign(const void* key, const void* value) {
    CoreT& table = *Writable();
    const std::size_t value_size = table.layout().value().size;
    const Stable stable_key(table, key, table.layout().key());
    const Stable stable_value(table, value, table.layout().value());
    return Assign<false>(
        *stable_key, [&](Opaque& present) { std::memmove(&present, &*stable_value, value_size); },
        *stable_value);
  }

  // Inserts `key` and `value` if the key is absent; else changes nothing.
  std::pair<void*, bool> insert(const void* key, const void* value) {
    CoreT& table = *Writable();
    if (void* present = table.MovesOnWrite() ? find(key) : nullptr) return {present, false};
    const Stable stable_key(table, key, table.layout().key());
    const Stable stable_value(table, value, table.layout().value());
    return Assign<true>(*stable_key, [](Opaque&) {}, *stable_value);
  }

  // The value of `key`, which is inserted with a value of zeros if absent; replaces the key as
  // `insert_or_assign` does. Go: m[key] op= ...
  void* access(const void* key) {
    CoreT& table = *Writable();
    const Stable stable_key(table, key, table.layout().key());
    return Assign<false>(*stable_key, [](Opaque&) {}).first;
  }

  // Removes `key`; how many entries that were. Go: delete(m, key).
  std::size_t erase(const void* key) {
    if (core() == nullptr) return 0;
    const Stable stable_key(*core(), key, core()->layout().key());
    return core()->Erase(*stable_key) ? 1 : 0;
  }

 private:
  using Base::core;
  using Base::Find;
  using Base::Value;
  using Base::Writable;
  using typename Base::Place;

  // A key or value that stays where it is while the table moves its entries: the one given or, if
  // it might lie in the table, a copy.
  class Stable {
   public:
    Stable(const CoreT& table, const void* object, const ObjectShape& shape)
        : allocator_(table.parts().allocator), shape_(shape), object_(object) {
      if (!table.MovesOnWrite()) return;
      void* copy = local_.data();
      if (shape.size > local_.size()) {
        copy = WithBlocksOf<AllocatorT>(
            shape.alignment, [&](auto blocks) { return blocks.Allocate(allocator_, shape_.size); });
      }
      object_ = std::memcpy(copy, object, shape.size);
      allocated_ = copy != local_.data();
    }
    Stable(const Stable&) = delete;
    Stable& operator=(const Stable&) = delete;
    ~Stable() {
      if (!allocated_) return;
      WithBlocksOf<AllocatorT>(shape_.alignment, [&](auto blocks) {
        blocks.Free(allocator_, const_cast<void*>(object_), shape_.size);
      });
    }
    const Opaque& operator*() const { return AsOpaque(object_); }

   private:
    [[no_unique_address]] AllocatorT allocator_;
    ObjectShape shape_;
    const void* object_;
    bool allocated_ = false;
    alignas(kMaxAlignment) std::array<std::byte, kMaxInlineSize> local_;
  };

  explicit DynamicMap(const Parts& parts) : Base(parts) {}

  // Inserts an entry of `key` and `value` (of zeros without it), or calls `update` with the value
  // that is there and, unless `kKeepKey`, replaces the key.
  template <bool kKeepKey, class Update, class... ValueT>
  std::pair<void*, bool> Assign(const Opaque& key, Update update, const ValueT&... value) {
    bool inserted = false;
    CoreT& table = *core();
    const Place place = table.Assign(
        key,
        [&](Place at) {
          if constexpr (kNeedsKeyUpdate<Opaque> && !kKeepKey) {
            std::memmove(&at.key(), &key, table.layout().key().size);
          }
          update(at.value());
        },
        [&](Place at) {
          table.Construct(at, key, value...);
          inserted = true;
        });
    return {Value(place), inserted};
  }
};

}  // namespace hmap

#endif  // HMAP_DYNAMIC_MAP_H_
