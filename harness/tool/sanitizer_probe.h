// Are the sanitizers at work that a program was built with?
//
// The program is started once for each kind of violation (`harness/violation.h`), with the
// environment that it is about to run with, and has to die of the report that belongs to it.
// Whatever keeps the report away, a variable of the user, a flag that the build lost, a report that
// goes to a file, is found in the same way: it did not come.

#ifndef MAPFUZZ_HARNESS_TOOL_SANITIZER_PROBE_H_
#define MAPFUZZ_HARNESS_TOOL_SANITIZER_PROBE_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/tool/child.h"
#include "harness/violation.h"

namespace mapfuzz::tool {

struct SanitizerProbe {
  std::optional<Sanitizers> built_with;  // nothing if the program did not say
  std::vector<std::string> problems;     // why they are not to be believed, one line each
};

// Of a fuzz target's program, and of this tool's own.
SanitizerProbe ProbeFuzzer(const std::string& program, int jobs);
SanitizerProbe ProbeTool(const std::string& program, int jobs);

// One sentence on what a hunt with these sanitizers sees.
std::string SanitizersLine(const SanitizerProbe& probe);

// What a report of the violation says in any case.
std::string_view ReportMark(Violation violation);

// What the process said of the build of its program.
std::optional<Sanitizers> BuiltWithIn(std::string_view output);

// Why the process that was there to commit the violation did not end as it had to; empty if it did.
// `variables` names what the user has set for sanitizers.
std::string WhyUnnoticed(Violation violation, const ChildExit& end, const std::string& variables);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_SANITIZER_PROBE_H_
