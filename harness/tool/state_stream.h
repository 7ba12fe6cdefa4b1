// The states of a run on their way out of its child: each as soon as its step is done, so that
// those of a run that dies are not lost.
//
// They stand before the verdict in what a child hands back (`kResultFd`), a line each, with the
// state in words on indented lines below it if that was asked for.

#ifndef MAPFUZZ_HARNESS_TOOL_STATE_STREAM_H_
#define MAPFUZZ_HARNESS_TOOL_STATE_STREAM_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/state.h"

namespace mapfuzz::tool {

// As `StepState`, and kept. Its step is its place among all.
struct ToldState {
  std::size_t operation = 0;  // of the tape, from 0
  std::uint64_t digest = 0;
  std::string line;  // "57 put 3 = new"; empty before the first step
  std::string text;  // the state in words, if that was asked for

  friend bool operator==(const ToldState&, const ToldState&) = default;
};

// What the child writes.
std::string ToStream(const StepState& state);

// Takes the states off the front of what a child has handed back, and leaves what stands behind
// them. One that the child did not get to the end of is dropped.
std::vector<ToldState> TakeStates(std::string& result);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_STATE_STREAM_H_
