// How a key type of the tape becomes C++: key and value types, and the way between them and the
// ids and numbers that the tape speaks in. Shared by the adapters of all maps.

#ifndef MAPFUZZ_TARGETS_TAPE_TYPES_H_
#define MAPFUZZ_TARGETS_TAPE_TYPES_H_

#include <charconv>
#include <cstdint>
#include <string>

#include "harness/key_space.h"
#include "harness/tape.h"

namespace mapfuzz {

template <KeyType>
struct TypesOf;

// What keys of this type are looked up with: keys, or what `MakeProbe` makes.
template <class Types>
auto MakeProbe(KeyId id) {
  if constexpr (requires { Types::MakeProbe(id); }) {
    return Types::MakeProbe(id);
  } else {
    return Types::MakeKey(id);
  }
}

template <class K>
struct IntegerTypes {
  using Key = K;
  using Stored = Value;
  static Key MakeKey(KeyId id) { return id; }
  static KeyId IdOf(Key key) { return static_cast<KeyId>(key); }
  // What a hasher hashes.
  static std::uint64_t HashedBitsOf(Key key) { return key; }
  static Stored MakeValue(Value value) { return value; }
  static Value ValueOf(Stored stored) { return stored; }
  static void Set(Stored& stored, Value value) { stored = value; }
};

template <>
struct TypesOf<KeyType::kU64> : IntegerTypes<std::uint64_t> {};
template <>
struct TypesOf<KeyType::kU32> : IntegerTypes<std::uint32_t> {};

template <>
struct TypesOf<KeyType::kF64> {
  using Key = double;
  using Stored = Value;
  static Key MakeKey(KeyId id) { return FloatOf(id); }
  static KeyId IdOf(Key key) { return IdOfFloat(key); }
  static Stored MakeValue(Value value) { return value; }
  static Value ValueOf(Stored stored) { return stored; }
  static void Set(Stored& stored, Value value) { stored = value; }
};

// Values are strings too. Those of odd numbers are too long to lie inside the string object, so
// that sanitizers see one that is lost, or used after its end. The empty string, which
// `operator[]` makes, is 0.
template <>
struct TypesOf<KeyType::kString> {
  using Key = std::string;
  using Stored = std::string;
  static Key MakeKey(KeyId id) { return StringOf(id); }
  static KeyId IdOf(const Key& key) { return IdOfString(key); }
  static std::uint64_t HashedBitsOf(const Key& key) { return IdOfString(key); }
  static Stored MakeValue(Value value) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
    Stored stored(digits, end);
    if (value % 2 != 0) stored.append(" is too long to be kept inside");
    return stored;
  }
  static Value ValueOf(const Stored& stored) {
    Value value = 0;
    std::from_chars(stored.data(), stored.data() + stored.size(), value);
    return value;
  }
  static void Set(Stored& stored, Value value) { stored = MakeValue(value); }
};

// What a hasher of the tape's hashes, as `HashBits` takes it.
template <KeyType kType, class Query>
std::uint64_t HashedBitsOf(HashKind kind, const Query& key) {
  if constexpr (kType == KeyType::kF64) {
    return HashedBitsOfFloat(kind, key);
  } else {
    return TypesOf<kType>::HashedBitsOf(key);
  }
}

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_TAPE_TYPES_H_
