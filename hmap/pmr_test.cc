// Maps whose memory comes from a std::pmr resource: all of it does, also after a copy, a move, an
// assignment and a swap, and one that is used up costs no entry.

#include <gtest/gtest.h>

#include <cstddef>
#include <functional>
#include <memory_resource>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "hmap/dynamic_map.h"
#include "hmap/map.h"
#include "hmap/testing.h"

namespace hmap {
namespace {

// A resource that has so much memory and no more, and knows its own.
class Arena : public std::pmr::monotonic_buffer_resource {
 public:
  Arena() : Arena(std::vector<std::byte>(std::size_t{1} << 20)) {}
  bool Owns(const void* object) const {
    const auto* const at = static_cast<const std::byte*>(object);
    return std::less_equal<>()(memory_.data(), at) &&
           std::less<>()(at, memory_.data() + memory_.size());
  }

 private:
  explicit Arena(std::vector<std::byte> memory)
      : monotonic_buffer_resource(memory.data(), memory.size(), std::pmr::null_memory_resource()),
        memory_(std::move(memory)) {}

  std::vector<std::byte> memory_;
};

class PmrTest : public ::testing::Test {
 protected:
  using Allocator = std::pmr::polymorphic_allocator<std::byte>;
  using MapT = Map<std::string, int, Hash<std::string>, std::equal_to<>, Allocator>;

  static_assert(!std::is_copy_assignable_v<Allocator>);
  static_assert(std::is_copy_constructible_v<MapT> && std::is_copy_assignable_v<MapT>);
  static_assert(std::is_nothrow_move_constructible_v<MapT>);
  static_assert(std::is_move_assignable_v<MapT> && !std::is_nothrow_move_assignable_v<MapT>);
  static_assert(std::is_nothrow_swappable_v<MapT>);
  static_assert(std::uses_allocator_v<MapT, Allocator>);

  static MapT Make(Arena& arena, int entries) {
    MapT map(&arena);
    for (int i = 0; i < entries; ++i) map[std::to_string(i)] = i;
    return map;
  }
  static void ExpectHolds(const MapT& map, int entries) {
    EXPECT_EQ(map.size(), static_cast<std::size_t>(entries));
    for (int i = 0; i < entries; ++i) {
      ASSERT_TRUE(map.contains(std::to_string(i)));
      EXPECT_EQ(*map.find(std::to_string(i)), i);
    }
  }
  static void ExpectIn(const MapT& map, const Arena& arena) {
    EXPECT_EQ(map.get_allocator().resource(), &arena);
    for (auto it = map.begin(); !it.done(); ++it) EXPECT_TRUE(arena.Owns(&it.value()));
  }

  Arena one_;
  Arena two_;
};

TEST_F(PmrTest, AMapHasAllThatItAllocatesFromItsResource) {
  const auto map = Make(one_, 100);
  ExpectHolds(map, 100);
  ExpectIn(map, one_);
}

TEST_F(PmrTest, ACopyHasTheDefaultResourceOrTheOneThatItIsGiven) {
  const auto map = Make(one_, 100);
  const auto copy = map;  // NOLINT(performance-unnecessary-copy-initialization)
  ExpectHolds(copy, 100);
  EXPECT_EQ(copy.get_allocator().resource(), std::pmr::get_default_resource());
  const MapT other(map, &two_);
  ExpectHolds(other, 100);
  ExpectIn(other, two_);
}

TEST_F(PmrTest, AnAssignmentKeepsTheResource) {
  auto map = Make(one_, 100);
  auto other = Make(two_, 20);
  other = map;
  ExpectHolds(other, 100);
  ExpectIn(other, two_);
  ExpectHolds(map, 100);
  map["100"] = 100;
  other = std::move(map);
  ExpectHolds(other, 101);
  ExpectIn(other, two_);
  map["0"] = 0;  // NOLINT(bugprone-use-after-move)
  ExpectHolds(map, 1);
  ExpectIn(map, one_);
}

TEST_F(PmrTest, AMoveTakesTheTableIfItsResourceIsTheOneWanted) {
  auto map = Make(one_, 100);
  const int* const place = map.find("7");
  MapT same(std::move(map), &one_);
  EXPECT_EQ(same.find("7"), place);
  MapT taken = std::move(same);
  EXPECT_EQ(taken.find("7"), place);
  ExpectIn(taken, one_);
  const MapT other(std::move(taken), &two_);
  ExpectHolds(other, 100);
  ExpectIn(other, two_);
}

TEST_F(PmrTest, ASwapSwapsResourcesWithTheEntries) {
  auto map = Make(one_, 100);
  auto other = Make(two_, 20);
  swap(map, other);
  ExpectHolds(map, 20);
  ExpectIn(map, two_);
  ExpectHolds(other, 100);
  ExpectIn(other, one_);
  swap(map, map);
  ExpectHolds(map, 20);
}

TEST_F(PmrTest, AResourceThatIsUsedUpCostsNoEntry) {
  auto map = Make(one_, 100);
  auto other = Make(two_, 20);
  EXPECT_THROW(static_cast<void>(two_.allocate((std::size_t{1} << 20) + 1)), std::bad_alloc);
  while (true) {
    try {
      static_cast<void>(two_.allocate(64));
    } catch (const std::bad_alloc&) {
      break;
    }
  }
  EXPECT_THROW(other = map, std::bad_alloc);
  EXPECT_THROW(other = std::move(map), std::bad_alloc);
  ExpectHolds(map, 100);  // NOLINT(bugprone-use-after-move)
  ExpectHolds(other, 20);
}

TEST_F(PmrTest, AVectorGivesItsMapsItsResource) {
  std::pmr::vector<MapT> maps(&one_);
  maps.emplace_back();
  maps.emplace_back(100);
  maps.push_back(Make(two_, 30));
  ExpectHolds(maps.back(), 30);
  for (const MapT& map : maps) ExpectIn(map, one_);
}

TEST_F(PmrTest, MapsOfBytesDoTheSame) {
  using Bytes = DynamicMap<OpaqueHash, OpaqueEqual, Allocator>;
  const DynamicLayout layout(kShapeOf<int>, kShapeOf<int>);
  Bytes map(layout, 0, &one_);
  for (int i = 0; i < 100; ++i) map.insert_or_assign(&i, &i);
  Bytes other(layout, 0, &two_);
  const auto expect_holds = [&](const Bytes& holder, const Arena& arena) {
    EXPECT_EQ(holder.size(), 100U);
    for (int i = 0; i < 100; ++i) EXPECT_TRUE(arena.Owns(holder.find(&i))) << i;
  };
  other = map;
  expect_holds(other, two_);
  other.clear();
  other = std::move(map);
  expect_holds(other, two_);
  map = Bytes(layout, 0, &one_);
  map.swap(other);
  expect_holds(map, two_);
}

}  // namespace
}  // namespace hmap
