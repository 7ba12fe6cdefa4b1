#include "harness/tool/oracles.h"

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "harness/text_error.h"
#include "harness/tool/error.h"

namespace mapfuzz::tool {
namespace {

constexpr OracleInfo kOracleInfo[] = {
    {"result", "what each operation returned, against the model"},
    {"content", "map and model hold the same entries, in both directions"},
    {"iteration",
     "what is there throughout comes once, what is deleted never, with current values"},
    {"structure", "the rules of the half-evacuated table: chains, tophash, counts, flags, buckets"},
    {"cost", "chains moved, growths, calls of hasher and equality; a hang, too much memory"},
    {"lifetime", "keys and values made, moved and destroyed; blocks and bytes given back"},
    {"fault", "what throws passes through, and leaves every entry and iterator as it was"},
    {"corruption", "a checked map names what was overwritten, at once, and loses nothing by it"},
    {"linearizable", "what threads were told could have happened one after the other"},
    {"schedule", "threads come to their end, and stand where they can be told to wait"},
    {"deterministic", "the same tape gives the same history"},
    {"sanitizer", "address, undefined behaviour, leaks, threads, or a deadly signal"},
    {"trace", "a recording of the real Go map, exact to the last line"},
};

// The line of the header in `content`, and where the header's value begins in it.
TextPlace PlaceOfExpect(std::string_view expect, std::string_view content, std::string_view file) {
  TextPlace place{file, 0, 1, {}};
  while (!content.empty()) {
    const std::size_t end = content.find('\n');
    place.text = content.substr(0, end);
    ++place.line;
    const std::size_t name = place.text.find_first_not_of(" \t");
    const std::size_t value = place.text.find(expect);
    const bool header = name != place.text.npos && place.text.substr(name, 7) == "expect:";
    if (header && value != place.text.npos) {
      place.column = value + 1;
      break;
    }
    content.remove_prefix(end == content.npos ? content.size() : end + 1);
  }
  return place;
}

}  // namespace

std::span<const OracleInfo> Oracles() { return kOracleInfo; }

std::optional<Oracle> OracleNamed(std::string_view name) {
  const auto* const found = std::find(std::begin(kOracleNames), std::end(kOracleNames), name);
  if (found == std::end(kOracleNames)) return std::nullopt;
  return static_cast<Oracle>(found - std::begin(kOracleNames));
}

std::vector<std::string> NeverConsulted(const std::vector<Oracle>& needed,
                                        const std::array<std::uint64_t, kOracles>& consulted,
                                        bool control) {
  constexpr Oracle kOfAnyMap[] = {Oracle::kResult, Oracle::kContent, Oracle::kDeterministic};
  std::vector<std::string> names;
  for (const Oracle oracle : needed) {
    const bool of_any =
        std::find(std::begin(kOfAnyMap), std::end(kOfAnyMap), oracle) != std::end(kOfAnyMap);
    if (control && !of_any) continue;
    const auto index = static_cast<std::size_t>(oracle);
    if (consulted[index] == 0) names.emplace_back(kOracleNames[index]);
  }
  return names;
}

void CheckExpectation(std::string_view expect, std::string_view content, std::string_view file) {
  const std::string_view oracle = expect.substr(0, expect.find('/'));
  std::vector<std::string_view> names;
  for (const OracleInfo& info : kOracleInfo) {
    if (info.name != "trace") names.push_back(info.name);  // which no tape can fail
    if (info.name != "trace" && info.name == oracle) return;
  }
  std::string message = "unknown oracle " + Quoted(oracle);
  const std::string_view nearest = Nearest(oracle, names);
  if (!nearest.empty()) {
    message += "; did you mean " + Quoted(nearest) + "?";
  } else {
    message += "; oracles are";
    for (const std::string_view name : names) message += " " + std::string(name);
  }
  throw ToolError(kExitUsage, ParseError(PlaceOfExpect(expect, content, file), message).what());
}

}  // namespace mapfuzz::tool
