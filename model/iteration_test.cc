#include "model/iteration.h"

#include <gtest/gtest.h>

#include <string>

namespace mapfuzz {
namespace {

using State = IterationContract::State;

// One content with keys 1..4 of value 10 * key, and iterator 0 begun on it.
class IterationTest : public testing::Test {
 protected:
  IterationTest() {
    for (KeyId id = 1; id <= 4; ++id) Insert(id, id * 10);
    contract_.OnBegin(0, kContent, model_, next_birth_);
  }

  static ModelKey Key(KeyId id) { return {id, id, id >= 100}; }

  void Insert(KeyId id, Value value) { model_.Insert(Key(id), value, next_birth_++); }
  void Erase(KeyId id) {
    contract_.OnErase(kContent, *model_.Find(Key(id)));
    model_.Erase(Key(id));
  }
  void Clear() {
    contract_.OnClear(kContent);
    model_.Clear();
  }
  // The broken promise when the iterator produces this entry; "" if there is none.
  std::string Produce(KeyId id, Value value, int slot = 0) {
    const auto fault = contract_.OnEntry(slot, model_, Key(id), {id, value});
    return fault ? fault->property : "";
  }
  std::string End(int slot = 0) {
    const auto fault = contract_.OnEnd(slot, model_);
    return fault ? fault->property : "";
  }

  static constexpr int kContent = 0;
  static constexpr int kOther = 1;
  Model model_{false};
  IterationContract contract_;
  std::uint64_t next_birth_ = 1;
};

TEST_F(IterationTest, EveryEntryOnceIsRight) {
  for (KeyId id = 4; id >= 1; --id) EXPECT_EQ(Produce(id, id * 10), "");
  EXPECT_EQ(End(), "");
  EXPECT_EQ(contract_.state(0), State::kNone);
}

TEST_F(IterationTest, MissedEntryIsFoundAndNamed) {
  EXPECT_EQ(Produce(1, 10), "");
  EXPECT_EQ(Produce(3, 30), "");
  EXPECT_EQ(Produce(4, 40), "");
  const auto fault = contract_.OnEnd(0, model_);
  ASSERT_TRUE(fault.has_value());
  EXPECT_EQ(fault->property, "missed-entry");
  EXPECT_NE(fault->detail.find("key 2 value 20"), std::string::npos) << fault->detail;
}

TEST_F(IterationTest, SecondProductionIsADuplicate) {
  EXPECT_EQ(Produce(1, 10), "");
  EXPECT_EQ(Produce(1, 10), "duplicate-entry");
}

TEST_F(IterationTest, EntryThatNeverWasIsAGhost) { EXPECT_EQ(Produce(9, 90), "ghost-entry"); }

TEST_F(IterationTest, DeletedEntryIsAGhostAndNotMissed) {
  Erase(2);
  EXPECT_EQ(Produce(1, 10), "");
  EXPECT_EQ(Produce(3, 30), "");
  EXPECT_EQ(Produce(4, 40), "");
  EXPECT_EQ(Produce(2, 20), "ghost-entry");
  EXPECT_EQ(End(), "");
}

TEST_F(IterationTest, DeletedAfterItWasSeenIsNotMissedTwice) {
  EXPECT_EQ(Produce(2, 20), "");
  Erase(2);
  EXPECT_EQ(Produce(1, 10), "");
  EXPECT_EQ(Produce(3, 30), "");
  EXPECT_EQ(End(), "missed-entry");
}

TEST_F(IterationTest, OldValueIsStale) {
  model_.Update(*model_.Find(Key(2)), Key(2), 21);
  EXPECT_EQ(Produce(2, 20), "stale-value");
  EXPECT_EQ(Produce(2, 21), "");
}

TEST_F(IterationTest, OldKeyIsStale) {
  model_.Find(Key(2))->entry.key = 7;
  EXPECT_EQ(Produce(2, 20), "stale-key");
}

TEST_F(IterationTest, CreatedEntryMayBeProducedOnceOrNot) {
  Insert(8, 80);
  Insert(9, 90);
  EXPECT_EQ(Produce(8, 80), "");
  EXPECT_EQ(Produce(8, 80), "duplicate-entry");
  for (KeyId id = 1; id <= 4; ++id) EXPECT_EQ(Produce(id, id * 10), "");
  EXPECT_EQ(End(), "");
}

TEST_F(IterationTest, InsertedAgainIsANewIncarnation) {
  EXPECT_EQ(Produce(2, 20), "");
  Erase(2);
  Insert(2, 22);
  EXPECT_EQ(Produce(2, 22), "");
  EXPECT_EQ(Produce(2, 22), "duplicate-entry");
}

TEST_F(IterationTest, InsertedAgainNeedNotBeProduced) {
  Erase(2);
  Insert(2, 22);
  for (const KeyId id : {1, 3, 4}) EXPECT_EQ(Produce(id, id * 10), "");
  EXPECT_EQ(End(), "");
}

TEST_F(IterationTest, AfterAClearNothingIsMissedAndOldEntriesAreGhosts) {
  EXPECT_EQ(Produce(1, 10), "");
  Clear();
  EXPECT_EQ(Produce(2, 20), "ghost-entry");
  EXPECT_EQ(End(), "");
}

TEST_F(IterationTest, NanEntriesAreToldApartByValue) {
  Insert(100, 5);
  Insert(100, 6);
  contract_.OnBegin(1, kContent, model_, next_birth_);
  EXPECT_EQ(Produce(100, 5, 1), "");
  EXPECT_EQ(Produce(100, 5, 1), "duplicate-entry");
  EXPECT_EQ(Produce(100, 7, 1), "ghost-entry");
  EXPECT_EQ(Produce(100, 6, 1), "");
  for (KeyId id = 1; id <= 4; ++id) EXPECT_EQ(Produce(id, id * 10, 1), "");
  EXPECT_EQ(End(1), "");
}

TEST_F(IterationTest, NanCopiesOfOneValueAreCounted) {
  Insert(100, 5);
  Insert(100, 5);
  contract_.OnBegin(1, kContent, model_, next_birth_);
  EXPECT_EQ(Produce(100, 5, 1), "");
  EXPECT_EQ(Produce(100, 5, 1), "");
  EXPECT_EQ(Produce(100, 5, 1), "duplicate-entry");
}

TEST_F(IterationTest, IteratorsDoNotDisturbEachOther) {
  contract_.OnBegin(1, kContent, model_, next_birth_);
  EXPECT_EQ(Produce(1, 10, 0), "");
  EXPECT_EQ(Produce(1, 10, 1), "");
  EXPECT_EQ(End(1), "missed-entry");
  for (const KeyId id : {2, 3, 4}) EXPECT_EQ(Produce(id, id * 10, 0), "");
  EXPECT_EQ(End(0), "");
}

TEST_F(IterationTest, KnowsWhoseContentWasEmptied) {
  contract_.OnEmptied(kOther);
  EXPECT_FALSE(contract_.emptied(0));
  contract_.OnEmptied(kContent);
  EXPECT_TRUE(contract_.emptied(0));
  contract_.OnBegin(0, kContent, model_, next_birth_);
  EXPECT_FALSE(contract_.emptied(0));
  Clear();
  EXPECT_TRUE(contract_.emptied(0));
}

TEST_F(IterationTest, RestartedIteratorForgetsWhatItSaw) {
  EXPECT_EQ(Produce(1, 10), "");
  contract_.OnBegin(0, kContent, model_, next_birth_);
  EXPECT_EQ(Produce(1, 10), "");
  EXPECT_EQ(End(), "missed-entry");
}

TEST_F(IterationTest, OtherContentsDoNotMatter) {
  Model other(false);
  const Cell& cell = other.Insert(Key(1), 1, next_birth_);
  contract_.OnErase(kOther, cell);
  contract_.OnClear(kOther);
  for (const KeyId id : {2, 3, 4}) EXPECT_EQ(Produce(id, id * 10), "");
  EXPECT_EQ(End(), "missed-entry");
}

TEST_F(IterationTest, FollowsItsContentThroughMoveAndSwap) {
  contract_.OnMove(kContent, kOther);
  EXPECT_EQ(contract_.state(0), State::kLive);
  EXPECT_EQ(contract_.content(0), kOther);
  contract_.OnSwap(kContent, kOther);
  EXPECT_EQ(contract_.content(0), kContent);
}

TEST_F(IterationTest, IsStaleOnceItsContentIsReplaced) {
  EXPECT_EQ(contract_.live(), 1);
  contract_.OnReplace(kContent);
  EXPECT_EQ(contract_.state(0), State::kStale);
  EXPECT_EQ(contract_.live(), 0);
  contract_.OnDrop(0);
  EXPECT_EQ(contract_.state(0), State::kNone);
}

TEST_F(IterationTest, MoveOntoItsContentMakesItStale) {
  contract_.OnMove(kOther, kContent);
  EXPECT_EQ(contract_.state(0), State::kStale);
}

TEST_F(IterationTest, AwaitedUntilSeen) {
  EXPECT_TRUE(contract_.Awaited(kContent, *model_.Find(Key(1))));
  EXPECT_FALSE(contract_.Awaited(kOther, *model_.Find(Key(1))));
  EXPECT_EQ(Produce(1, 10), "");
  EXPECT_FALSE(contract_.Awaited(kContent, *model_.Find(Key(1))));
}

}  // namespace
}  // namespace mapfuzz
