#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "harness/tape_text.h"
#include "harness/tape_words.h"
#include "harness/token_reader.h"

namespace mapfuzz {
namespace {

constexpr std::string_view kLayoutUsage =
    "`layout` is written `layout: KEY_SIZE/ALIGNMENT VALUE_SIZE/ALIGNMENT SLOTS`";

constexpr auto kOpNames = [] {
  std::array<std::string_view, kOpCodes> names{};
  for (int i = 0; i < kOpCodes; ++i) names[i] = kOpInfo[i].name;
  return names;
}();
// The words an operation line may begin with.
constexpr auto kFirstWords = [] {
  std::array<std::string_view, kOpCodes + 1> words{};
  std::copy(kOpNames.begin(), kOpNames.end(), words.begin());
  words.back() = kEndWord;
  return words;
}();

// Why a header does not belong to a tape.
std::string ScopeText(HeaderScope scope) {
  switch (scope) {
    case HeaderScope::kAlone:
      return " does not belong to a tape with `map`; remove one of them";
    case HeaderScope::kBytes:
      return " belongs to `type: bytes`; remove it or change the type";
    case HeaderScope::kShared:
      return " belongs to a tape with `map: KIND`; remove it or add that";
    case HeaderScope::kSharded:
      return " belongs to `map: sharded`; remove it or change the map";
    case HeaderScope::kAny:
      break;
  }
  return "";
}

// "t0:", with any number.
bool IsThread(std::string_view token) {
  return token.size() > 2 && token.front() == 't' && token.back() == ':' &&
         token.find_first_not_of("0123456789", 1) == token.size() - 1;
}

class TapeParser {
 public:
  TapeParser(std::string_view text, std::string_view file) : reader_(text, file) {}

  TextTape Parse();

 private:
  const std::vector<std::string_view>& tokens() const { return reader_.tokens(); }

  void ParseVersion();
  void ParseHeader();
  void ParseValue(TapeHeader header);
  void ParseThreadOp();
  std::int8_t ParseThread(std::string_view token) const;
  void ParseOp(std::size_t first, std::int8_t thread = kBeforeThreads);
  void ParseOperand(Op& op, OperandKind kind, std::string_view token) const;
  void ParseEnd();
  void CheckNothingFollows();
  void CheckHeadersBelong() const;
  void CheckThreadsOfSchedule(const TextPlace& place) const;

  // The value of a header that has one: a name, or a number that errors call `what`.
  template <class Enum>
  void ParseName(Enum& value, TapeHeader header, std::span<const std::string_view> names) const {
    value = static_cast<Enum>(reader_.NameAt(tokens()[1], NameOf(header), names));
  }
  template <class Number>
  void ParseNumber(Number& value, std::string_view what, std::int64_t min, std::int64_t max) const {
    value = static_cast<Number>(reader_.NumberAt(tokens()[1], what, min, max));
  }
  void ParseExpect();
  void ParseLayout();
  void ParseShards();
  TapeObject ParseObject(std::string_view token, std::string_view what) const;

  [[noreturn]] void FailUnknownHeader(std::string_view name) const;
  [[noreturn]] void FailUnknownOp(std::string_view word) const;
  [[noreturn]] void FailNumberOfOperands(const OpInfo& info, std::size_t given) const;
  [[noreturn]] void FailNotAllowed(std::string_view word) const;

  TokenReader reader_;
  // Where each header stands, if it does.
  std::optional<TextPlace> headers_[kTapeHeaders];
  TextTape parsed_;
};

TextTape TapeParser::Parse() {
  ParseVersion();
  while (reader_.NextTokens()) {
    if (tokens()[0] == kEndWord) {
      ParseEnd();
      CheckNothingFollows();
      CheckHeadersBelong();
      parsed_.tape = Canonical(std::move(parsed_.tape));
      return std::move(parsed_);
    }
    if (IsThread(tokens()[0])) {
      ParseThreadOp();
    } else if (tokens()[0].back() == ':') {
      ParseHeader();
    } else {
      ParseOp(0);
    }
  }
  const std::string count = std::to_string(parsed_.tape.ops.size());
  reader_.FailBehindLine("the text is cut short: no `end` line after " + count +
                         (count == "1" ? " operation" : " operations") +
                         "; if none was lost, add `end " + count + "`");
}

void TapeParser::ParseVersion() {
  const std::string advice = "a tape starts with the line `" + std::string(kVersionLine) + "`";
  if (!reader_.NextLine()) reader_.FailBehindLine("the text is empty; " + advice);
  if (tokens().size() < 2 || tokens()[0] != "mapfuzz" || tokens()[1] != "tape") {
    reader_.FailAt(reader_.place().text, "this is not a tape; " + advice);
  }
  if (tokens().size() < 3) reader_.FailBehindTokens("the version is missing; " + advice);
  if (tokens()[2] != "v1") {
    reader_.FailAt(tokens()[2],
                   "version " + Quoted(tokens()[2]) +
                       " is unknown; this program reads v1, a newer one may read this tape");
  }
  if (tokens().size() > 3) reader_.FailAt(tokens()[3], "nothing may follow the version");
}

void TapeParser::FailUnknownHeader(std::string_view name) const {
  if (std::find(kOpNames.begin(), kOpNames.end(), name) != kOpNames.end()) {
    reader_.FailAt(name,
                   "unknown header " + Quoted(name) + "; an operation is written without a colon");
  }
  reader_.FailUnknown(name, "header", kTapeHeaderNames, "headers are" + Listed(kTapeHeaderNames));
}

void TapeParser::ParseHeader() {
  const std::string_view name = tokens()[0].substr(0, tokens()[0].size() - 1);
  int number = 0;
  while (number < kTapeHeaders && kTapeHeaderNames[number] != name) ++number;
  if (number == kTapeHeaders) FailUnknownHeader(name);
  if (!parsed_.tape.ops.empty()) {
    reader_.FailAt(name, "header line after an operation; move it up");
  }
  if (headers_[number]) {
    reader_.FailAt(name, "second " + Quoted(name) + " line; keep one of them");
  }
  headers_[number] = reader_.place();

  const auto header = static_cast<TapeHeader>(number);
  if (tokens().size() < 2) {
    reader_.FailBehindTokens("the value of " + Quoted(name) + " is missing");
  }
  if (header == TapeHeader::kSchedule) {
    parsed_.tape.schedule = ScheduleAt(reader_, 1);
    if (parsed_.tape.schedule.switches.size() > kMaxSwitches) {
      reader_.FailAt(name,
                     "too many switches; a tape holds at most " + std::to_string(kMaxSwitches));
    }
    return;
  }
  const std::size_t values = header == TapeHeader::kLayout ? 3 : 1;
  if (tokens().size() - 1 < values) {
    reader_.FailBehindTokens("a value is missing; " + std::string(kLayoutUsage));
  }
  if (tokens().size() - 1 > values) {
    const std::string has = values == 1 ? " has one value" : " has three values";
    reader_.FailAt(tokens()[values + 1], Quoted(name) + has + "; remove the rest");
  }
  ParseValue(header);
}

void TapeParser::ParseValue(TapeHeader header) {
  Config& config = parsed_.tape.config;
  switch (header) {
    case TapeHeader::kType:
      return ParseName(config.type, header, kKeyTypeNames);
    case TapeHeader::kMap:
      config.shared = static_cast<SharedKind>(1 + reader_.NameAt(tokens()[1], "map", kSharedNames));
      return;
    case TapeHeader::kShards:
      return ParseShards();
    case TapeHeader::kThreads:
      return ParseNumber(config.threads, "number of threads", kMinThreads, kMostThreads);
    case TapeHeader::kPolicy:
      return ParseName(config.policy, header, kPolicyNames);
    case TapeHeader::kPath:
      return ParseName(config.path, header, kPathNames);
    case TapeHeader::kHash:
      return ParseName(config.hash, header, kHashNames);
    case TapeHeader::kGrowth:
      return ParseName(config.growth, header, kGrowthNames);
    case TapeHeader::kChain:
      return ParseNumber(config.chain, "chain", 0, kMaxChain);
    case TapeHeader::kHint:
      return ParseNumber(config.hint, "hint", kMinHint, kMaxHint);
    case TapeHeader::kKeys:
      return ParseNumber(config.keys, "number of keys", 1, kMaxKeys);
    case TapeHeader::kSeed:
      return ParseNumber(config.seed, "seed", 0, UINT32_MAX);
    case TapeHeader::kLayout:
      return ParseLayout();
    case TapeHeader::kSlots:
      return ParseName(config.layout.slots_kind, header, kSlotsNames);
    case TapeHeader::kSchedule:
      break;  // it has many values
    case TapeHeader::kExpect:
      return ParseExpect();
  }
}

void TapeParser::ParseExpect() {
  const std::string_view value = tokens()[1];
  const std::size_t slash = value.find('/');
  const bool two_names = slash != value.npos && slash > 0 && slash + 1 < value.size();
  if (!two_names || value.find('/', slash + 1) != value.npos) {
    reader_.FailAt(value, Quoted(value) + " names no failure; write ORACLE/PROPERTY");
  }
  parsed_.expect = value;
}

void TapeParser::ParseLayout() {
  constexpr std::string_view kSlotNames[] = {"4", "8", "16"};
  constexpr std::uint8_t kSlotCounts[] = {4, 8, 16};
  TapeLayout& layout = parsed_.tape.config.layout;
  layout.key = ParseObject(tokens()[1], "key");
  layout.value = ParseObject(tokens()[2], "value");
  layout.slots = kSlotCounts[reader_.NameAt(tokens()[3], "number of slots", kSlotNames)];
}

// SIZE/ALIGNMENT
TapeObject TapeParser::ParseObject(std::string_view token, std::string_view what) const {
  const std::size_t slash = token.find('/');
  if (slash == token.npos) {
    reader_.FailAt(token, Quoted(token) + " has no alignment; " + std::string(kLayoutUsage));
  }
  const std::string name(what);
  const std::string_view alignment = token.substr(slash + 1);
  TapeObject object;
  object.size = static_cast<std::uint16_t>(
      reader_.NumberAt(token.substr(0, slash), name + " size", 0, kMaxObjectSize));
  object.alignment = static_cast<std::uint16_t>(
      reader_.NumberAt(alignment, name + " alignment", 1, kMaxObjectAlignment));
  if (!std::has_single_bit(object.alignment)) {
    reader_.FailAt(alignment, name + " alignment " + Quoted(alignment) + " is not a power of two");
  }
  return object;
}

void TapeParser::ParseShards() {
  std::uint8_t& shards = parsed_.tape.config.shards;
  ParseNumber(shards, "number of shards", 1, kMaxShards);
  if (!std::has_single_bit(shards)) {
    reader_.FailAt(tokens()[1],
                   "number of shards " + Quoted(tokens()[1]) + " is not a power of two");
  }
}

// The header that it hangs on may stand below one that belongs to a tape or not.
void TapeParser::CheckHeadersBelong() const {
  const Config& config = parsed_.tape.config;
  for (int i = 0; i < kTapeHeaders; ++i) {
    const auto header = static_cast<TapeHeader>(i);
    const std::optional<TextPlace>& place = headers_[i];
    if (!place) continue;
    if (header == TapeHeader::kType && IsShared(config) && !CanBeShared(config.type)) {
      throw ParseError(*place, "the keys of a shared map are of type u64, u32 or string");
    }
    if (header == TapeHeader::kSchedule && IsShared(config)) CheckThreadsOfSchedule(*place);
    if (Has(config, header) || header == TapeHeader::kExpect) continue;
    throw ParseError(*place, Quoted(NameOf(header)) + ScopeText(ScopeOf(header)));
  }
}

void TapeParser::CheckThreadsOfSchedule(const TextPlace& place) const {
  const int threads = Canonical(parsed_.tape.config).threads;
  for (const Switch& at : parsed_.tape.schedule.switches) {
    if (at.thread < threads) continue;
    throw ParseError(place, "the schedule goes on with thread " + std::to_string(at.thread) +
                                ", and there are threads 0 to " + std::to_string(threads - 1));
  }
}

void TapeParser::FailUnknownOp(std::string_view word) const {
  for (const std::string_view header : kTapeHeaderNames) {
    if (header != word) continue;
    reader_.FailAt(word, "a header is written with a colon behind its name: `" + std::string(word) +
                             ": VALUE`");
  }
  reader_.FailUnknown(word, "operation", kFirstWords, "operations are" + Listed(kOpNames));
}

void TapeParser::FailNumberOfOperands(const OpInfo& info, std::size_t given) const {
  const auto operands = static_cast<std::size_t>(info.operands);
  std::string usage = Quoted(info.name) + " is written `" + std::string(info.name);
  for (std::size_t i = 0; i < operands; ++i) usage += " " + std::string(NameOf(info.kinds[i]));
  usage += "`";
  if (given < operands) {
    reader_.FailBehindTokens("an operand is missing; " + usage);
  }
  reader_.FailAt(tokens()[tokens().size() - given + operands], "too many operands; " + usage);
}

void TapeParser::FailNotAllowed(std::string_view word) const {
  if (IsShared(parsed_.tape.config)) {
    std::string names;
    for (const OpInfo& info : kOpInfo) {
      if (info.scope != OpScope::kAlone) names += " " + std::string(info.name);
    }
    reader_.FailAt(word, Quoted(word) + " cannot be done to a shared map; what can is" + names);
  }
  reader_.FailAt(word, Quoted(word) + " is for maps that threads share; name one by `map: KIND`");
}

// "t1: put 7"
void TapeParser::ParseThreadOp() {
  const std::int8_t thread = ParseThread(tokens()[0]);
  if (tokens().size() < 2) {
    reader_.FailBehindTokens("the operation of " + Quoted(tokens()[0]) + " is missing");
  }
  ParseOp(1, thread);
}

std::int8_t TapeParser::ParseThread(std::string_view token) const {
  const Config config = Canonical(parsed_.tape.config);
  if (!IsShared(config)) {
    reader_.FailAt(token, Quoted(token) + " belongs to a tape with `map: KIND`");
  }
  const std::string_view number = token.substr(1, token.size() - 2);
  return static_cast<std::int8_t>(reader_.NumberAt(number, "thread", 0, config.threads - 1));
}

void TapeParser::ParseOp(std::size_t first, std::int8_t thread) {
  const std::string_view word = tokens()[first];
  const std::size_t given = tokens().size() - 1 - first;
  int code = 0;
  while (code < kOpCodes && kOpInfo[code].name != word) ++code;
  if (code == kOpCodes) FailUnknownOp(word);
  const OpInfo& info = kOpInfo[code];
  if (!Allows(parsed_.tape.config, info.code)) FailNotAllowed(word);
  const auto operands = static_cast<std::size_t>(info.operands);
  if (given != operands) FailNumberOfOperands(info, given);
  if (parsed_.tape.ops.size() == kMaxOps) {
    reader_.FailAt(word, "too many operations; a tape holds at most " + std::to_string(kMaxOps));
  }
  Op op;
  op.code = info.code;
  op.thread = thread;
  for (std::size_t i = 0; i < operands; ++i) {
    ParseOperand(op, info.kinds[i], tokens()[first + 1 + i]);
  }
  parsed_.tape.ops.push_back(op);
}

void TapeParser::ParseOperand(Op& op, OperandKind kind, std::string_view token) const {
  if (const auto words = WordsOf(kind); !words.empty()) {
    const std::string_view what = kind == OperandKind::kFault ? "kind of fault" : NameOf(kind);
    SetOperand(op, kind, static_cast<std::uint32_t>(reader_.NameAt(token, what, words)));
    return;
  }
  const std::int64_t min = kind == OperandKind::kHint ? kMinHint : 0;
  const std::int64_t max = min + OperandLimit(kind) - 1;
  const std::int64_t value = reader_.NumberAt(token, NameOf(kind), min, max);
  SetOperand(op, kind, static_cast<std::uint32_t>(value - min));
}

void TapeParser::ParseEnd() {
  const std::string count = std::to_string(parsed_.tape.ops.size());
  if (tokens().size() > 2) {
    reader_.FailAt(tokens()[2], "nothing may follow the number of operations");
  }
  if (tokens().size() < 2) return;
  const std::int64_t stated = reader_.NumberAt(tokens()[1], "number of operations", 0, kMaxOps);
  if (stated == static_cast<std::int64_t>(parsed_.tape.ops.size())) return;
  reader_.FailAt(tokens()[1],
                 (count == "1" ? "there is 1 operation" : "there are " + count + " operations") +
                     " above, not " + std::to_string(stated) + "; if none was lost, write `end " +
                     count + "` or just `end`");
}

void TapeParser::CheckNothingFollows() {
  if (!reader_.NextTokens()) return;
  reader_.FailAt(tokens()[0], "the tape is over after its `end` line; remove the rest");
}

}  // namespace

TextTape ParseTapeText(std::string_view text, std::string_view file_name) {
  return TapeParser(text, file_name).Parse();
}

}  // namespace mapfuzz
