// `mapfuzz show`: what is in a tape, what each step did, and the verdict.

#include <fmt/format.h>

#include <cstdlib>
#include <memory>
#include <sstream>

#include "harness/tape_text.h"
#include "harness/tool/command.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/input.h"
#include "harness/tool/text.h"
#include "harness/tool/verdict.h"

namespace mapfuzz::tool {
namespace {

using Json = nlohmann::ordered_json;

struct ShowOptions {
  std::string file, map, policy, target;
  std::uint64_t until_step = 0;
  bool no_history = false;
};

// The history's lines by the operation (from 0) that they belong to. A line begins with its step.
std::vector<std::string> StepsOfOperations(const Verdict& verdict, std::size_t operations) {
  std::vector<std::string> steps(operations);
  std::istringstream lines(verdict.history);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t step = std::strtoull(line.c_str(), nullptr, 10);
    if (step == 0 || step > verdict.operations.size()) continue;
    const std::size_t operation = verdict.operations[step - 1];
    if (operation < operations) steps[operation] += std::string(14, ' ') + line + "\n";
  }
  return steps;
}

// The tape's text, its operations numbered from 1, each with the steps it did below it.
std::string Listing(const Tape& tape, const Verdict& verdict, bool with_steps) {
  std::string text = ToText(Tape{tape.config, {}});
  text.erase(text.rfind("end "));
  const std::vector<std::string> steps = StepsOfOperations(verdict, tape.ops.size());
  for (std::size_t i = 0; i < tape.ops.size(); ++i) {
    const bool failing = verdict.failed_step != 0 && verdict.failed_op == i;
    text += fmt::format("{}{:5}  {}\n", failing ? ">>>>" : "    ", i + 1, OpText(tape.ops[i]));
    if (with_steps) text += steps[i];
  }
  return text + fmt::format("end {}\n", tape.ops.size());
}

int CodeOf(const Verdict& verdict) {
  switch (verdict.kind) {
    case Verdict::Kind::kPass:
      return kExitClean;
    case Verdict::Kind::kFail:
      return kExitFinding;
    case Verdict::Kind::kBadInput:
      return kExitUsage;
  }
  return kExitUsage;
}

std::string LastLine(const Session& session, const ShowOptions& options, const Verdict& verdict) {
  const std::string next = session.command + " replay " + ShellQuote(options.file);
  if (verdict.passed()) {
    return fmt::format("passes: {}, most entries at once {}, digest {}. Next: {}\n",
                       Plural(verdict.steps, "step"), verdict.largest, verdict.digest, next);
  }
  return fmt::format(
      "fails: {}{}. Next: {}\n", verdict.signature.Text(),
      verdict.failed_step != 0
          ? fmt::format(", at step {} of operation {}", verdict.failed_step, verdict.failed_op + 1)
          : "",
      next);
}

void Print(Session& session, const ShowOptions& options, const LoadedTape& loaded,
           const Verdict& verdict) {
  Screen& screen = session.screen;
  screen.Out(screen.Strong(fmt::format("{}: {} form, {}\n\n", InputName(options.file),
                                       loaded.kind == InputKind::kTape ? "text" : "binary",
                                       Plural(loaded.tape.ops.size(), "operation"))));
  screen.Out(Listing(loaded.tape, verdict, !options.no_history));
  if (!verdict.milestones.empty()) {
    screen.Out(screen.Strong("\nMilestones reached\n"));
    for (const std::string& name : verdict.milestones) screen.Out("  " + name + "\n");
  }
  if (!verdict.passed())
    screen.Out("\n" + screen.Bad("FAIL") + "\n" + WithCommands(verdict.report, ""));
  screen.Out((verdict.passed() ? "\n" : "") + LastLine(session, options, verdict));
}

int Show(Session& session, const ShowOptions& options) {
  const Registry& registry = session.registry;
  const std::string content = ReadInput(options.file);
  if (KindOf(content) == InputKind::kTrace) {
    throw ToolError(kExitUsage, fmt::format("{}: a Go trace, which is its own text; `mapfuzz "
                                            "replay` compares it",
                                            InputName(options.file)));
  }
  RunRequest request;
  request.name = InputName(options.file);
  request.map = options.map;
  request.policy = ParsePolicy(options.policy);
  request.history = true;
  if (options.until_step != 0) request.until_step = options.until_step;
  const TargetInfo* target = nullptr;
  if (!options.target.empty()) {
    target = registry.FindTarget(options.target);
  } else if (KindOf(content) == InputKind::kEngine) {
    target = TargetOfPath(registry, options.file);
  }
  if (target != nullptr) request.target = target->name;
  const LoadedTape loaded = LoadTape(content, request.name, {request.policy, target});
  request.content = content;
  const Verdict verdict = RunAndWait(session.program, request);

  if (session.json) {
    Json operations = Json::array();
    for (const Op& op : loaded.tape.ops) operations.push_back(OpText(op));
    Json document{{"file", request.name},
                  {"form", loaded.kind == InputKind::kTape ? "text" : "binary"},
                  {"tape", ToText(loaded.tape)},
                  {"operations", operations}};
    document.update(ToJson(verdict));
    if (!options.no_history) document["history"] = verdict.history;
    session.PrintJson(document);
  } else {
    Print(session, options, loaded, verdict);
  }
  return CodeOf(verdict);
}

}  // namespace

void AddShowCommand(CommandLine& line) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App* command =
      line.Add("show", "A tape of any form as text, what each step did, and the verdict",
               "  mapfuzz show findings/ops-iteration-missed-entry-1f2e.tape\n"
               "  mapfuzz show --target growth crash-1234\n"
               "  mapfuzz show --until-step 40 bug.tape",
               [options](Session& session) { return Show(session, *options); });
  command->add_option("FILE", options->file, "A tape or crash file; - is standard input")
      ->required();
  line.AddMap(command, &options->map);
  CommandLine::AddPolicy(command, &options->policy);
  line.AddTarget(command, &options->target);
  command->add_option("--until-step", options->until_step, "Stop after this elementary step")
      ->check(CLI::PositiveNumber);
  command->add_flag("--no-history", options->no_history, "Leave the steps out");
}

}  // namespace mapfuzz::tool
