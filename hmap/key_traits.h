// What a map has to know about its key and value types.
//
// Go's compiler writes these facts into the map's type descriptor. Here they are traits that may
// be specialised for a user's type.

#ifndef HMAP_KEY_TRAITS_H_
#define HMAP_KEY_TRAITS_H_

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <string_view>
#include <type_traits>

#include "hmap/random.h"

namespace hmap {

// k == k for every key. False for floats. Go: reflexivekey.
template <class K>
inline constexpr bool kReflexiveKey = !std::is_floating_point_v<K>;

// An update must replace the stored key: equal keys may differ (+0 and -0), or the old one may pin
// more memory than the new one. Go: needkeyupdate.
template <class K>
inline constexpr bool kNeedsKeyUpdate =
    std::is_floating_point_v<K> || std::is_same_v<K, std::string> ||
    std::is_same_v<K, std::string_view>;

// The hasher may throw, so that a look-up in an empty map has to hash as well. Go: hashMightPanic.
template <class K>
inline constexpr bool kHashMightThrow = false;

// Go's garbage collector would look for pointers in it. Go: t.bucket.ptrdata != 0.
template <class T>
inline constexpr bool kHoldsPointers = std::is_pointer_v<T> || !std::is_trivially_copyable_v<T>;

// The look-ups that Go has for particular key types. All give the same table.
enum class KeyPath : std::uint8_t { kGeneric, kFast32, kFast64, kFastString };

// `Equal` is operator== on the keys, which the fast paths use in its place.
template <class Equal>
inline constexpr bool kPlainEquality = false;
template <class T>
inline constexpr bool kPlainEquality<std::equal_to<T>> = true;

// Go: mapfast in cmd/compile: no fast path for values stored by pointer. Nor is there one if only
// the layout's object, not its type, knows the keys.
template <class Layout, class Equal>
constexpr KeyPath FastPathOf() {
  if constexpr (kPlainEquality<Equal> && std::is_empty_v<Layout>) {
    using K = typename Layout::Key;
    if (Layout::kIndirectValue) return KeyPath::kGeneric;
    if constexpr (std::is_integral_v<K> || std::is_pointer_v<K> || std::is_enum_v<K>) {
      if (sizeof(K) == 4) return KeyPath::kFast32;
      if (sizeof(K) == 8) return KeyPath::kFast64;
    }
    if constexpr (std::is_same_v<K, std::string> || std::is_same_v<K, std::string_view>) {
      return KeyPath::kFastString;
    }
  }
  return KeyPath::kGeneric;
}

// The default hasher: a function of the key and the map's seed, the same in every build for
// integers, floats of 4 and 8 bytes and strings. Keys that compare equal hash alike. Transparent
// for strings.
template <class K>
struct Hash {
  std::uint64_t operator()(const K& key, std::uint32_t seed) const
    requires(std::is_integral_v<K> || std::is_enum_v<K>)
  {
    return MixBits(static_cast<std::uint64_t>(key) ^ MixBits(seed));
  }
  std::uint64_t operator()(const K& key, std::uint32_t seed) const
    requires std::is_pointer_v<K>
  {
    return MixBits(reinterpret_cast<std::uintptr_t>(key) ^ MixBits(seed));
  }
  std::uint64_t operator()(const K& key, std::uint32_t seed) const
    requires std::is_floating_point_v<K>
  {
    const K one_zero = key == K{} ? K{} : key;
    if constexpr (sizeof(K) == 4) {
      return MixBits(std::bit_cast<std::uint32_t>(one_zero) ^ MixBits(seed));
    } else if constexpr (sizeof(K) == 8) {
      return MixBits(std::bit_cast<std::uint64_t>(one_zero) ^ MixBits(seed));
    } else {
      return MixBits(std::hash<K>{}(one_zero) ^ MixBits(seed));
    }
  }
};

struct StringHash {
  using is_transparent = void;

  std::uint64_t operator()(std::string_view key, std::uint32_t seed) const {
    std::uint64_t hash = MixBits(seed) ^ key.size();
    for (; key.size() >= 8; key.remove_prefix(8)) {
      std::uint64_t word;
      std::memcpy(&word, key.data(), sizeof(word));
      hash = MixBits(hash ^ word);
    }
    std::uint64_t word = 0;
    std::memcpy(&word, key.data(), key.size());
    return MixBits(hash ^ word);
  }
};

template <>
struct Hash<std::string> : StringHash {};
template <>
struct Hash<std::string_view> : StringHash {};

// `Hash` takes the seed. A hasher that does not is mixed with the seed afterwards, which cannot
// separate keys that it makes collide. One that takes it and gives fewer than 64 bits, as a
// `std::size_t` has on some machines, is mixed as well: the tophash is the top of 64.
template <class H, class Q>
concept SeededHasher = requires(const H& hash, const Q& key, std::uint32_t seed) {
  { hash(key, seed) } -> std::convertible_to<std::uint64_t>;
};
template <class H, class Q>
concept HasherOf = SeededHasher<H, Q> ||
                   requires(H& hash, const Q& key) { static_cast<std::uint64_t>(hash(key)); };
template <class H, class K>
inline constexpr bool kNarrowHash = false;
template <class H, class K>
  requires SeededHasher<H, K>
inline constexpr bool kNarrowHash<H, K> =
    sizeof(std::invoke_result_t<const H&, const K&, std::uint32_t>) < sizeof(std::uint64_t);

// The hash that a map of keys K with this seed has for `key`.
template <class K, class H, class Q>
std::uint64_t HashWithSeed(H& hasher, const Q& key, std::uint32_t seed) {
  if constexpr (SeededHasher<H, Q>) {
    const std::uint64_t hash = hasher(key, seed);
    return kNarrowHash<H, K> ? MixBits(hash) : hash;
  } else if constexpr (HasherOf<H, Q>) {
    return MixBits(static_cast<std::uint64_t>(hasher(key)) ^ MixBits(seed));
  } else {
    return 0;  // does not compile, for the reason that `Core` gives at its head
  }
}

// Keys of another type Q may be looked up in a map from K without making a K.
template <class Q, class K, class HashT, class Equal>
concept LookupKey = !std::same_as<Q, K> && requires {
  typename HashT::is_transparent;
  typename Equal::is_transparent;
} && HasherOf<HashT, Q>;

}  // namespace hmap

#endif  // HMAP_KEY_TRAITS_H_
