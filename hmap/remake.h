// Replacing an object by another of its type that it need not be assignable from.

#ifndef HMAP_REMAKE_H_
#define HMAP_REMAKE_H_

#include <memory>
#include <type_traits>
#include <utility>

namespace hmap {

// Destroys `object` and makes it again in its place. If that throws, the program ends.
template <class T, class From>
void Remake(T& object, From&& from) noexcept {
  std::destroy_at(std::addressof(object));
  std::construct_at(std::addressof(object), std::forward<From>(from));
}

// As std::swap, also where a part cannot be assigned, as an allocator of std::pmr or a lambda that
// captures something. Neither object may share its address with another.
template <class T>
void Exchange(T& a, T& b) noexcept {
  if constexpr (std::is_swappable_v<T>) {
    std::swap(a, b);
  } else {
    if (&a == &b) return;
    T was(std::move(a));
    Remake(a, std::move(b));
    Remake(b, std::move(was));
  }
}

}  // namespace hmap

#endif  // HMAP_REMAKE_H_
