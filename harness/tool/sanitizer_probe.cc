#include "harness/tool/sanitizer_probe.h"

#include <fmt/format.h>

#include <cstdlib>
#include <functional>
#include <memory>

#include "harness/tool/command.h"
#include "harness/tool/error.h"
#include "harness/tool/text.h"
#include "harness/tool/verdict.h"

namespace mapfuzz::tool {
namespace {

constexpr std::string_view kVariables[] = {"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS",
                                           "TSAN_OPTIONS"};

constexpr std::string_view kDeeds[kViolations] = {
    "a write behind a block of the heap", "a read of a free slot of a bucket",
    "the overflow of a signed integer", "a leak", "a race of two threads"};

// "ASAN_OPTIONS=detect_leaks=0", all that are set; empty if none is.
std::string VariablesSet() {
  std::string text;
  for (const std::string_view name : kVariables) {
    const char* const value = std::getenv(name.data());
    if (value == nullptr || *value == '\0') continue;
    text += fmt::format("{}{}={}", text.empty() ? "" : " ", name, value);
  }
  return text;
}

// That of all runs, but that nobody reads the functions' names, and a symbolizer takes its time.
std::vector<std::string> Environment() {
  std::vector<std::string> environment = SanitizerEnvironment();
  for (std::string& variable : environment) variable += ":symbolize=0";
  return environment;
}

using CommandOf = std::function<std::vector<std::string>(const std::string& violation)>;

SanitizerProbe Probe(const std::string& program, int jobs, const CommandOf& command) {
  SanitizerProbe probe;
  std::vector<std::string> whys(kViolations);
  const std::string variables = VariablesSet();
  const auto spec = [&](std::size_t n) {
    ChildSpec child;
    child.argv = command(std::string(kViolationNames[n]));
    child.environment = Environment();
    return child;
  };
  RunAll(kViolations, spec, jobs, {kRunLimitSeconds}, [&](std::size_t n, const ChildExit& end) {
    const std::optional<Sanitizers> built_with = BuiltWithIn(end.output);
    if (built_with) probe.built_with = built_with;
    if (built_with) whys[n] = WhyUnnoticed(static_cast<Violation>(n), end, variables);
  });
  for (const std::string& why : whys) {
    if (!why.empty()) probe.problems.push_back(program + ": " + why);
  }
  if (!probe.built_with) {
    probe.problems.push_back(program +
                             ": does not say with which sanitizers it was built; build it again");
  }
  return probe;
}

}  // namespace

SanitizerProbe ProbeFuzzer(const std::string& program, int jobs) {
  return Probe(program, jobs, [&](const std::string& violation) {
    return std::vector<std::string>{program, "--mapfuzz_violate=" + violation};
  });
}

SanitizerProbe ProbeTool(const std::string& program, int jobs) {
  return Probe(program, jobs, [&](const std::string& violation) {
    return std::vector<std::string>{program, "violate", violation};
  });
}

std::string SanitizersLine(const SanitizerProbe& probe) {
  if (!probe.built_with) return "sanitizers: nobody knows, see below";
  if (*probe.built_with == 0) {
    return "NO SANITIZER is on: bad accesses, undefined behaviour and leaks go unseen, but for "
           "what "
           "they do to results; build/asan sees them";
  }
  return fmt::format("sanitizers: {}; {}", TextOf(*probe.built_with),
                     probe.problems.empty() ? "each reported what was done on purpose"
                                            : "NOT all at work, see below");
}

std::string_view ReportMark(Violation violation) {
  switch (violation) {
    case Violation::kHeap:
      return "AddressSanitizer: heap-buffer-overflow";
    case Violation::kPoison:
      return "AddressSanitizer: use-after-poison";
    case Violation::kUndefined:
      return "runtime error: signed integer overflow";
    case Violation::kLeak:
      return "LeakSanitizer: detected memory leaks";
    case Violation::kRace:
      return "ThreadSanitizer: data race";
  }
  return "";
}

std::optional<Sanitizers> BuiltWithIn(std::string_view output) {
  const std::size_t mark = output.find(kBuiltWithMark);
  if (mark == std::string_view::npos) return std::nullopt;
  output.remove_prefix(mark + kBuiltWithMark.size());
  const std::string said = fmt::format(" {} ", output.substr(0, output.find('\n')));
  Sanitizers built_with = 0;
  for (int i = 0; i < kSanitizerKinds; ++i) {
    const bool named = said.find(fmt::format(" {} ", kSanitizerNames[i])) != std::string::npos;
    if (named) built_with |= Sanitizers{1} << i;
  }
  return built_with;
}

std::string WhyUnnoticed(Violation violation, const ChildExit& end, const std::string& variables) {
  const Sanitizers reporter = ReporterOf(violation);
  if ((BuiltWithIn(end.output).value_or(0) & reporter) == 0) return "";
  const bool reported = end.output.find(ReportMark(violation)) != std::string::npos;
  const bool died = end.code != 0 || end.signal != 0;
  if (reported && died) return "";
  const char* const what = reported ? "was reported, but ended the process as if all were well"
                           : died   ? "ended the process without the report that belongs to it"
                                    : "was not reported";
  return fmt::format("the {} sanitizer is built in, but {}, done on purpose, {}; {}",
                     TextOf(reporter), kDeeds[static_cast<int>(violation)], what,
                     variables.empty() ? "build all of it again with -fsanitize, and see that the "
                                         "system lets a process look at another's memory (ptrace)"
                                       : "unset " + variables);
}

void AddViolateCommand(CommandLine& line) {
  auto name = std::make_shared<std::string>();
  CLI::App* command =
      line.Add("violate", "Commits a violation that a sanitizer is to report", "", "",
               [name](Session& session) -> int {
                 const std::optional<Violation> violation = ViolationNamed(*name);
                 if (!violation) throw ToolError(kExitUsage, *name + ": no such violation");
                 LiveToViolate(session.registry.built_with, *violation, session.registry.violate);
               });
  command->group("");  // hidden
  command->add_option("NAME", *name)->required();
}

}  // namespace mapfuzz::tool
