#include "harness/tool/signature.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <signal.h>

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>
#include <vector>

namespace mapfuzz::tool {
namespace {

std::vector<std::string_view> Lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return lines;
}

bool StartsWith(std::string_view text, std::string_view start) {
  return text.substr(0, start.size()) == start;
}

// The function of a sanitizer's stack line, "    #3 0x55d0 in FUNCTION /file:1:2"; else empty.
std::string_view FunctionOfFrame(std::string_view line) {
  const std::size_t mark = line.find_first_not_of(' ');
  if (mark == std::string_view::npos || line[mark] != '#') return {};
  const std::size_t in = line.find(" in ");
  if (in == std::string_view::npos) return {};
  line.remove_prefix(in + 4);
  // The file or module begins after the last of these that is no part of the function.
  const std::size_t place = std::min(line.find(" /"), line.find(" (/"));
  return line.substr(0, place);
}

// The map's innermost function on the first stack printed, else the harness's own.
std::string SiteOf(const std::vector<std::string_view>& lines) {
  std::string own;
  for (std::string_view line : lines) {
    const std::string name = SimpleFunctionName(FunctionOfFrame(line));
    if (StartsWith(name, "hmap::")) return name;
    if (own.empty() && StartsWith(name, "mapfuzz::")) own = name;
    if (StartsWith(line, "SUMMARY:")) break;
  }
  return own.empty() ? "?" : own;
}

// Of a frame that thread sanitizer printed, "    #3 FUNCTION /folder/file.h:1:2 (program+0x1)":
// the function's own name if its file is the map's, else empty.
std::string MapsFunctionOfRaceFrame(std::string_view line) {
  const std::size_t name = line.find(' ', line.find('#'));
  const std::size_t file = line.rfind(" /");
  if (name == std::string_view::npos || file == std::string_view::npos || file <= name) return {};
  const std::string_view path = line.substr(file + 1, line.find(':', file) - file - 1);
  const std::string_view folder = path.substr(0, path.rfind('/'));
  if (folder.substr(folder.rfind('/') + 1) != "hmap") return {};
  const std::string function = SimpleFunctionName(line.substr(name + 1, file - name - 1));
  return function.substr(function.rfind(':') + 1);
}

// What the harness called in the map on the first two stacks of thread sanitizer's report, in
// alphabetical order, "begin+erase": neither a compiler's inlining nor who came first changes it.
std::string SiteOfRace(const std::vector<std::string_view>& lines) {
  std::set<std::string> called;
  std::string outermost;
  int stacks = 0;
  for (std::string_view line : lines) {
    const std::size_t mark = line.find_first_not_of(' ');
    if (mark != std::string_view::npos && line[mark] == '#') {
      if (line.substr(mark, 3) == "#0 " && ++stacks > 2) break;
      if (std::string function = MapsFunctionOfRaceFrame(line); !function.empty()) {
        outermost = std::move(function);
      }
    } else if (!outermost.empty()) {
      called.insert(std::exchange(outermost, {}));
    }
  }
  if (!outermost.empty()) called.insert(outermost);
  return called.empty() ? "?" : fmt::format("{}", fmt::join(called, "+"));
}

// "heap-use-after-free" of "heap-use-after-free /file in f"; "data-race" of "data race /file".
std::string KindOfSummary(std::string_view summary) {
  if (StartsWith(summary, "data race")) return "data-race";
  if (StartsWith(summary, "deadly signal")) return "signal";
  const std::string word(summary.substr(0, summary.find(' ')));
  const bool count = !word.empty() && std::isdigit(static_cast<unsigned char>(word[0])) != 0;
  return count || word.empty() ? "leak" : word;
}

Signature OfSummary(const std::vector<std::string_view>& lines) {
  Signature signature;
  for (std::string_view line : lines) {
    if (!StartsWith(line, "SUMMARY: ")) continue;
    line.remove_prefix(9);
    const std::size_t colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    const std::string_view who = line.substr(0, colon);
    const bool engine = who == "libFuzzer";
    const std::string kind = KindOfSummary(line.substr(colon + 2));
    signature.oracle = "sanitizer";
    signature.property = kind;
    if (engine && kind == "timeout") return Hang();
    if (engine && kind == "out-of-memory") return TooMuchMemory();
    signature.site = who == "ThreadSanitizer" ? SiteOfRace(lines) : SiteOf(lines);
    return signature;
  }
  return signature;
}

std::string SignalName(int signal) {
  switch (signal) {
    case SIGSEGV:
      return "segv";
    case SIGABRT:
      return "abort";
    case SIGILL:
    case SIGTRAP:
      return "trap";
    case SIGFPE:
      return "fpe";
    case SIGBUS:
      return "bus";
    case SIGKILL:
      return "killed";
    default:
      return fmt::format("signal-{}", signal);
  }
}

// Where the tale of a death begins in the output.
std::size_t StartOfReport(const std::vector<std::string_view>& lines) {
  static constexpr std::string_view kMarks[] = {kFailMark, "==", "WARNING: ThreadSanitizer"};
  for (std::string_view mark : kMarks) {
    for (std::size_t i = 0; i < lines.size(); ++i) {
      if (StartsWith(lines[i], mark)) return i;
    }
  }
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (lines[i].find("runtime error: ") != std::string_view::npos) return i;
  }
  return lines.size() > 20 ? lines.size() - 20 : 0;
}

}  // namespace

std::string Signature::Text() const {
  return fmt::format("oracle={} property={} op={} site={}", oracle, property, op, site);
}

Signature ParseSignature(std::string_view line) {
  if (StartsWith(line, kFailMark)) line.remove_prefix(kFailMark.size());
  Signature signature{"", "", "?", "?"};
  const struct {
    std::string_view name;
    std::string* value;
  } fields[] = {{"oracle=", &signature.oracle},
                {"property=", &signature.property},
                {"op=", &signature.op},
                {"site=", &signature.site}};
  for (const auto& field : fields) {
    if (!StartsWith(line, field.name)) return {};
    line.remove_prefix(field.name.size());
    const std::size_t end = std::min(line.find_first_of(" \r\n"), line.size());
    *field.value = line.substr(0, end);
    line.remove_prefix(std::min(end + 1, line.size()));
  }
  return signature;
}

Signature SignatureOfDeath(const ChildExit& end, std::string_view output) {
  const std::vector<std::string_view> lines = Lines(output);
  for (std::string_view line : lines) {
    const Signature signature = ParseSignature(line);
    if (StartsWith(line, kFailMark) && !signature.empty()) return signature;
  }
  if (end.hung()) return Hang();
  if (end.code == 0 && end.signal == 0) return {};
  Signature signature = OfSummary(lines);
  if (!signature.empty()) return signature;
  if (end.signal != 0) return {"sanitizer", SignalName(end.signal)};
  return {"sanitizer", fmt::format("exit-{}", end.code)};
}

std::string ReportOfDeath(const Signature& signature, std::string_view output,
                          std::size_t most_lines) {
  const std::vector<std::string_view> lines = Lines(output);
  std::string report = std::string(kFailMark) + signature.Text() + "\n";
  std::size_t at = StartOfReport(lines);
  const std::size_t stop = std::min(lines.size(), at + most_lines);
  if (at < stop && StartsWith(lines[at], kFailMark)) ++at;
  for (; at < stop; ++at) {
    report += lines[at];
    report += '\n';
  }
  if (stop < lines.size()) report += fmt::format("({} more lines)\n", lines.size() - stop);
  return report;
}

std::string SimpleFunctionName(std::string_view function) {
  std::string text(function);
  for (std::string_view noise : {"(anonymous namespace)::", "[abi:cxx11]"}) {
    for (std::size_t at; (at = text.find(noise)) != std::string::npos;) {
      text.erase(at, noise.size());
    }
  }
  // Template arguments go; the parameter list and what follows it end the name.
  std::string name;
  int depth = 0;
  for (char c : text) {
    if (c == '<') ++depth;
    if (depth == 0 && c == '(') break;
    if (depth == 0) name += c;
    if (c == '>' && depth > 0) --depth;
  }
  // A template's name is preceded by its return type.
  const std::size_t space = name.find_last_of(' ');
  return space == std::string::npos ? name : name.substr(space + 1);
}

}  // namespace mapfuzz::tool
