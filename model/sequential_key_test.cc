#include "model/sequential_key.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "model/history_words.h"

namespace mapfuzz {
namespace {

using namespace words;

constexpr Span kSpan{0, 0, 1};

std::string Text(const std::optional<KeyState>& state) {
  if (!state) return "no";
  if (!state->present()) return "absent";
  return state->kind == KeyState::Kind::kAnyValue ? "any" : std::to_string(state->value);
}

// What follows on absent, on 5, and on any value.
struct Case {
  ConcurrentOp op;
  const char* on_absent;
  const char* on_5;
  const char* on_any;
};

TEST(SequentialKeyTest, StepsAsAMapDoes) {
  const KeyAnswer untold;
  const Case cases[] = {
      {Get(kSpan, 1, kAbsent), "absent", "no", "no"},
      {Get(kSpan, 1, 5), "no", "5", "5"},
      {Get(kSpan, 1, 6), "no", "no", "6"},
      {Make(kSpan, {.op = MapOp::kGet}, {.found = true}), "no", "5", "any"},
      {Put(kSpan, 1, 7), "7", "7", "7"},
      {Inserted(kSpan, 1, 7), "7", "no", "no"},
      {Insert(kSpan, 1, 7, true, 5), "no", "5", "5"},
      {Insert(kSpan, 1, 7, true, 7), "no", "no", "7"},
      {Make(kSpan, {.op = MapOp::kInsert, .value = 7}, untold), "7", "5", "any"},
      {Delete(kSpan, 1, kAbsent), "absent", "no", "no"},
      {Delete(kSpan, 1, 5), "no", "absent", "absent"},
      {Delete(kSpan, 1, 6), "no", "no", "absent"},
      {Make(kSpan, {.op = MapOp::kDelete}, untold), "absent", "absent", "absent"},
      {Swap(kSpan, 1, 7, kAbsent), "7", "no", "no"},
      {Swap(kSpan, 1, 7, 5), "no", "7", "7"},
      {Cas(kSpan, 1, 5, 7, true), "no", "7", "7"},
      {Cas(kSpan, 1, 5, 7, false), "absent", "no", "any"},
      {Cas(kSpan, 1, 6, 7, true), "no", "no", "7"},
      {Cas(kSpan, 1, 6, 7, false), "absent", "5", "any"},
      {Cad(kSpan, 1, 5, true), "no", "absent", "absent"},
      {Cad(kSpan, 1, 5, false), "absent", "no", "any"},
      {Cad(kSpan, 1, 6, false), "absent", "5", "any"},
      {Add(kSpan, 1, 2, 2), "2", "no", "2"},
      {Add(kSpan, 1, 2, 7), "no", "7", "7"},
      {Make(kSpan, {.op = MapOp::kAdd, .value = 2}, untold), "2", "7", "any"},
      {Make(kSpan, {.op = MapOp::kAdd, .value = 2}, {.found = false, .value = 2}), "2", "no", "no"},
  };
  for (const Case& test : cases) {
    SCOPED_TRACE(OpText(test.op));
    const auto after = [&](const KeyState& before) {
      return Text(Step(before, test.op.request, test.op.answer.key));
    };
    EXPECT_EQ(after(KeyState::Absent()), test.on_absent);
    EXPECT_EQ(after(KeyState::Present(5)), test.on_5);
    EXPECT_EQ(after(KeyState::AnyValue()), test.on_any);
  }
}

TEST(SequentialKeyTest, OnlyReadsIfItCouldNotHaveWritten) {
  const auto only_reads = [](const ConcurrentOp& op) {
    return OnlyReads(op.request, op.answer.key);
  };
  EXPECT_TRUE(only_reads(Get(kSpan, 1, 5)));
  EXPECT_TRUE(only_reads(Insert(kSpan, 1, 7, true, 5)));
  EXPECT_TRUE(only_reads(Delete(kSpan, 1, kAbsent)));
  EXPECT_TRUE(only_reads(Cas(kSpan, 1, 5, 7, false)));
  EXPECT_TRUE(only_reads(Cad(kSpan, 1, 5, false)));
  EXPECT_FALSE(only_reads(Inserted(kSpan, 1, 7)));
  EXPECT_FALSE(only_reads(Delete(kSpan, 1, 5)));
  EXPECT_FALSE(only_reads(Cas(kSpan, 1, 5, 7, true)));
  EXPECT_FALSE(only_reads(Put(kSpan, 1, 7)));
  EXPECT_FALSE(only_reads(Swap(kSpan, 1, 7, kAbsent)));
  EXPECT_FALSE(only_reads(Add(kSpan, 1, 7, 7)));
  EXPECT_FALSE(OnlyReads({.op = MapOp::kDelete}, {}));
  EXPECT_FALSE(OnlyReads({.op = MapOp::kInsert}, {}));
}

TEST(SequentialKeyTest, AnyValueStandsForEveryValue) {
  EXPECT_TRUE(KeyState::AnyValue().CanBe(KeyState::Present(5)));
  EXPECT_TRUE(KeyState::AnyValue().CanBe(KeyState::AnyValue()));
  EXPECT_FALSE(KeyState::AnyValue().CanBe(KeyState::Absent()));
  EXPECT_TRUE(KeyState::Present(5).CanBe(KeyState::Present(5)));
  EXPECT_FALSE(KeyState::Present(5).CanBe(KeyState::Present(6)));
  EXPECT_FALSE(KeyState::Present(5).CanBe(KeyState::AnyValue()));
  EXPECT_FALSE(KeyState::Absent().CanBe(KeyState::Present(0)));
}

}  // namespace
}  // namespace mapfuzz
