#include "hmap/readable.h"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "hmap/map.h"
#include "hmap/roots.h"
#include "hmap/testing.h"

namespace hmap::testing {
namespace {

// Objects that do not fill their granules.
using Key = std::uint32_t;
using Value = std::array<std::uint8_t, 3>;

struct IdentityHash32 {
  std::uint64_t operator()(Key key, std::uint32_t) const { return key; }
};
template <class Base>
using MapOf = TestMap<Key, Value, IdentityHash32, Base>;
using StrictMap = MapOf<Strict>;

template <class MapT>
std::string Difference(const MapT& map,
                       const std::optional<typename MapT::iterator>& walk = std::nullopt) {
  Roots<typename MapT::CoreT> roots;
  roots.AddTable(map.view().core());
  if (walk) roots.AddIterator(*walk);
  return Readable<typename MapT::CoreT>::Difference(roots);
}

#if defined(HMAP_POISONS)

// What it says of `bytes` that are poisoned, or not, where it should be the other way round; they
// are put right again.
template <class MapT>
std::string Complaint(const MapT& map, const void* bytes, std::size_t size, bool poisoned,
                      const std::optional<typename MapT::iterator>& walk = std::nullopt) {
  EXPECT_EQ(Difference(map, walk), "");
  (poisoned ? Poison : Unpoison)(bytes, size);
  const std::string difference = Difference(map, walk);
  (poisoned ? Unpoison : Poison)(bytes, size);
  EXPECT_EQ(Difference(map, walk), "");
  return difference;
}

// Sixteen chains and a pool, of which the fourth has the keys 3 and 35 and an erased one between.
template <class MapT>
MapT MakeMap(Rig& rig) {
  MapT map = rig.Make<MapT>(60);
  for (Key i = 0; i < 3; ++i) map.insert_or_assign(3 + 16 * i, Value());
  map.erase(19);
  return map;
}

TEST(ReadableTest, SeesEveryPartOfABucketThatIsReadableAndShouldNotBe) {
  Rig rig;
  const auto map = MakeMap<StrictMap>(rig);
  const auto& generation = *CoreOf(map)->buckets();
  const auto& layout = generation.layout();
  Bucket* const bucket = generation.Chain(3);
  const auto spare = [&](const void* bytes) { return Complaint(map, bytes, 1, false); };
  const auto byte = [&](const void* at) {
    return "byte " +
           std::to_string(static_cast<const std::byte*>(at) -
                          reinterpret_cast<const std::byte*>(bucket)) +
           " of bucket 0 of chain 3 should not be readable";
  };
  EXPECT_EQ(spare(layout.KeySlot(bucket, 1)), byte(layout.KeySlot(bucket, 1))) << "an erased key";
  EXPECT_EQ(spare(layout.ValueSlot(bucket, 1)), byte(layout.ValueSlot(bucket, 1)));
  EXPECT_EQ(spare(layout.KeySlot(bucket, 7)), byte(layout.KeySlot(bucket, 7))) << "a free slot";
  ASSERT_GT(generation.PoolLeft(), 0);
  EXPECT_EQ(spare(generation.Chain(generation.total() - 1)),
            "byte 0 of bucket " + std::to_string(generation.PoolLeft() - 1) +
                " of the pool should not be readable");
}

TEST(ReadableTest, SeesOneByteTooManyOrTooFewOfALiveSlot) {
  Rig rig;
  const auto map = MakeMap<StrictMap>(rig);
  const auto& generation = *CoreOf(map)->buckets();
  void* const value = generation.layout().ValueSlot(generation.Chain(3), 2);
  Unpoison(value, 4);
  EXPECT_NE(Difference(map), "") << "a byte behind a value";
  Unpoison(value, 8);
  EXPECT_NE(Difference(map), "") << "all bytes behind a value";
  Poison(value, 8);
  Unpoison(value, 2);
  EXPECT_NE(Difference(map), "") << "a value's last byte";
  Poison(value, 8);
  EXPECT_NE(Difference(map), "") << "a value";
  Unpoison(value, 3);
  EXPECT_EQ(Difference(map), "");
}

TEST(ReadableTest, SeesMarksKeysAndOverflowPointersThatAreNotReadableAndDoesNotReadThem) {
  Rig rig;
  const auto map = MakeMap<StrictMap>(rig);
  const auto& generation = *CoreOf(map)->buckets();
  const auto& layout = generation.layout();
  Bucket* const bucket = generation.Chain(3);
  const auto* const overflow = reinterpret_cast<std::byte*>(bucket) + layout.shape().overflow;
  EXPECT_EQ(Complaint(map, bucket, 8, true), "byte 0 of bucket 0 of chain 3 should be readable");
  EXPECT_NE(Complaint(map, layout.KeySlot(bucket, 0), 4, true), "");
  EXPECT_NE(Complaint(map, overflow, sizeof(Bucket*), true), "");
}

TEST(ReadableTest, SeesWhatIsLeftOfMovedEntriesAndWhatIteratorsDoNotFind) {
  for (const bool walked : {false, true}) {
    Rig rig;
    auto map = rig.Make<StrictMap>();
    for (Key i = 0; i < 104; ++i) map.insert_or_assign(i, Value());
    std::optional<StrictMap::iterator> walk;
    if (walked) walk = map.begin();
    map.insert_or_assign(104, Value());
    ASSERT_TRUE(map.view().growing());
    const auto& old = *CoreOf(map)->oldbuckets();
    std::size_t moved = 0;
    while (!old.IsEvacuated(moved)) ++moved;
    const void* const key = old.layout().KeySlot(old.Chain(moved), 0);
    const void* const value = old.layout().ValueSlot(old.Chain(moved), 0);
    EXPECT_NE(Complaint(map, key, sizeof(Key), walked, walk), "") << "kept for iterators, or not";
    EXPECT_NE(Complaint(map, value, sizeof(Value), false, walk), "");
  }
}

TEST(ReadableTest, SeesWhatIsLeftOfAnArrayThatOnlyAnIteratorHolds) {
  Rig rig;
  auto map = rig.Make<StrictMap>(60);
  for (Key i = 0; i < 9; ++i) map.insert_or_assign(3 + 16 * i, Value());
  const std::optional<StrictMap::iterator> walk = map.begin();
  const auto& generation = *CoreOf(map)->buckets();
  map = rig.Make<StrictMap>();
  ASSERT_TRUE(generation.IsDestroyed());
  const void* const key = generation.layout().KeySlot(generation.Chain(3), 0);
  EXPECT_NE(Complaint(map, key, sizeof(Key), false, walk), "");
}

TEST(ReadableTest, UnderGosRuleThePoolOfAMapThatWasClearedUnderAnIteratorMayHaveMarks) {
  Rig rig;
  auto map = rig.Make<MapOf<Go119>>(60);
  for (Key i = 0; i < 9; ++i) map.insert_or_assign(3 + 16 * i, Value());
  const std::optional<MapOf<Go119>::iterator> walk = map.begin();
  map.clear();
  const auto& generation = *CoreOf(map)->buckets();
  Bucket* const pool = generation.Chain(generation.total() - 1);
  EXPECT_FALSE(IsPoisoned(pool));
  EXPECT_NE(Complaint(map, generation.layout().KeySlot(pool, 0), 1, false, walk), "");
}

#else

TEST(ReadableTest, WithoutAddressSanitizerHasNothingToCompare) {
  Rig rig;
  EXPECT_EQ(Difference(rig.Make<StrictMap>(60)), "");
}

#endif

}  // namespace
}  // namespace hmap::testing
