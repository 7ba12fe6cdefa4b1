// Keys and values of which only the size and the alignment are known, and those at run time.

#ifndef HMAP_OPAQUE_H_
#define HMAP_OPAQUE_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "hmap/key_traits.h"
#include "hmap/layout.h"

namespace hmap {

// Stands for "bytes whose size the layout knows". A reference to one is an address and nothing
// else; the type is never completed, so that none can be made, copied or measured by mistake.
struct Opaque;

template <class T>
inline constexpr bool kOpaque = std::is_same_v<T, Opaque>;

inline const Opaque& AsOpaque(const void* bytes) { return *static_cast<const Opaque*>(bytes); }
inline Opaque& AsOpaque(void* bytes) { return *static_cast<Opaque*>(bytes); }

// What equal keys may differ in, only the equality knows: so an update replaces the stored key.
template <>
inline constexpr bool kNeedsKeyUpdate<Opaque> = true;

// Perhaps; the layout knows.
template <>
inline constexpr bool kHoldsPointers<Opaque> = true;

// The default hasher of opaque keys: a function of all their bytes.
struct OpaqueHash {
  explicit OpaqueHash(const ObjectShape& key) : size(key.size) {}

  std::uint64_t operator()(const Opaque& key, std::uint32_t seed) const {
    return StringHash()({reinterpret_cast<const char*>(&key), size}, seed);
  }

  std::size_t size;
};

// The default equality of opaque keys: that of all their bytes.
struct OpaqueEqual {
  explicit OpaqueEqual(const ObjectShape& key) : size(key.size) {}

  bool operator()(const Opaque& a, const Opaque& b) const { return std::memcmp(&a, &b, size) == 0; }

  std::size_t size;
};

}  // namespace hmap

#endif  // HMAP_OPAQUE_H_
