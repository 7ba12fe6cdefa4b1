#include "harness/tool/build_log.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "harness/tool/error.h"

namespace mapfuzz::tool {

using Json = nlohmann::ordered_json;

std::string BuildLine(const BuildRecord& record) {
  const Json line{{"bug", record.bug},
                  {"edit", record.edit},
                  {"built", record.built},
                  {"effect", record.effect},
                  {"message", record.message}};
  return line.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Log<BuildRecord> ParseBuilds(std::string_view content, const std::string& file) {
  Log<BuildRecord> log;
  std::size_t line = 0;
  for (std::size_t end = 0; (end = content.find('\n', log.whole_bytes)) != content.npos;) {
    ++line;
    try {
      const Json json = Json::parse(content.substr(log.whole_bytes, end - log.whole_bytes));
      log.records.push_back({json.at("bug"), json.at("edit"), json.at("built"),
                             json.at("effect").get<Effect>(), json.at("message")});
    } catch (const Json::exception&) {
      throw ToolError(kExitUsage, fmt::format("{}:{}: no record of a build; remove the line, and "
                                              "the bug is built again",
                                              file, line));
    }
    log.whole_bytes = end + 1;
  }
  return log;
}

}  // namespace mapfuzz::tool
