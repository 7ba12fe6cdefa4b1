// The heap of a run: every block that the maps of a run allocate, counted and guarded.
//
// A block carries a small head that tells a wrong size, a second free, a write before its start,
// and an allocator that gives back what it has not handed out. Freed blocks are filled with a
// pattern and held in quarantine, first in, first out, before they go back: a stale pointer meets
// the pattern, not some other block's contents, and what writes through one is found when the block
// leaves. Under address sanitizer heads and quarantined blocks are poisoned as well, and the stale
// access itself is reported.
//
// The quarantine is small, and blocks of over `kLargestKept` bytes are not held: to fill them would
// cost a tenth of the speed of the fuzz targets. Address sanitizer has a quarantine of its own.

#ifndef MAPFUZZ_HARNESS_HEAP_H_
#define MAPFUZZ_HARNESS_HEAP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "harness/fault_plan.h"

namespace mapfuzz {

class Heap {
 public:
  static constexpr std::size_t kKept = 32;  // blocks in quarantine
  static constexpr std::size_t kLargestKept = 2048;

  explicit Heap(FaultPlan& faults) : faults_(&faults) {}
  Heap(const Heap&) = delete;
  Heap& operator=(const Heap&) = delete;
  ~Heap();

  // Throws InjectedFault if the plan says so. `allocator` is the number of who asks.
  void* Allocate(std::size_t size, std::size_t alignment, std::uint32_t allocator = 0);
  void Free(void* block, std::size_t size, std::size_t alignment, std::uint32_t allocator = 0);

  // Handed out and not taken back.
  std::int64_t blocks() const { return blocks_; }
  std::int64_t bytes() const { return bytes_; }
  std::uint64_t allocations() const { return allocations_; }

  // The first misuse, or null: "freed-twice", "freed-wrong-size", "freed-by-another",
  // "written-before-start", "written-after-free".
  const char* misuse() const { return misuse_; }
  // Lets go of all blocks in quarantine, each looked at.
  void EmptyQuarantine();

 private:
  struct Freed {
    std::byte* block = nullptr;
    std::size_t size = 0;
    std::size_t alignment = 0;
  };

  void Misuse(const char* what) {
    if (misuse_ == nullptr) misuse_ = what;
  }
  void Release(const Freed& freed);

  FaultPlan* faults_;
  std::int64_t blocks_ = 0;
  std::int64_t bytes_ = 0;
  std::uint64_t allocations_ = 0;
  const char* misuse_ = nullptr;
  std::array<Freed, kKept> kept_{};
  std::size_t next_ = 0;  // the oldest, to be replaced next
};

// Allocates from a run's heap. What one of them handed out only those of the same number may give
// back, as if each had a heap of its own.
template <class T>
class TapeAllocator {
 public:
  using value_type = T;
  // The maps of a run share its heap.
  using propagate_on_container_move_assignment = std::true_type;

  explicit TapeAllocator(Heap* heap = nullptr, std::uint32_t number = 0)
      : heap_(heap), number_(number) {}
  template <class U>
  TapeAllocator(const TapeAllocator<U>& other)  // NOLINT(google-explicit-constructor)
      : heap_(other.heap()), number_(other.number()) {}

  T* allocate(std::size_t n) {
    return static_cast<T*>(heap_->Allocate(n * sizeof(T), alignof(T), number_));
  }
  void deallocate(T* block, std::size_t n) {
    heap_->Free(block, n * sizeof(T), alignof(T), number_);
  }

  Heap* heap() const { return heap_; }
  std::uint32_t number() const { return number_; }
  friend bool operator==(const TapeAllocator&, const TapeAllocator&) = default;

 private:
  Heap* heap_;
  std::uint32_t number_;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_HEAP_H_
