// Tells thread sanitizer that an operation reads or writes a map as a whole.
//
// A map that is written by one thread needs all others kept away, whatever keys they ask for. An
// access beside a write is a mistake even where the two touch no common byte this time, and is then
// reported all the same. In builds without thread sanitizer nothing is left of these calls.
//
// Go: racereadpc and racewritepc of the header, in builds with -race.

#ifndef HMAP_RACE_H_
#define HMAP_RACE_H_

#if defined(__SANITIZE_THREAD__)
#define HMAP_UNDER_THREAD_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define HMAP_UNDER_THREAD_SANITIZER 1
#endif
#endif

#if defined(HMAP_UNDER_THREAD_SANITIZER)
extern "C" void __tsan_read1(void* address);
extern "C" void __tsan_write1(void* address);
#endif

namespace hmap {

// The address stands for the map.
inline void RaceRead([[maybe_unused]] const void* address) {
#if defined(HMAP_UNDER_THREAD_SANITIZER)
  __tsan_read1(const_cast<void*>(address));
#endif
}
inline void RaceWrite([[maybe_unused]] void* address) {
#if defined(HMAP_UNDER_THREAD_SANITIZER)
  __tsan_write1(address);
#endif
}

}  // namespace hmap

#endif  // HMAP_RACE_H_
