// What came of building each planted bug: a log of one line of JSON for each, so that a score that
// was interrupted builds none twice for nothing.

#ifndef MAPFUZZ_HARNESS_TOOL_BUILD_LOG_H_
#define MAPFUZZ_HARNESS_TOOL_BUILD_LOG_H_

#include <string>
#include <string_view>

#include "harness/tool/bug_tree.h"
#include "harness/tool/score_data.h"

namespace mapfuzz::tool {

struct BuildRecord {
  std::string bug;   // its id; empty: the map as it is
  std::string edit;  // a hash of what the file says of the edit
  bool built = false;
  Effect effect;
  std::string message;  // of the compiler, if it was not built

  friend bool operator==(const BuildRecord&, const BuildRecord&) = default;
};

std::string BuildLine(const BuildRecord& record);

// Of all whole lines; a last one without its end was torn and is left out. ToolError (bad input)
// that begins with FILE:LINE if another is no record.
Log<BuildRecord> ParseBuilds(std::string_view content, const std::string& file);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_BUILD_LOG_H_
