// What came of tapes whose threads share a plain map as they must not.

#ifndef MAPFUZZ_HARNESS_TOOL_MISUSE_H_
#define MAPFUZZ_HARNESS_TOOL_MISUSE_H_

#include <cstddef>

#include "harness/tool/verdict.h"

namespace mapfuzz::tool {

// Tapes of one kind of misuse.
struct MisuseCount {
  std::size_t tapes = 0;
  std::size_t reported = 0;  // as a race, by thread sanitizer
  std::size_t noticed = 0;   // by the map's flag, with the sanitizer's reports off
  std::size_t failed = 0;  // in another way, with these off: crashed, or answered what it must not
};

// Whether thread sanitizer reported a race.
bool IsReported(const Verdict& verdict);
// Whether the map said one of Go's three messages.
bool IsNoticed(const Verdict& verdict);

// One tape more, run with reports and without them.
void Count(const Verdict& with_reports, const Verdict& without, MisuseCount& count);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_MISUSE_H_
