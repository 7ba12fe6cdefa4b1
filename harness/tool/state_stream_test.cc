#include "harness/tool/state_stream.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace mapfuzz::tool {
namespace {

StepState StateOf(std::size_t operation, std::string_view line, std::uint64_t digest,
                  std::string_view text = {}) {
  return {.step = 0, .operation = operation, .line = line, .digest = digest, .text = text};
}

TEST(StateStreamTest, StatesComeOutAsTheyWentInAndTheRestStays) {
  std::string result = ToStream(StateOf(0, "", 0xfe)) +
                       ToStream(StateOf(0, "1 put 3 = new", UINT64_MAX, "map 0 count 1\nmap 1")) +
                       ToStream(StateOf(12, "2 drop 1", 0)) + "{\"steps\":2}";
  const std::vector<ToldState> states = {{0, 0xfe, "", ""},
                                         {0, UINT64_MAX, "1 put 3 = new", "map 0 count 1\nmap 1"},
                                         {12, 0, "2 drop 1", ""}};
  EXPECT_EQ(TakeStates(result), states);
  EXPECT_EQ(result, "{\"steps\":2}");
}

TEST(StateStreamTest, AStateThatWasNotWrittenToItsEndIsDropped) {
  const std::string whole = ToStream(StateOf(3, "1 put 3 = new", 7));
  std::string result = whole + whole.substr(0, whole.size() - 1);
  EXPECT_EQ(TakeStates(result).size(), 1u);
  EXPECT_EQ(result, "");
}

TEST(StateStreamTest, AVerdictAloneIsLeftAsItIs) {
  std::string result = "{\"error\":\"state 1\"}";
  EXPECT_TRUE(TakeStates(result).empty());
  EXPECT_EQ(result, "{\"error\":\"state 1\"}");
}

}  // namespace
}  // namespace mapfuzz::tool
