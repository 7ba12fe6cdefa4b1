#include "harness/tool/score_report.h"

#include <algorithm>
#include <map>

namespace mapfuzz::tool {
namespace {

using Json = nlohmann::ordered_json;

struct DiagnosisWords {
  std::string_view name, help;
};

constexpr DiagnosisWords kWords[kDiagnoses] = {
    {"build failed", "nothing was measured"},
    {"not equivalent", "detected, though nothing was meant to see it"},
    {"missing target", "never reached"},
    {"weak generator", "reached, but never triggered"},
    {"weak oracle", "triggered, but not detected"},
    {"undetected", "whether reached or triggered is not known"},
    {"untried", "no trial and no replay"},
    {"late", "detected in some trials only"},
    {"ok", "detected in every trial"},
    {"equivalent", "not detected, as it must be"},
    {"duplicate", "the same as another bug"},
};

// How far those came that could have detected the bug.
struct Evidence {
  std::size_t runs = 0;
  std::size_t detected = 0;
  Count reached, triggered;

  template <class Run>
  void Add(const Run& run) {
    ++runs;
    if (run.detected) ++detected;
    reached.Add(run.reached);
    triggered.Add(run.triggered);
  }
};

Diagnosis OfUndetected(const Evidence& evidence) {
  if (evidence.triggered.yes != 0) return Diagnosis::kNotDetected;
  if (evidence.reached.yes != 0) {
    return evidence.triggered.no != 0 ? Diagnosis::kNotTriggered : Diagnosis::kUnexplained;
  }
  return evidence.reached.no != 0 ? Diagnosis::kNeverReached : Diagnosis::kUnexplained;
}

// Trials tell more than a replay, which is asked only if there are none.
Diagnosis DiagnosisOf(const BugInfo& bug, const Evidence& trials, const Evidence& replays) {
  if (bug.build.state == BuildState::kFailed) return Diagnosis::kBuildFailed;
  if (bug.build.state == BuildState::kDuplicate) return Diagnosis::kDuplicate;
  const bool detected = trials.detected + replays.detected != 0;
  if (bug.equivalent) return detected ? Diagnosis::kNotEquivalent : Diagnosis::kEquivalent;
  const Evidence& evidence = trials.runs != 0 ? trials : replays;
  if (evidence.runs == 0) return Diagnosis::kUntried;
  if (evidence.detected == 0) return OfUndetected(evidence);
  return evidence.detected < evidence.runs ? Diagnosis::kLate : Diagnosis::kOk;
}

std::vector<std::pair<std::string, std::size_t>> OraclesOf(
    const std::vector<const Trial*>& trials) {
  std::map<std::string, std::size_t> counts;
  for (const Trial* trial : trials) {
    if (trial->detected) ++counts[trial->oracle];
  }
  std::vector<std::pair<std::string, std::size_t>> oracles(counts.begin(), counts.end());
  std::sort(oracles.begin(), oracles.end(), [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  });
  return oracles;
}

BugReport ReportOf(const BugInfo& bug, const std::vector<const Trial*>& trials,
                   const std::vector<CorpusReplay>& replays) {
  BugReport report;
  report.bug = bug;
  Evidence of_trials, of_replays;
  for (const Trial* trial : trials) {
    of_trials.Add(*trial);
    report.budget_seconds = std::max(report.budget_seconds, trial->budget_seconds);
  }
  for (const CorpusReplay& replay : replays) {
    if (replay.bug == bug.id) of_replays.Add(replay);
  }
  const auto median = [&](Measure measure) {
    return SurvivalCurve(ObservationsOf(trials, measure)).Median();
  };
  report.diagnosis = DiagnosisOf(bug, of_trials, of_replays);
  report.trials = of_trials.runs;
  report.detected = of_trials.detected;
  report.share = WilsonInterval(report.detected, report.trials);
  report.operations = median(Measure::kOperations);
  report.executions = median(Measure::kExecutions);
  report.seconds = median(Measure::kSeconds);
  report.oracles = OraclesOf(trials);
  report.reached = of_trials.reached;
  report.triggered = of_trials.triggered;
  if (of_replays.runs != 0) report.in_corpus = of_replays.detected != 0;
  return report;
}

GroupReport GroupOf(const std::string& name, const std::vector<const BugReport*>& bugs) {
  GroupReport group;
  group.name = name;
  std::vector<std::optional<double>> medians;
  for (const BugReport* bug : bugs) {
    ++group.bugs;
    if (bug->reliable()) ++group.reliable;
    if (bug->detected != 0) ++group.ever;
    medians.push_back(bug->seconds);
  }
  group.reliable_share = WilsonInterval(group.reliable, group.bugs);
  group.seconds = MedianOf(medians);
  return group;
}

void AddGroups(ScoreReport& report) {
  std::vector<const BugReport*> all;
  std::map<std::string, std::vector<const BugReport*>> classes;
  for (const BugReport& bug : report.bugs) {
    if (!bug.bug.counts() || bug.trials == 0) continue;
    all.push_back(&bug);
    classes[bug.bug.bug_class].push_back(&bug);
  }
  report.all = GroupOf("all", all);
  for (const auto& [name, bugs] : classes) report.classes.push_back(GroupOf(name, bugs));
  std::sort(report.classes.begin(), report.classes.end(),
            [](const GroupReport& a, const GroupReport& b) {
              const std::size_t a_share = a.reliable * b.bugs, b_share = b.reliable * a.bugs;
              return a_share != b_share ? a_share < b_share : a.name < b.name;
            });
}

double Share(const BugReport& report) {
  return report.trials == 0
             ? 0
             : static_cast<double>(report.detected) / static_cast<double>(report.trials);
}

bool Worse(const BugReport& a, const BugReport& b) {
  if (a.diagnosis != b.diagnosis) return a.diagnosis < b.diagnosis;
  if (Share(a) != Share(b)) return Share(a) < Share(b);
  return a.bug.id < b.bug.id;
}

Json JsonOf(const std::optional<double>& value) {
  return value.has_value() ? Json(*value) : Json();
}

Json JsonOf(const Interval& interval) { return {interval.low, interval.high}; }

Json JsonOf(const Count& count) {
  return {{"yes", count.yes}, {"no", count.no}, {"unknown", count.unknown}};
}

Json JsonOf(const BugReport& report) {
  Json oracles = Json::object();
  for (const auto& [oracle, count] : report.oracles) oracles[oracle] = count;
  return {{"id", report.bug.id},
          {"title", report.bug.title},
          {"class", report.bug.bug_class},
          {"weight", report.bug.weight},
          {"diagnosis", DiagnosisName(report.diagnosis)},
          {"message", report.bug.build.message},
          {"duplicate_of", report.bug.build.duplicate_of},
          {"trials", report.trials},
          {"detected", report.detected},
          {"interval", JsonOf(report.share)},
          {"reliable", report.reliable()},
          {"median_operations", JsonOf(report.operations)},
          {"median_executions", JsonOf(report.executions)},
          {"median_seconds", JsonOf(report.seconds)},
          {"budget_seconds", report.budget_seconds},
          {"expected_oracle", report.bug.expected_oracle},
          {"oracles", oracles},
          {"reached", JsonOf(report.reached)},
          {"triggered", JsonOf(report.triggered)},
          {"in_corpus", report.in_corpus.has_value() ? Json(*report.in_corpus) : Json()}};
}

Json JsonOf(const GroupReport& group) {
  return {{"name", group.name},         {"bugs", group.bugs},
          {"reliable", group.reliable}, {"interval", JsonOf(group.reliable_share)},
          {"ever", group.ever},         {"median_seconds", JsonOf(group.seconds)}};
}

}  // namespace

std::string_view MeasureName(Measure measure) {
  switch (measure) {
    case Measure::kOperations:
      return "operations";
    case Measure::kExecutions:
      return "executions";
    case Measure::kSeconds:
      break;
  }
  return "seconds";
}

Observation ObservationOf(const Trial& trial, Measure measure) {
  switch (measure) {
    case Measure::kOperations:
      return {static_cast<double>(trial.operations), trial.detected};
    case Measure::kExecutions:
      return {static_cast<double>(trial.executions), trial.detected};
    case Measure::kSeconds:
      break;
  }
  return {trial.seconds, trial.detected};
}

std::vector<Observation> ObservationsOf(const std::vector<const Trial*>& trials, Measure measure) {
  std::vector<Observation> observations;
  for (const Trial* trial : trials) observations.push_back(ObservationOf(*trial, measure));
  return observations;
}

std::vector<const Trial*> TrialsOf(const Score& score, const std::string& bug) {
  std::vector<const Trial*> trials;
  for (const Trial& trial : score.trials) {
    if (trial.bug == bug) trials.push_back(&trial);
  }
  std::sort(trials.begin(), trials.end(),
            [](const Trial* a, const Trial* b) { return a->number < b->number; });
  return trials;
}

std::string_view DiagnosisName(Diagnosis diagnosis) {
  return kWords[static_cast<std::size_t>(diagnosis)].name;
}

std::string_view DiagnosisHelp(Diagnosis diagnosis) {
  return kWords[static_cast<std::size_t>(diagnosis)].help;
}

ScoreReport ReportOf(const Score& score) {
  CheckScore(score, score.configuration);
  ScoreReport report;
  report.configuration = score.configuration;
  for (const BugInfo& bug : score.bugs) {
    report.bugs.push_back(ReportOf(bug, TrialsOf(score, bug.id), score.replays));
  }
  std::sort(report.bugs.begin(), report.bugs.end(), Worse);
  AddGroups(report);
  return report;
}

nlohmann::ordered_json ToJson(const ScoreReport& report) {
  Json bugs = Json::array(), classes = Json::array();
  for (const BugReport& bug : report.bugs) bugs.push_back(JsonOf(bug));
  for (const GroupReport& group : report.classes) classes.push_back(JsonOf(group));
  return {{"version", 1},
          {"configuration", report.configuration},
          {"bugs", bugs},
          {"classes", classes},
          {"all", JsonOf(report.all)}};
}

}  // namespace mapfuzz::tool
