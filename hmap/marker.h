// Proves that every bucket of a table is where it should be, as a collector's marker would.
//
// Starting from the roots (a map's two arrays and those that iterators hold) it follows every
// chain. Each bucket that was allocated must be in one chain, once, or wait in its array's pool: a
// bucket that was handed out twice is in two chains or in both, one that was forgotten is in
// neither, and no chain leads out of its generation. It reads overflow pointers only of buckets
// that the generation owns, and of each once, so that it ends on any table. O(buckets), with a set
// of them all: for tests and tools.
//
// Under Go's rule some buckets may be in no chain: Go cuts off what it has evacuated, and forgets
// overflow buckets at a clear while an iterator may walk them.

#ifndef HMAP_MARKER_H_
#define HMAP_MARKER_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "hmap/layout.h"

namespace hmap {

struct MarkReport {
  std::size_t generations = 0;
  std::size_t allocated = 0;  // buckets
  std::size_t in_chains = 0;
  std::size_t in_pools = 0;
  // The first thing that is wrong; empty if all is well.
  std::string problem;
};

template <class CoreT>
class Marker {
 public:
  using GenerationT = typename CoreT::GenerationT;

  // Of a null core: without roots.
  explicit Marker(const CoreT* core) {
    if (core == nullptr) return;
    AddRoot(core->buckets());
    AddRoot(core->oldbuckets());
  }
  // Also what this iterator may still read.
  template <class It>
  Marker& AddIterator(const It& it) {
    for (const GenerationT* array : it.arrays()) AddRoot(array);
    return *this;
  }

  MarkReport Mark() {
    report_ = {};
    for (const GenerationT* generation : roots_) MarkGeneration(*generation);
    report_.generations = roots_.size();
    return report_;
  }

 private:
  // Where a bucket of the generation was found.
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);
  static constexpr std::size_t kPool = static_cast<std::size_t>(-2);
  using Found = std::unordered_map<Bucket*, std::size_t>;

  void AddRoot(const GenerationT* generation) {
    if (generation == nullptr) return;
    if (std::find(roots_.begin(), roots_.end(), generation) == roots_.end()) {
      roots_.push_back(generation);
    }
  }

  void MarkGeneration(const GenerationT& generation) {
    Found found;
    const std::size_t pool =
        static_cast<std::size_t>(std::max<std::int64_t>(generation.PoolLeft(), 0));
    for (std::size_t i = 0; i < generation.total(); ++i) {
      found[generation.Chain(i)] = i < generation.total() - pool ? kNowhere : kPool;
    }
    for (Bucket* bucket : generation.heap_overflow_buckets()) {
      if (!found.emplace(bucket, kNowhere).second) Complain("a bucket was allocated twice");
    }
    for (std::size_t n = 0; n < generation.buckets(); ++n) MarkChain(generation, n, found);
    report_.allocated += found.size();
    report_.in_pools += pool;
    for (const auto& [bucket, chain] : found) {
      if (chain == kNowhere && CoreT::kContract) Complain("a bucket is in no chain and no pool");
    }
  }

  void MarkChain(const GenerationT& generation, std::size_t n, Found& found) {
    std::size_t index = 0;
    for (Bucket* bucket = generation.Chain(n); bucket != nullptr; ++index) {
      const std::string name = "bucket " + std::to_string(index) + " of chain " + std::to_string(n);
      const auto at = found.find(bucket);
      if (at == found.end()) return Complain(name + " is none of its generation's");
      if (at->second == kPool) return Complain(name + " is in the pool");
      if (at->second != kNowhere) {
        return Complain(name + " is in chain " + std::to_string(at->second) + " already");
      }
      at->second = n;
      ++report_.in_chains;
      bucket = generation.layout().Overflow(bucket);
    }
  }

  void Complain(const std::string& problem) {
    if (report_.problem.empty()) report_.problem = problem;
  }

  std::vector<const GenerationT*> roots_;
  MarkReport report_;
};

}  // namespace hmap

#endif  // HMAP_MARKER_H_
