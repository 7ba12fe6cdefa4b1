#include "harness/tool/score_evidence.h"

#include <gtest/gtest.h>

namespace mapfuzz::tool {
namespace {

BugFile BugOf(const std::string& before, const std::string& after) {
  BugFile bug;
  bug.id = "a-bug";
  bug.file = "hmap/map.h";
  bug.old_text = before;
  bug.new_text = after;
  return bug;
}

TEST(EditedLinesTest, LeaveOutWhatTheEditIsOnlyFoundBy) {
  const std::string source = "one\ntwo\nthree\nfour\nfive\n";
  const struct {
    const char* before;
    const char* after;
    std::size_t first, last;
  } cases[] = {
      {"two\n", "TWO\n", 2, 2},
      {"two\nthree\nfour\n", "two\nTHREE\nfour\n", 3, 3},
      {"two\nthree\nfour\n", "TWO\nthree\nFOUR\n", 2, 4},
      {"two\nthree\nfour\n", "two\nfour\n", 3, 3},
      {"two\nthree\n", "", 2, 3},
      {"two\nthree\n", "two\nthree\nfour\n", 3, 3},
      {"two\nthree\n", "two\nnews\nthree\n", 3, 3},
      {"two\nthree\n", "news\ntwo\nthree\n", 2, 2},
  };
  for (const auto& one : cases) {
    const BugFile bug = BugOf(one.before, one.after);
    const LineRange lines = EditedLines(bug, Plant(bug, source));
    EXPECT_EQ(lines.first, one.first) << one.after;
    EXPECT_EQ(lines.last, one.last) << one.after;
  }
}

}  // namespace
}  // namespace mapfuzz::tool
