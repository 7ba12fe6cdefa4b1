// splitmix64's output function: what seeds, hashes and digests are made with.

#ifndef MAPFUZZ_HARNESS_MIX_H_
#define MAPFUZZ_HARNESS_MIX_H_

#include <cstdint>

namespace mapfuzz {

constexpr std::uint64_t Mix(std::uint64_t x) {
  x += 0x9e3779b97f4a7c15;
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
  x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
  return x ^ (x >> 31);
}

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_MIX_H_
