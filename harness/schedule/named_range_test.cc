#include "harness/schedule/named_range.h"

#include <gtest/gtest.h>

namespace mapfuzz {
namespace {

TEST(NamedRangeTest, IsSpokenOfByItsOwnersNameAndItsOwn) {
  const NamedRange count{"count"};
  const NamedRange bucket{"bucket", nullptr, 0, 3};
  const NamedRange of_part{"bucket", nullptr, 0, 0, "read part"};
  const NamedRange of_shard{"count", nullptr, 0, NamedRange::kNoNumber, "shard", 7};
  EXPECT_EQ(count.Text(), "count");
  EXPECT_EQ(bucket.Text(), "bucket 3");
  EXPECT_EQ(of_part.Text(), "read part bucket 0");
  EXPECT_EQ(of_shard.Text(), "shard 7 count");
}

TEST(NamedRangeTest, TheFirstRangeThatHoldsTheAddressIsFound) {
  char bytes[16] = {};
  const NamedRange ranges[] = {{"low", bytes, 4}, {"middle", bytes + 4, 4}, {"all", bytes, 12}};
  const auto found = [&](std::size_t at) {
    std::uint64_t offset = 99;
    const std::int16_t range = FindRange(ranges, bytes + at, offset);
    return range < 0 ? "none" : ranges[range].Text() + "+" + std::to_string(offset);
  };
  EXPECT_EQ(found(0), "low+0");
  EXPECT_EQ(found(3), "low+3");
  EXPECT_EQ(found(4), "middle+0");
  EXPECT_EQ(found(9), "all+9");
  EXPECT_EQ(found(12), "none");
}

}  // namespace
}  // namespace mapfuzz
