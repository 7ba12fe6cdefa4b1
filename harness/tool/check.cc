// `mapfuzz check`: everything the corpus holds still has the verdict it must have.
//
//   seeds, regressions   pass, twice with the same history
//   ... with `expect:`   fail as written, with just that oracle and property, and pass under
//                        `policy: strict`
//   Go traces            every line exact

#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <utility>

#include "harness/tool/child.h"
#include "harness/tool/command.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/input.h"
#include "harness/tool/text.h"
#include "harness/tool/verdict.h"

namespace mapfuzz::tool {
namespace {

using Json = nlohmann::ordered_json;

struct CheckOptions {
  std::string corpus;
  std::string map;
  int jobs = DefaultJobs();
};

struct Case {
  std::string file;
  std::string group;  // seeds, regressions, go-traces
  std::string expect;
  bool trace = false;
  std::vector<Verdict> written;  // runs of the tape as it is written
  std::vector<Verdict> strict;   // the run under policy strict of a tape that must fail
  std::string wrong;             // why the case fails; empty if it does not
  bool bad_input = false;
};

struct Run {
  std::size_t of_case = 0;
  bool strict = false;
};

std::vector<Case> CasesIn(const std::string& corpus) {
  std::vector<Case> cases;
  for (const char* group : {"seeds", "regressions", "go-traces"}) {
    for (const std::string& file : FilesUnder(corpus + "/" + group)) {
      const InputKind kind = KindOf(ReadOrEmpty(file, 4096));
      // A damaged tape still has its name; a README has another.
      const bool named_tape = std::filesystem::path(file).extension() == ".tape";
      if (kind == InputKind::kOther && !named_tape) continue;
      cases.push_back({file, group, "", kind == InputKind::kTrace, {}, {}, "", false});
    }
  }
  if (cases.empty()) {
    throw ToolError(kExitHarness,
                    corpus +
                        ": nothing to check in seeds/, regressions/ and go-traces/; give the "
                        "folder that holds them with --corpus-dir");
  }
  return cases;
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
      runs.push_back({i, false});
      if (!one.expect.empty()) runs.push_back({i, true});
    } catch (const ToolError& error) {
      one.wrong = error.what();
      one.bad_input = true;
    }
  }
  return runs;
}

std::string FirstLine(const Verdict& verdict) {
  return verdict.passed() ? "it passes" : verdict.report.substr(0, verdict.report.find('\n'));
}

// Why the case fails, empty if it does not.
std::string Judge(const Case& one) {
  for (const Verdict& verdict : one.written) {
    const std::string met = verdict.signature.oracle + "/" + verdict.signature.property;
    if (one.expect.empty() && !verdict.passed()) return WithCommands(verdict.report, "");
    if (!one.expect.empty() && (verdict.passed() || met != one.expect)) {
      return fmt::format("must fail with {} as written, but: {}", one.expect, FirstLine(verdict));
    }
    if (verdict.digest != one.written.front().digest) {
      return fmt::format(
          "{}oracle=deterministic property=history-differs op=? site=?\nThe same "
          "tape gave two histories: {} and {}.",
          kFailMark, one.written.front().digest, verdict.digest);
    }
  }
  for (const Verdict& verdict : one.strict) {
    if (!verdict.passed()) {
      return "must pass under policy strict, but:\n" + WithCommands(verdict.report, "");
    }
  }
  return "";
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
    return RunSpec(session.program, request);
  };
  RunAll(runs.size(), spec, options.jobs, kRunLimitSeconds,
         [&](std::size_t n, const ChildExit& end) {
           Case& one = cases[runs[n].of_case];
           (runs[n].strict ? one.strict : one.written).push_back(VerdictOf(end));
           session.screen.Status(fmt::format("check: {} of {} runs", ++done, runs.size()));
         });
  for (Case& one : cases) {
    if (one.wrong.empty()) one.wrong = Judge(one);
  }
}

std::string GroupLine(const std::vector<Case>& cases, std::string_view group) {
  std::size_t all = 0, right = 0, expected = 0;
  std::uint64_t lines = 0, steps = 0;
  for (const Case& one : cases) {
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
  return line + "\n";
}

Json ToJson(const std::vector<Case>& cases, int code) {
  Json files = Json::array();
  std::size_t failed = 0;
  for (const Case& one : cases) {
    Json entry{{"file", one.file}, {"group", one.group}, {"ok", one.wrong.empty()}};
    if (!one.expect.empty()) entry["expect"] = one.expect;
    if (!one.wrong.empty()) entry["wrong"] = one.wrong;
    if (!one.written.empty()) entry["run"] = ToJson(one.written.front());
    if (!one.wrong.empty()) ++failed;
    files.push_back(entry);
  }
  return {{"files", files}, {"passed", cases.size() - failed}, {"failed", failed}, {"exit", code}};
}

int Check(Session& session, const CheckOptions& options) {
  std::vector<Case> cases = CasesIn(options.corpus);
  RunCases(session, options, cases);

  Screen& screen = session.screen;
  std::size_t failed = 0;
  bool finding = false;
  for (const Case& one : cases) {
    if (!one.wrong.empty()) ++failed;
    if (!one.wrong.empty() && !one.bad_input) finding = true;
  }
  const int code = finding ? kExitFinding : failed != 0 ? kExitUsage : kExitClean;
  if (session.json) {
    session.PrintJson(ToJson(cases, code));
    return code;
  }
  if (!screen.quiet()) {
    for (const char* group : {"seeds", "regressions", "go-traces"}) {
      screen.Out(GroupLine(cases, group));
    }
  }
  std::string list;
  std::string first;
  for (const Case& one : cases) {
    if (one.wrong.empty()) continue;
    screen.Out(fmt::format("\n{}  {}\n{}\n", screen.Bad(one.bad_input ? "BAD" : "FAIL"), one.file,
                           Indent(one.wrong, "  ")));
    list += "  " + one.file + "\n";
    if (first.empty()) first = one.file;
  }
  if (failed == 0) {
    screen.Out(fmt::format("clean: {} checked. Next: {} hunt\n", Plural(cases.size(), "file"),
                           session.command));
  } else {
    screen.Out(fmt::format("\n{} of {} are not as they must be:\n{}Next: {} replay {}\n", failed,
                           Plural(cases.size(), "file"), list, session.command, ShellQuote(first)));
  }
  return code;
}

}  // namespace

void AddCheckCommand(CommandLine& line) {
  auto options = std::make_shared<CheckOptions>();
  options->corpus = line.registry.corpus_dir;
  CLI::App* command =
      line.Add("check", "Replay seeds, regressions and Go traces; list all that fail",
               "  mapfuzz check\n  mapfuzz check --corpus-dir corpus --json",
               [options](Session& session) { return Check(session, *options); });
  command->add_option("--corpus-dir", options->corpus,
                      "Where seeds/, regressions/ and go-traces/ lie (default: the source tree's)");
  line.AddMap(command, &options->map);
  command->add_option("-j,--jobs", options->jobs, "Processes at once (default: one per core)")
      ->check(CLI::Range(1, 1024));
}

}  // namespace mapfuzz::tool
