#include "harness/tool/score_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

constexpr std::string_view kIndent = "  ";

// The text's first line, cut where the room ends.
std::string Cut(std::string_view text, std::size_t room) {
  text = text.substr(0, text.find('\n'));
  if (text.size() <= room) return std::string(text);
  return std::string(text.substr(0, room - std::min<std::size_t>(room, 3))) + "...";
}

std::string MedianCount(const std::optional<double>& count) {
  return count.has_value() ? FormatRate(*count) : "-";
}

std::string OfTrials(std::size_t n, std::size_t trials) { return fmt::format("{}/{}", n, trials); }

std::string OfKnown(const Count& count) {
  const std::size_t known = count.yes + count.no;
  return known == 0 ? "?" : OfTrials(count.yes, known);
}

std::string InCorpus(const BugReport& bug) {
  return !bug.in_corpus.has_value() ? "-" : *bug.in_corpus ? "yes" : "no";
}

// "structure 9, result 1".
std::string OracleList(const BugReport& bug) {
  std::string list;
  for (const auto& [oracle, count] : bug.oracles) {
    list += fmt::format("{}{} {}", list.empty() ? "" : ", ", oracle, count);
  }
  return list;
}

using Bugs = std::vector<const BugReport*>;

std::size_t LongestId(const Bugs& bugs) {
  std::size_t longest = 0;
  for (const BugReport* bug : bugs) longest = std::max(longest, bug->bug.id.size());
  return longest;
}

// Of bugs that some trial detects: how surely, how soon, by what.
std::string DetectedTable(const Bugs& bugs) {
  constexpr std::size_t kOtherColumns = 43;  // all but the id and the oracles
  constexpr std::size_t kLeastRoom = 12;     // "structure 10"
  const std::size_t taken = std::min(LongestId(bugs) + kOtherColumns, kScoreColumns);
  const std::size_t room = std::max(kScoreColumns - taken, kLeastRoom);
  Table table({"bug", "found", "95 %", "op", "exec", "time", "oracles"});
  for (const BugReport* bug : bugs) {
    table.Add({bug->bug.id, OfTrials(bug->detected, bug->trials), PercentInterval(bug->share),
               MedianCount(bug->operations), MedianCount(bug->executions),
               bug->trials == 0 ? "-" : MedianTime(bug->seconds, bug->budget_seconds),
               Cut(OracleList(*bug), room)});
  }
  return table.Text();
}

// Of bugs that no trial detects: how far they came, and who was to see it.
std::string UndetectedTable(const Bugs& bugs) {
  Table table({"bug", "found", "95 %", "reached", "triggered", "corpus", "expected"});
  for (const BugReport* bug : bugs) {
    table.Add({bug->bug.id, OfTrials(0, bug->trials), PercentInterval(bug->share),
               OfKnown(bug->reached), OfKnown(bug->triggered), InCorpus(*bug),
               bug->bug.expected_oracle});
  }
  return table.Text();
}

// Of bugs of which there is nothing to measure: why.
std::string UnmeasuredLines(const Bugs& bugs) {
  std::string text;
  for (const BugReport* bug : bugs) {
    std::string why = bug->bug.build.message;
    if (bug->diagnosis == Diagnosis::kDuplicate) why = "of " + bug->bug.build.duplicate_of;
    const std::string line = why.empty() ? bug->bug.id : bug->bug.id + ": " + why;
    text += Cut(line, kScoreColumns - kIndent.size()) + "\n";
  }
  return text;
}

std::string SectionText(Diagnosis diagnosis, const Bugs& bugs) {
  switch (diagnosis) {
    case Diagnosis::kBuildFailed:
    case Diagnosis::kDuplicate:
    case Diagnosis::kUntried:
      return UnmeasuredLines(bugs);
    case Diagnosis::kNotEquivalent:
    case Diagnosis::kLate:
    case Diagnosis::kOk:
      return DetectedTable(bugs);
    default:
      return UndetectedTable(bugs);
  }
}

std::string BugsText(const ScoreReport& report) {
  std::string text;
  for (std::size_t i = 0; i < kDiagnoses; ++i) {
    const auto diagnosis = static_cast<Diagnosis>(i);
    Bugs bugs;
    for (const BugReport& bug : report.bugs) {
      if (bug.diagnosis == diagnosis) bugs.push_back(&bug);
    }
    if (bugs.empty()) continue;
    text += fmt::format("{}: {} ({})\n", DiagnosisName(diagnosis), DiagnosisHelp(diagnosis),
                        Plural(bugs.size(), "bug"));
    text += Indent(SectionText(diagnosis, bugs), kIndent) + "\n";
  }
  return text;
}

std::string ClassesText(const ScoreReport& report) {
  if (report.classes.empty()) return {};
  Table table({"class", "bugs", "in 8 of 10 trials", "ever", "median time"});
  for (const GroupReport& group : report.classes) {
    table.Add({group.name, std::to_string(group.bugs), std::to_string(group.reliable),
               std::to_string(group.ever),
               group.seconds.has_value() ? ShortTime(*group.seconds) : "> budget"});
  }
  return table.Text() + "\n";
}

// Which bugs the hunts found and the corpus does not: a tape for each would be worth keeping.
std::string CorpusText(const ScoreReport& report) {
  std::size_t replayed = 0, seen = 0;
  std::vector<std::string> unseen;
  for (const BugReport& bug : report.bugs) {
    if (!bug.bug.counts() || !bug.in_corpus.has_value()) continue;
    ++replayed;
    if (*bug.in_corpus) ++seen;
    if (!*bug.in_corpus && bug.detected != 0) unseen.push_back(bug.bug.id);
  }
  if (replayed == 0) return {};
  std::string text =
      fmt::format("replay of the corpus: {} of {} detected\n", seen, Plural(replayed, "bug"));
  if (!unseen.empty()) {
    text +=
        fmt::format("found by trials, but not in the corpus: {}\n", Plural(unseen.size(), "bug"));
    text += WrappedList(unseen, kIndent);
  }
  return text;
}

std::string OverallText(const GroupReport& all) {
  if (all.bugs == 0) return "overall: no trial of a bug that counts\n";
  return fmt::format(
      "overall: {} of {} in at least 8 of 10 trials ({} at 95 %), {} ever; median time {}\n",
      all.reliable, Plural(all.bugs, "bug"), PercentInterval(all.reliable_share), all.ever,
      all.seconds.has_value() ? ShortTime(*all.seconds) : "> budget");
}

std::string CsvField(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == text.npos) return std::string(text);
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string CsvRow(const std::vector<std::string>& fields) {
  std::string row;
  for (std::size_t i = 0; i < fields.size(); ++i) row += (i == 0 ? "" : ",") + CsvField(fields[i]);
  return row + "\r\n";
}

std::string CsvFlag(const std::optional<bool>& flag) {
  return !flag.has_value() ? "" : *flag ? "true" : "false";
}

}  // namespace

std::string ShortTime(double seconds) {
  return seconds < 9.995 ? fmt::format("{:.2f}s", seconds) : FormatDuration(seconds);
}

std::string MedianTime(const std::optional<double>& seconds, double budget_seconds) {
  return seconds.has_value() ? ShortTime(*seconds) : "> " + FormatDuration(budget_seconds);
}

std::string PercentInterval(const Interval& interval) {
  return fmt::format("{:.0f}-{:.0f}%", 100 * interval.low, 100 * interval.high);
}

std::string WrappedList(const std::vector<std::string>& words, std::string_view indent) {
  std::string text, line;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string word = words[i] + (i + 1 < words.size() ? "," : "");
    if (!line.empty() && line.size() + 1 + word.size() > kScoreColumns) {
      text += line + "\n";
      line.clear();
    }
    line += line.empty() ? std::string(indent) + word : " " + word;
  }
  return line.empty() ? text : text + line + "\n";
}

std::string ReportText(const ScoreReport& report) {
  return fmt::format("{}: sensitivity to {}\n\n", report.configuration,
                     Plural(report.bugs.size(), "planted bug")) +
         BugsText(report) + ClassesText(report) + CorpusText(report) + OverallText(report.all);
}

std::string ScoreCsv(const Score& score) {
  std::string csv = CsvRow({"configuration", "bug", "class", "weight", "trial", "seed", "detected",
                            "oracle", "property", "target", "operations", "executions", "seconds",
                            "reached", "triggered", "budget_seconds"});
  for (const BugInfo& bug : score.bugs) {
    for (const Trial* trial : TrialsOf(score, bug.id)) {
      csv += CsvRow({score.configuration, bug.id, bug.bug_class, bug.weight,
                     std::to_string(trial->number), std::to_string(trial->seed),
                     CsvFlag(trial->detected), trial->oracle, trial->property, trial->target,
                     std::to_string(trial->operations), std::to_string(trial->executions),
                     fmt::format("{}", trial->seconds), CsvFlag(trial->reached),
                     CsvFlag(trial->triggered), fmt::format("{}", trial->budget_seconds)});
    }
  }
  return csv;
}

}  // namespace mapfuzz::tool
