// Growths that change the slots per bucket.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <map>
#include <string>
#include <vector>

#include "hmap/opaque_testing.h"

namespace hmap {
namespace {

using testing::Buffer;
using testing::BytesOf;
using testing::CheckTable;
using testing::Comparison;
using testing::Ledger;
using testing::OpaqueParts;
using testing::TestDynamicMap;

// Other slots with every growth: 8, 16, 8, 4, 8 ... as the table doubles.
struct CyclingSlots : LoadFactor {
  unsigned SlotsAfter(const GrowthState& state) const {
    constexpr unsigned kCycle[] = {8, 16, 8, 4};
    if (state.doubles) return kCycle[(state.b + 1) % 4];
    return state.slots == 16 ? 4 : 2 * state.slots;
  }
};

template <class GrowthT, class Base = Strict>
struct WithGrowth : Base {
  using Growth = GrowthT;
};

using CyclingMap = TestDynamicMap<WithGrowth<CyclingSlots>>;

TEST(SlotsGrowthTest, AFixedLayoutCannotFollow) {
  using Fixed = StaticLayout<int, int>;
  EXPECT_TRUE((CanFollow<GoGrowth, Fixed>));
  EXPECT_FALSE((CanFollow<CyclingSlots, Fixed>));
  EXPECT_FALSE((CanFollow<AdaptiveSlots, Fixed>));
  EXPECT_TRUE((CanFollow<AdaptiveSlots, DynamicLayout>));
}

TEST(SlotsGrowthTest, BothArraysKeepTheirOwnSlotsWhileEntriesMove) {
  Ledger ledger;
  CyclingMap map(0, OpaqueParts<CyclingMap>(DynamicLayout({8, 8}, {8, 8}), ledger));
  std::string seen;
  unsigned last = 0;
  for (std::uint64_t i = 0; i < 400; ++i) {
    map.insert(&i, &i);
    const auto view = map.view();
    const unsigned now = view.slots(Array::kCurrent);
    if (now != last) seen += ' ' + std::to_string(now);
    if (view.growing()) {
      EXPECT_NE(view.slots(Array::kOld), now);
      EXPECT_EQ(view.chain(Array::kOld, 0).slots(), view.slots(Array::kOld));
      EXPECT_EQ(view.chain(Array::kCurrent, 0).slots(), now);
    } else {
      EXPECT_EQ(view.slots(Array::kOld), 0U);
    }
    last = now;
  }
  EXPECT_EQ(seen, " 8 16 4 8 16") << "with B = 2 it is too full at once";
  CheckTable(map);
}

// Content and iterators, checked against std::map, while slots change under both.
template <class Base>
void ExpectSurvivesChanges() {
  using MapT = TestDynamicMap<WithGrowth<CyclingSlots, Base>>;
  constexpr ObjectShape kSizes[] = {{8, 8}, {3, 1}, {150, 2}};
  for (const ObjectShape& size : kSizes) {
    for (const std::uint64_t mask : {~std::uint64_t{0}, std::uint64_t{0x0f00000000000007}}) {
      Ledger ledger;
      {
        Comparison<MapT> comparison(
            OpaqueParts<MapT>(DynamicLayout(size, size).WithPointers(true), ledger, mask), mask);
        comparison.Run(4000, 1500);
        EXPECT_GE(comparison.slot_changes(), 5) << "8, 16, 8, 4, 8, 16";
        EXPECT_TRUE(comparison.produced_across_changes() > 20 || !MapT::CoreT::kContract);
      }
      EXPECT_EQ(ledger.blocks, 0);
    }
  }
}

TEST(SlotsGrowthTest, ContentAndIteratorsSurviveEveryChange) { ExpectSurvivesChanges<Strict>(); }

TEST(SlotsGrowthTest, ContentSurvivesEveryChangeUnderGosRule) { ExpectSurvivesChanges<Go119>(); }

TEST(SlotsGrowthTest, AReserveEndsWithRoomWhateverSlotsThereWereOnTheWay) {
  for (const std::uint64_t reserved : {20, 60, 200, 600, 2000}) {
    Ledger ledger;
    CyclingMap map(0, OpaqueParts<CyclingMap>(DynamicLayout({8, 8}, {8, 8}), ledger));
    for (std::uint64_t i = 0; i < 10; ++i) map.insert(&i, &i);
    map.reserve(reserved);
    EXPECT_FALSE(map.view().growing());
    EXPECT_FALSE(LoadFactor().Over(reserved, map.view().b(), map.view().slots(Array::kCurrent)));
    for (std::uint64_t i = 0; i < 10; ++i) EXPECT_TRUE(map.contains(&i));
    CheckTable(map);
  }
}

// An iterator that stands in the middle of the old array when its slots become fewer or more.
TEST(SlotsGrowthTest, AnIteratorBegunInMidEvacuationProducesEachEntryOnce) {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5, 6}) {
    Ledger ledger;
    CyclingMap map(0, OpaqueParts<CyclingMap>(DynamicLayout({8, 8}, {8, 8}), ledger, ~0ULL, seed));
    std::uint64_t next = 0;
    const auto insert_until = [&](bool growing) {
      while (map.view().growing() != growing) map.insert(&next, &next), ++next;
    };
    for (int growth = 0; growth < 6; ++growth) {
      insert_until(true);
      const std::uint64_t there = next;
      std::vector<int> produced(there);
      for (auto it = map.begin(); !it.done(); ++it) {
        std::uint64_t key;
        std::memcpy(&key, &it.key(), sizeof(key));
        if (key < there) ++produced[key];
        if (next < 2 * there) map.insert(&next, &next), ++next;
      }
      for (std::uint64_t key = 0; key < there; ++key) EXPECT_EQ(produced[key], 1) << key;
      insert_until(false);
      CheckTable(map);
    }
  }
}

// The next insert rebuilds the table with the slots that the test says.
struct Script {
  bool due = false;
  unsigned slots = 8;
};
struct ScriptedSlots : LoadFactor {
  bool TooManyOverflow(std::uint16_t, unsigned) const { return script->due; }
  unsigned SlotsAfter(const GrowthState& state) const {
    script->due = false;
    return state.doubles ? state.slots : script->slots;
  }

  Script* script = nullptr;
};

// Counts what an iterator produces, by key.
template <class MapT>
struct Count {
  explicit Count(MapT& map) : it(map.begin()) { Stand(); }
  void Step() {
    if (it.done()) return;
    ++it;
    Stand();
  }
  void Stand() {
    if (it.done()) return;
    std::uint64_t key;
    std::memcpy(&key, &it.key(), sizeof(key));
    ++produced[key];
  }

  typename MapT::iterator it;
  std::map<std::uint64_t, int> produced;
};

TEST(SlotsGrowthTest, OneIteratorGoesOnThroughEightSixteenEightFourSlots) {
  using MapT = TestDynamicMap<WithGrowth<ScriptedSlots>>;
  Ledger ledger;
  {
    Script script;
    auto parts = OpaqueParts<MapT>(DynamicLayout({8, 8}, {150, 2}), ledger);
    parts.growth.script = &script;
    MapT map(60, parts);
    const Buffer value(BytesOf(1, 150));
    const auto insert = [&](std::uint64_t key) { map.insert(&key, value.get()); };
    for (std::uint64_t i = 0; i < 48; ++i) insert(i);
    std::vector<Count<MapT>> counts;
    counts.emplace_back(map);
    std::uint64_t next = 48;
    for (const unsigned slots : {16U, 8U, 4U}) {
      script = {true, slots};
      insert(next++);
      ASSERT_TRUE(map.view().growing());
      EXPECT_EQ(map.view().slots(Array::kCurrent), slots);
      for (std::uint64_t i = 0; map.view().growing(); ++i) {
        const std::uint64_t key = i % 48;
        map.access(&key);
        if (i == 3) counts.emplace_back(map);  // in the middle of it
        for (Count<MapT>& count : counts) count.Step();
        CheckTable(map);
      }
    }
    EXPECT_FALSE(counts[0].it.done()) << "it lived through all three";
    for (Count<MapT>& count : counts) {
      while (!count.it.done()) count.Step();
      for (std::uint64_t key = 0; key < 48; ++key) EXPECT_EQ(count.produced[key], 1) << key;
      for (const auto& [key, times] : count.produced) EXPECT_EQ(times, 1) << key;
    }
    EXPECT_EQ(counts.size(), 4U);
  }
  EXPECT_EQ(ledger.blocks, 0);
}

struct NoSlots : LoadFactor {
  unsigned SlotsAfter(const GrowthState&) const { return 5; }
};

TEST(SlotsGrowthTest, AnImpossibleNumberOfSlotsIsAnErrorThatLosesNothing) {
  using MapT = TestDynamicMap<WithGrowth<NoSlots>>;
  Ledger ledger;
  MapT map(0, OpaqueParts<MapT>(DynamicLayout({8, 8}, {8, 8}), ledger));
  for (std::uint64_t i = 0; i < 8; ++i) map.insert(&i, &i);
  const std::uint64_t ninth = 8;
  EXPECT_THROW(map.insert(&ninth, &ninth), LayoutError);
  EXPECT_EQ(map.size(), 8U);
  EXPECT_FALSE(map.view().growing());
  for (std::uint64_t i = 0; i < 8; ++i) EXPECT_TRUE(map.contains(&i));
}

TEST(AdaptiveSlotsTest, TakesLargeBucketsForLongChainsAndSmallOnesForASparseTable) {
  struct Row {
    GrowthState state;
    unsigned slots;
  };
  // Twice the entries fit a table of 16 buckets of 4 slots up to 26.
  constexpr Row kRows[] = {{{53, 4, 0, 8, true}, 8},    {{53, 4, 20, 16, true}, 16},
                           {{5, 0, 0, 4, true}, 4},     {{27, 4, 16, 8, false}, 16},
                           {{26, 4, 16, 8, false}, 4},  {{26, 4, 16, 16, false}, 4},
                           {{27, 4, 16, 4, false}, 16}, {{90, 4, 16, 16, false}, 16}};
  for (const Row& row : kRows) {
    EXPECT_EQ(AdaptiveSlots().SlotsAfter(row.state), row.slots) << row.state.count;
    // What it chose is not too full for the entries that are there.
    if (!row.state.doubles) {
      EXPECT_FALSE(IsOver(AdaptiveSlots(), row.state.count, row.state.b, row.slots));
    }
  }
}

// Key n lies in bucket n mod 2^B.
struct WordIsHash {
  std::uint64_t operator()(const Opaque& key, std::uint32_t) const {
    std::uint64_t word;
    std::memcpy(&word, &key, sizeof(word));
    return word;
  }
};

using AdaptiveMap = DynamicMap<WordIsHash, OpaqueEqual, std::allocator<std::byte>,
                               testing::OpaquePolicy<WithGrowth<AdaptiveSlots>>>;

// A table of 16 buckets, all chains of two, `keep` entries in each; the next insert rebuilds it.
AdaptiveMap MakeLongChains(std::uint64_t keep) {
  AdaptiveMap map(
      60, {{}, OpaqueEqual({8, 8}), SeededRandom(1), {}, DynamicLayout({8, 8}, {8, 8}), {}});
  for (std::uint64_t bucket = 0; bucket < 16; ++bucket) {
    for (std::uint64_t i = 0; i <= 8; ++i) {
      const std::uint64_t key = bucket + 16 * i;
      map.insert(&key, &key);
    }
    for (std::uint64_t i = 0; i < 9 - keep; ++i) {
      const std::uint64_t key = bucket + 16 * i;
      map.erase(&key);
    }
  }
  return map;
}

TEST(AdaptiveSlotsTest, ATableIsRebuiltWithTheSlotsItsChainsNeed) {
  for (const std::uint64_t keep : {1U, 5U}) {
    AdaptiveMap map = MakeLongChains(keep);
    EXPECT_EQ(map.view().slots(Array::kCurrent), 8U);
    auto it = map.begin();
    const std::uint64_t fresh = 1000;
    map.insert(&fresh, &fresh);
    ASSERT_TRUE(map.view().growing());
    EXPECT_EQ(map.view().slots(Array::kCurrent), keep == 1 ? 4U : 16U);
    EXPECT_EQ(map.view().slots(Array::kOld), 8U);
    std::size_t produced = 0;
    for (; !it.done(); ++it) {
      if (*reinterpret_cast<const std::uint64_t*>(&it.key()) != fresh) ++produced;
      map.access(&fresh);
    }
    EXPECT_EQ(produced, 16 * keep);
    while (map.view().growing()) map.access(&fresh);
    EXPECT_EQ(map.size(), 16 * keep + 1);
    EXPECT_EQ(map.view().noverflow(), 0U);
  }
}

TEST(AdaptiveSlotsTest, ContentAndIteratorsSurvive) {
  using MapT = TestDynamicMap<WithGrowth<AdaptiveSlots>>;
  Ledger ledger;
  {
    // So full, of ever other keys, that before long every bucket has overflowed.
    auto parts = OpaqueParts<MapT>(DynamicLayout({4, 4}, {12, 4}), ledger);
    parts.growth = {{8, 1}};
    Comparison<MapT> comparison(parts, 3);
    comparison.Run(6000, 1000000, 120);
    EXPECT_GT(comparison.slot_changes(), 0);
  }
  EXPECT_EQ(ledger.blocks, 0);
}

}  // namespace
}  // namespace hmap
