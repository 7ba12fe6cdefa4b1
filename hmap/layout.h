// Where things lie in a bucket.
//
// A bucket holds one tophash byte per slot, then all keys, then all values, then the pointer to
// the chain's next bucket. Keys together and values together, so that no padding is needed
// between a small key and a large value (Go's bmap):
//
//   +---------------+-------------------+-----------------------+----------+
//   | tophash[8]    | key key key ...   | value value value ... | overflow |
//   +---------------+-------------------+-----------------------+----------+
//   0               KeysOffset          ValuesOffset            OverflowOffset      Size
//
// A key or value of more than 128 bytes is stored by pointer: its slot holds the address of an
// object of its own (Go's maxKeySize and maxElemSize; exactly 128 bytes is inline).
//
// The table asks an *object* of the layout for everything, so that a layout whose sizes are known
// only at run time can take the place of this one.

#ifndef HMAP_LAYOUT_H_
#define HMAP_LAYOUT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <type_traits>

namespace hmap {

// A bucket's bytes; only a layout knows what is where.
struct Bucket;

inline constexpr std::size_t kMaxInlineSize = 128;

constexpr std::size_t AlignUp(std::size_t offset, std::size_t alignment) {
  return (offset + alignment - 1) / alignment * alignment;
}

// The layout of buckets of `kSlots` slots for types known at compile time; folds to constants.
template <class K, class V, unsigned kSlotCount = 8>
class StaticLayout {
 public:
  using Key = K;
  using Value = V;

  static constexpr unsigned kSlots = kSlotCount;
  static constexpr bool kIndirectKey = sizeof(K) > kMaxInlineSize;
  static constexpr bool kIndirectValue = sizeof(V) > kMaxInlineSize;
  using KeySlot = std::conditional_t<kIndirectKey, K*, K>;
  using ValueSlot = std::conditional_t<kIndirectValue, V*, V>;

  static constexpr std::size_t KeysOffset() { return kKeysOffset; }
  static constexpr std::size_t ValuesOffset() { return kValuesOffset; }
  static constexpr std::size_t OverflowOffset() { return kOverflowOffset; }
  static constexpr std::size_t Alignment() { return kAlignment; }
  // Bytes of a bucket, and the distance of neighbours in an array.
  static constexpr std::size_t Size() { return kSize; }

  static std::uint8_t* Tophash(Bucket* bucket) { return reinterpret_cast<std::uint8_t*>(bucket); }
  static void* KeyAddress(Bucket* bucket, unsigned slot) {
    return Bytes(bucket) + KeysOffset() + slot * sizeof(KeySlot);
  }
  static void* ValueAddress(Bucket* bucket, unsigned slot) {
    return Bytes(bucket) + ValuesOffset() + slot * sizeof(ValueSlot);
  }
  static KeySlot& KeySlotAt(Bucket* bucket, unsigned slot) {
    return *std::launder(static_cast<KeySlot*>(KeyAddress(bucket, slot)));
  }
  static ValueSlot& ValueSlotAt(Bucket* bucket, unsigned slot) {
    return *std::launder(static_cast<ValueSlot*>(ValueAddress(bucket, slot)));
  }

  // The key or value of a cell that holds one.
  static K& KeyAt(Bucket* bucket, unsigned slot) {
    if constexpr (kIndirectKey) {
      return *KeySlotAt(bucket, slot);
    } else {
      return KeySlotAt(bucket, slot);
    }
  }
  static V& ValueAt(Bucket* bucket, unsigned slot) {
    if constexpr (kIndirectValue) {
      return *ValueSlotAt(bucket, slot);
    } else {
      return ValueSlotAt(bucket, slot);
    }
  }

  static Bucket* Overflow(Bucket* bucket) {
    Bucket* overflow;
    std::memcpy(&overflow, Bytes(bucket) + OverflowOffset(), sizeof(overflow));
    return overflow;
  }
  static void SetOverflow(Bucket* bucket, Bucket* overflow) {
    std::memcpy(Bytes(bucket) + OverflowOffset(), &overflow, sizeof(overflow));
  }
  // The bucket `n` places further in an array.
  static Bucket* Advance(Bucket* bucket, std::size_t n) {
    return reinterpret_cast<Bucket*>(Bytes(bucket) + n * Size());
  }

 private:
  // Constants, so that unoptimised and instrumented builds need not compute them either.
  static constexpr std::size_t kKeysOffset = AlignUp(kSlots, alignof(KeySlot));
  static constexpr std::size_t kValuesOffset =
      AlignUp(kKeysOffset + kSlots * sizeof(KeySlot), alignof(ValueSlot));
  static constexpr std::size_t kOverflowOffset =
      AlignUp(kValuesOffset + kSlots * sizeof(ValueSlot), alignof(Bucket*));
  static constexpr std::size_t kAlignment =
      std::max({alignof(KeySlot), alignof(ValueSlot), alignof(Bucket*)});
  static constexpr std::size_t kSize = AlignUp(kOverflowOffset + sizeof(Bucket*), kAlignment);

  static std::byte* Bytes(Bucket* bucket) { return reinterpret_cast<std::byte*>(bucket); }
};

}  // namespace hmap

#endif  // HMAP_LAYOUT_H_
