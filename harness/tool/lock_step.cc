#include "harness/tool/lock_step.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

#include "harness/tool/error.h"

namespace mapfuzz::tool {
namespace {

// What a run did in the step, or ended with instead. Of a step without operands and answer there is
// no line.
std::string DoneIn(const StateRun& run, std::uint64_t step) {
  if (step < run.states.size()) return run.states[step].line;
  return run.verdict.passed() ? "the end" : run.verdict.signature.Text();
}

bool EndAlike(const StateRun& a, const StateRun& b) {
  if (a.verdict.kind != b.verdict.kind || a.died != b.died) return false;
  if (a.verdict.passed()) return true;
  // What is printed of a death has addresses in it.
  return a.verdict.signature == b.verdict.signature &&
         (a.died || a.verdict.report == b.verdict.report);
}

Difference DifferenceAt(const StateRun& first, const StateRun& second, std::uint64_t step) {
  Difference difference{.step = step, .first = DoneIn(first, step), .second = DoneIn(second, step)};
  const bool first_told = step < first.states.size(), second_told = step < second.states.size();
  if (!first_told || !second_told) {
    const bool death = (!first_told && first.died) || (!second_told && second.died);
    difference.kind = death ? Difference::Kind::kDeath : Difference::Kind::kVerdict;
  }
  const StateRun& told = first_told ? first : second;
  if (first_told || second_told) {
    difference.operation = told.states[step].operation;
  } else {
    difference.operation = std::max(first.verdict.failed_op, second.verdict.failed_op);
    if (difference.operation == 0 && step != 0) {
      difference.operation = told.states.back().operation;
    }
  }
  return difference;
}

struct States {
  StateRun first, second;
};

States RunBoth(const std::string& first_program, const std::string& second_program,
               const RunRequest& request, int jobs, double limit_seconds) {
  const std::string* const programs[] = {&first_program, &second_program};
  States states;
  RunAll(
      2, [&](std::size_t n) { return StateRunSpec(*programs[n], request); }, jobs, {limit_seconds},
      [&](std::size_t n, const ChildExit& end) {
        (n == 0 ? states.first : states.second) = StateRunOf(*programs[n], end);
      });
  return states;
}

// The words of every thing, by its name, in the order of the text.
std::vector<std::pair<std::string, std::string>> WordsOf(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> words;
  std::istringstream lines{std::string(text)};
  std::string array;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t name_end = line.find(' ');
    const std::size_t end = name_end == line.npos ? line.npos : line.find(' ', name_end + 1);
    std::string thing = line.substr(0, end);
    if (thing.substr(0, name_end) == "array") array = thing;
    if (thing.substr(0, name_end) == "bucket") thing += " of " + array;
    words.emplace_back(std::move(thing), end == line.npos ? "" : line.substr(end + 1));
  }
  return words;
}

}  // namespace

ChildSpec StateRunSpec(const std::string& program, RunRequest request) {
  request.states = true;
  return RunSpec(program, request);
}

StateRun StateRunOf(const std::string& program, ChildExit end) {
  if (!end.started) {
    throw ToolError(kExitEnvironment, program + ": no such program, or none that may be run");
  }
  StateRun run;
  run.states = TakeStates(end.result);
  const bool mute = run.states.empty() && end.result.empty() && end.signal == 0;
  if (mute && (end.code == kExitUsage || end.code == 127)) {
    throw ToolError(kExitEnvironment,
                    program + ": tells no states; build it from the same source as this program");
  }
  run.verdict = VerdictOf(end);
  const auto told = nlohmann::json::parse(end.result, nullptr, /*allow_exceptions=*/false);
  const bool judged = told.is_object() && told.contains("report");
  run.died = run.verdict.kind == Verdict::Kind::kFail && (!judged || end.signal != 0);
  if (run.verdict.hides_state) {
    throw ToolError(kExitUsage,
                    program +
                        ": this map shows nothing of what it holds, so that there are no "
                        "states to compare; leave --map out");
  }
  return run;
}

LockStep Compare(const StateRun& first, const StateRun& second) {
  const std::size_t both = std::min(first.states.size(), second.states.size());
  std::size_t step = 0;
  while (step < both && first.states[step].digest == second.states[step].digest) ++step;
  LockStep result;
  result.steps = step == 0 ? 0 : step - 1;
  const bool at_end = step == first.states.size() && step == second.states.size();
  if (at_end && EndAlike(first, second)) {
    if (!first.verdict.passed()) result.ended = first.verdict.signature.Text();
  } else {
    result.difference = DifferenceAt(first, second, step);
  }
  return result;
}

LockStep RunInLockStep(const std::string& first_program, const std::string& second_program,
                       const RunRequest& request, int jobs, double limit_seconds) {
  const States states = RunBoth(first_program, second_program, request, jobs, limit_seconds);
  return Compare(states.first, states.second);
}

std::vector<DifferentLine> CompareWords(std::string_view first, std::string_view second) {
  std::map<std::string, std::string> others;
  const auto words_of_second = WordsOf(second);
  others.insert(words_of_second.begin(), words_of_second.end());
  std::vector<DifferentLine> lines;
  for (auto& [thing, words] : WordsOf(first)) {
    const auto other = others.find(thing);
    if (other == others.end()) {
      lines.push_back({thing, words, ""});
    } else {
      if (other->second != words) lines.push_back({thing, words, other->second});
      others.erase(other);
    }
  }
  for (const auto& [thing, words] : words_of_second) {
    if (others.count(thing) != 0) lines.push_back({thing, "", words});
  }
  return lines;
}

std::vector<DifferentLine> ExplainDifference(const std::string& first_program,
                                             const std::string& second_program,
                                             const RunRequest& request, std::uint64_t step,
                                             double limit_seconds) {
  RunRequest again = request;
  again.state_in_words = step;
  constexpr int kJobs = 2;
  const States states = RunBoth(first_program, second_program, again, kJobs, limit_seconds);
  if (step >= states.first.states.size() || step >= states.second.states.size()) return {};
  return CompareWords(states.first.states[step].text, states.second.states[step].text);
}

}  // namespace mapfuzz::tool
