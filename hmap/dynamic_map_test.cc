#include "hmap/dynamic_map.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "hmap/opaque_testing.h"
#include "hmap/snapshot.h"

namespace hmap {
namespace {

using testing::Buffer;
using testing::BytesOf;
using testing::CheckTable;
using testing::Comparison;
using testing::Ledger;
using testing::OpaqueParts;
using testing::TestDynamicMap;
using testing::TextOf;

using Words = TestDynamicMap<Strict>;

struct KeyAndValue {
  ObjectShape key;
  ObjectShape value;
};

constexpr KeyAndValue kShapes[] = {
    {{8, 8}, {8, 8}},   {{1, 1}, {1, 1}},    {{3, 1}, {5, 1}},     {{12, 4}, {13, 1}},
    {{129, 1}, {8, 8}}, {{8, 8}, {300, 64}}, {{200, 8}, {300, 4}}, {{0, 1}, {8, 8}},
    {{8, 8}, {0, 1}},   {{4, 4}, {16, 64}},  {{13, 8}, {12, 4}},   {{128, 16}, {128, 32}},
    {{5, 1}, {129, 2}}, {{0, 1}, {0, 64}},
};

template <class Base>
void ExpectLikeStdMap(std::uint64_t mask) {
  for (const KeyAndValue& shapes : kShapes) {
    for (const unsigned slots : {4U, 8U, 16U}) {
      SCOPED_TRACE(::testing::Message() << "key of " << shapes.key.size << ", value of "
                                        << shapes.value.size << ", slots " << slots);
      Ledger ledger;
      {
        const DynamicLayout layout(shapes.key, shapes.value, slots);
        Comparison<TestDynamicMap<Base>> comparison(
            OpaqueParts<TestDynamicMap<Base>>(layout.WithPointers(true), ledger, mask),
            slots + shapes.key.size);
        comparison.Run(1200, 180);
        EXPECT_TRUE(shapes.key.size != 0 || comparison.map().size() <= 1);
      }
      EXPECT_EQ(ledger.blocks, 0) << "nothing leaks";
      EXPECT_EQ(ledger.bytes, 0);
      if (::testing::Test::HasFailure()) return;
    }
  }
}

// Eight buckets' worth of hashes, and few tophashes.
constexpr std::uint64_t kCrowded = 0x0300000000000007;

TEST(DynamicMapTest, IsLikeStdMapInEveryLayout) { ExpectLikeStdMap<Strict>(~std::uint64_t{0}); }

TEST(DynamicMapTest, IsLikeStdMapWhenHashesCollide) { ExpectLikeStdMap<Strict>(kCrowded); }

TEST(DynamicMapTest, IsLikeStdMapUnderGosRule) { ExpectLikeStdMap<Go119>(~std::uint64_t{0}); }

TEST(DynamicMapTest, IsLikeStdMapUnderGosRuleWhenHashesCollide) {
  ExpectLikeStdMap<Go119>(kCrowded);
}

TEST(DynamicMapTest, TakesItsHashFromAllBytesByDefault) {
  DynamicMap map(DynamicLayout({12, 4}, {3, 1}, 4), 100);
  EXPECT_EQ(map.view().b(), 5U) << "3.25 entries a bucket of 4 slots";
  for (std::uint64_t i = 0; i < 100; ++i) {
    EXPECT_TRUE(map.insert(Buffer(BytesOf(i, 12)).get(), Buffer(BytesOf(i, 3)).get()).second);
  }
  EXPECT_EQ(map.view().b(), 5U);
  for (std::uint64_t i = 0; i < 100; ++i) {
    const void* const value = map.find(Buffer(BytesOf(i, 12)).get());
    ASSERT_NE(value, nullptr);
    EXPECT_EQ(TextOf(value, 3), BytesOf(i, 3));
  }
  EXPECT_FALSE(map.contains(Buffer(BytesOf(100, 12)).get()));
  int produced = 0;
  for (const auto [key, value] : map) {
    EXPECT_EQ(map.find(&key), &value);
    ++produced;
  }
  EXPECT_EQ(produced, 100);
}

TEST(DynamicMapTest, InsertKeepsWhatIsThereAndAccessMakesZeros) {
  DynamicMap map(DynamicLayout({4, 4}, {4, 4}));
  const std::uint32_t key = 7;
  const std::uint32_t one = 1;
  const std::uint32_t two = 2;
  const auto word = [](const void* value) { return *static_cast<const std::uint32_t*>(value); };
  EXPECT_EQ(word(map.access(&key)), 0U);
  EXPECT_EQ(map.insert_or_assign(&key, &one).second, false);
  const auto [value, inserted] = map.insert(&key, &two);
  EXPECT_FALSE(inserted);
  EXPECT_EQ(word(value), 1U);
  EXPECT_EQ(map.erase(&key), 1U);
  EXPECT_EQ(map.erase(&key), 0U);
  EXPECT_EQ(word(map.access(&key)), 0U) << "not what the cell held before";
}

TEST(DynamicMapTest, AKeyOfNoBytesIsOneKey) {
  DynamicMap map(DynamicLayout({0, 1}, {1, 1}));
  EXPECT_TRUE(map.insert("", "a").second);
  EXPECT_FALSE(map.insert("x", "b").second);
  EXPECT_EQ(TextOf(map.find("y"), 1), "a");
  EXPECT_EQ(map.size(), 1U);
  EXPECT_EQ(map.erase(""), 1U);
  EXPECT_TRUE(map.empty());
}

// Equal if the first byte is, as -0 and +0 are equal.
struct FirstByte {
  std::uint64_t operator()(const Opaque& key, std::uint32_t seed) const {
    return Hash<std::uint8_t>()(reinterpret_cast<const std::uint8_t&>(key), seed);
  }
  bool operator()(const Opaque& a, const Opaque& b) const {
    return reinterpret_cast<const char&>(a) == reinterpret_cast<const char&>(b);
  }
};

TEST(DynamicMapTest, AnUpdateReplacesTheKeyWhereEqualKeysDiffer) {
  using MapT = DynamicMap<FirstByte, FirstByte>;
  MapT map(0, {{}, {}, {}, {}, DynamicLayout({2, 1}, {1, 1}), {}});
  const auto key = [&map] { return TextOf(&map.begin().key(), 2); };
  map.insert("ab", "1");
  map.insert("ac", "2");
  EXPECT_EQ(key(), "ab");
  map.insert_or_assign("ad", "3");
  EXPECT_EQ(key(), "ad");
  map.access("ae");
  EXPECT_EQ(key(), "ae");
  EXPECT_EQ(map.size(), 1U);
}

template <class MapT>
MapT Filled(const typename MapT::Parts& parts, std::uint64_t entries) {
  MapT map(0, parts);
  for (std::uint64_t i = 0; i < entries; ++i) {
    map.insert(Buffer(BytesOf(i, parts.layout.key().size)).get(),
               Buffer(BytesOf(~i, parts.layout.value().size)).get());
  }
  return map;
}

template <class MapT>
void ExpectHolds(const MapT& map, std::uint64_t entries) {
  const std::size_t value_size = map.parts().layout.value().size;
  ASSERT_EQ(map.size(), entries);
  for (std::uint64_t i = 0; i < entries; ++i) {
    const void* const value = map.find(Buffer(BytesOf(i, map.parts().layout.key().size)).get());
    ASSERT_NE(value, nullptr) << i;
    ASSERT_EQ(TextOf(value, value_size), BytesOf(~i, value_size)) << i;
  }
}

TEST(DynamicMapTest, CopiesMovesAndSwapsLikeAMap) {
  Ledger ledger;
  {
    const DynamicLayout layout({5, 1}, {200, 8}, 16);
    auto map = Filled<Words>(OpaqueParts<Words>(layout, ledger), 100);
    Words copy = map;
    map.clear();
    EXPECT_TRUE(map.empty());
    ExpectHolds(copy, 100);
    map = copy;
    ExpectHolds(map, 100);
    auto it = copy.begin();
    Words moved = std::move(copy);
    EXPECT_TRUE(copy.empty());  // NOLINT(bugprone-use-after-move): it may be used on
    std::size_t produced = 0;
    for (; !it.done(); ++it) ++produced;
    EXPECT_EQ(produced, 100U) << "iterators follow the entries";
    const std::string key = BytesOf(1, 5);
    const std::string value = BytesOf(2, 200);
    EXPECT_TRUE(copy.insert(Buffer(key).get(), Buffer(value).get()).second);
    swap(copy, moved);
    EXPECT_EQ(moved.size(), 1U);
    ExpectHolds(copy, 100);
    map.reserve(5000);
    EXPECT_EQ(map.view().b(), 9U) << "13 entries a bucket of 16 slots";
    ExpectHolds(map, 100);
  }
  EXPECT_EQ(ledger.blocks, 0);
}

TEST(DynamicMapTest, ANilMapReadsAsEmptyAndCannotBeWritten) {
  Ledger ledger;
  const DynamicLayout layout({8, 8}, {8, 8});
  auto map = Words::Nil(OpaqueParts<Words>(layout, ledger));
  const std::uint64_t word = 1;
  EXPECT_TRUE(map.is_nil());
  EXPECT_EQ(map.find(&word), nullptr);
  EXPECT_EQ(map.erase(&word), 0U);
  EXPECT_TRUE(map.begin().done());
  EXPECT_THROW(map.insert(&word, &word), NilMapError);
  EXPECT_THROW(map.insert_or_assign(&word, &word), NilMapError);
  EXPECT_THROW(map.access(&word), NilMapError);
}

// A growth from one bucket to two ends, and frees the one bucket, within the insert that starts it.
TEST(DynamicMapTest, AnArgumentMayLieInTheArrayThatTheInsertFrees) {
  for (const bool overwrites : {false, true}) {
    for (const std::uint32_t size : {8U, 128U}) {
      DynamicMap map(DynamicLayout({size, 1}, {size, 1}));
      const std::string first = BytesOf(0, size);
      map.insert(Buffer(first).get(), Buffer(first).get());
      for (std::uint64_t i = 1; i < 100; ++i) {
        const Buffer key(BytesOf(i, size));
        const void* const value = map.find(Buffer(first).get());
        const auto [place, inserted] =
            overwrites ? map.insert_or_assign(key.get(), value) : map.insert(key.get(), value);
        EXPECT_TRUE(inserted);
        EXPECT_EQ(TextOf(place, size), first);
      }
    }
  }
}

TEST(DynamicMapTest, EveryKeyAndValueMayLieInTheMapItself) {
  for (const std::uint32_t size : {8U, 40U, 200U}) {
    Ledger ledger;
    {
      const DynamicLayout layout({size, 1}, {size, 1}, 4);
      auto map = Filled<Words>(OpaqueParts<Words>(layout, ledger), 300);
      // Each key in turn is given the value of the one before it, by their places in the table.
      for (std::uint64_t i = 1; i < 300; ++i) {
        const void* const value = map.find(Buffer(BytesOf(i - 1, size)).get());
        map.insert_or_assign(Buffer(BytesOf(1000 + i, size)).get(), value);
      }
      for (std::uint64_t i = 1; i < 300; ++i) {
        EXPECT_EQ(TextOf(map.find(Buffer(BytesOf(1000 + i, size)).get()), size),
                  BytesOf(~(i - 1), size));
      }
      for (auto it = map.begin(); !it.done(); ++it) EXPECT_EQ(map.erase(&it.key()), 1U);
      EXPECT_TRUE(map.empty());
    }
    EXPECT_EQ(ledger.blocks, 0);
  }
}

// Inserts, erases and iterates until nothing fails any more; each allocation fails once.
template <class Base>
void ExpectSurvivesFailedAllocations() {
  using MapT = TestDynamicMap<Base>;
  Ledger ledger;
  int failed = 0;
  {
    const DynamicLayout layout({150, 2}, {140, 4}, 8);
    auto map = Filled<MapT>(OpaqueParts<MapT>(layout, ledger), 53);
    // So that evacuation keeps copies, which are allocated.
    const auto it = map.begin();
    for (std::uint64_t i = 53; i < 90; ++i) {
      const Buffer key(BytesOf(i, 150));
      const Buffer value(BytesOf(~i, 140));
      for (int left = 0;; ++left) {
        ledger.left = left;
        try {
          map.insert(key.get(), value.get());
          break;
        } catch (const std::bad_alloc&) {
          ++failed;
          ledger.left = -1;
          ASSERT_NO_FATAL_FAILURE(ExpectHolds(map, i));
          CheckTable(map);
        }
      }
      ledger.left = -1;
      ASSERT_NO_FATAL_FAILURE(ExpectHolds(map, i + 1));
    }
    EXPECT_FALSE(it.done());
  }
  EXPECT_GT(failed, 50);
  EXPECT_EQ(ledger.blocks, 0);
}

TEST(DynamicMapTest, SurvivesEveryFailedAllocation) {
  ExpectSurvivesFailedAllocations<Strict>();
  ExpectSurvivesFailedAllocations<Go119>();
}

TEST(DynamicMapTest, GosRuleWipesTheFirstBucketOfWhatHoldsPointers) {
  using MapT = TestDynamicMap<Go119>;
  for (const bool pointers : {false, true}) {
    Ledger ledger;
    const auto layout = DynamicLayout({8, 8}, {8, 8}).WithPointers(pointers);
    auto map = Filled<MapT>(OpaqueParts<MapT>(layout, ledger), 53);
    ASSERT_TRUE(map.view().growing());
    const auto head = map.view().chain(Array::kOld, 0);
    ASSERT_TRUE(IsMoved(head.tophash(0)));
    const std::string zeros(8, '\0');
    EXPECT_EQ(TextOf(&head.key(0), 8) == zeros, pointers);
    EXPECT_EQ(TextOf(&head.value(0), 8) == zeros, pointers);
  }
}

}  // namespace
}  // namespace hmap
