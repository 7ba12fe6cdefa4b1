// The layout of buckets whose keys and values have sizes and alignments chosen at run time.
//
// The same algorithm works on it as on `StaticLayout`, so that a harness can walk through layouts
// without compiling each of them.

#ifndef HMAP_DYNAMIC_LAYOUT_H_
#define HMAP_DYNAMIC_LAYOUT_H_

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>

#include "hmap/errors.h"
#include "hmap/layout.h"
#include "hmap/memory.h"
#include "hmap/opaque.h"

namespace hmap {

class DynamicLayout : public BucketAddresses<DynamicLayout> {
 public:
  using Key = Opaque;
  using Value = Opaque;

  // Buckets of `slots` keys and values. What is larger than `max_inline` bytes is stored by
  // pointer. Throws LayoutError unless `slots` is 4, 8 or 16 and both alignments are powers of two
  // of at most `kMaxAlignment`.
  DynamicLayout(const ObjectShape& key, const ObjectShape& value, unsigned slots = kGoSlots,
                std::size_t max_inline = kMaxInlineSize)
      : key_(key),
        value_(value),
        max_inline_(max_inline),
        shape_(Checked(key, value, slots, max_inline)),
        nominal_size_(NominalSizeOf(key, value, slots, max_inline)) {}

  // The same keys and values in buckets of `slots`. Throws LayoutError as the constructor does.
  DynamicLayout WithSlots(unsigned slots) const {
    DynamicLayout layout(key_, value_, slots, max_inline_);
    layout.holds_pointers_ = holds_pointers_;
    return layout;
  }
  // The same, with keys or values in which Go's collector would look for pointers, or without;
  // at first, without. See `kHoldsPointers`.
  DynamicLayout WithPointers(bool holds_pointers) const {
    DynamicLayout layout = *this;
    layout.holds_pointers_ = holds_pointers;
    return layout;
  }

  const ObjectShape& key() const { return key_; }
  const ObjectShape& value() const { return value_; }
  bool holds_pointers() const { return holds_pointers_; }
  const BucketShape& shape() const { return shape_; }
  std::size_t NominalSize() const { return nominal_size_; }

  // The key or value of a cell that holds one.
  Opaque& KeyAt(Bucket* bucket, unsigned slot) const {
    return ObjectIn(KeySlot(bucket, slot), shape_.keys.indirect);
  }
  Opaque& ValueAt(Bucket* bucket, unsigned slot) const {
    return ObjectIn(ValueSlot(bucket, slot), shape_.values.indirect);
  }

  // Calls `f` with the blocks that buckets are allocated in.
  template <class Allocator, class F>
  auto WithBucketBlocks(F f) const {
    return WithBlocksOf<Allocator>(shape_.alignment, f);
  }

 private:
  static BucketShape Checked(const ObjectShape& key, const ObjectShape& value, unsigned slots,
                             std::size_t max_inline) {
    if (slots != 4 && slots != 8 && slots != 16) {
      throw LayoutError("hmap: layout: a bucket has 4, 8 or 16 slots, not " +
                        std::to_string(slots));
    }
    for (const ObjectShape& object : {key, value}) {
      const std::uint32_t alignment = object.alignment;
      if (!std::has_single_bit(alignment) || alignment > kMaxAlignment) {
        throw LayoutError("hmap: layout: an alignment is a power of two from 1 to " +
                          std::to_string(kMaxAlignment) + ", not " + std::to_string(alignment));
      }
    }
    return ShapeOf(key, value, slots, max_inline, kPoisonGranule);
  }

  static Opaque& ObjectIn(void* slot, bool indirect) {
    if (!indirect) return AsOpaque(slot);
    void* object;
    std::memcpy(&object, slot, sizeof(object));
    return AsOpaque(object);
  }

  ObjectShape key_;
  ObjectShape value_;
  std::size_t max_inline_;
  BucketShape shape_;
  std::size_t nominal_size_;
  bool holds_pointers_ = false;
};

}  // namespace hmap

#endif  // HMAP_DYNAMIC_LAYOUT_H_
