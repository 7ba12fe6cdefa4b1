// The search against brute force, on many small histories.

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "model/brute_force_linearizability.h"
#include "model/generated_run.h"
#include "model/history_columns.h"
#include "model/linearizability.h"

namespace mapfuzz {
namespace {

constexpr std::uint32_t kLastKeyOp = static_cast<std::uint32_t>(MapOp::kAdd);

Draw DrawFrom(std::mt19937_64& random) {
  return [&random](std::uint32_t limit) { return static_cast<std::uint32_t>(random() % limit); };
}

// Enough for 32 operations.
rc::Gen<std::vector<std::uint16_t>> Numbers() {
  return rc::gen::container<std::vector<std::uint16_t>>(400, rc::gen::arbitrary<std::uint16_t>());
}

// What RapidCheck chose, and 0 from there on.
Draw DrawFrom(const std::vector<std::uint16_t>& numbers) {
  return [&numbers, next = std::size_t{0}](std::uint32_t limit) mutable {
    return next == numbers.size() ? 0 : numbers[next++] % limit;
  };
}

void MutateKeyAnswer(KeyAnswer& answer, const Draw& draw) {
  if (answer.value && draw(2) == 0) {
    answer.value = 1 + draw(4);
  } else if (answer.found) {
    answer.found = !*answer.found;
    // What was not there has no value; an insert or an add still tells one.
    if (answer.value && draw(2) == 0) answer.value.reset();
  }
}

void MutateIteration(std::vector<Production>& produced, const Draw& draw) {
  if (produced.empty()) return;
  Production& production = produced[draw(static_cast<std::uint32_t>(produced.size()))];
  switch (draw(4)) {
    case 0:
      production.entry.key = draw(3);
      break;
    case 1:
      produced.pop_back();
      break;
    case 2:
      produced.push_back({production.entry, produced.back().moment});
      break;
    default:
      production.entry.value = 1 + draw(4);
  }
}

// Tells a thread something else.
void Mutate(ConcurrentHistory& history, const Draw& draw) {
  if (history.ops.empty()) return;
  ConcurrentOp& op = history.ops[draw(static_cast<std::uint32_t>(history.ops.size()))];
  if (op.request.op == MapOp::kSize) op.answer.size = draw(4);
  if (op.request.op == MapOp::kIterate) MutateIteration(op.answer.produced, draw);
  if (HasKey(op.request.op)) MutateKeyAnswer(op.answer.key, draw);
}

// Counts verdicts: a test that saw one hardly ever has shown little.
struct Counts {
  int good = 0;
  int bad = 0;

  void Add(bool is_good) { ++(is_good ? good : bad); }
};

bool Passes(const ConcurrentHistory& history, const LinearizabilityOptions& options = {}) {
  const Linearizability verdict = CheckLinearizability(history, options).verdict;
  EXPECT_NE(verdict, Linearizability::kUndecided);
  return verdict == Linearizability::kLinearizable;
}

// `times` runs by the plan, two in three of them mutated.
template <class Judge>
Counts JudgeRuns(const RunPlan& plan, int times, Judge judge) {
  std::mt19937_64 random(1);
  const Draw draw = DrawFrom(random);
  Counts counts;
  for (int i = 0; i != times && !testing::Test::HasFailure(); ++i) {
    ConcurrentHistory history = GeneratedRun(plan, draw).Run();
    for (std::uint32_t n = draw(3); n != 0; --n) Mutate(history, draw);
    SCOPED_TRACE(HistoryColumns(history));
    judge(history, counts);
  }
  return counts;
}

TEST(LinearizabilityRandomTest, AgreesWithBruteForceOnKeys) {
  const RunPlan plan{.ops = 2, .last_op = kLastKeyOp, .stops_one_in = 20};
  const auto judge = [](const ConcurrentHistory& history, Counts& counts) {
    const bool passes = BruteForceSucceeds(history);
    EXPECT_EQ(Passes(history), passes);
    counts.Add(passes);
  };
  const Counts counts = JudgeRuns(plan, 5000, judge);
  EXPECT_GT(counts.good, 1500);
  EXPECT_GT(counts.bad, 1500);
}

TEST(LinearizabilityRandomTest, AgreesWithBruteForceOnOneKeyOfManyOperations) {
  const RunPlan plan{.ops = 3, .keys = 1, .last_op = kLastKeyOp};
  const auto judge = [](const ConcurrentHistory& history, Counts& counts) {
    const bool passes = BruteForceSucceeds(history);
    EXPECT_EQ(Passes(history), passes);
    counts.Add(passes);
  };
  const Counts counts = JudgeRuns(plan, 2000, judge);
  EXPECT_GT(counts.good, 600);
  EXPECT_GT(counts.bad, 600);
}

TEST(LinearizabilityRandomTest, AgreesWithBruteForceOnAtomicWholeMaps) {
  for (const bool key_by_key : {false, true}) {
    const RunPlan plan{.first_op = 3, .key_by_key = key_by_key, .stops_one_in = 20};
    const auto judge = [](const ConcurrentHistory& history, Counts& counts) {
      const bool passes = BruteForceSucceeds(history);
      EXPECT_EQ(Passes(history), passes);
      counts.Add(passes);
    };
    const Counts counts = JudgeRuns(plan, 3000, judge);
    EXPECT_GT(counts.good, 900);
    EXPECT_GT(counts.bad, 900);
  }
}

// The history with a get of each key in place of each iteration, and if the clears go key by key
// a delete of each in place of each of them.
ConcurrentHistory KeyByKey(const ConcurrentHistory& history, KeyId keys,
                           ClearPromise clear = ClearPromise::kPerKey) {
  ConcurrentHistory expanded{.initial = history.initial};
  for (const ConcurrentOp& op : history.ops) {
    for (KeyId key = 0; key != keys; ++key) {
      ConcurrentOp step = op;
      step.answer = {};
      if (op.request.op == MapOp::kClear && clear == ClearPromise::kPerKey) {
        step.request = {.op = MapOp::kDelete, .key = key};
      } else if (op.request.op == MapOp::kIterate) {
        step.request = {.op = MapOp::kGet, .key = key};
        step.answer.key.found = false;
        for (const Production& production : op.answer.produced) {
          if (production.entry.key != key) continue;
          step.returned = production.moment;
          step.answer.key = {.found = true, .value = production.entry.value};
        }
      } else {
        step = op;
        key = keys - 1;
      }
      expanded.ops.push_back(step);
    }
  }
  return expanded;
}

bool ProducesTwice(const ConcurrentOp& op) {
  std::set<KeyId> keys;
  for (const Production& production : op.answer.produced) keys.insert(production.entry.key);
  return keys.size() != op.answer.produced.size();
}

TEST(LinearizabilityRandomTest, AgreesWithBruteForceOnClearAndIterateKeyByKey) {
  // From compare_and_delete to iterate.
  const RunPlan plan{.ops = 2, .first_op = 6, .key_by_key = true, .stops_one_in = 20};
  const LinearizabilityOptions options{.promises = {.size = SizePromise::kQuiet,
                                                    .clear = ClearPromise::kPerKey,
                                                    .iteration = IterationPromise::kPerKey}};
  const auto judge = [&](ConcurrentHistory history, Counts& counts) {
    std::erase_if(history.ops,
                  [](const ConcurrentOp& op) { return op.request.op == MapOp::kSize; });
    const bool twice = std::any_of(history.ops.begin(), history.ops.end(), ProducesTwice);
    const bool passes = !twice && BruteForceSucceeds(KeyByKey(history, 3));
    EXPECT_EQ(Passes(history, options), passes);
    counts.Add(passes);
  };
  const Counts counts = JudgeRuns(plan, 3000, judge);
  EXPECT_GT(counts.good, 900);
  EXPECT_GT(counts.bad, 600);
}

TEST(LinearizabilityRandomTest, AgreesWithBruteForceOnClearAtOneMoment) {
  // From compare_and_delete to iterate, and clear and iterate alone on keys that are there.
  const RunPlan all{.ops = 2, .first_op = 6, .key_by_key = true, .stops_one_in = 20};
  const RunPlan clears{.threads = 2,
                       .ops = 5,
                       .keys = 3,
                       .there_one_in = 1,
                       .first_op = 9,
                       .key_by_key = true,
                       .stops_one_in = 40};
  const Promises one_moment{.size = SizePromise::kQuiet,
                            .clear = ClearPromise::kAtomic,
                            .iteration = IterationPromise::kPerKey};
  Promises key_by_key = one_moment;
  key_by_key.clear = ClearPromise::kPerKey;
  int bad_by_their_clears = 0;
  const auto judge = [&](ConcurrentHistory history, Counts& counts) {
    std::erase_if(history.ops,
                  [](const ConcurrentOp& op) { return op.request.op == MapOp::kSize; });
    const bool twice = std::any_of(history.ops.begin(), history.ops.end(), ProducesTwice);
    const bool passes = !twice && BruteForceSucceeds(KeyByKey(history, 3, ClearPromise::kAtomic));
    EXPECT_EQ(Passes(history, {.promises = one_moment}), passes);
    if (!passes && Passes(history, {.promises = key_by_key})) ++bad_by_their_clears;
    counts.Add(passes);
  };
  for (const RunPlan& plan : {all, clears}) {
    const Counts counts = JudgeRuns(plan, 5000, judge);
    EXPECT_GT(counts.good, 600);
    EXPECT_GT(counts.bad, 200);
  }
  EXPECT_GT(bad_by_their_clears, 20);
}

// Whether one of the sizes that its keys allow is the one that was told.
bool SizeIsPossible(const ConcurrentHistory& history, const ConcurrentOp& size, KeyId keys) {
  for (std::uint32_t there = 0; there != 1U << keys; ++there) {
    ConcurrentHistory asked = history;
    std::uint64_t count = 0;
    for (KeyId key = 0; key != keys; ++key) {
      ConcurrentOp get = size;
      get.request = {.op = MapOp::kGet, .key = key};
      get.answer.key.found = (there >> key & 1) != 0;
      count += there >> key & 1;
      asked.ops.push_back(get);
    }
    if (count == size.answer.size && BruteForceSucceeds(asked)) return true;
  }
  return false;
}

TEST(LinearizabilityRandomTest, AgreesWithBruteForceOnBoundedSize) {
  const RunPlan on_keys{.threads = 2, .ops = 3, .last_op = kLastKeyOp, .stops_one_in = 30};
  // From delete to iterate.
  const RunPlan on_all{
      .threads = 2, .ops = 3, .first_op = 3, .key_by_key = true, .stops_one_in = 30};
  const LinearizabilityOptions options{.promises = {.size = SizePromise::kBounded,
                                                    .clear = ClearPromise::kPerKey,
                                                    .iteration = IterationPromise::kPerKey}};
  std::mt19937_64 random(2);
  const auto judge = [&](ConcurrentHistory history, Counts& counts) {
    std::erase_if(history.ops,
                  [](const ConcurrentOp& op) { return op.request.op == MapOp::kSize; });
    if (history.ops.empty()) return;
    const std::size_t victim = random() % history.ops.size();
    ConcurrentOp size = history.ops[victim];
    size.request = {.op = MapOp::kSize};
    size.answer = {.size = random() % 3};
    history.ops.erase(history.ops.begin() + static_cast<std::ptrdiff_t>(victim));
    const bool twice = std::any_of(history.ops.begin(), history.ops.end(), ProducesTwice);
    const ConcurrentHistory key_by_key = KeyByKey(history, 2);
    const bool keys_pass = !twice && BruteForceSucceeds(key_by_key);
    const bool passes =
        keys_pass && (size.returned == kNever || SizeIsPossible(key_by_key, size, 2));
    history.ops.push_back(size);
    EXPECT_EQ(Passes(history, options), passes);
    if (keys_pass) counts.Add(passes);
  };
  for (const RunPlan& plan : {on_keys, on_all}) {
    const Counts counts = JudgeRuns(plan, 3000, judge);
    EXPECT_GT(counts.good, 500);
    EXPECT_GT(counts.bad, 500);
  }
}

std::vector<bool> Without(std::vector<bool> held, std::size_t op) {
  held[op] = false;
  return held;
}

TEST(LinearizabilityRandomTest, MinimalPartFailsAloneAndNotWithLess) {
  // Without add, of which brute force would make ever new values, and without size, where the check
  // leaves open which keys were there.
  for (const bool whole : {false, true}) {
    const RunPlan plan{.ops = 3, .last_op = whole ? kMapOps - 1 : kLastKeyOp};
    const auto judge = [](ConcurrentHistory history, Counts& counts) {
      std::erase_if(history.ops, [](const ConcurrentOp& op) {
        return op.request.op == MapOp::kSize || op.request.op == MapOp::kAdd;
      });
      const std::optional<MinimalPart> part = FindMinimalPart(history);
      ASSERT_EQ(part.has_value(), !Passes(history));
      counts.Add(!part);
      if (!part) return;
      EXPECT_TRUE(part->minimal);
      std::vector<bool> held(history.ops.size());
      for (const std::size_t op : part->ops) held[op] = true;
      EXPECT_FALSE(BruteForce(history, held).Succeeds());
      for (const std::size_t op : part->ops) {
        EXPECT_TRUE(BruteForce(history, Without(held, op)).Succeeds()) << op;
      }
    };
    const Counts counts = JudgeRuns(plan, 1500, judge);
    EXPECT_GT(counts.bad, 400);
  }
}

TEST(LinearizabilityRandomTest, EveryMinimalPartIsMinimalByTheCheckItself) {
  const Promises loose{.size = SizePromise::kBounded,
                       .clear = ClearPromise::kPerKey,
                       .iteration = IterationPromise::kPerIncarnation};
  for (const Promises& promises : {Promises{}, loose}) {
    const LinearizabilityOptions options{.promises = promises};
    const auto judge = [&](const ConcurrentHistory& history, Counts& counts) {
      const std::optional<MinimalPart> part = FindMinimalPart(history, options);
      ASSERT_EQ(part.has_value(), !Passes(history, options));
      counts.Add(!part);
      if (!part) return;
      std::vector<bool> held(history.ops.size());
      for (const std::size_t op : part->ops) held[op] = true;
      EXPECT_EQ(CheckHeld(history, held, options).verdict, Linearizability::kNotLinearizable);
      for (const std::size_t op : part->ops) {
        EXPECT_EQ(CheckHeld(history, Without(held, op), options).verdict,
                  Linearizability::kLinearizable);
      }
      EXPECT_EQ(FindMinimalPart(history, options)->ops, part->ops);
    };
    const RunPlan plan{.ops = 5, .keys = 3, .key_by_key = true, .stops_one_in = 60};
    const Counts counts = JudgeRuns(plan, 800, judge);
    EXPECT_GT(counts.bad, 250);
  }
}

// Whether the operations, in this order, could have been answered as they were, as far as keys go.
bool CanBeReplayed(const ConcurrentHistory& history, const std::vector<std::size_t>& order) {
  PlainMap map = InitialMap(history);
  for (std::size_t n = 0; n != order.size(); ++n) {
    const ConcurrentOp& op = history.ops[order[n]];
    for (std::size_t later = n + 1; later != order.size(); ++later) {
      if (history.ops[order[later]].returned < op.called) return false;
    }
    const PlainMap before = map;
    Apply(map, op.request);
    if (!Agrees(op, before, map)) return false;
  }
  return true;
}

TEST(LinearizabilityRandomTest, LongestOrderIsOneThatTheMapCouldHaveTaken) {
  const RunPlan plan{.ops = 4};
  std::size_t longest = 0;
  const auto judge = [&](const ConcurrentHistory& history, Counts& counts) {
    const LinearizabilityResult result = CheckLinearizability(history);
    counts.Add(result.verdict == Linearizability::kLinearizable);
    EXPECT_TRUE(CanBeReplayed(history, result.longest));
    longest = std::max(longest, result.longest.size());
  };
  const Counts counts = JudgeRuns(plan, 2000, judge);
  EXPECT_GT(counts.bad, 600);
  EXPECT_GE(longest, 8U);
}

RC_GTEST_PROP(LinearizabilityPropertyTest, AtomicRunsPass, ()) {
  const std::vector<std::uint16_t> numbers = *Numbers();
  const RunPlan plan{.threads = 4, .ops = 8, .keys = 4, .stops_one_in = 40};
  const ConcurrentHistory history = GeneratedRun(plan, DrawFrom(numbers)).Run();
  RC_ASSERT(CheckLinearizability(history).verdict == Linearizability::kLinearizable);
}

RC_GTEST_PROP(LinearizabilityPropertyTest, RunsKeyByKeyPassWhereThatIsPromised, ()) {
  const std::vector<std::uint16_t> numbers = *Numbers();
  const RunPlan plan{.threads = 4, .ops = 8, .keys = 4, .key_by_key = true, .stops_one_in = 40};
  const ConcurrentHistory history = GeneratedRun(plan, DrawFrom(numbers)).Run();
  for (const IterationPromise iteration :
       {IterationPromise::kPerKey, IterationPromise::kPerIncarnation}) {
    for (const SizePromise size : {SizePromise::kBounded, SizePromise::kQuiet}) {
      const LinearizabilityOptions options{
          .promises = {.size = size, .clear = ClearPromise::kPerKey, .iteration = iteration}};
      RC_ASSERT(CheckLinearizability(history, options).verdict == Linearizability::kLinearizable);
    }
  }
}

RC_GTEST_PROP(LinearizabilityPropertyTest, MutatedRunsAreJudgedAsBruteForceJudges, ()) {
  const std::vector<std::uint16_t> numbers = *Numbers();
  const Draw draw = DrawFrom(numbers);
  ConcurrentHistory history = GeneratedRun({.ops = 2}, std::cref(draw)).Run();
  Mutate(history, draw);
  RC_ASSERT((CheckLinearizability(history).verdict == Linearizability::kLinearizable) ==
            BruteForceSucceeds(history));
}

}  // namespace
}  // namespace mapfuzz
