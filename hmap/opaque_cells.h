// `Cells` of keys and values of which only size and alignment are known.
//
// To copy one is to copy its bytes. That cannot throw, but for the allocation of an object that is
// stored by pointer.

#ifndef HMAP_OPAQUE_CELLS_H_
#define HMAP_OPAQUE_CELLS_H_

#include <cstddef>
#include <cstring>
#include <utility>

#include "hmap/cells.h"
#include "hmap/memory.h"
#include "hmap/opaque.h"
#include "hmap/poison.h"

namespace hmap {

template <class LayoutT, class Allocator>
  requires kOpaque<typename LayoutT::Key>
class Cells<LayoutT, Allocator> {
 public:
  using Layout = LayoutT;
  using K = Opaque;
  using V = Opaque;

  static constexpr bool kMovesKey = true;
  static constexpr bool kMovesValue = true;
  static constexpr bool kCopiesKey = true;
  static constexpr bool kCopiesValue = true;
  static constexpr bool kMovesObjects = false;  // to copy the bytes is as good

  Cells(const Layout& layout, const Allocator& allocator)
      : layout_(layout), allocator_(allocator) {}

  const Layout& layout() const { return layout_; }
  const Allocator& allocator() const { return allocator_; }
  bool IsTrivial() const {
    return !layout_.shape().keys.indirect && !layout_.shape().values.indirect;
  }
  bool HoldsPointers() const { return layout_.holds_pointers(); }

  // A copy of `from`; zero without it.
  template <class... From>
  void ConstructKey(void* slot, const From&... from) {
    Construct(layout_.key(), layout_.shape().keys, slot, Address(from...));
  }
  template <class... From>
  void ConstructValue(void* slot, const From&... from) {
    Construct(layout_.value(), layout_.shape().values, slot, Address(from...));
  }
  void DestroyKey(void* slot) { Destroy(layout_.key(), layout_.shape().keys, slot); }
  void DestroyValue(void* slot) { Destroy(layout_.value(), layout_.shape().values, slot); }

  void RelocateKey(void* to, void* from) { Relocate(to, from, layout_.shape().keys.size); }
  void RelocateValue(void* to, void* from) { Relocate(to, from, layout_.shape().values.size); }

  void ResetKey(Opaque& key) { std::memset(static_cast<void*>(&key), 0, layout_.key().size); }
  void ResetValue(Opaque& value) {
    std::memset(static_cast<void*>(&value), 0, layout_.value().size);
  }

 private:
  static const void* Address() { return nullptr; }
  static const void* Address(const Opaque& from) { return &from; }

  void Construct(const ObjectShape& shape, const SlotShape& slots, void* slot, const void* from) {
    SlotOpening opening(slot, slots.size);
    void* object = slot;
    if (slots.indirect) {
      object = WithBlocksOf<Allocator>(
          shape.alignment, [&](auto blocks) { return blocks.Allocate(allocator_, shape.size); });
      std::memcpy(slot, &object, sizeof(object));
    }
    if (from == nullptr) {
      std::memset(object, 0, shape.size);
    } else {
      std::memcpy(object, from, shape.size);
    }
    opening.Fill();
  }

  void Destroy(const ObjectShape& shape, const SlotShape& slots, void* slot) {
    if (slots.indirect) {
      void* object;
      std::memcpy(&object, slot, sizeof(object));
      WithBlocksOf<Allocator>(shape.alignment,
                              [&](auto blocks) { blocks.Free(allocator_, object, shape.size); });
    }
    Poison(slot, slots.size);
  }

  static void Relocate(void* to, void* from, std::size_t size) {
    Unpoison(to, size);
    std::memcpy(to, from, size);
    Poison(from, size);
  }

  Layout layout_;
  [[no_unique_address]] Allocator allocator_;
};

}  // namespace hmap

#endif  // HMAP_OPAQUE_CELLS_H_
