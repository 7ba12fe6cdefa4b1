// A failing tape, looked at once more before it is kept: it has to fail again in a process of its
// own, or give another history in each of some, and what stands behind the operation that fails is
// cut off.

#ifndef MAPFUZZ_HARNESS_TOOL_CONFIRM_H_
#define MAPFUZZ_HARNESS_TOOL_CONFIRM_H_

#include <string>

#include "harness/tape.h"
#include "harness/tool/signature.h"

namespace mapfuzz::tool {

struct Confirmer {
  std::string program;  // `mapfuzz` of the build that found it
  std::string map;
  double limit_seconds = 0;  // see TimeLimit::hang
};

struct Confirmation {
  bool failed = false;
  Signature signature;
  std::string report;
  Tape tape;  // without its tail, if it fails the same without
};

// `name` is what messages call the tape.
Confirmation Confirm(const Confirmer& confirmer, const Tape& tape, const std::string& name);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_CONFIRM_H_
