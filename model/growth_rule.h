// When a table of 2^B buckets is too full: the one fact about growth that a tape chooses.

#ifndef MAPFUZZ_MODEL_GROWTH_RULE_H_
#define MAPFUZZ_MODEL_GROWTH_RULE_H_

#include <cstdint>

namespace mapfuzz {

// A table of 2^B buckets doubles when an insert would make it hold more than
// numerator * floor(2^B / denominator) entries, and more than 8.
struct GrowthRule {
  std::uint32_t numerator = 13;
  std::uint32_t denominator = 2;

  constexpr bool Over(std::uint64_t count, unsigned b) const {
    return count > 8 && count > numerator * ((std::uint64_t{1} << b) / denominator);
  }

  // The least B that a table made for `hint` entries may have.
  constexpr unsigned BucketsFor(std::int64_t hint) const {
    unsigned b = 0;
    while (hint > 0 && Over(static_cast<std::uint64_t>(hint), b)) ++b;
    return b;
  }
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_MODEL_GROWTH_RULE_H_
