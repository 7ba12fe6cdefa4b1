#include "harness/heap.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

namespace mapfuzz {
namespace {

[[gnu::no_sanitize_address]] void StrayWrite(void* at) {
  *static_cast<volatile unsigned char*>(at) = 1;
}

TEST(HeapTest, CountsBlocksAndBytes) {
  FaultPlan faults;
  Heap heap(faults);
  {
    std::vector<int, TapeAllocator<int>> numbers{TapeAllocator<int>(&heap)};
    numbers.reserve(10);
    EXPECT_EQ(heap.blocks(), 1);
    EXPECT_EQ(heap.bytes(), 40);
  }
  EXPECT_EQ(heap.blocks(), 0);
  EXPECT_EQ(heap.bytes(), 0);
  EXPECT_EQ(heap.misuse(), nullptr);
}

TEST(HeapTest, KeepsAnyAlignment) {
  FaultPlan faults;
  Heap heap(faults);
  for (std::size_t alignment = 1; alignment <= 256; alignment *= 2) {
    void* const block = heap.Allocate(alignment * 3, alignment);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % alignment, 0u) << alignment;
    heap.Free(block, alignment * 3, alignment);
  }
  heap.EmptyQuarantine();
  EXPECT_EQ(heap.misuse(), nullptr);
}

TEST(HeapTest, ThrowsWhatThePlanSaysAndThenHasAllocatedNothing) {
  FaultPlan faults;
  Heap heap(faults);
  faults.Arm(FaultKind::kAlloc, 1);
  faults.Open();
  EXPECT_THROW(heap.Allocate(8, 8), InjectedFault);
  EXPECT_EQ(heap.blocks(), 0);
}

TEST(HeapTest, FindsMisuse) {
  const auto misuse = [](auto misuse_of) {
    FaultPlan faults;
    Heap heap(faults);
    auto* const block = static_cast<std::byte*>(heap.Allocate(24, 8));
    misuse_of(heap, block);
    heap.EmptyQuarantine();
    return std::string(heap.misuse() == nullptr ? "" : heap.misuse());
  };
  EXPECT_EQ(misuse([](Heap& heap, std::byte* block) { heap.Free(block, 24, 8); }), "");
  EXPECT_EQ(misuse([](Heap& heap, std::byte* block) {
              heap.Free(block, 16, 8);
              heap.Free(block, 24, 8);
            }),
            "freed-wrong-size");
  EXPECT_EQ(misuse([](Heap& heap, std::byte* block) {
              heap.Free(block, 24, 8);
              heap.Free(block, 24, 8);
            }),
            "freed-twice");
  EXPECT_EQ(misuse([](Heap& heap, std::byte* block) {
              heap.Free(block, 24, 8, 1);
              heap.Free(block, 24, 8);
            }),
            "freed-by-another");
  EXPECT_EQ(misuse([](Heap& heap, std::byte* block) {
              heap.Free(block, 24, 8);
              StrayWrite(block + 23);
            }),
            "written-after-free");
}

TEST(HeapTest, AllocatorsOfOneNumberAreEqual) {
  FaultPlan faults;
  Heap heap(faults);
  const TapeAllocator<int> one(&heap, 1);
  EXPECT_EQ(TapeAllocator<char>(one), TapeAllocator<char>(&heap, 1));
  EXPECT_NE(TapeAllocator<char>(one), TapeAllocator<char>(&heap, 2));
}

TEST(HeapTest, QuarantineIsFirstInFirstOut) {
  FaultPlan faults;
  Heap heap(faults);
  void* const first = heap.Allocate(8, 8);
  heap.Free(first, 8, 8);
  StrayWrite(first);
  for (std::size_t n = 0; n < Heap::kKept; ++n) {
    EXPECT_EQ(heap.misuse(), nullptr) << n;
    heap.Free(heap.Allocate(8, 8), 8, 8);
  }
  EXPECT_STREQ(heap.misuse(), "written-after-free");
}

}  // namespace
}  // namespace mapfuzz
