// Injected faults: which call of which kind is to throw, as the tape says.
//
// A fault is armed for the n-th call of its kind from then on. Only calls that the map makes within
// a step count: the runner opens the plan around each, and everything else, the oracles' own
// look-ups above all, passes it by. A step meets one fault at most.

#ifndef MAPFUZZ_HARNESS_FAULT_PLAN_H_
#define MAPFUZZ_HARNESS_FAULT_PLAN_H_

#include <array>
#include <cstdint>
#include <exception>
#include <optional>
#include <string_view>

#include "harness/tape.h"

namespace mapfuzz {

// What an armed call throws.
class InjectedFault : public std::exception {
 public:
  explicit InjectedFault(FaultKind kind) : kind_(kind) {}
  FaultKind kind() const { return kind_; }
  const char* what() const noexcept override { return "an injected fault"; }

 private:
  FaultKind kind_;
};

class FaultPlan {
 public:
  // The n-th call of this kind from now, the next being the first, is to throw; 0 for none. Takes
  // the place of what was armed for the kind before.
  void Arm(FaultKind kind, std::uint32_t n) { Set(kind, n); }
  void Disarm(FaultKind kind) { Set(kind, 0); }
  void DisarmAll() {
    left_ = {};
    armed_ = 0;
  }

  // Around the map's part of a step.
  void Open() {
    struck_.reset();
    open_ = armed_ != 0;
  }
  void Close() { open_ = false; }

  // A call of this kind is about to be made. Throws InjectedFault if it is the one.
  void Meet(FaultKind kind) {
    if (open_) [[unlikely]]
      Count(kind);
  }

  // The fault that the last step met.
  std::optional<FaultKind> struck() const { return struck_; }
  void Forget() { struck_.reset(); }

 private:
  void Set(FaultKind kind, std::uint32_t n) {
    std::uint32_t& left = left_[static_cast<std::size_t>(kind)];
    armed_ += (n != 0 ? 1 : 0) - (left != 0 ? 1 : 0);
    left = n;
  }
  void Count(FaultKind kind) {
    std::uint32_t& left = left_[static_cast<std::size_t>(kind)];
    if (left == 0 || --left != 0) return;
    --armed_;
    struck_ = kind;
    open_ = false;
    throw InjectedFault(kind);
  }

  bool open_ = false;
  int armed_ = 0;  // kinds
  std::array<std::uint32_t, kFaultKinds> left_{};
  std::optional<FaultKind> struck_;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_FAULT_PLAN_H_
