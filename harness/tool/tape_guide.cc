#include "harness/tool/tape_guide.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <span>
#include <sstream>

#include "harness/tape_text.h"
#include "harness/tape_words.h"
#include "harness/threads/shared_steps.h"

namespace mapfuzz::tool {
namespace {

std::string Words(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) text += (text.empty() ? "" : " ") + std::string(name);
  return text;
}

std::string ValuesOf(const std::string& header) {
  if (header == "type") return Words(kKeyTypeNames);
  if (header == "map") {
    return Words(kSharedNames) +
           ": a map that threads share; locked is a std::map under one lock, plain an hmap::Map "
           "misused, readers one that threads only read";
  }
  if (header == "shards")
    return fmt::format("powers of two from 1 to {}, of map sharded", kMaxShards);
  if (header == "threads")
    return fmt::format("{} to {}, of a shared map", kMinThreads, kMostThreads);
  if (header == "schedule") {
    return "random LEVEL seed N chance 1/N (N from 2 to 64, a power of two), pct LEVEL seed N "
           "depth N length N, or explicit LEVEL POINT>THREAD ..., of threads";
  }
  if (header == "policy") return Words(kPolicyNames);
  if (header == "path") return Words(kPathNames) + ": Go's look-up for the key type, or for any";
  if (header == "hash") return Words(kHashNames);
  if (header == "growth") return Words(kGrowthNames);
  if (header == "chain") {
    return fmt::format("0 to {}: the most buckets that an insert makes a chain of, 0 is no limit",
                       kMaxChain);
  }
  if (header == "layout") {
    return fmt::format(
        "KEY/ALIGNMENT VALUE/ALIGNMENT SLOTS of type bytes: sizes 0 to {}, alignments 1 to {}, "
        "4, 8 or 16 slots",
        kMaxObjectSize, kMaxObjectAlignment);
  }
  if (header == "slots") {
    return Words(kSlotsNames) + ": of type bytes, may a growth change the slots per bucket?";
  }
  if (header == "hint") return fmt::format("{} to {}", kMinHint, kMaxHint);
  if (header == "keys") return fmt::format("1 to {}; key ids are taken modulo this", kMaxKeys);
  if (header == "seed") return fmt::format("0 to {}; of hash seeds, 0 pins them to 0", UINT32_MAX);
  return "";
}

// "KEY2" for "key2", which errors say.
std::string WordOf(OperandKind kind) {
  std::string word(NameOf(kind));
  for (char& c : word) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return word;
}

// "KEY 0 to 65535", "KIND alloc hash ...".
std::string RangeText(OperandKind kind) {
  if (kind == OperandKind::kFault) return fmt::format("{} {}", WordOf(kind), Words(kFaultNames));
  if (kind == OperandKind::kField) return fmt::format("{} {}", WordOf(kind), Words(kCorruptNames));
  const int first = kind == OperandKind::kHint ? kMinHint : 0;
  return fmt::format("{} {} to {}", WordOf(kind), first,
                     first + static_cast<std::int64_t>(OperandLimit(kind)) - 1);
}

// Of every kind that an operation uses, once.
std::string RangesText() {
  std::string text;
  for (const OpInfo& info : kOpInfo) {
    for (int i = 0; i < info.operands; ++i) {
      const std::string range = RangeText(info.kinds[i]);
      if (text.find(range) == text.npos) text += (text.empty() ? "" : ", ") + range;
    }
  }
  return text;
}

std::string_view ScopeText(OpScope scope) {
  switch (scope) {
    case OpScope::kAlone:
      return "";
    case OpScope::kShared:
      return " (shared maps only)";
    case OpScope::kBoth:
      return " (shared maps too)";
  }
  return "";
}

}  // namespace

std::vector<HeaderInfo> TapeHeaders() {
  std::vector<HeaderInfo> headers;
  const auto add_headers_of = [&headers](const Tape& tape) {
    std::istringstream lines(ToText(tape));
    for (std::string line; std::getline(lines, line);) {
      const std::size_t colon = line.find(": ");
      if (colon == line.npos) continue;
      const std::string name = line.substr(0, colon);
      const auto is_same = [&name](const HeaderInfo& header) { return header.name == name; };
      if (std::any_of(headers.begin(), headers.end(), is_same)) continue;
      const std::string standard = name == "type"  ? std::string(kKeyTypeNames[0])
                                   : name == "map" ? ""
                                                   : line.substr(colon + 2);
      headers.push_back({name, standard, ValuesOf(name)});
    }
  };
  Tape of_bytes;
  of_bytes.config.type = KeyType::kBytes;
  Tape shared;
  shared.config.shared = SharedKind::kSharded;
  add_headers_of(of_bytes);
  add_headers_of(shared);
  headers.push_back({"expect", "", "ORACLE/PROPERTY that the run must fail with"});
  return headers;
}

std::string OperandsText(const OpInfo& info) {
  std::string text;
  for (int i = 0; i < info.operands; ++i) text += " " + WordOf(info.kinds[i]);
  return text;
}

std::string TapeText(const Screen& screen) {
  std::string text = screen.Strong("Headers of a tape") + " (each may be left out)\n";
  for (const HeaderInfo& header : TapeHeaders()) {
    const std::string standard = header.standard.empty() ? "" : "; default " + header.standard;
    text += fmt::format("  {:<24}{}{}\n", header.name + ":", header.values, standard);
  }
  text += screen.Strong("\nOperations of a tape") +
          " (of a shared map, `t0: put 7` is done by thread 0; those of no thread come first;\n  " +
          fmt::format("at most {} steps by threads and {} before them are done)\n", kMaxThreadSteps,
                      kMaxStepsBefore);
  for (const OpInfo& info : kOpInfo) {
    text += fmt::format("  {:<24}{}{}\n", std::string(info.name) + OperandsText(info), info.help,
                        ScopeText(info.scope));
  }
  return text + "  " + RangesText() + "\n";
}

}  // namespace mapfuzz::tool
