#include "harness/key_space.h"

#include <cstddef>

namespace mapfuzz {
namespace {

constexpr std::size_t kDigits = 4;
constexpr std::size_t kLengths[4] = {4, 31, 32, 48};  // indexed by id % 4
constexpr char kPadding = 'k';

constexpr std::size_t LengthOf(KeyId id) { return id == 0 ? 0 : kLengths[id % 4]; }

// The digits stand in the middle, so their place follows from the length.
constexpr std::size_t DigitsAt(std::size_t length) { return (length - kDigits) / 2; }

// The value of a hexadecimal digit, or 16.
constexpr KeyId DigitValue(char c) {
  if (c >= '0' && c <= '9') return static_cast<KeyId>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<KeyId>(c - 'a' + 10);
  return 16;
}

}  // namespace

std::string StringOf(KeyId id) {
  std::string key(LengthOf(id), kPadding);
  if (key.empty()) return key;
  const std::size_t at = DigitsAt(key.size());
  for (std::size_t i = 0; i < kDigits; ++i) {
    key[at + i] = "0123456789abcdef"[id >> (4 * (kDigits - 1 - i)) & 15];
  }
  return key;
}

KeyId IdOfString(std::string_view key) {
  if (key.empty()) return 0;
  if (key.size() < kDigits) return kNoKeyId;
  const std::size_t at = DigitsAt(key.size());
  KeyId id = 0;
  for (std::size_t i = 0; i < kDigits; ++i) {
    const KeyId digit = DigitValue(key[at + i]);
    if (digit > 15) return kNoKeyId;
    id = id << 4 | digit;
  }
  return LengthOf(id) == key.size() ? id : kNoKeyId;
}

}  // namespace mapfuzz
