// A cell of a bucket, together with the layout that its bucket has.

#ifndef HMAP_PLACE_H_
#define HMAP_PLACE_H_

#include <cstdint>
#include <type_traits>

#include "hmap/layout.h"

namespace hmap {

// How a place keeps its layout: by address, or not at all if the layout is nothing but constants.
template <class Layout>
class LayoutRef {
 public:
  LayoutRef() = default;
  explicit LayoutRef(const Layout& layout) : layout_(&layout) {}
  const Layout& operator*() const { return *layout_; }

 private:
  const Layout* layout_ = nullptr;
};

template <class Layout>
  requires std::is_empty_v<Layout>
class LayoutRef<Layout> {
 public:
  LayoutRef() = default;
  explicit LayoutRef(const Layout&) {}
  Layout operator*() const { return {}; }
};

// `bucket` is null if there is none.
template <class Layout>
struct Place {
  Bucket* bucket = nullptr;
  unsigned slot = 0;
  [[no_unique_address]] LayoutRef<Layout> layout;

  std::uint8_t& tophash() const { return (*layout).Tophash(bucket)[slot]; }
  void* key_slot() const { return (*layout).KeySlot(bucket, slot); }
  void* value_slot() const { return (*layout).ValueSlot(bucket, slot); }
  // Of a cell that holds an entry.
  typename Layout::Key& key() const { return (*layout).KeyAt(bucket, slot); }
  typename Layout::Value& value() const { return (*layout).ValueAt(bucket, slot); }

  // The chain's next cell; no bucket behind its last.
  Place After() const {
    if (slot + 1 < (*layout).Slots()) return {bucket, slot + 1, layout};
    return {(*layout).Overflow(bucket), 0, layout};
  }
};

}  // namespace hmap

#endif  // HMAP_PLACE_H_
