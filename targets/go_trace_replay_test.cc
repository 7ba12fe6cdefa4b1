#include "targets/go_trace_replay.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "harness/tape.h"
#include "harness/text_error.h"

namespace mapfuzz {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const fs::path kTraces = fs::path(MAPFUZZ_SOURCE_DIR) / "corpus" / "go-traces";

std::string ReadWhole(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << "cannot read " << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<fs::path> TraceFiles() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kTraces)) {
    if (entry.path().extension() == ".trace") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

class RecordedTest : public ::testing::TestWithParam<PathKind> {};

INSTANTIATE_TEST_SUITE_P(Paths, RecordedTest,
                         ::testing::Values(PathKind::kFast, PathKind::kGeneric),
                         [](const auto& path) {
                           return path.param == PathKind::kFast ? "Fast" : "Generic";
                         });

TEST_P(RecordedTest, EveryLineOfEveryTraceIsExact) {
  std::uint64_t lines = 0;
  for (const fs::path& file : TraceFiles()) {
    const std::string text = ReadWhole(file);
    const TraceVerdict verdict = ReplayGoTrace(text, file.filename().string(), GetParam());
    EXPECT_TRUE(verdict.exact) << verdict.mismatch;
    // Two lines are head; a replay that stops early must not pass for exact.
    EXPECT_EQ(verdict.lines + 2,
              static_cast<std::uint64_t>(std::count(text.begin(), text.end(), '\n')))
        << file;
    lines += verdict.lines;
  }
  EXPECT_EQ(lines, 40713U);
}

// What the JSON says, in the words of `TraceMap::Dump`.
std::string DumpOf(const json& state) {
  std::string dump;
  for (const char* const array : {"bk", "old"}) {
    if (!state.contains(array) || state[array].is_null()) continue;
    int n = 0;
    for (const json& chain : state[array]) {
      dump += std::string(array) == "bk" ? "  new " : "  old ";
      dump += std::to_string(n++) + ":";
      for (const json& bucket : chain) {
        std::string entries;
        dump += " [";
        for (int slot = 0; slot < 8; ++slot) {
          const int tophash = bucket["t"][slot];
          dump += (slot == 0 ? "" : " ") + std::to_string(tophash);
          if (tophash < 5) continue;
          entries += " " + bucket["k"][slot].dump() + "=" + bucket["v"][slot].dump();
        }
        dump += "]" + entries;
      }
      dump += '\n';
    }
  }
  return dump;
}

HeaderView HeaderOf(const json& state) {
  return {state["count"], state["flags"], state["B"],    state["nov"],
          state["hash0"], state["nevac"], state["grow"], state["pre"]};
}

TraceOp OpOf(const json& line) {
  TraceOp op;
  if (line.contains("meta")) return op;
  const std::string name = line["op"];
  const bool iterates = name == "iterinit" || name == "iternext";
  op.kind = name == "put"        ? TraceOpKind::kPut
            : name == "del"      ? TraceOpKind::kDel
            : name == "get"      ? TraceOpKind::kGet
            : name == "iterinit" ? TraceOpKind::kBegin
                                 : TraceOpKind::kNext;
  op.iterator = line["it"];
  op.start = line["sb"];
  op.offset = line["off"];
  op.found = iterates ? !line["end"].get<bool>() : line["ok"].get<bool>();
  if (!iterates) op.key = line["k"];
  if (op.kind == TraceOpKind::kPut) op.value = line["v"];
  if (!op.found || op.kind == TraceOpKind::kPut || op.kind == TraceOpKind::kDel) {
    op.found = false;
  } else {
    op.found_key = line["k"];
    op.found_value = line["got"];
  }
  return op;
}

TEST_P(RecordedTest, EveryBucketOfThePlainTraceIsExactAfterEveryOperation) {
  std::ifstream file(kTraces / "plain-full.jsonl");
  ASSERT_TRUE(file);
  const auto map = MakeTraceMap({}, GetParam());
  int lines = 0;
  for (std::string text; std::getline(file, text); ++lines) {
    const json line = json::parse(text);
    SCOPED_TRACE("plain-full.jsonl:" + std::to_string(lines + 1));
    const TraceOp op = OpOf(line);
    const TraceOp answer = map->Apply(op, line["s"]["hash0"]);
    EXPECT_EQ(answer.found, op.found);
    EXPECT_EQ(answer.found_key, op.found_key);
    EXPECT_EQ(answer.found_value, op.found_value);
    EXPECT_EQ(map->State().header, HeaderOf(line["s"]));
    ASSERT_EQ(map->Dump(), DumpOf(line["s"]));
  }
  EXPECT_EQ(lines, 251);
}

class CorruptedTest : public ::testing::Test {
 protected:
  // What the replay says about plain.trace with `before` in line `number` replaced by `after`.
  static TraceVerdict Replay(int number, const std::string& before, const std::string& after) {
    std::string text = ReadWhole(kTraces / "plain.trace");
    std::size_t begin = 0;
    for (int line = 1; line < number; ++line) begin = text.find('\n', begin) + 1;
    const std::size_t at = text.find(before, begin);
    EXPECT_LT(at, text.find('\n', begin)) << "no " << before << " in line " << number;
    text.replace(at, before.size(), after);
    return ReplayGoTrace(text, "copy.trace");
  }
  static void ExpectIn(const std::string& part, const std::string& whole) {
    EXPECT_NE(whole.find(part), whole.npos) << "no \"" << part << "\" in:\n" << whole;
  }
};

TEST_F(CorruptedTest, AWrongAnswerIsReportedWithLineStatesAndDumps) {
  // "put 205 3", then an iterator over it.
  const TraceVerdict verdict = Replay(7, "= 205 3", "= 205 4");
  EXPECT_FALSE(verdict.exact);
  EXPECT_EQ(verdict.lines, 5U);
  EXPECT_EQ(verdict.mismatch,
            "copy.trace:7: iter 2 begin 0 6 = 205 4 | 1 3 0 0 0 0 0 -1 0 | 13b1d869194300d9\n"
            "  Go answered 205 = 4, we answer 205 = 3\n"
            "  Go's state 1 3 0 0 0 0 0 -1 0 | 13b1d869194300d9\n"
            "  our state  1 3 0 0 0 0 0 -1 0 | 13b1d869194300d9\n"
            "our buckets before:\n"
            "  new 0: [57 0 0 0 0 0 0 0] 205=3\n"
            "our buckets after:\n"
            "  new 0: [57 0 0 0 0 0 0 0] 205=3\n");
}

TEST_F(CorruptedTest, AWrongStateOrDigestIsReportedAtItsLine) {
  const TraceVerdict header = Replay(100, " 0 -1 0 |", " 0 -1 1 |");
  EXPECT_FALSE(header.exact);
  ExpectIn("copy.trace:100: ", header.mismatch);
  ExpectIn(" 0 -1 1 | ", header.mismatch);
  ExpectIn(" 0 -1 0 | ", header.mismatch);
  const TraceVerdict digest = Replay(2003, "a", "b");
  EXPECT_FALSE(digest.exact);
  ExpectIn("copy.trace:2003: ", digest.mismatch);
  ExpectIn("our buckets before:\n  new 0:", digest.mismatch);
  ExpectIn("our buckets after:\n  new 0:", digest.mismatch);
}

TEST_F(CorruptedTest, AWordThatIsNoOperationIsAParseError) {
  EXPECT_THROW(Replay(7, "iter", "itre"), ParseError);
}

TEST(ReplayTest, AnIteratorThatIsNotRunningIsAtItsEnd) {
  const TraceVerdict verdict = ReplayGoTrace(
      "# go-trace v1\n"
      "config go=go1.19.8 type=u64 hash=good hint=0 bucket=144\n"
      "make | 0 0 0 0 0 0 0 -1 0 | a8c7f832281a39c5\n"
      "iter 0 next = end | 0 0 0 0 0 0 0 -1 0 | a8c7f832281a39c5\n"
      "iter 0 begin 0 0 = end | 0 0 0 0 0 0 0 -1 0 | a8c7f832281a39c5\n"
      "iter 0 next = end | 0 0 0 0 0 0 0 -1 0 | a8c7f832281a39c5\n",
      "t.trace");
  EXPECT_TRUE(verdict.exact) << verdict.mismatch;
  EXPECT_EQ(verdict.lines, 4U);
}

}  // namespace
}  // namespace mapfuzz
