// Whether a run came out as its tape says: a tape passes, or, with an `expect:` line, fails with
// just that oracle and property.

#ifndef MAPFUZZ_HARNESS_TOOL_EXPECTATION_H_
#define MAPFUZZ_HARNESS_TOOL_EXPECTATION_H_

#include <string>
#include <string_view>

#include "harness/tool/verdict.h"

namespace mapfuzz::tool {

// "iteration/missed-entry" of a failure.
std::string ExpectationOf(const Signature& signature);

// Why the verdict is not what a tape with this `expect:` line must have, in one line; empty if it
// is. Without one (empty), a tape must pass.
std::string WhyNotAsExpected(const Verdict& verdict, std::string_view expect);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_EXPECTATION_H_
