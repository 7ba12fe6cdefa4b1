// The `mapfuzz` command, all but what it is linked with.

#ifndef MAPFUZZ_HARNESS_TOOL_APP_H_
#define MAPFUZZ_HARNESS_TOOL_APP_H_

#include "harness/tool/registry.h"

namespace mapfuzz::tool {

// Returns the exit code.
int Main(int argc, char** argv, const Registry& registry);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_APP_H_
