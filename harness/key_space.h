// Keys as tapes name them: small ids, and what an id becomes for each key type and hash.
//
// The configuration maps an id to a key and to its hash, so that a collision pile, an equal hash,
// a tophash below 5 or a NaN is one byte away. This file is the harness's own statement of both
// maps; the oracles use it to say where an entry belongs, and never ask the map under test.

#ifndef MAPFUZZ_HARNESS_KEY_SPACE_H_
#define MAPFUZZ_HARNESS_KEY_SPACE_H_

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

#include "harness/mix.h"
#include "harness/tape.h"
#include "model/entry.h"
#include "model/growth_rule.h"

namespace mapfuzz {

// No key has this id: what a broken map's garbage reads as.
inline constexpr KeyId kNoKeyId = 0xffffffff;

// The hash of a key whose hashed bits are `bits` under the map's seed `hash0`.
//   good      every bit mixed with the seed
//   lowbits   good with bits 2..15 cleared: four chains at most
//   const     one value for all
//   topzero   good with the top six bits cleared: tophash always below 5 before the adjustment
//   identity  the bits themselves, whatever the seed: neighbours in neighbouring buckets (of floats
//             it is the ids that are hashed)
//   pairs     good of bits / 2: two keys each share one hash
constexpr std::uint64_t HashBits(HashKind kind, std::uint64_t bits, std::uint32_t hash0) {
  if (kind == HashKind::kConst) return 0x0700000000000000;
  if (kind == HashKind::kIdentity) return bits;
  if (kind == HashKind::kPairs) bits >>= 1;
  const std::uint64_t good = Mix(bits ^ Mix(hash0));
  if (kind == HashKind::kLowBits) return good & ~std::uint64_t{0xfffc};
  if (kind == HashKind::kTopZero) return good & 0x03ffffffffffffff;
  return good;
}

// The hash of the n-th (1, 2, ...) NaN that is hashed.
constexpr std::uint64_t NanHash(std::uint64_t n) { return Mix(n * 0x1234567); }

// Floats: ids 0 and 1 are +0 and -0, 2 and 3 the infinities, 4 the least denormal; of the others
// below 4096 every eighth (5, 13, 21, ...) is a NaN whose payload is the id, the rest the id
// itself. From 4096 on there are none, so that keys can come and go beside NaN entries, which never
// go.
constexpr bool IsNanId(KeyId id) { return id > 4 && id < 4096 && id % 8 == 5; }

constexpr std::uint64_t FloatBitsOf(KeyId id) {
  switch (id) {
    case 0:
      return 0;
    case 1:
      return 0x8000000000000000;
    case 2:
      return 0x7ff0000000000000;
    case 3:
      return 0xfff0000000000000;
    case 4:
      return 1;
    default:
      return IsNanId(id) ? 0x7ff8000000000000 | id
                         : std::bit_cast<std::uint64_t>(static_cast<double>(id));
  }
}

inline double FloatOf(KeyId id) { return std::bit_cast<double>(FloatBitsOf(id)); }

// The inverse of `FloatOf`; of a number that is no key, `kNoKeyId`.
constexpr KeyId IdOfFloat(double key) {
  const auto bits = std::bit_cast<std::uint64_t>(key);
  for (KeyId id = 0; id <= 4; ++id) {
    if (bits == FloatBitsOf(id)) return id;
  }
  if (key != key) return static_cast<KeyId>(bits & 0xffffffff);
  return key > 4 && key < kMaxKeys ? static_cast<KeyId>(key) : kNoKeyId;
}

// What a hasher of floats hashes: its bits, but -0 counts as +0. Under `identity` it is the id, as
// the bits of small numbers differ only where no bucket looks.
constexpr std::uint64_t HashedBitsOfFloat(HashKind kind, double key) {
  if (key == 0) return 0;
  return kind == HashKind::kIdentity ? IdOfFloat(key) : std::bit_cast<std::uint64_t>(key);
}

// Strings: id 0 is empty; id % 4 chooses the length: 4 bytes, 31, 32 or 48. Long ones share
// their first and their last bytes and differ in the middle, which Go's string look-up has to
// tell apart. `IdOfString` is the inverse for all ids below `kMaxKeys`, and total: a string whose
// length and middle are no key's gives `kNoKeyId`.
std::string StringOf(KeyId id);
KeyId IdOfString(std::string_view key);

// The id that stands for every id equal to this one: -0 and +0 are one key. A NaN equals nothing,
// itself neither; its id stands for itself.
constexpr KeyId CanonicalId(KeyType type, KeyId id) {
  return (type == KeyType::kF64 || type == KeyType::kVariant) && id == 1 ? 0 : id;
}

constexpr bool IsNan(KeyType type, KeyId id) { return type == KeyType::kF64 && IsNanId(id); }

// Of the variant keys every eighth (6, 14, 22, ...) has no hash. A map must refuse it with this
// text, Go's, whatever it is asked to do.
constexpr bool IsUnhashable(KeyType type, KeyId id) {
  return type == KeyType::kVariant && id % 8 == 6;
}
inline constexpr std::string_view kRefusalText = "runtime error: hash of unhashable type []int";

// What the map's hasher hashes for the key of this id, as `HashBits` takes it.
constexpr std::uint64_t HashedBits(HashKind kind, KeyType type, KeyId id) {
  const KeyId canonical = CanonicalId(type, id);
  const bool by_bits = type == KeyType::kF64 && kind != HashKind::kIdentity;
  return by_bits ? FloatBitsOf(canonical) : canonical;
}

// Whether an update replaces the stored key by the new one (Go's "need key update").
constexpr bool UpdatesKey(KeyType type) {
  return type == KeyType::kF64 || type == KeyType::kString || type == KeyType::kVariant;
}

constexpr GrowthRule GrowthRuleOf(GrowthKind kind) {
  switch (kind) {
    case GrowthKind::kGo119:
      return {13, 2};  // 6.5 entries a bucket
    case GrowthKind::kGo121:
      return {12, 2};  // 6.0, as Go 1.21 had it by mistake
    case GrowthKind::kFull:
      return {8, 1};  // every slot of every bucket
    case GrowthKind::kSparse:
      return {2, 1};  // two a bucket: many growths
  }
  return {};
}

// All that the tape says about it.
constexpr GrowthRule GrowthRuleOf(const Config& config) {
  GrowthRule rule = GrowthRuleOf(config.growth);
  rule.adaptive = config.layout.slots_kind == SlotsKind::kAdaptive;
  rule.chain_limit = config.chain;
  return rule;
}

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_KEY_SPACE_H_
