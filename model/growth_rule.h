// The rule that a table of 2^B buckets grows by, as far as a tape chooses it: when it is too full,
// how many slots its buckets have afterwards, how long an insert may make a chain.

#ifndef MAPFUZZ_MODEL_GROWTH_RULE_H_
#define MAPFUZZ_MODEL_GROWTH_RULE_H_

#include <cstddef>
#include <cstdint>

namespace mapfuzz {

// A table of 2^B buckets of 8 slots doubles when an insert would make it hold more than
// numerator / denominator entries a bucket, and more than 8; with other slots, in proportion.
struct GrowthRule {
  std::uint32_t numerator = 13;
  std::uint32_t denominator = 2;
  // The slots per bucket change with a growth to the same size.
  bool adaptive = false;
  // The most buckets of a chain that an insert lengthens; 0: no limit.
  std::uint32_t chain_limit = 0;

  constexpr bool Over(std::uint64_t count, unsigned b, unsigned slots = 8) const {
    return count > slots && 8 * denominator * count > (std::uint64_t{numerator} * slots) << b;
  }

  // The least B that a table made for `hint` entries may have.
  constexpr unsigned BucketsFor(std::int64_t hint, unsigned slots = 8) const {
    unsigned b = 0;
    while (hint > 0 && Over(static_cast<std::uint64_t>(hint), b, slots)) ++b;
    return b;
  }

  // Slots per bucket of the array that a growth begins in a table of `count` entries in 2^b
  // buckets of `slots`. A doubling keeps them. A growth to the same size takes 4 if as many buckets
  // of 4 would hold twice the entries, else 16.
  constexpr unsigned SlotsAfter(std::uint64_t count, unsigned b, unsigned slots,
                                bool doubling) const {
    if (!adaptive || doubling) return slots;
    return Over(2 * count, b, 4) ? 16 : 4;
  }

  // An insert into a chain of so many buckets, if no growth is due that has to be started first,
  // is refused if every cell holds an entry and one bucket more would be one too many.
  constexpr bool Refuses(std::size_t buckets, std::size_t live, unsigned slots) const {
    return chain_limit != 0 && buckets >= chain_limit && live == buckets * slots;
  }
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_MODEL_GROWTH_RULE_H_
