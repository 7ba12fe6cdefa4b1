// What a map is made of: how a user gives it hasher, equality and allocator, and of which types.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "hmap/map.h"
#include "hmap/testing.h"

namespace hmap {
namespace {

using testing::Ledger;
using testing::LedgerAllocator;

struct Point {
  int x = 0;
  int y = 0;
  friend bool operator==(const Point&, const Point&) = default;
};

struct PointHash {
  std::uint64_t salt = 0;
  std::uint64_t operator()(const Point& p, std::uint32_t seed) const {
    return Hash<int>()(p.x, seed) + MixBits(static_cast<std::uint64_t>(p.y) ^ salt);
  }
};

using Points = Map<Point, int, PointHash>;

TEST(PartsTest, AreGivenByNameAndMadeByDefaultIfLeftOut) {
  Points points(0, {.hash = {.salt = 7}});
  points[{1, 2}] = 3;
  EXPECT_EQ((points[{1, 2}]), 3);
  EXPECT_EQ(points.parts().hash.salt, 7U);
  EXPECT_EQ(Points().parts().hash.salt, 0U);
  const Points listed({{{1, 2}, 3}, {{4, 5}, 6}}, {.hash = {.salt = 8}});
  EXPECT_EQ(listed.size(), 2U);
  EXPECT_EQ(listed.parts().hash.salt, 8U);
}

TEST(PartsTest, AnAllocatorCanBeGivenAlone) {
  using MapT = Map<int, int, Hash<int>, std::equal_to<>, LedgerAllocator<int>>;
  Ledger ledger;
  {
    const LedgerAllocator<int> allocator(&ledger);
    MapT maps[] = {MapT(0, {.allocator = allocator}), MapT(0, allocator), MapT(allocator),
                   MapT({{1, 1}, {2, 2}}, allocator)};
    for (MapT& map : maps) {
      const auto bytes = ledger.bytes;
      map.reserve(1000);
      EXPECT_GT(ledger.bytes, bytes);
      EXPECT_EQ(map.get_allocator(), allocator);
    }
    EXPECT_EQ(maps[3].size(), 2U);
  }
  EXPECT_EQ(ledger.blocks, 0);
}

TEST(PartsTest, NeedNotBeAssignable) {
  const auto hash = [modulus = 10](int key) { return static_cast<std::size_t>(key % modulus); };
  using MapT = Map<int, int, std::remove_const_t<decltype(hash)>>;
  static_assert(!std::is_copy_assignable_v<MapT::hasher>);
  MapT map(0, {.hash = hash});
  for (int i = 0; i < 100; ++i) map[i] = i;
  MapT copy(0, {.hash = hash});
  copy = map;
  copy[100] = 100;
  map = std::move(copy);
  EXPECT_EQ(map.size(), 101U);
  copy = MapT(0, {.hash = hash});
  swap(map, copy);
  EXPECT_EQ(copy.size(), 101U);
  for (int i = 0; i <= 100; ++i) EXPECT_EQ(*copy.find(i), i);
}

// Both take what a string_view can be made of, and numbers.
struct NameHash {
  using is_transparent = void;
  std::uint64_t operator()(std::string_view name, std::uint32_t seed) const {
    return StringHash()(name, seed);
  }
  std::uint64_t operator()(int number, std::uint32_t seed) const {
    return StringHash()(std::to_string(number), seed);
  }
};
struct NameEqual {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const { return a == b; }
  bool operator()(std::string_view a, int b) const { return a == std::to_string(b); }
};

TEST(PartsTest, KeysAreFoundByWhateverHasherAndEqualityTake) {
  Map<std::string, int, NameHash, NameEqual> map = {{"1", 10}, {"2", 20}};
  EXPECT_EQ(*map.find(2), 20);
  EXPECT_TRUE(map.contains("1"));
  EXPECT_EQ(map.erase(1), 1U);
  EXPECT_EQ(map.size(), 1U);
}

// Turns into a string, but not into a string_view.
struct Name {
  operator std::string() const { return "ann"; }  // NOLINT(google-explicit-constructor)
};

TEST(PartsTest, WhatTheHasherDoesNotTakeIsMadeAKey) {
  Map<std::string, int> map = {{"ann", 41}};
  EXPECT_EQ(*map.find(Name()), 41);
  EXPECT_EQ(*std::as_const(map).find(Name()), 41);
  EXPECT_TRUE(map.contains(Name()));
  EXPECT_EQ(map.erase(Name()), 1U);
}

template <class MapT, class Q>
concept Finds = requires(MapT& map, const Q& key) { map.find(key); };

static_assert(Finds<Map<std::string, int>, std::string_view>);
static_assert(!Finds<Map<std::string, int>, int>);

static_assert(HasherOf<Hash<int>, int> && HasherOf<std::hash<int>, int>);
static_assert(HasherOf<Hash<std::string>, std::string> && HasherOf<PointHash, Point>);
static_assert(!HasherOf<Hash<Point>, Point> && !HasherOf<std::hash<Point>, Point>);
static_assert(!HasherOf<Hash<std::unique_ptr<int>>, std::unique_ptr<int>>);

TEST(MapTest, APairOfALiteralAndAMoveOnlyValueCanBeInserted) {
  Map<int, std::unique_ptr<int>> map;
  EXPECT_TRUE(map.insert({1, std::make_unique<int>(5)}).second);
  EXPECT_FALSE(map.insert({1, nullptr}).second);
  EXPECT_EQ(**map.find(1), 5);
}

TEST(MapTest, IsARangeOfPairsOfReferences) {
  using MapT = Map<std::string, int>;
  static_assert(std::ranges::input_range<MapT> && std::ranges::range<const MapT>);
  static_assert(
      std::is_same_v<std::iter_reference_t<MapT::iterator>, std::pair<const std::string&, int&>>);
  MapT map = {{"a", 1}, {"b", 2}};
  for (auto [key, value] : map) value += static_cast<int>(key.size());
  int sum = 0;
  for (const auto& [key, value] : std::as_const(map)) sum += value;
  EXPECT_EQ(sum, 5);
}

}  // namespace
}  // namespace hmap
