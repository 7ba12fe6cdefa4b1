// Hand-made tables, right and corrupt: every rule on chains and whole tables is shown to fire.

#include "harness/structure.h"

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <string>
#include <vector>

#include "harness/own_chains.h"

namespace mapfuzz {
namespace {

struct ToyBucket {
  std::array<std::uint8_t, 16> tophash{};
  std::array<Entry, 16> entries{};
  ToyBucket* next = nullptr;
};

// A table made by hand. Keys hash by identity, so key k belongs to chain k mod chains and, being
// small, has tophash 5.
struct ToyTable {
  explicit ToyTable(unsigned b, unsigned with_slots = kGoSlots)
      : slots(with_slots), current(std::size_t{1} << b) {
    header.b = static_cast<std::uint8_t>(b);
  }

  void GrowFrom(std::size_t old_chains, bool same_size) {
    old.resize(old_chains);
    header.growing = true;
    if (same_size) header.flags |= kSameSizeFlag;
  }
  // Puts a key into the first free cell of its chain.
  void Put(KeyId key, bool into_old = false) {
    std::vector<ToyBucket>& array = into_old ? old : current;
    ToyBucket* bucket = &array[key & (array.size() - 1)];
    for (;; bucket = bucket->next) {
      for (unsigned slot = 0; slot < slots; ++slot) {
        if (bucket->tophash[slot] != kEmptyRest) continue;
        bucket->tophash[slot] = 5;
        bucket->entries[slot] = {key, key * 10};
        ++header.count;
        return;
      }
      if (bucket->next == nullptr) {
        bucket->next = &overflow.emplace_back();
        if (!into_old) ++header.noverflow;
      }
    }
  }
  void Evacuate(std::size_t n) { old[n].tophash.fill(kWasEmpty); }

  HeaderView header{.count = 0};
  unsigned slots;  // per bucket
  std::vector<ToyBucket> current;
  std::vector<ToyBucket> old;
  std::deque<ToyBucket> overflow;
};

class ToyBucketView {
 public:
  explicit ToyBucketView(const ToyBucket* bucket) : bucket_(bucket) {}
  explicit operator bool() const { return bucket_ != nullptr; }
  std::uint8_t Tophash(unsigned slot) const { return bucket_->tophash[slot]; }
  Entry At(unsigned slot) const { return bucket_->entries[slot]; }
  ToyBucketView Next() const { return ToyBucketView(bucket_->next); }

 private:
  const ToyBucket* bucket_;
};

class ToyView {
 public:
  explicit ToyView(const ToyTable& table) : table_(&table) {}
  HeaderView Header() const { return table_->header; }
  std::size_t Chains(bool old) const { return old ? table_->old.size() : table_->current.size(); }
  unsigned Slots(bool) const { return table_->slots; }
  ToyBucketView Chain(bool old, std::size_t n) const {
    return ToyBucketView(old ? &table_->old[n] : &table_->current[n]);
  }

 private:
  const ToyTable* table_;
};

// The property that the whole check finds broken, "" if none. `moved` old chains count as moved.
std::string Check(const ToyTable& table, std::vector<std::size_t> moved = {}) {
  CostModel cost{GrowthRule{}};
  cost.Adopt(StateOf(table.header, nullptr), [&](std::size_t n) {
    return std::find(moved.begin(), moved.end(), n) != moved.end();
  });
  TableReport report;
  const auto fault =
      CheckTable(ToyView(table), table.header, KeyHash{KeyType::kU64, HashKind::kIdentity}, cost,
                 report, [](const Entry&) -> std::optional<Fault> { return std::nullopt; });
  return fault ? fault->property : "";
}

TEST(StructureTest, TophashSkipsTheMarks) {
  EXPECT_EQ(TophashOf(0), 5);
  EXPECT_EQ(TophashOf(std::uint64_t{4} << 56), 9);
  EXPECT_EQ(TophashOf(std::uint64_t{5} << 56), 5);
  EXPECT_EQ(TophashOf(std::uint64_t{255} << 56), 255);
}

TEST(StructureTest, RightTablesPass) {
  ToyTable empty(0);
  EXPECT_EQ(Check(empty), "");
  ToyTable chained(1);
  for (KeyId key = 0; key < 40; ++key) chained.Put(key);
  EXPECT_EQ(Check(chained), "");
}

TEST(StructureTest, BucketsOfFourAndSixteenSlotsAreReadToTheirEnd) {
  for (const unsigned slots : {4U, 16U}) {
    ToyTable table(1, slots);
    for (KeyId key = 0; key < 2 * slots + 2; ++key) table.Put(key);
    EXPECT_EQ(table.header.noverflow, 2);
    EXPECT_EQ(Check(table), "");
    table.current[1].tophash[slots - 1] = 77;
    EXPECT_EQ(Check(table), "tophash") << slots;
    table.current[1].tophash[slots - 1] = kMovedToX;
    EXPECT_EQ(Check(table), "moved-mark") << slots;
  }
}

// For a run that goes on with one oracle switched off: content is judged by what is there.
TEST(StructureTest, ChainsOfAKeyAreReadEvenWhereARuleIsBroken) {
  ToyTable table(1);
  for (KeyId key = 0; key < 20; ++key) table.Put(key);
  table.current[0].tophash[1] = kEmptyRest;  // where key 2 was
  table.current[0].tophash[2] = 77;          // key 4's
  const KeyHash identity{KeyType::kU64, HashKind::kIdentity};
  const ModelKey key{18, 18, false};
  OwnChains own;
  EXPECT_TRUE(CheckOwnChains(ToyView(table), table.header, identity, key, 18, own).has_value());
  EXPECT_EQ(own.found, 0) << "the check ends at the first broken rule";
  own = ReadOwnChains(ToyView(table), table.header, identity, key, 18);
  EXPECT_EQ(own.found, 1);
  EXPECT_EQ(own.entry.value, 180u);
  EXPECT_EQ(own.longest, 2u);
  EXPECT_EQ(own.current.live, 9u);
  EXPECT_EQ(own.current.used, 10u);
  EXPECT_EQ(own.cells, 16u);
}

TEST(StructureTest, ArrayWithoutAWordOnItsSlotsHasEight) {
  struct Mute {};
  EXPECT_EQ(SlotsIn(Mute(), false), 8u);
}

TEST(StructureTest, RightTableMidGrowthPasses) {
  ToyTable table(2);
  table.GrowFrom(2, false);
  table.Evacuate(0);
  table.Put(1, true);
  table.Put(3, true);
  table.Put(0);
  table.Put(2);
  table.header.nevacuate = 1;
  EXPECT_EQ(Check(table, {0}), "");
}

TEST(StructureTest, KeyInAnotherChain) {
  ToyTable table(2);
  table.Put(1);
  table.current[1].entries[0].key = 2;
  EXPECT_EQ(Check(table), "wrong-chain");
}

TEST(StructureTest, TophashOfAnotherHash) {
  ToyTable table(2);
  table.Put(1);
  table.current[1].tophash[0] = 6;
  EXPECT_EQ(Check(table), "tophash");
}

TEST(StructureTest, LiveCellBehindEmptyRest) {
  ToyTable table(0);
  table.Put(1);
  table.Put(2);
  table.current[0].tophash[0] = kEmptyRest;
  EXPECT_EQ(Check(table), "empty-rest");
}

TEST(StructureTest, EmptyOneBehindEmptyRest) {
  ToyTable table(0);
  table.current[0].tophash[3] = kEmptyOne;
  EXPECT_EQ(Check(table), "empty-rest");
}

TEST(StructureTest, EmptyRestReachesOverTheBucket) {
  ToyTable table(0);
  for (KeyId key = 0; key < 9; ++key) table.Put(key);
  table.current[0].tophash[7] = kEmptyRest;
  EXPECT_EQ(Check(table), "empty-rest");
}

TEST(StructureTest, EmptyOneWhereEmptyRestBelongs) {
  ToyTable table(0);
  table.Put(1);
  table.current[0].tophash[1] = kEmptyOne;
  EXPECT_EQ(Check(table), "empty-one-at-end");
}

TEST(StructureTest, EmptyOneBeforeALiveCellIsRight) {
  ToyTable table(0);
  table.Put(1);
  table.Put(2);
  table.current[0].tophash[0] = kEmptyOne;
  --table.header.count;
  EXPECT_EQ(Check(table), "");
}

TEST(StructureTest, MarkOfAMoveInTheCurrentArray) {
  ToyTable table(0);
  table.current[0].tophash[0] = kMovedToX;
  EXPECT_EQ(Check(table), "moved-mark");
}

TEST(StructureTest, EvacuatedInPart) {
  ToyTable table(2);
  table.GrowFrom(2, false);
  table.Put(1, true);
  table.Put(3, true);
  table.old[1].tophash[1] = kMovedToY;
  EXPECT_EQ(Check(table), "evacuated-in-part");
  table.Evacuate(1);
  table.old[1].tophash[4] = kEmptyOne;
  EXPECT_EQ(Check(table, {1}), "evacuated-in-part");
}

TEST(StructureTest, LiveCellInAnEvacuatedChain) {
  ToyTable table(2);
  table.GrowFrom(2, false);
  table.Evacuate(1);
  table.old[1].tophash[3] = 77;
  EXPECT_EQ(Check(table, {1}), "live-in-evacuated");
}

TEST(StructureTest, UpperHalfInASameSizeGrowth) {
  ToyTable table(1);
  table.GrowFrom(2, true);
  table.Evacuate(1);
  table.old[1].tophash[3] = kMovedToY;
  EXPECT_EQ(Check(table, {1}), "moved-to-no-half");
}

TEST(StructureTest, ChainThatIsFilledBeforeItsOldOneMoved) {
  ToyTable table(2);
  table.GrowFrom(2, false);
  table.Put(3);
  EXPECT_EQ(Check(table), "filled-too-early");
}

TEST(StructureTest, MovedOutOfTurnAndNotMovedInTurn) {
  ToyTable table(2);
  table.GrowFrom(2, false);
  table.Evacuate(1);
  EXPECT_EQ(Check(table), "moved-out-of-turn");
  EXPECT_EQ(Check(table, {0, 1}), "not-moved-in-turn");
}

TEST(StructureTest, CountOfLiveCells) {
  ToyTable table(1);
  table.Put(1);
  ++table.header.count;
  EXPECT_EQ(Check(table), "live-cells");
}

TEST(StructureTest, CountOfOverflowBuckets) {
  ToyTable table(0);
  for (KeyId key = 0; key < 9; ++key) table.Put(key);
  ++table.header.noverflow;
  EXPECT_EQ(Check(table), "noverflow");
}

TEST(StructureTest, ChainThatRunsInACircle) {
  ToyTable table(0);
  for (KeyId key = 0; key < 16; ++key) table.Put(key);
  table.current[0].next->next = table.current[0].next;
  EXPECT_EQ(Check(table), "chain-too-long");
}

TEST(StructureTest, ArrayOfAnotherSizeThanTheHeaderSays) {
  ToyTable table(2);
  table.current.resize(2);
  EXPECT_EQ(Check(table), "array-size");
}

TEST(StructureTest, FaultShowsTheChain) {
  ToyTable table(1);
  table.Put(1);
  table.current[1].tophash[0] = 6;
  ChainReport report;
  const CellFault fault =
      WalkChain(ToyView(table), table.header, false, 1, KeyHash{KeyType::kU64, HashKind::kIdentity},
                report, [](const Entry&, std::uint64_t) {});
  const Fault shown = CellFaultReport(ToyView(table), fault, false, 1);
  EXPECT_NE(shown.detail.find("chain 1, bucket 0, cell 0"), std::string::npos) << shown.detail;
  EXPECT_NE(shown.detail.find("6[1=10]"), std::string::npos) << shown.detail;
}

TEST(SlotsTest, EachArrayHasThoseThatTheRuleGaveIt) {
  ToyTable table(2, 4);
  table.GrowFrom(4, true);
  const auto check = [&](unsigned slots, unsigned old_slots) {
    CostModel cost{GrowthRule{.adaptive = true}};
    cost.Adopt(StateOf(table.header, nullptr, slots, old_slots), [](std::size_t) { return false; });
    const auto fault = CheckSlots(ToyView(table), table.header, cost);
    return fault ? fault->detail.substr(0, fault->detail.find('\n')) : "";
  };
  EXPECT_EQ(check(4, 4), "");
  EXPECT_EQ(check(16, 4), "the array has 4 slots per bucket and should have 16");
  EXPECT_EQ(check(4, 8), "the old array has 4 slots per bucket and should have 8");
  table.header.growing = false;
  EXPECT_EQ(check(4, 8), "") << "there is no old array";
}

}  // namespace
}  // namespace mapfuzz
