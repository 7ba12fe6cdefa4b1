// The key types `tracked`, `moveonly`, `copyonly`, `large` and `variant`: C++ types that watch over
// their own lives, each with another way of being copied, moved and stored.

#ifndef MAPFUZZ_TARGETS_INSTRUMENTED_TYPES_H_
#define MAPFUZZ_TARGETS_INSTRUMENTED_TYPES_H_

#include <cstddef>
#include <cstdint>
#include <utility>
#include <variant>

#include "harness/key_space.h"
#include "harness/lifetime.h"
#include "harness/tape.h"
#include "hmap/errors.h"
#include "hmap/key_traits.h"
#include "targets/tape_types.h"

namespace mapfuzz {

using InstrumentedKey = Instrumented<Role::kKey>;
using InstrumentedValue = Instrumented<Role::kValue>;

// Of what follows from the number alone.
template <class K, class V>
struct InstrumentedTypes {
  using Key = K;
  using Stored = V;
  static Key MakeKey(KeyId id) { return Key(id); }
  static KeyId IdOf(const Key& key) { return static_cast<KeyId>(key.number()); }
  static std::uint64_t HashedBitsOf(const Key& key) { return key.number(); }
  static Stored MakeValue(Value value) { return Stored(value); }
  static Value ValueOf(const Stored& stored) { return stored.number(); }
  static void Set(Stored& stored, Value value) { stored.Set(value); }
};

// Copied and moved, like most.
struct TrackedKey : InstrumentedKey {
  explicit TrackedKey(KeyId id = 0) : InstrumentedKey(id) {}
};
struct TrackedValue : InstrumentedValue {
  explicit TrackedValue(Value value = 0) : InstrumentedValue(value) {}
};
template <>
struct TypesOf<KeyType::kTracked> : InstrumentedTypes<TrackedKey, TrackedValue> {};

struct MoveOnlyKey : InstrumentedKey {
  explicit MoveOnlyKey(KeyId id) : InstrumentedKey(id) {}
  MoveOnlyKey(MoveOnlyKey&&) noexcept = default;
  MoveOnlyKey& operator=(MoveOnlyKey&&) noexcept = default;
};
struct MoveOnlyValue : InstrumentedValue {
  explicit MoveOnlyValue(Value value = 0) : InstrumentedValue(value) {}
  MoveOnlyValue(MoveOnlyValue&&) noexcept = default;
  MoveOnlyValue& operator=(MoveOnlyValue&&) noexcept = default;
};
template <>
struct TypesOf<KeyType::kMoveOnly> : InstrumentedTypes<MoveOnlyKey, MoveOnlyValue> {};

// To move it is to copy it.
struct CopyOnlyKey : InstrumentedKey {
  explicit CopyOnlyKey(KeyId id) : InstrumentedKey(id) {}
  CopyOnlyKey(const CopyOnlyKey&) = default;
  CopyOnlyKey& operator=(const CopyOnlyKey&) = default;
};
struct ThrowingMoveValue : InstrumentedValue {
  explicit ThrowingMoveValue(Value value = 0) : InstrumentedValue(value) {}
  ThrowingMoveValue(const ThrowingMoveValue&) = default;
  ThrowingMoveValue& operator=(const ThrowingMoveValue&) = default;
  // NOLINTNEXTLINE(performance-noexcept-move-constructor): that is the point.
  ThrowingMoveValue(ThrowingMoveValue&& other) : InstrumentedValue(Met(std::move(other))) {}
  // NOLINTNEXTLINE(performance-noexcept-move-constructor)
  ThrowingMoveValue& operator=(ThrowingMoveValue&& other) {
    InstrumentedValue::operator=(Met(std::move(other)));
    return *this;
  }

 private:
  static ThrowingMoveValue&& Met(ThrowingMoveValue&& other) {
    ledger().faults().Meet(FaultKind::kMove);
    return std::move(other);
  }
};
template <>
struct TypesOf<KeyType::kCopyOnly> : InstrumentedTypes<CopyOnlyKey, ThrowingMoveValue> {};

// Stored by pointer; found by its number as well.
struct LargeKey : InstrumentedKey {
  explicit LargeKey(KeyId id) : InstrumentedKey(id) {}
  std::byte padding[136 - sizeof(InstrumentedKey)]{};
};
static_assert(sizeof(LargeKey) == 136);
struct LargeProbe {
  KeyId id = 0;
  friend bool operator==(const LargeKey& key, const LargeProbe& probe) {
    return key.number() == probe.id;
  }
};
struct alignas(64) WideValue : InstrumentedValue {
  explicit WideValue(Value value) : InstrumentedValue(value) {}
};
template <>
struct TypesOf<KeyType::kLarge> : InstrumentedTypes<LargeKey, WideValue> {
  using InstrumentedTypes::HashedBitsOf;
  static LargeProbe MakeProbe(KeyId id) { return {id}; }
  static std::uint64_t HashedBitsOf(const LargeProbe& probe) { return probe.id; }
};

// As Go's interface keys: some dynamic types have no hash, and equal floats need not be the same.
struct IntAlternative : InstrumentedKey {
  explicit IntAlternative(KeyId id) : InstrumentedKey(id) {}
};
struct FloatAlternative : InstrumentedKey {
  explicit FloatAlternative(KeyId id) : InstrumentedKey(id) {}
  std::uint64_t canonical() const {
    return CanonicalId(KeyType::kVariant, static_cast<KeyId>(number()));
  }
  friend bool operator==(const FloatAlternative& a, const FloatAlternative& b) {
    return a.canonical() == b.canonical();
  }
};
struct SliceAlternative : InstrumentedKey {
  explicit SliceAlternative(KeyId id) : InstrumentedKey(id) {}
};
using VariantKey = std::variant<IntAlternative, FloatAlternative, SliceAlternative>;
template <>
struct TypesOf<KeyType::kVariant> {
  using Key = VariantKey;
  using Stored = ThrowingMoveValue;
  static Key MakeKey(KeyId id) {
    if (IsUnhashable(KeyType::kVariant, id)) return Key(std::in_place_type<SliceAlternative>, id);
    if (id % 3 == 0 || id == 1) return Key(std::in_place_type<FloatAlternative>, id);
    return Key(std::in_place_type<IntAlternative>, id);
  }
  static KeyId IdOf(const Key& key) {
    if (key.valueless_by_exception()) return kNoKeyId;
    return std::visit([](const auto& held) { return static_cast<KeyId>(held.number()); }, key);
  }
  static std::uint64_t HashedBitsOf(const Key& key) {
    if (std::holds_alternative<SliceAlternative>(key)) throw hmap::UnhashableError("[]int");
    return CanonicalId(KeyType::kVariant, IdOf(key));
  }
  static Stored MakeValue(Value value) { return Stored(value); }
  static Value ValueOf(const Stored& stored) { return stored.number(); }
  static void Set(Stored& stored, Value value) { stored.Set(value); }
};

}  // namespace mapfuzz

template <>
inline constexpr bool hmap::kHashMightThrow<mapfuzz::VariantKey> = true;
template <>
inline constexpr bool hmap::kNeedsKeyUpdate<mapfuzz::VariantKey> = true;

#endif  // MAPFUZZ_TARGETS_INSTRUMENTED_TYPES_H_
