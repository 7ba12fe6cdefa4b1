// Making, moving and destroying the key and the value in one cell.
//
// Hides whether a slot holds the object or a pointer to it. Knows nothing of tophash: who calls
// keeps the mark and the objects in step.

#ifndef HMAP_CELLS_H_
#define HMAP_CELLS_H_

#include <memory>
#include <type_traits>
#include <utility>

#include "hmap/layout.h"

namespace hmap {

template <class LayoutT, class Allocator>
class Cells {
 public:
  using Layout = LayoutT;
  using K = typename Layout::Key;
  using V = typename Layout::Value;

  // No object in a cell has to be destroyed.
  static constexpr bool kTrivial = std::is_trivially_destructible_v<K> &&
                                   std::is_trivially_destructible_v<V> && !Layout::kIndirectKey &&
                                   !Layout::kIndirectValue;

  Cells(const Layout& layout, const Allocator& allocator)
      : layout_(layout), allocator_(allocator) {}

  const Layout& layout() const { return layout_; }
  const Allocator& allocator() const { return allocator_; }

  template <class... Args>
  void ConstructKey(Bucket* bucket, unsigned slot, Args&&... args) {
    Construct<K, Layout::kIndirectKey>(layout_.KeyAddress(bucket, slot),
                                       std::forward<Args>(args)...);
  }
  template <class... Args>
  void ConstructValue(Bucket* bucket, unsigned slot, Args&&... args) {
    Construct<V, Layout::kIndirectValue>(layout_.ValueAddress(bucket, slot),
                                         std::forward<Args>(args)...);
  }
  void DestroyKey(Bucket* bucket, unsigned slot) {
    Destroy<K, Layout::kIndirectKey>(layout_.KeySlotAt(bucket, slot));
  }
  void DestroyValue(Bucket* bucket, unsigned slot) {
    Destroy<V, Layout::kIndirectValue>(layout_.ValueSlotAt(bucket, slot));
  }

  // Moves the key to an empty cell; the source is then empty. An indirect object stays where it is
  // and only its pointer moves, as in Go.
  void RelocateKey(Bucket* to, unsigned to_slot, Bucket* from, unsigned from_slot) {
    Relocate<K, Layout::kIndirectKey>(layout_.KeyAddress(to, to_slot),
                                      layout_.KeySlotAt(from, from_slot));
  }
  void RelocateValue(Bucket* to, unsigned to_slot, Bucket* from, unsigned from_slot) {
    Relocate<V, Layout::kIndirectValue>(layout_.ValueAddress(to, to_slot),
                                        layout_.ValueSlotAt(from, from_slot));
  }

 private:
  template <class T>
  using Rebound = typename std::allocator_traits<Allocator>::template rebind_alloc<T>;

  template <class T, bool kIndirect, class... Args>
  void Construct(void* address, Args&&... args) {
    if constexpr (kIndirect) {
      Rebound<T> allocator(allocator_);
      using Traits = std::allocator_traits<Rebound<T>>;
      T* object = Traits::allocate(allocator, 1);
      try {
        ::new (static_cast<void*>(object)) T(std::forward<Args>(args)...);
      } catch (...) {
        Traits::deallocate(allocator, object, 1);
        throw;
      }
      ::new (address) T*(object);
    } else {
      ::new (address) T(std::forward<Args>(args)...);
    }
  }

  template <class T, bool kIndirect, class Slot>
  void Destroy(Slot& slot) {
    if constexpr (kIndirect) {
      Rebound<T> allocator(allocator_);
      std::destroy_at(slot);
      std::allocator_traits<Rebound<T>>::deallocate(allocator, slot, 1);
    } else {
      std::destroy_at(&slot);
    }
  }

  template <class T, bool kIndirect, class Slot>
  void Relocate(void* to, Slot& from) {
    if constexpr (kIndirect) {
      ::new (to) T*(from);
    } else {
      ::new (to) T(std::move(from));
      std::destroy_at(&from);
    }
  }

  [[no_unique_address]] Layout layout_;
  [[no_unique_address]] Allocator allocator_;
};

}  // namespace hmap

#endif  // HMAP_CELLS_H_
