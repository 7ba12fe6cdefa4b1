#include "harness/schedule/core.h"

#include <unistd.h>

namespace mapfuzz {

Core* running_core = nullptr;
__thread bool inside_run = false;

// Compiled as the core is: it is asked by threads, and must be no point of theirs.
std::size_t PointsSoFar() { return running_core == nullptr ? 0 : running_core->noted(); }

void RunBody(int thread) { running_core->RunBodyOf(thread); }

void EndThread(int) { running_core->EndCurrent(); }

Core::Core(const Schedule& schedule, const ScheduleOptions& options, const Backend& backend,
           int threads, RunLogs& logs)
    : options_(&options),
      backend_(&backend),
      logs_(&logs),
      level_(schedule.level),
      chooser_(schedule, threads),
      threads_(threads) {}

void Core::SetBody(int thread, void* (*function)(void*), void* argument) {
  table_[thread].body = {function, argument, nullptr};
}

bool Core::Run() {
  for (int thread = 0; thread < threads_; ++thread) {
    if (!backend_->start(thread)) {
      backend_->close(thread, runnable_);
      return false;
    }
    runnable_ |= SetOf(thread);
  }
  current_ = Choose({points_, kNoThread, runnable_, false});
  backend_->resume(kCaller, current_);
  const ThreadSet stuck = Alive();
  for (int thread = 0; thread < threads_; ++thread) {
    if (!Has(stuck, thread)) backend_->join(thread);
  }
  backend_->close(threads_, stuck);
  return true;
}

void Core::RunBodyOf(int thread) {
  Body& body = table_[thread].body;
  body.result = body.function(body.argument);
}

void Core::EndCurrent() {
  const int thread = current_;
  Note(PointKind::kEnd, nullptr, 0);
  table_[thread].over = true;
  runnable_ &= static_cast<ThreadSet>(~SetOf(thread));
  WakeAll(&table_[thread]);
  if (Alive() == 0) {
    backend_->leave(thread, kCaller);
    return;
  }
  if (runnable_ == 0 && !ExpireOne()) {
    end_ = RunEnd::kDeadlock;
    backend_->leave(thread, kCaller);
    return;
  }
  const int next = Choose({points_, thread, runnable_, false});
  ++switches_;
  current_ = next;
  patience_ = kPatience;
  backend_->leave(thread, next);
}

void Core::Meet(PointKind kind, const void* address, std::size_t size) {
  if (++steps_ > options_->step_limit) End(RunEnd::kStepLimit);
  Note(kind, address, size);
  if (level_ == PointLevel::kLocks && IsAccess(kind)) return;
  ++met_;
  Decide(--patience_ == 0);
}

void Core::Yield() {
  if (++steps_ > options_->step_limit) End(RunEnd::kStepLimit);
  Note(PointKind::kYield, nullptr, 0);
  ++met_;
  Decide(true);
}

bool Core::Wait(WaitKind kind, const void* object, std::uint64_t deadline) {
  if (++steps_ > options_->step_limit) End(RunEnd::kStepLimit);
  if (deadline <= now_) return false;
  Thread& thread = table_[current_];
  thread.waits = kind;
  thread.object = object;
  thread.deadline = deadline;
  thread.expired = false;
  thread.arrival = arrivals_++;
  runnable_ &= static_cast<ThreadSet>(~SetOf(current_));
  if (runnable_ == 0 && !ExpireOne()) End(RunEnd::kDeadlock);
  Decide(false);
  return !thread.expired;
}

void Core::Wake(Thread& thread) {
  thread.waits = WaitKind::kNothing;
  runnable_ |= SetOf(static_cast<int>(&thread - table_));
}

int Core::WakeAll(const void* object) {
  int woken = 0;
  while (WakeFirst(object) != 0) ++woken;
  return woken;
}

int Core::WakeFirst(const void* object) {
  Thread* first = nullptr;
  for (Thread& thread : table_) {
    if (thread.waits == WaitKind::kNothing || thread.object != object) continue;
    if (first == nullptr || thread.arrival < first->arrival) first = &thread;
  }
  if (first == nullptr) return 0;
  Wake(*first);
  return 1;
}

bool Core::ExpireOne() {
  Thread* first = nullptr;
  for (Thread& thread : table_) {
    if (thread.waits == WaitKind::kNothing || thread.deadline == kForever) continue;
    const bool sooner = first == nullptr || thread.deadline < first->deadline ||
                        (thread.deadline == first->deadline && thread.arrival < first->arrival);
    if (sooner) first = &thread;
  }
  if (first == nullptr) return false;
  first->expired = true;
  now_ = first->deadline;
  Wake(*first);
  return true;
}

int Core::Start(void* (*function)(void*), void* argument) {
  if (threads_ == kMaxThreads) return kNoThread;
  const int thread = threads_;
  SetBody(thread, function, argument);
  if (!backend_->start(thread)) return kNoThread;
  ++threads_;
  runnable_ |= SetOf(thread);
  return thread;
}

void* Core::Join(int thread) {
  Meet(PointKind::kWait, nullptr);
  while (!table_[thread].over) Wait(WaitKind::kThreadEnd, &table_[thread]);
  backend_->join(thread);
  return table_[thread].body.result;
}

bool Core::IsHeldAgainst(const void* lock, HoldMode mode) const {
  return locks_.IsHeldAgainst(lock, current_, mode);
}

void Core::Take(const void* lock, HoldMode mode) {
  if (locks_.Take(lock, current_, mode)) return;
  constexpr char kMessage[] = "mapfuzz: more locks are held at once than a schedule can follow\n";
  (void)!write(STDERR_FILENO, kMessage, sizeof(kMessage) - 1);
  __builtin_trap();
}

HoldMode Core::Release(const void* lock) {
  const HoldMode mode = locks_.Release(lock, current_);
  WakeAll(lock);
  return mode;
}

void Core::Decide(bool yielded) {
  ThreadSet candidates = runnable_;
  const auto others = static_cast<ThreadSet>(candidates & ~SetOf(current_));
  yielded &= others != 0;
  if (yielded) candidates = others;
  if (yielded && patience_ == 0) ++let_on_;
  const Choice choice{points_, current_, candidates, yielded};
  const int chosen = Choose(choice);
  if (chosen == current_) {
    if (patience_ == 0) patience_ = kPatience;
    return;
  }
  ++switches_;
  if (!choice.IsForced()) ++preemptions_;
  const int from = current_;
  current_ = chosen;
  patience_ = kPatience;
  backend_->resume(from, chosen);
}

int Core::Choose(const Choice& choice) {
  const int chosen = chooser_.Choose(choice);
  if (chosen != choice.Default()) {
    logs_->taken.Add({choice.point, static_cast<std::uint8_t>(chosen)});
  }
  const bool has_others = (choice.candidates & (choice.candidates - 1)) != 0;
  if (options_->keep_decisions && has_others) {
    logs_->decisions.Add({choice.point, choice.candidates, static_cast<std::int8_t>(choice.current),
                          static_cast<std::uint8_t>(chosen)});
  }
  ++points_;
  return chosen;
}

void Core::Note(PointKind kind, const void* address, std::size_t size) {
  logs_->met.Add({points_, static_cast<std::uint8_t>(current_), kind,
                  static_cast<std::uint8_t>(size), address});
}

ThreadSet Core::Alive() const {
  ThreadSet alive = 0;
  for (int thread = 0; thread < threads_; ++thread) {
    if (!table_[thread].over) alive |= SetOf(thread);
  }
  return alive;
}

void Core::End(RunEnd end) {
  end_ = end;
  backend_->resume(current_, kCaller);
  __builtin_trap();  // nobody resumes it
}

void Core::Report(ScheduleRun& run) const {
  run.end = end_;
  run.points = points_;
  run.steps = steps_;
  run.met = met_;
  run.switches = switches_;
  run.preemptions = preemptions_;
  run.let_on = let_on_;
  run.untaken = chooser_.untaken();
}

}  // namespace mapfuzz
