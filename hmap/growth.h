// When a table grows, and how large it begins.
//
// A growth policy is a small value with two rules: `Over(count, b)`: a table of 2^b buckets must
// double before it holds `count` entries; `TooManyOverflow(noverflow, b)`: its chains hold so many
// overflow buckets that it must be rebuilt at the same size. `GoGrowth` has Go's rules.
//
// Three things a policy may have besides:
//   - `Over(count, b, slots)`, asked instead of `Over(count, b)` if it is there: the rule for
//     buckets of any number of slots.
//   - `SlotsAfter(state)`: the slots per bucket of the array that a growth is about to begin, for
//     layouts that can follow. `AdaptiveSlots` has a rule.
//   - `chain_limit`: the most buckets that an insert may make a chain of; 0: no limit. An insert
//     that would need one more throws ChainLimit. Growths and copies of a map are not bound by it.

#ifndef HMAP_GROWTH_H_
#define HMAP_GROWTH_H_

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "hmap/layout.h"

namespace hmap {

// Go: maxAlloc. More bytes than this no allocation can have, so no table either, nor as many
// entries: each takes a byte at least.
inline constexpr std::uint64_t kMaxAllocation =
    std::min<std::uint64_t>(std::uint64_t{1} << 48, std::numeric_limits<std::size_t>::max());

// A load factor of numerator / denominator entries per bucket of 8 slots, and in proportion for
// buckets of more or fewer:
// over(n, B, slots) := n > slots and 8 * denominator * n > numerator * slots * 2^B.
// With 8 slots and a denominator of 1 or 2 that is what Go's division comes to:
// n > 8 and n > numerator * floor(2^B / denominator).
struct LoadFactor {
  std::uint32_t numerator = 13;
  std::uint32_t denominator = 2;
  // The most buckets of a chain that an insert lengthens; 0: no limit.
  std::uint32_t chain_limit = 0;

  // Go: overLoadFactor. Nothing overflows for counts up to kMaxAllocation and denominators below
  // 2^13.
  constexpr bool Over(std::uint64_t count, unsigned b, unsigned slots = kGoSlots) const {
    return count > slots && (count * 8 * denominator - 1) >> b >= std::uint64_t{numerator} * slots;
  }

  // Go: tooManyOverflowBuckets. "Too many" is about as many as there are buckets; the count is
  // approximate from B = 16 on, and so is the limit.
  static constexpr bool TooManyOverflow(std::uint16_t noverflow, unsigned b) {
    return noverflow >= std::uint32_t{1} << std::min(b, 15U);
  }
};

// 6.5 entries a bucket: Go 1.19, 1.20, 1.22 and 1.23.
struct GoGrowth : LoadFactor {};

// Whether a table of 2^b buckets of `slots` must double before it holds `count` entries.
template <class Growth>
constexpr bool IsOver(const Growth& growth, std::uint64_t count, unsigned b, unsigned slots) {
  if constexpr (requires { growth.Over(count, b, slots); }) {
    return growth.Over(count, b, slots);
  } else {
    return growth.Over(count, b);
  }
}

// A table at the moment when a growth begins.
struct GrowthState {
  std::uint64_t count = 0;
  unsigned b = 0;
  std::uint16_t noverflow = 0;
  unsigned slots = 0;
  bool doubles = false;
};

// The policy says how many slots buckets have after a growth.
template <class Growth>
concept ChoosesSlots = requires(const Growth& growth, const GrowthState& state) {
  { growth.SlotsAfter(state) } -> std::convertible_to<unsigned>;
};

// The layout can do what the policy says.
template <class Growth, class Layout>
concept CanFollow =
    !ChoosesSlots<Growth> || requires(const Layout& layout) { layout.WithSlots(kGoSlots); };

// Buckets that fit their chains. A table that is rebuilt because it holds too many overflow buckets
// takes buckets of 4 slots if it is sparse (twice its entries would still fit them), else of 16,
// so that a chain's entries lie in fewer places. A table that doubles keeps its slots: with other
// ones it might be too full again the moment it is done.
struct AdaptiveSlots : LoadFactor {
  constexpr unsigned SlotsAfter(const GrowthState& state) const {
    if (state.doubles) return state.slots;
    return Over(2 * state.count, state.b, 4) ? 16 : 4;
  }
};

// The most buckets that an insert may make a chain of; 0: no limit.
template <class Growth>
constexpr std::size_t ChainLimitOf(const Growth& growth) {
  if constexpr (requires { growth.chain_limit; }) {
    return growth.chain_limit;
  } else {
    return 0;
  }
}

// An array of 2^b buckets of `bucket_size` bytes, and its pool, is no more than `max_allocation`.
// `b` is below 64.
constexpr bool IsAllocatable(unsigned b, std::size_t bucket_size,
                             std::uint64_t max_allocation = kMaxAllocation) {
  const std::uint64_t base = std::uint64_t{1} << b;
  return base + (b < 4 ? 0 : base >> 4) <= max_allocation / bucket_size;
}

// The least B, from `b` on, of a table that holds `count` entries, of at most kMaxAllocation,
// before it must double; none if its array would not be allocatable.
template <class Growth>
constexpr std::optional<unsigned> LeastB(const Growth& growth, std::uint64_t count, unsigned b,
                                         std::size_t bucket_size, unsigned slots,
                                         std::uint64_t max_allocation = kMaxAllocation) {
  for (; IsOver(growth, count, b, slots); ++b) {
    if (!IsAllocatable(b + 1, bucket_size, max_allocation)) return std::nullopt;
  }
  return b;
}

// Go: makemap. The least B for a table that is to hold `hint` entries in buckets of `slots` and of
// `bucket_size` bytes. A hint counts as 0 if it is below zero or if that many buckets were more
// than `max_allocation`; and also if the table's array were, which with Go's load factor it never
// is.
template <class Growth>
constexpr unsigned InitialB(const Growth& growth, std::int64_t hint, std::size_t bucket_size,
                            unsigned slots = kGoSlots,
                            std::uint64_t max_allocation = kMaxAllocation) {
  if (hint < 0 || static_cast<std::uint64_t>(hint) > max_allocation / bucket_size) return 0;
  return LeastB(growth, static_cast<std::uint64_t>(hint), 0, bucket_size, slots, max_allocation)
      .value_or(0);
}

// The size that Go 1.19's allocator gives to a request of `size` bytes: the next size class, or
// whole pages of 8 KiB over 32 KiB. Go: roundupsize and sizeclasses.go.
constexpr std::uint64_t RoundUpSize(std::uint64_t size) {
  constexpr std::array<std::uint16_t, 67> kClasses = {
      8,     16,    24,    32,    48,    64,    80,    96,    112,   128,   144,   160,
      176,   192,   208,   224,   240,   256,   288,   320,   352,   384,   416,   448,
      480,   512,   576,   640,   704,   768,   896,   1024,  1152,  1280,  1408,  1536,
      1792,  2048,  2304,  2688,  3072,  3200,  3456,  4096,  4864,  5376,  6144,  6528,
      6784,  6912,  8192,  9472,  9728,  10240, 10880, 12288, 13568, 14336, 16384, 18432,
      19072, 20480, 21760, 24576, 27264, 28672, 32768};
  constexpr std::uint64_t kPage = 8192;
  if (size > kClasses.back()) return (size + kPage - 1) / kPage * kPage;
  return *std::lower_bound(kClasses.begin(), kClasses.end(), size);
}

// Go: makeBucketArray. How many buckets to allocate for a table of 2^b: from B = 4 on a sixteenth
// more, rounded up to what the allocator would give anyway. The surplus is the overflow pool.
// There may be more of them than can be allocated, but their bytes are less than 2^64.
constexpr std::uint64_t BucketsToAllocate(unsigned b, std::size_t bucket_size) {
  const std::uint64_t base = std::uint64_t{1} << b;
  if (b < 4) return base;
  return RoundUpSize((base + (base >> 4)) * bucket_size) / bucket_size;
}

}  // namespace hmap

#endif  // HMAP_GROWTH_H_
