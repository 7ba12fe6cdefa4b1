// Tells thread sanitizer that an operation reads or writes a map as a whole.
//
// A map that is written by one thread needs all others kept away, whatever keys they ask for. An
// access beside a write is a mistake even where the two touch no common byte this time, and is then
// reported all the same. In builds without thread sanitizer nothing is left of these calls.
//
// The whole word is named, as the map's own code reads and writes it: thread sanitizer remembers
// four accesses of a word and forgets one by chance when a fifth sort comes, and two accesses of
// one thread to the same bytes are one sort.
//
// Go: racereadpc and racewritepc of the header, in builds with -race.

#ifndef HMAP_RACE_H_
#define HMAP_RACE_H_

#include <cstddef>

#if defined(__SANITIZE_THREAD__)
#define HMAP_UNDER_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HMAP_UNDER_THREAD_SANITIZER 1
#endif
#endif

#if defined(HMAP_UNDER_THREAD_SANITIZER)
extern "C" void __tsan_read8(void* address);
extern "C" void __tsan_write8(void* address);
#endif

namespace hmap {

// The word stands for the map.
inline void RaceRead([[maybe_unused]] const std::size_t* word) {
#if defined(HMAP_UNDER_THREAD_SANITIZER)
  __tsan_read8(const_cast<std::size_t*>(word));
#endif
}
inline void RaceWrite([[maybe_unused]] std::size_t* word) {
#if defined(HMAP_UNDER_THREAD_SANITIZER)
  __tsan_write8(word);
#endif
}

}  // namespace hmap

#endif  // HMAP_RACE_H_
