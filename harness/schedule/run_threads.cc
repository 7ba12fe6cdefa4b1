#include "harness/schedule/run_threads.h"

#include <atomic>
#include <cstddef>
#include <stdexcept>

#include "harness/schedule/backend.h"
#include "harness/schedule/core.h"
#include "harness/schedule/deadlock.h"
#include "harness/schedule/interpose.h"
#include "harness/schedule/signals.h"

namespace mapfuzz {
namespace {

std::atomic_flag in_progress = ATOMIC_FLAG_INIT;

// There is one run at a time: logs and the pointer that points find their core by are its own.
class OnlyRun {
 public:
  OnlyRun() {
    if (in_progress.test_and_set()) {
      throw std::logic_error("RunThreads: another run is in progress, and there is one at a time");
    }
  }
  OnlyRun(const OnlyRun&) = delete;
  OnlyRun& operator=(const OnlyRun&) = delete;
  ~OnlyRun() {
    running_core = nullptr;
    in_progress.clear();
  }
};

void Check(std::size_t threads, const ScheduleOptions& options) {
  if (threads == 0 || threads > kMaxThreads) {
    throw std::invalid_argument("RunThreads: " + std::to_string(threads) + " threads; 1 to " +
                                std::to_string(kMaxThreads) + " can run");
  }
  if (options.step_limit == 0 || options.step_limit > kMaxStepLimit) {
    throw std::invalid_argument("RunThreads: a step limit of " +
                                std::to_string(options.step_limit) + "; it goes from 1 to " +
                                std::to_string(kMaxStepLimit));
  }
  if (options.backend == BackendKind::kFibers && !kHasFibers) {
    throw std::invalid_argument(
        "RunThreads: no fibers for this processor; use BackendKind::kThreads");
  }
}

void Link() {
  LinkPoints();
  LinkAtomics();
  LinkLocks();
  LinkWaits();
  LinkThreads();
}

void* Call(void* function) {
  (*static_cast<const std::function<void()>*>(function))();
  return nullptr;
}

RunLogs& Logs() {
  static RunLogs logs;
  return logs;
}

// Every choice but the first is made in a step, or at a thread's end.
std::size_t MostChoices(const ScheduleOptions& options) {
  return std::size_t{options.step_limit} + 1 + kMaxThreads + 1;
}

}  // namespace

ScheduleRun RunThreads(std::span<const std::function<void()>> threads, const Schedule& schedule,
                       const ScheduleOptions& options) {
  Check(threads.size(), options);
  const OnlyRun only;
  Link();
  SetHandlersApart();
  RunLogs& logs = Logs();
  logs.taken.Reset(MostChoices(options));
  logs.met.Reset(MostChoices(options));
  logs.decisions.Reset(options.keep_decisions ? MostChoices(options) : 0);

  const Schedule canonical = Canonical(schedule);
  const Backend& backend = options.backend == BackendKind::kFibers ? kFiberBackend : kThreadBackend;
  Core core(canonical, options, backend, static_cast<int>(threads.size()), logs);
  for (std::size_t i = 0; i < threads.size(); ++i) {
    core.SetBody(static_cast<int>(i), Call, const_cast<std::function<void()>*>(&threads[i]));
  }
  running_core = &core;
  if (!core.Run()) throw std::runtime_error("RunThreads: the system has no more threads");

  ScheduleRun run;
  core.Report(run);
  run.taken = ExplicitSchedule(canonical.level, {logs.taken.begin(), logs.taken.end()});
  if (run.end == RunEnd::kDeadlock) run.deadlock = DescribeDeadlock(core, options.ranges);
  if (options.keep_trace) run.trace = TraceOfLastRun(options.ranges);
  run.decisions.assign(logs.decisions.begin(), logs.decisions.end());
  return run;
}

std::vector<TracePoint> TraceOfLastRun(std::span<const NamedRange> ranges) {
  std::vector<TracePoint> trace;
  trace.reserve(Logs().met.size());
  for (const MetPoint& met : Logs().met) {
    trace.push_back({met.point, met.thread, met.kind, met.size, -1, 0});
    TracePoint& point = trace.back();
    if (met.address != nullptr) point.range = FindRange(ranges, met.address, point.offset);
  }
  return trace;
}

}  // namespace mapfuzz
