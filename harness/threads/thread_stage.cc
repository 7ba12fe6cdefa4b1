#include "harness/threads/thread_stage.h"

#include <algorithm>
#include <exception>
#include <set>

#include "harness/schedule/schedule_run.h"

namespace mapfuzz {
namespace {

// What the caller knows now of the key's value.
void Remember(std::map<KeyId, Value>& seen, const ConcurrentOp& op) {
  const MapRequest& request = op.request;
  const KeyAnswer& answer = op.answer.key;
  switch (request.op) {
    case MapOp::kPut:
    case MapOp::kSwap:
      seen[request.key] = request.value;
      break;
    case MapOp::kInsert:
      if (answer.found == false) seen[request.key] = request.value;
      if (answer.value) seen[request.key] = *answer.value;
      break;
    case MapOp::kCompareAndSwap:
      if (answer.found == true) seen[request.key] = request.value;
      break;
    case MapOp::kGet:
    case MapOp::kAdd:
      if (answer.value) seen[request.key] = *answer.value;
      break;
    default:
      break;
  }
}

}  // namespace

ThreadStage::ThreadStage(const SharedMapKind& kind, const Tape& tape)
    : threads_only_read_(kind.threads_only_read),
      steps_(SharedStepsOf(tape)),
      map_(kind.make(tape.config)),
      threads_(tape.config.threads) {
  before_.thread = tape.config.threads;
  before_.calls.reserve(static_cast<std::size_t>(
      std::count_if(steps_.begin(), steps_.end(),
                    [](const SharedStep& step) { return step.thread == kBeforeThreads; })));
  after_.thread = tape.config.threads;
}

bool ThreadStage::LeavesOut(const SharedStep& step) const {
  if (step.beyond || !map_->Does(step.code)) return true;
  return threads_only_read_ && step.thread != kBeforeThreads && Writes(step.code);
}

void ThreadStage::Call(const SharedStep& step, ConcurrentOp& op) {
  MapAnswer& answer = op.answer;
  switch (step.code) {
    case OpCode::kClear:
      return map_->Clear();
    case OpCode::kSize:
      answer.size = map_->Size();
      return;
    case OpCode::kIterate:
      return map_->Iterate([&](const Entry& entry) {
        answer.produced.push_back({entry, Next()});
        answer.stopped = answer.produced.size() == step.count;
        return !answer.stopped;
      });
    default:
      answer.key = map_->OnKey(step.code, op.request.key, op.request.value, op.request.expected);
  }
}

bool ThreadStage::Do(Caller& caller, const SharedStep& step) {
  const auto seen = caller.seen.find(step.key);
  caller.calls.push_back({step, {}});
  ConcurrentOp& op = caller.calls.back().op;
  op.thread = caller.thread;
  op.request = RequestOf(step, seen == caller.seen.end() ? 0 : seen->second);
  op.called = Next();
  caller.calls.back().first_point = PointsSoFar();
  caller.calls.back().end_point = kMaxPoints;
  try {
    Call(step, op);
  } catch (const std::exception& error) {
    caller.thrown = error.what();
    return false;
  }
  caller.calls.back().end_point = PointsSoFar();
  op.returned = Next();
  Remember(caller.seen, op);
  return true;
}

const std::vector<std::function<void()>>& ThreadStage::Bodies(const std::vector<Entry>& initial) {
  for (std::size_t thread = 0; thread < threads_.size(); ++thread) {
    Caller& caller = threads_[thread];
    caller.thread = static_cast<int>(thread);
    for (const Entry& entry : initial) caller.seen[entry.key] = entry.value;
    std::vector<SharedStep> own;
    for (const SharedStep& step : steps_) {
      if (step.thread == caller.thread && !LeavesOut(step)) own.push_back(step);
    }
    caller.calls.reserve(own.size());
    bodies_.push_back([this, &caller, own = std::move(own)] {
      for (const SharedStep& step : own) {
        if (!Do(caller, step)) return;
      }
    });
  }
  return bodies_;
}

void ThreadStage::ReadAll() {
  std::set<KeyId> keys;
  for (const SharedStep& step : steps_) {
    if (HasKey(RequestOf(step, 0).op)) keys.insert(step.key);
  }
  const auto read = [this](OpCode code, KeyId key) {
    if (!after_.thrown) Do(after_, {.thread = after_.thread, .code = code, .key = key});
  };
  after_.calls.reserve(keys.size() + 2);
  for (const KeyId key : keys) read(OpCode::kGet, key);
  read(OpCode::kIterate, 0);
  if (map_->Does(OpCode::kSize)) read(OpCode::kSize, 0);
}

std::vector<Caller::Call> ThreadStage::Calls() const {
  std::vector<const Caller::Call*> order;
  for (const Caller& caller : threads_) {
    for (const Caller::Call& call : caller.calls) order.push_back(&call);
  }
  std::sort(order.begin(), order.end(), [](const Caller::Call* a, const Caller::Call* b) {
    return a->op.called < b->op.called;
  });
  std::vector<Caller::Call> calls;
  calls.reserve(order.size());
  for (const Caller::Call* call : order) calls.push_back(*call);
  return calls;
}

}  // namespace mapfuzz
