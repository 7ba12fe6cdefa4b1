#include "model/concurrent_history.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "model/history_words.h"

namespace mapfuzz {
namespace {

using namespace words;
using testing::ElementsAre;

TEST(ConcurrentHistoryTest, RecorderNumbersEventsAsTheyCome) {
  HistoryRecorder recorder({{7, 70}});
  const std::size_t iterate = recorder.OnCall(0, {.op = MapOp::kIterate});
  const std::size_t get = recorder.OnCall(1, {.op = MapOp::kGet, .key = 7});
  recorder.OnEntry(iterate, {7, 70});
  recorder.OnReturn(get, {.found = true, .value = 70});
  const std::size_t size = recorder.OnCall(1, {.op = MapOp::kSize});
  recorder.OnStop(iterate);
  recorder.OnReturnOfSize(size, 1);
  recorder.OnCall(1, {.op = MapOp::kClear});

  ConcurrentHistory expected{{{7, 70}},
                             {Stopped(Iterate({0, 0, 5}, {{{7, 70}, 2}})), Get({1, 1, 3}, 7, 70),
                              Size({1, 4, 6}, 1), Clear({1, 7})}};
  EXPECT_EQ(recorder.history(), expected);
}

TEST(ConcurrentHistoryTest, OrdersOperationsByTheirCalls) {
  const ConcurrentHistory history{{}, {Clear({0, 5, 9}), Clear({1, 2, 8}), Clear({2, 3})}};
  EXPECT_THAT(OpsByCall(history), ElementsAre(1, 2, 0));
}

TEST(ConcurrentHistoryTest, TextOfAnOperation) {
  constexpr Span kSpan{0, 0, 1};
  constexpr Span kPending{0, 0};
  const std::pair<ConcurrentOp, std::string> cases[] = {
      {Get(kSpan, 3, 17), "get 3 -> 17"},
      {Get(kSpan, 3, kAbsent), "get 3 -> absent"},
      {Make(kSpan, {.op = MapOp::kGet, .key = 3}, {.found = true}), "get 3 -> found"},
      {Put(kSpan, 3, 18), "put 3 18"},
      {Put(kPending, 3, 18), "put 3 18 -> ?"},
      {Inserted(kSpan, 3, 18), "try 3 18 -> absent 18"},
      {Insert(kSpan, 3, 18, true, 17), "try 3 18 -> found 17"},
      {Delete(kSpan, 3, 17), "del 3 -> 17"},
      {Swap(kSpan, 3, 18, kAbsent), "exchange 3 18 -> absent"},
      {Cas(kSpan, 3, 17, 18, true), "cas 3 17 18 -> true"},
      {Cad(kSpan, 3, 17, false), "casdel 3 17 -> false"},
      {Add(kSpan, 3, 1, 18), "add 3 1 -> 18"},
      {Size(kSpan, 4), "size -> 4"},
      {Size(kPending, 4), "size -> ?"},
      {Clear(kSpan), "clear"},
      {Iterate(kSpan, {{{3, 17}}, {{4, 12}}}), "iterate -> 3:17 4:12 end"},
      {Stopped(Iterate(kSpan, {{{3, 17}}})), "iterate -> 3:17 stopped"},
      {Iterate(kPending, {{{3, 17}}}), "iterate -> 3:17 ?"},
  };
  for (const auto& [op, text] : cases) EXPECT_EQ(OpText(op), text);
}

}  // namespace
}  // namespace mapfuzz
