#include "harness/tool/verdict.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "harness/run_core.h"
#include "harness/tape_text.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/oracles.h"
#include "harness/tool/state_stream.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

using Json = nlohmann::ordered_json;

std::string OneLine(const std::string& text) { return text.substr(0, text.find('\n')); }

Json RunTrace(const Registry& registry, const std::string& content, const std::string& name) {
  if (content.back() != '\n') {
    throw ToolError(kExitUsage, name + ": the trace is cut short, its last line does not end");
  }
  if (registry.replay_trace == nullptr) {
    throw ToolError(kExitUsage, name +
                                    ": a recording is of the exact policy, which this build has "
                                    "not; build with MAPFUZZ_GO119");
  }
  const TraceResult trace = registry.replay_trace(content, name);
  Json result{{"trace", true}, {"lines", trace.lines}};
  if (!trace.exact) {
    const Signature signature{"trace", "mismatch"};
    result["report"] = fmt::format("{}{}\n{}", kFailMark, signature.Text(), trace.mismatch);
  }
  return result;
}

Json ToJson(const std::vector<LeftOut>& left_out) {
  Json json = Json::array();
  for (const LeftOut& one : left_out) {
    json.push_back({{"operation", one.name}, {"why", one.why}, {"count", one.operations}});
  }
  return json;
}

std::vector<LeftOut> LeftOutFrom(const Json& json) {
  std::vector<LeftOut> left_out;
  for (const Json& one : json) {
    left_out.push_back(
        {one.value("operation", ""), one.value("why", ""), one.value("count", std::uint64_t{0})});
  }
  return left_out;
}

Json ToJson(const std::vector<OpNote>& notes) {
  Json json = Json::array();
  for (const OpNote& note : notes) json.push_back({note.operation, note.text});
  return json;
}

std::vector<OpNote> NotesFrom(const Json& json) {
  std::vector<OpNote> notes;
  for (const auto& [operation, text] :
       json.get<std::vector<std::pair<std::uint32_t, std::string>>>()) {
    notes.push_back({operation, text});
  }
  return notes;
}

// To the parent. False if it went away or memory ran out.
bool Write(const std::string& text) {
  for (std::string_view rest = text; !rest.empty();) {
    const ssize_t n = write(kResultFd, rest.data(), rest.size());
    if (n <= 0) return false;
    rest.remove_prefix(static_cast<std::size_t>(n));
  }
  return true;
}

// Blocks of every class of sizes that an allocator may have, `count` of each. While they are kept,
// what is allocated lies elsewhere.
std::vector<std::unique_ptr<std::byte[]>> BlocksOfEverySize(std::size_t count) {
  constexpr std::size_t kLargest = std::size_t{1} << 17;
  std::vector<std::unique_ptr<std::byte[]>> blocks;
  for (std::size_t size = 16; size <= kLargest; size += std::max<std::size_t>(16, size / 8)) {
    for (std::size_t i = 0; i < count; ++i) {
      blocks.push_back(std::make_unique_for_overwrite<std::byte[]>(size));
    }
  }
  return blocks;
}

Json RunTape(const Registry& registry, const LoadedTape& loaded, const RunOneArguments& arguments) {
  std::string history, story;
  ToldRun told;
  RunOptions options;
  if (arguments.history) {
    options.history = &history;
    options.story = &story;
    options.operations = &told.operations;
  }
  options.fates = &told.fates;
  options.without = OracleNamed(arguments.without);
  options.until_step = arguments.until_step;
  if (arguments.states) {
    options.on_state = [](const StepState& state) { Write(ToStream(state)); };
    options.state_in_words = arguments.state_in_words;
  }
  const RunResult run = registry.run_tape(arguments.map, loaded.tape, options);
  Json reached = Json::array();
  for (int i = 0; i < kMilestones; ++i) {
    if (run.milestones[static_cast<std::size_t>(i)] != 0) {
      reached.push_back(MilestoneName(static_cast<Milestone>(i)));
    }
  }
  Json result{{"digest", Hex(run.history_digest)},
              {"steps", run.steps},
              {"skipped", run.skipped},
              {"points", run.points},
              {"untaken", run.untaken},
              {"largest", run.largest},
              {"milestones", reached},
              {"consulted", run.consulted},
              {"unjudged", run.unjudged},
              {"cut", !run.failure.has_value() && run.steps == arguments.until_step},
              {"left_out", ToJson(LeftOutOf(loaded.tape, told.fates))},
              {"unmet", ToJson(UnmetOf(loaded.tape, told.fates))}};
  if (run.hides_state) result["hides_state"] = true;
  if (arguments.history) {
    told.ended_early =
        run.failure.has_value() || run.steps == kMaxSteps || run.steps == arguments.until_step;
    result["history"] = history;
    result["story"] = story;
    result["operations"] = told.operations;
    result["notes"] = ToJson(NotesOf(loaded.tape, told));
  }
  if (run.failure.has_value()) {
    result["report"] = Report(loaded.tape, *run.failure);
    result["failed_step"] = run.failure->step;
    result["failed_op"] = run.failure->op_index;
  }
  return result;
}

}  // namespace

int RunOne(const Registry& registry, const RunOneArguments& arguments) {
  const auto kept = BlocksOfEverySize(arguments.runs_before);
  Json result;
  int code = kExitClean;
  try {
    const std::string content = ReadInput("-");
    if (KindOf(content) == InputKind::kTrace) {
      result = RunTrace(registry, content, arguments.name);
    } else {
      const TapeOverrides overrides = OverridesOf(registry, arguments.policy, arguments.target);
      result = RunTape(registry, LoadTape(content, arguments.name, overrides), arguments);
    }
    if (result.contains("report")) code = kExitFinding;
  } catch (const ToolError& error) {
    result = Json{{"error", error.what()}};
    code = kExitUsage;
  } catch (const ParseError& error) {
    result = Json{{"error", error.what()}};
    code = kExitUsage;
  }
  return Write(result.dump(-1, ' ', false, Json::error_handler_t::replace)) ? code
                                                                            : kExitEnvironment;
}

ChildSpec RunSpec(const std::string& program, const RunRequest& request) {
  ChildSpec spec;
  spec.argv = {program, "run-one", "--name", request.name, "--map", request.map};
  if (request.policy.has_value()) {
    spec.argv.insert(spec.argv.end(),
                     {"--policy", std::string(kPolicyNames[static_cast<int>(*request.policy)])});
  }
  if (!request.target.empty()) {
    spec.argv.insert(spec.argv.end(), {"--target", request.target});
  }
  if (request.without.has_value()) {
    spec.argv.insert(spec.argv.end(),
                     {"--without", std::string(kOracleNames[static_cast<int>(*request.without)])});
  }
  if (request.until_step.has_value()) {
    spec.argv.insert(spec.argv.end(), {"--until-step", std::to_string(*request.until_step)});
  }
  if (request.history) spec.argv.emplace_back("--history");
  if (request.states) spec.argv.emplace_back("--states");
  if (request.state_in_words.has_value()) {
    spec.argv.insert(spec.argv.end(),
                     {"--state-in-words", std::to_string(*request.state_in_words)});
  }
  if (request.runs_before != 0) {
    spec.argv.insert(spec.argv.end(), {"--runs-before", std::to_string(request.runs_before)});
  }
  spec.input = request.content;
  spec.environment = SanitizerEnvironment();
  if (!request.report_races) {
    for (std::string& variable : spec.environment) {
      if (variable.rfind("TSAN_OPTIONS=", 0) == 0) variable += ":report_bugs=0";
    }
  }
  return spec;
}

Verdict VerdictOf(const ChildExit& end) {
  if (!end.started) {
    throw ToolError(kExitEnvironment, "the tool cannot start itself; was its program removed?");
  }
  Verdict verdict;
  const Json result = Json::parse(end.result, nullptr, /*allow_exceptions=*/false);
  const bool told = result.is_object();
  if (end.ending == Ending::kStarved) {
    throw ToolError(kExitEnvironment,
                    fmt::format("a run got {} of processor time in {} and came to no end, which "
                                "says nothing about the map; try again when the machine has time",
                                FormatDuration(end.cpu_seconds), FormatDuration(end.seconds)));
  }
  if (!told && end.signal == 0 && (end.code == kExitEnvironment || end.code == 127)) {
    throw ToolError(kExitEnvironment,
                    "a run could not be started or hand back its verdict; free "
                    "some memory, processes or files (ulimit -n)");
  }
  if (told) {
    verdict.trace = result.value("trace", false);
    verdict.lines = result.value("lines", std::uint64_t{0});
    verdict.digest = result.value("digest", "");
    verdict.steps = result.value("steps", std::uint64_t{0});
    verdict.skipped = result.value("skipped", std::uint64_t{0});
    verdict.points = result.value("points", std::uint64_t{0});
    verdict.untaken = result.value("untaken", std::uint64_t{0});
    verdict.hides_state = result.value("hides_state", false);
    verdict.story = result.value("story", "");
    verdict.largest = result.value("largest", std::uint64_t{0});
    verdict.failed_step = result.value("failed_step", std::uint64_t{0});
    verdict.failed_op = result.value("failed_op", std::uint64_t{0});
    verdict.milestones = result.value("milestones", std::vector<std::string>{});
    verdict.consulted = result.value("consulted", verdict.consulted);
    verdict.history = result.value("history", "");
    verdict.operations = result.value("operations", std::vector<std::uint32_t>{});
    verdict.cut = result.value("cut", false);
    verdict.unjudged = result.value("unjudged", "");
    verdict.left_out = LeftOutFrom(result.value("left_out", Json::array()));
    verdict.unmet = LeftOutFrom(result.value("unmet", Json::array()));
    verdict.notes = NotesFrom(result.value("notes", Json::array()));
  }
  const bool quiet_end = end.signal == 0;
  if (told && quiet_end && end.code == kExitUsage) {
    verdict.kind = Verdict::Kind::kBadInput;
    verdict.report = result.value("error", "no tape");
  } else if (told && quiet_end && end.code == kExitFinding && result.contains("report")) {
    verdict.kind = Verdict::Kind::kFail;
    verdict.report = result.value("report", "");
    verdict.signature = ParseSignature(OneLine(verdict.report));
  } else if (!told || !quiet_end || end.code != kExitClean) {
    // Killed, or ended by a sanitizer, which may speak up after the verdict (leaks).
    verdict.kind = Verdict::Kind::kFail;
    verdict.signature = SignatureOfDeath(end, end.output);
    if (verdict.signature.empty()) verdict.signature = {"sanitizer", "no-verdict"};
    verdict.report = ReportOfDeath(verdict.signature, end.output);
    if (end.ending == Ending::kSpun) {
      verdict.report += fmt::format("The run was ended after {} of processor time.\n",
                                    FormatDuration(end.cpu_seconds));
    } else if (end.ending == Ending::kSlept) {
      verdict.report += fmt::format("The run was ended after {}, asleep with nobody to wake it.\n",
                                    FormatDuration(end.seconds));
    }
  }
  return verdict;
}

bool Verdict::EndedWithoutWord() const {
  const std::string& property = signature.property;
  return kind == Kind::kFail && signature.oracle == "sanitizer" &&
         (property == "killed" || property == "no-verdict" || property.rfind("exit-", 0) == 0);
}

Verdict RunAndWait(const std::string& program, const RunRequest& request, double limit_seconds) {
  Verdict verdict;
  RunAll(
      1, [&](std::size_t) { return RunSpec(program, request); }, 1, {limit_seconds},
      [&](std::size_t, const ChildExit& end) { verdict = VerdictOf(end); });
  return verdict;
}

Verdict TwoHistories(const Verdict& first, const Verdict& second) {
  Verdict verdict = first;
  verdict.kind = Verdict::Kind::kFail;
  verdict.signature = {"deterministic", "history-differs"};
  verdict.report = fmt::format("{}{}\nThe same input gave two histories: {} and {}.\n", kFailMark,
                               verdict.signature.Text(), first.digest, second.digest);
  return verdict;
}

nlohmann::ordered_json ToJson(const Verdict& verdict, const std::string& commands) {
  Json json;
  json["verdict"] = verdict.passed()                       ? "pass"
                    : verdict.kind == Verdict::Kind::kFail ? "fail"
                                                           : "bad-input";
  if (verdict.kind == Verdict::Kind::kBadInput) {
    json["error"] = verdict.report;
    return json;
  }
  if (verdict.trace) {
    json["lines"] = verdict.lines;
  } else {
    json["digest"] = verdict.digest;
    json["steps"] = verdict.steps;
    json["skipped"] = verdict.skipped;
    if (verdict.points != 0) json["points"] = verdict.points;
    if (verdict.untaken != 0) json["switches_not_made"] = verdict.untaken;
    if (!verdict.left_out.empty()) {
      json["skipped_operations"] = ByName(verdict.left_out);
      json["skipped_because"] = ToJson(verdict.left_out);
    }
    if (!verdict.unmet.empty()) json["unmet_operations"] = ByName(verdict.unmet);
    if (verdict.cut) json["cut"] = true;
    if (!verdict.unjudged.empty()) json["unjudged"] = verdict.unjudged;
    json["largest"] = verdict.largest;
    json["milestones"] = verdict.milestones;
  }
  if (!verdict.passed()) {
    json["signature"] = verdict.signature.Text();
    json["oracle"] = verdict.signature.oracle;
    json["property"] = verdict.signature.property;
    if (verdict.failed_step != 0) json["failed_step"] = verdict.failed_step;
    json["report"] = commands.empty() ? verdict.report : WithCommands(verdict.report, commands);
  }
  return json;
}

}  // namespace mapfuzz::tool
