// When a table of 2^B buckets is too full: the one fact about growth that a tape chooses.

#ifndef MAPFUZZ_MODEL_GROWTH_RULE_H_
#define MAPFUZZ_MODEL_GROWTH_RULE_H_

#include <cstdint>

namespace mapfuzz {

// A table of 2^B buckets of 8 slots doubles when an insert would make it hold more than
// numerator / denominator entries a bucket, and more than 8; with other slots, in proportion.
struct GrowthRule {
  std::uint32_t numerator = 13;
  std::uint32_t denominator = 2;

  constexpr bool Over(std::uint64_t count, unsigned b, unsigned slots = 8) const {
    return count > slots && 8 * denominator * count > (std::uint64_t{numerator} * slots) << b;
  }

  // The least B that a table made for `hint` entries may have.
  constexpr unsigned BucketsFor(std::int64_t hint, unsigned slots = 8) const {
    unsigned b = 0;
    while (hint > 0 && Over(static_cast<std::uint64_t>(hint), b, slots)) ++b;
    return b;
  }
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_MODEL_GROWTH_RULE_H_
