// Allocators with state. A map's allocator goes where its entries go, whether it says that it
// propagates or not: every block goes back to where it came from.

#include <gtest/gtest.h>

#include <cstdint>
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
  auto copy = map;
  EXPECT_EQ(copy.get_allocator().ledger(), &this->one_);
  auto other = this->Make(this->two_, 60);
  EXPECT_GT(this->two_.blocks, 60);
  other = map;
  EXPECT_EQ(other.get_allocator().ledger(), &this->one_);
  EXPECT_EQ(this->two_.blocks, 0) << "what was there went back";
  this->ExpectHolds(other, 30);
}

TYPED_TEST(AllocatorTest, AMoveTakesTheAllocatorAlongAndLeavesACopyOfIt) {
  auto map = this->Make(this->one_, 30);
  auto other = this->Make(this->two_, 60);
  other = std::move(map);
  EXPECT_EQ(this->two_.blocks, 0);
  this->ExpectHolds(other, 30);
  EXPECT_EQ(other.get_allocator().ledger(), &this->one_);
  map.insert_or_assign(typename TestFixture::Key(7), 7);  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(map.get_allocator().ledger(), &this->one_);
  other.insert_or_assign(typename TestFixture::Key(99), 99);
  EXPECT_EQ(other.size(), 31U);
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
  map = this->Make(this->two_, 3);
  EXPECT_GT(this->one_.blocks, 0) << "the arrays that the iterator reads";
  EXPECT_THROW(++it, StaleIterator);
  it = {};
  EXPECT_EQ(this->one_.blocks, 0);
}

TYPED_TEST(AllocatorTest, ACopyThatCannotAllocateLeavesBothMapsAndBothAllocatorsAlone) {
  auto map = this->Make(this->one_, 30);
  auto other = this->Make(this->two_, 20);
  const auto blocks_one = this->one_.blocks;
  const auto blocks_two = this->two_.blocks;
  this->one_.left = 12;
  EXPECT_THROW(other = map, std::bad_alloc);
  this->one_.left = -1;
  EXPECT_EQ(this->one_.blocks, blocks_one);
  EXPECT_EQ(this->two_.blocks, blocks_two);
  this->ExpectHolds(map, 30);
  this->ExpectHolds(other, 20);
}

}  // namespace
}  // namespace hmap
