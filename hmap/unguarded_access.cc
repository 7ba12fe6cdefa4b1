// Not part of any program: reads a guarded map without its lock, which the thread safety analysis
// must refuse, and which is valid C++ otherwise. See CMakeLists.txt.

#include <cstddef>

#include "hmap/map.h"
#include "hmap/mutex.h"

namespace {

struct Visits {
  mutable hmap::SharedMutex mutex;
  hmap::Map<int, int> by_page HMAP_GUARDED_BY(mutex);
};

std::size_t CountWithLock(const Visits& visits) {
  const hmap::ReaderLock lock(visits.mutex);
  return visits.by_page.size();
}

std::size_t CountWithoutLock(const Visits& visits) { return visits.by_page.size(); }

}  // namespace

int main() {
  const Visits visits;
  return CountWithLock(visits) == CountWithoutLock(visits) ? 0 : 1;
}
