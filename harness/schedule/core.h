// The core of a run: threads, the points they meet, and who goes on.
//
// One of the threads is on at any time, and the core is called by it. It is compiled without
// sanitizers and instrumentation, like all that stops and resumes threads: thread sanitizer must
// not see the hand-over, or it would take it for synchronization and hide nearly every race. For
// the same reason it uses nothing of the standard library that is a template or inline: of such a
// function a program keeps one copy, and here the wrong one. And it allocates nothing.

#ifndef MAPFUZZ_HARNESS_SCHEDULE_CORE_H_
#define MAPFUZZ_HARNESS_SCHEDULE_CORE_H_

#include <cstddef>
#include <cstdint>

#include "harness/schedule/backend.h"
#include "harness/schedule/chooser.h"
#include "harness/schedule/locks.h"
#include "harness/schedule/log.h"
#include "harness/schedule/schedule_run.h"

namespace mapfuzz {

enum class WaitKind : std::uint8_t {
  kNothing,
  kMutex,
  kSharedMutexToRead,
  kSharedMutexToWrite,
  kOnce,  // for another thread's initialization of a static
  kCondition,
  kAtomic,
  kThreadEnd,
  kSleep,
};

// One point that a thread met, of either level; see `TracePoint`.
struct MetPoint {
  std::uint32_t point;
  std::uint8_t thread;
  PointKind kind;
  std::uint8_t size;
  const void* address;
};

// Memory of a run, kept for the next one.
struct RunLogs {
  Log<Switch> taken;
  Log<MetPoint> met;
  Log<Decision> decisions;
};

// A deadline that never comes.
inline constexpr std::uint64_t kForever = ~std::uint64_t{0};

class Core {
 public:
  struct Body {
    void* (*function)(void*) = nullptr;
    void* argument = nullptr;
    void* result = nullptr;
  };

  struct Thread {
    Body body;
    WaitKind waits = WaitKind::kNothing;
    const void* object = nullptr;  // waited for
    std::uint64_t deadline = kForever;
    bool expired = false;
    std::uint32_t arrival = 0;  // of two that wait the lesser was first
    bool over = false;
  };

  // All outlive the core; `schedule` is canonical. Logs that are not to be kept have no capacity.
  Core(const Schedule& schedule, const ScheduleOptions& options, const Backend& backend,
       int threads, RunLogs& logs);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  // Before the run: gives a thread, the next by number, its work.
  void SetBody(int thread, void* (*function)(void*), void* argument);
  // Runs all threads. On return none is on. False if the system has not so many threads: then none
  // was.
  bool Run();

  // Of the running thread:

  // It is about to do this, or has just let go of a lock.
  void Meet(PointKind kind, const void* address, std::size_t size = 0);
  // It lets others go first, if any can.
  void Yield();
  // It waits until woken, or until the time of the run is past the deadline. Returns whether it was
  // woken.
  bool Wait(WaitKind kind, const void* object, std::uint64_t deadline = kForever);
  // The time of the run, in nanoseconds. It goes on by a little each time it is asked for, and when
  // no thread can go on, to the first deadline: no clock is read.
  std::uint64_t Now() { return now_ += kTick; }
  // All that wait for the object can go on, or the one that has waited longest.
  int WakeAll(const void* object);
  int WakeFirst(const void* object);

  // Starts a thread. kNoThread if there are kMaxThreads already.
  int Start(void* (*function)(void*), void* argument);
  pthread_t Handle(int thread) const { return backend_->handle(thread); }
  // Waits for the end of a thread, and returns its result.
  void* Join(int thread);

  bool IsHeldAgainst(const void* lock, HoldMode mode) const;
  void Take(const void* lock, HoldMode mode);
  HoldMode Release(const void* lock);

  // After the run:
  RunEnd end() const { return end_; }
  int threads() const { return threads_; }
  const Thread& thread(int number) const { return table_[number]; }
  const Locks& locks() const { return locks_; }
  // Fills in all but deadlock, logs and the taken schedule.
  void Report(ScheduleRun& run) const;

  // Points noted so far, those of `RunLogs::met`.
  std::size_t noted() const { return logs_->met.size(); }

  // Of backends:
  void* own_pointer() const { return options_->own_pointer; }
  void RunBodyOf(int thread);
  void EndCurrent();

 private:
  static constexpr std::uint64_t kTick = 1000;

  void Decide(bool yielded);
  int Choose(const Choice& choice);
  void Note(PointKind kind, const void* address, std::size_t size);
  bool ExpireOne();
  void Wake(Thread& thread);
  ThreadSet Alive() const;
  [[noreturn]] void End(RunEnd end);

  const ScheduleOptions* options_;
  const Backend* backend_;
  RunLogs* logs_;
  PointLevel level_;
  Chooser chooser_;
  Locks locks_;
  Thread table_[kMaxThreads];
  int threads_;
  int current_ = kNoThread;
  ThreadSet runnable_ = 0;
  RunEnd end_ = RunEnd::kFinished;
  std::uint32_t points_ = 0;
  std::uint32_t steps_ = 0;
  std::uint32_t met_ = 0;
  std::uint32_t switches_ = 0;
  std::uint32_t preemptions_ = 0;
  std::uint32_t patience_ = kPatience;
  std::uint32_t let_on_ = 0;
  std::uint32_t arrivals_ = 0;
  std::uint64_t now_ = 0;
};

// The run in progress, or null. There is one at a time.
extern Core* running_core;
// Whether the calling system thread is one of the run's.
extern __thread bool inside_run;

// Null for threads that do not belong to the run.
inline Core* CoreOfCaller() { return inside_run ? running_core : nullptr; }

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_SCHEDULE_CORE_H_
