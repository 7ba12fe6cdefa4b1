#include "harness/tool/hunt_summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "harness/tool/error.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

using Json = nlohmann::ordered_json;

double PerSecond(std::uint64_t n, double seconds) {
  return seconds > 0 ? static_cast<double>(n) / seconds : 0;
}

bool IsReached(const StatsPage& page, Milestone milestone) {
  return page.milestones[static_cast<std::size_t>(milestone)] != 0;
}

std::string Join(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ", ") + word;
  return text;
}

// The command that gives the targets which missed something what they need.
std::string LongerHunt(const HuntSummary& summary, const std::string& command) {
  std::string names;
  std::size_t targets = 0;
  for (const TargetSummary& target : summary.targets) {
    const bool done = target.Missed().empty() && target.Unconsulted(summary.control).empty();
    if (target.mutated != 0 && done) continue;
    if (names.find(" " + target.target->name) == std::string::npos)
      names += " " + target.target->name;
    ++targets;
  }
  const auto jobs = static_cast<double>(summary.jobs);
  const double share = summary.seconds * jobs / static_cast<double>(summary.targets.size());
  const double seconds =
      std::max(kSecondsOfTarget, 2 * share) * static_cast<double>(targets) / jobs;
  return fmt::format("{} hunt{} --for {:.0f}s{}", command, names,
                     std::ceil(std::max(kSecondsOfTarget, seconds)), summary.options);
}

Json ToJson(const TargetSummary& target, bool control) {
  Json reached = Json::array();
  for (Milestone milestone : target.target->milestones) {
    if (IsReached(target.page, milestone)) reached.push_back(MilestoneName(milestone));
  }
  Json consulted;
  for (int i = 0; i < kOracles; ++i) {
    consulted[std::string(kOracleNames[i])] = target.page.consulted[static_cast<std::size_t>(i)];
  }
  return {{"name", target.name},
          {"executions", target.page.executions},
          {"operations", target.page.operations},
          {"skipped", target.page.skipped},
          {"points", target.page.points},
          {"seconds", target.seconds},
          {"operations_per_second", target.OperationsPerSecond()},
          {"cpu_seconds", target.cpu_seconds},
          {"operations_per_core_second", target.OperationsPerCoreSecond()},
          {"executions_per_second", target.ExecutionsPerSecond()},
          {"replayed", target.replayed},
          {"mutated", target.mutated},
          {"new", target.new_units},
          {"mutations_own", target.page.mutations_own},
          {"mutations_engine", target.page.mutations_engine},
          {"crossovers", target.page.crossovers},
          {"mutated_operations", target.page.mutated_operations},
          {"reruns", target.page.reruns},
          {"coverage_looks", target.page.coverage.looks},
          {"coverage_least", target.page.coverage.least},
          {"coverage_most", target.page.coverage.most},
          {"built_with", TextOf(target.page.built_with)},
          {"oracles_consulted", consulted},
          {"largest_map_p50", LargestPercentile(target.page, 50)},
          {"largest_map_p90", target.LargestP90()},
          {"milestones_reached", reached},
          {"milestones_missed", target.Missed()},
          {"oracles_missed", target.Unconsulted(control)},
          {"findings", target.findings},
          {"broken", target.broken}};
}

}  // namespace

std::uint64_t TargetSummary::reached() const { return target->milestones.size() - Missed().size(); }

std::vector<std::string> TargetSummary::Missed() const {
  std::vector<std::string> missed;
  for (Milestone milestone : target->milestones) {
    if (!IsReached(page, milestone)) missed.emplace_back(MilestoneName(milestone));
  }
  return missed;
}

std::vector<std::string> TargetSummary::Unconsulted(bool control) const {
  return NeverConsulted(target->oracles, page.consulted, control);
}

std::string TargetSummary::WhyStuck() const {
  if (page.operations == 0) return "no operation was executed";
  if (mutated == 0) return "";  // so far
  if (page.mutated_operations == 0) {
    return "no operation of a mutated input was executed; what its mutator makes does not reach "
           "the map, so build it again and run it alone";
  }
  if (page.coverage.looks >= kFewestLooks && page.coverage.least == page.coverage.most) {
    return fmt::format(
        "the engine cannot tell its inputs apart, as each passes {} of the code; build the map "
        "with coverage (cmake --preset asan)",
        Plural(page.coverage.most, "place"));
  }
  return "";
}

double TargetSummary::OperationsPerSecond() const { return PerSecond(page.operations, seconds); }

double TargetSummary::OperationsPerCoreSecond() const {
  return PerSecond(page.operations, cpu_seconds);
}

double TargetSummary::ExecutionsPerSecond() const { return PerSecond(page.executions, seconds); }

std::vector<std::string> HuntSummary::Problems() const {
  std::vector<std::string> problems;
  if (!environment.empty()) problems.push_back(environment);
  problems.insert(problems.end(), sanitizers.problems.begin(), sanitizers.problems.end());
  if (races) problems.insert(problems.end(), races->problems.begin(), races->problems.end());
  for (const TargetSummary& target : targets) {
    const std::string& name = target.name;
    if (!target.broken.empty()) problems.push_back(name + ": " + target.broken);
    if (at_first_finding) continue;
    if (target.mutated == 0) {
      problems.push_back(name + ": no mutated input was executed" +
                         (interrupted ? " before the interrupt"
                                      : "; give it more time or fewer inputs to begin with"));
    }
    if (interrupted) continue;
    const std::string stuck = target.WhyStuck();
    if (!stuck.empty()) problems.push_back(name + ": " + stuck);
    if (target.page.operations == 0) continue;
    const Sanitizers expected = SanitizersOf(target).built_with.value_or(0);
    if (target.page.built_with != expected) {
      problems.push_back(
          fmt::format("{}: its fuzzer was built with other sanitizers ({}) than the first of its "
                      "build ({}); build them again",
                      name, TextOf(target.page.built_with), TextOf(expected)));
    }
    const std::vector<std::string> unconsulted = target.Unconsulted(control);
    if (!unconsulted.empty()) {
      problems.push_back(
          fmt::format("{}: never consulted: {}; give it more time, and if that is not it, see why "
                      "the runner does not ask",
                      name, Join(unconsulted)));
    }
    if (MustReach() && !target.Missed().empty()) {
      problems.push_back(fmt::format("{}: {} not reached; give it more time (or --allow-missed)",
                                     name, Plural(target.Missed().size(), "milestone")));
    }
  }
  return problems;
}

int HuntSummary::ExitCode() const {
  if (!findings.empty()) return kExitFinding;
  if (!environment.empty()) return kExitEnvironment;
  return Problems().empty() ? kExitClean : kExitHarness;
}

void AddPage(const StatsPage& page, StatsPage& sum) {
  sum.executions += page.executions;
  sum.operations += page.operations;
  sum.skipped += page.skipped;
  sum.points += page.points;
  sum.reruns += page.reruns;
  sum.mutations_own += page.mutations_own;
  sum.mutations_engine += page.mutations_engine;
  sum.crossovers += page.crossovers;
  sum.mutated_operations += page.mutated_operations;
  sum.coverage.Add(page.coverage);
  if (page.executions != 0) sum.built_with = page.built_with;
  sum.findings += page.findings;
  for (std::size_t i = 0; i < sum.consulted.size(); ++i) sum.consulted[i] += page.consulted[i];
  for (std::size_t i = 0; i < sum.milestones.size(); ++i) sum.milestones[i] += page.milestones[i];
  for (std::size_t i = 0; i < sum.largest.size(); ++i) sum.largest[i] += page.largest[i];
}

std::string SummaryText(const HuntSummary& summary) {
  Table table({"target", "executions", "operations", "op/s", "op/core-s", "exec/s", "replayed",
               "mutated", "new", "map p90", "milestones", "findings"});
  for (const TargetSummary& target : summary.targets) {
    table.Add(
        {target.name, FormatCount(target.page.executions), FormatCount(target.page.operations),
         FormatRate(target.OperationsPerSecond()), FormatRate(target.OperationsPerCoreSecond()),
         FormatRate(target.ExecutionsPerSecond()), FormatCount(target.replayed),
         FormatCount(target.mutated), FormatCount(target.new_units),
         std::to_string(target.LargestP90()),
         summary.control ? "-"
                         : fmt::format("{}/{}", target.reached(), target.target->milestones.size()),
         std::to_string(target.findings)});
  }
  std::string text = table.Text();
  for (const TargetSummary& target : summary.targets) {
    const std::vector<std::string> missed = target.Missed();
    if (!missed.empty() && !summary.control) {
      text += fmt::format("not reached by {}: {}\n", target.name, Join(missed));
    }
  }
  if (summary.control) {
    text +=
        fmt::format("{} need not reach the milestones, which are of another map\n", summary.map);
  }
  text += SanitizersLine(summary.sanitizers) + "\n";
  if (summary.races) text += "of -races: " + SanitizersLine(*summary.races) + "\n";
  text += fmt::format("{}, seed {}, map {}, policy {}; corpus in {}, out in {}\n",
                      FormatDuration(summary.seconds), summary.seed, summary.map, summary.policy,
                      summary.corpus, summary.out);
  const std::vector<FindingGroup> groups = GroupFindings(summary.findings, summary.known);
  if (!groups.empty()) text += "\n" + GroupsText(groups, summary.out + "/findings");
  const std::vector<std::string> problems = summary.Problems();
  if (!problems.empty()) text += "\nNot to be believed\n";
  for (const std::string& problem : problems) text += "  " + problem + "\n";
  return text;
}

nlohmann::ordered_json SummaryJson(const HuntSummary& summary) {
  Json targets = Json::array(), findings = Json::array();
  for (const TargetSummary& target : summary.targets)
    targets.push_back(ToJson(target, summary.control));
  for (const Finding& finding : summary.findings) {
    findings.push_back(
        {{"target", finding.target},
         {"signature", finding.signature.Text()},
         {"oracle", finding.signature.oracle},
         {"property", finding.signature.property},
         {"count", finding.count},
         {"confirmed", finding.confirmed},
         {"known", KnownAs(finding, summary.known)},
         {"operations", finding.tape.has_value() ? Json(finding.tape->ops.size()) : Json()},
         {"file", finding.file}});
  }
  return {{"version", 1},
          {"seconds", summary.seconds},
          {"seed", summary.seed},
          {"map", summary.map},
          {"policy", summary.policy},
          {"corpus", summary.corpus},
          {"out", summary.out},
          {"interrupted", summary.interrupted},
          {"sanitizers", TextOf(summary.sanitizers.built_with.value_or(0))},
          {"sanitizers_blind", summary.sanitizers.problems},
          {"targets", targets},
          {"signatures", GroupFindings(summary.findings, summary.known).size()},
          {"findings", findings},
          {"problems", summary.Problems()},
          {"exit", summary.ExitCode()}};
}

std::string LastLine(const HuntSummary& summary, const std::string& command) {
  const std::string how = summary.interrupted ? " (interrupted)" : "";
  if (!summary.findings.empty()) {
    const std::vector<FindingGroup> groups = GroupFindings(summary.findings, summary.known);
    const std::string& file = groups[0].findings[0]->file;
    const std::string map = summary.control ? " --map " + summary.map : "";
    std::string next = ". Next: " + command + " show" + map + " " + ShellQuote(file);
    if (file.empty()) next = ". The tapes are printed above";
    if (!file.empty() && !groups[0].findings[0]->tape.has_value()) {
      next = ". Next: read " + ShellQuote(file);
    }
    return CountGroups(groups) + how + next + "\n";
  }
  if (!summary.Problems().empty()) {
    const bool stuck = !summary.environment.empty() || !summary.sanitizers.problems.empty() ||
                       std::any_of(summary.targets.begin(), summary.targets.end(),
                                   [](const TargetSummary& target) {
                                     return !target.broken.empty() || !target.WhyStuck().empty();
                                   });
    return fmt::format(
        "no finding{}, but the hunt is not to be believed: {}. Next: {}\n", how,
        Plural(summary.Problems().size(), "problem"),
        stuck ? "read " + ShellQuote(summary.out + "/summary.txt") : LongerHunt(summary, command));
  }
  return fmt::format(
      "clean{}: no finding. Next: the same command goes on from the corpus it "
      "kept\n",
      how);
}

}  // namespace mapfuzz::tool
