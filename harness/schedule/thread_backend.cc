// Threads as system threads, of which one runs at a time and the others sleep on a futex.
//
// A thread has ended when its thread_local variables are destroyed, too: the end comes from the
// destructor of a thread-specific value, which runs after those.

#include <linux/futex.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <cstdint>

#include "harness/schedule/backend.h"
#include "harness/schedule/core.h"
#include "harness/schedule/real.h"
#include "harness/schedule/sanitizer_hooks.h"

namespace mapfuzz {
namespace {

// Kept from run to run, but for those of threads that are stuck: these go on looking at theirs.
struct Seat {
  int thread;
  std::uint32_t turn;  // 1: it is to go on
  pthread_t handle;
  bool joined;
  bool ended_once;
};

Seat callers_seat;
Seat* seats[kMaxThreads + 1];
pthread_key_t end_key;
bool has_end_key = false;

Seat* MapSeat() {
  void* const mapped =
      mmap(nullptr, sizeof(Seat), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  return mapped == MAP_FAILED ? nullptr : static_cast<Seat*>(mapped);
}

void Pass(Seat& to) {
  __atomic_store_n(&to.turn, 1, __ATOMIC_RELEASE);
  Real().syscall(SYS_futex, &to.turn, FUTEX_WAKE_PRIVATE, 1);
}

void AwaitTurn(Seat& own) {
  while (__atomic_exchange_n(&own.turn, 0, __ATOMIC_ACQUIRE) == 0) {
    Real().syscall(SYS_futex, &own.turn, FUTEX_WAIT_PRIVATE, 0, nullptr);
  }
}

// Once more round, so that the destructors of other values are done.
void End(void* seat) {
  Seat& own = *static_cast<Seat*>(seat);
  if (!own.ended_once) {
    own.ended_once = true;
    pthread_setspecific(end_key, seat);
    return;
  }
  EndThread(own.thread);
}

void* Enter(void* seat) noexcept {
  Seat& own = *static_cast<Seat*>(seat);
  pthread_setspecific(end_key, seat);
  AwaitTurn(own);
  inside_run = true;
  RunBody(own.thread);
  return nullptr;
}

bool Start(int thread) {
  seats[kCaller] = &callers_seat;
  if (!has_end_key) has_end_key = pthread_key_create(&end_key, End) == 0;
  if (!has_end_key) return false;
  if (seats[thread] == nullptr) seats[thread] = MapSeat();
  Seat* const seat = seats[thread];
  if (seat == nullptr) return false;
  *seat = {thread, 0, {}, false, false};
  return Real().pthread_create(&seat->handle, nullptr, Enter, seat) == 0;
}

pthread_t Handle(int thread) { return seats[thread]->handle; }

// If it is never resumed, what it did up to here happened before what the caller does after the
// run.
void Resume(int from, int to) {
  Seat& own = *seats[from];
  if (__tsan_release != nullptr && from != kCaller) __tsan_release(&own);
  Pass(*seats[to]);
  AwaitTurn(own);
}

void Leave(int, int to) {
  inside_run = false;
  Pass(*seats[to]);
}

void Join(int thread) {
  Seat& seat = *seats[thread];
  if (!seat.joined) Real().pthread_join(seat.handle, nullptr);
  seat.joined = true;
}

void Close(int threads, ThreadSet stuck) {
  for (int thread = 0; thread < threads; ++thread) {
    if (!Has(stuck, thread)) continue;
    if (__tsan_acquire != nullptr) __tsan_acquire(seats[thread]);
    Real().pthread_detach(seats[thread]->handle);
    seats[thread] = nullptr;
  }
}

}  // namespace

const Backend kThreadBackend = {Start, Handle, Resume, Leave, Join, Close};

}  // namespace mapfuzz
