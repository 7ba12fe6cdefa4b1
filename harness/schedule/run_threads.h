// Runs threads under a schedule: one at a time, and at each point the schedule says which.
//
// The code under test stays as it is. Points are
//   - std::mutex, std::shared_mutex, std::condition_variable and their like (the pthread functions
//     behind them), std::thread, std::this_thread's sleeps and yield, and where std::atomic's wait
//     and notify, std::call_once and the initialization of a static wait for another thread: in
//     every build, and at both levels;
//   - loads and stores of code compiled with -fsanitize-coverage=func,trace-loads,trace-stores,
//     plain or atomic, but not read-modify-write, memcpy or memset: clang, at level `accesses`;
//   - every atomic operation, under thread sanitizer, at level `accesses`.
// In other code a thread runs on: g++ without thread sanitizer knows the points of locks alone, and
// without it an atomic read-modify-write is never parted from what comes before it.
//
// Schedules are sequentially consistent; what a weak memory model adds is not explored. No clock is
// read: std::chrono's clocks give the time of the run, which begins at 0, goes on by a microsecond
// each time it is asked for, and when no thread can go on, to the end of the first sleep or timed
// wait. A condition variable wakes who has waited longest, and never without cause. A handler that
// a signal calls while a thread is on belongs to no run: its clock is the system's.
//
// Threads that std::thread starts inside a run belong to it, up to kMaxThreads in all; beyond that
// std::thread throws std::system_error. What blocks in other ways, POSIX semaphores, barriers and
// spin locks, or reading from a pipe that another thread is to write, blocks for ever. Nor does
// pthread_exit or cancellation work on fibers.
//
// Under thread sanitizer, fibers race for every thread_local variable, and so for errno and in
// libstdc++'s std::call_once; with either backend the sanitizer's pthread_once never comes back
// after an exception.
//
// A run that ends in a deadlock or at the step limit leaves its threads where they are: what is on
// their stacks is not destroyed, locks stay locked, and memory stays allocated. What they work on
// must not be used or destroyed after that.

#ifndef MAPFUZZ_HARNESS_SCHEDULE_RUN_THREADS_H_
#define MAPFUZZ_HARNESS_SCHEDULE_RUN_THREADS_H_

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "harness/schedule.h"
#include "harness/schedule/schedule_run.h"

namespace mapfuzz {

// Returns when all threads are over, or stuck. What leaves a thread by an exception ends the
// program, as with std::thread.
//
// Throws std::invalid_argument if there are no threads or more than kMaxThreads, if the step limit
// is none, or if there are no fibers for this processor; std::logic_error inside or beside another
// run; std::runtime_error if the system has not so many threads. Then nothing has run.
ScheduleRun RunThreads(std::span<const std::function<void()>> threads, const Schedule& schedule,
                       const ScheduleOptions& options = {});

// What the threads of the last run met, in the order of the run. O(points * ranges).
std::vector<TracePoint> TraceOfLastRun(std::span<const NamedRange> ranges);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_SCHEDULE_RUN_THREADS_H_
