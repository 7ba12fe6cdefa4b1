#include "harness/go_trace.h"

#include <charconv>
#include <cstddef>
#include <cstdio>
#include <limits>
#include <utility>

#include "harness/text_error.h"

namespace mapfuzz {
namespace {

// Reads one line word by word; an error names the word's place.
class LineReader {
 public:
  LineReader(std::string_view file, int number, std::string_view line)
      : place_{file, static_cast<std::size_t>(number), 1, line}, rest_(line) {}

  [[noreturn]] void Fail(std::string_view message) const { throw ParseError(place_, message); }

  std::string_view Word(std::string_view what) {
    const std::size_t begin = rest_.find_first_not_of(' ');
    if (begin == std::string_view::npos) {
      place_.column = place_.text.size() + 1;
      Fail("the line ends where " + std::string(what) + " should be");
    }
    rest_.remove_prefix(begin);
    place_.column = place_.text.size() - rest_.size() + 1;
    const std::string_view word = rest_.substr(0, rest_.find(' '));
    rest_.remove_prefix(word.size());
    return word;
  }

  void Expect(std::string_view wanted) {
    if (const std::string_view word = Word(Quoted(wanted)); word != wanted) {
      Fail(Quoted(word) + " stands where " + Quoted(wanted) + " should be");
    }
  }

  void End() {
    if (rest_.find_first_not_of(' ') != std::string_view::npos) {
      Fail("unexpected " + Quoted(Word("")) + " at the end of the line");
    }
  }

  // Decimal, or hexadecimal after 0x; at most `limit`.
  std::uint64_t Number(std::string_view what,
                       std::uint64_t limit = std::numeric_limits<std::uint64_t>::max()) {
    const std::string_view word = Word(what);
    const bool hex = word.substr(0, 2) == "0x";
    const std::uint64_t number = Convert(word, hex ? 2 : 0, hex ? 16 : 10, what);
    if (number > limit) Fail(std::string(what) + " is at most " + std::to_string(limit));
    return number;
  }
  std::uint64_t HexNumber(std::string_view what) { return Convert(Word(what), 0, 16, what); }

  std::int64_t SignedNumber(std::string_view what) {
    const std::string_view word = Word(what);
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc() || end != word.data() + word.size()) {
      Fail(Quoted(word) + " is no number; " + std::string(what) + " should be here");
    }
    return number;
  }

  // True, and past it, if the next word is `word`.
  bool Skip(std::string_view word) {
    LineReader ahead = *this;
    if (ahead.rest_.find_first_not_of(' ') == std::string_view::npos) return false;
    if (ahead.Word("") != word) return false;
    *this = ahead;
    return true;
  }

 private:
  // The number that `word` is behind its first `prefix` bytes.
  std::uint64_t Convert(std::string_view word, std::size_t prefix, int base,
                        std::string_view what) const {
    std::uint64_t number = 0;
    const auto [end, error] =
        std::from_chars(word.data() + prefix, word.data() + word.size(), number, base);
    if (error != std::errc() || end != word.data() + word.size()) {
      Fail(Quoted(word) + " is no number; " + std::string(what) + " should be here");
    }
    return number;
  }

  TextPlace place_;
  std::string_view rest_;
};

// The value of a word `name=value`.
std::string_view Setting(LineReader& reader, std::string_view name) {
  const std::string_view word = reader.Word(std::string(name) + "=...");
  if (word.size() <= name.size() || word.substr(0, name.size()) != name ||
      word[name.size()] != '=') {
    reader.Fail(Quoted(word) + " stands where " + std::string(name) + "=... should be");
  }
  return word.substr(name.size() + 1);
}

TraceConfig ParseConfig(LineReader& reader) {
  TraceConfig config;
  reader.Expect("config");
  Setting(reader, "go");
  const std::string_view type = Setting(reader, "type");
  if (type == "u64") {
    config.type = TraceType::kU64;
  } else if (type == "u64ptr") {
    config.type = TraceType::kU64Pointer;
  } else if (type == "f64") {
    config.type = TraceType::kF64;
  } else {
    reader.Fail("unknown type; known are u64, u64ptr and f64");
  }
  const std::string_view hash = Setting(reader, "hash");
  bool known = false;
  for (const HashKind kind :
       {HashKind::kGood, HashKind::kLowBits, HashKind::kConst, HashKind::kTopZero}) {
    if (hash != kHashNames[static_cast<int>(kind)]) continue;
    config.hash = kind;
    known = true;
  }
  if (!known) reader.Fail("unknown hash; known are good, lowbits, const and topzero");
  const std::string_view hint = Setting(reader, "hint");
  const auto [end, error] = std::from_chars(hint.data(), hint.data() + hint.size(), config.hint);
  if (error != std::errc() || end != hint.data() + hint.size())
    reader.Fail("the hint is no number");
  if (config.hint > kMaxTraceHint) {
    reader.Fail("the hint is at most " + std::to_string(kMaxTraceHint));
  }
  if (Setting(reader, "bucket") != "144") reader.Fail("only buckets of 144 bytes can be replayed");
  reader.End();
  return config;
}

// "= K V", "= V" or the word that says there was nothing.
void ParseFound(LineReader& reader, TraceOp& op, std::string_view nothing) {
  reader.Expect("=");
  if (reader.Skip(nothing)) return;
  op.found = true;
  op.found_key = op.kind == TraceOpKind::kGet ? op.key : reader.Number("a key");
  op.found_value = reader.Number("a value");
}

TraceOp ParseOp(LineReader& reader) {
  TraceOp op;
  const std::string_view name = reader.Word("an operation");
  if (name == "make" || name == "clear") {
    op.kind = name == "make" ? TraceOpKind::kMake : TraceOpKind::kClear;
  } else if (name == "put") {
    op.kind = TraceOpKind::kPut;
    op.key = reader.Number("a key");
    op.value = reader.Number("a value");
  } else if (name == "del") {
    op.kind = TraceOpKind::kDel;
    op.key = reader.Number("a key");
  } else if (name == "get") {
    op.kind = TraceOpKind::kGet;
    op.key = reader.Number("a key");
    ParseFound(reader, op, "-");
  } else if (name == "iter") {
    op.iterator = static_cast<std::uint32_t>(reader.Number("an iterator's number", 1000));
    if (reader.Skip("begin")) {
      op.kind = TraceOpKind::kBegin;
      op.start = reader.Number("a start bucket");
      op.offset = static_cast<unsigned>(reader.Number("a slot offset", 7));
    } else {
      op.kind = TraceOpKind::kNext;
      reader.Expect("next");
    }
    ParseFound(reader, op, "end");
  } else {
    reader.Fail("unknown operation " + Quoted(name) +
                "; known are make, put, del, get, iter and clear");
  }
  return op;
}

TraceState ParseState(LineReader& reader) {
  TraceState state;
  reader.Expect("|");
  state.header.count = reader.Number("the count");
  state.header.flags = static_cast<std::uint8_t>(reader.Number("the flag byte", 255));
  state.header.b = static_cast<std::uint8_t>(reader.Number("B", 63));
  state.header.noverflow = static_cast<std::uint16_t>(reader.Number("noverflow", 65535));
  state.header.hash0 = static_cast<std::uint32_t>(reader.Number("hash0", 0xffffffff));
  state.header.nevacuate = reader.Number("nevacuate");
  state.header.growing = reader.Number("growing", 1) != 0;
  state.header.pool = reader.SignedNumber("the pool's size");
  state.nan_calls = reader.Number("the NaN hash calls");
  reader.Expect("|");
  state.digest = reader.HexNumber("the digest");
  reader.End();
  return state;
}

}  // namespace

GoTrace ParseGoTrace(std::string_view text, std::string_view file_name) {
  GoTrace trace;
  int number = 0;
  bool configured = false;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    ++number;
    LineReader reader(file_name, number, line);
    if (number == 1 && line != kGoTraceMagic) {
      reader.Fail("a Go trace begins with " + Quoted(kGoTraceMagic));
    }
    if (line.empty() || line[0] == '#') continue;
    if (!configured) {
      trace.config = ParseConfig(reader);
      configured = true;
      continue;
    }
    TraceLine parsed{number, std::string(line), ParseOp(reader), ParseState(reader)};
    if (trace.lines.empty() != (parsed.op.kind == TraceOpKind::kMake)) {
      reader.Fail("a trace makes its map once, in its first operation");
    }
    trace.lines.push_back(std::move(parsed));
  }
  if (trace.lines.empty()) {
    LineReader(file_name, number + 1, "").Fail("the trace ends without an operation");
  }
  return trace;
}

std::optional<Tape> TapeOf(const GoTrace& trace) {
  constexpr std::uint64_t kMostCount = UINT16_MAX;
  if (trace.config.type == TraceType::kF64 || trace.config.hint > kMaxHint) return std::nullopt;
  Tape tape;
  tape.config.policy = PolicyKind::kGo119;
  tape.config.hash = trace.config.hash;
  tape.config.hint = static_cast<std::int32_t>(trace.config.hint);
  for (const TraceLine& line : trace.lines) {
    const TraceOp& op = line.op;
    const std::uint64_t draw = op.start | std::uint64_t{op.offset} << line.state.header.b;
    if (op.key >= tape.config.keys || op.iterator >= kIterators || draw > kMostCount) {
      return std::nullopt;
    }
    const auto key = static_cast<std::uint16_t>(op.key);
    const auto iterator = static_cast<std::uint8_t>(op.iterator);
    switch (op.kind) {
      case TraceOpKind::kMake:
        break;
      case TraceOpKind::kPut:
        tape.ops.push_back({OpCode::kPut, 0, key, 0});
        break;
      case TraceOpKind::kDel:
        tape.ops.push_back({OpCode::kDel, 0, key, 0});
        break;
      case TraceOpKind::kGet:
        tape.ops.push_back({OpCode::kGet, 0, key, 0});
        break;
      case TraceOpKind::kBegin:
        tape.ops.push_back({OpCode::kBegin, iterator, 0, static_cast<std::uint16_t>(draw)});
        break;
      case TraceOpKind::kNext:
        tape.ops.push_back({OpCode::kNext, iterator, 0, 0});
        break;
      case TraceOpKind::kClear:
        tape.ops.push_back({OpCode::kClear, 0, 0, 0});
        break;
    }
  }
  tape.config = Canonical(tape.config);
  return tape;
}

std::string StateText(const TraceState& state) {
  const HeaderView& h = state.header;
  char digest[17];
  std::snprintf(digest, sizeof(digest), "%016llx", static_cast<unsigned long long>(state.digest));
  std::string text;
  for (const std::uint64_t field :
       {h.count, std::uint64_t{h.flags}, std::uint64_t{h.b}, std::uint64_t{h.noverflow},
        std::uint64_t{h.hash0}, h.nevacuate, std::uint64_t{h.growing}}) {
    text += std::to_string(field) + ' ';
  }
  text += std::to_string(h.pool) + ' ' + std::to_string(state.nan_calls) + " | " + digest;
  return text;
}

}  // namespace mapfuzz
