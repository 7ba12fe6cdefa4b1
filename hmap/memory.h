// Memory of a size and an alignment that are known only at run time, from any allocator.
//
// An allocator allocates objects of a type, so it is rebound to a *unit*: a type that has the
// alignment wanted and is as large. Who frees a block has to say the same size and alignment.

#ifndef HMAP_MEMORY_H_
#define HMAP_MEMORY_H_

#include <cstddef>
#include <memory>

namespace hmap {

template <std::size_t kAlignment>
struct alignas(kAlignment) AlignedUnit {
  std::byte bytes[kAlignment];
};

// The largest alignment that can be chosen at run time.
inline constexpr std::size_t kMaxAlignment = 64;

// Blocks of an alignment known at compile time. Sizes are rounded up to a whole unit.
template <std::size_t kAlignment, class Allocator>
struct Blocks {
  using Unit = AlignedUnit<kAlignment>;
  using UnitAllocator = typename std::allocator_traits<Allocator>::template rebind_alloc<Unit>;
  using Traits = std::allocator_traits<UnitAllocator>;

  static constexpr std::size_t Units(std::size_t bytes) {
    return (bytes + kAlignment - 1) / kAlignment;
  }
  static void* Allocate(const Allocator& from, std::size_t bytes) {
    UnitAllocator allocator(from);
    return Traits::allocate(allocator, Units(bytes));
  }
  static void Free(const Allocator& to, void* block, std::size_t bytes) {
    UnitAllocator allocator(to);
    Traits::deallocate(allocator, static_cast<Unit*>(block), Units(bytes));
  }
};

// Calls `f` with `Blocks` of `alignment`, a power of two of at most `kMaxAlignment`.
template <class Allocator, std::size_t kTried = 1, class F>
auto WithBlocksOf(std::size_t alignment, F f) {
  if constexpr (kTried < kMaxAlignment) {
    if (alignment != kTried) return WithBlocksOf<Allocator, kTried * 2>(alignment, f);
  }
  return f(Blocks<kTried, Allocator>());
}

}  // namespace hmap

#endif  // HMAP_MEMORY_H_
