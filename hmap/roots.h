// The bucket arrays that maps and iterators hold: where checks of memory begin.
//
// As for a collector, what nobody holds is not looked at. For tests and tools.

#ifndef HMAP_ROOTS_H_
#define HMAP_ROOTS_H_

#include <algorithm>
#include <cstddef>
#include <vector>

namespace hmap {

template <class CoreT>
class Roots {
 public:
  using GenerationT = typename CoreT::GenerationT;

  struct Root {
    const GenerationT* generation;
    bool in_map;  // a map's current or old array; else only iterators hold it
  };

  // The arrays of a map's table; of a null core: none.
  Roots& AddTable(const CoreT* core) {
    if (core == nullptr) return *this;
    Add(core->buckets(), true);
    Add(core->oldbuckets(), true);
    return *this;
  }
  // What this iterator may still read.
  template <class It>
  Roots& AddIterator(const It& it) {
    for (const GenerationT* array : it.arrays()) Add(array, false);
    return *this;
  }

  // Each array once.
  auto begin() const { return roots_.begin(); }
  auto end() const { return roots_.end(); }
  std::size_t size() const { return roots_.size(); }

 private:
  void Add(const GenerationT* generation, bool in_map) {
    if (generation == nullptr) return;
    const auto at = std::find_if(roots_.begin(), roots_.end(), [generation](const Root& root) {
      return root.generation == generation;
    });
    if (at == roots_.end()) {
      roots_.push_back({generation, in_map});
    } else {
      at->in_map = at->in_map || in_map;
    }
  }

  std::vector<Root> roots_;
};

}  // namespace hmap

#endif  // HMAP_ROOTS_H_
