// Keys and values that watch over their own lives.
//
// An `Instrumented` object holds a number and knows its address and its state. Births, copies,
// moves and ends are counted in the run's ledger, keys apart from values; whoever uses an object
// that has ended, was moved from, or was carried elsewhere byte by byte leaves a note there. An
// object may not throw from everywhere, so nothing is reported on the spot: the runner reads the
// ledger after each step.

#ifndef MAPFUZZ_HARNESS_LIFETIME_H_
#define MAPFUZZ_HARNESS_LIFETIME_H_

#include <cstdint>
#include <utility>

#include "harness/fault_plan.h"
#include "model/entry.h"

namespace mapfuzz {

struct LifeCounts {
  std::uint64_t born = 0;  // made in whatever way
  std::uint64_t copied = 0;
  std::uint64_t moved = 0;
  std::uint64_t ended = 0;

  std::uint64_t alive() const { return born - ended; }
};

enum class Role : std::uint8_t { kKey, kValue };

class LifeLedger {
 public:
  explicit LifeLedger(FaultPlan& faults) : faults_(&faults) {}
  LifeLedger(const LifeLedger&) = delete;
  LifeLedger& operator=(const LifeLedger&) = delete;

  LifeCounts& counts(Role role) { return role == Role::kKey ? keys_ : values_; }
  const LifeCounts& keys() const { return keys_; }
  const LifeCounts& values() const { return values_; }
  FaultPlan& faults() { return *faults_; }

  // The first misuse of an object, or null: "used-after-end", "ended-twice", "moved-from-read",
  // "moved-by-bytes", "no-object".
  const char* misuse() const { return misuse_; }
  void Misuse(const char* what) {
    if (misuse_ == nullptr) misuse_ = what;
  }

  // The ledger of the run under way on this thread. Objects are made in places that know of no run.
  static LifeLedger*& Current() {
    static thread_local LifeLedger* current = nullptr;
    return current;
  }

 private:
  FaultPlan* faults_;
  LifeCounts keys_;
  LifeCounts values_;
  const char* misuse_ = nullptr;
};

// Makes a ledger the current one for as long as it lives.
class CurrentLedger {
 public:
  explicit CurrentLedger(LifeLedger* ledger)
      : before_(std::exchange(LifeLedger::Current(), ledger)) {}
  CurrentLedger(const CurrentLedger&) = delete;
  CurrentLedger& operator=(const CurrentLedger&) = delete;
  ~CurrentLedger() { LifeLedger::Current() = before_; }

 private:
  LifeLedger* before_;
};

// The base of all such types: derived ones leave out what they are not to have. Copies meet the
// fault plan, moves do not throw.
template <Role kRole>
class Instrumented {
 public:
  // The number; a note in the ledger if there is no live object.
  std::uint64_t number() const {
    CheckReadable();
    return number_;
  }
  // Puts another number into an object that is alive, moved from or not. Throws nothing.
  void Set(std::uint64_t number) {
    CheckAlive();
    number_ = number;
    state_ = kAlive;
  }
  friend bool operator==(const Instrumented& a, const Instrumented& b) {
    return a.number() == b.number();
  }

 protected:
  explicit Instrumented(std::uint64_t number) : number_(number) { Begin(); }
  Instrumented(const Instrumented& other) : number_(other.number()) {
    ledger().faults().Meet(FaultKind::kCopy);
    ++ledger().counts(kRole).copied;
    Begin();
  }
  Instrumented(Instrumented&& other) noexcept : number_(other.number()) {
    TakeFrom(other);
    Begin();
  }
  Instrumented& operator=(const Instrumented& other) {
    if (this == &other) return *this;
    CheckAlive();
    const std::uint64_t number = other.number();
    ledger().faults().Meet(FaultKind::kCopy);
    ++ledger().counts(kRole).copied;
    number_ = number;
    state_ = kAlive;
    return *this;
  }
  Instrumented& operator=(Instrumented&& other) noexcept {
    if (this == &other) return *this;
    CheckAlive();
    number_ = other.number();
    state_ = kAlive;
    TakeFrom(other);
    return *this;
  }
  ~Instrumented() {
    if (state_ == kEnded) ledger().Misuse("ended-twice");
    CheckAlive();
    ++ledger().counts(kRole).ended;
    state_ = kEnded;
  }

  static LifeLedger& ledger() { return *LifeLedger::Current(); }

 private:
  static constexpr std::uint32_t kAlive = 0xa11fe000;
  static constexpr std::uint32_t kMovedFrom = 0xa11fe001;
  static constexpr std::uint32_t kEnded = 0xdead0b1e;

  std::uint64_t Here() const { return reinterpret_cast<std::uintptr_t>(this); }
  void Begin() {
    self_ = Here();
    state_ = kAlive;
    ++ledger().counts(kRole).born;
  }
  void TakeFrom(Instrumented& other) {
    ++ledger().counts(kRole).moved;
    other.state_ = kMovedFrom;
  }
  void CheckAlive() const {
    const std::uint32_t state = state_;
    if (state == kEnded) return ledger().Misuse("used-after-end");
    if (state != kAlive && state != kMovedFrom) return ledger().Misuse("no-object");
    if (self_ != Here()) ledger().Misuse("moved-by-bytes");
  }
  void CheckReadable() const {
    CheckAlive();
    if (state_ == kMovedFrom) ledger().Misuse("moved-from-read");
  }

  // Volatile, or a compiler may leave out the last thing that a destructor writes.
  volatile std::uint32_t state_;
  // Of one size and alignment on every machine, and so the buckets that hold such objects.
  alignas(8) std::uint64_t self_;
  alignas(8) std::uint64_t number_;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_LIFETIME_H_
