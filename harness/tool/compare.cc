// `mapfuzz compare`: two builds of the map on the same tapes, state by state.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "harness/tape_text.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/lock_step.h"
#include "harness/tool/replay_run.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

using Json = nlohmann::ordered_json;
using Kind = Difference::Kind;

struct CompareOptions {
  std::vector<std::string> inputs;
  std::string build, with, map, policy, target, limit = "60s";
  int jobs = DefaultJobs();
};

struct Compared {
  std::string path;
  RunRequest request;
  Tape tape;
  std::string bad;  // why it is no tape
  StateRun runs[2];
  int ended = 0;  // of these
  LockStep lock_step;
  std::vector<DifferentLine> lines;

  const std::optional<Difference>& difference() const { return lock_step.difference; }
};

struct Comparison {
  std::string programs[2];
  std::vector<Compared> items;
  std::size_t left_out = 0;  // files in folders that are no tapes, and Go traces

  std::size_t bad() const {
    return static_cast<std::size_t>(std::count_if(
        items.begin(), items.end(), [](const Compared& item) { return !item.bad.empty(); }));
  }
  std::size_t differing() const {
    return static_cast<std::size_t>(std::count_if(
        items.begin(), items.end(),
        [](const Compared& item) { return item.bad.empty() && item.difference().has_value(); }));
  }
  int code() const {
    return differing() != 0 ? kExitFinding : bad() != 0 ? kExitUsage : kExitClean;
  }
};

// The tool of a build tree.
std::string ProgramOf(const std::string& build) {
  const std::string program = build + "/mapfuzz";
  if (!IsFile(program)) {
    throw ToolError(kExitEnvironment,
                    fmt::format("{}: no such program; build it: cmake --build {} --target mapfuzz",
                                program, ShellQuote(build)));
  }
  return program;
}

// The file read, and what it is run with. ToolError (bad input) if it is no tape.
void Prepare(const Session& session, const CompareOptions& options, Compared& item) {
  RunRequest& request = item.request;
  request.content = ReadInput(item.path);
  request.name = InputName(item.path);
  request.map = options.map;
  request.policy = ParsePolicy(options.policy);
  request.target = TargetFor(session.registry, options.target, item.path, request.content);
  item.tape = LoadTape(request.content, request.name,
                       OverridesOf(session.registry, options.policy, request.target))
                  .tape;
}

Comparison Plan(const Session& session, const CompareOptions& options) {
  Comparison comparison;
  comparison.programs[0] = options.build.empty() ? session.program : ProgramOf(options.build);
  comparison.programs[1] = ProgramOf(options.with);
  ReplayOptions where;
  where.inputs = options.inputs;
  where.target = options.target;
  ReplayInputs inputs = ExpandInputs(where);
  comparison.left_out = inputs.left_out;
  for (const ReplayItem& input : inputs.items) {
    if (!input.named && KindOf(ReadOrEmpty(input.path, 4096)) == InputKind::kTrace) {
      ++comparison.left_out;
      continue;
    }
    Compared& item = comparison.items.emplace_back();
    item.path = input.path;
    try {
      Prepare(session, options, item);
    } catch (const ToolError& error) {
      item.bad = error.what();
    }
  }
  if (comparison.items.empty()) {
    throw ToolError(kExitUsage, options.inputs.front() + ": no tape in the folder; give another");
  }
  return comparison;
}

// Why there is nothing to compare; empty if there is.
std::string WhyNotRun(const RunRequest& request, const std::string& program, const StateRun& run) {
  if (run.verdict.EndedWithoutWord()) {
    return fmt::format("{}: {} ended without a verdict ({})", request.name, program,
                       run.verdict.signature.property);
  }
  if (!run.states.empty() || run.verdict.kind == Verdict::Kind::kFail) return "";
  return fmt::format(
      "{}: {} runs no step of it; is it built for this type of keys (MAPFUZZ_TYPES)?", request.name,
      program);
}

// Both runs of an item stand side by side, so that few are kept at a time.
void RunAllInLockStep(Session& session, const CompareOptions& options, Comparison& comparison) {
  std::vector<std::size_t> good;
  for (std::size_t i = 0; i < comparison.items.size(); ++i) {
    if (comparison.items[i].bad.empty()) good.push_back(i);
  }
  std::size_t done = 0;
  RunAll(
      2 * good.size(),
      [&](std::size_t n) {
        return StateRunSpec(comparison.programs[n % 2], comparison.items[good[n / 2]].request);
      },
      options.jobs, {*ParseDuration(options.limit)},
      [&](std::size_t n, const ChildExit& end) {
        Compared& item = comparison.items[good[n / 2]];
        item.runs[n % 2] = StateRunOf(comparison.programs[n % 2], end);
        if (++item.ended < 2) return;
        item.lock_step = Compare(item.runs[0], item.runs[1]);
        for (int side = 0; side < 2 && item.bad.empty(); ++side) {
          item.bad = WhyNotRun(item.request, comparison.programs[side], item.runs[side]);
        }
        for (StateRun& run : item.runs) run = {};
        session.progress.Tell(
            fmt::format("compare: {} of {}", ++done, Plural(good.size(), "tape")));
      });
}

void Explain(const CompareOptions& options, Comparison& comparison) {
  for (Compared& item : comparison.items) {
    if (!item.bad.empty() || !item.difference()) continue;
    if (item.difference()->kind != Kind::kState) continue;
    item.lines = ExplainDifference(comparison.programs[0], comparison.programs[1], item.request,
                                   item.difference()->step, *ParseDuration(options.limit));
  }
}

// "step 57, operation 12 (fill 0 30)".
std::string Where(const Compared& item) {
  const Difference& difference = *item.difference();
  if (difference.step == 0) return "before the first step";
  std::string where = fmt::format("step {}", difference.step);
  if (difference.operation < item.tape.ops.size()) {
    where += fmt::format(", operation {} ({})", difference.operation + 1,
                         OpText(item.tape.ops[difference.operation]));
  }
  return where;
}

std::string_view What(const Difference& difference) {
  if (difference.kind == Kind::kDeath) return "one died";
  if (difference.kind == Kind::kVerdict) return "one ended, or with another verdict";
  return difference.first == difference.second ? "the same answer, another state"
                                               : "another answer";
}

void PrintItem(Screen& screen, const Compared& item) {
  const std::string name = InputName(item.path);
  if (!item.bad.empty()) return screen.Out(fmt::format("{}   {}\n", screen.Bad("BAD"), item.bad));
  if (!item.difference()) {
    if (screen.quiet()) return;
    const std::string& ended = item.lock_step.ended;
    return screen.Out(fmt::format("{}  {}  ({}{})\n", screen.Good("SAME"), name,
                                  Plural(item.lock_step.steps, "step"),
                                  ended.empty() ? "" : ", both end with " + ended));
  }
  const Difference& difference = *item.difference();
  screen.Out(
      fmt::format("{}  {}: {}: {}\n", screen.Bad("DIFF"), name, Where(item), What(difference)));
  if (screen.quiet()) return;
  if (CountsAccesses(item.tape)) {
    screen.Out(
        "      its schedule counts loads and stores, and builds have different ones, so threads "
        "may "
        "have\n      taken turns otherwise: compare it at locks\n");
  }
  if (difference.first != difference.second) {
    screen.Out(fmt::format("      A: {}\n      B: {}\n", difference.first, difference.second));
  }
  constexpr std::size_t kShown = 6;
  for (std::size_t i = 0; i < std::min(kShown, item.lines.size()); ++i) {
    const DifferentLine& line = item.lines[i];
    screen.Out(fmt::format("      {}\n        A: {}\n        B: {}\n", line.thing,
                           line.first.empty() ? "-" : line.first,
                           line.second.empty() ? "-" : line.second));
  }
  if (item.lines.size() > kShown) {
    screen.Out(fmt::format("      and {} more\n", Plural(item.lines.size() - kShown, "thing")));
  }
}

std::string LastLine(const Comparison& comparison, const CompareOptions& options) {
  const std::size_t differing = comparison.differing(), bad = comparison.bad();
  const std::size_t good = comparison.items.size() - bad;
  std::uint64_t steps = 0;
  const Compared* first = nullptr;
  for (const Compared& item : comparison.items) {
    steps += item.lock_step.steps;
    if (item.bad.empty() && item.difference() && first == nullptr) first = &item;
  }
  std::string last = good == 0 ? std::string("nothing was compared")
                     : differing == 0
                         ? fmt::format("the same: {}, {}, and no state of the two builds differs",
                                       Plural(good, "tape"), Plural(steps, "step"))
                         : fmt::format("different: {} of {}", differing, Plural(good, "tape"));
  if (bad != 0) last += fmt::format(", {} not compared", bad);
  if (comparison.left_out != 0) {
    last += fmt::format(", {} left out as no tapes", Plural(comparison.left_out, "file"));
  }
  if (first == nullptr) {
    return last + ". Next: tapes that reach further, say the corpus of a hunt\n";
  }
  std::string next = ShellQuote(options.with) + "/mapfuzz show";
  if (!options.policy.empty()) next += " --policy " + options.policy;
  if (!first->request.target.empty()) next += " --target " + first->request.target;
  if (first->difference()->step != 0) {
    next += fmt::format(" --until-step {}", first->difference()->step);
  }
  return first->path == "-" ? last + "\n"
                            : last + ". Next: " + next + " " + ShellQuote(first->path) + "\n";
}

Json ToJson(const Comparison& comparison) {
  static constexpr const char* kKinds[] = {"state", "verdict", "death"};
  Json files = Json::array();
  for (const Compared& item : comparison.items) {
    Json entry{{"file", InputName(item.path)}};
    if (!item.bad.empty()) {
      entry["error"] = item.bad;
    } else {
      entry["same"] = !item.difference().has_value();
      entry["steps"] = item.lock_step.steps;
    }
    if (!item.lock_step.ended.empty()) entry["both_end_with"] = item.lock_step.ended;
    if (const std::optional<Difference>& difference = item.difference()) {
      entry["kind"] = kKinds[static_cast<int>(difference->kind)];
      entry["step"] = difference->step;
      entry["operation"] = difference->operation + 1;
      entry["a"] = difference->first;
      entry["b"] = difference->second;
      Json& lines = entry["state"] = Json::array();
      for (const DifferentLine& line : item.lines) {
        lines.push_back({{"thing", line.thing}, {"a", line.first}, {"b", line.second}});
      }
    }
    files.push_back(entry);
  }
  return {{"a", comparison.programs[0]},
          {"b", comparison.programs[1]},
          {"files", files},
          {"same", comparison.items.size() - comparison.differing() - comparison.bad()},
          {"different", comparison.differing()},
          {"bad", comparison.bad()},
          {"left_out", comparison.left_out},
          {"exit", comparison.code()}};
}

int Compare(Session& session, const CompareOptions& options) {
  DurationOrThrow("--limit", options.limit);
  Comparison comparison = Plan(session, options);
  RunAllInLockStep(session, options, comparison);
  Explain(options, comparison);
  if (session.json) {
    session.PrintJson(ToJson(comparison));
  } else {
    for (const Compared& item : comparison.items) PrintItem(session.screen, item);
    session.screen.Out(LastLine(comparison, options));
  }
  return comparison.code();
}

}  // namespace

void AddCompareCommand(CommandLine& line) {
  auto options = std::make_shared<CompareOptions>();
  CLI::App* command = line.Add(
      "compare",
      "Run tapes on two builds of the map in lock-step, and compare after every step all "
      "that both hold: header, buckets, overflow, iterators, draws, memory. The first "
      "state that differs is told, be it that no result ever does. A tape with threads should "
      "have its schedule at locks: two builds have different loads and stores.",
      "  mapfuzz compare --with build/mine corpus/seeds/growth\n"
      "  mapfuzz compare --build build/asan --with build/mine crash-1234 --target ops",
      "One line for each tape on which they differ, and the last line",
      [options](Session& session) { return Compare(session, *options); });
  command
      ->add_option("INPUT", options->inputs,
                   "Files, folders, or - for standard input: tapes in text or binary form, an "
                   "engine's crash files")
      ->required();
  command->add_option("--build", options->build,
                      "Build tree A, with the program mapfuzz (default: this program)");
  command->add_option("--with", options->with, "Build tree B")->required();
  line.AddMap(command, &options->map);
  CommandLine::AddPolicy(command, &options->policy);
  line.AddTarget(command, &options->target);
  command->add_option("--limit", options->limit,
                      "A run that uses more processor time, or sleeps for longer, is a hang "
                      "(default: 60s)");
  command->add_option("-j,--jobs", options->jobs, "Processes at once (default: one per core)")
      ->check(CLI::Range(1, 1024));
}

}  // namespace mapfuzz::tool
