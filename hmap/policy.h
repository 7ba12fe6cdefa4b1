// The choices that make a map: growth, layout, iteration rule, random source, fatal handler,
// checks.
//
// A policy is a struct of types and constants. `Strict` is the default. `Go119` is the exact
// algorithm of Go 1.19, down to every random draw. To change one rule, derive from either:
//
//   struct Eager : hmap::Strict { using Growth = MyGrowth; };
//   hmap::Map<int, int, hmap::Hash<int>, std::equal_to<>, std::allocator<int>, Eager> map;

#ifndef HMAP_POLICY_H_
#define HMAP_POLICY_H_

#include <cstdint>

#include "hmap/errors.h"
#include "hmap/growth.h"
#include "hmap/layout.h"
#include "hmap/random.h"

namespace hmap {

enum class IterationRule : std::uint8_t {
  // Under every sequence of operations an iterator produces each entry that lives throughout
  // exactly once, none that is gone, and any other at most once per time it was inserted.
  kContract,
  // What Go 1.19 does: the contract, but for a clear, a renewed hash seed, or two different
  // growths under one iterator.
  kGo119,
};

// A map with fewer slots per bucket, or whose larger values go by pointer:
//
//   struct Small : hmap::Strict {
//     template <class K, class V>
//     using Layout = hmap::StaticLayout<K, V, 4, 64>;
//   };
struct Strict {
  template <class K, class V>
  using Layout = StaticLayout<K, V>;
  using Growth = GoGrowth;
  using Random = SystemRandom;
  using Fatal = AbortOnFatal;
  static constexpr IterationRule kIteration = IterationRule::kContract;
  static constexpr bool kFastPaths = true;
  // Compare the table with what was last written to it, at every operation; see `checked.h`.
  static constexpr bool kChecked = false;
};

// For code that shares its address space with what it does not trust.
struct Checked : Strict {
  static constexpr bool kChecked = true;
};

// Keys and values must be copyable and default-constructible: Go copies what it evacuates and
// wipes what it leaves behind.
struct Go119 : Strict {
  static constexpr IterationRule kIteration = IterationRule::kGo119;
};

}  // namespace hmap

#endif  // HMAP_POLICY_H_
