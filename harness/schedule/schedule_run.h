// What a run of threads is told, and what it tells.

#ifndef MAPFUZZ_HARNESS_SCHEDULE_SCHEDULE_RUN_H_
#define MAPFUZZ_HARNESS_SCHEDULE_SCHEDULE_RUN_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/schedule.h"
#include "harness/schedule/named_range.h"

namespace mapfuzz {

// What a thread is about to do when it meets a point.
enum class PointKind : std::uint8_t {
  kLoad,
  kStore,
  kAtomic,
  // These are points at the level of locks, too.
  kLock,    // to take a mutex, exclusive or shared, or to try
  kUnlock,  // it has let go of one
  kWait,    // for a condition, for an atomic to change, for a thread to end, to sleep
  kNotify,
  kYield,
  kStart,  // it has started a thread
  kEnd,    // it is over
};
inline constexpr int kPointKinds = 10;
inline constexpr std::string_view kPointKindNames[kPointKinds] = {
    "load", "store", "atomic", "lock", "unlock", "wait", "notify", "yield", "start", "end"};
constexpr bool IsAccess(PointKind kind) { return kind < PointKind::kLock; }

// One point that a thread met, of either level.
struct TracePoint {
  // As in a `Switch`. Of an access at the level of locks, where nobody else can go on, the next
  // point's.
  std::uint32_t point = 0;
  std::uint8_t thread = 0;
  PointKind kind = PointKind::kLoad;
  std::uint8_t size = 0;     // of the access in bytes; 0 of others
  std::int16_t range = -1;   // which of the named ranges; -1: none
  std::uint64_t offset = 0;  // in the range; 0 outside

  friend bool operator==(const TracePoint&, const TracePoint&) = default;
};

// One point at which more than one thread could go on.
struct Decision {
  std::uint32_t point = 0;
  std::uint8_t candidates = 0;  // bit n: thread n
  std::int8_t current = 0;      // -1: none yet
  std::uint8_t chosen = 0;

  // The current thread could not go on, or would not.
  bool IsForced() const { return current < 0 || (candidates >> current & 1) == 0; }
  bool IsPreemption() const { return !IsForced() && chosen != current; }
  friend bool operator==(const Decision&, const Decision&) = default;
};

enum class BackendKind : std::uint8_t {
  // Stacks on the caller's thread: fast. All share its thread_local variables and thread id.
  kFibers,
  // A system thread each, of which one runs at a time.
  kThreads,
};

// So that every point of a run fits into a schedule.
inline constexpr std::uint32_t kMaxStepLimit = kMaxPoints - 64;

struct ScheduleOptions {
  BackendKind backend = BackendKind::kFibers;
  // A run ends after as many points of either level have been met, 1 to kMaxStepLimit.
  std::uint32_t step_limit = std::uint32_t{1} << 16;
  bool keep_trace = false;  // in `ScheduleRun::trace`
  bool keep_decisions = false;
  std::span<const NamedRange> ranges{};
  // The caller's instance of a thread_local pointer of the code under test, of which each fiber
  // gets its own, null to begin with. Null: there is none.
  void* own_pointer = nullptr;
};

// A thread that met so many points while others could have gone on lets them: what spins until
// another thread does something would never end under a schedule without a switch.
inline constexpr std::uint32_t kPatience = 1000;

enum class RunEnd : std::uint8_t { kFinished, kDeadlock, kStepLimit };

struct ScheduleRun {
  RunEnd end = RunEnd::kFinished;
  // An explicit schedule that makes this very run again.
  Schedule taken;
  std::uint32_t points = 0;       // choices made: those of the schedule's level, and forced ones
  std::uint32_t steps = 0;        // points of either level that threads met
  std::uint32_t met = 0;          // of these, those of the schedule's level
  std::uint32_t switches = 0;     // times another thread went on, forced or not
  std::uint32_t preemptions = 0;  // of these, not forced
  // Times a thread that could go on had to let others, after kPatience points in a row. That is no
  // preemption: it is the same under every schedule that leaves the thread on for so long.
  std::uint32_t let_on = 0;
  // Of an explicit schedule: switches to threads that could not go on, or at points not reached.
  std::uint32_t untaken = 0;
  // Who waits for what that is held by whom. Empty unless the run ended so.
  std::string deadlock;
  std::vector<TracePoint> trace;
  std::vector<Decision> decisions;

  // No thread met a point: nothing was interleaved, and the run says nothing.
  bool IsBlind() const { return met == 0; }
};

// How many points, of either level, the run in progress has met: the place in its trace that comes
// next. 0 outside of a run.
std::size_t PointsSoFar();

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_SCHEDULE_SCHEDULE_RUN_H_
