// `mapfuzz replay`: inputs of any form run again, each in a process of its own.

#include <fmt/format.h>

#include <filesystem>
#include <memory>

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

struct ReplayOptions {
  std::vector<std::string> inputs;
  std::string map, policy, target, limit = "60s";
  std::uint64_t times = 1;
  std::uint64_t until_step = 0;  // 0: to the end
  int jobs = DefaultJobs();
  bool history = false;
};

struct Item {
  std::string path;
  std::string target;  // shapes an engine's bytes
  Verdict verdict;
  std::uint64_t runs = 0;
  bool unshaped = false;  // an engine's bytes, and no target to read them as
};

struct Inputs {
  std::vector<Item> items;
  std::size_t left_out = 0;  // files in folders that are no tapes
};

std::string TargetName(const Registry& registry, const ReplayOptions& options,
                       const std::string& path) {
  if (!options.target.empty()) return options.target;
  const TargetInfo* target = TargetOfPath(registry, path);
  return target != nullptr ? target->name : "";
}

Inputs Expand(const Registry& registry, const ReplayOptions& options) {
  Inputs inputs;
  for (const std::string& input : options.inputs) {
    if (!IsFolder(input)) {
      inputs.items.push_back({input, TargetName(registry, options, input), {}, 0, false});
      continue;
    }
    for (const std::string& file : FilesUnder(input)) {
      if (options.target.empty() && KindOf(ReadOrEmpty(file, 4096)) == InputKind::kOther) {
        ++inputs.left_out;
      } else {
        inputs.items.push_back({file, TargetName(registry, options, file), {}, 0, false});
      }
    }
  }
  if (inputs.items.empty()) {
    throw ToolError(kExitUsage,
                    fmt::format("{}: no tape, crash file or trace in the folder; give another",
                                options.inputs.front()));
  }
  return inputs;
}

RunRequest RequestFor(const Item& item, const ReplayOptions& options, std::string content) {
  RunRequest request;
  request.name = InputName(item.path);
  request.map = options.map;
  request.policy = ParsePolicy(options.policy);
  // A text is what it says; only bytes, or any input on the user's word, are read as a target's.
  if (!options.target.empty() || KindOf(content) == InputKind::kEngine) {
    request.target = item.target;
  }
  if (options.until_step != 0) request.until_step = options.until_step;
  request.history = options.history;
  request.content = std::move(content);
  return request;
}

// One more run of the same input: the first failure stays, else every history must be the same.
void Merge(Item& item, Verdict next) {
  if (item.runs++ == 0 || (item.verdict.passed() && !next.passed())) {
    item.verdict = std::move(next);
  } else if (item.verdict.passed() && item.verdict.digest != next.digest) {
    item.verdict.kind = Verdict::Kind::kFail;
    item.verdict.signature = {"deterministic", "history-differs"};
    item.verdict.report =
        fmt::format("{}{}\nThe same input gave two histories: {} and {}.\n", kFailMark,
                    item.verdict.signature.Text(), item.verdict.digest, next.digest);
  }
}

void RunItems(Session& session, const ReplayOptions& options, std::vector<Item>& items) {
  std::vector<RunRequest> requests(items.size());
  for (std::size_t i = 0; i < items.size(); ++i) {
    try {
      requests[i] = RequestFor(items[i], options, ReadInput(items[i].path));
      items[i].unshaped =
          requests[i].target.empty() && KindOf(requests[i].content) == InputKind::kEngine;
    } catch (const ToolError& error) {
      items[i].verdict.kind = Verdict::Kind::kBadInput;
      items[i].verdict.report = error.what();
    }
  }
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (!requests[i].content.empty()) order.insert(order.end(), options.times, i);
  }
  std::size_t done = 0;
  RunAll(
      order.size(), [&](std::size_t n) { return RunSpec(session.program, requests[order[n]]); },
      options.jobs, *ParseDuration(options.limit),
      [&](std::size_t n, const ChildExit& end) {
        Merge(items[order[n]], VerdictOf(end));
        session.screen.Status(fmt::format("replay: {} of {} runs", ++done, order.size()));
      });
}

std::string Facts(const Item& item) {
  const Verdict& verdict = item.verdict;
  if (verdict.trace) return Plural(verdict.lines, "line") + ", all exact";
  std::string facts = Plural(verdict.steps, "step");
  if (verdict.skipped != 0) facts += ", " + FormatCount(verdict.skipped) + " skipped";
  facts += ", digest " + verdict.digest;
  if (item.unshaped) facts += ", read as no target's; see --target";
  if (item.runs > 1) facts += fmt::format(", {} times the same", item.runs);
  return facts;
}

// The options that have to be given again to see the same.
std::string SameOptions(const Session& session, const ReplayOptions& options, const Item& item) {
  std::string text;
  if (options.map != session.registry.maps.front()) text += " --map " + options.map;
  if (!options.policy.empty()) text += " --policy " + options.policy;
  const bool bytes = KindOf(ReadOrEmpty(item.path, 4096)) == InputKind::kEngine;
  if (!item.target.empty() && (bytes || !options.target.empty())) {
    text += " --target " + item.target;
  }
  return text;
}

// What to type to see the failure again.
std::string Commands(const Session& session, const ReplayOptions& options, const Item& item) {
  if (item.path == "-") return "";
  const std::string again = SameOptions(session, options, item) + " " + ShellQuote(item.path);
  std::string commands = fmt::format("replay: {} replay{}\n", session.command, again);
  if (!item.verdict.trace) commands += fmt::format("show:   {} show{}\n", session.command, again);
  return commands;
}

void PrintItem(Session& session, const ReplayOptions& options, const Item& item) {
  Screen& screen = session.screen;
  const std::string name = InputName(item.path);
  const Verdict& verdict = item.verdict;
  if (verdict.passed()) {
    if (!screen.quiet()) {
      screen.Out(fmt::format("{}  {}  ({})\n", screen.Good("PASS"), name, Facts(item)));
    }
  } else if (verdict.kind == Verdict::Kind::kBadInput) {
    screen.Out(fmt::format("{}   {}\n", screen.Bad("BAD"), verdict.report));
  } else {
    const std::string commands = Commands(session, options, item);
    screen.Out(fmt::format(
        "{}  {}\n{}", screen.Bad("FAIL"), name,
        verdict.trace ? verdict.report + "\n" + commands : WithCommands(verdict.report, commands)));
  }
  if (options.history && !verdict.history.empty()) {
    screen.Out("history:\n" + Indent(verdict.history, "  "));
  }
}

int Replay(Session& session, const ReplayOptions& options) {
  if (!ParseDuration(options.limit).has_value()) {
    throw ToolError(kExitUsage, "--limit " + options.limit + ": no duration; write 60s, 10m or 1h");
  }
  Inputs inputs = Expand(session.registry, options);
  RunItems(session, options, inputs.items);

  std::size_t failed = 0, bad = 0;
  const Item* first = nullptr;
  Json files = Json::array();
  for (const Item& item : inputs.items) {
    const bool is_bad = item.verdict.kind == Verdict::Kind::kBadInput;
    if (is_bad) ++bad;
    if (!item.verdict.passed() && !is_bad && failed++ == 0) first = &item;
    if (session.json) {
      Json entry{{"file", InputName(item.path)}};
      entry.update(ToJson(item.verdict));
      entry["runs"] = item.runs;
      if (options.history) entry["history"] = item.verdict.history;
      files.push_back(entry);
    } else {
      PrintItem(session, options, item);
    }
  }
  const int code = failed != 0 ? kExitFinding : bad != 0 ? kExitUsage : kExitClean;
  if (session.json) {
    session.PrintJson({{"files", files},
                       {"passed", inputs.items.size() - failed - bad},
                       {"failed", failed},
                       {"bad", bad},
                       {"left_out", inputs.left_out},
                       {"exit", code}});
    return code;
  }
  std::string last =
      fmt::format("{}: {} of {} passed", failed + bad == 0 ? "clean" : "not clean",
                  inputs.items.size() - failed - bad, Plural(inputs.items.size(), "input"));
  if (failed != 0) last += fmt::format(", {} failed", failed);
  if (bad != 0) last += fmt::format(", {} no input", bad);
  if (inputs.left_out != 0) {
    last += fmt::format(", {} left out as no tapes", Plural(inputs.left_out, "file"));
  }
  if (first != nullptr && first->path != "-" && !first->verdict.trace) {
    last += ". Next: " + session.command + " show" + SameOptions(session, options, *first) + " " +
            ShellQuote(first->path);
  } else if (code == kExitClean) {
    last += ". Next: " + session.command + " hunt";
  }
  session.screen.Out(last + "\n");
  return code;
}

}  // namespace

void AddReplayCommand(CommandLine& line) {
  auto options = std::make_shared<ReplayOptions>();
  CLI::App* command =
      line.Add("replay", "Run tapes, crash files and Go traces again, each in a process of its own",
               "  mapfuzz replay findings/ops-iteration-missed-entry-1f2e.tape\n"
               "  mapfuzz replay --target ops crash-1234\n"
               "  mapfuzz replay --times 1000 corpus/seeds\n"
               "  mapfuzz replay corpus/go-traces/plain.trace",
               [options](Session& session) { return Replay(session, *options); });
  command
      ->add_option("INPUT", options->inputs,
                   "Files, folders, or - for standard input: tapes in text or binary form, an "
                   "engine's crash files, Go traces")
      ->required();
  line.AddMap(command, &options->map);
  CommandLine::AddPolicy(command, &options->policy);
  line.AddTarget(command, &options->target);
  command->add_option("--times", options->times, "Run each so often; every history must be equal")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1000000}));
  command->add_option("--until-step", options->until_step, "Stop after this elementary step")
      ->check(CLI::PositiveNumber);
  command->add_flag("--history", options->history, "Print every step and its result");
  command->add_option("--limit", options->limit,
                      "A run that takes longer is a hang (default: 60s)");
  command->add_option("-j,--jobs", options->jobs, "Processes at once (default: one per core)")
      ->check(CLI::Range(1, 1024));
}

}  // namespace mapfuzz::tool
