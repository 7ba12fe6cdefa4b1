// `mapfuzz score`: how surely and how soon the harness finds bugs that were planted.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "harness/tool/child.h"
#include "harness/tool/command.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/interrupt.h"
#include "harness/tool/score_comparison.h"
#include "harness/tool/score_loop.h"
#include "harness/tool/score_report.h"
#include "harness/tool/score_text.h"
#include "harness/tool/survival_plot.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

struct ScoreArguments {
  std::vector<std::string> bugs, targets;
  std::string bug_class, budget = "60s", config = "present", versus, work, source, bugs_dir,
                         corpus_dir;
  std::uint64_t trials = 10;
  std::uint32_t seed = 1;
  int jobs = DefaultJobs();
  bool keep_trees = false;
  bool races = false;
};

void RequireHuntable(const BugFile& bug) {
  if (bug.IsHuntable()) return;
  throw ToolError(
      kExitUsage,
      fmt::format("{}: no hunt finds it: {}; leave it out", bug.id,
                  bug.threads ? "only threads show it, of a map that no target lets them share"
                              : "only recordings of Go show it (mapfuzz check)"));
}

std::vector<BugFile> ChooseBugs(const ScoreArguments& arguments, const std::vector<BugFile>& all) {
  std::vector<BugFile> chosen;
  for (const std::string& id : arguments.bugs) {
    const auto bug =
        std::find_if(all.begin(), all.end(), [&](const BugFile& one) { return one.id == id; });
    if (bug == all.end()) {
      throw ToolError(kExitUsage, NoSuchBug(id, all, arguments.bugs_dir));
    }
    RequireHuntable(*bug);
  }
  for (const BugFile& bug : all) {
    const bool named =
        arguments.bugs.empty() ||
        std::find(arguments.bugs.begin(), arguments.bugs.end(), bug.id) != arguments.bugs.end();
    const bool of_class = arguments.bug_class.empty() || bug.bug_class == arguments.bug_class;
    const bool of_lane = arguments.races ? bug.IsBuiltFor(kSharedType) : !bug.races;
    if (named && of_class && of_lane && bug.IsHuntable()) chosen.push_back(bug);
  }
  if (chosen.empty()) {
    throw ToolError(kExitUsage,
                    "no bug is left to look for; name others or another --class, and with --races "
                    "those of maps that threads share");
  }
  return chosen;
}

ScoreOptions OptionsOf(const Session& session, const ScoreArguments& arguments) {
  ScoreOptions options;
  options.corpus = AbsolutePath("--corpus-dir", arguments.corpus_dir);
  RequireCorpusFolder(options.corpus);
  options.source = AbsolutePath("--source", arguments.source);
  if (arguments.config.empty() || arguments.config.front() == '.') {
    throw ToolError(kExitUsage, "--config: a name does not begin with a dot; give another");
  }
  options.configuration = arguments.config;
  if (FileNamePart(arguments.config) != arguments.config) {
    throw ToolError(kExitUsage,
                    fmt::format("--config {}: the name is that of a folder; write at most "
                                "80 letters, digits, '.', '_' and '-'",
                                ShellQuote(arguments.config)));
  }
  if (arguments.races) options.preset = "bug-races";
  if (arguments.config == kCanaryName) {
    throw ToolError(kExitUsage, "--config: `canary` is the canary's own; give another name");
  }
  options.folder = AbsolutePath("--work", arguments.work) + "/" + FileNamePart(arguments.config);
  options.known = ReadBugFiles(AbsolutePath("--bugs", arguments.bugs_dir));
  options.bugs = ChooseBugs(arguments, options.known);
  options.targets = arguments.targets;
  for (const std::string& name : options.targets) {
    if (session.registry.FindTarget(name) == nullptr) {
      throw ToolError(kExitUsage, name + ": no such target; `mapfuzz list targets` names them");
    }
  }
  options.trials = arguments.trials;
  options.budget_seconds = DurationOrThrow("--budget", arguments.budget);
  options.seed = arguments.seed;
  options.jobs = arguments.jobs;
  options.keep_trees = arguments.keep_trees;
  return options;
}

Score StoredScore(const std::string& folder, const std::string& name) {
  const std::string file = folder + "/" + FileNamePart(name) + "/score.json";
  if (!IsFile(file)) {
    throw ToolError(kExitUsage, fmt::format("{}: no score of that name; measure it first: mapfuzz "
                                            "score --config {}",
                                            file, ShellQuote(name)));
  }
  return ParseScore(ReadInput(file), file);
}

// A compiler's message may be cut in the middle of a character.
std::string TextOf(const Json& document) {
  return document.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

// Behind the text and into the JSON, and into files beside those of the score.
void AddComparison(const std::string& folder, const ScoreComparison& comparison, std::string& text,
                   Json& json) {
  const std::string file = folder + "/vs-" + FileNamePart(comparison.b);
  json["comparison"] = ToJson(comparison);
  WriteAtomically(file + ".json", TextOf(json["comparison"]));
  WriteAtomically(file + ".txt", ComparisonText(comparison));
  text += fmt::format("\n{}\nthe comparison is kept in {}.txt and .json\n",
                      ComparisonText(comparison), file);
}

void WriteResults(const std::string& folder, const Score& score, const ScoreReport& report) {
  WriteAtomically(folder + "/score.json", TextOf(ToJson(score)));
  WriteAtomically(folder + "/report.json", TextOf(ToJson(report)));
  WriteAtomically(folder + "/report.txt", ReportText(report));
  WriteAtomically(folder + "/trials.csv", ScoreCsv(score));
  WriteAtomically(folder + "/survival.svg", SurvivalPlot(score));
}

// What was measured is reported, too, if something ends the score.
Score RunOrKeep(ScoreLoop& loop, const ScoreOptions& options) {
  try {
    return loop.Run();
  } catch (const ToolError&) {
    const Score all = loop.All();
    WriteResults(options.folder, all, ReportOf(all));
    throw;
  }
}

// Found as surely as it should be, and by the corpus; or, if it is no bug, by nobody.
bool IsGood(const BugReport& bug) {
  if (bug.diagnosis == Diagnosis::kEquivalent) return true;
  return bug.bug.counts() && bug.reliable() && bug.in_corpus.value_or(false);
}

bool IsGood(const ScoreReport& report) {
  return std::all_of(report.bugs.begin(), report.bugs.end(),
                     [](const BugReport& bug) { return IsGood(bug); });
}

// `measured`: bugs in the folder, which may hold more than were asked for.
std::string LastLine(const Session& session, const ScoreOptions& options, const ScoreReport& report,
                     std::size_t measured, bool interrupted) {
  const std::string of_more =
      measured == report.bugs.size() ? "" : fmt::format(" of all {} bugs measured there", measured);
  const std::string there =
      fmt::format("Figures, table and picture{} are in {}.", of_more, options.folder);
  if (interrupted) {
    return fmt::format(
        "interrupted: {} of {} bugs are measured. {} Next: the same command goes on\n",
        report.bugs.size(), options.bugs.size(), there);
  }
  const std::string found = fmt::format("{} of {} bugs are found in at least 80 % of their trials",
                                        report.all.reliable, report.all.bugs);
  if (IsGood(report)) {
    return fmt::format("good: {}. {} Next: {} hunt\n", found, there, session.command);
  }
  const auto worst = std::find_if_not(report.bugs.begin(), report.bugs.end(),
                                      [](const BugReport& bug) { return IsGood(bug); });
  const std::string_view why = worst->reliable() && worst->bug.counts()
                                   ? "which no tape of the corpus shows"
                                   : DiagnosisName(worst->diagnosis);
  return fmt::format("not good: {}. {} Next: look at {} ({}): {} bugs {}\n", found, there,
                     worst->bug.id, why, session.command, worst->bug.id);
}

int RunScore(Session& session, const ScoreArguments& arguments) {
  const ScoreOptions options = OptionsOf(session, arguments);
  if (arguments.versus == arguments.config) {
    throw ToolError(kExitUsage, "--vs: is the score itself; give the name of another");
  }
  if (!arguments.versus.empty()) StoredScore(arguments.work, arguments.versus);
  CatchInterrupts();
  ScoreLoop loop(session, options);
  session.screen.Remark(fmt::format(
      "score: {}, {} of {} each, {} at once, seed {}; in {}", Plural(options.bugs.size(), "bug"),
      Plural(options.trials, "trial"), FormatDuration(options.budget_seconds), options.jobs,
      options.seed, options.folder));
  const Score score = RunOrKeep(loop, options);
  const ScoreReport report = ReportOf(score);
  const Score all = loop.All();
  WriteResults(options.folder, all, ReportOf(all));
  std::string text = ReportText(report);
  Json json = ToJson(report);
  if (!arguments.versus.empty()) {
    Score other = StoredScore(arguments.work, arguments.versus);
    other.configuration = arguments.versus;  // its folder may have been given another name
    const ScoreComparison comparison = Compare(score, other, Measure::kSeconds);
    if (comparison.bugs.empty()) {
      throw ToolError(kExitUsage,
                      fmt::format("--vs {}: no bug was measured in both; measure some of the same",
                                  arguments.versus));
    }
    AddComparison(options.folder, comparison, text, json);
  }
  const std::string last = LastLine(session, options, report, all.bugs.size(), Interrupted());
  if (session.json) {
    session.PrintJson(json);
  } else {
    session.screen.Out(session.screen.quiet() ? last : text + "\n" + last);
  }
  if (Interrupted()) return kExitEnvironment;
  return IsGood(report) ? kExitClean : kExitHarness;
}

}  // namespace

void AddScoreCommand(CommandLine& line) {
  auto arguments = std::make_shared<ScoreArguments>();
  arguments->corpus_dir = line.registry.corpus_dir;
  arguments->bugs_dir = line.registry.corpus_dir + "/bugs";
  arguments->source = fs::path(line.registry.corpus_dir).parent_path().string();
  arguments->work = fs::path(OwnPath()).parent_path().string() + "/score";
  CLI::App* command = line.Add(
      "score",
      "Plant each bug of corpus/bugs into a copy of the map, build it, and hunt for it from an "
      "empty "
      "corpus, in several trials; then replay the corpus on it. Says of each bug how surely and "
      "how "
      "soon it is found, and if it is not, why. Exit 3 if one is found in less than 8 of 10 trials "
      "or by no tape of the corpus, 4 if it is interrupted.",
      "  mapfuzz score                              hours; goes on where it was interrupted\n"
      "  mapfuzz score --class evacuation --trials 3\n"
      "  mapfuzz score emptyrest-is-not-carried-back --keep-trees\n"
      "  mapfuzz score --config after --vs before   which of two finds bugs sooner",
      "The last line", [arguments](Session& session) { return RunScore(session, *arguments); });
  command->add_option("BUG", arguments->bugs, "Bugs by their ids (default: all)");
  command->add_option("--class", arguments->bug_class, "Bugs of this class alone")
      ->check(
          CLI::IsMember(std::vector<std::string>(std::begin(kBugClasses), std::end(kBugClasses))));
  command->add_option(
      "--target", arguments->targets,
      "Hunt with these targets alone (default: all, but those with nothing to run in the tree of a "
      "bug that every type shows)");
  command->add_option("--trials", arguments->trials, "Hunts for each bug (default: 10)")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1000}));
  command->add_option("--budget", arguments->budget, "Time of each hunt (default: 60s)");
  command->add_option("--seed", arguments->seed, "Of the trials' seeds (default: 1)");
  command
      ->add_option("-j,--jobs", arguments->jobs,
                   "Trials at once, each on one core, and compilers (default: one per core)")
      ->check(CLI::Range(1, 256));
  command->add_option("--config", arguments->config,
                      "Name of what is measured; its results are kept in WORK/NAME "
                      "(default: present)");
  command->add_option("--vs", arguments->versus, "Compare with the results of that name");
  command->add_flag("--races", arguments->races,
                    "Build the bugs of maps that threads share under the thread sanitizer; those "
                    "that it alone sees are left out otherwise. Give a --config of its own");
  command->add_option("--work", arguments->work, "Folder of all scores (default: BUILD/score)");
  command->add_option("--source", arguments->source,
                      "Source tree to plant in and to build (default: this program's)");
  command->add_option("--bugs", arguments->bugs_dir, "Folder of the *.bug files");
  command->add_option("--corpus-dir", arguments->corpus_dir,
                      "Corpus to replay (default: the source tree's)");
  command->add_flag("--keep-trees", arguments->keep_trees,
                    "Keep each bug's tree and its trials, for a look; 0.5 GB each");
}

}  // namespace mapfuzz::tool
