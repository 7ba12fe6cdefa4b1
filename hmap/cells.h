// Making, moving and destroying the key and the value in one cell.
//
// Hides whether a slot holds the object or a pointer to it, and whether the object is of a C++ type
// or bytes of a size known at run time (`Cells` of opaque keys and values are in
// `opaque_cells.h`). Knows nothing of tophash: who calls keeps the mark and the objects in step.
//
// A slot is given as its address, so that objects go from one bucket to another whatever the two
// layouts make of the rest.
//
// A slot without an object is poisoned, and here is where slots get and lose their objects.

#ifndef HMAP_CELLS_H_
#define HMAP_CELLS_H_

#include <cstddef>
#include <memory>
#include <new>
#include <type_traits>
#include <utility>

#include "hmap/key_traits.h"
#include "hmap/layout.h"
#include "hmap/poison.h"

namespace hmap {

template <class LayoutT, class Allocator>
class Cells {
 public:
  using Layout = LayoutT;
  using K = typename Layout::Key;
  using V = typename Layout::Value;

  // What evacuation moves, because that cannot throw, and what it may copy. A slot that holds a
  // pointer is always moved as such.
  static constexpr bool kMovesKey = Layout::kIndirectKey || std::is_nothrow_move_constructible_v<K>;
  static constexpr bool kMovesValue =
      Layout::kIndirectValue || std::is_nothrow_move_constructible_v<V>;
  static constexpr bool kCopiesKey = std::is_copy_constructible_v<K>;
  static constexpr bool kCopiesValue = std::is_copy_constructible_v<V>;
  // Objects, not only pointers to them, move without throwing.
  static constexpr bool kMovesObjects =
      std::is_nothrow_move_constructible_v<K> && std::is_nothrow_move_constructible_v<V>;

  Cells(const Layout& layout, const Allocator& allocator)
      : layout_(layout), allocator_(allocator) {}

  const Layout& layout() const { return layout_; }
  const Allocator& allocator() const { return allocator_; }
  // No object in a cell has to be destroyed.
  static constexpr bool IsTrivial() {
    return std::is_trivially_destructible_v<K> && std::is_trivially_destructible_v<V> &&
           !Layout::kIndirectKey && !Layout::kIndirectValue;
  }
  // Go's collector would look for pointers in a bucket.
  static constexpr bool HoldsPointers() { return kHoldsPointers<K> || kHoldsPointers<V>; }

  template <class... Args>
  void ConstructKey(void* slot, Args&&... args) {
    Construct<K, Layout::kIndirectKey>(slot, std::forward<Args>(args)...);
  }
  template <class... Args>
  void ConstructValue(void* slot, Args&&... args) {
    Construct<V, Layout::kIndirectValue>(slot, std::forward<Args>(args)...);
  }
  void DestroyKey(void* slot) { Destroy<K, Layout::kIndirectKey>(slot); }
  void DestroyValue(void* slot) { Destroy<V, Layout::kIndirectValue>(slot); }

  // Moves the key to an empty cell; the source is then empty. An indirect object stays where it is
  // and only its pointer moves, as in Go.
  void RelocateKey(void* to, void* from) { Relocate<K, Layout::kIndirectKey>(to, from); }
  void RelocateValue(void* to, void* from) { Relocate<V, Layout::kIndirectValue>(to, from); }

  // Zero, in Go's words.
  static void ResetKey(K& key) { key = K(); }
  static void ResetValue(V& value) { value = V(); }

 private:
  template <class T>
  using Rebound = typename std::allocator_traits<Allocator>::template rebind_alloc<T>;
  template <class T, bool kIndirect>
  static constexpr std::size_t kSlotSize = kIndirect ? sizeof(T*) : sizeof(T);

  template <class T, bool kIndirect, class... Args>
  void Construct(void* slot, Args&&... args) {
    SlotOpening opening(slot, kSlotSize<T, kIndirect>);
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
      ::new (slot) T*(object);
    } else {
      ::new (slot) T(std::forward<Args>(args)...);
    }
    opening.Fill();
  }

  template <class T, bool kIndirect>
  void Destroy(void* slot) {
    if constexpr (kIndirect) {
      T* const object = *std::launder(static_cast<T**>(slot));
      Rebound<T> allocator(allocator_);
      std::destroy_at(object);
      std::allocator_traits<Rebound<T>>::deallocate(allocator, object, 1);
    } else {
      std::destroy_at(std::launder(static_cast<T*>(slot)));
    }
    Poison(slot, kSlotSize<T, kIndirect>);
  }

  template <class T, bool kIndirect>
  void Relocate(void* to, void* from) {
    Unpoison(to, kSlotSize<T, kIndirect>);
    if constexpr (kIndirect) {
      ::new (to) T*(*std::launder(static_cast<T**>(from)));
    } else {
      T* const object = std::launder(static_cast<T*>(from));
      ::new (to) T(std::move(*object));
      std::destroy_at(object);
    }
    Poison(from, kSlotSize<T, kIndirect>);
  }

  [[no_unique_address]] Layout layout_;
  [[no_unique_address]] Allocator allocator_;
};

}  // namespace hmap

#endif  // HMAP_CELLS_H_
