// How threads of a run are stopped and resumed: the operations that fibers and system threads have
// in common. Exactly one of them, or the caller of the run, is on at any time.

#ifndef MAPFUZZ_HARNESS_SCHEDULE_BACKEND_H_
#define MAPFUZZ_HARNESS_SCHEDULE_BACKEND_H_

#include <pthread.h>

#include "harness/schedule/chooser.h"

namespace mapfuzz {

// Stands for the caller of the run where a thread's number does.
inline constexpr int kCaller = kMaxThreads;

struct Backend {
  // Makes a thread, which begins when it is first resumed. It then calls RunBody(thread), and when
  // nothing of it is left, EndThread(thread). False if the system has no more threads.
  bool (*start)(int thread);
  // What stands for the thread where a std::thread keeps a handle; no other thread has the same.
  pthread_t (*handle)(int thread);
  // Stops `from`, which is on, and lets `to` go on. Returns when `from` is resumed.
  void (*resume)(int from, int to);
  // Ends `from`, which is on, and lets `to` go on.
  void (*leave)(int from, int to);
  // What the thread did, which is over, happened before what the calling one does from here on. May
  // be called again.
  void (*join)(int thread);
  // Ends a run of so many threads. Those that are stuck are never resumed.
  void (*close)(int threads, ThreadSet stuck);
};

// `kHasFibers`: on processors that the switch of stacks is written for.
#if defined(__x86_64__) || defined(__aarch64__)
inline constexpr bool kHasFibers = true;
#else
inline constexpr bool kHasFibers = false;
#endif
extern const Backend kFiberBackend;
extern const Backend kThreadBackend;

// To be called by backends.
void RunBody(int thread);
void EndThread(int thread);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_SCHEDULE_BACKEND_H_
