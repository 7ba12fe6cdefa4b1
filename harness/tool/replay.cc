// `mapfuzz replay`: inputs of any form run again, each in a process of its own.

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>

#include "harness/run_core.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/replay_run.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

using Json = nlohmann::ordered_json;

std::string Facts(const ReplayItem& item) {
  const Verdict& verdict = item.verdict;
  if (verdict.trace) return Plural(verdict.lines, "line") + ", all exact";
  std::string facts;
  if (!item.expect.empty()) facts += "fails with " + item.expect + " as it must, ";
  facts += Plural(verdict.steps, "step");
  facts += LeftOutFacts(verdict.left_out, verdict.unmet);
  if (!verdict.digest.empty()) facts += ", digest " + verdict.digest;
  if (!item.expect_aside.empty()) facts += ", `expect: " + item.expect_aside + "` does not apply";
  if (item.unshaped) facts += ", read as no target's; see --target";
  if (item.runs > 1) facts += fmt::format(", {} times the same", FormatCount(item.runs));
  return facts;
}

// The options that have to be given again to see the same.
std::string SameOptions(const Session& session, const ReplayOptions& options,
                        const ReplayItem& item) {
  std::string text;
  if (options.map != session.registry.maps.front()) text += " --map " + options.map;
  if (!options.policy.empty()) text += " --policy " + options.policy;
  if (!item.target.empty()) text += " --target " + item.target;
  if (!options.without.empty()) text += " --without " + options.without;
  return text;
}

// What to type to see the failure again.
std::string Commands(const Session& session, const ReplayOptions& options, const ReplayItem& item) {
  if (item.path == "-" || !item.failed()) return "";
  const std::string again = SameOptions(session, options, item) + " " + ShellQuote(item.path);
  const std::string times = options.times > 1 ? fmt::format(" --times {}", options.times) : "";
  std::string commands = fmt::format("replay: {} replay{}{}\n", session.command, times, again);
  if (!item.verdict.trace) commands += fmt::format("show:   {} show{}\n", session.command, again);
  return commands;
}

std::string FailureText(const Session& session, const ReplayOptions& options,
                        const ReplayItem& item) {
  const std::string commands = Commands(session, options, item);
  if (item.verdict.trace) return item.verdict.report + "\n" + commands;
  if (item.expect.empty()) return WithCommands(item.verdict.report, commands);
  return item.wrong + "\n" +
         (item.verdict.passed() ? "\n" + commands : WithCommands(item.verdict.report, commands));
}

void PrintItem(Session& session, const ReplayOptions& options, const ReplayItem& item) {
  Screen& screen = session.screen;
  const std::string name = InputName(item.path);
  if (item.bad()) {
    screen.Out(fmt::format("{}   {}\n", screen.Bad("BAD"), item.verdict.report));
  } else if (item.failed() && screen.quiet()) {
    screen.Out(fmt::format("{}  {}: {}\n", screen.Bad("FAIL"), name, item.wrong));
  } else if (item.failed()) {
    screen.Out(
        fmt::format("{}  {}\n{}", screen.Bad("FAIL"), name, FailureText(session, options, item)));
  } else if (!screen.quiet()) {
    const std::string& unjudged = item.verdict.unjudged;
    screen.Out(fmt::format("{}  {}  ({}{})\n",
                           item.verdict.cut    ? "CUT "
                           : !unjudged.empty() ? screen.Bad("OPEN")
                                               : screen.Good("PASS"),
                           name, Facts(item), unjudged.empty() ? "" : "; " + unjudged));
  }
  if (options.history && !item.verdict.history.empty()) {
    screen.Out("history:\n" + Indent(item.verdict.history, "  "));
  }
}

// What the shapes of targets changed: one by one for files that were named, else how many.
void RemarkChanges(Screen& screen, const std::vector<ReplayItem>& items) {
  std::size_t in_folders = 0;
  for (const ReplayItem& item : items) {
    const std::string note = NoteOfChanges(InputName(item.path), item.target, item.changes);
    if (!note.empty() && item.named) screen.Remark("note: " + note);
    if (!note.empty() && !item.named) ++in_folders;
  }
  if (in_folders == 0) return;
  screen.Remark(
      fmt::format("note: {} another configuration than its target runs it under; "
                  "replay one alone to see which",
                  in_folders == 1 ? "1 file says" : FormatCount(in_folders) + " files say"));
}

// A schedule that was not run as it is written may show nothing of what it was kept for.
void RemarkSwitches(Screen& screen, const std::vector<ReplayItem>& items) {
  for (const ReplayItem& item : items) {
    if (item.verdict.untaken == 0) continue;
    screen.Remark(fmt::format(
        "note: {}: {} of the switches in its schedule not made, to threads that could not go on or "
        "at points that there were not; a schedule at accesses belongs to one build",
        InputName(item.path), FormatCount(item.verdict.untaken)));
  }
}

struct Sum {
  std::size_t all = 0, failed = 0, bad = 0, expected = 0, cut = 0, open = 0;
  const ReplayItem* first_failed = nullptr;
  std::map<std::string, std::uint64_t> left_out;

  int code() const {
    return failed != 0 ? kExitFinding
           : bad != 0  ? kExitUsage
           : open != 0 ? kExitHarness
                       : kExitClean;
  }
};

Sum SumUp(const std::vector<ReplayItem>& items) {
  Sum sum;
  sum.all = items.size();
  for (const ReplayItem& item : items) {
    if (item.bad()) ++sum.bad;
    if (item.failed() && sum.failed++ == 0) sum.first_failed = &item;
    if (item.wrong.empty() && !item.expect.empty()) ++sum.expected;
    if (item.verdict.cut) ++sum.cut;
    if (item.verdict.passed() && !item.verdict.unjudged.empty()) ++sum.open;
    for (const auto& [name, count] : ByName(item.verdict.left_out)) sum.left_out[name] += count;
  }
  return sum;
}

std::string LastLine(const Session& session, const ReplayOptions& options,
                     const ReplayInputs& inputs, const Sum& sum) {
  const std::size_t right = sum.all - sum.failed - sum.bad - sum.open;
  const bool control = options.map != session.registry.maps.front();
  std::string last;
  if (sum.cut == sum.all) {
    last = fmt::format("cut short after step {}: no verdict on what follows", options.until_step);
  } else {
    last = fmt::format("{}: {} of {} {}", right == sum.all ? "clean" : "not clean", right,
                       Plural(sum.all, "input"),
                       sum.expected == 0 ? "passed"
                       : sum.all == 1    ? "as it must be"
                                         : "as they must be");
    if (sum.expected != 0) last += fmt::format(", {} of them failing as written", sum.expected);
    if (sum.cut != 0) last += fmt::format(", {} cut short", sum.cut);
  }
  if (sum.failed != 0)
    last += fmt::format(", {} {}", sum.failed, sum.expected == 0 ? "failed" : "not");
  if (sum.open != 0) last += fmt::format(", {} not judged to the end", sum.open);
  if (sum.bad != 0) last += fmt::format(", {} no input", sum.bad);
  if (inputs.left_out != 0) {
    last += fmt::format(", {} left out as no tapes", Plural(inputs.left_out, "file"));
  }
  if (control && !sum.left_out.empty()) {
    last += fmt::format("; {} did not do {}, so this says nothing about them", options.map,
                        CountsText(sum.left_out));
  }
  const ReplayItem* failed = sum.first_failed;
  const std::string input = options.inputs.front() == "-" ? "" : ShellQuote(options.inputs.front());
  if (failed != nullptr) {
    if (failed->path != "-" && !failed->verdict.trace) {
      last += ". Next: " + session.command + " show" + SameOptions(session, options, *failed) +
              " " + ShellQuote(failed->path);
    }
  } else if (sum.code() == kExitClean && (control || sum.cut != 0)) {
    if (!input.empty()) last += ". Next: " + session.command + " replay " + input;
  } else if (sum.code() == kExitClean) {
    last += ". Next: " + session.command + " hunt";
  }
  return last + "\n";
}

void PrintJson(Session& session, const ReplayOptions& options, const ReplayInputs& inputs,
               const Sum& sum) {
  Json files = Json::array();
  for (const ReplayItem& item : inputs.items) {
    Json entry{{"file", InputName(item.path)}};
    entry.update(ToJson(item.verdict, Commands(session, options, item)));
    if (!item.expect.empty()) entry["expect"] = item.expect;
    if (!item.bad()) entry["as_it_must_be"] = item.wrong.empty();
    entry["runs"] = item.runs;
    if (options.history) entry["history"] = item.verdict.history;
    files.push_back(entry);
  }
  session.PrintJson({{"files", files},
                     {"passed", sum.all - sum.failed - sum.bad - sum.open},
                     {"failing_as_written", sum.expected},
                     {"failed", sum.failed},
                     {"bad", sum.bad},
                     {"left_out", inputs.left_out},
                     {"exit", sum.code()}});
}

int Replay(Session& session, const ReplayOptions& options) {
  DurationOrThrow("--limit", options.limit);
  ReplayInputs inputs = ExpandInputs(options);
  RunItems(session, options, inputs.items);
  RemarkChanges(session.screen, inputs.items);
  RemarkSwitches(session.screen, inputs.items);
  const Sum sum = SumUp(inputs.items);
  if (session.json) {
    PrintJson(session, options, inputs, sum);
    return sum.code();
  }
  for (const ReplayItem& item : inputs.items) PrintItem(session, options, item);
  session.screen.Out(LastLine(session, options, inputs, sum));
  return sum.code();
}

}  // namespace

void AddReplayCommand(CommandLine& line) {
  auto options = std::make_shared<ReplayOptions>();
  CLI::App* command =
      line.Add("replay",
               "Run tapes, crash files and Go traces again, each in a process of its own. A tape "
               "with an `expect:` line has to fail as it says.",
               "  mapfuzz replay findings/ops-iteration-missed-entry-1f2e.tape\n"
               "  mapfuzz replay --target ops crash-1234\n"
               "  mapfuzz replay --times 100 findings/ops-iteration-missed-entry-1f2e.tape\n"
               "  mapfuzz replay --without cost findings/growth-cost-growth-late-77aa.tape\n"
               "  mapfuzz replay corpus/go-traces/plain.trace",
               "One line for each failure, and the last line",
               [options](Session& session) { return Replay(session, *options); });
  command
      ->add_option("INPUT", options->inputs,
                   "Files, folders, or - for standard input: tapes in text or binary form, an "
                   "engine's crash files, Go traces")
      ->required();
  line.AddMap(command, &options->map);
  CommandLine::AddPolicy(command, &options->policy);
  line.AddTarget(command, &options->target);
  CommandLine::AddWithout(command, &options->without);
  command->add_option("--times", options->times, "Run each so often; every history must be equal")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1000000}));
  command->add_option("--until-step", options->until_step, "Stop after this elementary step")
      ->check(CLI::Range(std::uint64_t{1}, kMaxSteps));
  command->add_flag("--history", options->history,
                    "Print every step and its result; an iterator's is the key and the value");
  command->add_option("--limit", options->limit,
                      "A run that uses more processor time, or sleeps for longer, is a hang "
                      "(default: 60s)");
  command->add_option("-j,--jobs", options->jobs, "Processes at once (default: one per core)")
      ->check(CLI::Range(1, 1024));
}

}  // namespace mapfuzz::tool
