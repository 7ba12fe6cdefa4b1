// Where things lie in a bucket.
//
// `ShapeOf` computes it, in one place for every layout. A layout adds how to get at a key, a value
// and the next bucket: `StaticLayout` for types known at compile time, `DynamicLayout` (see
// `dynamic_layout.h`) for sizes chosen at run time. The table asks an *object* of the layout for
// everything, and every array of buckets has its own, since the slots per bucket may change with a
// growth.
//
// A layout's shape is that of its buckets in memory. It depends on the build: builds that poison
// free slots (see `poison.h`) pad it, pointers have 4 bytes or 8, each standard library has strings
// of its own size. `NominalSize`, a bucket's size without all that, decides how many buckets are
// allocated, so that all builds allocate the same ones, and a map does the same in each of them.

#ifndef HMAP_LAYOUT_H_
#define HMAP_LAYOUT_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <string>
#include <string_view>
#include <type_traits>

#include "hmap/memory.h"
#include "hmap/poison.h"

namespace hmap {

// A bucket's bytes; only a layout knows what is where.
struct Bucket;

// Go: maxKeySize and maxElemSize.
inline constexpr std::size_t kMaxInlineSize = 128;

// Go: bucketCnt.
inline constexpr unsigned kGoSlots = 8;

constexpr std::size_t AlignUp(std::size_t offset, std::size_t alignment) {
  return (offset + alignment - 1) / alignment * alignment;
}

// What there is to know of keys or of values to lay them out.
struct ObjectShape {
  std::uint32_t size = 0;
  std::uint32_t alignment = 1;  // a power of two
};

template <class T>
inline constexpr ObjectShape kShapeOf = {sizeof(T), alignof(T)};

inline constexpr ObjectShape kPointerShape = kShapeOf<void*>;

// What stands for a type where the same is to come out on every machine: Go's size and alignment
// with 64-bit pointers. Of other types, what the compiler says; a type of which that depends on the
// build may be given a shape of its own.
inline constexpr ObjectShape kNominalPointerShape = {8, 8};
template <class T>
inline constexpr ObjectShape kNominalShapeOf =
    std::is_pointer_v<T>                    ? kNominalPointerShape
    : sizeof(T) == 8 && std::is_scalar_v<T> ? ObjectShape{8, 8}
                                            : kShapeOf<T>;
template <>
inline constexpr ObjectShape kNominalShapeOf<std::string> = {16, 8};
template <>
inline constexpr ObjectShape kNominalShapeOf<std::string_view> = {16, 8};

// The slots for keys, or those for values.
struct SlotShape {
  bool indirect = false;  // the slot holds the address of an object of its own
  std::size_t offset = 0;
  std::size_t size = 0;    // of what the slot holds
  std::size_t stride = 0;  // from one slot to the next
};

struct BucketShape {
  unsigned slots = 0;
  SlotShape keys;
  SlotShape values;
  std::size_t overflow = 0;  // offset of the pointer to the chain's next bucket
  std::size_t alignment = 0;
  std::size_t size = 0;  // and the distance of neighbours in an array
};

// A bucket holds one tophash byte per slot, then all keys, then all values, then the pointer to
// the chain's next bucket. Keys together and values together, so that no padding is needed
// between a small key and a large value (Go's bmap):
//
//   +----------------+-------------------+-----------------------+----------+
//   | tophash[slots] | key key key ...   | value value value ... | overflow |
//   +----------------+-------------------+-----------------------+----------+
//   0                keys.offset         values.offset           overflow   size
//
// Each part begins at the next multiple of its alignment, as a compiler lays out a struct of four
// members. With 8 slots and alignments up to 8 there is nothing to pad, and the size is Go's:
// 8 + 8 key slots + 8 value slots + 8.
//
// A key or value of more than `max_inline` bytes is stored by pointer: its slot holds the address
// of an object of its own (exactly `max_inline` bytes is inline).
//
// A size that is no multiple of its alignment is rounded up to one, slot by slot. Of size zero, all
// slots share one address. It lies in the bucket all the same, because the overflow pointer comes
// last: Go pads the end of a struct whose last member has no size, lest its address be that of the
// next object, and needs no such padding here.
//
// With a `granule` of more than 1 every slot begins with a granule and shares none with another.
constexpr BucketShape ShapeOf(const ObjectShape& key, const ObjectShape& value, unsigned slots,
                              std::size_t max_inline = kMaxInlineSize, std::size_t granule = 1,
                              const ObjectShape& pointer = kPointerShape) {
  const auto slot_of = [&](const ObjectShape& object) {
    return object.size > max_inline ? pointer : object;
  };
  const auto apart = [granule](const ObjectShape& slot) {
    return std::max<std::size_t>(slot.alignment, granule);
  };
  const ObjectShape key_slot = slot_of(key);
  const ObjectShape value_slot = slot_of(value);
  BucketShape shape;
  shape.slots = slots;
  shape.keys.indirect = key.size > max_inline;
  shape.keys.size = key_slot.size;
  shape.keys.stride = AlignUp(key_slot.size, apart(key_slot));
  shape.keys.offset = AlignUp(slots, apart(key_slot));
  shape.values.indirect = value.size > max_inline;
  shape.values.size = value_slot.size;
  shape.values.stride = AlignUp(value_slot.size, apart(value_slot));
  shape.values.offset = AlignUp(shape.keys.offset + slots * shape.keys.stride, apart(value_slot));
  shape.overflow = AlignUp(shape.values.offset + slots * shape.values.stride, pointer.alignment);
  shape.alignment =
      std::max<std::size_t>({key_slot.alignment, value_slot.alignment, pointer.alignment});
  shape.size = AlignUp(shape.overflow + pointer.size, shape.alignment);
  return shape;
}

// The size of a bucket whatever the build, if `key` and `value` are: with 64-bit pointers and
// nothing padded.
constexpr std::size_t NominalSizeOf(const ObjectShape& key, const ObjectShape& value,
                                    unsigned slots, std::size_t max_inline = kMaxInlineSize) {
  return ShapeOf(key, value, slots, max_inline, 1, kNominalPointerShape).size;
}

// What all layouts have in common: addresses, as `Derived::shape()` has them, and what of a bucket
// is poisoned.
template <class Derived>
class BucketAddresses {
 public:
  constexpr unsigned Slots() const { return shape().slots; }
  constexpr std::size_t Alignment() const { return shape().alignment; }
  // Bytes of a bucket, and the distance of neighbours in an array.
  constexpr std::size_t Size() const { return shape().size; }

  std::uint8_t* Tophash(Bucket* bucket) const { return reinterpret_cast<std::uint8_t*>(bucket); }
  // Where the slot is; it holds the object or, if that is too large, its address.
  void* KeySlot(Bucket* bucket, unsigned slot) const {
    return Bytes(bucket) + shape().keys.offset + slot * shape().keys.stride;
  }
  void* ValueSlot(Bucket* bucket, unsigned slot) const {
    return Bytes(bucket) + shape().values.offset + slot * shape().values.stride;
  }

  Bucket* Overflow(Bucket* bucket) const {
    Bucket* overflow;
    std::memcpy(&overflow, Bytes(bucket) + shape().overflow, sizeof(overflow));
    return overflow;
  }
  void SetOverflow(Bucket* bucket, Bucket* overflow) const {
    std::memcpy(Bytes(bucket) + shape().overflow, &overflow, sizeof(overflow));
  }
  // The bucket `n` places further in an array.
  Bucket* Advance(Bucket* bucket, std::size_t n) const {
    return reinterpret_cast<Bucket*>(Bytes(bucket) + n * shape().size);
  }

  // Nothing of `n` buckets of an array may be touched.
  void PoisonBuckets(Bucket* first, std::size_t n) const { Poison(first, n * shape().size); }
  // All of them may: they are about to be written as a whole, or freed.
  void UnpoisonBuckets(Bucket* first, std::size_t n) const { Unpoison(first, n * shape().size); }
  // A poisoned bucket comes into use: its marks and its overflow pointer are readable.
  void UnpoisonHeader(Bucket* bucket) const {
    Unpoison(bucket, shape().slots);
    Unpoison(Bytes(bucket) + shape().overflow, sizeof(Bucket*));
  }

 private:
  static std::byte* Bytes(Bucket* bucket) { return reinterpret_cast<std::byte*>(bucket); }
  constexpr const BucketShape& shape() const { return static_cast<const Derived*>(this)->shape(); }
};

// The layout of buckets of `kSlots` slots for types known at compile time; folds to constants.
template <class K, class V, unsigned kSlots = kGoSlots, std::size_t kMaxInline = kMaxInlineSize>
class StaticLayout : public BucketAddresses<StaticLayout<K, V, kSlots, kMaxInline>> {
  static_assert(kSlots != 0 && (kSlots & (kSlots - 1)) == 0,
                "hmap: slots per bucket must be a power of two");
  static constexpr BucketShape kShape =
      ShapeOf(kShapeOf<K>, kShapeOf<V>, kSlots, kMaxInline, kPoisonGranule);

 public:
  using Key = K;
  using Value = V;

  static constexpr bool kIndirectKey = kShape.keys.indirect;
  static constexpr bool kIndirectValue = kShape.values.indirect;

  static constexpr ObjectShape key() { return kShapeOf<K>; }
  static constexpr ObjectShape value() { return kShapeOf<V>; }
  static constexpr const BucketShape& shape() { return kShape; }
  static constexpr unsigned Slots() { return kSlots; }
  static constexpr std::size_t NominalSize() {
    return NominalSizeOf(kNominalShapeOf<K>, kNominalShapeOf<V>, kSlots, kMaxInline);
  }

  // The key or value of a cell that holds one.
  K& KeyAt(Bucket* bucket, unsigned slot) const {
    return ObjectIn<K, kIndirectKey>(this->KeySlot(bucket, slot));
  }
  V& ValueAt(Bucket* bucket, unsigned slot) const {
    return ObjectIn<V, kIndirectValue>(this->ValueSlot(bucket, slot));
  }

  // Calls `f` with the blocks that buckets are allocated in.
  template <class Allocator, class F>
  auto WithBucketBlocks(F f) const {
    return f(Blocks<kShape.alignment, Allocator>());
  }

 private:
  template <class T, bool kIndirect>
  static T& ObjectIn(void* slot) {
    if constexpr (kIndirect) {
      return **std::launder(static_cast<T**>(slot));
    } else {
      return *std::launder(static_cast<T*>(slot));
    }
  }
};

}  // namespace hmap

#endif  // HMAP_LAYOUT_H_
