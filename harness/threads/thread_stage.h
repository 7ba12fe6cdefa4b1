// What the threads of a run work on, and what each of them did.

#ifndef MAPFUZZ_HARNESS_THREADS_THREAD_STAGE_H_
#define MAPFUZZ_HARNESS_THREADS_THREAD_STAGE_H_

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/tape.h"
#include "harness/threads/shared_map.h"
#include "harness/threads/shared_steps.h"
#include "model/concurrent_history.h"

namespace mapfuzz {

// One caller of the map: a thread, or whoever works while there are none.
struct Caller {
  struct Call {
    SharedStep step;
    ConcurrentOp op;
    // The points of the run that the thread met in it are among these; see `PointsSoFar`.
    std::size_t first_point = 0;
    std::size_t end_point = 0;
  };

  int thread = 0;
  std::vector<Call> calls;
  std::map<KeyId, Value> seen;        // the value that it read or wrote last at each key
  std::optional<std::string> thrown;  // what ended it, in the last of its calls
};

class ThreadStage {
 public:
  ThreadStage(const SharedMapKind& kind, const Tape& tape);
  ThreadStage(const ThreadStage&) = delete;
  ThreadStage& operator=(const ThreadStage&) = delete;

  const std::vector<SharedStep>& steps() const { return steps_; }
  SharedMap& map() { return *map_; }
  void DestroyMap() { map_.reset(); }
  Caller& before() { return before_; }
  Caller& after() { return after_; }
  const std::vector<Caller>& threads() const { return threads_; }

  // Whether it is not done: the map cannot, or may not under threads, or enough is done.
  bool LeavesOut(const SharedStep& step) const;
  // Does the step, and false if the map threw.
  bool Do(Caller& caller, const SharedStep& step);

  // What each thread is to do, when the map holds `initial`. They refer to this stage.
  const std::vector<std::function<void()>>& Bodies(const std::vector<Entry>& initial);

  // Reads all that the tape could have written, when the threads are over.
  void ReadAll();

  // What the threads called, in the order of the calls. Those of `after` come later.
  std::vector<Caller::Call> Calls() const;

 private:
  Moment Next() { return clock_.fetch_add(1, std::memory_order_relaxed); }
  void Call(const SharedStep& step, ConcurrentOp& op);

  const bool threads_only_read_;
  std::vector<SharedStep> steps_;
  std::unique_ptr<SharedMap> map_;
  std::atomic<Moment> clock_{0};
  Caller before_;
  Caller after_;
  std::vector<Caller> threads_;
  std::vector<std::function<void()>> bodies_;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_THREADS_THREAD_STAGE_H_
