#include "harness/config_mutator.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <set>

#include "harness/tape_mutator.h"

namespace mapfuzz {
namespace {

Config BytesShape(Config config) {
  config.type = KeyType::kBytes;
  return config;
}

TEST(ChangeConfigTest, LayoutsReachEverySlotCountKindOfSlotsAlignmentAndEdgeSize) {
  Tape tape;
  std::set<int> slots;
  std::set<SlotsKind> kinds;
  std::set<int> alignments;
  std::set<int> sizes;
  for (std::uint32_t seed = 0; seed < 8000; ++seed) {
    Mutate(tape, seed, 100, BytesShape);
    for (const TapeObject& object : {tape.config.layout.key, tape.config.layout.value}) {
      sizes.insert(object.size);
      alignments.insert(object.alignment);
    }
    slots.insert(tape.config.layout.slots);
    kinds.insert(tape.config.layout.slots_kind);
  }
  EXPECT_EQ(slots, (std::set<int>{4, 8, 16}));
  EXPECT_EQ(kinds.size(), static_cast<std::size_t>(kSlotsKinds));
  EXPECT_EQ(alignments, (std::set<int>{1, 2, 4, 8, 16, 32, 64}));
  for (const int size : kEdgeSizes) EXPECT_EQ(sizes.count(size), 1u) << size;
  EXPECT_GT(sizes.size(), kEdgeSizes.size());
}

}  // namespace
}  // namespace mapfuzz
