#include "hmap/tophash.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace hmap {
namespace {

TEST(TopHashTest, IsTheTopByteLiftedAboveTheMarks) {
  for (std::uint64_t top = 0; top < 256; ++top) {
    const std::uint64_t wanted = top < 5 ? top + 5 : top;
    EXPECT_EQ(TopHash(top << 56), wanted) << top;
    EXPECT_EQ(TopHash(top << 56 | 0x00ffffffffffffff), wanted) << "only the top byte counts";
    EXPECT_TRUE(IsLive(TopHash(top << 56))) << top;
  }
}

TEST(TopHashTest, EveryByteIsOneOfEmptyMovedOrLive) {
  struct Row {
    std::uint8_t tophash;
    bool empty;
    bool moved;
    bool evacuated;
    bool live;
  };
  constexpr Row kRows[] = {{kEmptyRest, true, false, false, false},
                           {kEmptyOne, true, false, false, false},
                           {kEvacuatedX, false, true, true, false},
                           {kEvacuatedY, false, true, true, false},
                           {kEvacuatedEmpty, false, false, true, false},
                           {kMinTopHash, false, false, false, true},
                           {255, false, false, false, true}};
  for (const Row& row : kRows) {
    SCOPED_TRACE(static_cast<int>(row.tophash));
    EXPECT_EQ(IsEmpty(row.tophash), row.empty);
    EXPECT_EQ(IsMoved(row.tophash), row.moved);
    EXPECT_EQ(IsEvacuatedMark(row.tophash), row.evacuated);
    EXPECT_EQ(IsLive(row.tophash), row.live);
  }
}

TEST(TopHashTest, TheMarksHaveGosNumbers) {
  EXPECT_EQ(kEmptyRest, 0);
  EXPECT_EQ(kEmptyOne, 1);
  EXPECT_EQ(kEvacuatedX, 2);
  EXPECT_EQ(kEvacuatedY, 3);
  EXPECT_EQ(kEvacuatedEmpty, 4);
  EXPECT_EQ(kMinTopHash, 5);
}

}  // namespace
}  // namespace hmap
