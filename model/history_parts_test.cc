#include "model/history_parts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "model/history_words.h"

namespace mapfuzz {
namespace {

using namespace words;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

const Promises kKeyByKey{.size = SizePromise::kBounded,
                         .clear = ClearPromise::kPerKey,
                         .iteration = IterationPromise::kPerIncarnation};

std::vector<HistoryPart> Cut(const ConcurrentHistory& history, const Promises& promises = {}) {
  return CutIntoParts(history, promises, std::vector<bool>(history.ops.size(), true));
}

std::vector<std::size_t> OpsOf(const HistoryPart& part) {
  std::vector<std::size_t> ops;
  for (const HistoryAtom& atom : part.atoms) ops.push_back(atom.op);
  return ops;
}

TEST(HistoryPartsTest, EachKeyIsAPartIfNoOperationSeesMore) {
  const ConcurrentHistory history{
      {{9, 90}}, {Put({0, 4, 5}, 8, 80), Put({0, 2, 3}, 7, 70), Get({1, 0, 1}, 8, kAbsent)}};
  const std::vector<HistoryPart> parts = Cut(history);
  ASSERT_EQ(parts.size(), 3U);
  EXPECT_THAT(parts[0].keys, ElementsAre(7));
  EXPECT_THAT(OpsOf(parts[0]), ElementsAre(1));
  EXPECT_THAT(OpsOf(parts[1]), ElementsAre(2, 0));
  EXPECT_THAT(parts[2].initial, ElementsAre(KeyState::Present(90)));
  EXPECT_THAT(OpsOf(parts[2]), IsEmpty());
}

TEST(HistoryPartsTest, AllKeysAreOnePartIfAnOperationSeesThemAtOnce) {
  for (const ConcurrentOp& op : {Size({1, 4, 5}, 2), Iterate({1, 4, 5}, {{{7, 70}}})}) {
    const ConcurrentHistory history{{}, {Put({0, 0, 1}, 7, 70), Put({0, 2, 3}, 8, 80), op}};
    ASSERT_EQ(Cut(history).size(), 1U);
    EXPECT_THAT(Cut(history)[0].keys, ElementsAre(7, 8));
    EXPECT_THAT(OpsOf(Cut(history)[0]), ElementsAre(0, 1, 2));
    EXPECT_EQ(Cut(history, kKeyByKey).size(), 2U);
    EXPECT_EQ(CutIntoParts(history, {}, {true, true, false}).size(), 2U) << "it is let go";
  }
}

TEST(HistoryPartsTest, AClearIsADeleteOfEachKeyUnlessThereIsOnePart) {
  ConcurrentHistory history{{}, {Put({0, 0, 1}, 7, 70), Put({0, 2, 3}, 8, 80), Clear({1, 4, 5})}};
  for (const HistoryPart& part : Cut(history)) {
    ASSERT_THAT(OpsOf(part), SizeIs(2));
    EXPECT_EQ(part.atoms[1].request.op, MapOp::kDelete);
  }
  history.ops.push_back(Size({1, 6, 7}, 0));
  EXPECT_EQ(Cut(history)[0].atoms[2].kind, HistoryAtom::Kind::kClear);
}

TEST(HistoryPartsTest, OfAnOperationThatIsLetGoItsWritesRemain) {
  const ConcurrentHistory history{
      {}, {Put({0, 0, 1}, 7, 70), Put({1, 0, 1}, 7, 70), Get({0, 2, 3}, 7, 70), Clear({0, 4, 5})}};
  const std::vector<HistoryPart> parts = CutIntoParts(history, {}, std::vector<bool>(4));
  ASSERT_EQ(parts.size(), 1U);
  EXPECT_THAT(parts[0].atoms, IsEmpty());
  EXPECT_THAT(parts[0].loose, ElementsAre(ElementsAre(history.ops[0].request,
                                                      MapRequest{.op = MapOp::kDelete, .key = 7})));
}

// The moments at which the atoms must have happened, and the atoms before them.
TEST(HistoryPartsTest, ProductionsOfAKeyAreLinkedByItsAbsence) {
  const ConcurrentHistory history{{}, {Iterate({0, 2, 9}, {{{7, 70}, 3}, {{7, 71}, 6}})}};
  HistoryPart part = Cut(history, kKeyByKey)[0];
  ASSERT_EQ(part.atoms.size(), 3U);
  const auto expect_links = [&](std::size_t first) {
    const HistoryAtom* atoms = &part.atoms[first];
    EXPECT_EQ(atoms[0].after, std::nullopt);
    EXPECT_EQ(atoms[1].after, first);
    EXPECT_EQ(atoms[2].after, first + 1);
    EXPECT_EQ(atoms[0].returned, 3U);
    EXPECT_EQ(atoms[1].answer.found, false);
    EXPECT_EQ(atoms[2].returned, 6U);
  };
  expect_links(0);

  HistoryAtom other = part.atoms[0];
  other.called = 8;
  part = WithAtom(part, other);
  expect_links(0);
  other.called = 1;
  part = WithAtom(part, other);
  EXPECT_EQ(part.atoms[0].called, 1U);
  expect_links(1);
  part = WithoutAtom(part, 0);
  expect_links(0);
}

TEST(HistoryPartsTest, ReadsWithoutReturnSayNothing) {
  const ConcurrentHistory history{
      {{7, 70}}, {Get({0, 0}, 7, 70), Size({1, 0}, 0), Iterate({2, 0}, {}), Clear({3, 0})}};
  EXPECT_THAT(OpsOf(Cut(history)[0]), ElementsAre(3));
  EXPECT_THAT(OpsOf(Cut(history, kKeyByKey)[0]), ElementsAre(3));
}

}  // namespace
}  // namespace mapfuzz
