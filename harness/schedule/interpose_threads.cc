// pthread_create, pthread_join, pthread_detach: threads that threads of a run start belong to it.

#include <errno.h>
#include <pthread.h>

#include "harness/schedule/backend.h"
#include "harness/schedule/core.h"
#include "harness/schedule/interpose.h"
#include "harness/schedule/real.h"

namespace mapfuzz {
namespace {

// kNoThread if it does not belong to the run.
int ThreadOf(const Core& core, pthread_t handle) {
  for (int thread = 0; thread < core.threads(); ++thread) {
    if (pthread_equal(core.Handle(thread), handle) != 0) return thread;
  }
  return kNoThread;
}

}  // namespace

void LinkThreads() {}

}  // namespace mapfuzz

using namespace mapfuzz;

extern "C" {

// EAGAIN, as from a system that has no more, when a run has kMaxThreads.
int pthread_create(pthread_t* handle, const pthread_attr_t* attributes, void* (*function)(void*),
                   void* argument) noexcept {
  Core* const core = CoreOfCaller();
  if (core == nullptr) return Real().pthread_create(handle, attributes, function, argument);
  const int thread = core->Start(function, argument);
  if (thread == kNoThread) return EAGAIN;
  *handle = core->Handle(thread);
  core->Meet(PointKind::kStart, nullptr);
  return 0;
}

int pthread_join(pthread_t handle, void** result) {
  Core* const core = CoreOfCaller();
  const int thread = core != nullptr ? ThreadOf(*core, handle) : kNoThread;
  if (thread == kNoThread) return Real().pthread_join(handle, result);
  void* const returned = core->Join(thread);
  if (result != nullptr) *result = returned;
  return 0;
}

// A run waits for its threads, detached or not.
int pthread_detach(pthread_t handle) noexcept {
  Core* const core = CoreOfCaller();
  if (core != nullptr && ThreadOf(*core, handle) != kNoThread) return 0;
  return Real().pthread_detach(handle);
}

}  // extern "C"
