#include "harness/heap.h"

#include <algorithm>
#include <cstring>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#define MAPFUZZ_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MAPFUZZ_ASAN 1
#endif
#endif
#if MAPFUZZ_ASAN
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(start, size) (static_cast<void>(start), static_cast<void>(size))
#define ASAN_UNPOISON_MEMORY_REGION(start, size) (static_cast<void>(start), static_cast<void>(size))
#endif

namespace mapfuzz {
namespace {

// Before every block; the state last, where a write before the block's start goes.
struct Head {
  std::uint64_t size = 0;
  std::uint32_t allocator = 0;
  std::uint32_t state = 0;
};
constexpr std::uint32_t kInUse = 0x0ca11edd;
constexpr std::uint32_t kInQuarantine = 0xdeadb10c;
constexpr int kPattern = 0xdb;

std::size_t HeadSize(std::size_t alignment) { return std::max(sizeof(Head), alignment); }

std::align_val_t Aligned(std::size_t alignment) {
  return std::align_val_t{std::max(alignment, alignof(Head))};
}

Head* HeadOf(std::byte* block) { return reinterpret_cast<Head*>(block - sizeof(Head)); }

}  // namespace

void* Heap::Allocate(std::size_t size, std::size_t alignment, std::uint32_t allocator) {
  faults_->Meet(FaultKind::kAlloc);
  const std::size_t head = HeadSize(alignment);
  std::byte* const raw = static_cast<std::byte*>(::operator new(head + size, Aligned(alignment)));
  std::byte* const block = raw + head;
  *HeadOf(block) = {size, allocator, kInUse};
  ASAN_POISON_MEMORY_REGION(raw, head);
  ++blocks_;
  ++allocations_;
  bytes_ += static_cast<std::int64_t>(size);
  return block;
}

void Heap::Free(void* memory, std::size_t size, std::size_t alignment, std::uint32_t allocator) {
  std::byte* const block = static_cast<std::byte*>(memory);
  Head* const head = HeadOf(block);
  ASAN_UNPOISON_MEMORY_REGION(head, sizeof(Head));
  // What is wrong with the block is left alone: to free it may end the process.
  if (head->state != kInUse) {
    return Misuse(head->state == kInQuarantine ? "freed-twice" : "written-before-start");
  }
  if (head->size != size) return Misuse("freed-wrong-size");
  if (head->allocator != allocator) return Misuse("freed-by-another");
  --blocks_;
  bytes_ -= static_cast<std::int64_t>(size);
  head->state = kInQuarantine;
  Freed freed{block, size, alignment};
  if (size <= kLargestKept) {
    std::memset(block, kPattern, size);
    ASAN_POISON_MEMORY_REGION(block - HeadSize(alignment), HeadSize(alignment) + size);
    std::swap(freed, kept_[next_]);
    next_ = (next_ + 1) % kKept;
  }
  if (freed.block != nullptr) Release(freed);
}

void Heap::Release(const Freed& freed) {
  std::byte* const raw = freed.block - HeadSize(freed.alignment);
  ASAN_UNPOISON_MEMORY_REGION(raw, HeadSize(freed.alignment) + freed.size);
  if (freed.size <= kLargestKept) {
    const auto changed = [](std::byte byte) { return byte != std::byte{kPattern}; };
    if (HeadOf(freed.block)->state != kInQuarantine ||
        std::any_of(freed.block, freed.block + freed.size, changed)) {
      Misuse("written-after-free");
    }
  }
  ::operator delete(raw, Aligned(freed.alignment));
}

void Heap::EmptyQuarantine() {
  for (Freed& freed : kept_) {
    if (freed.block != nullptr) Release(freed);
    freed = {};
  }
}

Heap::~Heap() { EmptyQuarantine(); }

}  // namespace mapfuzz
