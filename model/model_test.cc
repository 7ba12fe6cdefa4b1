#include "model/model.h"

#include <gtest/gtest.h>

#include <vector>

namespace mapfuzz {
namespace {

constexpr ModelKey Key(KeyId id) { return {id, id, false}; }
constexpr ModelKey Nan(KeyId id) { return {id, id, true}; }
constexpr ModelKey kPlusZero{0, 0, false};
constexpr ModelKey kMinusZero{1, 0, false};

TEST(ModelTest, FindsWhatWasInserted) {
  Model model(false);
  model.Insert(Key(7), 70, 1);
  ASSERT_NE(model.Find(Key(7)), nullptr);
  EXPECT_EQ(model.Find(Key(7))->entry, (Entry{7, 70}));
  EXPECT_EQ(model.Find(Key(8)), nullptr);
  EXPECT_EQ(model.size(), 1u);
}

TEST(ModelTest, ErasedEntryIsGone) {
  Model model(false);
  model.Insert(Key(7), 70, 1);
  model.Erase(Key(7));
  EXPECT_EQ(model.Find(Key(7)), nullptr);
  EXPECT_EQ(model.size(), 0u);
}

TEST(ModelTest, EqualKeysAreOneEntry) {
  Model model(true);
  model.Insert(kPlusZero, 1, 1);
  EXPECT_EQ(model.Find(kMinusZero), model.Find(kPlusZero));
}

TEST(ModelTest, UpdateReplacesTheStoredKeyOnlyWhereTheTypeDoes) {
  for (const bool updates : {false, true}) {
    Model model(updates);
    Cell& cell = model.Insert(kPlusZero, 1, 1);
    model.Update(cell, kMinusZero, 2);
    EXPECT_EQ(cell.entry, (Entry{updates ? 1u : 0u, 2}));
  }
}

TEST(ModelTest, NanIsNeverFoundAndEachInsertIsAnEntry) {
  Model model(true);
  model.Insert(Nan(5), 1, 1);
  model.Insert(Nan(5), 2, 2);
  EXPECT_EQ(model.size(), 2u);
  EXPECT_EQ(model.Find(Nan(5)), nullptr);
  const Cell* second = model.FindNan({5, 2}, [](const Cell&) { return true; });
  ASSERT_NE(second, nullptr);
  EXPECT_EQ(second->birth, 2u);
  EXPECT_EQ(model.FindNan({5, 3}, [](const Cell&) { return true; }), nullptr);
}

TEST(ModelTest, NanCopiesOfOneValueComeOldestFirst) {
  Model model(true);
  model.Insert(Nan(5), 9, 1);
  model.Insert(Nan(5), 9, 2);
  EXPECT_EQ(model.FindNan({5, 9}, [](const Cell&) { return true; })->birth, 1u);
  EXPECT_EQ(model.FindNan({5, 9}, [](const Cell& c) { return c.birth != 1; })->birth, 2u);
}

TEST(ModelTest, ClearRemovesNanToo) {
  Model model(true);
  model.Insert(Nan(5), 1, 1);
  model.Insert(Key(6), 2, 2);
  model.Clear();
  EXPECT_EQ(model.size(), 0u);
}

TEST(ModelTest, ForEachVisitsEveryEntryByKeyThenNan) {
  Model model(true);
  model.Insert(Nan(5), 1, 1);
  model.Insert(Key(9), 2, 2);
  model.Insert(Key(6), 3, 3);
  std::vector<KeyId> keys;
  model.ForEach([&](const Cell& cell) { keys.push_back(cell.entry.key); });
  EXPECT_EQ(keys, (std::vector<KeyId>{6, 9, 5}));
}

}  // namespace
}  // namespace mapfuzz
