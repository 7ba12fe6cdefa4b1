// The elementary steps of a tape whose map threads share: what each thread calls, one after the
// other, known before anything runs.

#ifndef MAPFUZZ_HARNESS_THREADS_SHARED_STEPS_H_
#define MAPFUZZ_HARNESS_THREADS_SHARED_STEPS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/tape.h"
#include "model/concurrent_history.h"
#include "model/entry.h"

namespace mapfuzz {

// So many steps are done by all threads together, and before them; what is beyond is left out.
// More of them would be slower to run and to judge, and show no more.
inline constexpr std::size_t kMaxThreadSteps = 256;
inline constexpr std::size_t kMaxStepsBefore = 2048;

struct SharedStep {
  int thread = kBeforeThreads;
  OpCode code = OpCode::kPut;  // put, get, ...: no phase
  KeyId key = 0;
  std::uint32_t count = 0;    // iterate: entries to stop after; 0: none
  Value value = 0;            // what it writes or adds: its number in the tape, from 1
  std::size_t operation = 0;  // of the tape
  bool beyond = false;        // stands for all of the operation that is beyond what is done
};

// Whether a step of this kind may change the map.
constexpr bool Writes(OpCode code) {
  return code != OpCode::kGet && code != OpCode::kHas && code != OpCode::kSize &&
         code != OpCode::kIterate;
}

// In the order of the tape; phases are taken apart. Linear in the result.
std::vector<SharedStep> SharedStepsOf(const Tape& tape);

// What the history says of it. A comparison is with `expected`.
MapRequest RequestOf(const SharedStep& step, Value expected);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_THREADS_SHARED_STEPS_H_
