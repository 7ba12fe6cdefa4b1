// Keys and values of any number of bytes: how `KeyType::kBytes` writes an id or a step's number.
//
// The number lies in the first four bytes, as much of it as there is room for, little-endian. The
// rest is a pattern that follows from number and role. So a key or value that is torn, shifted, cut
// short or in the place of the other reads as none. A value of zeros, which `operator[]` makes, is
// 0.

#ifndef MAPFUZZ_HARNESS_BYTES_H_
#define MAPFUZZ_HARNESS_BYTES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "harness/key_space.h"

namespace mapfuzz {

enum class BytesRole : std::uint8_t { kKey, kValue };

// No step writes this value: what bytes that are no value read as.
inline constexpr Value kNoValue = UINT64_MAX;

inline constexpr std::size_t kNumberBytes = 4;

// Calls f(offset, word, size) for every part of the pattern behind the number, until it says false.
template <class F>
bool ForPattern(BytesRole role, std::uint32_t number, std::size_t size, F f) {
  for (std::size_t at = kNumberBytes; at < size; at += sizeof(std::uint64_t)) {
    const std::uint64_t origin =
        std::uint64_t{number} << 16 | static_cast<std::uint64_t>(role) << 15 | at;
    const bool zeros = role == BytesRole::kValue && number == 0;
    const std::uint64_t word = zeros ? 0 : Mix(origin);
    if (!f(at, word, std::min(sizeof(word), size - at))) return false;
  }
  return true;
}

inline void WriteNumber(BytesRole role, std::uint32_t number, std::byte* bytes, std::size_t size) {
  for (std::size_t i = 0; i < std::min(size, kNumberBytes); ++i) {
    bytes[i] = static_cast<std::byte>(number >> (8 * i));
  }
  ForPattern(role, number, size, [bytes](std::size_t at, std::uint64_t word, std::size_t part) {
    std::memcpy(bytes + at, &word, part);
    return true;
  });
}

// The number that was written, modulo 256^size; none if the pattern behind it is another's.
inline std::optional<std::uint32_t> ReadNumber(BytesRole role, const std::byte* bytes,
                                               std::size_t size) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < std::min(size, kNumberBytes); ++i) {
    number |= static_cast<std::uint32_t>(bytes[i]) << (8 * i);
  }
  // A whole word is loaded: sanitizers take their time over each call of memcmp.
  const auto same = [bytes](std::size_t at, std::uint64_t word, std::size_t part) {
    if (part != sizeof(word)) return std::memcmp(bytes + at, &word, part) == 0;
    std::uint64_t here = 0;
    std::memcpy(&here, bytes + at, sizeof(here));
    return here == word;
  };
  return ForPattern(role, number, size, same) ? std::optional(number) : std::nullopt;
}

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_BYTES_H_
