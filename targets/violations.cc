#include "targets/violations.h"

#include <climits>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "hmap/map.h"

#if defined(__SANITIZE_THREAD__)
#define MAPFUZZ_RACES 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define MAPFUZZ_RACES 1
#endif
#endif

#if defined(MAPFUZZ_RACES)
#include <thread>
#endif

namespace mapfuzz {
namespace {

// What is volatile here hides from the compiler what it would warn of or leave out.

// Without a sanitizer the byte is one of those that the heap rounds a block up by.
void WriteBehindABlock() {
  constexpr std::size_t kSize = 20;
  const std::unique_ptr<char[]> block(new char[kSize]);
  volatile char* volatile end = block.get() + kSize;
  *end = 1;
}

// The values of a bucket lie side by side. The slot behind the first one was never used, so that it
// takes no more than an insert to be free: a map with a bug in its deletes must not make its
// sanitizer look broken.
void ReadAFreeSlot() {
  hmap::Map<std::uint64_t, std::uint64_t> map;
  map.insert_or_assign(1, 1);
  const volatile std::uint64_t* const value = map.find(1);
  [[maybe_unused]] const std::uint64_t read = value[1];
}

void OverflowAnInteger() {
  volatile int number = INT_MAX;
  number = number + 1;
}

// Many, as a stray copy of one address in a register would be taken for a holder.
[[gnu::noinline]] void DropBlocks() {
  [[maybe_unused]] void* volatile block = nullptr;
  for (int i = 0; i < 64; ++i) block = std::malloc(1000);
  block = nullptr;
}

void RaceForAVariable() {
#if defined(MAPFUZZ_RACES)
  volatile int number = 0;
  std::thread other([&number] { number = 1; });
  number = 2;
  other.join();
#endif
}

}  // namespace

void CommitViolation(Violation violation) {
  switch (violation) {
    case Violation::kHeap:
      return WriteBehindABlock();
    case Violation::kPoison:
      return ReadAFreeSlot();
    case Violation::kUndefined:
      return OverflowAnInteger();
    case Violation::kLeak:
      return DropBlocks();
    case Violation::kRace:
      return RaceForAVariable();
  }
}

}  // namespace mapfuzz
