// `mapfuzz alarms`: every oracle is shown the planted bug that only it can see.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "harness/tool/alarm.h"
#include "harness/tool/bug_file.h"
#include "harness/tool/bug_tree.h"
#include "harness/tool/child.h"
#include "harness/tool/command.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/folder_lock.h"
#include "harness/tool/interrupt.h"
#include "harness/tool/oracles.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct AlarmsArguments {
  std::vector<std::string> oracles;
  std::string source, folder, work, build;
  int jobs = DefaultJobs();
};

std::vector<std::string> OracleNames() {
  std::vector<std::string> names;
  for (const OracleInfo& info : Oracles()) names.emplace_back(info.name);
  return names;
}

// What all trees have in common. A program with the sanitizers that they have lends its own
// libraries.
TreeSpec CommonTree(const Session& session, const AlarmsArguments& arguments) {
  constexpr Sanitizers kOfTrees = kAddressSanitizer | kUndefinedSanitizer | kLeakSanitizer;
  TreeSpec common;
  common.source = AbsolutePath("--source", arguments.source);
  common.folder = AbsolutePath("--work", arguments.work) + "/alarms";
  if (session.registry.built_with == kOfTrees &&
      IsFile(arguments.build + "/harness/tool/libmapfuzz_tool.a")) {
    common.libraries = arguments.build;
  }
  return common;
}

FolderLock LockTrees(const std::string& folder) {
  MakeWritableFolder(folder);
  FolderLock lock(folder);
  if (!lock.held()) {
    throw ToolError(kExitEnvironment,
                    folder + ": others are building in it; wait for them or use another --work");
  }
  return lock;
}

// An alarm's trees, by their place among all.
struct TreeRange {
  std::size_t first = 0;
  std::size_t count = 0;
};

// Builds the trees of all that is there, and leaves word where one cannot be built.
std::vector<std::vector<BugTree>> Build(Session& session, const AlarmsArguments& arguments,
                                        std::vector<Alarm>& alarms) {
  const TreeSpec common = CommonTree(session, arguments);
  std::vector<TreeSpec> specs;
  std::vector<TreeRange> ranges;
  for (const Alarm& alarm : alarms) {
    std::vector<TreeSpec> own;
    if (alarm.wrong.empty()) own = TreesOf(alarm, common);
    ranges.push_back({specs.size(), own.size()});
    specs.insert(specs.end(), own.begin(), own.end());
  }
  const BuildWatch watch = [&](std::string_view how_far) {
    session.progress.Tell(
        fmt::format("alarms: building {}: {}", Plural(specs.size(), "tree"), how_far));
    return !Interrupted();
  };
  const std::vector<BugTree> built = BuildBugTrees(specs, arguments.jobs, watch);
  std::vector<std::vector<BugTree>> trees;
  for (std::size_t i = 0; i < alarms.size(); ++i) {
    const auto first = built.begin() + static_cast<std::ptrdiff_t>(ranges[i].first);
    trees.emplace_back(first, first + static_cast<std::ptrdiff_t>(ranges[i].count));
    for (const BugTree& tree : trees.back()) {
      if (!tree.built) alarms[i].wrong = "cannot be built:\n" + tree.message;
    }
  }
  return trees;
}

void Run(Session& session, const AlarmsArguments& arguments, std::vector<Alarm>& alarms,
         const std::vector<std::vector<BugTree>>& trees) {
  std::vector<AlarmRun> runs;
  std::vector<TreeRange> ranges;
  for (std::size_t i = 0; i < alarms.size(); ++i) {
    std::vector<AlarmRun> own;
    if (alarms[i].wrong.empty()) {
      own = RunsOf(alarms[i], session.program, trees[i], session.registry.maps.front());
    }
    ranges.push_back({runs.size(), own.size()});
    runs.insert(runs.end(), own.begin(), own.end());
  }
  session.progress.Tell(fmt::format("alarms: {}", Plural(runs.size(), "run")));
  std::vector<Verdict> verdicts(runs.size());
  RunAll(
      runs.size(), [&](std::size_t n) { return RunSpec(runs[n].program, runs[n].request); },
      arguments.jobs, {kRunLimitSeconds},
      [&](std::size_t n, const ChildExit& end) { verdicts[n] = VerdictOf(end); });
  for (std::size_t i = 0; i < alarms.size(); ++i) {
    if (!alarms[i].wrong.empty()) continue;
    const auto [first, count] = ranges[i];
    const auto at = static_cast<std::ptrdiff_t>(first);
    const auto end = static_cast<std::ptrdiff_t>(first + count);
    Judge(alarms[i], {runs.begin() + at, runs.begin() + end},
          {verdicts.begin() + at, verdicts.begin() + end});
  }
}

// What to type to see the tape on the bug.
std::string Look(const Alarm& alarm, const std::vector<BugTree>& trees) {
  if (trees.empty() || !trees.front().built) return "";
  return fmt::format("  look at it: {} replay {}\n", ShellQuote(trees.front().program()),
                     ShellQuote(alarm.bug.alarm));
}

int Alarms(Session& session, const AlarmsArguments& arguments) {
  std::vector<std::string> oracles;
  for (const std::string& name : arguments.oracles.empty() ? OracleNames() : arguments.oracles) {
    const bool twice = std::find(oracles.begin(), oracles.end(), name) != oracles.end();
    if (!twice) oracles.push_back(name);
  }
  std::vector<Alarm> alarms = AlarmsOf(oracles, ReadBugFiles(arguments.folder));
  const FolderLock lock = LockTrees(CommonTree(session, arguments).folder);
  CatchInterrupts();
  const std::vector<std::vector<BugTree>> trees = Build(session, arguments, alarms);
  Run(session, arguments, alarms, trees);
  std::vector<std::string> wrong;
  Json told = Json::array();
  for (std::size_t i = 0; i < alarms.size(); ++i) {
    const Alarm& alarm = alarms[i];
    const bool ok = alarm.wrong.empty();
    if (!ok) wrong.push_back(alarm.oracle);
    told.push_back({{"oracle", alarm.oracle},
                    {"bug", alarm.bug.id},
                    {"tape", alarm.bug.alarm},
                    {"ok", ok},
                    {"what", ok ? alarm.what : alarm.wrong}});
    if (session.json || (ok && session.screen.quiet())) continue;
    session.screen.Out(fmt::format("{:<4} {:<14} {}{}{}\n", ok ? "ok" : "FAIL", alarm.oracle,
                                   alarm.bug.id, alarm.IsThere() ? ": " : "",
                                   ok ? alarm.what : alarm.wrong));
    if (!ok) session.screen.Out(Look(alarm, trees[i]));
  }
  const int code = wrong.empty() ? kExitClean : kExitHarness;
  if (session.json) {
    session.PrintJson({{"alarms", told}, {"exit", code}});
  } else if (wrong.empty()) {
    session.screen.Out(fmt::format("each of {} sees what no other one sees. Next: {} canary\n",
                                   Plural(alarms.size(), "oracle"), session.command));
  } else {
    session.screen.Out(fmt::format(
        "{} of {} not shown to see; what they find nothing in says nothing. Next: {} alarms {}\n",
        wrong.size(), Plural(alarms.size(), "oracle"), session.command, fmt::join(wrong, " ")));
  }
  return code;
}

}  // namespace

void AddAlarmsCommand(CommandLine& line) {
  auto arguments = std::make_shared<AlarmsArguments>();
  arguments->source = fs::path(line.registry.corpus_dir).parent_path().string();
  arguments->folder = line.registry.corpus_dir + "/bugs";
  arguments->build = fs::path(OwnPath()).parent_path().string();
  arguments->work = arguments->build;
  CLI::App* command = line.Add(
      "alarms",
      "Show every oracle the planted bug that no other one sees, from the tape stored beside it. "
      "Exit 3 if it stays silent, if another one speaks first or sees it too, or if an oracle has "
      "no such bug.",
      "  mapfuzz alarms\n  mapfuzz alarms cost sanitizer", "What is wrong, and the last line",
      [arguments](Session& session) { return Alarms(session, *arguments); });
  command->add_option("ORACLE", arguments->oracles, "These alone (default: all)")
      ->check(CLI::IsMember(OracleNames()));
  command->add_option("--source", arguments->source,
                      "Source tree to plant in and to build (default: this program's)");
  command->add_option("--bugs", arguments->folder, "Folder of the *.bug files");
  command->add_option("--work", arguments->work,
                      "The bugs' trees go into WORK/alarms and stay there (default: BUILD/alarms)");
  command->add_option("-j,--jobs", arguments->jobs, "Compilers at once (default: one per core)")
      ->check(CLI::Range(1, 256));
}

}  // namespace mapfuzz::tool
