// How the tool ends: exit codes, and the one exception that carries them.

#ifndef MAPFUZZ_HARNESS_TOOL_ERROR_H_
#define MAPFUZZ_HARNESS_TOOL_ERROR_H_

#include <stdexcept>
#include <string>

namespace mapfuzz::tool {

enum ExitCode : int {
  kExitClean = 0,
  kExitFinding = 1,      // a map and its model differ, or a sanitizer spoke
  kExitUsage = 2,        // wrong command line or bad input
  kExitHarness = 3,      // the harness did not do its work: no mutation, a missed milestone
  kExitEnvironment = 4,  // a folder cannot be written, a program is missing
};

// Ends the command. The message says what, where, and what to do about it.
class ToolError : public std::runtime_error {
 public:
  ToolError(ExitCode code, const std::string& message) : std::runtime_error(message), code_(code) {}

  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_ERROR_H_
