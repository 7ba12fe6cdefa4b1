#include "harness/tool/score_comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "harness/tool/score_text.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

using Json = nlohmann::ordered_json;
using Trials = std::vector<const Trial*>;

// Trials of each bug that counts and has some.
std::map<std::string, Trials> TrialsByBug(const Score& score) {
  std::map<std::string, Trials> trials;
  for (const BugInfo& bug : score.bugs) {
    if (!bug.counts()) continue;
    Trials of_bug = TrialsOf(score, bug.id);
    if (!of_bug.empty()) trials.emplace(bug.id, std::move(of_bug));
  }
  return trials;
}

double SmallestBudget(const Trials& trials) {
  double smallest = trials[0]->budget_seconds;
  for (const Trial* trial : trials) smallest = std::min(smallest, trial->budget_seconds);
  return smallest;
}

std::vector<Observation> WithinBudget(const Trials& trials, Measure measure, double budget) {
  std::vector<Observation> observations = ObservationsOf(trials, measure);
  for (std::size_t i = 0; i < trials.size(); ++i) {
    if (trials[i]->seconds > budget) observations[i].event = false;
  }
  return observations;
}

BugComparison::Side SideOf(const std::vector<Observation>& observations) {
  BugComparison::Side side;
  side.trials = observations.size();
  for (const Observation& one : observations) {
    if (one.event) ++side.detected;
  }
  side.median = SurvivalCurve(observations).Median();
  return side;
}

BugComparison CompareBug(const std::string& id, const Trials& a, const Trials& b, Measure measure) {
  BugComparison bug;
  bug.id = id;
  bug.budget_seconds = std::min(SmallestBudget(a), SmallestBudget(b));
  const std::vector<Observation> of_a = WithinBudget(a, measure, bug.budget_seconds);
  const std::vector<Observation> of_b = WithinBudget(b, measure, bug.budget_seconds);
  bug.a = SideOf(of_a);
  bug.b = SideOf(of_b);
  bug.test = MannWhitney(of_a, of_b);
  bug.a_sooner = VarghaDelaney(of_b, of_a);
  return bug;
}

// Needs all bugs: a p counts for what it is among so many.
void Decide(ScoreComparison& comparison) {
  std::vector<double> ps;
  double sum = 0, least = 1;
  for (const BugComparison& bug : comparison.bugs) {
    ps.push_back(bug.test.p);
    sum += bug.a_sooner;
    least = std::min(least, LeastPossibleP(bug.a.trials, bug.b.trials));
  }
  if (ps.empty()) return;
  const auto bugs = static_cast<double>(ps.size());
  comparison.mean_a_sooner = sum / bugs;
  comparison.too_few_trials = least * bugs >= kComparisonLevel;
  const std::vector<double> corrected = HolmCorrected(ps);
  for (std::size_t i = 0; i < corrected.size(); ++i) {
    BugComparison& bug = comparison.bugs[i];
    bug.corrected_p = corrected[i];
    if (bug.corrected_p >= kComparisonLevel) continue;
    bug.ahead = bug.a_sooner > 0.5 ? Ahead::kA : Ahead::kB;
    ++(bug.ahead == Ahead::kA ? comparison.a_leads : comparison.b_leads);
  }
}

std::string_view AheadName(Ahead ahead) {
  return ahead == Ahead::kA ? "A" : ahead == Ahead::kB ? "B" : "neither";
}

std::string OfTrials(const BugComparison::Side& side) {
  return fmt::format("{}/{}", side.detected, side.trials);
}

std::string MedianText(const BugComparison::Side& side, const BugComparison& bug, Measure measure) {
  if (measure == Measure::kSeconds) return MedianTime(side.median, bug.budget_seconds);
  return side.median.has_value() ? FormatRate(*side.median) : "-";
}

std::string SmallP(double p) { return p < 0.0001 ? "<0.0001" : fmt::format("{:.4f}", p); }

std::string TableOf(const std::vector<const BugComparison*>& bugs, Measure measure) {
  constexpr std::size_t kIdRoom = 34;
  Table table({"bug", "found A", "found B", "median A", "median B", "A12", "effect", "p"});
  for (const BugComparison* bug : bugs) {
    const bool fits = bug->id.size() <= kIdRoom;
    table.Add({fits ? bug->id : bug->id.substr(0, kIdRoom - 3) + "...", OfTrials(bug->a),
               OfTrials(bug->b), MedianText(bug->a, *bug, measure),
               MedianText(bug->b, *bug, measure), fmt::format("{:.2f}", bug->a_sooner),
               std::string(EffectWord(bug->a_sooner)), SmallP(bug->corrected_p)});
  }
  return table.Text();
}

std::string SectionText(const ScoreComparison& comparison, Ahead ahead, const std::string& title) {
  std::vector<const BugComparison*> bugs;
  for (const BugComparison& bug : comparison.bugs) {
    if (bug.ahead == ahead) bugs.push_back(&bug);
  }
  if (bugs.empty()) return {};
  return fmt::format("{} ({})\n{}\n", title, Plural(bugs.size(), "bug"),
                     Indent(TableOf(bugs, comparison.measure), "  "));
}

std::string OverallText(const ScoreComparison& comparison) {
  const Ahead ahead = comparison.ahead();
  const std::string who =
      ahead == Ahead::kNeither ? "neither is ahead" : fmt::format("{} is ahead", AheadName(ahead));
  return fmt::format("overall: {}; A sooner on {}, B sooner on {}, of {}; mean A12 {:.2f}\n", who,
                     comparison.a_leads, comparison.b_leads, Plural(comparison.bugs.size(), "bug"),
                     comparison.mean_a_sooner);
}

Json JsonOf(const BugComparison::Side& side) {
  return {{"trials", side.trials},
          {"detected", side.detected},
          {"median", side.median.has_value() ? Json(*side.median) : Json()}};
}

Json JsonOf(const BugComparison& bug) {
  return {{"id", bug.id},
          {"a", JsonOf(bug.a)},
          {"b", JsonOf(bug.b)},
          {"budget_seconds", bug.budget_seconds},
          {"u_a", bug.test.u_a},
          {"u_b", bug.test.u_b},
          {"exact", bug.test.exact},
          {"p", bug.test.p},
          {"p_holm", bug.corrected_p},
          {"a12", bug.a_sooner},
          {"effect", EffectWord(bug.a_sooner)},
          {"ahead", AheadName(bug.ahead)}};
}

}  // namespace

Ahead ScoreComparison::ahead() const {
  return a_leads > b_leads ? Ahead::kA : a_leads < b_leads ? Ahead::kB : Ahead::kNeither;
}

ScoreComparison Compare(const Score& a, const Score& b, Measure measure) {
  CheckScore(a, a.configuration);
  CheckScore(b, b.configuration);
  ScoreComparison comparison;
  comparison.a = a.configuration;
  comparison.b = b.configuration;
  comparison.measure = measure;
  const std::map<std::string, Trials> of_a = TrialsByBug(a), of_b = TrialsByBug(b);
  std::map<std::string, bool> ids;  // of all bugs: whether they are compared
  for (const BugInfo& bug : a.bugs) ids[bug.id] = false;
  for (const BugInfo& bug : b.bugs) ids[bug.id] = false;
  for (const auto& [id, trials] : of_a) {
    const auto other = of_b.find(id);
    if (other == of_b.end()) continue;
    ids[id] = true;
    comparison.bugs.push_back(CompareBug(id, trials, other->second, measure));
  }
  for (const auto& [id, compared] : ids) {
    if (!compared) comparison.not_compared.push_back(id);
  }
  Decide(comparison);
  return comparison;
}

std::string ComparisonText(const ScoreComparison& comparison) {
  std::string text = fmt::format("A = {}, B = {}: {} to detection\n", comparison.a, comparison.b,
                                 MeasureName(comparison.measure));
  text +=
      "A12 is the chance that a trial of A is the sooner; p is of the two-sided Mann-Whitney U\n"
      "test, by Holm's correction for so many bugs\n\n";
  text += SectionText(comparison, Ahead::kA, "A is sooner");
  text += SectionText(comparison, Ahead::kB, "B is sooner");
  text += SectionText(comparison, Ahead::kNeither, "no difference shown");
  if (!comparison.not_compared.empty()) {
    text += fmt::format("not compared: {}\n", Plural(comparison.not_compared.size(), "bug"));
    text += WrappedList(comparison.not_compared, "  ");
  }
  if (comparison.too_few_trials) {
    text += "too few trials: no bug could have shown a difference; run more of each\n";
  }
  return text + OverallText(comparison);
}

nlohmann::ordered_json ToJson(const ScoreComparison& comparison) {
  Json bugs = Json::array();
  for (const BugComparison& bug : comparison.bugs) bugs.push_back(JsonOf(bug));
  return {{"version", 1},
          {"a", comparison.a},
          {"b", comparison.b},
          {"measure", MeasureName(comparison.measure)},
          {"bugs", bugs},
          {"not_compared", comparison.not_compared},
          {"a_leads", comparison.a_leads},
          {"b_leads", comparison.b_leads},
          {"mean_a12", comparison.mean_a_sooner},
          {"too_few_trials", comparison.too_few_trials},
          {"ahead", AheadName(comparison.ahead())}};
}

}  // namespace mapfuzz::tool
