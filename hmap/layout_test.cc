#include "hmap/layout.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

#include "hmap/map.h"

namespace hmap {
namespace {

template <std::size_t kBytes>
struct Blob {
  std::uint8_t bytes[kBytes];
};

struct alignas(64) Wide {
  std::uint64_t word;
};

// A bucket as the compiler would lay it out.
template <class K, class V, unsigned kSlots>
struct Laid {
  std::uint8_t tophash[kSlots];
  std::conditional_t<(sizeof(K) > 128), K*, K> keys[kSlots];
  std::conditional_t<(sizeof(V) > 128), V*, V> values[kSlots];
  void* overflow;
};

template <class K, class V, unsigned kSlots = 8>
struct Case {
  using Layout = StaticLayout<K, V, kSlots>;
  using Reference = Laid<K, V, kSlots>;
};

template <class T>
class LayoutTest : public ::testing::Test {};

using Cases = ::testing::Types<Case<std::uint64_t, std::uint64_t>, Case<std::uint8_t, std::uint8_t>,
                               Case<std::uint8_t, std::uint64_t>, Case<std::uint64_t, std::uint8_t>,
                               Case<std::uint16_t, Blob<3>>, Case<Blob<5>, std::uint32_t>,
                               Case<float, double>, Case<Blob<128>, Blob<128>>,
                               Case<Blob<129>, Blob<1>>, Case<std::uint32_t, Blob<129>>,
                               Case<Blob<4096>, Blob<4096>>, Case<Wide, std::uint8_t>,
                               Case<std::uint8_t, Wide>, Case<std::uint16_t, std::uint16_t, 2>,
                               Case<Blob<3>, std::uint64_t, 4>, Case<std::uint32_t, Blob<7>, 16>>;
TYPED_TEST_SUITE(LayoutTest, Cases);

TYPED_TEST(LayoutTest, LiesAsTheCompilerWouldLayItOut) {
  using Layout = typename TypeParam::Layout;
  using Reference = typename TypeParam::Reference;
  EXPECT_EQ(Layout::KeysOffset(), offsetof(Reference, keys));
  EXPECT_EQ(Layout::ValuesOffset(), offsetof(Reference, values));
  EXPECT_EQ(Layout::OverflowOffset(), offsetof(Reference, overflow));
  EXPECT_EQ(Layout::Alignment(), alignof(Reference));
  EXPECT_EQ(Layout::Size(), sizeof(Reference));
}

TYPED_TEST(LayoutTest, EverySlotIsWhereTheCompilerHasIt) {
  using Layout = typename TypeParam::Layout;
  alignas(typename TypeParam::Reference) std::array<std::byte, 2 * Layout::Size()> memory{};
  auto* const laid = reinterpret_cast<typename TypeParam::Reference*>(memory.data());
  auto* const bucket = reinterpret_cast<Bucket*>(memory.data());
  for (unsigned slot = 0; slot < Layout::kSlots; ++slot) {
    EXPECT_EQ(Layout::Tophash(bucket) + slot, &laid->tophash[slot]);
    EXPECT_EQ(Layout::KeyAddress(bucket, slot), &laid->keys[slot]);
    EXPECT_EQ(Layout::ValueAddress(bucket, slot), &laid->values[slot]);
  }
  Bucket* const next = Layout::Advance(bucket, 1);
  EXPECT_EQ(static_cast<void*>(next), laid + 1);
  EXPECT_EQ(Layout::Overflow(bucket), nullptr);
  Layout::SetOverflow(bucket, next);
  EXPECT_EQ(Layout::Overflow(bucket), next);
  EXPECT_EQ(laid->overflow, next);
}

TEST(LayoutSizeTest, EightWordsToWordsAre144Bytes) {
  using Words = StaticLayout<std::uint64_t, std::uint64_t>;
  EXPECT_EQ(Words::Size(), 144U);
  EXPECT_EQ(Words::KeysOffset(), 8U);
  EXPECT_EQ(Words::ValuesOffset(), 72U);
  EXPECT_EQ(Words::OverflowOffset(), 136U);
}

TEST(LayoutSizeTest, OnlyWhatIsOver128BytesIsStoredByPointer) {
  using Inline = StaticLayout<Blob<128>, Blob<128>>;
  EXPECT_FALSE(Inline::kIndirectKey);
  EXPECT_FALSE(Inline::kIndirectValue);
  EXPECT_EQ(Inline::Size(), 8U + 8 * 128 + 8 * 128 + 8);

  using Indirect = StaticLayout<Blob<129>, Blob<129>>;
  EXPECT_TRUE(Indirect::kIndirectKey);
  EXPECT_TRUE(Indirect::kIndirectValue);
  EXPECT_EQ(Indirect::Size(), 8U + 8 * 8 + 8 * 8 + 8);
}

// The map works on every layout, not only on Go's of eight slots.
template <unsigned kSlots>
struct SlotsPolicy : Strict {
  template <class K, class V>
  using Layout = StaticLayout<K, V, kSlots>;
};

template <class V, class Policy>
void ExpectWorks() {
  Map<int, V, Hash<int>, std::equal_to<>, std::allocator<std::pair<const int, V>>, Policy> map;
  for (int i = 0; i < 500; ++i) map[i];
  for (int i = 0; i < 500; i += 2) EXPECT_EQ(map.erase(i), 1U);
  for (int i = 0; i < 500; ++i) EXPECT_EQ(map.contains(i), i % 2 != 0) << i;
  int produced = 0;
  for (auto it = map.begin(); !it.done(); ++it) {
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(&it.value()) % alignof(V), 0U);
    ++produced;
  }
  EXPECT_EQ(produced, 250);
}

TEST(LayoutMapTest, AMapWorksWithAnyNumberOfSlots) {
  ExpectWorks<std::string, SlotsPolicy<1>>();
  ExpectWorks<std::string, SlotsPolicy<2>>();
  ExpectWorks<std::string, SlotsPolicy<4>>();
  ExpectWorks<std::string, SlotsPolicy<16>>();
}

TEST(LayoutMapTest, AMapKeepsValuesAligned) {
  ExpectWorks<Wide, Strict>();
  ExpectWorks<Blob<200>, Strict>();
}

}  // namespace
}  // namespace hmap
