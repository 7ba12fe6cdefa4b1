// Proves that every bucket of a table is where it should be, as a collector's marker would.
//
// Starting from the roots (see `roots.h`) it follows every chain. Each bucket that was allocated
// must be in one chain, once, or wait in its array's pool: a bucket that was handed out twice is in
// two chains or in both, one that was forgotten is in neither, and no chain leads out of its
// generation. It reads overflow pointers only of buckets that the generation owns, and of each
// once, so that it ends on any table. O(buckets): for tests and tools.
//
// What was destroyed has no chains any more, and they are not followed. In an array that only
// iterators hold all entries were moved or destroyed: what a map has lost or cleared does not live
// on with its iterators.
//
// Under Go's rule some buckets may be in no chain: Go cuts off what it has evacuated, and forgets
// overflow buckets at a clear while an iterator may walk them. And it leaves entries behind.

#ifndef HMAP_MARKER_H_
#define HMAP_MARKER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "hmap/layout.h"
#include "hmap/roots.h"
#include "hmap/tophash.h"

namespace hmap {

enum class MarkFault : std::uint8_t {
  kNone,
  kLost,     // a bucket is in no chain and no pool
  kShared,   // a bucket is in two places
  kForeign,  // a chain leads to what is no bucket of its generation
  kLeft,     // an entry is in an array that no map has
};

struct MarkReport {
  std::size_t generations = 0;
  std::size_t allocated = 0;  // buckets of generations that were not destroyed
  std::size_t in_chains = 0;
  std::size_t in_pools = 0;
  // The first thing that is wrong; empty if all is well.
  MarkFault fault = MarkFault::kNone;
  std::string problem;
};

template <class CoreT>
class Marker {
 public:
  using GenerationT = typename CoreT::GenerationT;

  explicit Marker(const Roots<CoreT>& roots) : roots_(roots) {}

  MarkReport Mark() {
    report_ = {};
    report_.generations = roots_.size();
    for (const auto& root : roots_) {
      if (!root.generation->IsDestroyed()) MarkGeneration(*root.generation);
      if (CoreT::kContract && !root.in_map) CheckEmptied(*root.generation);
    }
    return report_;
  }

 private:
  // Where a bucket of the generation was found: the number of its chain, or one of these.
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
  static constexpr std::size_t kPool = static_cast<std::size_t>(-2);
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);  // of a bucket's number

  void MarkGeneration(const GenerationT& generation) {
    const std::size_t pool = Pool(generation);
    const auto& heap = generation.heap_overflow_buckets();
    heap_.assign(heap.begin(), heap.end());
    std::sort(heap_.begin(), heap_.end(), std::less<>());
    if (std::adjacent_find(heap_.begin(), heap_.end()) != heap_.end()) {
      Complain(MarkFault::kShared, "a bucket was allocated twice");
    }
    found_.assign(generation.total() + heap_.size(), kNowhere);
    const auto unused = found_.begin() + static_cast<std::ptrdiff_t>(generation.total() - pool);
    std::fill_n(unused, pool, kPool);
    for (std::size_t n = 0; n < generation.buckets(); ++n) MarkChain(generation, n);
    report_.allocated += found_.size();
    report_.in_pools += pool;
    if (CoreT::kContract && std::find(found_.begin(), found_.end(), kNowhere) != found_.end()) {
      Complain(MarkFault::kLost, "a bucket is in no chain and no pool");
    }
  }

  void MarkChain(const GenerationT& generation, std::size_t n) {
    std::size_t index = 0;
    for (Bucket* bucket = generation.Chain(n); bucket != nullptr; ++index) {
      const auto complain = [&](MarkFault fault, const std::string& what) {
        Complain(fault,
                 "bucket " + std::to_string(index) + " of chain " + std::to_string(n) + what);
      };
      const std::size_t number = NumberOf(generation, bucket);
      if (number == kNone) return complain(MarkFault::kForeign, " is none of its generation's");
      std::size_t& found = found_[number];
      if (found == kPool) return complain(MarkFault::kShared, " is in the pool");
      if (found != kNowhere) {
        return complain(MarkFault::kShared, " is in chain " + std::to_string(found) + " already");
      }
      found = n;
      ++report_.in_chains;
      bucket = generation.layout().Overflow(bucket);
    }
  }

  // Of objects for which there was nothing to do when they were destroyed, the marks are left.
  void CheckEmptied(const GenerationT& generation) {
    if (generation.IsDestroyed() && !generation.HasDestructors()) return;
    const auto& layout = generation.layout();
    const auto check = [&](Bucket* bucket) {
      const std::uint8_t* const tophash = layout.Tophash(bucket);
      if (std::none_of(tophash, tophash + layout.Slots(), IsLive)) return;
      Complain(MarkFault::kLeft, "an entry is left in an array that only iterators hold");
    };
    for (std::size_t i = 0; i < generation.total() - Pool(generation); ++i) {
      check(generation.Chain(i));
    }
    for (Bucket* bucket : generation.heap_overflow_buckets()) check(bucket);
  }

  static std::size_t Pool(const GenerationT& generation) {
    return static_cast<std::size_t>(std::max<std::int64_t>(generation.PoolLeft(), 0));
  }

  // In the order of `found_`: the array and its pool, then what was allocated beside them.
  std::size_t NumberOf(const GenerationT& generation, Bucket* bucket) const {
    const std::size_t size = generation.layout().Size();
    const auto offset = reinterpret_cast<std::uintptr_t>(bucket) -
                        reinterpret_cast<std::uintptr_t>(generation.Chain(0));
    if (offset < generation.total() * size) return offset % size == 0 ? offset / size : kNone;
    const auto at = std::lower_bound(heap_.begin(), heap_.end(), bucket, std::less<>());
    if (at == heap_.end() || *at != bucket) return kNone;
    return generation.total() + static_cast<std::size_t>(at - heap_.begin());
  }

  void Complain(MarkFault fault, const std::string& problem) {
    if (!report_.problem.empty()) return;
    report_.fault = fault;
    report_.problem = problem;
  }

  const Roots<CoreT>& roots_;
  MarkReport report_;
  // Of the generation at hand.
  std::vector<Bucket*> heap_;  // allocated beside array and pool, in order of address
  std::vector<std::size_t> found_;
};

}  // namespace hmap

#endif  // HMAP_MARKER_H_
