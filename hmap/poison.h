// Memory that must not be touched, told to AddressSanitizer.
//
// Under AddressSanitizer exactly that part of a bucket array is readable that means something:
// marks and overflow pointers of buckets in use, and the slots that hold an object. The rest is
// *poisoned*: free slots, the gaps between the parts of a bucket, pool buckets that no chain has. A
// stale pointer into a bucket is then an error report and not a wrong value. In other builds
// nothing of this exists.
//
// AddressSanitizer keeps account of *granules* of 8 bytes, of which it can poison all or the last
// few. So that each object can be poisoned alone, layouts give every slot granules of its own in
// such builds. Objects of code with and of code without AddressSanitizer therefore differ: compile
// all code that shares a map the same way.

#ifndef HMAP_POISON_H_
#define HMAP_POISON_H_

#include <cstddef>

// HMAP_POISONS is defined in builds that poison.
#if defined(__SANITIZE_ADDRESS__)
#define HMAP_POISONS 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HMAP_POISONS 1
#endif
#endif

#if defined(HMAP_POISONS)
#include <sanitizer/asan_interface.h>
#endif

namespace hmap {

#if defined(HMAP_POISONS)

inline constexpr bool kPoisons = true;
inline constexpr std::size_t kPoisonGranule = 8;

// Nobody may touch these bytes until they are unpoisoned. Begins with a granule and, but for bytes
// that are poisoned already, ends with one.
inline void Poison(const void* address, std::size_t size) {
  __asan_poison_memory_region(address, size);
}
// These bytes may be used again. Begins with a granule.
inline void Unpoison(const void* address, std::size_t size) {
  __asan_unpoison_memory_region(address, size);
}
inline bool IsPoisoned(const void* address) { return __asan_address_is_poisoned(address) != 0; }

#else

inline constexpr bool kPoisons = false;
inline constexpr std::size_t kPoisonGranule = 1;

inline void Poison(const void*, std::size_t) {}
inline void Unpoison(const void*, std::size_t) {}
inline bool IsPoisoned(const void*) { return false; }

#endif

// A slot is to hold an object: its bytes are unpoisoned and, unless the object comes to be there,
// poisoned again.
class SlotOpening {
 public:
  SlotOpening(const void* slot, std::size_t size) : slot_(slot), size_(size) {
    Unpoison(slot, size);
  }
  SlotOpening(const SlotOpening&) = delete;
  SlotOpening& operator=(const SlotOpening&) = delete;
  ~SlotOpening() {
    if (!filled_) Poison(slot_, size_);
  }
  void Fill() { filled_ = true; }

 private:
  const void* slot_;
  std::size_t size_;
  bool filled_ = false;
};

}  // namespace hmap

#endif  // HMAP_POISON_H_
