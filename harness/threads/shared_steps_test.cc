#include "harness/threads/shared_steps.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

#include "harness/tape_text.h"

namespace mapfuzz {
namespace {

std::vector<SharedStep> StepsOf(const std::string& body) {
  return SharedStepsOf(
      ParseTapeText("mapfuzz tape v1\nmap: sync\nkeys: 4\n" + body + "end\n", "t").tape);
}

TEST(SharedStepsTest, PhasesAreTakenApartAndKeysWrapAround) {
  const std::vector<SharedStep> steps = StepsOf("put 1\nt1: fill 3 2\nt0: drain 5 1\n");
  ASSERT_EQ(steps.size(), 4u);
  const struct {
    int thread;
    OpCode code;
    KeyId key;
    std::size_t operation;
  } kSteps[] = {{kBeforeThreads, OpCode::kPut, 1, 0},
                {1, OpCode::kPut, 3, 1},
                {1, OpCode::kPut, 0, 1},
                {0, OpCode::kDel, 1, 2}};
  for (std::size_t i = 0; i < steps.size(); ++i) {
    EXPECT_EQ(steps[i].thread, kSteps[i].thread);
    EXPECT_EQ(steps[i].code, kSteps[i].code);
    EXPECT_EQ(steps[i].key, kSteps[i].key);
    EXPECT_EQ(steps[i].operation, kSteps[i].operation);
    EXPECT_EQ(steps[i].value, i + 1);
  }
}

TEST(SharedStepsTest, EachPartHasALimitOfItsOwn) {
  const std::vector<SharedStep> steps = StepsOf("fill 0 4000\nt0: look 0 200\nt1: look 0 200\n");
  const auto done = [&](bool before) {
    return std::count_if(steps.begin(), steps.end(), [&](const SharedStep& step) {
      return (step.thread == kBeforeThreads) == before && !step.beyond;
    });
  };
  EXPECT_EQ(done(true), static_cast<std::ptrdiff_t>(kMaxStepsBefore));
  EXPECT_EQ(done(false), static_cast<std::ptrdiff_t>(kMaxThreadSteps));
  std::vector<std::size_t> cut_short;
  for (const SharedStep& step : steps) {
    if (step.beyond) cut_short.push_back(step.operation);
  }
  EXPECT_EQ(cut_short, (std::vector<std::size_t>{0, 2}));
}

TEST(SharedStepsTest, RequestsSayWhatIsWrittenAndComparedAndNothingElse) {
  SharedStep step;
  step.key = 3;
  step.value = 7;
  const struct {
    OpCode code;
    MapRequest request;
  } kRequests[] = {
      {OpCode::kPut, {MapOp::kPut, 3, 7, 0}},
      {OpCode::kGet, {MapOp::kGet, 3, 0, 0}},
      {OpCode::kHas, {MapOp::kGet, 3, 0, 0, "has"}},
      {OpCode::kDel, {MapOp::kDelete, 3, 0, 0}},
      {OpCode::kPop, {MapOp::kDelete, 3, 0, 0, "pop"}},
      {OpCode::kTry, {MapOp::kInsert, 3, 7, 0}},
      {OpCode::kAdd, {MapOp::kAdd, 3, 7, 0}},
      {OpCode::kExchange, {MapOp::kSwap, 3, 7, 0}},
      {OpCode::kCas, {MapOp::kCompareAndSwap, 3, 7, 5}},
      {OpCode::kCasDel, {MapOp::kCompareAndDelete, 3, 0, 5}},
      {OpCode::kSize, {MapOp::kSize, 0, 0, 0}},
      {OpCode::kClear, {MapOp::kClear, 0, 0, 0}},
      {OpCode::kIterate, {MapOp::kIterate, 0, 0, 0}},
  };
  for (const auto& [code, request] : kRequests) {
    step.code = code;
    EXPECT_EQ(RequestOf(step, 5), request) << kOpInfo[static_cast<int>(code)].name;
  }
}

}  // namespace
}  // namespace mapfuzz
