#include "hmap/layout.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

#include "hmap/dynamic_layout.h"
#include "hmap/map.h"

namespace hmap {
namespace {

template <std::size_t kBytes, std::size_t kAlignment = 1>
struct alignas(kAlignment) Blob {
  std::uint8_t bytes[kBytes];
};

// No bytes at all, which is more than the standard lets a type be; both compilers do.
template <class T>
struct Nothing {
  T none[0];
};

using Wide = Blob<8, 64>;

// A bucket as the compiler would lay it out.
template <class K, class V, unsigned kSlots>
struct Laid {
  std::uint8_t tophash[kSlots];
  std::conditional_t<(sizeof(K) > 128), K*, K> keys[kSlots];
  std::conditional_t<(sizeof(V) > 128), V*, V> values[kSlots];
  void* overflow;
};

// In a slot of its own granules, as the layouts pad slots where they are poisoned.
template <class T>
struct alignas(std::max(alignof(T), kPoisonGranule)) Apart {
  T object;
};

// The compiler's numbers for a bucket, so that what compares them is compiled once and not for each
// of some 300 buckets.
struct Numbers {
  std::size_t key_size;
  std::size_t value_size;
  std::size_t slots;
  std::size_t keys;
  std::size_t values;
  std::size_t overflow;
  std::size_t key_stride;
  std::size_t value_stride;
  std::size_t alignment;
  std::size_t size;
};

template <class K, class V, unsigned kSlots, class Reference>
constexpr Numbers kNumbers = {sizeof(K),
                              sizeof(V),
                              kSlots,
                              offsetof(Reference, keys),
                              offsetof(Reference, values),
                              offsetof(Reference, overflow),
                              sizeof(Reference::keys) / kSlots,
                              sizeof(Reference::values) / kSlots,
                              alignof(Reference),
                              sizeof(Reference)};

void ExpectShape(const Numbers& numbers, const BucketShape& shape) {
  SCOPED_TRACE(testing::Message() << numbers.key_size << " to " << numbers.value_size << ", slots "
                                  << numbers.slots);
  EXPECT_EQ(shape.slots, numbers.slots);
  EXPECT_EQ(shape.keys.indirect, numbers.key_size > 128);
  EXPECT_EQ(shape.values.indirect, numbers.value_size > 128);
  EXPECT_EQ(shape.keys.offset, numbers.keys);
  EXPECT_EQ(shape.values.offset, numbers.values);
  EXPECT_EQ(shape.keys.stride, numbers.key_stride);
  EXPECT_EQ(shape.values.stride, numbers.value_stride);
  EXPECT_EQ(shape.overflow, numbers.overflow);
  EXPECT_EQ(shape.alignment, numbers.alignment);
  EXPECT_EQ(shape.size, numbers.size);
}

template <class K, class V, unsigned kSlots>
void ExpectLaidOut(const BucketShape& shape) {
  ExpectShape(kNumbers<K, V, kSlots, Laid<K, V, kSlots>>, shape);
}

// Where a layout says that the parts of a bucket are.
struct Addresses {
  std::array<const void*, 16> tophash;
  std::array<const void*, 16> keys;
  std::array<const void*, 16> values;
  const void* next;
  const void* overflow_before;
  const void* overflow_after;
};

template <class Layout>
Addresses AddressesOf(const Layout& layout, Bucket* bucket) {
  Addresses addresses{};
  for (unsigned slot = 0; slot < layout.Slots(); ++slot) {
    addresses.tophash[slot] = layout.Tophash(bucket) + slot;
    addresses.keys[slot] = layout.KeySlot(bucket, slot);
    addresses.values[slot] = layout.ValueSlot(bucket, slot);
  }
  Bucket* const next = layout.Advance(bucket, 1);
  addresses.next = next;
  addresses.overflow_before = layout.Overflow(bucket);
  layout.SetOverflow(bucket, next);
  addresses.overflow_after = layout.Overflow(bucket);
  return addresses;
}

void ExpectAddresses(const Numbers& numbers, const std::byte* bucket, const Addresses& addresses) {
  for (std::size_t slot = 0; slot < numbers.slots; ++slot) {
    EXPECT_EQ(addresses.tophash[slot], bucket + slot);
    EXPECT_EQ(addresses.keys[slot], bucket + numbers.keys + slot * numbers.key_stride);
    EXPECT_EQ(addresses.values[slot], bucket + numbers.values + slot * numbers.value_stride);
  }
  const std::byte* const next = bucket + numbers.size;
  EXPECT_EQ(addresses.next, next);
  EXPECT_EQ(addresses.overflow_before, nullptr);
  EXPECT_EQ(addresses.overflow_after, next);
  EXPECT_EQ(std::memcmp(bucket + numbers.overflow, &next, sizeof(next)), 0);
}

void ExpectNominalSizes(std::size_t size, std::size_t fixed, std::size_t dynamic) {
  EXPECT_EQ(fixed, size);
  EXPECT_EQ(dynamic, size);
}

template <class K, class V, unsigned kSlots>
void ExpectBothLayouts() {
  using Padded = Laid<Apart<K>, Apart<V>, kSlots>;
  ExpectLaidOut<K, V, kSlots>(ShapeOf(kShapeOf<K>, kShapeOf<V>, kSlots));
  const StaticLayout<K, V, kSlots> fixed;
  const DynamicLayout dynamic(kShapeOf<K>, kShapeOf<V>, kSlots);
  ExpectNominalSizes(sizeof(Laid<K, V, kSlots>), fixed.NominalSize(), dynamic.NominalSize());
  const Numbers& numbers = kNumbers<K, V, kSlots, Padded>;
  {
    alignas(Padded) std::byte memory[2 * sizeof(Padded)] = {};
    auto* const bucket = reinterpret_cast<Bucket*>(memory);
    ExpectAddresses(numbers, memory, AddressesOf(fixed, bucket));
  }
  {
    alignas(Padded) std::byte memory[2 * sizeof(Padded)] = {};
    auto* const bucket = reinterpret_cast<Bucket*>(memory);
    ExpectAddresses(numbers, memory, AddressesOf(dynamic, bucket));
  }
}

template <class K, class V>
struct Pair {
  using Key = K;
  using Value = V;
};

// Every key type with every value type: 10 * 10 pairs.
template <class... Ts>
struct Each {};
using Sizes = Each<Nothing<std::uint32_t>, std::uint8_t, Blob<3>, Blob<5>, Blob<12, 4>, Blob<13>,
                   std::uint64_t, Blob<128>, Blob<129>, Wide>;
template <class... Ks, class... Vs>
void ExpectProduct(Each<Ks...>, Each<Vs...>) {
  const auto with_key = [](auto pair) {
    using K = typename decltype(pair)::Key;
    (ExpectBothLayouts<K, Vs, 4>(), ...);
    (ExpectBothLayouts<K, Vs, 8>(), ...);
    (ExpectBothLayouts<K, Vs, 16>(), ...);
  };
  (with_key(Pair<Ks, void>()), ...);
}

TEST(BucketShapeTest, IsAsTheCompilerWouldLayItOut) { ExpectProduct(Sizes(), Sizes()); }

TEST(BucketShapeTest, IsAsTheCompilerWouldLayItOutForOtherPairs) {
  ExpectBothLayouts<std::uint16_t, Blob<3>, 8>();
  ExpectBothLayouts<float, double, 8>();
  ExpectBothLayouts<std::uint32_t, Blob<300>, 4>();
  ExpectBothLayouts<Blob<300, 4>, Blob<16, 16>, 16>();
  ExpectBothLayouts<Blob<32, 32>, Blob<2, 2>, 8>();
  ExpectLaidOut<std::uint16_t, std::uint16_t, 2>(ShapeOf({2, 2}, {2, 2}, 2));
  ExpectLaidOut<std::uint8_t, Wide, 1>(ShapeOf({1, 1}, kShapeOf<Wide>, 1));
}

TEST(BucketShapeTest, HasGosSizeForEightSlotsAndItsAlignments) {
  struct Row {
    ObjectShape key;
    ObjectShape value;
    std::size_t size;
  };
  // 8 tophash bytes, 8 keys, 8 values and a pointer, with nothing to pad in between.
  constexpr Row kRows[] = {
      {{8, 8}, {8, 8}, 144},      {{4, 4}, {8, 8}, 112},     {{8, 8}, {0, 1}, 80},
      {{16, 8}, {16, 8}, 272},    {{1, 1}, {1, 1}, 32},      {{1, 1}, {0, 1}, 24},
      {{3, 1}, {5, 1}, 80},       {{2, 2}, {12, 4}, 128},    {{13, 1}, {8, 8}, 184},
      {{128, 8}, {8, 8}, 1104},   {{129, 1}, {8, 8}, 144},   {{8, 8}, {136, 8}, 144},
      {{128, 8}, {128, 8}, 2064}, {{200, 8}, {300, 4}, 144}, {{0, 1}, {0, 1}, 16}};
  for (const Row& row : kRows) {
    const BucketShape shape = ShapeOf(row.key, row.value, 8);
    EXPECT_EQ(shape.size, row.size) << row.key.size << " to " << row.value.size;
    const auto slot = [](std::uint32_t size) { return size > 128 ? 8 : size; };
    EXPECT_EQ(shape.size, 8 + 8 * slot(row.key.size) + 8 * slot(row.value.size) + 8);
    EXPECT_EQ(shape.overflow + 8, shape.size) << "last, as in Go";
  }
}

TEST(BucketShapeTest, OfAMapOfWordsToWordsIs144Bytes) {
  constexpr BucketShape kWords = StaticLayout<std::uint64_t, std::uint64_t>::shape();
  EXPECT_EQ(kWords.size, 144U);
  EXPECT_EQ(kWords.keys.offset, 8U);
  EXPECT_EQ(kWords.values.offset, 72U);
  EXPECT_EQ(kWords.overflow, 136U);
}

TEST(BucketShapeTest, WhatHasNoSizeStillLiesInTheBucket) {
  const BucketShape shape = ShapeOf({8, 8}, {0, 1}, 8);
  EXPECT_EQ(shape.values.stride, 0U);
  EXPECT_LT(shape.values.offset, shape.size);
  EXPECT_EQ(shape.values.offset, shape.overflow) << "the overflow pointer comes last";
}

TEST(BucketShapeTest, RoundsASizeUpToItsAlignment) {
  const BucketShape shape = ShapeOf({13, 8}, {5, 4}, 4);
  EXPECT_EQ(shape.keys.stride, 16U);
  EXPECT_EQ(shape.values.stride, 8U);
  EXPECT_EQ(shape.size, 8U + 4 * 16 + 4 * 8 + 8);
}

TEST(BucketShapeTest, OnlyWhatIsOver128BytesIsStoredByPointer) {
  using Inline = StaticLayout<Blob<128>, Blob<128>>;
  EXPECT_FALSE(Inline::kIndirectKey);
  EXPECT_FALSE(Inline::kIndirectValue);
  EXPECT_EQ(Inline::shape().size, 8U + 8 * 128 + 8 * 128 + 8);

  using Indirect = StaticLayout<Blob<129>, Blob<129>>;
  EXPECT_TRUE(Indirect::kIndirectKey);
  EXPECT_TRUE(Indirect::kIndirectValue);
  EXPECT_EQ(Indirect::shape().size, 8U + 8 * 8 + 8 * 8 + 8);
}

TEST(BucketShapeTest, TheLimitOfWhatIsInlineCanBeChosen) {
  using Small = StaticLayout<std::uint64_t, Blob<65>, 8, 64>;
  EXPECT_FALSE(Small::kIndirectKey);
  EXPECT_TRUE(Small::kIndirectValue);
  const DynamicLayout dynamic({8, 8}, {200, 1}, 8, 256);
  EXPECT_FALSE(dynamic.shape().values.indirect);
  EXPECT_TRUE(dynamic.WithSlots(4).shape().size < dynamic.shape().size);
  EXPECT_FALSE(dynamic.WithSlots(4).shape().values.indirect) << "the limit goes along";
}

// The pool, and with it what is allocated when, follows from it.
TEST(NominalSizeTest, IsThatOf64BitPointersWhateverThePointers) {
  constexpr ObjectShape kWord{8, 8};
  constexpr ObjectShape kNarrow{4, 4};
  EXPECT_EQ(ShapeOf(kWord, kWord, 8, 128, 1, kNarrow).size, 144U) << "with what aligns the words";
  EXPECT_EQ(ShapeOf({8, 4}, {8, 4}, 8, 128, 1, kNarrow).size, 140U) << "as on 32-bit machines";
  EXPECT_EQ(ShapeOf(kWord, {136, 8}, 8, 128, 1, kNarrow).size, 112U);
  EXPECT_EQ(NominalSizeOf(kWord, kWord, 8), 144U);
  EXPECT_EQ(NominalSizeOf(kWord, {136, 8}, 8), 144U);
}

TEST(NominalSizeTest, OfStringsIsGosWhateverTheStandardLibrary) {
  using Strings = StaticLayout<std::string, std::string>;
  EXPECT_EQ(Strings::NominalSize(), 8U + 8 * 16 + 8 * 16 + 8);
  using Views = StaticLayout<std::string_view, std::uint64_t>;
  EXPECT_EQ(Views::NominalSize(), 8U + 8 * 16 + 8 * 8 + 8);
}

TEST(NominalSizeTest, OfScalarsIsTheirSizeHereAndElsewhere) {
  enum class Word : std::uint64_t {};
  for (const ObjectShape& shape :
       {kNominalShapeOf<std::uint64_t>, kNominalShapeOf<double>, kNominalShapeOf<Word>,
        kNominalShapeOf<void*>, kNominalShapeOf<std::uint64_t*>}) {
    EXPECT_EQ(shape.size, 8U);
    EXPECT_EQ(shape.alignment, 8U);
  }
  EXPECT_EQ(kNominalShapeOf<std::uint32_t>.size, 4U);
  EXPECT_EQ((kNominalShapeOf<Blob<12, 4>>.size), 12U);
}

TEST(DynamicLayoutTest, RefusesWhatNoBucketCanHave) {
  for (const unsigned slots : {0U, 1U, 2U, 3U, 5U, 12U, 32U}) {
    EXPECT_THROW(DynamicLayout({8, 8}, {8, 8}, slots), LayoutError) << slots;
  }
  for (const std::uint32_t alignment : {0U, 3U, 24U, 128U}) {
    EXPECT_THROW(DynamicLayout({8, alignment}, {8, 8}), LayoutError) << alignment;
    EXPECT_THROW(DynamicLayout({8, 8}, {8, alignment}), LayoutError) << alignment;
  }
  EXPECT_THROW(DynamicLayout({8, 8}, {8, 8}).WithSlots(7), LayoutError);
}

// The map works on every layout, not only on Go's of eight slots.
template <unsigned kSlots, std::size_t kMaxInline = kMaxInlineSize>
struct SlotsPolicy : Strict {
  template <class K, class V>
  using Layout = StaticLayout<K, V, kSlots, kMaxInline>;
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

TEST(LayoutMapTest, AMapWorksWithAnyLimitOfWhatIsInline) {
  ExpectWorks<std::string, SlotsPolicy<8, 8>>();
  ExpectWorks<std::string, SlotsPolicy<8, 2>>();
  ExpectWorks<Blob<200>, SlotsPolicy<8, 200>>();
}

TEST(LayoutMapTest, AMapKeepsValuesAligned) {
  ExpectWorks<Wide, Strict>();
  ExpectWorks<Blob<200>, Strict>();
  ExpectWorks<Blob<192, 64>, Strict>();
}

}  // namespace
}  // namespace hmap
