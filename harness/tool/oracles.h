// What judges a run, by the names that stand in a failure's signature and in `expect:` lines.

#ifndef MAPFUZZ_HARNESS_TOOL_ORACLES_H_
#define MAPFUZZ_HARNESS_TOOL_ORACLES_H_

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/run.h"

namespace mapfuzz::tool {

struct OracleInfo {
  std::string_view name;
  std::string_view help;
};

// The harness's own, then those that only the tool hears of: a sanitizer's word, a Go trace.
std::span<const OracleInfo> Oracles();

// The harness's own of this name.
std::optional<Oracle> OracleNamed(std::string_view name);

// The names of those that `needed` names and nobody consulted. On a control map, which need not
// show its table, only those that can judge any map are needed.
std::vector<std::string> NeverConsulted(const std::vector<Oracle>& needed,
                                        const std::array<std::uint64_t, kOracles>& consulted,
                                        bool control);

// Throws ToolError (bad input), with the place in `content`, if `expect` ("ORACLE/PROPERTY") begins
// with the name of nothing that can fail a tape.
void CheckExpectation(std::string_view expect, std::string_view content, std::string_view file);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_ORACLES_H_
