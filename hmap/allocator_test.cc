// Allocators with state: which one a map has after a copy, a move, an assignment and a swap, and
// that every block goes back to where it came from. Those of std::pmr are in pmr_test.cc.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>
#include <utility>

#include "hmap/map.h"
#include "hmap/testing.h"

namespace hmap {
namespace {

using testing::Draws;
using testing::Ledger;
using testing::LedgerAllocator;

// As `LedgerAllocator`, and says whether it propagates.
template <class T, bool kPropagates>
class SayingAllocator : public LedgerAllocator<T> {
 public:
  using propagate_on_container_copy_assignment = std::bool_constant<kPropagates>;
  using propagate_on_container_move_assignment = std::bool_constant<kPropagates>;
  using propagate_on_container_swap = std::bool_constant<kPropagates>;
  using is_always_equal = std::false_type;
  template <class U>
  struct rebind {
    using other = SayingAllocator<U, kPropagates>;
  };

  explicit SayingAllocator(Ledger* ledger) : LedgerAllocator<T>(ledger) {}
  template <class U>
  SayingAllocator(  // NOLINT(google-explicit-constructor)
      const SayingAllocator<U, kPropagates>& other)
      : LedgerAllocator<T>(other.ledger()) {}
};

template <class Propagates>
class AllocatorTest : public ::testing::Test {
 public:
  // Large enough to be stored by pointer, so that every key has a block of its own.
  using Key = testing::Tracked<200>;
  using Pair = std::pair<const Key, std::uint64_t>;
  using Allocator = SayingAllocator<Pair, Propagates::value>;
  using MapT = Map<Key, std::uint64_t, testing::TrackedHash, std::equal_to<>, Allocator,
                   testing::TestPolicy<Strict>>;

  ~AllocatorTest() override {
    EXPECT_EQ(one_.blocks, 0);
    EXPECT_EQ(one_.bytes, 0);
    EXPECT_EQ(two_.blocks, 0);
    EXPECT_EQ(two_.bytes, 0);
    EXPECT_EQ(Key::living, 0);
  }

 protected:
  MapT Make(Ledger& ledger, std::uint64_t entries) {
    MapT map(0, {{}, {}, {&draws_}, {}, {}, Allocator(&ledger)});
    for (std::uint64_t i = 0; i < entries; ++i) map.insert_or_assign(Key(i), i);
    return map;
  }
  static void ExpectHolds(const MapT& map, std::uint64_t entries) {
    EXPECT_EQ(map.size(), entries);
    for (std::uint64_t i = 0; i < entries; ++i) EXPECT_TRUE(map.contains(Key(i))) << i;
  }

  Draws draws_;
  Ledger one_;
  Ledger two_;
};

using Kinds = ::testing::Types<std::true_type, std::false_type>;
TYPED_TEST_SUITE(AllocatorTest, Kinds);

TYPED_TEST(AllocatorTest, ACopyHasTheAllocatorOfItsOriginal) {
  auto map = this->Make(this->one_, 30);
  const auto copy = map;
  EXPECT_EQ(copy.get_allocator().ledger(), &this->one_);
  this->ExpectHolds(copy, 30);
}

TYPED_TEST(AllocatorTest, ACopyAssignmentChangesTheAllocatorIfThatPropagates) {
  auto map = this->Make(this->one_, 30);
  auto other = this->Make(this->two_, 60);
  const auto blocks = this->one_.blocks;
  EXPECT_GT(this->two_.blocks, 60);
  other = map;
  this->ExpectHolds(other, 30);
  this->ExpectHolds(map, 30);
  if constexpr (TypeParam::value) {
    EXPECT_EQ(other.get_allocator().ledger(), &this->one_);
    EXPECT_EQ(this->two_.blocks, 0) << "what was there went back";
  } else {
    EXPECT_EQ(other.get_allocator().ledger(), &this->two_);
    EXPECT_EQ(this->one_.blocks, blocks);
  }
}

TYPED_TEST(AllocatorTest, AMoveTakesTheAllocatorAlongAndLeavesACopyOfIt) {
  auto map = this->Make(this->one_, 30);
  const auto blocks = this->one_.blocks;
  auto other = std::move(map);
  EXPECT_EQ(this->one_.blocks, blocks) << "nothing was allocated";
  this->ExpectHolds(other, 30);
  EXPECT_EQ(other.get_allocator().ledger(), &this->one_);
  map.insert_or_assign(typename TestFixture::Key(7), 7);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(map.get_allocator().ledger(), &this->one_);
}

TYPED_TEST(AllocatorTest, AMoveAssignmentTakesTheTableIfTheAllocatorPropagatesElseTheEntries) {
  auto map = this->Make(this->one_, 30);
  auto it = map.begin();
  auto other = this->Make(this->two_, 60);
  other = std::move(map);
  this->ExpectHolds(other, 30);
  if constexpr (TypeParam::value) {
    EXPECT_EQ(this->two_.blocks, 0);
    EXPECT_EQ(other.get_allocator().ledger(), &this->one_);
    EXPECT_EQ(testing::Rest(it).size(), 30U) << "iterators follow the entries";
  } else {
    EXPECT_EQ(other.get_allocator().ledger(), &this->two_);
    EXPECT_THROW(++it, StaleIterator);
    it = {};
    EXPECT_EQ(this->one_.blocks, 0);
  }
  EXPECT_TRUE(map.empty());                               // NOLINT(bugprone-use-after-move)
  map.insert_or_assign(typename TestFixture::Key(7), 7);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(map.get_allocator().ledger(), &this->one_);
  other.insert_or_assign(typename TestFixture::Key(99), 99);
  EXPECT_EQ(other.size(), 31U);
  static_assert(std::is_nothrow_move_assignable_v<decltype(map)> == TypeParam::value);
}

TYPED_TEST(AllocatorTest, AMoveAssignmentBetweenEqualAllocatorsTakesTheTable) {
  auto map = this->Make(this->one_, 30);
  auto it = map.begin();
  auto other = this->Make(this->one_, 60);
  const auto* const place = map.find(typename TestFixture::Key(7));
  other = std::move(map);
  EXPECT_EQ(other.find(typename TestFixture::Key(7)), place);
  EXPECT_EQ(testing::Rest(it).size(), 30U);
}

TYPED_TEST(AllocatorTest, ASwapSwapsAllocatorsWithTheEntries) {
  auto map = this->Make(this->one_, 30);
  auto other = this->Make(this->two_, 60);
  const auto blocks = this->one_.blocks;
  map.swap(other);
  EXPECT_EQ(this->one_.blocks, blocks);
  this->ExpectHolds(map, 60);
  this->ExpectHolds(other, 30);
  EXPECT_EQ(map.get_allocator().ledger(), &this->two_);
  other.clear();
  EXPECT_LT(this->one_.blocks, blocks);
}

TYPED_TEST(AllocatorTest, IteratorsGiveBlocksBackToTheAllocatorTheyBeganWith) {
  auto map = this->Make(this->one_, 26);
  auto it = map.begin();
  for (std::uint64_t i = 26; i < 60; ++i) map.insert_or_assign(typename TestFixture::Key(i), i);
  {
    auto other = this->Make(this->two_, 3);
    map.swap(other);
  }
  EXPECT_GT(this->one_.blocks, 0) << "the arrays that the iterator reads";
  EXPECT_THROW(++it, StaleIterator);
  it = {};
  EXPECT_EQ(this->one_.blocks, 0);
}

TYPED_TEST(AllocatorTest, AnAssignmentThatCannotAllocateLeavesBothMapsAndBothAllocatorsAlone) {
  auto map = this->Make(this->one_, 30);
  auto other = this->Make(this->two_, 20);
  const auto blocks_one = this->one_.blocks;
  const auto blocks_two = this->two_.blocks;
  const auto allow = [this](int left) { this->one_.left = this->two_.left = left; };
  const std::function<void()> assignments[] = {[&] { other = map; },
                                               [&] { other = std::move(map); }};
  for (const auto& assign : assignments) {
    int left = 0;
    for (bool failed = true; failed; ++left) {
      allow(left);
      try {
        assign();
        failed = false;
        allow(-1);
      } catch (const std::bad_alloc&) {
        allow(-1);
        ASSERT_EQ(this->one_.blocks, blocks_one);
        ASSERT_EQ(this->two_.blocks, blocks_two);
        this->ExpectHolds(map, 30);
        this->ExpectHolds(other, 20);
      }
    }
    // A table is taken over without an allocation.
    EXPECT_EQ(left > 30, !TypeParam::value || &assign == &assignments[0]) << left;
    this->ExpectHolds(other, 30);
    other = this->Make(this->two_, 20);
  }
}

// So large that it is stored by pointer; a move leaves nothing behind.
struct LargeMoveOnly {
  explicit LargeMoveOnly(int n) : number(std::make_unique<int>(n)) {}
  std::unique_ptr<int> number;
  std::byte more[200] = {};
};
struct LargeHash {
  std::uint64_t operator()(const LargeMoveOnly& key, std::uint32_t seed) const {
    return Hash<int>()(*key.number, seed);
  }
};
struct LargeEqual {
  bool operator()(const LargeMoveOnly& a, const LargeMoveOnly& b) const {
    return *a.number == *b.number;
  }
};

template <class MapT>
void ExpectHoldsLarge(const MapT& map, int entries) {
  EXPECT_EQ(map.size(), static_cast<std::size_t>(entries));
  for (int i = 0; i < entries; ++i) {
    const auto* value = map.find(LargeMoveOnly(i));
    ASSERT_NE(value, nullptr) << i;
    ASSERT_NE(*value, nullptr) << i;
    EXPECT_EQ(**value, i);
  }
}

TEST(UnequalAllocatorsTest, WhatCannotBeCopiedIsMovedOrIfThereIsNoMemoryGoesAllBack) {
  using Value = std::unique_ptr<int>;
  using MapT = Map<LargeMoveOnly, Value, LargeHash, LargeEqual,
                   LedgerAllocator<std::pair<const LargeMoveOnly, Value>>>;
  Ledger one;
  Ledger two;
  {
    MapT map{LedgerAllocator<int>(&one)};
    MapT other{LedgerAllocator<int>(&two)};
    for (int i = 0; i < 60; ++i) map.try_emplace(LargeMoveOnly(i), std::make_unique<int>(i));
    const auto blocks = two.blocks;
    EXPECT_GT(one.blocks, 60);
    for (int left = 0; other.empty(); ++left) {
      two.left = left;
      try {
        other = std::move(map);  // NOLINT(bugprone-use-after-move): it has not happened
      } catch (const std::bad_alloc&) {
        ASSERT_EQ(two.blocks, blocks);
        ExpectHoldsLarge(map, 60);  // NOLINT(bugprone-use-after-move)
      }
    }
    two.left = -1;
    EXPECT_EQ(one.blocks, 0);
    ExpectHoldsLarge(other, 60);
    other.try_emplace(LargeMoveOnly(60), std::make_unique<int>(60));
    ExpectHoldsLarge(other, 61);
  }
  EXPECT_EQ(two.blocks, 0);
}

// The table goes over as it is, chains of several buckets and emptied cells included.
template <class Base>
void ExpectMovedWhole() {
  testing::Rig from;
  testing::Rig to;
  using MapT = testing::TestMap<std::uint64_t, std::uint64_t, testing::IdentityHash, Base>;
  auto map = testing::MakeSparse<MapT>(from);
  auto other = to.Make<MapT>();
  const auto b = map.view().b();
  const auto overflow = map.view().noverflow();
  other = std::move(map);
  EXPECT_EQ(from.ledger.blocks, 0);
  EXPECT_EQ(other.view().b(), b);
  EXPECT_EQ(other.view().noverflow(), overflow);
  EXPECT_EQ(testing::Rest(other.begin()).size(), 16U);
  other.insert_or_assign(1000, 1);
  EXPECT_TRUE(other.view().growing()) << "as the old table would have";
  EXPECT_EQ(other.erase(1000), 1U);
  for (std::uint64_t key = 128; key < 144; ++key) EXPECT_EQ(other.erase(key), 1U) << key;
  EXPECT_TRUE(other.empty());
}

TEST(UnequalAllocatorsTest, AMoveKeepsTheTableAsItIs) {
  ExpectMovedWhole<Strict>();
  ExpectMovedWhole<Go119>();
  ExpectMovedWhole<Checked>();
}

TEST(UnequalAllocatorsTest, AMoveEndsTheGrowthUnderWay) {
  testing::Rig from;
  testing::Rig to;
  using MapT = testing::TestMap<int, std::string>;
  auto map = from.Make<MapT>();
  int entries = 0;
  for (; entries < 60 || !map.view().growing(); ++entries) map[entries] = std::to_string(entries);
  auto other = to.Make<MapT>();
  other = std::move(map);
  EXPECT_FALSE(other.view().growing());
  for (int i = 0; i < entries; ++i) EXPECT_EQ(*other.find(i), std::to_string(i));
}

TEST(UnequalAllocatorsTest, WhatMayThrowAsItMovesIsCopied) {
  testing::Rig from;
  testing::Rig to;
  using Key = testing::Tracked<8, true>;
  using MapT = testing::TestMap<Key, Key, testing::TrackedHash>;
  {
    auto map = from.Make<MapT>();
    for (std::uint64_t i = 0; i < 30; ++i) map.insert_or_assign(Key(i), Key(i));
    auto other = to.Make<MapT>();
    testing::Fuse::left = 20;
    EXPECT_THROW(other = std::move(map), testing::Bomb);
    testing::Fuse::left = -1;
    EXPECT_EQ(map.size(), 30U);  // NOLINT(bugprone-use-after-move)
    EXPECT_TRUE(other.empty());
    other = std::move(map);
    EXPECT_EQ(from.ledger.blocks, 0);
    for (std::uint64_t i = 0; i < 30; ++i) EXPECT_EQ(other.find(Key(i))->number(), i);
  }
  EXPECT_EQ(Key::living, 0);
}

TEST(UnequalAllocatorsTest, MapsThatAreNilOrMovedFromStaySo) {
  testing::Rig from;
  testing::Rig to;
  using MapT = testing::TestMap<int, int>;
  auto nil = MapT::Nil(from.parts<MapT>());
  auto map = to.Make<MapT>();
  map[1] = 1;
  map = std::move(nil);
  EXPECT_TRUE(map.is_nil());
  EXPECT_EQ(map.get_allocator().ledger(), &to.ledger);
  auto moved_from = from.Make<MapT>();
  const auto taken = std::move(moved_from);
  map = std::move(moved_from);  // NOLINT(bugprone-use-after-move)
  EXPECT_FALSE(map.is_nil());
  map[2] = 2;
  EXPECT_GT(to.ledger.blocks, 0);
}

}  // namespace
}  // namespace hmap
