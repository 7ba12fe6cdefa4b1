#include "hmap/random.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <utility>

namespace hmap {
namespace {

TEST(SystemRandomTest, EverySourceAndEveryCopyDrawsNumbersOfItsOwn) {
  const SystemRandom a;
  const SystemRandom b;
  const SystemRandom copy = a;  // NOLINT(performance-unnecessary-copy-initialization)
  SystemRandom assigned;
  assigned = a;
  std::set<std::uint64_t> drawn;
  for (int i = 0; i < 100; ++i) {
    for (const SystemRandom* source : {&a, &b, &copy, &std::as_const(assigned)}) {
      drawn.insert((*source)(Draw::kHashSeed));
    }
  }
  EXPECT_EQ(drawn.size(), 400U);
}

TEST(SeededRandomTest, TheSameSeedDrawsTheSame) {
  SeededRandom a(7);
  SeededRandom b(7);
  SeededRandom c(8);
  for (int i = 0; i < 10; ++i) {
    const std::uint64_t drawn = a(Draw::kHashSeed);
    EXPECT_EQ(b(Draw::kIteratorStart), drawn) << "whatever it is drawn for";
    EXPECT_NE(c(Draw::kHashSeed), drawn);
  }
  SeededRandom copy = a;
  EXPECT_EQ(copy(Draw::kNanHash), a(Draw::kNanHash));
}

TEST(MixBitsTest, IsSplitMix64) {
  EXPECT_EQ(MixBits(0), 0xe220a8397b1dcdafU);
  EXPECT_EQ(MixBits(0x9e3779b97f4a7c15), 0x6e789e6aa1b965f4U);
}

}  // namespace
}  // namespace hmap
