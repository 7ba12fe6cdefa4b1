#include "harness/tool/op_notes.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

std::string TextOfFate(const OpFate& fate, std::uint64_t steps) {
  const std::string text(TextOf(fate.fate));
  if (fate.fate == Fate::kMet) return fmt::format("{} {}", text, fate.step);
  if (!IsLeftOut(fate.fate)) return text;
  if (steps == 0) return "skipped: " + text;
  return fmt::format("{} skipped: {}", Plural(fate.times, "more step"), text);
}

// How many operations of each name came to one of the fates chosen. An operation of which several
// steps were left out for one reason is one.
std::vector<LeftOut> Count(const Tape& tape, const std::vector<OpFate>& fates,
                           bool (*chosen)(Fate)) {
  std::set<std::pair<std::uint32_t, Fate>> once;
  for (const OpFate& fate : fates) {
    if (chosen(fate.fate)) once.emplace(fate.operation, fate.fate);
  }
  std::map<std::pair<std::string_view, std::string_view>, std::uint64_t> counts;
  for (const auto& [operation, fate] : once) {
    const OpCode code = tape.ops[operation].code;
    ++counts[{kOpInfo[static_cast<int>(code)].name, TextOf(fate)}];
  }
  std::vector<LeftOut> counted;
  for (const auto& [words, count] : counts) {
    counted.push_back({std::string(words.first), std::string(words.second), count});
  }
  return counted;
}

}  // namespace

std::vector<OpNote> NotesOf(const Tape& tape, const ToldRun& run) {
  std::vector<std::uint64_t> steps(tape.ops.size());
  std::vector<std::vector<std::string>> texts(tape.ops.size());
  std::size_t reached = run.ended_early ? 0 : tape.ops.size();
  for (const std::uint32_t operation : run.operations) {
    ++steps[operation];
    reached = std::max<std::size_t>(reached, operation + 1);
  }
  for (const OpFate& fate : run.fates) {
    texts[fate.operation].push_back(TextOfFate(fate, steps[fate.operation]));
    reached = std::max<std::size_t>(reached, fate.operation + 1);
  }
  std::vector<OpNote> notes;
  for (std::size_t i = 0; i < tape.ops.size(); ++i) {
    if (steps[i] == 0 && texts[i].empty()) {
      texts[i].emplace_back(i < reached ? "no step" : "not reached");
    }
    for (std::string& text : texts[i]) {
      notes.push_back({static_cast<std::uint32_t>(i), std::move(text)});
    }
  }
  return notes;
}

std::vector<LeftOut> LeftOutOf(const Tape& tape, const std::vector<OpFate>& fates) {
  return Count(tape, fates, IsLeftOut);
}

std::vector<LeftOut> UnmetOf(const Tape& tape, const std::vector<OpFate>& fates) {
  return Count(tape, fates, IsIdle);
}

std::map<std::string, std::uint64_t> ByName(const std::vector<LeftOut>& left_out) {
  std::map<std::string, std::uint64_t> counts;
  for (const LeftOut& one : left_out) counts[one.name] += one.operations;
  return counts;
}

std::string CountsText(const std::map<std::string, std::uint64_t>& counts) {
  std::string text;
  for (const auto& [name, count] : counts) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", FormatCount(count), name);
  }
  return text;
}

std::string LeftOutFacts(const std::vector<LeftOut>& left_out, const std::vector<LeftOut>& unmet) {
  std::uint64_t sum = 0;
  std::string skipped;
  for (const LeftOut& one : left_out) {
    sum += one.operations;
    skipped += fmt::format("{}{} {} ({})", skipped.empty() ? "" : ", ", FormatCount(one.operations),
                           one.name, one.why);
  }
  std::string facts;
  if (sum != 0) facts += ", " + FormatCount(sum) + " skipped: " + skipped;
  if (!unmet.empty()) facts += ", met by no step: " + CountsText(ByName(unmet));
  return facts;
}

}  // namespace mapfuzz::tool
