#include "harness/tool/build_log.h"

#include <gtest/gtest.h>

#include "harness/tool/error.h"

namespace mapfuzz::tool {
namespace {

TEST(BuildLogTest, KeepsWhatWasWritten) {
  const BuildRecord good{"a-bug", "ab12", true, {{"u64", "0123"}}, ""},
      bad{"another", "cd34", false, {}, "error:\n\"x\""};
  const std::vector<BuildRecord> records = {good, bad};
  EXPECT_EQ(ParseBuilds(BuildLine(good) + BuildLine(bad), "log").records, records);
}

TEST(BuildLogTest, LeavesOutATornLineAndRefusesAWrongOne) {
  const BuildRecord good{"a-bug", "ab12", true, {{"u64", "0123"}}, ""};
  const std::string line = BuildLine(good);
  const Log<BuildRecord> log = ParseBuilds(line + line.substr(0, 9), "log");
  EXPECT_EQ(log.records.size(), 1u);
  EXPECT_EQ(log.whole_bytes, line.size());
  try {
    ParseBuilds(line + "{\"bug\": 3}\n" + line, "log");
    FAIL() << "a line without a record was taken";
  } catch (const ToolError& error) {
    EXPECT_EQ(std::string(error.what()).rfind("log:2:", 0), 0u) << error.what();
  }
}

}  // namespace
}  // namespace mapfuzz::tool
