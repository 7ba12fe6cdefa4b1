#include "hmap/generation.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "hmap/ref.h"
#include "hmap/testing.h"

namespace hmap {
namespace {

using testing::Ledger;
using testing::LedgerAllocator;
using testing::Tracked;

template <class K, class V, IterationRule kRule = IterationRule::kContract>
struct Types {
  using CellsT = Cells<StaticLayout<K, V>, LedgerAllocator<K>>;
  using GenerationT = Generation<CellsT, kRule>;

  static CellsT MakeCells(Ledger& ledger) { return CellsT({}, LedgerAllocator<K>(&ledger)); }
};

using Words = Types<std::uint64_t, std::uint64_t>;

TEST(GenerationTest, BeginsWithEmptyBuckets) {
  Ledger ledger;
  auto* const made = Words::GenerationT::Make(Words::MakeCells(ledger), 5);
  EXPECT_EQ(made->b(), 5U);
  EXPECT_EQ(made->buckets(), 32U);
  EXPECT_EQ(made->total(), 37U);
  for (std::size_t n = 0; n < made->buckets(); ++n) {
    Bucket* const bucket = made->Chain(n);
    EXPECT_EQ(made->layout().Overflow(bucket), nullptr);
    EXPECT_FALSE(made->IsEvacuated(n));
    EXPECT_FALSE(made->IsRetained(n));
    for (unsigned slot = 0; slot < 8; ++slot) {
      EXPECT_EQ(made->layout().Tophash(bucket)[slot], kEmptyRest);
    }
  }
  made->Unref();
  EXPECT_EQ(ledger.blocks, 0);
}

// With 32-bit addresses a table can grow so far; with 64 it takes a growth policy gone mad.
TEST(GenerationTest, OneOfMoreBytesThanCanBeCountedIsALengthErrorAndAllocatesNothing) {
  Ledger ledger;
  for (const unsigned b : {56U, 58U, 59U, 60U, 62U, 63U, 64U, 200U}) {
    EXPECT_THROW(Words::GenerationT::Make(Words::MakeCells(ledger), b), LengthError) << b;
  }
  EXPECT_EQ(ledger.blocks, 0);
}

TEST(GenerationTest, HandsOutThePoolInOrderAndThenFreshBuckets) {
  Ledger ledger;
  auto* const made = Words::GenerationT::Make(Words::MakeCells(ledger), 4);
  ASSERT_EQ(made->total(), 18U);
  EXPECT_EQ(made->PoolLeft(), 2);
  // The last bucket of the pool is marked by the array's address, for the generation alone to read.
  made->layout().UnpoisonHeader(made->Chain(17));
  EXPECT_EQ(made->layout().Overflow(made->Chain(17)), made->Chain(0));

  EXPECT_EQ(made->TakeOverflow(), made->Chain(16));
  EXPECT_EQ(made->PoolLeft(), 1);
  Bucket* const last = made->TakeOverflow();
  EXPECT_EQ(last, made->Chain(17));
  EXPECT_EQ(made->layout().Overflow(last), nullptr) << "the end marker is taken off";
  EXPECT_EQ(made->PoolLeft(), -1);
  EXPECT_EQ(made->heap_overflow(), 0U);

  const std::int64_t bytes = ledger.bytes;
  Bucket* const fresh = made->TakeOverflow();
  EXPECT_NE(fresh, made->TakeOverflow());
  EXPECT_EQ(made->heap_overflow(), 2U);
  EXPECT_GE(ledger.bytes, bytes + 2 * 144);
  EXPECT_EQ(made->PoolLeft(), -1);
  EXPECT_EQ(made->layout().Overflow(fresh), nullptr);
  made->Unref();
  EXPECT_EQ(ledger.blocks, 0);
}

TEST(GenerationTest, BelowSixteenBucketsThereIsNoPool) {
  Ledger ledger;
  for (unsigned b = 0; b < 4; ++b) {
    auto* const made = Words::GenerationT::Make(Words::MakeCells(ledger), b);
    EXPECT_EQ(made->PoolLeft(), -1);
    EXPECT_EQ(made->total(), made->buckets());
    made->TakeOverflow();
    EXPECT_EQ(made->heap_overflow(), 1U);
    made->Unref();
  }
  EXPECT_EQ(ledger.blocks, 0);
}

TEST(GenerationTest, ClearEmptiesTheBucketsAndRestoresThePool) {
  Ledger ledger;
  auto* const made = Words::GenerationT::Make(Words::MakeCells(ledger), 4);
  for (int i = 0; i < 5; ++i) {
    Bucket* const bucket = made->TakeOverflow();
    made->layout().SetOverflow(bucket, made->Chain(3));
    made->layout().Tophash(bucket)[0] = 200;
  }
  made->layout().Tophash(made->Chain(7))[7] = 99;
  made->MarkRetained(7, true);
  made->Clear(false);
  EXPECT_EQ(made->PoolLeft(), 2);
  EXPECT_EQ(made->heap_overflow(), 0U);
  EXPECT_EQ(made->layout().Tophash(made->Chain(7))[7], kEmptyRest);
  EXPECT_FALSE(made->IsRetained(7));
  EXPECT_EQ(made->TakeOverflow(), made->Chain(16));
  EXPECT_EQ(made->TakeOverflow(), made->Chain(17));
  EXPECT_EQ(made->layout().Overflow(made->Chain(17)), nullptr);
  made->Unref();
  EXPECT_EQ(ledger.blocks, 0);
}

TEST(GenerationTest, ClearMayKeepOverflowBucketsForThoseWhoWalkThem) {
  Ledger ledger;
  auto* const made = Words::GenerationT::Make(Words::MakeCells(ledger), 0);
  Bucket* const overflow = made->TakeOverflow();
  made->layout().Tophash(overflow)[2] = 77;
  made->Clear(true);
  EXPECT_EQ(made->layout().Tophash(overflow)[2], 77);
  EXPECT_EQ(made->heap_overflow(), 1U);
  made->Unref();
  EXPECT_EQ(ledger.blocks, 0);
}

TEST(GenerationTest, TheLastReferenceFreesItOnce) {
  Ledger ledger;
  auto* const made = Words::GenerationT::Make(Words::MakeCells(ledger), 4);
  EXPECT_FALSE(made->IsShared());
  {
    const Ref<Words::GenerationT> a(made);
    EXPECT_TRUE(made->IsShared());
    Ref<Words::GenerationT> b = a;
    Ref<Words::GenerationT> c = std::move(b);
    EXPECT_EQ(c.get(), made);
    c = a;
    made->Unref();
    EXPECT_TRUE(a->IsShared()) << "by a and c";
    EXPECT_GT(ledger.blocks, 0);
  }
  EXPECT_EQ(ledger.blocks, 0);
  EXPECT_EQ(ledger.bytes, 0);
}

TEST(GenerationTest, WhatCannotBeAllocatedLeavesNothingBehind) {
  Ledger ledger;
  for (ledger.left = 0; ledger.left < 2;) {
    const std::int64_t allowed = ledger.left;
    EXPECT_THROW(Words::GenerationT::Make(Words::MakeCells(ledger), 4), std::bad_alloc);
    EXPECT_EQ(ledger.blocks, 0);
    ledger.left = allowed + 1;
  }
  ledger.left = -1;
  auto* const made = Words::GenerationT::Make(Words::MakeCells(ledger), 0);
  const std::int64_t before = ledger.blocks;
  for (const std::int64_t allowed : {0, 1}) {
    ledger.left = allowed;
    EXPECT_THROW(made->TakeOverflow(), std::bad_alloc);
    EXPECT_EQ(ledger.blocks, before);
  }
  ledger.left = -1;
  made->Unref();
  EXPECT_EQ(ledger.blocks, 0);
}

// Puts an entry into a cell by hand.
template <class GenerationT, class CellsT>
void Put(GenerationT* generation, CellsT& cells, Bucket* bucket, unsigned slot,
         std::uint64_t number) {
  cells.ConstructKey(cells.layout().KeySlot(bucket, slot), number);
  cells.ConstructValue(cells.layout().ValueSlot(bucket, slot), number);
  generation->layout().Tophash(bucket)[slot] = 100;
}

// `GenerationT` of tracked keys and values; `kKept` objects of an evacuated, retained cell are the
// generation's to destroy.
template <class TypesT, int kKept, class TrackedT>
void ExpectDestroysWhatIsLeft() {
  Ledger ledger;
  auto cells = TypesT::MakeCells(ledger);
  auto* const made = TypesT::GenerationT::Make(cells, 1);
  Put(made, cells, made->Chain(0), 3, 1);
  Bucket* const overflow = made->TakeOverflow();
  made->layout().SetOverflow(made->Chain(0), overflow);
  Put(made, cells, overflow, 0, 2);
  Put(made, cells, made->Chain(1), 0, 3);
  // The last was evacuated: what iterators need is kept, the rest has gone.
  made->layout().Tophash(made->Chain(1))[0] = kEvacuatedX;
  made->MarkRetained(1, true);
  if (kKept == 1) cells.DestroyValue(made->layout().ValueSlot(made->Chain(1), 0));
  EXPECT_EQ(TrackedT::living, 4 + kKept);
  made->DestroyContents();
  EXPECT_EQ(TrackedT::living, 0);
  made->DestroyContents();
  made->Unref();
  EXPECT_EQ(TrackedT::living, 0);
  EXPECT_EQ(ledger.blocks, 0);
}

TEST(GenerationTest, DestroysLiveCellsAndKeysKeptForIterators) {
  using Inline = Tracked<8>;
  ExpectDestroysWhatIsLeft<Types<Inline, Inline>, 1, Inline>();
}

TEST(GenerationTest, DestroysObjectsStoredByPointer) {
  using Large = Tracked<200>;
  ExpectDestroysWhatIsLeft<Types<Large, Large>, 1, Large>();
}

TEST(GenerationTest, UnderGosRuleEvacuatedCellsKeepTheirValuesToo) {
  using Inline = Tracked<8>;
  ExpectDestroysWhatIsLeft<Types<Inline, Inline, IterationRule::kGo119>, 2, Inline>();
}

}  // namespace
}  // namespace hmap
