#include "model/concurrent_history.h"

#include <algorithm>
#include <cassert>
#include <numeric>
#include <utility>

namespace mapfuzz {
namespace {

std::string RequestText(const MapRequest& request) {
  std::string text(request.name.empty() ? kMapOpNames[static_cast<int>(request.op)] : request.name);
  if (!HasKey(request.op)) return text;
  text += ' ' + std::to_string(request.key);
  if (Compares(request.op)) text += ' ' + std::to_string(request.expected);
  const bool reads = request.op == MapOp::kGet || request.op == MapOp::kDelete ||
                     request.op == MapOp::kCompareAndDelete;
  return reads ? text : text + ' ' + std::to_string(request.value);
}

std::string KeyAnswerText(MapOp op, const KeyAnswer& answer) {
  if (Compares(op)) {
    std::string text = answer.found.value_or(false) ? "true" : "false";
    return answer.value ? text + ' ' + std::to_string(*answer.value) : text;
  }
  // What is there after an add or an insert does not tell whether it was there before.
  const bool after = op == MapOp::kAdd || op == MapOp::kInsert;
  std::string text;
  if (answer.found && (!answer.value || after)) text = *answer.found ? "found" : "absent";
  if (!answer.value) return text;
  return (text.empty() ? text : text + ' ') + std::to_string(*answer.value);
}

std::string IterationText(const ConcurrentOp& op) {
  std::string text;
  for (const Production& production : op.answer.produced) {
    const Entry& entry = production.entry;
    text += std::to_string(entry.key) + ':' + std::to_string(entry.value) + ' ';
  }
  if (op.returned == kNever) return text + '?';
  return text + (op.answer.stopped ? "stopped" : "end");
}

std::string AnswerText(const ConcurrentOp& op) {
  if (op.request.op == MapOp::kIterate) return IterationText(op);
  if (op.returned == kNever) return "?";
  if (op.request.op == MapOp::kSize) return std::to_string(op.answer.size);
  return HasKey(op.request.op) ? KeyAnswerText(op.request.op, op.answer.key) : "";
}

}  // namespace

std::size_t HistoryRecorder::OnCall(int thread, const MapRequest& request) {
  history_.ops.push_back({.thread = thread, .called = next_++, .request = request});
  return history_.ops.size() - 1;
}

ConcurrentOp& HistoryRecorder::Return(std::size_t op) {
  assert(history_.ops[op].returned == kNever);
  history_.ops[op].returned = next_++;
  return history_.ops[op];
}

void HistoryRecorder::OnEntry(std::size_t op, const Entry& entry) {
  assert(history_.ops[op].request.op == MapOp::kIterate && history_.ops[op].returned == kNever);
  history_.ops[op].answer.produced.push_back({entry, next_++});
}

void HistoryRecorder::OnReturn(std::size_t op, const KeyAnswer& answer) {
  ConcurrentOp& record = Return(op);
  assert(record.request.op != MapOp::kSize);
  assert(HasKey(record.request.op) || answer == KeyAnswer{});
  assert(!Compares(record.request.op) || answer.found.has_value());
  record.answer.key = answer;
}

void HistoryRecorder::OnReturnOfSize(std::size_t op, std::uint64_t size) {
  ConcurrentOp& record = Return(op);
  assert(record.request.op == MapOp::kSize);
  record.answer.size = size;
}

void HistoryRecorder::OnStop(std::size_t op) {
  ConcurrentOp& record = Return(op);
  assert(record.request.op == MapOp::kIterate);
  record.answer.stopped = true;
}

std::vector<std::size_t> OpsByCall(const ConcurrentHistory& history) {
  std::vector<std::size_t> order(history.ops.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return std::pair(history.ops[a].called, a) < std::pair(history.ops[b].called, b);
  });
  return order;
}

std::string OpText(const ConcurrentOp& op) {
  const std::string answer = AnswerText(op);
  const std::string request = RequestText(op.request);
  return answer.empty() ? request : request + " -> " + answer;
}

}  // namespace mapfuzz
