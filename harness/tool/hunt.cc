// `mapfuzz hunt`: coverage-guided fuzzing of some or all targets within one budget.

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <random>

#include "harness/text_error.h"
#include "harness/tool/child.h"
#include "harness/tool/command.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/hunt_loop.h"
#include "harness/tool/interrupt.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kMostExecs = 1'000'000'000'000;

struct HuntArguments {
  std::vector<std::string> targets;
  std::string duration, timeout = "10s";
  std::uint64_t execs = 0;
  std::uint32_t seed = 0;
  int jobs = DefaultJobs();
  std::string corpus_dir;
  HuntOptions options;
};

// Whether the target is about a policy of its own and could do nothing under this one.
bool IsOfAnotherPolicy(const TargetInfo& target, const std::string& policy) {
  if (policy.empty() || target.shape == nullptr) return false;
  const PolicyKind own = target.shape(Config{}).policy;
  return own == PolicyKind::kChecked && kPolicyNames[static_cast<int>(own)] != policy;
}

// Those named, or all that have something to do under the policy.
std::vector<const TargetInfo*> ChooseTargets(const Registry& registry,
                                             const std::vector<std::string>& names,
                                             const std::string& policy) {
  std::vector<const TargetInfo*> chosen;
  for (const std::string& name : names) {
    const TargetInfo* target = registry.FindTarget(name);
    if (target == nullptr && name.ends_with(kRacesLane)) {
      throw ToolError(kExitUsage,
                      name +
                          ": a lane, not a target; its target runs in both lanes if build/races "
                          "is there or --races names a build: mapfuzz hunt " +
                          name.substr(0, name.size() - kRacesLane.size()));
    }
    if (target == nullptr) {
      std::vector<std::string_view> known;
      for (const TargetInfo& info : registry.targets) known.push_back(info.name);
      const std::string_view nearest = Nearest(name, known);
      throw ToolError(kExitUsage,
                      name + ": no such target" +
                          (nearest.empty() ? "; `mapfuzz list targets` names them"
                                           : "; did you mean " + Quoted(nearest) + "?"));
    }
    if (std::find(chosen.begin(), chosen.end(), target) == chosen.end()) chosen.push_back(target);
  }
  if (names.empty()) {
    for (const TargetInfo& target : registry.targets) {
      if (!IsOfAnotherPolicy(target, policy)) chosen.push_back(&target);
    }
  }
  return chosen;
}

// An absolute path, so that what is printed works from any folder.
std::string Absolute(const std::string& path) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error).lexically_normal();
  return error ? path : absolute.string();
}

// Where a hunt keeps its things by default: a folder for each map and policy. What one of them
// knows as a crash may be another's seed, and the other way round.
std::string DefaultFolder(const HuntOptions& options, const Registry& registry) {
  std::string name;
  if (options.map != registry.maps.front()) name += options.map;
  if (!options.policy.empty() && options.policy != "strict")
    name += (name.empty() ? "" : "-") + options.policy;
  return options.build + "/hunt" + (name.empty() ? "" : "/" + name);
}

// The options that a longer hunt of the same kind needs, each with a space before it.
std::string OptionsAgain(const HuntOptions& given, const Registry& registry) {
  std::string text;
  if (given.map != registry.maps.front()) text += " --map " + given.map;
  if (!given.policy.empty()) text += " --policy " + given.policy;
  if (!given.build.empty()) text += " --build " + ShellQuote(given.build);
  if (!given.races.empty()) text += " --races " + ShellQuote(given.races);
  if (!given.corpus.empty()) text += " --corpus " + ShellQuote(given.corpus);
  if (!given.out.empty()) text += " --out " + ShellQuote(given.out);
  return text;
}

// The build of the second lane: the one named, or `races` beside the first, if it is there and a
// target has threads.
std::string RacesBuild(const Session& session, const HuntOptions& options) {
  const auto has_threads = [](const TargetInfo* target) { return target->HasThreads(); };
  if (std::none_of(options.targets.begin(), options.targets.end(), has_threads)) return "";
  if (!options.races.empty()) return Absolute(options.races);
  const fs::path beside = fs::path(options.build).parent_path() / "races";
  if (IsFile((beside / "mapfuzz").string()) && beside != options.build) return beside.string();
  session.screen.Remark(
      "no lane for races; it has one with: cmake --preset races && cmake --build "
      "--preset races");
  return "";
}

HuntOptions OptionsOf(const Session& session, const HuntArguments& arguments) {
  HuntOptions options = arguments.options;
  options.again = OptionsAgain(options, session.registry);
  if (arguments.corpus_dir != session.registry.corpus_dir) {
    RequireCorpusFolder(arguments.corpus_dir);
    options.again += " --corpus-dir " + ShellQuote(arguments.corpus_dir);
  }
  options.targets = ChooseTargets(session.registry, arguments.targets, options.policy);
  // The engine knows whole seconds only.
  options.timeout_seconds = std::ceil(DurationOrThrow("--timeout", arguments.timeout));
  if (arguments.execs != 0) options.execs = arguments.execs;
  if (!arguments.duration.empty()) options.seconds = DurationOrThrow("--for", arguments.duration);
  if (!options.seconds.has_value() && !options.execs.has_value()) options.seconds = 60;
  options.jobs = static_cast<std::size_t>(arguments.jobs);
  options.seed = arguments.seed != 0 ? arguments.seed : std::random_device()() | 1;
  if (options.build.empty()) options.build = fs::path(session.program).parent_path().string();
  options.build = Absolute(options.build);
  options.races = RacesBuild(session, options);
  const std::string folder = DefaultFolder(options, session.registry);
  if (options.corpus.empty()) options.corpus = folder + "/corpus";
  if (options.out.empty()) options.out = folder + "/out";
  options.corpus = Absolute(options.corpus);
  options.out = Absolute(options.out);
  if (options.corpus == options.out) {
    throw ToolError(kExitUsage, "--corpus and --out are one folder; give two");
  }
  options.seeds = arguments.corpus_dir + "/seeds";
  return options;
}

int Hunt(Session& session, const HuntArguments& arguments) {
  const HuntOptions options = OptionsOf(session, arguments);
  CatchInterrupts();
  HuntSummary summary;
  {
    HuntLoop loop(session, options);
    session.screen.Remark(fmt::format(
        "hunt: {}, {}, {}, seed {}, map {}, policy {}", Plural(options.targets.size(), "target"),
        Plural(options.jobs, "job"),
        options.seconds.has_value() ? "for " + FormatDuration(*options.seconds)
                                    : FormatCount(*options.execs) + " executions each",
        options.seed, options.map, options.policy.empty() ? "of the target" : options.policy));
    summary = loop.Run();
  }
  summary.known = KnownBugsIn(arguments.corpus_dir + "/regressions");
  const std::string text = SummaryText(summary) + LastLine(summary, session.command);
  try {
    WriteAtomically(options.out + "/summary.json", SummaryJson(summary).dump(2) + "\n");
    WriteAtomically(options.out + "/summary.txt", text);
  } catch (const ToolError& error) {
    summary.environment = error.what();
    session.screen.Complain(fmt::format("mapfuzz: {}", error.what()));
  }
  if (session.json) {
    session.PrintJson(SummaryJson(summary));
  } else {
    session.screen.Out(session.screen.quiet() ? LastLine(summary, session.command) : text);
  }
  return summary.ExitCode();
}

void AddBudgetOptions(CLI::App* command, HuntArguments& arguments) {
  command->add_option("TARGET", arguments.targets, "Targets (default: all; see `mapfuzz list`)");
  command->add_option("--for", arguments.duration,
                      "Wall time of the whole hunt: 90s, 10m, 1h30m, a plain number is seconds "
                      "(default: 60s). A target needs some 20 s of a core for its milestones");
  command->add_option("--execs", arguments.execs, "Mutated executions of each target")
      ->check(CLI::Range(std::uint64_t{1}, kMostExecs));
  command->add_option("-j,--jobs", arguments.jobs, "Fuzzers at once (default: one per core)")
      ->check(CLI::Range(1, 256));
  command->add_option("--seed", arguments.seed, "Of the engine's random draws (default: random)")
      ->check(CLI::Range(std::uint32_t{0}, UINT32_MAX));
  command->add_option(
      "--timeout", arguments.timeout,
      "One execution that takes longer is run again alone, and is a hang if it then "
      "uses three times as much processor time (default: 10s)");
  command
      ->add_option("--memory", arguments.options.memory_mb,
                   "Megabytes that a fuzzer may take (default: 2048)")
      ->check(CLI::Range(1, 1 << 20));
}

}  // namespace

void AddHuntCommand(CommandLine& line) {
  auto arguments = std::make_shared<HuntArguments>();
  arguments->corpus_dir = line.registry.corpus_dir;
  CLI::App* command = line.Add(
      "hunt",
      "Fuzz: the budget is split fairly over the targets, a finding does not end the hunt, and "
      "each signature gets one file for each target. A target that makes no progress or "
      "misses a milestone or an oracle named for it fails the hunt (exit 3), and so does a "
      "sanitizer that is built in and reports nothing.",
      "  mapfuzz hunt --for 10m\n"
      "  mapfuzz hunt iterate growth --for 1h --corpus ~/corpus --out ~/findings\n"
      "  mapfuzz hunt ops --execs 100000 --from-empty --allow-missed\n"
      "  mapfuzz hunt --policy go119 --for 10m\n"
      "  mapfuzz hunt --map std --for 1m",
      "The last line, and what is wrong with the harness",
      [arguments](Session& session) { return Hunt(session, *arguments); });
  AddBudgetOptions(command, *arguments);
  HuntOptions& options = arguments->options;
  command->add_option("--corpus", options.corpus,
                      "Keep new inputs here, for the next hunt (default: BUILD/hunt/corpus; "
                      "under BUILD/hunt/NAME for another map or policy)");
  command->add_option("--out", options.out,
                      "Findings, summary.json and summary.txt (default: BUILD/hunt/out, as above)");
  command->add_option("--build", options.build,
                      "Build tree with targets/NAME_fuzzer (default: this program's)");
  command->add_option("--races", options.races,
                      "Build tree with the thread sanitizer, in which targets with threads run as "
                      "well (default: `races` beside the build tree, if it is there)");
  command->add_option("--corpus-dir", arguments->corpus_dir,
                      "Where seeds/ lies (default: the source tree's)");
  command->add_flag("--from-empty", options.from_empty,
                    "Begin with nothing: neither seeds nor the kept corpus");
  command->add_flag("--allow-missed", options.allow_missed,
                    "A missed milestone does not fail the hunt; for budgets under 20 s a target");
  command->add_flag(
      "--until-finding", options.until_finding,
      "End at the first finding that fails again in a process of its own. The targets "
      "take turns, short ones first");
  line.AddMap(command, &options.map);
  CommandLine::AddPolicy(command, &options.policy);
}

}  // namespace mapfuzz::tool
