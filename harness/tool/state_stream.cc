#include "harness/tool/state_stream.h"

#include <fmt/format.h>

#include <charconv>
#include <string_view>
#include <utility>

#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

constexpr std::string_view kMark = "state ";
constexpr std::string_view kIndent = "  ";

bool StartsWith(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

// The number at the front of the text, which goes with the space behind it.
template <class T>
T TakeNumber(std::string_view& text, int base) {
  T number = 0;
  const char* const end = std::from_chars(text.data(), text.data() + text.size(), number, base).ptr;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.empty()) text.remove_prefix(1);
  return number;
}

}  // namespace

std::string ToStream(const StepState& state) {
  std::string text =
      fmt::format("{}{} {:016x} {}\n", kMark, state.operation, state.digest, state.line);
  if (!state.text.empty()) text += Indent(state.text, kIndent) + "\n";
  return text;
}

std::vector<ToldState> TakeStates(std::string& result) {
  std::vector<ToldState> states;
  std::string_view rest = result;
  while (StartsWith(rest, kMark) || (StartsWith(rest, kIndent) && !states.empty())) {
    const std::size_t end = rest.find('\n');
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    if (end == rest.npos) break;
    if (StartsWith(line, kIndent)) {
      std::string& text = states.back().text;
      if (!text.empty()) text += '\n';
      text += line.substr(kIndent.size());
      continue;
    }
    line.remove_prefix(kMark.size());
    ToldState& state = states.emplace_back();
    state.operation = TakeNumber<std::size_t>(line, 10);
    state.digest = TakeNumber<std::uint64_t>(line, 16);
    state.line = line;
  }
  result = std::string(rest);
  return states;
}

}  // namespace mapfuzz::tool
