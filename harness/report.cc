#include <algorithm>
#include <string>

#include "harness/run.h"
#include "harness/tape_text.h"

namespace mapfuzz {
namespace {

constexpr std::size_t kBefore = 12;
constexpr std::size_t kAfter = 8;

// Where a report's commands begin.
constexpr std::string_view kCommands = "\nreplay it:";

// The operations around the failing one, with a mark at it.
std::string Surroundings(const Tape& tape, std::size_t failing) {
  const std::size_t first = failing < kBefore ? 0 : failing - kBefore;
  const std::size_t last = std::min(tape.ops.size(), failing + kAfter + 1);
  std::string text;
  if (first > 0) text += "     ... " + std::to_string(first) + " operations before\n";
  for (std::size_t i = first; i < last; ++i) {
    text += (i == failing ? ">>>> " : "     ") + OpText(tape.ops[i]) + "\n";
  }
  if (last < tape.ops.size()) {
    text += "     ... " + std::to_string(tape.ops.size() - last) + " operations after\n";
  }
  return text;
}

std::string Indented(const std::string& text) {
  std::string indented = "  ";
  for (const char c : text) {
    indented += c;
    if (c == '\n') indented += "  ";
  }
  return indented + "\n";
}

}  // namespace

std::string Failure::Signature() const {
  return "oracle=" + oracle + " property=" + property + " op=" + op + " site=" + site;
}

std::string Report(const Tape& tape, const Failure& failure) {
  return "MAPFUZZ-FAIL " + failure.Signature() + "\n" +  //
         "\nstep " + std::to_string(failure.step) + ", operation " +
         std::to_string(failure.op_index + 1) + " of " + std::to_string(tape.ops.size()) + ":\n" +
         Surroundings(tape, failure.op_index) +  //
         "\nmap against model:\n" + Indented(failure.detail) + std::string(kCommands) +
         "      mapfuzz replay FILE"
         "\nlook at it:     mapfuzz show FILE"
         "\nFILE is the failing input as it was saved, or its tape in text form.\n";
}

std::string ReportWithTape(const Tape& tape, const Failure& failure) {
  std::string text = Report(tape, failure);
  Tape replayed = tape;
  // More switches than a tape holds are made again by the schedule that chose them.
  const bool fits = failure.taken && failure.taken->switches.size() <= kMaxSwitches;
  if (fits && *failure.taken != tape.schedule) {
    text += "\nthe schedule was: " + ToText(tape.schedule) + "\n";
    replayed.schedule = *failure.taken;
  }
  return text + "\nthe whole tape:\n" + ToText(replayed, failure.oracle + "/" + failure.property);
}

std::string WithCommands(const std::string& report, const std::string& commands) {
  std::string body = report.substr(0, report.find(kCommands));
  while (!body.empty() && body.back() == '\n') body.pop_back();
  return body + "\n" + (commands.empty() ? "" : "\n" + commands);
}

}  // namespace mapfuzz
