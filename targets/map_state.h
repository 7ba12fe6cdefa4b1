// The state of hmap's tables and iterators, for `harness/state.h`.
//
// Every array of buckets that a map or an iterator holds has a number, in the order in which they
// are come by, and so has every bucket of it: first the array's own, then its pool's, then those
// allocated beside them. An overflow pointer is written as the number of the bucket it leads to.
// Buckets are read in the order of their numbers, and chains are never followed, so that the state
// of a broken table can be told as well. What is written:
//
//   map 0      the header, which arrays the map has, its allocator. The spare is `map 1`
//   array N    its size, its pool, whether a map has it, whether it is shared or destroyed
//   bucket N   of the array above: marks, where it leads, and each slot that holds something: of a
//              live one key and value, of a moved one what is kept for iterators
//   iterator N which arrays it holds, where it is, how it goes on

#ifndef MAPFUZZ_TARGETS_MAP_STATE_H_
#define MAPFUZZ_TARGETS_MAP_STATE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "harness/no_coverage.h"
#include "harness/state.h"
#include "hmap/map.h"

// As an oracle's code: see `no_coverage.h`. What it includes is included above.
MAPFUZZ_NO_COVERAGE_BEGIN
#include "hmap/roots.h"

namespace mapfuzz {

// `Reader` makes an Entry of a key and a value.
template <class CoreT, class Reader>
class MapStateWriter {
 public:
  using GenerationT = typename CoreT::GenerationT;

  // `roots` are all arrays that there are.
  MapStateWriter(const hmap::Roots<CoreT>& roots, const Reader& reader, StateWriter& writer)
      : roots_(roots), reader_(reader), writer_(writer) {}

  // `allocator` is its number.
  template <class MapT>
  void WriteMap(std::uint64_t number, const MapT& map, std::uint64_t allocator) {
    const auto view = map.view();
    const CoreT* core = view.core();
    writer_.Line("map", number);
    writer_.Word("allocator", allocator);
    writer_.Word("nil", map.is_nil());
    writer_.Word("has-table", core != nullptr);
    if (core == nullptr) return;
    writer_.Word("count", view.count());
    writer_.Word("flags", view.flags());
    writer_.Word("B", view.b());
    writer_.Word("noverflow", view.noverflow());
    writer_.Word("hash0", view.hash0());
    writer_.Word("nevacuate", view.nevacuate());
    writer_.Word("epoch", core->epoch());
    writer_.Word("buckets", NumberOf(core->buckets()));
    writer_.Word("oldbuckets", NumberOf(core->oldbuckets()));
  }

  void WriteArrays() {
    std::uint64_t number = 0;
    for (const auto& root : roots_) WriteArray(++number, *root.generation, root.in_map);
  }

  template <class It>
  void WriteIterator(std::uint64_t number, const It& it) {
    const auto position = it.position();
    const auto arrays = it.arrays();
    writer_.Line("iterator", number);
    for (const GenerationT* array : arrays) writer_.Word("array", NumberOf(array));
    writer_.Word("over", position.over);
    if (position.over) return;
    writer_.Word("wrapped", position.wrapped);
    writer_.Word("start", position.start_bucket);
    writer_.Word("next", position.next_bucket);
    writer_.Word("chain", position.chain);
    writer_.Word("slot", position.slot);
    writer_.Word("offset", position.offset);
    writer_.Word("only", position.only);
    if (arrays[2] == nullptr) return;
    NumberBuckets(*arrays[2]);
    writer_.Word("bucket", NumberOf(*arrays[2], position.bucket));
  }

 private:
  static constexpr std::uint64_t kForeign = UINT64_MAX;

  // From 1; 0 is none.
  std::uint64_t NumberOf(const GenerationT* generation) const {
    std::uint64_t number = 0;
    for (const auto& root : roots_) {
      ++number;
      if (root.generation == generation) return number;
    }
    return 0;
  }

  void WriteArray(std::uint64_t number, const GenerationT& array, bool in_map) {
    const std::int64_t pool = array.PoolLeft();
    const bool destroyed = array.IsDestroyed();
    writer_.Line("array", number);
    writer_.Word("B", array.b());
    writer_.Word("slots", array.layout().Slots());
    writer_.Word("total", array.total());
    writer_.Word("pool", static_cast<std::uint64_t>(pool + 1));
    writer_.Word("beside", array.heap_overflow());
    writer_.Word("in-map", in_map);
    writer_.Word("shared", array.IsShared());
    writer_.Word("destroyed", destroyed);
    NumberBuckets(array);
    const std::size_t used =
        array.total() - static_cast<std::size_t>(std::max<std::int64_t>(pool, 0));
    FindRetained(array, used);
    for (std::size_t i = 0; i < used; ++i) WriteBucket(i, array, array.Chain(i));
    std::size_t i = array.total();
    for (hmap::Bucket* bucket : array.heap_overflow_buckets()) WriteBucket(i++, array, bucket);
  }

  void WriteBucket(std::size_t number, const GenerationT& array, hmap::Bucket* bucket) {
    const auto& layout = array.layout();
    const std::uint8_t* const marks = layout.Tophash(bucket);
    writer_.Line("bucket", number);
    writer_.Word("retained", retained_[number]);
    writer_.Word("next", NumberOf(array, layout.Overflow(bucket)));
    writer_.Bytes("tophash", marks, layout.Slots());
    if (array.IsDestroyed()) return;
    for (unsigned slot = 0; slot < layout.Slots(); ++slot) {
      const bool live = hmap::IsLive(marks[slot]);
      const bool kept = hmap::IsMoved(marks[slot]) && (retained_[number] || !CoreT::kContract);
      if (!live && !kept) continue;
      const auto& key = layout.KeyAt(bucket, slot);
      writer_.Word("key", reader_.IdOf(key));
      if (!live && CoreT::kContract && CoreT::EqualsItself(key)) continue;
      writer_.Word("value", reader_(key, layout.ValueAt(bucket, slot)).value);
    }
  }

  // Which buckets belong to a chain that keeps what iterators need.
  void FindRetained(const GenerationT& array, std::size_t used) {
    retained_.assign(array.total() + array.heap_overflow(), false);
    if (!CoreT::kContract || array.IsDestroyed()) return;
    for (std::size_t n = 0; n < array.buckets(); ++n) {
      if (!array.IsRetained(n)) continue;
      // Each bucket once, so that it ends on any table.
      std::uint64_t number = n + 1;
      const auto in_use = [&] {
        return number != 0 && number != kForeign && (number <= used || number > array.total());
      };
      while (in_use() && !retained_[number - 1]) {
        retained_[number - 1] = true;
        number = NumberOf(array, array.layout().Overflow(BucketAt(array, number - 1)));
      }
    }
  }

  static hmap::Bucket* BucketAt(const GenerationT& array, std::size_t number) {
    return number < array.total() ? array.Chain(number)
                                  : array.heap_overflow_buckets()[number - array.total()];
  }

  void NumberBuckets(const GenerationT& array) {
    beside_.clear();
    std::size_t number = array.total();
    for (const hmap::Bucket* bucket : array.heap_overflow_buckets()) {
      beside_.emplace_back(bucket, ++number);
    }
    std::sort(beside_.begin(), beside_.end(),
              [](const auto& a, const auto& b) { return std::less<>()(a.first, b.first); });
  }
  // From 1; 0 is none.
  std::uint64_t NumberOf(const GenerationT& array, const hmap::Bucket* bucket) const {
    if (bucket == nullptr) return 0;
    const std::size_t size = array.layout().Size();
    const auto offset =
        reinterpret_cast<std::uintptr_t>(bucket) - reinterpret_cast<std::uintptr_t>(array.Chain(0));
    if (offset < array.total() * size) return offset % size == 0 ? offset / size + 1 : kForeign;
    const auto at = std::lower_bound(
        beside_.begin(), beside_.end(), bucket,
        [](const auto& entry, const hmap::Bucket* b) { return std::less<>()(entry.first, b); });
    return at != beside_.end() && at->first == bucket ? at->second : kForeign;
  }

  const hmap::Roots<CoreT>& roots_;
  const Reader& reader_;
  StateWriter& writer_;
  // Of the array at hand: its buckets beside array and pool, by address, and which are retained.
  std::vector<std::pair<const hmap::Bucket*, std::uint64_t>> beside_;
  std::vector<bool> retained_;
};

}  // namespace mapfuzz
MAPFUZZ_NO_COVERAGE_END

#endif  // MAPFUZZ_TARGETS_MAP_STATE_H_
