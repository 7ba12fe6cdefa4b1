// `mapfuzz explore`: all schedules of a tape that preempt its threads at most so many times.

#include "harness/schedule/explore.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
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
#include "harness/tool/verdict.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// How a walk ended; by `ExploreEnd`.
constexpr std::string_view kEndNames[] = {"complete", "time", "cut", "strayed"};
constexpr std::string_view kDied = "died";      // in a schedule
constexpr std::string_view kKilled = "killed";  // by somebody else
constexpr std::string_view kOpen = "open";      // all were run, but not all to their end

// Begins the line that tells of a new way of failing; schedules begin with their kind.
constexpr char kFailureMark = '!';

constexpr std::uint32_t kMostPreemptions = 16;

struct ExploreArguments {
  std::string file, map, level = "locks", limit = "10m", out;
  std::uint32_t preemptions = 2;
  std::uint64_t most = 1'000'000;

  // Processor time, in seconds.
  double Limit() const { return DurationOrThrow("--limit", limit); }
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

// --- The child. Each schedule is told before it runs, so that one that kills it is known, and each
// failure at once. ---

Json FailureJson(const std::string& signature, const Failing& failing) {
  return {{"signature", signature}, {"schedules", failing.schedules}, {"first", failing.first}};
}

bool Tell(const std::string& line) {
  return write(kResultFd, line.data(), line.size()) == static_cast<ssize_t>(line.size());
}

Tape SharedTapeOf(const std::string& content, const std::string& name) {
  Tape tape = LoadTape(content, name, {}).tape;
  if (!IsShared(tape.config)) {
    throw ToolError(kExitUsage, name +
                                    ": a tape of one thread has no schedules; one with `map:` "
                                    "and threads has, see `mapfuzz list tape`");
  }
  std::set<int> threads;
  for (const Op& op : tape.ops) {
    if (op.thread != kBeforeThreads) threads.insert(op.thread);
  }
  if (threads.size() < 2) {
    throw ToolError(kExitUsage, name +
                                    ": fewer than two threads have operations, so there is "
                                    "nothing to interleave; give another one some (`t1: get 3`)");
  }
  return tape;
}

int ExploreOne(const Registry& registry, const ExploreArguments& arguments) {
  Tape tape = SharedTapeOf(ReadInput("-"), arguments.file);
  std::map<std::string, Failing> failing;
  std::set<std::uint64_t> outcomes;
  std::uint64_t points = 0;
  std::uint64_t left_out = 0;
  std::uint64_t preemptions = 0;  // the most of one schedule
  std::uint64_t open = 0;         // schedules that were not run or judged to their end
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
    left_out = result.skipped;
    if (result.let_on != 0 || !result.unjudged.empty()) ++open;
    const auto preempts = [](const Decision& decision) { return decision.IsPreemption(); };
    preemptions = std::max<std::uint64_t>(
        preemptions, static_cast<std::uint64_t>(
                         std::count_if(run.decisions.begin(), run.decisions.end(), preempts)));
    if (failure) {
      Failing& same = failing[failure->Signature()];
      if (same.schedules++ == 0) {
        same.first = ToText(schedule);
        told = told && Tell(kFailureMark + FailureJson(failure->Signature(), same).dump() + "\n");
      }
    }
    return run;
  };
  const double limit = arguments.Limit();
  const auto goes_on = [&](const ScheduleRun&) {
    return told && static_cast<double>(std::clock()) < limit * CLOCKS_PER_SEC;
  };
  const ExploreResult result = Explore(arguments.Options(), run_once, goes_on);
  Json failures = Json::array();
  for (const auto& [signature, same] : failing) failures.push_back(FailureJson(signature, same));
  const bool complete = result.end == ExploreEnd::kComplete;
  const Json summary = {
      {"end", complete && open != 0 ? kOpen : kEndNames[static_cast<int>(result.end)]},
      {"schedules", result.runs},
      {"outcomes", outcomes.size()},
      {"decisions", points},
      {"preemptions", preemptions},
      {"left_out", left_out},
      {"open", open},
      {"failures", failures}};
  return Tell(summary.dump() + "\n") ? kExitClean : kExitEnvironment;
}

// --- The tool ---

ChildSpec SpecOf(const Session& session, const ExploreArguments& arguments,
                 const std::string& content) {
  ChildSpec spec;
  spec.argv = {session.program,
               "explore-one",
               "--map",
               arguments.map,
               "--level",
               arguments.level,
               "--preemptions",
               std::to_string(arguments.preemptions),
               "--most",
               std::to_string(arguments.most),
               "--limit",
               arguments.limit,
               "--",
               arguments.file};
  spec.input = content;
  spec.environment = SanitizerEnvironment();
  return spec;
}

// What the child told; of one that died, that the last schedule killed it.
Json SummaryOf(const ChildExit& end) {
  Json failures = Json::array();
  std::uint64_t schedules = 0;
  std::string_view last;
  for (std::string_view rest = end.result; !rest.empty();) {
    const std::string_view line = TakeUpTo('\n', rest);
    if (line.rfind('{', 0) == 0) return Json::parse(line, nullptr, false);
    if (line.rfind(kFailureMark, 0) == 0) {
      failures.push_back(Json::parse(line.substr(1), nullptr, false));
    } else {
      ++schedules;
      last = line;
    }
  }
  if (schedules == 0) return {};
  const bool killed = end.signal == SIGKILL && !end.hung();
  if (!killed) {
    failures.push_back(
        FailureJson(SignatureOfDeath(end, end.output).Text(), {1, std::string(last)}));
  }
  return {{"end", killed ? kKilled : kDied},
          {"schedules", schedules},
          {"outcomes", failures.size()},
          {"decisions", 0},
          {"preemptions", 0},
          {"left_out", 0},
          {"open", 0},
          {"failures", failures}};
}

// The tape with its schedule, for `replay` and `show`.
std::string Keep(const ExploreArguments& arguments, const std::string& content,
                 const Json& failure) {
  Tape tape = SharedTapeOf(content, arguments.file);
  tape.schedule = ParseSchedule(failure["first"].get<std::string>(), arguments.file);
  const std::string signature = failure["signature"];
  std::string file =
      fmt::format("{}/{}-{:08x}.tape", arguments.out, fs::path(arguments.file).stem().string(),
                  NameHash(signature) >> 32);
  std::string text = ToText(tape);
  text.insert(text.find('\n') + 1, "# " + signature + "\n" + BuildNote(tape));
  WriteAtomically(file, text);
  return file;
}

Json Walk(Session& session, const ExploreArguments& arguments, const std::string& content) {
  session.progress.Tell("explore: walking through the schedules");
  Json summary;
  // The child ends itself between two schedules; one of them may take as long as any run.
  RunAll(
      1, [&](std::size_t) { return SpecOf(session, arguments, content); }, 1,
      {arguments.Limit() + kRunLimitSeconds},
      [&](std::size_t, const ChildExit& end) { summary = SummaryOf(end); });
  if (!summary.is_object()) {
    throw ToolError(kExitEnvironment, arguments.file + ": the run ended without a word");
  }
  for (Json& failure : summary["failures"]) failure["file"] = Keep(arguments, content, failure);
  return summary;
}

std::string_view WhyNotAll(std::string_view end) {
  if (end == "time") return "the time is over; --limit gives it more";
  if (end == "cut") return "--most allows more";
  if (end == kDied) return "the last one ended the process";
  if (end == kKilled) return "somebody ended the process";
  if (end == kOpen) return "of some, threads had to let others go on, or no verdict was reached";
  return "the threads do not go the same way twice";
}

// What to do when all schedules passed.
std::string NextBound(const Session& session, const ExploreArguments& arguments,
                      const Json& summary) {
  if (summary["preemptions"] < arguments.preemptions || arguments.preemptions == kMostPreemptions) {
    const bool at_locks = arguments.level == kPointLevelNames[static_cast<int>(PointLevel::kLocks)];
    return fmt::format("no schedule has more preemptions. Next: {}a tape with more operations",
                       at_locks ? "--level accesses, or " : "");
  }
  std::string next = fmt::format("Next: {} explore --level {} --preemptions {}", session.command,
                                 arguments.level, arguments.preemptions + 1);
  if (arguments.map != session.registry.maps.front()) next += " --map " + arguments.map;
  return next + " " + ShellQuote(arguments.file);
}

// "all 28 schedules with at most 3 preemptions at locks, 2 outcomes".
std::string Walked(const ExploreArguments& arguments, const Json& summary) {
  const std::string end = summary["end"];
  const std::uint64_t left_out = summary["left_out"];
  return fmt::format(
      "{}{} with at most {} at {}, {}{}{}", end == "complete" ? "all " : "",
      Plural(summary["schedules"].get<std::uint64_t>(), "schedule"),
      Plural(arguments.preemptions, "preemption"), arguments.level,
      Plural(summary["outcomes"].get<std::uint64_t>(), "outcome"),
      left_out == 0 ? "" : fmt::format(", {} left out", Plural(left_out, "operation")),
      end == "complete" ? "" : fmt::format(", NOT all: {}", WhyNotAll(end)));
}

int RunExplore(Session& session, const ExploreArguments& arguments) {
  const std::string content = ReadInput(arguments.file);
  SharedTapeOf(content, arguments.file);
  MakeWritableFolder(arguments.out);
  Json summary = Walk(session, arguments, content);
  const Json& failures = summary["failures"];
  const bool complete = summary["end"] == "complete";
  const int code = !failures.empty() ? kExitFinding : complete ? kExitClean : kExitHarness;
  if (session.json) {
    summary["exit"] = code;
    session.PrintJson(summary);
    return code;
  }
  for (const Json& failure : failures) {
    session.screen.Out(fmt::format("{} {}: {}; {}\n", session.screen.Bad("FAIL"),
                                   failure["signature"].get<std::string>(),
                                   Plural(failure["schedules"].get<std::uint64_t>(), "schedule"),
                                   failure["file"].get<std::string>()));
  }
  const std::string walked = Walked(arguments, summary);
  if (!failures.empty()) {
    const std::string file = failures.front()["file"];
    session.screen.Out(
        fmt::format("{}. Next: {} replay {}\n", walked, session.command, ShellQuote(file)));
  } else if (complete) {
    session.screen.Out(
        fmt::format("{}, no failure. {}\n", walked, NextBound(session, arguments, summary)));
  } else {
    session.screen.Out(fmt::format("{}. Next: a shorter tape, or fewer preemptions\n", walked));
  }
  return code;
}

void AddOptions(const CommandLine& line, CLI::App* command, ExploreArguments& arguments) {
  command->add_option("TAPE", arguments.file, "A tape with threads")->required();
  line.AddMap(command, &arguments.map);
  command
      ->add_option("--level", arguments.level,
                   "Points at locks alone, or at accesses, too (default: locks); the tape's own "
                   "schedule is not looked at")
      ->check(CLI::IsMember(
          std::vector<std::string>(std::begin(kPointLevelNames), std::end(kPointLevelNames))));
  command
      ->add_option("--preemptions", arguments.preemptions,
                   "Times that a thread is stopped which could go on (default: 2)")
      ->check(CLI::Range(std::uint32_t{0}, kMostPreemptions));
  command->add_option("--most", arguments.most, "Schedules after which to end (default: 1000000)")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000'000}));
  command->add_option("--limit", arguments.limit,
                      "Processor time after which to end (default: 10m)");
}

}  // namespace

void AddExploreCommand(CommandLine& line) {
  auto arguments = std::make_shared<ExploreArguments>();
  arguments->out = fs::path(OwnPath()).parent_path().string() + "/explore";
  CLI::App* command = line.Add(
      "explore",
      "Run a tape with threads under every schedule that preempts them at most so many times, and "
      "tell how many there are and which fail. Exit 3 if not all could be run.",
      "  mapfuzz explore --preemptions 3 corpus/seeds/threads_sync/small-promotion.tape\n"
      "  mapfuzz explore --level accesses corpus/seeds/threads_sharded/small-growth.tape",
      "Failures and the last line",
      [arguments](Session& session) { return RunExplore(session, *arguments); });
  AddOptions(line, command, *arguments);
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
