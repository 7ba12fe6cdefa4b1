// `mapfuzz check`: everything the corpus holds still has the verdict it must have.
//
//   seeds, regressions   pass, twice with the same history; and so do the tapes of planted bugs,
//                        as none is planted here
//   ... with `expect:`   fail as written, with just that oracle and property, and pass under
//                        `policy: strict`
//   Go traces            every line exact
//
// On another map than the first, what must fail need not, and a recording of Go's map says nothing:
// both are left out, and counted.
//
// What passes because it does nothing is no good: a tape without a step, a trace without a line,
// seeds of a target that leave one of its oracles unasked, a sanitizer that is not at work.

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "harness/tool/child.h"
#include "harness/tool/command.h"
#include "harness/tool/error.h"
#include "harness/tool/expectation.h"
#include "harness/tool/files.h"
#include "harness/tool/input.h"
#include "harness/tool/oracles.h"
#include "harness/tool/sanitizer_probe.h"
#include "harness/tool/text.h"
#include "harness/tool/verdict.h"

namespace mapfuzz::tool {
namespace {

using Json = nlohmann::ordered_json;

// The folders of a corpus with something to check.
constexpr const char* kGroups[] = {"seeds", "regressions", "bugs", "go-traces"};

struct CheckOptions {
  std::string corpus;
  std::string map;
  int jobs = DefaultJobs();
  bool no_traces = false;
};

struct Case {
  std::string file;
  std::string group;  // one of kGroups
  std::string expect;
  bool trace = false;
  std::vector<Verdict> written;  // runs of the tape as it is written
  std::vector<Verdict> strict;   // the run under policy strict of a tape that must fail
  std::string wrong;             // why the case fails; empty if it does not
  bool bad_input = false;
  std::string again;  // options of the `replay` that shows what is wrong
};

struct Cases {
  std::vector<Case> cases;
  std::map<std::string, std::size_t> left_out;  // by group: what does not apply to this map
};

struct Run {
  std::size_t of_case = 0;
  bool strict = false;
  std::size_t before = 0;  // runs of the same
};

// Whether the file is a tape with an `expect:` line.
bool MustFail(const std::string& file) {
  try {
    return !LoadTape(ReadInput(file), file, {}).expect.empty();
  } catch (const ToolError&) {
    return false;  // told when it is run
  }
}

Cases CasesIn(const std::string& corpus, bool with_traces, bool on_default_map) {
  RequireCorpusFolder(corpus);
  Cases found;
  for (const char* group : kGroups) {
    for (const std::string& file : FilesUnder(corpus + "/" + group)) {
      const InputKind kind = KindOf(ReadOrEmpty(file, 4096));
      // A damaged tape still has its name; a README has another.
      const bool named_tape = std::filesystem::path(file).extension() == ".tape";
      if (kind == InputKind::kOther && !named_tape) continue;
      Case one;
      one.file = file;
      one.group = group;
      one.trace = kind == InputKind::kTrace;
      const bool applies =
          one.trace ? with_traces && on_default_map : on_default_map || !MustFail(file);
      if (applies) {
        found.cases.push_back(std::move(one));
      } else {
        ++found.left_out[group];
      }
    }
  }
  if (found.cases.empty()) {
    throw ToolError(
        kExitHarness,
        corpus +
            ": nothing to check in seeds/, regressions/, bugs/ and go-traces/; give the "
            "folder that holds them with --corpus-dir");
  }
  return found;
}

// What has to be run. Files that cannot be read are marked.
std::vector<Run> Plan(std::vector<Case>& cases) {
  std::vector<Run> runs;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    Case& one = cases[i];
    try {
      const std::string content = ReadInput(one.file);
      runs.push_back({i, false});
      if (one.trace) continue;
      one.expect = LoadTape(content, one.file, {}).expect;
      runs.push_back({i, false, 1});
      if (!one.expect.empty()) runs.push_back({i, true});
    } catch (const ToolError& error) {
      one.wrong = error.what();
      one.bad_input = true;
    }
  }
  return runs;
}

// Why the case fails, empty if it does not.
std::string Judge(Case& one) {
  for (const Verdict& verdict : one.written) {
    const std::string wrong = WhyNotAsExpected(verdict, one.expect);
    if (!wrong.empty()) return one.expect.empty() ? WithCommands(verdict.report, "") : wrong;
    if (verdict.digest != one.written.front().digest) {
      one.again = " --times 2";
      return TwoHistories(one.written.front(), verdict).report;
    }
  }
  for (const Verdict& verdict : one.strict) {
    if (!verdict.passed()) {
      one.again = " --policy strict";
      return "must pass under policy strict, but:\n" + WithCommands(verdict.report, "");
    }
  }
  return "";
}

// What is wrong, in one line.
std::string InShort(const Case& one) {
  const std::size_t end = one.wrong.find('\n');
  std::string line = one.wrong.substr(0, end);
  if (!line.empty() && line.back() == ':') {  // what follows says what was met
    line += " " + one.wrong.substr(end + 1, one.wrong.find('\n', end + 1) - end - 1);
  }
  return line;
}

void RunCases(Session& session, const CheckOptions& options, std::vector<Case>& cases) {
  const std::vector<Run> runs = Plan(cases);
  std::size_t done = 0;
  const auto spec = [&](std::size_t n) {
    RunRequest request;
    request.name = cases[runs[n].of_case].file;
    request.map = options.map;
    request.content = ReadInput(request.name);
    if (runs[n].strict) request.policy = PolicyKind::kStrict;
    request.runs_before = runs[n].before;
    return RunSpec(session.program, request);
  };
  RunAll(runs.size(), spec, options.jobs, {kRunLimitSeconds},
         [&](std::size_t n, const ChildExit& end) {
           Case& one = cases[runs[n].of_case];
           (runs[n].strict ? one.strict : one.written).push_back(VerdictOf(end));
           session.progress.Tell(fmt::format("check: {} of {} runs", ++done, runs.size()));
         });
  for (Case& one : cases) {
    if (one.wrong.empty()) one.wrong = Judge(one);
  }
}

std::string GroupLine(const Cases& found, const std::string& group) {
  std::size_t all = 0, right = 0, expected = 0;
  std::uint64_t lines = 0, steps = 0;
  for (const Case& one : found.cases) {
    if (one.group != group) continue;
    ++all;
    if (one.wrong.empty()) ++right;
    if (one.wrong.empty() && !one.expect.empty()) ++expected;
    if (!one.written.empty()) lines += one.written.front().lines;
    if (!one.written.empty()) steps += one.written.front().steps;
  }
  std::string line = fmt::format("{:<12} {} of {} as they must be", group, right, all);
  if (expected != 0) line += fmt::format(", {} of them failing as they must", expected);
  if (lines != 0) line += fmt::format(", {} compared", Plural(lines, "line"));
  if (steps != 0) line += fmt::format(", {} checked twice", Plural(steps, "step"));
  const auto left_out = found.left_out.find(group);
  if (left_out != found.left_out.end()) line += fmt::format(", {} left out", left_out->second);
  return line + "\n";
}

Json ToJson(const Cases& found, const std::vector<std::string>& problems, int code) {
  Json files = Json::array();
  std::size_t failed = 0;
  for (const Case& one : found.cases) {
    Json entry{{"file", one.file}, {"group", one.group}, {"ok", one.wrong.empty()}};
    if (!one.expect.empty()) entry["expect"] = one.expect;
    if (!one.wrong.empty()) entry["wrong"] = one.wrong;
    if (!one.written.empty()) entry["run"] = ToJson(one.written.front());
    if (!one.wrong.empty()) ++failed;
    files.push_back(entry);
  }
  return {{"files", files},       {"passed", found.cases.size() - failed},
          {"failed", failed},     {"left_out", found.left_out},
          {"problems", problems}, {"exit", code}};
}

// What the seeds of a target asked of its oracles; nothing if it has none here.
std::optional<std::array<std::uint64_t, kOracles>> ConsultedBySeeds(const CheckOptions& options,
                                                                    const Cases& found,
                                                                    const std::string& target) {
  std::optional<std::array<std::uint64_t, kOracles>> sum;
  const std::string folder = options.corpus + "/seeds/" + target + "/";
  for (const Case& one : found.cases) {
    if (one.trace || one.written.empty() || one.file.rfind(folder, 0) != 0) continue;
    if (!sum) sum.emplace();
    for (std::size_t i = 0; i < sum->size(); ++i) (*sum)[i] += one.written.front().consulted[i];
    // Each was run twice and compared.
    (*sum)[static_cast<std::size_t>(Oracle::kDeterministic)] += one.written.size() - 1;
  }
  return sum;
}

// Why a check that found nothing cannot be believed, one line each; empty if it can.
std::vector<std::string> ProblemsOf(const Session& session, const CheckOptions& options,
                                    const Cases& found) {
  const bool control = options.map != session.registry.maps.front();
  std::vector<std::string> problems = ProbeTool(session.program, options.jobs).problems;
  std::uint64_t done = 0;
  for (const Case& one : found.cases) {
    if (one.written.empty() || !one.wrong.empty()) continue;
    const Verdict& verdict = one.written.front();
    done += verdict.steps + verdict.lines;
    if (verdict.steps + verdict.lines != 0 || control) continue;
    problems.push_back(one.file + (one.trace ? ": compares no line" : ": does no step") +
                       ", so it shows nothing; give it one, or remove it");
  }
  if (control && done == 0) {
    problems.push_back(options.map + ": did no step of any tape; see `mapfuzz replay --map` why");
  }
  for (const TargetInfo& target : session.registry.targets) {
    const auto consulted = ConsultedBySeeds(options, found, target.name);
    if (!consulted) continue;
    const std::vector<std::string> never = NeverConsulted(target.oracles, *consulted, control);
    for (const std::string& oracle : never) {
      problems.push_back(fmt::format(
          "{}/seeds/{}: oracle {} is never consulted; add a tape that it judges, or see why the "
          "runner does not ask",
          options.corpus, target.name, oracle));
    }
  }
  return problems;
}

// The first few failures in full.
void PrintFailures(Screen& screen, const std::vector<Case>& cases) {
  constexpr int kInFull = 3;
  int printed = 0;
  for (const Case& one : cases) {
    if (one.wrong.empty() || printed++ == kInFull) continue;
    screen.Out(fmt::format("\n{}  {}\n{}\n", screen.Bad(one.bad_input ? "BAD" : "FAIL"), one.file,
                           Indent(one.wrong, "  ")));
    if (printed == kInFull) return;
  }
}

std::string LastLine(const Session& session, const CheckOptions& options, const Cases& found,
                     std::size_t failed, std::size_t problems) {
  const std::string checked = Plural(found.cases.size(), "file");
  if (failed == 0 && problems != 0) {
    return fmt::format("nothing failed, but the check is not to be believed: {}. Next: see above\n",
                       Plural(problems, "problem"));
  }
  if (failed == 0) {
    std::size_t left_out = 0;
    for (const auto& [group, count] : found.left_out) left_out += count;
    const std::string aside = left_out == 0 ? "" : fmt::format(", {} left out", left_out);
    return fmt::format("clean: {} checked{}. Next: {} hunt\n", checked, aside, session.command);
  }
  std::string list;
  const Case* first = nullptr;
  for (const Case& one : found.cases) {
    if (one.wrong.empty()) continue;
    if (first == nullptr) first = &one;
    // A message about bad input names the file.
    list += "  " + (one.bad_input ? "" : one.file + ": ") + InShort(one) + "\n";
  }
  const std::string map =
      options.map == session.registry.maps.front() ? "" : " --map " + options.map;
  return fmt::format("{} of {} are not as they must be:\n{}Next: {} replay{}{} {}\n", failed,
                     checked, list, session.command, map, first->again, ShellQuote(first->file));
}

int Check(Session& session, const CheckOptions& options) {
  const bool on_default_map = options.map == session.registry.maps.front();
  Cases found = CasesIn(options.corpus, !options.no_traces, on_default_map);
  RunCases(session, options, found.cases);

  Screen& screen = session.screen;
  std::size_t failed = 0;
  bool finding = false;
  for (const Case& one : found.cases) {
    if (!one.wrong.empty()) ++failed;
    if (!one.wrong.empty() && !one.bad_input) finding = true;
  }
  const std::vector<std::string> problems = ProblemsOf(session, options, found);
  const int code = finding             ? kExitFinding
                   : failed != 0       ? kExitUsage
                   : !problems.empty() ? kExitHarness
                                       : kExitClean;
  if (session.json) {
    session.PrintJson(ToJson(found, problems, code));
    return code;
  }
  if (!screen.quiet()) {
    for (const char* group : kGroups) {
      screen.Out(GroupLine(found, group));
    }
    PrintFailures(screen, found.cases);
    if (failed != 0) screen.Out("\n");
  }
  if (!problems.empty()) screen.Out("\nNot to be believed\n");
  for (const std::string& problem : problems) screen.Out("  " + problem + "\n");
  screen.Out(LastLine(session, options, found, failed, problems.size()));
  return code;
}

}  // namespace

void AddCheckCommand(CommandLine& line) {
  auto options = std::make_shared<CheckOptions>();
  options->corpus = line.registry.corpus_dir;
  CLI::App* command =
      line.Add("check", "Replay seeds, regressions and Go traces; list all that fail",
               "  mapfuzz check\n  mapfuzz check --no-traces\n"
               "  mapfuzz check --corpus-dir corpus --json",
               "One line for each failure, and the last line",
               [options](Session& session) { return Check(session, *options); });
  command->add_option(
      "--corpus-dir", options->corpus,
      "Where seeds/, regressions/, bugs/ and go-traces/ lie (default: the source tree's)");
  command->add_flag("--no-traces", options->no_traces,
                    "Leave the Go traces out, for a map that is no longer to be Go's");
  line.AddMap(command, &options->map);
  command->add_option("-j,--jobs", options->jobs, "Processes at once (default: one per core)")
      ->check(CLI::Range(1, 1024));
}

}  // namespace mapfuzz::tool
