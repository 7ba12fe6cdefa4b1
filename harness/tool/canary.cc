// `mapfuzz canary`: a few planted bugs that any hunt finds within seconds. If one is not found, the
// harness does not see, and a clean hunt says nothing.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "harness/tool/bug_file.h"
#include "harness/tool/child.h"
#include "harness/tool/command.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/interrupt.h"
#include "harness/tool/score_loop.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct CanaryArguments {
  std::string source, folder, work, budget = "20s", corpus_dir;
  std::size_t count = 3;
  std::uint32_t seed = 1;
  int jobs = DefaultJobs();
};

// Others for each seed, and the same for the same.
std::vector<BugFile> Draw(const CanaryArguments& arguments) {
  std::vector<BugFile> bugs;
  for (BugFile& bug : ReadBugFiles(arguments.folder)) {
    if (bug.canary) bugs.push_back(std::move(bug));
  }
  if (bugs.empty()) {
    throw ToolError(kExitUsage, arguments.folder + ": no bug in it has a line `canary: yes`");
  }
  const auto drawn = [&](const BugFile& bug) {
    return NameHash(fmt::format("{} {}", arguments.seed, bug.id));
  };
  std::sort(bugs.begin(), bugs.end(),
            [&](const BugFile& a, const BugFile& b) { return drawn(a) < drawn(b); });
  bugs.resize(std::min(bugs.size(), arguments.count));
  return bugs;
}

// Why the bug does not count as found; empty if it does.
std::string WhyNot(const Score& score, const BugFile& bug) {
  for (const BugInfo& info : score.bugs) {
    if (info.id == bug.id && info.build.state != BuildState::kOk) return info.build.message;
  }
  for (const Trial& trial : score.trials) {
    if (trial.bug != bug.id) continue;
    return trial.detected ? ""
                          : fmt::format("not found in {}", FormatDuration(trial.budget_seconds));
  }
  return "not come to";
}

std::string FoundText(const Score& score, const BugFile& bug) {
  for (const Trial& trial : score.trials) {
    if (trial.bug != bug.id) continue;
    return fmt::format("found by {} after {} operations ({}/{})", trial.target,
                       FormatCount(trial.operations), trial.oracle, trial.property);
  }
  return "";
}

int Canary(Session& session, const CanaryArguments& arguments) {
  ScoreOptions options;
  options.source = AbsolutePath("--source", arguments.source);
  options.folder = AbsolutePath("--work", arguments.work) + "/" + kCanaryName;
  options.configuration = kCanaryName;
  options.corpus = arguments.corpus_dir;
  options.bugs = Draw(arguments);
  options.known = options.bugs;
  options.trials = 1;
  options.budget_seconds = DurationOrThrow("--budget", arguments.budget);
  options.seed = arguments.seed;
  options.jobs = arguments.jobs;
  options.keep_trees = true;
  options.only_trials = true;
  CatchInterrupts();
  ScoreLoop loop(session, options);
  const Score score = loop.Run();
  if (Interrupted()) {
    session.screen.Complain("mapfuzz: interrupted: the canary says nothing; type the same again");
    return kExitEnvironment;
  }
  std::vector<std::string> silent;
  Json found = Json::array();
  for (const BugFile& bug : options.bugs) {
    const std::string why = WhyNot(score, bug);
    const std::string what = why.empty() ? FoundText(score, bug) : why;
    if (!why.empty()) silent.push_back(bug.id);
    found.push_back({{"bug", bug.id}, {"found", why.empty()}, {"what", what}});
    if (!session.json && (!session.screen.quiet() || !why.empty())) {
      session.screen.Out(fmt::format("{:<4} {}: {}\n", why.empty() ? "ok" : "MISS", bug.id, what));
    }
  }
  const int code = silent.empty() ? kExitClean : kExitHarness;
  if (session.json) {
    session.PrintJson({{"bugs", found}, {"exit", code}});
  } else if (silent.empty()) {
    session.screen.Out(fmt::format("the canary sings: {} found. Next: {} hunt\n",
                                   Plural(options.bugs.size(), "planted bug"), session.command));
  } else {
    session.screen.Out(fmt::format(
        "the harness does not see {}; no clean hunt is to be believed. Next: {} bugs {}\n",
        Plural(silent.size(), "planted bug"), session.command, fmt::join(silent, " ")));
  }
  return code;
}

}  // namespace

void AddCanaryCommand(CommandLine& line) {
  auto arguments = std::make_shared<CanaryArguments>();
  arguments->corpus_dir = line.registry.corpus_dir;
  arguments->source = fs::path(line.registry.corpus_dir).parent_path().string();
  arguments->folder = line.registry.corpus_dir + "/bugs";
  arguments->work = fs::path(OwnPath()).parent_path().string();
  CLI::App* command =
      line.Add("canary",
               "Plant a few bugs that any hunt finds within seconds, each in a tree of its own, "
               "and hunt for "
               "them from an empty corpus. Exit 3 if one is not found: then the harness is blind.",
               "  mapfuzz canary\n  mapfuzz canary --count 5 --seed 42",
               "What was missed, and the last line",
               [arguments](Session& session) { return Canary(session, *arguments); });
  command->add_option("--count", arguments->count, "Bugs (default: 3)")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1000}));
  command->add_option("--seed", arguments->seed, "Draws other bugs for each (default: 1)");
  command->add_option("--budget", arguments->budget, "Time of each hunt (default: 20s)");
  command->add_option("--source", arguments->source,
                      "Source tree to plant in and to build (default: this program's)");
  command->add_option("--bugs", arguments->folder, "Folder of the *.bug files");
  command->add_option("--work", arguments->work,
                      "Its trees go into WORK/canary (default: BUILD/canary)");
  command->add_option("-j,--jobs", arguments->jobs, "Compilers at once (default: one per core)")
      ->check(CLI::Range(1, 256));
}

}  // namespace mapfuzz::tool
