#include "model/sequential_key.h"

namespace mapfuzz {
namespace {

// Whether the request finds what it looks for.
bool Finds(const KeyState& state, const MapRequest& request) {
  if (!Compares(request.op)) return state.present();
  return state == KeyState::Present(request.expected);
}

KeyState After(const KeyState& before, const MapRequest& request) {
  const bool found = Finds(before, request);
  switch (request.op) {
    case MapOp::kPut:
    case MapOp::kSwap:
      return KeyState::Present(request.value);
    case MapOp::kInsert:
      return found ? before : KeyState::Present(request.value);
    case MapOp::kDelete:
      return KeyState::Absent();
    case MapOp::kCompareAndSwap:
      return found ? KeyState::Present(request.value) : before;
    case MapOp::kCompareAndDelete:
      return found ? KeyState::Absent() : before;
    case MapOp::kAdd:
      if (before.kind == KeyState::Kind::kAnyValue) return before;
      return KeyState::Present(before.value + request.value);
    default:
      return before;
  }
}

// The value that a present key must have had for the request to be answered like this.
std::optional<Value> Learned(const MapRequest& request, const KeyAnswer& answer) {
  if (Compares(request.op) && answer.found.value_or(false)) return request.expected;
  if (!answer.value) return std::nullopt;
  return request.op == MapOp::kAdd ? *answer.value - request.value : *answer.value;
}

}  // namespace

std::optional<KeyState> Step(const KeyState& before, const MapRequest& request,
                             const KeyAnswer& answer) {
  if (before.kind == KeyState::Kind::kAnyValue) {
    if (const std::optional<Value> value = Learned(request, answer)) {
      return Step(KeyState::Present(*value), request, answer);
    }
  }
  if (answer.found && *answer.found != Finds(before, request)) return std::nullopt;
  const KeyState after = After(before, request);
  if (answer.value) {
    const bool tells_after = request.op == MapOp::kInsert || request.op == MapOp::kAdd;
    if (KeyState::Present(*answer.value) != (tells_after ? after : before)) return std::nullopt;
  }
  return after;
}

bool OnlyReads(const MapRequest& request, const KeyAnswer& answer) {
  switch (request.op) {
    case MapOp::kGet:
      return true;
    case MapOp::kInsert:
      return answer.found == true;
    case MapOp::kDelete:
    case MapOp::kCompareAndSwap:
    case MapOp::kCompareAndDelete:
      return answer.found == false;
    default:
      return false;
  }
}

}  // namespace mapfuzz
