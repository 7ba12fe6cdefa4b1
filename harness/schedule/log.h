// A list with room for a fixed number of entries, kept by a run of threads.
//
// Memory is mapped when the list is made and touched as it fills, so that a run allocates nothing:
// thread sanitizer takes an allocation for a write by the thread that is on, and would report
// entries of one thread that another one reads.

#ifndef MAPFUZZ_HARNESS_SCHEDULE_LOG_H_
#define MAPFUZZ_HARNESS_SCHEDULE_LOG_H_

#include <sys/mman.h>

#include <cstddef>
#include <new>
#include <type_traits>

namespace mapfuzz {

template <class T>
class Log {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  Log() = default;
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log() { Unmap(); }

  // Empties the list and makes room for `capacity` entries. Throws std::bad_alloc.
  void Reset(std::size_t capacity) {
    size_ = 0;
    if (capacity <= capacity_) return;
    Unmap();
    capacity_ = 0;
    void* const mapped = mmap(nullptr, capacity * sizeof(T), PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    entries_ = static_cast<T*>(mapped);
    capacity_ = capacity;
  }

  // Nothing if there is no room left.
  void Add(const T& entry) {
    if (size_ < capacity_) entries_[size_++] = entry;
  }

  std::size_t size() const { return size_; }
  const T* begin() const { return entries_; }
  const T* end() const { return entries_ + size_; }

 private:
  void Unmap() {
    if (capacity_ != 0) munmap(entries_, capacity_ * sizeof(T));
  }

  T* entries_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_SCHEDULE_LOG_H_
