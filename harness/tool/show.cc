// `mapfuzz show`: what is in a tape, what each step did, and the verdict.

#include <fmt/format.h>

#include <cstdlib>
#include <memory>
#include <sstream>

#include "harness/run_core.h"
#include "harness/tape_text.h"
#include "harness/tool/command.h"
#include "harness/tool/error.h"
#include "harness/tool/expectation.h"
#include "harness/tool/files.h"
#include "harness/tool/input.h"
#include "harness/tool/oracles.h"
#include "harness/tool/text.h"
#include "harness/tool/verdict.h"

namespace mapfuzz::tool {
namespace {

using Json = nlohmann::ordered_json;

struct ShowOptions {
  std::string file, map, policy, target, without;
  std::uint64_t until_step = 0;
  bool no_history = false;
};

struct Shown {
  LoadedTape loaded;
  std::string target;  // that read it; see `TargetFor`
  Verdict verdict;
  std::string wrong;  // why the verdict is not as it must be; empty if it is
};

// A line below an operation's own.
std::string Below(const std::string& line) { return std::string(14, ' ') + line + "\n"; }

// The history's lines, which begin with their step, by the operation (from 0) that they belong to.
std::vector<std::string> StepsOfOperations(const Verdict& verdict, std::size_t operations) {
  std::vector<std::string> steps(operations);
  std::istringstream lines(verdict.history);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t step = std::strtoull(line.c_str(), nullptr, 10);
    if (step == 0 || step > verdict.operations.size()) continue;
    const std::size_t operation = verdict.operations[step - 1];
    if (operation < operations) steps[operation] += Below(line);
  }
  return steps;
}

// What else became of the operations (from 0).
std::vector<std::string> NotesOfOperations(const Verdict& verdict, std::size_t operations) {
  std::vector<std::string> notes(operations);
  for (const OpNote& note : verdict.notes) {
    if (note.operation < operations) notes[note.operation] += Below(note.text);
  }
  return notes;
}

// The tape's text, its operations numbered from 1, each with the steps it did below it, and with
// what else became of it.
std::string Listing(const Tape& tape, std::string_view expect, const Verdict& verdict,
                    bool with_steps) {
  std::string text = ToText(Tape{tape.config, {}, tape.schedule}, expect);
  text.erase(text.rfind("end "));
  const std::vector<std::string> steps = StepsOfOperations(verdict, tape.ops.size());
  const std::vector<std::string> notes = NotesOfOperations(verdict, tape.ops.size());
  for (std::size_t i = 0; i < tape.ops.size(); ++i) {
    const bool failing = verdict.failed_step != 0 && verdict.failed_op == i;
    text += fmt::format("{}{:5}  {}\n", failing ? ">>>>" : "    ", i + 1, OpText(tape.ops[i]));
    if (with_steps) text += steps[i];
    text += notes[i];
  }
  return text + fmt::format("end {}\n", tape.ops.size());
}

int CodeOf(const Shown& shown) {
  if (shown.verdict.kind == Verdict::Kind::kBadInput) return kExitUsage;
  if (shown.verdict.passed() && !shown.verdict.unjudged.empty()) return kExitHarness;
  return shown.wrong.empty() ? kExitClean : kExitFinding;
}

// The same run, by `replay`.
std::string Next(const Session& session, const ShowOptions& options, const Shown& shown) {
  if (options.file == "-") return "";
  std::string next = ". Next: " + session.command + " replay";
  if (options.map != session.registry.maps.front()) next += " --map " + options.map;
  if (!options.policy.empty()) next += " --policy " + options.policy;
  if (!shown.target.empty()) next += " --target " + shown.target;
  if (!options.without.empty()) next += " --without " + options.without;
  return next + " " + ShellQuote(options.file);
}

std::string LastLine(const Session& session, const ShowOptions& options, const Shown& shown) {
  const Verdict& verdict = shown.verdict;
  const std::string next = Next(session, options, shown);
  if (verdict.cut) {
    return fmt::format("cut short after step {}: no verdict on what follows{}\n", verdict.steps,
                       next);
  }
  if (verdict.passed() && !verdict.unjudged.empty()) {
    return fmt::format("not judged to the end: {}{}\n", verdict.unjudged, next);
  }
  if (verdict.passed()) {
    const std::string but = shown.wrong.empty() ? "" : ", but " + shown.wrong;
    return fmt::format("passes: {}{}, most entries at once {}, digest {}{}{}\n",
                       Plural(verdict.steps, "step"), LeftOutFacts(verdict.left_out, verdict.unmet),
                       verdict.largest, verdict.digest, but, next);
  }
  const bool as_written = !shown.loaded.expect.empty() && shown.wrong.empty();
  return fmt::format("fails{}: {}{}{}\n", as_written ? " as it must" : "", verdict.signature.Text(),
                     verdict.failed_step != 0
                         ? fmt::format(", step {}, operation {} of {}", verdict.failed_step,
                                       verdict.failed_op + 1, shown.loaded.tape.ops.size())
                         : "",
                     next);
}

void Print(Session& session, const ShowOptions& options, const Shown& shown) {
  const LoadedTape& loaded = shown.loaded;
  const Verdict& verdict = shown.verdict;
  Screen& screen = session.screen;
  if (screen.quiet()) return screen.Out(LastLine(session, options, shown));
  screen.Out(screen.Strong(fmt::format("{}: {} form, {}\n\n", InputName(options.file),
                                       loaded.kind == InputKind::kTape ? "text" : "binary",
                                       Plural(loaded.tape.ops.size(), "operation"))));
  screen.Out(Listing(loaded.tape, loaded.expect, verdict, !options.no_history));
  if (!verdict.milestones.empty()) {
    screen.Out(screen.Strong("\nMilestones reached\n"));
    for (const std::string& name : verdict.milestones) screen.Out("  " + name + "\n");
  }
  if (!verdict.story.empty()) {
    screen.Out(screen.Strong("\nHow the threads went\n") + Indent(verdict.story, "  "));
  }
  if (!verdict.passed()) {
    const std::string mark = shown.wrong.empty() ? "fails as it must" : screen.Bad("FAIL");
    screen.Out("\n" + mark + "\n" + WithCommands(verdict.report, ""));
  }
  screen.Out("\n" + LastLine(session, options, shown));
}

// The report of a race ends the run, so how it went is told by the same run without reports.
void TellWhatRaced(const Session& session, RunRequest request, Verdict& verdict) {
  request.report_races = false;
  const Verdict unreported = RunAndWait(session.program, request);
  verdict.story = unreported.story;
  verdict.history = unreported.history;
  verdict.operations = unreported.operations;
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
  request.without = OracleNamed(options.without);
  request.history = true;
  if (options.until_step != 0) request.until_step = options.until_step;
  request.target = TargetFor(registry, options.target, options.file, content);
  Shown shown;
  shown.target = request.target;
  shown.loaded =
      LoadTape(content, request.name, OverridesOf(registry, options.policy, request.target));
  const LoadedTape& loaded = shown.loaded;
  const std::string note = NoteOfChanges(request.name, request.target, loaded.changes);
  if (!note.empty()) session.screen.Remark("note: " + note);
  const LoadedTape said =
      LoadTape(content, request.name, OverridesOf(registry, "", request.target));
  const bool as_written = options.map == registry.maps.front() && options.until_step == 0 &&
                          options.without.empty() && said.tape.config == loaded.tape.config;
  request.content = content;
  shown.verdict = RunAndWait(session.program, request);
  if (shown.verdict.signature.property == "data-race")
    TellWhatRaced(session, request, shown.verdict);
  shown.wrong = WhyNotAsExpected(shown.verdict, as_written ? loaded.expect : "");
  const Verdict& verdict = shown.verdict;

  if (session.json) {
    Json operations = Json::array();
    for (const Op& op : loaded.tape.ops) operations.push_back(OpText(op));
    Json document{{"file", request.name},
                  {"form", loaded.kind == InputKind::kTape ? "text" : "binary"},
                  {"tape", ToText(loaded.tape, loaded.expect)},
                  {"operations", operations}};
    if (!loaded.expect.empty()) document["expect"] = loaded.expect;
    const std::string next = Next(session, options, shown);
    document.update(ToJson(verdict, next.empty() ? "" : "replay: " + next.substr(8) + "\n"));
    document["as_it_must_be"] = shown.wrong.empty();
    if (!options.no_history) document["history"] = verdict.history;
    if (!verdict.story.empty()) document["threads"] = verdict.story;
    Json& notes = document["notes"] = Json::array();
    for (const OpNote& note : verdict.notes) {
      notes.push_back({{"operation", note.operation + 1}, {"text", note.text}});
    }
    session.PrintJson(document);
  } else {
    Print(session, options, shown);
  }
  return CodeOf(shown);
}

}  // namespace

void AddShowCommand(CommandLine& line) {
  auto options = std::make_shared<ShowOptions>();
  CLI::App* command = line.Add(
      "show",
      "A tape of any form as text, what each step did, why operations were skipped, and the "
      "verdict. A step's line is its number, the operation and the answer; an iterator's is the "
      "key and the value.",
      "  mapfuzz show findings/ops-iteration-missed-entry-1f2e.tape\n"
      "  mapfuzz show --target growth crash-1234\n"
      "  mapfuzz show --until-step 40 bug.tape",
      "The last line only", [options](Session& session) { return Show(session, *options); });
  command->add_option("FILE", options->file, "A tape or crash file; - is standard input")
      ->required();
  line.AddMap(command, &options->map);
  CommandLine::AddPolicy(command, &options->policy);
  line.AddTarget(command, &options->target);
  CommandLine::AddWithout(command, &options->without);
  command->add_option("--until-step", options->until_step, "Stop after this elementary step")
      ->check(CLI::Range(std::uint64_t{1}, kMaxSteps));
  command->add_flag("--no-history", options->no_history, "Leave the steps out");
}

}  // namespace mapfuzz::tool
