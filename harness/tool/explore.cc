// `mapfuzz explore`: all schedules of a tape that preempt its threads at most so many times.

#include "harness/schedule/explore.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include "harness/tape_text.h"
#include "harness/tool/child.h"
#include "harness/tool/command.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/finding_store.h"
#include "harness/tool/input.h"
#include "harness/tool/signature.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::string_view kEndNames[] = {"complete", "stopped", "cut", "strayed"};

struct ExploreArguments {
  std::string file, map, level = "locks", limit = "10m", out;
  std::uint32_t preemptions = 2;
  std::uint64_t most = 1'000'000;

  ExploreOptions Options() const {
    const auto* const found =
        std::find(std::begin(kPointLevelNames), std::end(kPointLevelNames), level);
    return {static_cast<PointLevel>(found - std::begin(kPointLevelNames)), preemptions, most};
  }
};

// What came of one way of failing.
struct Failing {
  std::uint64_t schedules = 0;
  std::string first;  // the schedule
};

// --- The child. Each schedule is told before it runs, so that one that kills it is known. ---

bool Tell(const std::string& line) {
  return write(kResultFd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

Tape SharedTapeOf(const std::string& content, const std::string& name) {
  Tape tape = ParseTapeText(content, name).tape;
  if (!IsShared(tape.config)) {
    throw ToolError(kExitUsage, name +
                                    ": a tape of one thread has no schedules; one with `map:` "
                                    "and threads has, see `mapfuzz list tape`");
  }
  return tape;
}

int ExploreOne(const Registry& registry, const ExploreArguments& arguments) {
  Tape tape = SharedTapeOf(ReadInput("-"), arguments.file);
  std::map<std::string, Failing> failing;
  std::set<std::uint64_t> outcomes;
  std::uint64_t points = 0;
  bool told = true;
  std::optional<Failure> failure;
  const auto run_once = [&](const Schedule& schedule) {
    told = told && Tell(ToText(schedule) + "\n");
    tape.schedule = schedule;
    ScheduleRun run;
    RunOptions options;
    options.decisions = &run.decisions;
    const RunResult result = registry.run_tape(arguments.map, tape, options);
    failure = result.failure;
    outcomes.insert(failure ? NameHash(failure->Signature()) : result.history_digest);
    points = std::max<std::uint64_t>(points, run.decisions.size());
    if (failure) {
      Failing& same = failing[failure->Signature()];
      if (same.schedules++ == 0) same.first = ToText(schedule);
    }
    return run;
  };
  const ExploreResult result =
      Explore(arguments.Options(), run_once, [&told](const ScheduleRun&) { return told; });
  Json failures = Json::array();
  for (const auto& [signature, same] : failing) {
    failures.push_back(
        {{"signature", signature}, {"schedules", same.schedules}, {"first", same.first}});
  }
  const Json summary = {{"end", kEndNames[static_cast<int>(result.end)]},
                        {"schedules", result.runs},
                        {"outcomes", outcomes.size()},
                        {"decisions", points},
                        {"failures", failures}};
  return Tell(summary.dump() + "\n") ? kExitClean : kExitEnvironment;
}

// --- The tool ---

ChildSpec SpecOf(const Session& session, const ExploreArguments& arguments,
                 const std::string& content) {
  ChildSpec spec;
  spec.argv = {session.program,
               "explore-one",
               arguments.file,
               "--map",
               arguments.map,
               "--level",
               arguments.level,
               "--preemptions",
               std::to_string(arguments.preemptions),
               "--most",
               std::to_string(arguments.most)};
  spec.input = content;
  spec.environment = SanitizerEnvironment();
  return spec;
}

// What the child told; of one that died, that the last schedule killed it.
Json SummaryOf(const ChildExit& end) {
  std::vector<std::string_view> lines;
  for (std::string_view rest = end.result; !rest.empty();) lines.push_back(TakeUpTo('\n', rest));
  if (lines.empty()) return {};
  if (lines.back().rfind('{', 0) == 0) return Json::parse(lines.back(), nullptr, false);
  const Signature signature = SignatureOfDeath(end, end.output);
  return {{"end", "died"},
          {"schedules", lines.size()},
          {"outcomes", 1},
          {"decisions", 0},
          {"failures", Json::array({{{"signature", signature.Text()},
                                     {"schedules", 1},
                                     {"first", std::string(lines.back())}}})}};
}

// The tape with its schedule, for `replay` and `show`.
std::string Keep(const ExploreArguments& arguments, const std::string& content,
                 const Json& failure) {
  Tape tape = SharedTapeOf(content, arguments.file);
  tape.schedule = ParseSchedule(failure["first"].get<std::string>(), arguments.file);
  MakeWritableFolder(arguments.out);
  const std::string signature = failure["signature"];
  std::string file =
      fmt::format("{}/{}-{:08x}.tape", arguments.out, fs::path(arguments.file).stem().string(),
                  NameHash(signature) >> 32);
  std::string text = ToText(tape);
  text.insert(text.find('\n') + 1, "# " + signature + "\n" + BuildNote(tape));
  WriteAtomically(file, text);
  return file;
}

int RunExplore(Session& session, const ExploreArguments& arguments) {
  const std::string content = ReadInput(arguments.file);
  SharedTapeOf(content, arguments.file);
  session.progress.Tell("explore: walking through the schedules");
  Json summary;
  RunAll(
      1, [&](std::size_t) { return SpecOf(session, arguments, content); }, 1,
      {DurationOrThrow("--limit", arguments.limit)},
      [&](std::size_t, const ChildExit& end) { summary = SummaryOf(end); });
  if (!summary.is_object()) {
    throw ToolError(kExitEnvironment, arguments.file + ": the run ended without a word");
  }
  std::vector<std::string> files;
  for (Json& failure : summary["failures"]) {
    files.push_back(Keep(arguments, content, failure));
    failure["file"] = files.back();
  }
  const std::string how = summary["end"];
  const int code = !files.empty() ? kExitFinding : how == "complete" ? kExitClean : kExitHarness;
  if (session.json) {
    summary["exit"] = code;
    session.PrintJson(summary);
    return code;
  }
  for (const Json& failure : summary["failures"]) {
    session.screen.Out(fmt::format("{} {}: {}; {}\n", session.screen.Bad("FAIL"),
                                   failure["signature"].get<std::string>(),
                                   Plural(failure["schedules"].get<std::uint64_t>(), "schedule"),
                                   failure["file"].get<std::string>()));
  }
  const std::string bound = fmt::format(
      "with at most {} at {}", Plural(arguments.preemptions, "preemption"), arguments.level);
  const std::string walked =
      fmt::format("{}{} {}, {}", how == "complete" ? "all " : "",
                  Plural(summary["schedules"].get<std::uint64_t>(), "schedule"), bound,
                  Plural(summary["outcomes"].get<std::uint64_t>(), "outcome"));
  if (!files.empty()) {
    session.screen.Out(fmt::format("{}. Next: {} replay {}\n", walked, session.command,
                                   ShellQuote(files.front())));
  } else if (how == "complete") {
    session.screen.Out(fmt::format("{}, no failure. Next: {} explore --preemptions {} {}\n", walked,
                                   session.command, arguments.preemptions + 1,
                                   ShellQuote(arguments.file)));
  } else {
    session.screen.Out(fmt::format(
        "{}, NOT all ({}). Next: a shorter tape, fewer preemptions or more with --most\n", walked,
        how));
  }
  return code;
}

void AddOptions(const CommandLine& line, CLI::App* command, ExploreArguments& arguments) {
  command->add_option("TAPE", arguments.file, "A tape with threads")->required();
  line.AddMap(command, &arguments.map);
  command->add_option("--level", arguments.level, "Points at locks alone, or at accesses, too")
      ->check(CLI::IsMember(
          std::vector<std::string>(std::begin(kPointLevelNames), std::end(kPointLevelNames))));
  command
      ->add_option("--preemptions", arguments.preemptions,
                   "Times that a thread is stopped which could go on (default: 2)")
      ->check(CLI::Range(0, 16));
  command->add_option("--most", arguments.most, "Schedules after which to end (default: 1000000)")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}));
}

}  // namespace

void AddExploreCommand(CommandLine& line) {
  auto arguments = std::make_shared<ExploreArguments>();
  arguments->out = fs::path(OwnPath()).parent_path().string() + "/explore";
  CLI::App* command = line.Add(
      "explore",
      "Run a tape with threads under every schedule that preempts them at most so many times, and "
      "tell how many there are and which fail. Exit 3 if not all could be run.",
      "  mapfuzz explore --level locks --preemptions 3 corpus/seeds/threads_sync/taken-by-two.tape",
      "Failures and the last line",
      [arguments](Session& session) { return RunExplore(session, *arguments); });
  AddOptions(line, command, *arguments);
  command->add_option("--limit", arguments->limit,
                      "Processor time after which it is a hang (default: 10m)");
  command->add_option("--out", arguments->out,
                      "Tapes with a schedule that fails go there (default: BUILD/explore)");
}

void AddExploreOneCommand(CommandLine& line) {
  auto arguments = std::make_shared<ExploreArguments>();
  CLI::App* command = line.Add(
      "explore-one", "Runs the schedules of the tape on standard input in this process", "", "",
      [arguments](Session& session) { return ExploreOne(session.registry, *arguments); });
  command->group("");  // hidden
  AddOptions(line, command, *arguments);
}

}  // namespace mapfuzz::tool
