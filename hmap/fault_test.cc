// Everything that may throw, thrown at every point: a hasher, an allocator, a copy, a move. After
// each the map is whole, its iterators go on, and the operation can be done again.

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <new>
#include <set>
#include <string>
#include <type_traits>
#include <utility>

#include "hmap/map.h"
#include "hmap/testing.h"

namespace hmap {
namespace {

using testing::Bomb;
using testing::Fuse;
using testing::FusedHash;
using testing::Rig;
using testing::TestMap;
using testing::Tracked;

constexpr std::uint64_t kNewKey = 1000;
constexpr std::uint64_t kNewValue = 5000;

// Four chains, so that they are long.
struct FusedClash {
  template <class K>
  std::uint64_t operator()(const K& key, std::uint32_t) const {
    Fuse::Burn();
    const std::uint64_t number = NumberOf(key);
    return (number & 3) | MixBits(number) << 56;
  }
  static std::uint64_t NumberOf(double key) { return static_cast<std::uint64_t>(key); }
  static std::uint64_t NumberOf(std::uint64_t key) { return key; }
  template <std::size_t kBytes, bool kMovesThrow>
  static std::uint64_t NumberOf(const Tracked<kBytes, kMovesThrow>& key) {
    return key.number();
  }
};

template <class K>
K MakeKey(std::uint64_t number) {
  if constexpr (std::is_same_v<K, double>) {
    if (number % 3 == 1) return std::numeric_limits<double>::quiet_NaN();
    return static_cast<double>(number);
  } else {
    return K(number);
  }
}

template <class V>
std::uint64_t NumberOf(const V& value) {
  if constexpr (std::is_same_v<V, std::uint64_t>) {
    return value;
  } else {
    return value.number();
  }
}

enum class Fault { kCallback, kAllocator };

template <class MapT, Fault kFaultKind = Fault::kCallback>
struct Case {
  using Map = MapT;
  static constexpr Fault kFault = kFaultKind;
};

template <class CaseT>
class FaultTest : public ::testing::Test {
 public:
  using MapT = typename CaseT::Map;
  using K = typename MapT::key_type;
  using V = typename MapT::mapped_type;

  // Entries whose values are 0 ... `entries` - 1, under keys of these numbers.
  static MapT Build(Rig& rig, std::uint64_t entries) {
    MapT map = rig.Make<MapT>();
    for (std::uint64_t i = 0; i < entries; ++i) map.insert_or_assign(MakeKey<K>(i), V(i));
    return map;
  }

  static void Arm(Rig& rig, int left) {
    if (CaseT::kFault == Fault::kAllocator) {
      rig.ledger.left = left;
    } else {
      Fuse::left = left;
    }
  }

  static void ExpectWhole(const MapT& map, const std::multiset<std::uint64_t>& values) {
    ASSERT_EQ(map.size(), values.size());
    std::multiset<std::uint64_t> produced;
    for (auto it = map.begin(); !it.done(); ++it) {
      produced.insert(NumberOf(it.value()));
      if (!(it.key() == it.key())) continue;
      const V* const found = map.find(it.key());
      ASSERT_NE(found, nullptr);
      EXPECT_EQ(found, &it.value());
    }
    EXPECT_EQ(produced, values);
    EXPECT_EQ(map.view().flags() & kWritingFlag, 0);
  }

  // Does `op`, which adds an entry of each value of `added`, with the first throw at every point,
  // on a map of `entries` entries, until it meets none. How many points there were.
  template <class Op>
  static int Sweep(std::uint64_t entries, bool with_iterator, Op op,
                   const std::multiset<std::uint64_t>& added = {}) {
    bool threw = true;
    int at = 0;
    for (; threw; ++at) {
      SCOPED_TRACE(std::to_string(entries) + " entries, fault " + std::to_string(at));
      Rig rig;
      threw = FailOnce(rig, at, entries, with_iterator, op, added);
      EXPECT_EQ(rig.ledger.blocks, 0);
      EXPECT_EQ(rig.ledger.bytes, 0);
      EXPECT_EQ((Tracked<8>::living + Tracked<200>::living + Tracked<8, true>::living), 0);
    }
    return at - 1;
  }

  // Sizes at which the next insert begins a doubling or finds one under way, with and without an
  // iterator that was there before.
  template <class Op>
  static void SweepSizes(Op op, const std::multiset<std::uint64_t>& added = {}) {
    for (const std::uint64_t entries : {8, 104, 109}) {
      for (const bool with_iterator : {false, true}) Sweep(entries, with_iterator, op, added);
    }
  }

 private:
  template <class Op>
  static bool FailOnce(Rig& rig, int at, std::uint64_t entries, bool with_iterator, Op op,
                       const std::multiset<std::uint64_t>& added) {
    MapT map = Build(rig, entries);
    std::multiset<std::uint64_t> values;
    for (std::uint64_t i = 0; i < entries; ++i) values.insert(i);
    typename MapT::iterator live;
    std::multiset<std::uint64_t> produced;
    if (with_iterator) {
      live = map.begin();
      produced.insert(NumberOf(live.value()));  // where it stands does not outlive a write
    }

    Arm(rig, at);
    bool threw = false;
    try {
      op(map);
    } catch (const Bomb&) {
      threw = true;
    } catch (const std::bad_alloc&) {
      threw = true;
    }
    Arm(rig, -1);

    if (threw) {
      ExpectWhole(map, values);
      op(map);
    }
    while (!live.done()) {
      ++live;
      if (!live.done()) produced.insert(NumberOf(live.value()));
    }
    for (const std::uint64_t value : values) {
      EXPECT_EQ(produced.count(value), with_iterator ? 1U : 0U) << value;
    }
    values.insert(added.begin(), added.end());
    ExpectWhole(map, values);
    return threw;
  }
};

using Words = std::uint64_t;
using Small = Tracked<8>;
using Large = Tracked<200>;
using Rough = Tracked<8, true>;
using Cases = ::testing::Types<
    Case<TestMap<Words, Words, FusedHash>>, Case<TestMap<Words, Words, FusedClash>>,
    Case<TestMap<Words, Words, FusedClash>, Fault::kAllocator>,
    Case<TestMap<double, Words, FusedClash>>,
    Case<TestMap<double, Words, FusedClash>, Fault::kAllocator>,
    Case<TestMap<double, Small, FusedClash>>, Case<TestMap<Small, Small, FusedClash>>,
    Case<TestMap<Small, Small, FusedClash>, Fault::kAllocator>,
    Case<TestMap<Large, Large, FusedClash>>,
    Case<TestMap<Large, Large, FusedClash>, Fault::kAllocator>,
    Case<TestMap<Rough, Rough, FusedClash>>, Case<TestMap<double, Rough, FusedClash>>,
    Case<TestMap<Small, Small, FusedClash, Go119>>,
    Case<TestMap<Large, Rough, FusedClash, Go119>, Fault::kAllocator>,
    Case<TestMap<double, Small, FusedClash, Go119>>>;
TYPED_TEST_SUITE(FaultTest, Cases);

TYPED_TEST(FaultTest, AnInsertThatThrowsAddsNothingAndLosesNothing) {
  using F = FaultTest<TypeParam>;
  F::SweepSizes(
      [](typename F::MapT& map) {
        map.insert_or_assign(MakeKey<typename F::K>(kNewKey - 1), typename F::V(kNewValue));
      },
      {kNewValue});
}

TYPED_TEST(FaultTest, AnEmplaceThatThrowsAddsNothingAndLosesNothing) {
  using F = FaultTest<TypeParam>;
  F::SweepSizes(
      [](typename F::MapT& map) { map.try_emplace(MakeKey<typename F::K>(999), kNewValue); },
      {kNewValue});
}

TYPED_TEST(FaultTest, AnUpdateThatThrowsLosesNothing) {
  using F = FaultTest<TypeParam>;
  F::SweepSizes([](typename F::MapT& map) {
    map.insert_or_assign(MakeKey<typename F::K>(2), typename F::V(2));
  });
}

TYPED_TEST(FaultTest, AnEraseThatThrowsLosesNothing) {
  using F = FaultTest<TypeParam>;
  F::SweepSizes([](typename F::MapT& map) { map.erase(MakeKey<typename F::K>(999)); });
}

TYPED_TEST(FaultTest, AReserveThatThrowsLosesNothing) {
  using F = FaultTest<TypeParam>;
  for (const bool with_iterator : {false, true}) {
    F::Sweep(30, with_iterator, [](typename F::MapT& map) { map.reserve(60); });
  }
}

TYPED_TEST(FaultTest, ACopyThatThrowsLeavesNothingBehind) {
  using F = FaultTest<TypeParam>;
  F::Sweep(14, true, [](typename F::MapT& map) {
    typename F::MapT copy = map;
    copy.clear();
  });
}

TEST(DrawFaultTest, AClearWhoseDrawThrowsLeavesEverythingAsItWas) {
  for (const std::uint64_t entries : {5, 30, 105, 110}) {
    Rig rig;
    auto map = rig.Make<TestMap<Words, Words>>();
    for (Words i = 0; i < entries; ++i) map[i] = i;
    auto it = map.begin();
    rig.draws.left = 0;
    EXPECT_THROW(map.clear(), Bomb);
    rig.draws.left = -1;
    EXPECT_EQ(map.size(), entries);
    EXPECT_EQ(testing::Rest(it).size(), entries) << "an iterator goes on";
    for (Words i = 0; i < entries; ++i) EXPECT_TRUE(map.contains(i));
  }
}

TEST(DrawFaultTest, AnEraseThatEmptiesTheMapAndWhoseDrawThrowsLeavesTheEntry) {
  Rig rig;
  auto map = rig.Make<TestMap<Small, Small, FusedClash>>();
  map.insert_or_assign(Small(1), Small(2));
  rig.draws.left = 0;
  EXPECT_THROW(map.erase(Small(1)), Bomb);
  rig.draws.left = -1;
  EXPECT_EQ(map.size(), 1u);
  ASSERT_NE(map.find(Small(1)), nullptr);
  EXPECT_EQ(map.find(Small(1))->number(), 2u);
  EXPECT_EQ(map.erase(Small(1)), 1u);
  EXPECT_TRUE(map.empty());
}

// Otherwise the sweeps above would prove nothing.
TEST(FaultSweepTest, AGrowingInsertMeetsEveryKindOfFault) {
  const auto insert = [](auto& map) {
    using MapT = std::remove_reference_t<decltype(map)>;
    map.insert_or_assign(typename MapT::key_type(kNewKey), typename MapT::mapped_type(kNewValue));
  };
  using Hashed = FaultTest<Case<TestMap<Words, Words, FusedClash>>>;
  EXPECT_GE(Hashed::Sweep(105, false, insert, {kNewValue}), 26) << "of a chain of 26 entries";
  using Copied = FaultTest<Case<TestMap<Small, Small, FusedClash>>>;
  EXPECT_GE(Copied::Sweep(105, true, insert, {kNewValue}), 52) << "hashed and copied for iterators";
  using Allocated = FaultTest<Case<TestMap<Words, Words, FusedClash>, Fault::kAllocator>>;
  EXPECT_GE(Allocated::Sweep(104, false, insert, {kNewValue}), 2) << "header and buckets";
}

// A rebuild of one chain at the same size that fails after it began.
struct Stubborn : LoadFactor {
  static bool Over(std::uint64_t, unsigned) { return false; }
};
struct StubbornPolicy : Strict {
  using Growth = Stubborn;
};

TEST(FaultSweepTest, ARebuildOfASingleBucketThatThrowsHidesNothing) {
  Rig rig;
  using MapT = Map<Words, Words, Hash<Words>, std::equal_to<>,
                   testing::LedgerAllocator<std::pair<const Words, Words>>,
                   testing::TestPolicy<StubbornPolicy>>;
  MapT map = rig.Make<MapT>();
  for (Words i = 0; i < 9; ++i) map[i] = i;
  for (int allowed = 0; allowed < 5; ++allowed) {
    rig.ledger.left = allowed;
    try {
      map[100];
      EXPECT_GT(allowed, 0) << "nothing failed";
    } catch (const std::bad_alloc&) {
      EXPECT_LT(allowed, 4) << "nothing was rebuilt";
    }
    rig.ledger.left = -1;
    for (Words i = 0; i < 9; ++i) {
      ASSERT_NE(map.find(i), nullptr) << i << " with " << allowed << " allocations";
    }
  }
}

}  // namespace
}  // namespace hmap
