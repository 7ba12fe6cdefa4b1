#include "harness/tape_text.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace mapfuzz {
namespace {

constexpr std::string_view kVersionLine = "mapfuzz tape v1";
constexpr std::string_view kBlanks = " \t";

enum Header {
  kType,
  kPolicy,
  kPath,
  kHash,
  kGrowth,
  kChain,
  kHintHeader,
  kKeys,
  kSeed,
  kLayout,
  kSlots,
  kExpect,
  kHeaders
};
constexpr std::string_view kHeaderNames[kHeaders] = {"type",   "policy", "path",  "hash",
                                                     "growth", "chain",  "hint",  "keys",
                                                     "seed",   "layout", "slots", "expect"};
// What they say is said of maps of bytes alone.
constexpr Header kHeadersOfBytes[] = {kLayout, kSlots};
constexpr std::string_view kLayoutUsage =
    "`layout` is written `layout: KEY_SIZE/ALIGNMENT VALUE_SIZE/ALIGNMENT SLOTS`";

// The words an operation line may begin with.
constexpr auto kFirstWords = [] {
  std::array<std::string_view, kOpCodes + 1> words{};
  for (int i = 0; i < kOpCodes; ++i) words[i] = kOpInfo[i].name;
  words[kOpCodes] = "end";
  return words;
}();

std::string_view KindName(OperandKind kind) {
  switch (kind) {
    case OperandKind::kKey:
      return "key";
    case OperandKind::kKey2:
      return "second key";
    case OperandKind::kIterator:
      return "iterator";
    case OperandKind::kWidth:
      return "width";
    case OperandKind::kCount:
      return "count";
    case OperandKind::kDraw:
      return "draw";
    case OperandKind::kHint:
      return "hint";
    case OperandKind::kFault:
      return "kind";
    case OperandKind::kField:
      return "field";
    case OperandKind::kNth:
      return "nth";
  }
  return "";
}

// The words that operands of this kind are written by; none if they are numbers.
std::span<const std::string_view> NamesOf(OperandKind kind) {
  if (kind == OperandKind::kFault) return kFaultNames;
  if (kind == OperandKind::kField) return kCorruptNames;
  return {};
}

void AppendNumber(std::string& text, std::int64_t number) {
  char digits[24];
  text.append(digits, std::to_chars(digits, digits + sizeof(digits), number).ptr);
}

void AppendHeader(std::string& text, Header header, std::string_view value) {
  text += kHeaderNames[header];
  text += ": ";
  text += value;
  text += '\n';
}

void AppendHeader(std::string& text, Header header, std::int64_t value) {
  std::string digits;
  AppendNumber(digits, value);
  AppendHeader(text, header, digits);
}

std::string LayoutText(const TapeLayout& layout) {
  std::string text;
  for (const TapeObject& object : {layout.key, layout.value}) {
    AppendNumber(text, object.size);
    text += '/';
    AppendNumber(text, object.alignment);
    text += ' ';
  }
  AppendNumber(text, layout.slots);
  return text;
}

void AppendOp(std::string& text, const Op& op) {
  const OpInfo& info = kOpInfo[static_cast<int>(op.code)];
  text += info.name;
  for (int i = 0; i < info.operands; ++i) {
    text += ' ';
    const std::int64_t value = GetOperand(op, info.kinds[i]);
    const std::span<const std::string_view> names = NamesOf(info.kinds[i]);
    if (!names.empty()) {
      text += names[static_cast<std::size_t>(value)];
    } else {
      AppendNumber(text, info.kinds[i] == OperandKind::kHint ? value + kMinHint : value);
    }
  }
}

// Reads one text, line by line. A token is a view into the text, so its column is known.
class Parser {
 public:
  Parser(std::string_view text, std::string_view file) : text_(text), place_{file, 0, 1, {}} {}

  TextTape Parse();

 private:
  // Moves to the next line and takes it apart; false at the end of the text.
  bool NextLine();
  // Moves to the next line that holds anything.
  bool NextTokens();
  void CheckBytes();

  void ParseVersion();
  void ParseHeader();
  void ParseOp();
  void ParseEnd();
  void CheckNothingFollows();

  // Which of `names` the word is; `what` says what it names.
  int ParseName(std::string_view word, std::string_view what,
                std::span<const std::string_view> names);
  std::int64_t ParseNumber(std::string_view token, std::string_view what, std::int64_t min,
                           std::int64_t max);
  void ParseExpect();
  void ParseLayout();
  TapeObject ParseObject(std::string_view token, std::string_view what);
  void CheckHeadersBelong() const;

  [[noreturn]] void Fail(std::size_t column, std::string_view message);
  // With the caret under the token, or behind the line's last one.
  [[noreturn]] void FailAt(std::string_view token, std::string_view message);
  [[noreturn]] void FailAtEnd(std::string_view message);
  [[noreturn]] void FailUnknownOp(std::string_view word);
  [[noreturn]] void FailUnknownHeader(std::string_view name);

  std::string_view text_;  // what is left of it
  TextPlace place_;        // the current line
  std::vector<std::string_view> tokens_;
  bool seen_[kHeaders] = {};
  TextPlace place_of_[kHeaders];  // of those seen
  TextTape parsed_;
};

void Parser::Fail(std::size_t column, std::string_view message) {
  place_.column = column;
  throw ParseError(place_, message);
}

void Parser::FailAt(std::string_view token, std::string_view message) {
  Fail(static_cast<std::size_t>(token.data() - place_.text.data()) + 1, message);
}

void Parser::FailAtEnd(std::string_view message) {
  const std::string_view last = tokens_.back();
  Fail(static_cast<std::size_t>(last.data() - place_.text.data()) + last.size() + 1, message);
}

void Parser::CheckBytes() {
  for (const char& c : place_.text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == '\t' || (byte >= ' ' && byte != 0x7f)) continue;
    constexpr std::string_view kHex = "0123456789abcdef";
    FailAt({&c, 1}, std::string("byte 0x") + kHex[byte >> 4] + kHex[byte & 15] +
                        " is not text; is this file binary or damaged?");
  }
}

bool Parser::NextLine() {
  if (text_.empty()) return false;
  const std::size_t length = std::min(text_.find('\n'), text_.size());
  place_.text = text_.substr(0, length);
  ++place_.line;
  text_.remove_prefix(std::min(length + 1, text_.size()));
  if (!place_.text.empty() && place_.text.back() == '\r') place_.text.remove_suffix(1);
  CheckBytes();

  tokens_.clear();
  std::string_view rest = place_.text.substr(0, place_.text.find('#'));
  for (;;) {
    rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
    if (rest.empty()) return true;
    tokens_.push_back(rest.substr(0, rest.find_first_of(kBlanks)));
    const std::size_t colon = tokens_.back().find(':');
    if (tokens_.size() == 1 && colon != rest.npos) tokens_.back() = rest.substr(0, colon + 1);
    rest.remove_prefix(tokens_.back().size());
  }
}

bool Parser::NextTokens() {
  while (NextLine()) {
    if (!tokens_.empty()) return true;
  }
  return false;
}

void Parser::ParseVersion() {
  const std::string advice = "a tape starts with the line `" + std::string(kVersionLine) + "`";
  if (text_.substr(0, 3) == "\xef\xbb\xbf") text_.remove_prefix(3);  // a byte order mark
  if (!NextLine()) {
    place_.line = 1;
    Fail(1, "the text is empty; " + advice);
  }
  if (tokens_.size() < 2 || tokens_[0] != "mapfuzz" || tokens_[1] != "tape") {
    Fail(1, "this is not a tape; " + advice);
  }
  if (tokens_.size() < 3) FailAtEnd("the version is missing; " + advice);
  if (tokens_[2] != "v1") {
    FailAt(tokens_[2], "version " + Quoted(tokens_[2]) +
                           " is unknown; this program reads v1, a newer one may read this tape");
  }
  if (tokens_.size() > 3) FailAt(tokens_[3], "nothing may follow the version");
}

void Parser::FailUnknownHeader(std::string_view name) {
  std::string message = "unknown header " + Quoted(name);
  for (const OpInfo& info : kOpInfo) {
    if (info.name == name) FailAt(name, message + "; an operation is written without a colon");
  }
  const std::string_view nearest = Nearest(name, kHeaderNames);
  if (!nearest.empty()) FailAt(name, message + "; did you mean " + Quoted(nearest) + "?");
  message += "; headers are";
  for (const std::string_view known : kHeaderNames) message += " " + std::string(known);
  FailAt(name, message);
}

int Parser::ParseName(std::string_view word, std::string_view what,
                      std::span<const std::string_view> names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == word) return static_cast<int>(i);
  }
  std::string message = "unknown " + std::string(what) + " " + Quoted(word);
  const std::string_view nearest = Nearest(word, names);
  if (!nearest.empty()) FailAt(word, message + "; did you mean " + Quoted(nearest) + "?");
  message += "; it is one of";
  for (const std::string_view name : names) message += " " + std::string(name);
  FailAt(word, message);
}

std::int64_t Parser::ParseNumber(std::string_view token, std::string_view what, std::int64_t min,
                                 std::int64_t max) {
  const std::string range = std::to_string(min) + " to " + std::to_string(max);
  std::int64_t number = 0;
  const char* const end = token.data() + token.size();
  const auto [stop, error] = std::from_chars(token.data(), end, number);
  if (stop != end || error == std::errc::invalid_argument) {
    FailAt(token, Quoted(token) + " is not a number; the " + std::string(what) +
                      " is a whole number from " + range);
  }
  if (error != std::errc() || number < min || number > max) {
    FailAt(token,
           std::string(what) + " " + Quoted(token) + " is out of range; it goes from " + range);
  }
  return number;
}

void Parser::ParseExpect() {
  const std::string_view value = tokens_[1];
  const std::size_t slash = value.find('/');
  const bool two_names = slash != value.npos && slash > 0 && slash + 1 < value.size();
  if (!two_names || value.find('/', slash + 1) != value.npos) {
    FailAt(value, Quoted(value) + " names no failure; write ORACLE/PROPERTY");
  }
  parsed_.expect = value;
}

// SIZE/ALIGNMENT
TapeObject Parser::ParseObject(std::string_view token, std::string_view what) {
  const std::size_t slash = token.find('/');
  if (slash == token.npos) {
    FailAt(token, Quoted(token) + " has no alignment; " + std::string(kLayoutUsage));
  }
  const std::string name(what);
  const std::string_view alignment = token.substr(slash + 1);
  TapeObject object;
  object.size = static_cast<std::uint16_t>(
      ParseNumber(token.substr(0, slash), name + " size", 0, kMaxObjectSize));
  object.alignment = static_cast<std::uint16_t>(
      ParseNumber(alignment, name + " alignment", 1, kMaxObjectAlignment));
  if (!std::has_single_bit(object.alignment)) {
    FailAt(alignment, name + " alignment " + Quoted(alignment) + " is not a power of two");
  }
  return object;
}

void Parser::ParseLayout() {
  constexpr std::string_view kSlotNames[] = {"4", "8", "16"};
  constexpr std::uint8_t kSlotCounts[] = {4, 8, 16};
  TapeLayout& layout = parsed_.tape.config.layout;
  layout.key = ParseObject(tokens_[1], "key");
  layout.value = ParseObject(tokens_[2], "value");
  layout.slots = kSlotCounts[ParseName(tokens_[3], "number of slots", kSlotNames)];
}

// The type may stand below what belongs to it.
void Parser::CheckHeadersBelong() const {
  if (parsed_.tape.config.type == KeyType::kBytes) return;
  for (const Header header : kHeadersOfBytes) {
    if (!seen_[header]) continue;
    throw ParseError(
        place_of_[header],
        Quoted(kHeaderNames[header]) + " belongs to `type: bytes`; remove it or change the type");
  }
}

void Parser::ParseHeader() {
  const std::string_view name = tokens_[0].substr(0, tokens_[0].size() - 1);
  int header = 0;
  while (header < kHeaders && kHeaderNames[header] != name) ++header;
  if (header == kHeaders) FailUnknownHeader(name);
  if (!parsed_.tape.ops.empty()) FailAt(name, "header line after an operation; move it up");
  if (seen_[header]) FailAt(name, "second " + Quoted(name) + " line; keep one of them");
  seen_[header] = true;
  place_of_[header] = place_;
  if (tokens_.size() < 2) FailAtEnd("the value of " + Quoted(name) + " is missing");
  const std::size_t values = header == kLayout ? 3 : 1;
  if (tokens_.size() - 1 < values) FailAtEnd("a value is missing; " + std::string(kLayoutUsage));
  if (tokens_.size() - 1 > values) {
    const std::string has = values == 1 ? " has one value" : " has three values";
    FailAt(tokens_[values + 1], Quoted(name) + has + "; remove the rest");
  }

  Config& config = parsed_.tape.config;
  switch (static_cast<Header>(header)) {
    case kType:
      config.type = static_cast<KeyType>(ParseName(tokens_[1], kHeaderNames[kType], kKeyTypeNames));
      break;
    case kPolicy:
      config.policy =
          static_cast<PolicyKind>(ParseName(tokens_[1], kHeaderNames[kPolicy], kPolicyNames));
      break;
    case kPath:
      config.path = static_cast<PathKind>(ParseName(tokens_[1], kHeaderNames[kPath], kPathNames));
      break;
    case kHash:
      config.hash = static_cast<HashKind>(ParseName(tokens_[1], kHeaderNames[kHash], kHashNames));
      break;
    case kGrowth:
      config.growth =
          static_cast<GrowthKind>(ParseName(tokens_[1], kHeaderNames[kGrowth], kGrowthNames));
      break;
    case kChain:
      config.chain = static_cast<std::uint8_t>(ParseNumber(tokens_[1], "chain", 0, kMaxChain));
      break;
    case kHintHeader:
      config.hint = static_cast<std::int32_t>(ParseNumber(tokens_[1], "hint", kMinHint, kMaxHint));
      break;
    case kKeys:
      config.keys =
          static_cast<std::uint32_t>(ParseNumber(tokens_[1], "number of keys", 1, kMaxKeys));
      break;
    case kSeed:
      config.seed = static_cast<std::uint32_t>(ParseNumber(tokens_[1], "seed", 0, UINT32_MAX));
      break;
    case kLayout:
      ParseLayout();
      break;
    case kSlots:
      config.layout.slots_kind =
          static_cast<SlotsKind>(ParseName(tokens_[1], kHeaderNames[kSlots], kSlotsNames));
      break;
    case kExpect:
      ParseExpect();
      break;
    case kHeaders:
      break;
  }
}

void Parser::FailUnknownOp(std::string_view word) {
  for (const std::string_view header : kHeaderNames) {
    if (header == word) {
      FailAt(word, "a header is written with a colon behind its name: `" + std::string(word) +
                       ": VALUE`");
    }
  }
  std::string message = "unknown operation " + Quoted(word);
  const std::string_view nearest = Nearest(word, kFirstWords);
  if (!nearest.empty()) FailAt(word, message + "; did you mean " + Quoted(nearest) + "?");
  message += "; operations are";
  for (const OpInfo& info : kOpInfo) message += " " + std::string(info.name);
  FailAt(word, message);
}

void Parser::ParseOp() {
  const std::string_view word = tokens_[0];
  int code = 0;
  while (code < kOpCodes && kOpInfo[code].name != word) ++code;
  if (code == kOpCodes) FailUnknownOp(word);
  const OpInfo& info = kOpInfo[code];
  const auto operands = static_cast<std::size_t>(info.operands);
  if (tokens_.size() - 1 != operands) {
    std::string usage = Quoted(word) + " is written `" + std::string(word);
    for (std::size_t i = 0; i < operands; ++i) {
      usage += " " + std::string(i == 1 && info.kinds[i] == OperandKind::kKey2
                                     ? "key2"
                                     : KindName(info.kinds[i]));
    }
    usage += "`";
    if (tokens_.size() - 1 < operands) FailAtEnd("an operand is missing; " + usage);
    FailAt(tokens_[operands + 1], "too many operands; " + usage);
  }
  if (parsed_.tape.ops.size() == kMaxOps) {
    FailAt(word, "too many operations; a tape holds at most " + std::to_string(kMaxOps));
  }
  Op op;
  op.code = info.code;
  for (std::size_t i = 0; i < operands; ++i) {
    const OperandKind kind = info.kinds[i];
    if (const auto names = NamesOf(kind); !names.empty()) {
      const std::string_view what = kind == OperandKind::kFault ? "kind of fault" : "field";
      SetOperand(op, kind, static_cast<std::uint32_t>(ParseName(tokens_[i + 1], what, names)));
      continue;
    }
    const std::int64_t min = kind == OperandKind::kHint ? kMinHint : 0;
    const std::int64_t max = min + OperandLimit(kind) - 1;
    const std::int64_t value = ParseNumber(tokens_[i + 1], KindName(kind), min, max);
    SetOperand(op, kind, static_cast<std::uint32_t>(value - min));
  }
  parsed_.tape.ops.push_back(op);
}

void Parser::ParseEnd() {
  const std::string count = std::to_string(parsed_.tape.ops.size());
  if (tokens_.size() > 2) FailAt(tokens_[2], "nothing may follow the number of operations");
  if (tokens_.size() < 2) return;
  const std::int64_t stated = ParseNumber(tokens_[1], "number of operations", 0, kMaxOps);
  if (stated == static_cast<std::int64_t>(parsed_.tape.ops.size())) return;
  FailAt(tokens_[1],
         (count == "1" ? "there is 1 operation" : "there are " + count + " operations") +
             " above, not " + std::to_string(stated) + "; if none was lost, write `end " + count +
             "` or just `end`");
}

void Parser::CheckNothingFollows() {
  if (NextTokens()) FailAt(tokens_[0], "the tape is over after its `end` line; remove the rest");
}

TextTape Parser::Parse() {
  ParseVersion();
  while (NextTokens()) {
    if (tokens_[0] == "end") {
      ParseEnd();
      CheckNothingFollows();
      CheckHeadersBelong();
      parsed_.tape.config = Canonical(parsed_.tape.config);
      return std::move(parsed_);
    }
    if (tokens_[0].back() == ':') {
      ParseHeader();
    } else {
      ParseOp();
    }
  }
  const std::string count = std::to_string(parsed_.tape.ops.size());
  Fail(place_.text.size() + 1, "the text is cut short: no `end` line after " + count +
                                   (count == "1" ? " operation" : " operations") +
                                   "; if none was lost, add `end " + count + "`");
}

}  // namespace

std::string OpText(const Op& op) {
  std::string text;
  AppendOp(text, Canonical(op));
  return text;
}

std::string ToText(const Tape& tape, std::string_view expect) {
  const Config config = Canonical(tape.config);
  std::string text;
  text.reserve(256 + tape.ops.size() * 16);
  text += kVersionLine;
  text += '\n';
  AppendHeader(text, kType, kKeyTypeNames[static_cast<int>(config.type)]);
  AppendHeader(text, kPolicy, kPolicyNames[static_cast<int>(config.policy)]);
  AppendHeader(text, kPath, kPathNames[static_cast<int>(config.path)]);
  AppendHeader(text, kHash, kHashNames[static_cast<int>(config.hash)]);
  AppendHeader(text, kGrowth, kGrowthNames[static_cast<int>(config.growth)]);
  AppendHeader(text, kChain, config.chain);
  AppendHeader(text, kHintHeader, config.hint);
  AppendHeader(text, kKeys, config.keys);
  AppendHeader(text, kSeed, config.seed);
  if (config.type == KeyType::kBytes) {
    AppendHeader(text, kLayout, LayoutText(config.layout));
    AppendHeader(text, kSlots, kSlotsNames[static_cast<int>(config.layout.slots_kind)]);
  }
  if (!expect.empty()) AppendHeader(text, kExpect, expect);
  text += '\n';
  for (const Op& op : tape.ops) {
    AppendOp(text, Canonical(op));
    text += '\n';
  }
  text += "end ";
  AppendNumber(text, static_cast<std::int64_t>(tape.ops.size()));
  text += '\n';
  return text;
}

TextTape ParseTapeText(std::string_view text, std::string_view file_name) {
  return Parser(text, file_name).Parse();
}

}  // namespace mapfuzz
