// A small deterministic stream of random numbers: what is drawn depends on the seed alone, not on
// the standard library. (Its distributions differ from one to the next.)

#ifndef MAPFUZZ_HARNESS_RANDOM_H_
#define MAPFUZZ_HARNESS_RANDOM_H_

#include <bit>
#include <cstddef>
#include <cstdint>

#include "harness/mix.h"

namespace mapfuzz {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(Mix(seed)) {}

  std::uint64_t Next() { return Mix(state_ += 0x9e3779b97f4a7c15); }

  // In [0, limit); 0 if the limit is 0.
  std::uint32_t Below(std::uint32_t limit) {
    return static_cast<std::uint32_t>((Next() >> 32) * limit >> 32);
  }

  // In [0, limit) for lengths and positions, which are below 2^32.
  std::size_t Index(std::size_t limit) { return Below(static_cast<std::uint32_t>(limit)); }

  // In [min, max].
  std::uint32_t Between(std::uint32_t min, std::uint32_t max) { return min + Below(max - min + 1); }

  // True so many times out of so many.
  bool Chance(std::uint32_t times, std::uint32_t out_of) { return Below(out_of) < times; }

  // In [0, limit), every order of magnitude as likely as the next.
  std::uint32_t Scaled(std::uint32_t limit) {
    const std::uint32_t bits = Below(static_cast<std::uint32_t>(std::bit_width(limit)) + 1);
    const std::uint64_t scale = std::uint64_t{1} << bits;
    return Below(scale < limit ? static_cast<std::uint32_t>(scale) : limit);
  }

  // One of an array.
  template <class T, std::size_t kSize>
  const T& Pick(const T (&values)[kSize]) {
    return values[Index(kSize)];
  }

  // One of an array, each as often as its `weight` says; not all are zero.
  template <class T, std::size_t kSize>
  const T& PickByWeight(const T (&values)[kSize]) {
    std::uint32_t total = 0;
    for (const T& value : values) total += value.weight;
    std::uint32_t drawn = Below(total);
    const T* value = values;
    for (; drawn >= value->weight; ++value) drawn -= value->weight;
    return *value;
  }

 private:
  std::uint64_t state_;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_RANDOM_H_
