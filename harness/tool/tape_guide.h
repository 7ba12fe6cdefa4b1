// What may stand in a tape, for `mapfuzz list tape`: headers with their values and defaults,
// operations, and the ranges of their operands. All of it is read off the code that parses tapes.

#ifndef MAPFUZZ_HARNESS_TOOL_TAPE_GUIDE_H_
#define MAPFUZZ_HARNESS_TOOL_TAPE_GUIDE_H_

#include <string>
#include <vector>

#include "harness/tape.h"
#include "harness/tool/screen.h"

namespace mapfuzz::tool {

struct HeaderInfo {
  std::string name;
  std::string standard;  // what a tape without it has; empty if that is nothing
  std::string values;    // "a b c" or "0 to 9"
};

std::vector<HeaderInfo> TapeHeaders();

// " KEY COUNT" of `fill`.
std::string OperandsText(const OpInfo& info);

std::string TapeText(const Screen& screen);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_TAPE_GUIDE_H_
