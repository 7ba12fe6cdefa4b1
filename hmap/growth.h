// When a table grows, and how large it begins.
//
// A growth policy is a small value with two rules: `Over(count, b)`: a table of 2^b buckets must
// double before it holds `count` entries; `TooManyOverflow(noverflow, b)`: its chains hold so many
// overflow buckets that it must be rebuilt at the same size. `GoGrowth` has Go's rules.

#ifndef HMAP_GROWTH_H_
#define HMAP_GROWTH_H_

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace hmap {

// A load factor of numerator / denominator entries per bucket, divided as Go divides:
// over(n, B) := n > 8 and n > numerator * floor(2^B / denominator).
struct LoadFactor {
  std::uint32_t numerator = 13;
  std::uint32_t denominator = 2;

  // Go: overLoadFactor.
  constexpr bool Over(std::uint64_t count, unsigned b) const {
    return count > 8 && count > numerator * ((std::uint64_t{1} << b) / denominator);
  }

  // Go: tooManyOverflowBuckets. "Too many" is about as many as there are buckets; the count is
  // approximate from B = 16 on, and so is the limit.
  static constexpr bool TooManyOverflow(std::uint16_t noverflow, unsigned b) {
    return noverflow >= std::uint32_t{1} << std::min(b, 15U);
  }
};

// 6.5 entries a bucket: Go 1.19, 1.20, 1.22 and 1.23.
struct GoGrowth : LoadFactor {};

// Go: makemap. The least B for a table that is to hold `hint` entries of buckets of `bucket_size`
// bytes. A hint below zero, or one whose buckets no address space holds, counts as 0.
template <class Growth>
constexpr unsigned InitialB(const Growth& growth, std::int64_t hint, std::size_t bucket_size) {
  constexpr std::uint64_t kMaxAllocation = std::uint64_t{1} << 48;
  if (hint < 0 || static_cast<std::uint64_t>(hint) > kMaxAllocation / bucket_size) hint = 0;
  unsigned b = 0;
  while (growth.Over(static_cast<std::uint64_t>(hint), b)) ++b;
  return b;
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
constexpr std::size_t BucketsToAllocate(unsigned b, std::size_t bucket_size) {
  const std::size_t base = std::size_t{1} << b;
  if (b < 4) return base;
  const std::uint64_t bytes = (base + (base >> 4)) * std::uint64_t{bucket_size};
  return static_cast<std::size_t>(RoundUpSize(bytes) / bucket_size);
}

}  // namespace hmap

#endif  // HMAP_GROWTH_H_
