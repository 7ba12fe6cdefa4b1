// Names for what lies in the memory of a map that threads share: see `SharedNamesParts`.

#ifndef MAPFUZZ_TARGETS_NAMED_PARTS_H_
#define MAPFUZZ_TARGETS_NAMED_PARTS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "harness/schedule/named_range.h"
#include "hmap/view.h"

namespace mapfuzz {

// "shard 3" of "shard 3 count".
struct PartOwner {
  std::string_view name = {};
  std::int64_t number = NamedRange::kNoNumber;
};

template <class T>
void NamePart(std::string_view name, const T& part, const PartOwner& owner,
              std::vector<NamedRange>& parts) {
  parts.push_back(
      {name, std::addressof(part), sizeof(part), NamedRange::kNoNumber, owner.name, owner.number});
}

// The header's fields, and the first buckets of both arrays.
template <class MapT>
void NameTable(const MapT& map, const PartOwner& owner, std::vector<NamedRange>& parts) {
  constexpr std::size_t kMostBuckets = 32;
  const auto view = map.view();
  if (view.core() == nullptr) return;
  view.core()->ForEachField(
      [&](std::string_view name, const auto& field) { NamePart(name, field, owner, parts); });
  for (const hmap::Array array : {hmap::Array::kCurrent, hmap::Array::kOld}) {
    const std::string_view name = array == hmap::Array::kCurrent ? "bucket" : "old bucket";
    const std::size_t chains = std::min(view.chains(array), kMostBuckets);
    for (std::size_t n = 0; n < chains; ++n) {
      parts.push_back({name, view.chain(array, n).address(),
                       view.allocated_bytes(array) / view.allocated_buckets(array),
                       static_cast<std::int64_t>(n), owner.name, owner.number});
    }
  }
}

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_NAMED_PARTS_H_
