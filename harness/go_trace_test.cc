#include "harness/go_trace.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/tape_text.h"
#include "harness/text_error.h"

namespace mapfuzz {
namespace {

constexpr std::string_view kHead =
    "# go-trace v1\n"
    "config go=go1.19.8 type=u64 hash=good hint=0 bucket=144\n";
constexpr std::string_view kMake = "make | 0 0 0 0 0 0 0 -1 0 | a8c7f832281a39c5\n";

GoTrace Parse(std::string_view body) {
  return ParseGoTrace(std::string(kHead) + std::string(kMake) + std::string(body), "t.trace");
}

// The first line of what the parser says.
std::string ErrorOf(std::string_view text) {
  try {
    ParseGoTrace(text, "t.trace");
  } catch (const ParseError& error) {
    const std::string what = error.what();
    return what.substr(0, what.find('\n'));
  }
  return "no error";
}

TEST(GoTraceTest, ReadsTheConfiguration) {
  const GoTrace trace = ParseGoTrace(
      "# go-trace v1\n"
      "config go=go1.19.8 type=u64ptr hash=topzero hint=-5 bucket=144\n" +
          std::string(kMake),
      "t.trace");
  EXPECT_EQ(trace.config.type, TraceType::kU64Pointer);
  EXPECT_EQ(trace.config.hash, HashKind::kTopZero);
  EXPECT_EQ(trace.config.hint, -5);
}

TEST(GoTraceTest, IsATapeToo) {
  constexpr std::string_view kState = " | 1 3 2 0 0 0 0 -1 0 | 0\n";
  std::string body;
  for (const char* line :
       {"put 7 3", "get 7 = 3", "iter 2 begin 1 6 = 7 3", "iter 2 next = end", "del 7", "clear"}) {
    body += std::string(line) + std::string(kState);
  }
  const std::optional<Tape> tape = TapeOf(Parse(body));
  ASSERT_TRUE(tape.has_value());
  EXPECT_EQ(tape->config.policy, PolicyKind::kGo119);
  std::string operations;
  for (const Op& op : tape->ops) operations += OpText(op) + "\n";
  EXPECT_EQ(operations, "put 7\nget 7\nbegin 2 25\nnext 2\ndel 7\nclear\n")
      << "25 is slot 6 and bucket 1 of four";
}

TEST(GoTraceTest, IsNoTapeIfNoneCanSayIt) {
  constexpr std::string_view kState = " | 1 3 2 0 0 0 0 -1 0 | 0\n";
  EXPECT_FALSE(TapeOf(Parse("put 65536 3" + std::string(kState))).has_value());
  EXPECT_FALSE(TapeOf(Parse("iter 4 begin 0 0 = end" + std::string(kState))).has_value());
  EXPECT_FALSE(TapeOf(Parse("iter 0 begin 65536 0 = end" + std::string(kState))).has_value());
}

TEST(GoTraceTest, ReadsEveryOperation) {
  constexpr std::string_view kState = " | 1 3 0 0 0 0 0 -1 0 | 0\n";
  struct Row {
    std::string_view text;
    TraceOp op;
  };
  const Row rows[] = {
      {"put 7 3", {TraceOpKind::kPut, 7, 3, 0, 0, 0, false, 0, 0}},
      {"put 0x7ff8000000000001 2",
       {TraceOpKind::kPut, 0x7ff8000000000001, 2, 0, 0, 0, false, 0, 0}},
      {"del 18446744073709551615", {TraceOpKind::kDel, ~std::uint64_t{0}, 0, 0, 0, 0, false, 0, 0}},
      {"get 7 = 3", {TraceOpKind::kGet, 7, 0, 0, 0, 0, true, 7, 3}},
      {"get 7 = -", {TraceOpKind::kGet, 7, 0, 0, 0, 0, false, 0, 0}},
      {"iter 2 begin 5 6 = 7 3", {TraceOpKind::kBegin, 0, 0, 2, 5, 6, true, 7, 3}},
      {"iter 2 begin 0 0 = end", {TraceOpKind::kBegin, 0, 0, 2, 0, 0, false, 0, 0}},
      {"iter 3 next = 7 3", {TraceOpKind::kNext, 0, 0, 3, 0, 0, true, 7, 3}},
      {"iter 3 next = end", {TraceOpKind::kNext, 0, 0, 3, 0, 0, false, 0, 0}},
      {"clear", {TraceOpKind::kClear, 0, 0, 0, 0, 0, false, 0, 0}},
  };
  for (const Row& row : rows) {
    const GoTrace trace = Parse(std::string(row.text) + std::string(kState));
    ASSERT_EQ(trace.lines.size(), 2U);
    const TraceOp& op = trace.lines[1].op;
    SCOPED_TRACE(row.text);
    EXPECT_EQ(op.kind, row.op.kind);
    EXPECT_EQ(op.key, row.op.key);
    EXPECT_EQ(op.value, row.op.value);
    EXPECT_EQ(op.iterator, row.op.iterator);
    EXPECT_EQ(op.start, row.op.start);
    EXPECT_EQ(op.offset, row.op.offset);
    EXPECT_EQ(op.found, row.op.found);
    EXPECT_EQ(op.found_key, row.op.found_key);
    EXPECT_EQ(op.found_value, row.op.found_value);
  }
}

TEST(GoTraceTest, ReadsTheStateAndPrintsItBack) {
  const GoTrace trace = Parse("clear | 1 2 3 4 5 6 1 -1 9 | 00c7f832281a39c5");
  const TraceLine& line = trace.lines.at(1);
  EXPECT_EQ(line.state.header, (HeaderView{1, 2, 3, 4, 5, 6, true, -1}));
  EXPECT_EQ(line.state.nan_calls, 9U);
  EXPECT_EQ(line.state.digest, 0x00c7f832281a39c5U);
  EXPECT_EQ(StateText(line.state), "1 2 3 4 5 6 1 -1 9 | 00c7f832281a39c5");
  EXPECT_EQ(line.text, "clear | 1 2 3 4 5 6 1 -1 9 | 00c7f832281a39c5");
}

TEST(GoTraceTest, CountsCommentsAndEmptyLinesAsLines) {
  const GoTrace trace = Parse("\r\n# a comment\n\nclear | 0 0 0 0 0 0 0 -1 0 | 0\r\n");
  ASSERT_EQ(trace.lines.size(), 2U);
  EXPECT_EQ(trace.lines[0].number, 3);
  EXPECT_EQ(trace.lines[1].number, 7);
  EXPECT_EQ(trace.lines[1].text, "clear | 0 0 0 0 0 0 0 -1 0 | 0");
}

TEST(GoTraceTest, AnErrorBeforeTheFirstOperationNamesLineAndColumn) {
  struct Row {
    std::string_view text;
    std::string_view error;
  };
  constexpr Row kRows[] = {
      {"", "t.trace:1:1: the trace ends without an operation"},
      {"mapfuzz tape v1\n", "t.trace:1:1: a Go trace begins with `# go-trace v1`"},
      {"# go-trace v2\n", "t.trace:1:1: a Go trace begins with `# go-trace v1`"},
      {"\xff\xfe\n", "t.trace:1:1: a Go trace begins with `# go-trace v1`"},
      {"# go-trace v1\n", "t.trace:2:1: the trace ends without an operation"},
      {"# go-trace v1\nput 1 2\n", "t.trace:2:1: `put` stands where `config` should be"},
      {"# go-trace v1\nconfig\n", "t.trace:2:7: the line ends where go=... should be"},
      {"# go-trace v1\nconfig type=u64\n", "t.trace:2:8: `type=u64` stands where go=... should be"},
      {"# go-trace v1\nconfig go=1 type=u8\n",
       "t.trace:2:13: unknown type; known are u64, u64ptr and f64"},
      {"# go-trace v1\nconfig go=1 type=u64 hash=best\n",
       "t.trace:2:22: unknown hash; known are good, lowbits, const and topzero"},
      {"# go-trace v1\nconfig go=1 type=u64 hash=good hint=1x\n",
       "t.trace:2:32: the hint is no number"},
      {"# go-trace v1\nconfig go=1 type=u64 hash=good hint=\n",
       "t.trace:2:32: the hint is no number"},
      {"# go-trace v1\nconfig go=1 type=u64 hash=good hint=1048577\n",
       "t.trace:2:32: the hint is at most 1048576"},
      {"# go-trace v1\nconfig go=1 type=u64 hash=good hint=0 bucket=80\n",
       "t.trace:2:39: only buckets of 144 bytes can be replayed"},
      {"# go-trace v1\nconfig go=1 type=u64 hash=good hint=0 bucket=144 x\n",
       "t.trace:2:50: unexpected `x` at the end of the line"},
  };
  for (const Row& row : kRows) EXPECT_EQ(ErrorOf(row.text), row.error) << row.text;
}

TEST(GoTraceTest, AnErrorInAnOperationNamesLineAndColumn) {
  struct Row {
    std::string_view line;
    std::string_view error;
  };
  constexpr Row kRows[] = {
      {"insert 1 2",
       "1: unknown operation `insert`; known are make, put, del, get, iter and clear"},
      {"put", "4: the line ends where a key should be"},
      {"put 1", "6: the line ends where a value should be"},
      {"put x 2", "5: `x` is no number; a key should be here"},
      {"put -1 2", "5: `-1` is no number; a key should be here"},
      {"put 0x 2", "5: `0x` is no number; a key should be here"},
      {"put 18446744073709551616 2",
       "5: `18446744073709551616` is no number; a key should be here"},
      {"del 1", "6: the line ends where `|` should be"},
      {"get 1", "6: the line ends where `=` should be"},
      {"get 1 : 2", "7: `:` stands where `=` should be"},
      {"get 1 = no", "9: `no` is no number; a value should be here"},
      {"iter 1001 next = end", "6: an iterator's number is at most 1000"},
      {"iter 1 previous = end", "8: `previous` stands where `next` should be"},
      {"iter 1 begin 0 8 = end", "16: a slot offset is at most 7"},
      {"iter 1 next = 5", "16: the line ends where a value should be"},
      {"clear | 0 0 0", "14: the line ends where noverflow should be"},
      {"clear | 0 256 0 0 0 0 0 0 0 | 0", "11: the flag byte is at most 255"},
      {"clear | 0 0 64 0 0 0 0 0 0 | 0", "13: B is at most 63"},
      {"clear | 0 0 0 65536 0 0 0 0 0 | 0", "15: noverflow is at most 65535"},
      {"clear | 0 0 0 0 4294967296 0 0 0 0 | 0", "17: hash0 is at most 4294967295"},
      {"clear | 0 0 0 0 0 0 2 0 0 | 0", "21: growing is at most 1"},
      {"clear | 0 0 0 0 0 0 0 x 0 | 0", "23: `x` is no number; the pool's size should be here"},
      {"clear | 0 0 0 0 0 0 0 0 0 0", "27: `0` stands where `|` should be"},
      {"clear | 0 0 0 0 0 0 0 0 0 | xyz", "29: `xyz` is no number; the digest should be here"},
      {"clear | 0 0 0 0 0 0 0 0 0 | 0 1", "31: unexpected `1` at the end of the line"},
      {"make | 0 0 0 0 0 0 0 0 0 | 0", "28: a trace makes its map once, in its first operation"},
  };
  for (const Row& row : kRows) {
    const std::string text = std::string(kHead) + std::string(kMake) + std::string(row.line) + "\n";
    EXPECT_EQ(ErrorOf(text), "t.trace:4:" + std::string(row.error)) << row.line;
  }
  EXPECT_EQ(ErrorOf(std::string(kHead) + "clear | 0 0 0 0 0 0 0 0 0 | 0\n"),
            "t.trace:3:29: a trace makes its map once, in its first operation");
}

TEST(GoTraceTest, AnErrorShowsTheLineAndThePlace) {
  try {
    Parse("put 12 x | 0\n");
    FAIL() << "no error";
  } catch (const ParseError& error) {
    EXPECT_EQ(error.line, 4U);
    EXPECT_EQ(error.column, 8U);
    EXPECT_STREQ(error.what(),
                 "t.trace:4:8: `x` is no number; a value should be here\n"
                 "  put 12 x | 0\n"
                 "         ^");
  }
}

TEST(TraceDigestTest, IsFnv1a) {
  TraceDigest digest;
  EXPECT_EQ(digest.value(), 0xcbf29ce484222325U);
  for (const char c : std::string_view("foobar")) digest.Byte(static_cast<std::uint8_t>(c));
  EXPECT_EQ(digest.value(), 0x85944171f73967e8U);
  TraceDigest empty;  // two arrays without chains
  empty.Word(0, 4);
  empty.Word(0, 4);
  EXPECT_EQ(empty.value(), 0xa8c7f832281a39c5U);
}

}  // namespace
}  // namespace mapfuzz
