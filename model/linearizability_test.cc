#include "model/linearizability.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "model/history_columns.h"
#include "model/history_words.h"

namespace mapfuzz {
namespace {

using namespace words;
using testing::ElementsAre;
using testing::IsEmpty;

using Ops = std::vector<std::size_t>;

const Promises kAtomicClear{.size = SizePromise::kBounded,
                            .clear = ClearPromise::kAtomic,
                            .iteration = IterationPromise::kPerKey};
const Promises kPerKey{.size = SizePromise::kBounded,
                       .clear = ClearPromise::kPerKey,
                       .iteration = IterationPromise::kPerKey};
const Promises kPerIncarnation{.size = SizePromise::kBounded,
                               .clear = ClearPromise::kPerKey,
                               .iteration = IterationPromise::kPerIncarnation};
const Promises kQuietSize{.size = SizePromise::kQuiet};

struct Case {
  std::string name;
  ConcurrentHistory history;
  Ops minimal;  // empty: it is linearizable
  Promises promises = {};
};

std::vector<bool> Held(const ConcurrentHistory& history, const std::vector<std::size_t>& ops) {
  std::vector<bool> held(history.ops.size());
  for (const std::size_t op : ops) held[op] = true;
  return held;
}

void ExpectMinimal(const Case& test, const LinearizabilityOptions& options) {
  std::vector<bool> held = Held(test.history, test.minimal);
  EXPECT_EQ(CheckHeld(test.history, held, options).verdict, Linearizability::kNotLinearizable);
  for (const std::size_t op : test.minimal) {
    held[op] = false;
    EXPECT_EQ(CheckHeld(test.history, held, options).verdict, Linearizability::kLinearizable)
        << "without operation " << op;
    held[op] = true;
  }
}

void Expect(const Case& test) {
  SCOPED_TRACE(test.name + "\n" + HistoryColumns(test.history, test.minimal));
  const LinearizabilityOptions options{.promises = test.promises};
  const LinearizabilityResult result = CheckLinearizability(test.history, options);
  const std::optional<MinimalPart> part = FindMinimalPart(test.history, options);
  EXPECT_EQ(result.verdict, test.minimal.empty() ? Linearizability::kLinearizable
                                                 : Linearizability::kNotLinearizable);
  ASSERT_EQ(part.has_value(), !test.minimal.empty());
  if (!part) return;
  EXPECT_EQ(part->ops, test.minimal);
  EXPECT_TRUE(part->minimal);
  ExpectMinimal(test, options);
}

TEST(LinearizabilityTest, JudgesOperationsOnOneKey) {
  const Case cases[] = {
      {"nothing happened", {}, {}},
      {"one after the other",
       {{}, {Put({0, 0, 1}, 7, 70), Get({1, 2, 3}, 7, 70), Delete({0, 4, 5}, 7, 70)}},
       {}},
      {"what was there before", {{{7, 70}}, {Get({0, 0, 1}, 7, 70)}}, {}},
      {"what was there before is not seen", {{{7, 70}}, {Get({0, 0, 1}, 7, kAbsent)}}, {0}},
      {"a get beside a put may see it or not",
       {{}, {Put({0, 0, 9}, 7, 70), Get({1, 1, 2}, 7, kAbsent), Get({1, 3, 4}, 7, 70)}},
       {}},
      {"seen and then no more",
       {{}, {Put({0, 0, 9}, 7, 70), Get({1, 1, 2}, 7, 70), Get({1, 3, 4}, 7, kAbsent)}},
       {1, 2}},
      {"stale read",
       {{}, {Put({0, 0, 1}, 7, 70), Put({0, 2, 3}, 7, 71), Get({1, 4, 5}, 7, 70)}},
       {0, 1, 2}},
      {"stale read, with others around",
       {{},
        {Put({0, 0, 1}, 7, 70), Get({1, 2, 3}, 7, 70), Put({0, 4, 5}, 7, 71), Put({0, 6, 7}, 8, 80),
         Get({1, 8, 9}, 7, 70), Get({1, 10, 11}, 8, 80)}},
       {0, 2, 4}},
      {"lost update", {{}, {Add({0, 0, 2}, 7, 1, 1), Add({1, 1, 3}, 7, 1, 1)}}, {0, 1}},
      {"updates that both count", {{}, {Add({0, 0, 2}, 7, 1, 2), Add({1, 1, 3}, 7, 1, 1)}}, {}},
      {"two winners of an insert",
       {{}, {Inserted({0, 0, 2}, 7, 70), Inserted({1, 1, 3}, 7, 71)}},
       {0, 1}},
      {"two winners, but for a delete",
       {{}, {Inserted({0, 0, 2}, 7, 70), Delete({2, 0, 9}, 7, 70), Inserted({1, 1, 3}, 7, 71)}},
       {}},
      {"one winner and who comes late",
       {{}, {Inserted({0, 0, 2}, 7, 70), Insert({1, 1, 3}, 7, 71, true, 70)}},
       {}},
      {"both compare and swap",
       {{{7, 70}}, {Cas({0, 0, 2}, 7, 70, 71, true), Cas({1, 1, 3}, 7, 70, 72, true)}},
       {0, 1}},
      {"neither compares and swaps",
       {{{7, 70}}, {Cas({0, 0, 2}, 7, 70, 71, false), Cas({1, 1, 3}, 7, 70, 72, false)}},
       {0, 1}},
      {"deleted after it was swapped away",
       {{{7, 70}}, {Cas({0, 0, 1}, 7, 70, 71, true), Cad({1, 2, 3}, 7, 70, true)}},
       {0, 1}},
      {"both delete", {{{7, 70}}, {Delete({0, 0, 2}, 7, 70), Delete({1, 1, 3}, 7, 70)}}, {0, 1}},
      {"swaps that see each other",
       {{}, {Swap({0, 0, 3}, 7, 70, 71), Swap({1, 1, 2}, 7, 71, kAbsent)}},
       {}},
      {"swaps in a circle", {{}, {Swap({0, 0, 3}, 7, 70, 71), Swap({1, 1, 2}, 7, 71, 70)}}, {0, 1}},
      {"a value that was never written", {{}, {Put({0, 0, 1}, 7, 70), Get({1, 2, 3}, 7, 99)}}, {1}},
      {"a value before it was written",
       {{}, {Get({1, 0, 1}, 7, 70), Put({0, 2, 3}, 7, 70)}},
       {0, 1}},
      {"another key's value", {{}, {Put({0, 0, 1}, 7, 70), Get({1, 2, 3}, 8, 70)}}, {1}},
      {"two keys, each alone in order, seen in opposite orders",
       {{},
        {Put({0, 0, 9}, 7, 70), Put({1, 1, 10}, 8, 80), Get({2, 2, 3}, 7, 70),
         Get({2, 4, 5}, 8, kAbsent), Get({3, 6, 7}, 8, 80), Get({3, 8, 11}, 7, 70)}},
       {}},
  };
  for (const Case& test : cases) Expect(test);
}

TEST(LinearizabilityTest, OperationWithoutReturnMayHaveHappenedOrNot) {
  const Case cases[] = {
      {"it has", {{}, {Put({0, 0}, 7, 70), Get({1, 1, 2}, 7, 70)}}, {}},
      {"it has not", {{}, {Put({0, 0}, 7, 70), Get({1, 1, 2}, 7, kAbsent)}}, {}},
      {"late", {{}, {Put({0, 0}, 7, 70), Get({1, 1, 2}, 7, kAbsent), Get({1, 3, 4}, 7, 70)}}, {}},
      {"not before its call", {{}, {Get({1, 0, 1}, 7, 70), Put({0, 2}, 7, 70)}}, {0, 1}},
      {"not twice",
       {{},
        {Put({0, 0}, 7, 70), Get({1, 1, 2}, 7, 70), Delete({1, 3, 4}, 7, 70),
         Get({1, 5, 6}, 7, 70)}},
       {0, 2, 3}},
      {"not undone",
       {{{7, 70}}, {Delete({0, 0}, 7, kAbsent), Get({1, 1, 2}, 7, kAbsent), Get({1, 3, 4}, 7, 70)}},
       {1, 2}},
      {"a comparison that came true",
       {{{7, 70}}, {Cas({0, 0}, 7, 70, 71, false), Get({1, 1, 2}, 7, 71)}},
       {}},
      {"a comparison that cannot have",
       {{{7, 70}}, {Cas({0, 0}, 7, 75, 71, false), Get({1, 1, 2}, 7, 71)}},
       {1}},
      {"a clear of some keys",
       {{{7, 70}, {8, 80}}, {Clear({0, 0}), Get({1, 1, 2}, 7, kAbsent), Get({1, 3, 4}, 8, 80)}},
       {},
       kPerKey},
      {"a clear of some keys, promised to be atomic",
       {{{7, 70}, {8, 80}}, {Clear({0, 0}), Get({1, 1, 2}, 7, kAbsent), Size({1, 3, 4}, 1)}},
       {0, 2}},
      {"an iteration that had seen enough",
       {{{7, 70}}, {Iterate({0, 0}, {{{7, 71}, 1}}), Put({1, 2, 3}, 7, 71)}},
       {0, 1},
       kPerKey},
  };
  for (const Case& test : cases) Expect(test);
}

TEST(LinearizabilityTest, JudgesSizeAsPromised) {
  const std::vector<ConcurrentOp> in_order = {Put({0, 0, 1}, 7, 70), Put({0, 2, 3}, 8, 80)};
  const auto then = [](std::vector<ConcurrentOp> ops, const ConcurrentOp& op) {
    ops.push_back(op);
    return ConcurrentHistory{{}, ops};
  };
  // Key 8 comes before key 7 goes: at no moment is there none or are there both of 7 and 9.
  const auto moving = [](std::uint64_t size) {
    return ConcurrentHistory{{{7, 70}},
                             {Size({0, 0, 9}, size), Put({1, 1, 2}, 8, 80),
                              Delete({1, 3, 4}, 7, 70), Put({1, 5, 6}, 9, 90)}};
  };
  const Case cases[] = {
      {"right", then(in_order, Size({1, 4, 5}, 2)), {}},
      {"right, bounded", then(in_order, Size({1, 4, 5}, 2)), {}, kPerKey},
      {"too few", then(in_order, Size({1, 4, 5}, 1)), {0, 1, 2}},
      {"too few, bounded", then(in_order, Size({1, 4, 5}, 1)), {0, 1, 2}, kPerKey},
      {"too few, quiet", then(in_order, Size({1, 4, 5}, 1)), {0, 1, 2}, kQuietSize},
      {"too many", then(in_order, Size({1, 4, 5}, 3)), {2}},
      {"too many, bounded", then(in_order, Size({1, 4, 5}, 3)), {2}, kPerKey},
      {"before a put", then(in_order, Size({1, 2, 3}, 1)), {}},
      {"of nothing", {{}, {Size({0, 0, 1}, 0)}}, {}},
      {"of nothing, one", {{}, {Size({0, 0, 1}, 1)}}, {0}},
      {"of nothing, one, bounded", {{}, {Size({0, 0, 1}, 1)}}, {0}, kPerKey},
      {"a deleted key counted",
       {{{7, 70}, {8, 80}}, {Delete({0, 0, 1}, 7, 70), Size({1, 2, 3}, 2)}},
       {0, 1},
       kPerKey},
      {"no key while one moves", moving(0), {0, 1, 2}},
      {"no key while one moves, bounded", moving(0), {}, kPerKey},
      {"all keys while one moves", moving(3), {0, 2, 3}},
      {"all keys while one moves, bounded", moving(3), {}, kPerKey},
      {"more than there ever were, bounded", moving(4), {0}, kPerKey},
      {"more than there ever were, not quiet", moving(4), {}, kQuietSize},
  };
  for (const Case& test : cases) Expect(test);
}

TEST(LinearizabilityTest, JudgesClearAsPromised) {
  // One key is seen gone while the other is still seen there.
  const ConcurrentHistory half_seen = {
      {{7, 70}, {8, 80}}, {Clear({0, 0, 9}), Get({1, 1, 2}, 7, kAbsent), Get({1, 3, 4}, 8, 80)}};
  const ConcurrentHistory never = {{{7, 70}}, {Clear({0, 0, 1}), Get({1, 2, 3}, 7, 70)}};
  // One key is seen gone, and then an iteration comes to the other.
  const ConcurrentHistory half_produced = {
      {{7, 70}, {8, 80}},
      {Clear({0, 0, 9}), Get({1, 1, 2}, 7, kAbsent), Iterate({1, 3, 5}, {{{8, 80}, 4}})}};
  // One key is seen gone twice, which takes both clears, and the other is there after that.
  const ConcurrentHistory two_clears = {
      {{7, 70}, {8, 80}},
      {Clear({0, 0, 9}), Clear({2, 0, 9}), Get({1, 1, 2}, 7, kAbsent), Put({1, 3, 4}, 7, 71),
       Get({1, 5, 6}, 7, kAbsent), Get({1, 7, 8}, 8, 80)}};
  ConcurrentHistory two_clears_in_order = two_clears;
  two_clears_in_order.ops[5] = Get({1, 7, 8}, 8, kAbsent);
  ConcurrentHistory no_end = half_seen;
  no_end.ops[0] = Clear({0, 0});
  ConcurrentHistory never_happened = no_end;
  never_happened.ops[1] = Get({1, 1, 2}, 7, 70);
  const Case cases[] = {
      {"half seen", half_seen, {0, 1, 2}},
      {"half seen, keys apart", half_seen, {0, 1, 2}, kAtomicClear},
      {"half seen, key by key", half_seen, {}, kPerKey},
      {"half produced", half_produced, {0, 1, 2}, kAtomicClear},
      {"half produced, key by key", half_produced, {}, kPerKey},
      {"half seen by the second", two_clears, {0, 1, 2, 5}, kAtomicClear},
      {"both seen", two_clears_in_order, {}, kAtomicClear},
      {"half seen without an end", no_end, {0, 1, 2}, kAtomicClear},
      {"not seen without an end", never_happened, {}, kAtomicClear},
      {"a key survives", never, {0, 1}},
      {"a key survives, key by key", never, {0, 1}, kPerKey},
      {"a key comes back",
       {{}, {Clear({0, 0, 9}), Put({1, 1, 2}, 7, 70), Get({1, 10, 11}, 7, 70)}},
       {}},
  };
  for (const Case& test : cases) Expect(test);
}

TEST(LinearizabilityTest, JudgesIterationAsPromised) {
  const std::vector<Entry> both = {{7, 70}, {8, 80}};
  // Key 7 moves to 9 under the iteration, which sees both of them, or none.
  const auto moving = [](std::vector<Production> produced) {
    return ConcurrentHistory{
        {{7, 70}},
        {Iterate({0, 0, 9}, std::move(produced)), Delete({1, 1, 2}, 7, 70), Put({1, 3, 4}, 9, 90)}};
  };
  const ConcurrentHistory again = {{{7, 70}},
                                   {Iterate({0, 0, 9}, {{{7, 70}, 1}, {{7, 71}, 6}}),
                                    Delete({1, 2, 3}, 7, 70), Put({1, 4, 5}, 7, 71)}};
  ConcurrentHistory backwards = again;
  backwards.ops[0] = Iterate({0, 0, 9}, {{{7, 71}, 6}, {{7, 70}, 7}});
  const ConcurrentHistory twice = {both, {Iterate({0, 0, 9}, {{{7, 70}}, {{8, 80}}, {{7, 70}}})}};
  const Case cases[] = {
      {"all", {both, {Iterate({0, 0, 1}, {{{8, 80}}, {{7, 70}}})}}, {}},
      {"all, key by key", {both, {Iterate({0, 0, 1}, {{{8, 80}}, {{7, 70}}})}}, {}, kPerKey},
      {"misses a key", {both, {Iterate({0, 0, 1}, {{{8, 80}}})}}, {0}},
      {"misses a key, key by key", {both, {Iterate({0, 0, 1}, {{{8, 80}}})}}, {0}, kPerKey},
      {"misses a key that was put before",
       {{}, {Put({1, 0, 1}, 7, 70), Iterate({0, 2, 3}, {})}},
       {0, 1},
       kPerKey},
      {"stopped before the key", {both, {Stopped(Iterate({0, 0, 1}, {{{8, 80}}}))}}, {}},
      {"stopped before the key, key by key",
       {both, {Stopped(Iterate({0, 0, 1}, {{{8, 80}}}))}},
       {},
       kPerKey},
      {"produces twice", twice, {0}},
      {"produces twice, key by key", twice, {0}, kPerKey},
      {"produces twice, by incarnation", twice, {0}, kPerIncarnation},
      {"produces again", again, {0}},
      {"produces again, key by key", again, {0}, kPerKey},
      {"produces again, by incarnation", again, {}, kPerIncarnation},
      {"produces again what was there before, by incarnation", backwards, {0}, kPerIncarnation},
      {"produces a ghost", {{}, {Iterate({0, 0, 1}, {{{9, 90}}})}}, {0}, kPerKey},
      {"produces what was deleted before",
       {both, {Delete({1, 0, 1}, 7, 70), Iterate({0, 2, 3}, {{{8, 80}}, {{7, 70}}})}},
       {0, 1},
       kPerKey},
      {"produces an old value",
       {both, {Put({1, 0, 1}, 7, 71), Iterate({0, 2, 3}, {{{8, 80}}, {{7, 70}}})}},
       {0, 1},
       kPerKey},
      {"produces a value before it is written",
       {both, {Iterate({0, 0, 9}, {{{8, 80}, 1}, {{7, 71}, 2}}), Put({1, 3, 4}, 7, 71)}},
       {0, 1},
       kPerKey},
      {"produces a value that changes meanwhile",
       {both, {Iterate({0, 0, 9}, {{{8, 80}, 1}, {{7, 71}, 4}}), Put({1, 2, 3}, 7, 71)}},
       {},
       kPerKey},
      {"both ends of a move", moving({{{7, 70}}, {{9, 90}}}), {0, 1, 2}},
      {"both ends of a move, key by key", moving({{{7, 70}}, {{9, 90}}}), {}, kPerKey},
      {"between the ends of a move", moving({}), {}},
  };
  for (const Case& test : cases) Expect(test);
}

// What is told of the operations that are let go.
TEST(LinearizabilityTest, OfWhatIsLetGoOnlyWritesRemain) {
  const ConcurrentHistory history = {{},
                                     {Add({0, 0, 1}, 7, 1, 1), Put({0, 2, 3}, 8, 80),
                                      Get({1, 4, 5}, 7, 17), Get({1, 6, 7}, 8, 81)}};
  const auto verdict = [&](const Ops& ops) {
    return CheckHeld(history, Held(history, ops)).verdict;
  };
  EXPECT_EQ(verdict({}), Linearizability::kLinearizable);
  EXPECT_EQ(verdict({2}), Linearizability::kLinearizable) << "added often enough";
  EXPECT_EQ(verdict({0, 2}), Linearizability::kNotLinearizable);
  EXPECT_EQ(verdict({3}), Linearizability::kNotLinearizable) << "81 is never written";
}

TEST(LinearizabilityTest, NamesWhereItFailed) {
  const ConcurrentHistory at_key = {
      {}, {Put({0, 0, 1}, 7, 70), Put({0, 2, 3}, 8, 80), Get({1, 4, 5}, 8, kAbsent)}};
  LinearizabilityResult result = CheckLinearizability(at_key);
  EXPECT_EQ(result.key, KeyId{8});
  EXPECT_EQ(result.size, std::nullopt);
  EXPECT_THAT(result.longest, ElementsAre(1));

  ConcurrentHistory at_size = at_key;
  at_size.ops[2] = Size({1, 4, 5}, 0);
  result = CheckLinearizability(at_size, {.promises = kPerKey});
  EXPECT_EQ(result.key, std::nullopt);
  EXPECT_EQ(result.size, std::size_t{2});

  result = CheckLinearizability(at_size);
  EXPECT_EQ(result.key, std::nullopt);
  EXPECT_EQ(result.size, std::nullopt);
  EXPECT_THAT(result.longest, ElementsAre(0, 1));
}

TEST(LinearizabilityTest, MinimalPartIsTheSmallestOfTheKeysThatFail) {
  const ConcurrentHistory history = {
      {},
      {Put({0, 0, 1}, 7, 70), Put({0, 2, 3}, 7, 71), Get({0, 4, 5}, 7, 70), Get({0, 6, 7}, 8, 80)}};
  EXPECT_EQ(CheckLinearizability(history).key, KeyId{7});
  EXPECT_THAT(FindMinimalPart(history)->ops, ElementsAre(3));
}

// So many threads that put at once, and a read of what none wrote.
ConcurrentHistory Hard(int threads) {
  ConcurrentHistory history;
  for (int i = 0; i != threads; ++i) {
    const Moment moment = static_cast<Moment>(i);
    history.ops.push_back(Put({i, moment, 100 + moment}, 7, moment));
  }
  history.ops.push_back(Get({threads, 300, 301}, 7, 99));
  return history;
}

TEST(LinearizabilityTest, UsedUpBudgetIsUndecided) {
  const ConcurrentHistory hard = Hard(12);
  const LinearizabilityResult enough = CheckLinearizability(hard, {.node_budget = 100'000});
  EXPECT_EQ(enough.verdict, Linearizability::kNotLinearizable);
  const LinearizabilityOptions options{.node_budget = 1000};
  const LinearizabilityResult result = CheckLinearizability(hard, options);
  EXPECT_EQ(result.verdict, Linearizability::kUndecided);
  EXPECT_EQ(result.nodes, 1000U);
  EXPECT_EQ(FindMinimalPart(hard, options), std::nullopt);

  // With just enough to know that it fails nothing can be let go.
  const std::optional<MinimalPart> part = FindMinimalPart(hard, {.node_budget = enough.nodes});
  ASSERT_TRUE(part.has_value());
  EXPECT_FALSE(part->minimal);
  EXPECT_EQ(part->ops.size(), hard.ops.size());
}

TEST(LinearizabilityTest, FailureIsFoundBesideAnUndecidedKey) {
  ConcurrentHistory history = Hard(12);
  history.ops.push_back(Get({20, 400, 401}, 8, 80));
  const LinearizabilityOptions options{.node_budget = 1000};
  EXPECT_EQ(CheckLinearizability(history, options).verdict, Linearizability::kNotLinearizable);
  EXPECT_EQ(CheckLinearizability(history, options).key, KeyId{8});
}

// Its share of the budget is small among many keys, but a key without a choice needs little.
TEST(LinearizabilityTest, AKeyWithoutAChoiceIsDecidedAmongMany) {
  ConcurrentHistory history;
  Moment now = 0;
  const auto put = [&](KeyId key, Value value) {
    history.ops.push_back(Put({0, now, now + 1}, key, value));
    now += 2;
  };
  for (Value value = 0; value != 40; ++value) put(0, value);
  for (KeyId key = 1; key != 50; ++key) put(key, 1);
  EXPECT_EQ(CheckLinearizability(history, {.promises = kPerKey, .node_budget = 300}).verdict,
            Linearizability::kLinearizable);
}

TEST(LinearizabilityTest, UndecidedBoundsOfASizeAreNotAPass) {
  ConcurrentHistory history = Hard(12);
  history.ops.back() = Get({12, 300, 301}, 7, 11);
  const LinearizabilityOptions decided{.promises = kPerKey};
  EXPECT_EQ(CheckLinearizability(history, decided).verdict, Linearizability::kLinearizable);
  history.ops.push_back(Size({12, 302, 303}, 0));
  EXPECT_EQ(CheckLinearizability(history, decided).verdict, Linearizability::kNotLinearizable);
  EXPECT_EQ(CheckLinearizability(history, {.promises = kPerKey, .node_budget = 1000}).verdict,
            Linearizability::kUndecided);
}

TEST(LinearizabilityTest, LongHistoryNeedsNoStackAndOneNodePerOperation) {
  ConcurrentHistory history;
  for (Moment i = 0; i != 10'000; ++i) {
    history.ops.push_back(Put({0, 4 * i, 4 * i + 2}, 7, i));
    history.ops.push_back(Get({1, 4 * i + 1, 4 * i + 3}, 7, i));
  }
  const LinearizabilityResult result = CheckLinearizability(history);
  EXPECT_EQ(result.verdict, Linearizability::kLinearizable);
  EXPECT_EQ(result.nodes, 20'001U);
  EXPECT_THAT(result.longest, IsEmpty());
}

}  // namespace
}  // namespace mapfuzz
