#include "harness/tool/line_coverage.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>
#include <utility>

#include "harness/tape_text.h"
#include "harness/text_error.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPackage = "llvm-19";

// Empty if there is none.
std::string FindProgram(std::string_view name, std::string_view path) {
  while (!path.empty()) {
    const std::size_t end = std::min(path.find(':'), path.size());
    const std::string file = fmt::format("{}/{}", path.substr(0, end), name);
    if (IsFile(file) && access(file.c_str(), X_OK) == 0) return file;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return {};
}

std::string FindOrThrow(std::string_view name, std::string_view path) {
  std::string program = FindProgram(name, path);
  if (program.empty()) {
    throw ToolError(kExitEnvironment,
                    fmt::format("{}: not found; install Debian's package {}", name, kPackage));
  }
  return program;
}

template <class T>
std::optional<T> Number(std::string_view text) {
  T number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// A folder that is there as long as this is.
class Scratch {
 public:
  explicit Scratch(std::string path) : path_(std::move(path)) {
    if (fs::exists(path_)) {
      throw ToolError(kExitEnvironment, path_ + ": is there already; name a folder that is not");
    }
    MakeWritableFolder(path_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }

  std::string operator/(std::string_view name) const { return fmt::format("{}/{}", path_, name); }

 private:
  std::string path_;
};

ChildExit RunChild(const ChildSpec& spec, double limit_seconds) {
  ChildExit ended;
  RunAll(
      1, [&](std::size_t) { return spec; }, 1, {limit_seconds},
      [&](std::size_t, const ChildExit& end) { ended = end; });
  return ended;
}

struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
};

class Measurement {
 public:
  Measurement(const CoverageRequest& request, const CoverageTools& tools)
      : request_(request), tools_(tools), scratch_(request.scratch) {}

  Coverage Measure() {
    std::vector<Span> todo = {{0, request_.tapes.size()}};
    while (!todo.empty()) {
      const Span span = todo.back();
      todo.pop_back();
      if (span.begin == span.end) continue;
      const std::size_t done = Run(span);
      if (span.begin + done == span.end) continue;
      const std::size_t dead = span.begin + done;
      coverage_.died.push_back(dead);
      todo.push_back({dead + 1, span.end});
      todo.push_back({span.begin, dead});
    }
    std::sort(coverage_.died.begin(), coverage_.died.end());
    if (!profiles_.empty()) Count();
    return std::move(coverage_);
  }

 private:
  // Runs these in one process. How many ended, all of them or those before one that did not; only
  // of all is there a profile.
  std::size_t Run(const Span& span) {
    nlohmann::json texts = nlohmann::json::array();
    for (std::size_t i = span.begin; i < span.end; ++i) texts.push_back(ToText(request_.tapes[i]));
    const std::string profile = scratch_ / fmt::format("{}.profraw", runs_++);
    ChildSpec spec;
    spec.argv = {request_.program, "run-many", "--map", request_.map};
    spec.input = texts.dump();
    spec.environment = SanitizerEnvironment();
    spec.environment.push_back("LLVM_PROFILE_FILE=" + profile);
    const ChildExit end = RunChild(spec, request_.limit_seconds);
    if (!end.started) {
      throw ToolError(kExitEnvironment, request_.program +
                                            ": no such program, or none that may be "
                                            "run");
    }
    const auto ended =
        static_cast<std::size_t>(std::count(end.result.begin(), end.result.end(), '\n'));
    const bool all = end.signal == 0 && end.code == kExitClean && ended == span.end - span.begin;
    if (!all && ended == 0 && end.code == kExitUsage) {
      throw ToolError(kExitEnvironment, request_.program +
                                            ": does not run many tapes; build it "
                                            "from the same source as this program");
    }
    if (!all) return std::min(ended, span.end - span.begin - 1);
    if (!IsFile(profile)) {
      throw ToolError(
          kExitEnvironment,
          request_.program + ": counts no lines; build it by `cmake --preset coverage`");
    }
    for (std::string_view rest = end.result; !rest.empty();) {
      if (TakeUpTo('\n', rest) == "fail") ++coverage_.failed;
    }
    profiles_.push_back(profile);
    return ended;
  }

  void Count() {
    const std::string merged = scratch_ / "all.profdata";
    std::vector<std::string> merge = {tools_.profdata, "merge", "-sparse", "-o", merged};
    merge.insert(merge.end(), profiles_.begin(), profiles_.end());
    RunTool(merge);
    const std::string lcov = RunTool({tools_.cov, "export", "-format=lcov", "-instr-profile",
                                      merged, request_.program, "-sources", request_.hmap_dir});
    coverage_.counts = ParseLcov(lcov, request_.hmap_dir);
    if (coverage_.counts.empty()) {
      throw ToolError(kExitEnvironment, fmt::format("{}: no line of {} is counted; was it built "
                                                    "against another copy?",
                                                    request_.program, request_.hmap_dir));
    }
  }

  // What it prints.
  std::string RunTool(const std::vector<std::string>& argv) const {
    ChildSpec spec;
    spec.argv = argv;
    ChildExit end = RunChild(spec, request_.limit_seconds);
    if (!end.started || end.signal != 0 || end.code != 0) {
      throw ToolError(kExitEnvironment, fmt::format("{} {} failed: {}", argv[0], argv[1],
                                                    end.output.substr(0, end.output.find('\n'))));
    }
    return std::move(end.output);
  }

  const CoverageRequest& request_;
  const CoverageTools& tools_;
  const Scratch scratch_;
  std::vector<std::string> profiles_;
  std::size_t runs_ = 0;
  Coverage coverage_;
};

}  // namespace

CoverageTools FindCoverageTools(std::string_view path) {
  return {FindOrThrow("llvm-profdata-19", path), FindOrThrow("llvm-cov-19", path)};
}

LineCounts ParseLcov(std::string_view lcov, std::string_view folder) {
  LineCounts counts;
  std::map<std::uint32_t, std::uint64_t>* lines = nullptr;
  while (!lcov.empty()) {
    std::string_view line = TakeUpTo('\n', lcov);
    const std::string_view what = TakeUpTo(':', line);
    if (what == "SF") {
      const bool inside = line.size() > folder.size() + 1 && line[folder.size()] == '/' &&
                          line.substr(0, folder.size()) == folder;
      lines = inside ? &counts[std::string(line.substr(folder.size() + 1))] : nullptr;
    } else if (what == "DA" && lines != nullptr) {
      const auto number = Number<std::uint32_t>(TakeUpTo(',', line));
      const auto count = Number<std::uint64_t>(line);
      if (number && count) (*lines)[*number] += *count;
    }
  }
  return counts;
}

Reached WasReached(const LineCounts& counts, const std::string& file, std::uint32_t first,
                   std::uint32_t last) {
  const auto lines = counts.find(file);
  if (lines == counts.end()) return Reached::kNoCode;
  const auto begin = lines->second.lower_bound(first), end = lines->second.upper_bound(last);
  if (begin == end) return Reached::kNoCode;
  return std::any_of(begin, end, [](const auto& line) { return line.second != 0; }) ? Reached::kYes
                                                                                    : Reached::kNo;
}

Coverage CoverageOf(const CoverageRequest& request, const CoverageTools& tools) {
  return Measurement(request, tools).Measure();
}

int RunMany(const Registry& registry, const std::string& map) {
  std::string input;
  char buffer[1 << 16];
  for (ssize_t n = 0; (n = read(STDIN_FILENO, buffer, sizeof buffer)) > 0;) {
    input.append(buffer, static_cast<std::size_t>(n));
  }
  const auto texts = nlohmann::json::parse(input, nullptr, /*allow_exceptions=*/false);
  if (!texts.is_array()) return kExitUsage;
  for (const auto& text : texts) {
    try {
      const Tape tape = ParseTapeText(text.get<std::string>(), "run-many").tape;
      const std::string_view said = registry.run_tape(map, tape, {}).failure ? "fail\n" : "pass\n";
      if (write(kResultFd, said.data(), said.size()) < 0) return kExitEnvironment;
    } catch (const ParseError&) {
      return kExitUsage;
    }
  }
  return kExitClean;
}

}  // namespace mapfuzz::tool
