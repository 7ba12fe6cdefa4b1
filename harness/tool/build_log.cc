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

std::vector<BuildRecord> ParseBuilds(std::string_view content, const std::string& file) {
  std::vector<BuildRecord> records;
  for (std::size_t line = 1, end = 0; (end = content.find('\n')) != content.npos; ++line) {
    try {
      const Json json = Json::parse(content.substr(0, end));
      records.push_back({json.at("bug"), json.at("edit"), json.at("built"),
                         json.at("effect").get<Effect>(), json.at("message")});
    } catch (const Json::exception&) {
      throw ToolError(kExitUsage, fmt::format("{}:{}: no record of a build; remove the line, and "
                                              "the bug is built again",
                                              file, line));
    }
    content.remove_prefix(end + 1);
  }
  return records;
}

}  // namespace mapfuzz::tool
