// The byte that a bucket keeps for each cell: empty, moved, or the top of the key's hash.
//
// Go: the constants emptyRest ... minTopHash and the functions tophash, isEmpty and evacuated of
// runtime/map.go.

#ifndef HMAP_TOPHASH_H_
#define HMAP_TOPHASH_H_

#include <cstdint>

namespace hmap {

// This cell is empty, and so is every later cell of the chain.
inline constexpr std::uint8_t kEmptyRest = 0;
// This cell is empty.
inline constexpr std::uint8_t kEmptyOne = 1;
// The entry was moved to the lower (X) or the upper (Y) half of the larger table.
inline constexpr std::uint8_t kEvacuatedX = 2;
inline constexpr std::uint8_t kEvacuatedY = 3;
// The cell was empty when its bucket was evacuated.
inline constexpr std::uint8_t kEvacuatedEmpty = 4;
// The least tophash of a live cell.
inline constexpr std::uint8_t kMinTopHash = 5;

// The tophash of a live cell: the top 8 bits of the hash, lifted above the marks. A hash has 64
// bits on every machine, so that a key has the same bucket and the same tophash on all of them;
// Go's has as many as a pointer.
constexpr std::uint8_t TopHash(std::uint64_t hash) {
  const auto top = static_cast<std::uint8_t>(hash >> 56);
  return top < kMinTopHash ? static_cast<std::uint8_t>(top + kMinTopHash) : top;
}

constexpr bool IsEmpty(std::uint8_t tophash) { return tophash <= kEmptyOne; }
constexpr bool IsLive(std::uint8_t tophash) { return tophash >= kMinTopHash; }
constexpr bool IsMoved(std::uint8_t tophash) {
  return tophash == kEvacuatedX || tophash == kEvacuatedY;
}
// Of a chain's first cell: the whole chain has been evacuated.
constexpr bool IsEvacuatedMark(std::uint8_t tophash) {
  return tophash > kEmptyOne && tophash < kMinTopHash;
}

}  // namespace hmap

#endif  // HMAP_TOPHASH_H_
