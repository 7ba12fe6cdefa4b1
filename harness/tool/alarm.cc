#include "harness/tool/alarm.h"

#include <fmt/format.h>

#include "harness/go_trace.h"
#include "harness/tape_text.h"
#include "harness/text_error.h"
#include "harness/tool/error.h"
#include "harness/tool/expectation.h"
#include "harness/tool/files.h"
#include "harness/tool/input.h"
#include "harness/tool/oracles.h"

namespace mapfuzz::tool {
namespace {

using Role = AlarmRun::Role;

constexpr std::string_view kTrace = "trace", kSanitizer = "sanitizer";
constexpr std::string_view kDeterministic = "deterministic";

// The recording's operations. ToolError (bad input) if no tape can say them.
Tape TapeOfRecording(const Alarm& alarm) {
  try {
    if (auto tape = TapeOf(ParseGoTrace(alarm.content, alarm.bug.alarm))) return *std::move(tape);
  } catch (const ParseError& error) {
    throw ToolError(kExitUsage, error.what());
  }
  throw ToolError(kExitUsage,
                  alarm.bug.alarm + ": no tape can do what this recording does; name another");
}

void Load(Alarm& alarm) {
  const std::string& file = alarm.bug.alarm;
  alarm.content = ReadInput(file);
  const bool recording = KindOf(alarm.content) == InputKind::kTrace;
  if (recording != (alarm.oracle == kTrace)) {
    throw ToolError(kExitUsage, fmt::format("{}: the alarm of {} has to be a {}", file,
                                            alarm.oracle, recording ? "tape" : "recording of Go"));
  }
  const Tape tape =
      recording ? TapeOfRecording(alarm) : LoadTape(alarm.content, file, TapeOverrides{}).tape;
  alarm.tape = recording ? ToText(tape) : alarm.content;
  alarm.type = BuiltTypeOf(tape.config);
  alarm.go119 = tape.config.policy == PolicyKind::kGo119;
}

Alarm AlarmOf(const std::string& oracle, const std::vector<BugFile>& bugs) {
  Alarm alarm;
  alarm.oracle = oracle;
  for (const BugFile& bug : bugs) {
    if (bug.alarm.empty() || bug.oracle != oracle) continue;
    if (alarm.IsThere()) {
      alarm.wrong = fmt::format("has more than one alarm: {} and {}", alarm.bug.id, bug.id);
      return alarm;
    }
    alarm.bug = bug;
  }
  if (alarm.IsThere()) {
    if (IsFile(alarm.bug.alarm)) {
      Load(alarm);
    } else {
      alarm.wrong = fmt::format("{}: its alarm is not there: {}", alarm.bug.path, alarm.bug.alarm);
    }
  } else {
    alarm.wrong = "has no alarm: no planted bug that only it sees has a line `alarm:`";
  }
  return alarm;
}

std::string FirstLine(const Verdict& verdict) {
  return verdict.report.substr(0, verdict.report.find('\n'));
}

// Whether two of these runs gave two histories.
bool Wavers(const std::vector<Verdict>& verdicts) {
  for (const Verdict& verdict : verdicts) {
    if (verdict.digest != verdicts.front().digest) return true;
  }
  return false;
}

std::string WrongUnedited(const std::vector<Verdict>& verdicts) {
  for (const Verdict& verdict : verdicts) {
    if (!verdict.passed()) return "fails on the map as it is: " + FirstLine(verdict);
    if (verdict.trace ? verdict.lines == 0 : verdict.steps == 0) return "does nothing";
  }
  return "";
}

}  // namespace

std::vector<Alarm> AlarmsOf(const std::vector<std::string>& oracles,
                            const std::vector<BugFile>& bugs) {
  std::vector<Alarm> alarms;
  for (const std::string& oracle : oracles) alarms.push_back(AlarmOf(oracle, bugs));
  return alarms;
}

std::vector<TreeSpec> TreesOf(const Alarm& alarm, const TreeSpec& common) {
  TreeSpec tree = common;
  tree.folder += "/" + alarm.bug.id;
  tree.bug = &alarm.bug;
  tree.types = {alarm.type};
  tree.programs = {"mapfuzz"};
  tree.optimised = false;
  tree.go119 = alarm.go119;
  std::vector<TreeSpec> trees = {tree};
  if (alarm.oracle == kSanitizer) {
    tree.folder += "-unsanitised";
    tree.sanitised = false;
    trees.push_back(tree);
  }
  return trees;
}

std::vector<AlarmRun> RunsOf(const Alarm& alarm, const std::string& unedited,
                             const std::vector<BugTree>& trees, const std::string& map) {
  std::vector<AlarmRun> runs;
  const auto add = [&](Role role, const std::string& program, const std::string& content,
                       std::size_t runs_before = 0) {
    RunRequest request;
    request.runs_before = runs_before;
    request.content = content;
    request.name = alarm.bug.alarm;
    request.map = map;
    if (role == Role::kOthers) request.without = OracleNamed(alarm.oracle);
    runs.push_back({role, program, std::move(request)});
  };
  const std::string edited = trees.front().program();
  add(Role::kUnedited, unedited, alarm.content);
  add(Role::kOnBug, edited, alarm.content);
  if (alarm.oracle == kDeterministic) {
    add(Role::kUnedited, unedited, alarm.content, 1);
    add(Role::kOnBug, edited, alarm.content, 1);
  } else {
    if (alarm.oracle == kTrace) add(Role::kUnedited, unedited, alarm.tape);
    add(Role::kOthers, trees.back().program(), alarm.tape);
  }
  return runs;
}

void Judge(Alarm& alarm, const std::vector<AlarmRun>& runs, const std::vector<Verdict>& verdicts) {
  std::vector<Verdict> unedited, on_bug, others;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    (runs[i].role == Role::kUnedited ? unedited
     : runs[i].role == Role::kOnBug  ? on_bug
                                     : others)
        .push_back(verdicts[i]);
  }
  const bool compares = alarm.oracle == kDeterministic;
  alarm.wrong = WrongUnedited(unedited);
  if (alarm.wrong.empty() && compares && Wavers(unedited)) {
    alarm.wrong = "fails on the map as it is: two runs gave two histories";
  }
  if (!alarm.wrong.empty()) return;
  for (const Verdict& verdict : on_bug) {
    if (verdict.passed()) continue;
    if (verdict.EndedWithoutWord()) {
      alarm.wrong = "ended without a verdict: " + FirstLine(verdict);
      return;
    }
    if (verdict.kind == Verdict::Kind::kBadInput || verdict.signature.oracle != alarm.oracle) {
      alarm.wrong = "another oracle speaks first: " + FirstLine(verdict);
      return;
    }
    alarm.what = ExpectationOf(verdict.signature);
    if (verdict.failed_step != 0) alarm.what += fmt::format(", step {}", verdict.failed_step);
  }
  if (compares && Wavers(on_bug)) alarm.what = "deterministic/history-differs";
  if (alarm.what.empty()) {
    alarm.wrong = "is silent: its bug passes";
    return;
  }
  for (const Verdict& verdict : others) {
    if (!verdict.passed()) {
      alarm.wrong = "is not alone: without it, " + FirstLine(verdict);
    } else if (verdict.steps == 0) {
      alarm.wrong = "is not shown to be alone: without it, the tape does nothing";
    }
  }
}

}  // namespace mapfuzz::tool
