#include "harness/tool/score_trial.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {

namespace fs = std::filesystem;
using Json = nlohmann::json;

namespace {

// Whether the bug's tree has something to do for the target.
bool HasWorkFor(const BugFile& bug, const TargetInfo& target) {
  Config config;
  for (int type = 0; type < kKeyTypes; ++type) {
    config.type = static_cast<KeyType>(type);
    if (bug.IsBuiltFor(BuiltTypeOf(target.Shaped(config)))) return true;
  }
  return false;
}

// The finding that the trial ended at, or null: what does not fail again has shown nothing that a
// person could look at.
const Json* FirstConfirmed(const Json& summary) {
  for (const Json& finding : summary.at("findings")) {
    if (finding.at("confirmed").get<bool>()) return &finding;
  }
  return nullptr;
}

}  // namespace

std::vector<std::string> TargetsFor(const BugFile& bug, const std::vector<TargetInfo>& targets) {
  // What only some types show is hunted for by all targets of one thread, as nobody is told which.
  const bool of_all = !bug.IsBuiltFor("u64") && !bug.IsBuiltFor(kSharedType);
  std::vector<std::string> names;
  for (const TargetInfo& target : targets) {
    if ((of_all && !target.HasThreads()) || HasWorkFor(bug, target)) names.push_back(target.name);
  }
  return names;
}

std::uint64_t SeedOfTrial(std::uint64_t score_seed, const std::string& bug, std::uint64_t number) {
  // The hunt's are of 32 bits, and zero stands for none.
  return NameHash(fmt::format("{} {} {}", score_seed, bug, number)) >> 33 | 1;
}

ChildSpec SpecOfTrial(const TrialPlan& plan, const BugTree& tree) {
  std::error_code ignored;
  fs::remove_all(plan.folder, ignored);
  MakeWritableFolder(plan.folder);
  ChildSpec spec;
  spec.argv = {tree.program(), "hunt"};
  spec.argv.insert(spec.argv.end(), plan.targets.begin(), plan.targets.end());
  const std::string options[] = {"--until-finding",
                                 "--from-empty",
                                 "--allow-missed",
                                 "--jobs=1",
                                 fmt::format("--for={:.3f}", plan.budget_seconds),
                                 fmt::format("--seed={}", plan.seed),
                                 "--build=" + tree.build(),
                                 "--corpus=" + plan.folder + "/corpus",
                                 "--out=" + plan.folder + "/out"};
  spec.argv.insert(spec.argv.end(), std::begin(options), std::end(options));
  spec.log = plan.folder + "/log";
  return spec;
}

std::vector<std::string> TapesOf(const TrialPlan& plan) {
  const Json summary = Json::parse(ReadOrEmpty(plan.folder + "/out/summary.json"), nullptr, false);
  const Json* const finding = summary.is_object() ? FirstConfirmed(summary) : nullptr;
  if (finding != nullptr) return {finding->at("file")};
  return FilesUnder(plan.folder + "/corpus");
}

Trial TrialOf(const TrialPlan& plan, const ChildExit& end) {
  Trial trial;
  trial.bug = plan.bug;
  trial.number = plan.number;
  trial.seed = plan.seed;
  trial.budget_seconds = plan.budget_seconds;
  const Json summary = Json::parse(ReadOrEmpty(plan.folder + "/out/summary.json"), nullptr, false);
  // Killed, told to end, or in trouble: that is no word on the bug.
  const bool whole = summary.is_object() && end.signal == 0 && end.code != kExitEnvironment &&
                     end.ending == Ending::kByItself && !summary.value("interrupted", true);
  if (!whole) {
    throw ToolError(
        kExitEnvironment,
        fmt::format("{}: trial {} did not come to its end; its last "
                    "words:\n{}",
                    plan.bug, plan.number, Indent(ReadOrEmpty(plan.folder + "/log"), "  | ")));
  }
  if (const Json& blind = summary.at("sanitizers_blind"); !blind.empty()) {
    throw ToolError(kExitEnvironment, blind.front().get<std::string>());
  }
  for (const Json& target : summary.at("targets")) {
    const std::string broken = target.value("broken", "");
    if (broken.empty()) continue;
    throw ToolError(kExitEnvironment, fmt::format("{}: trial {}: {}: {}", plan.bug, plan.number,
                                                  target.at("name").get<std::string>(), broken));
  }
  trial.seconds = summary.at("seconds");
  std::vector<std::string> names;
  for (const Json& target : summary.at("targets")) {
    trial.operations += target.at("operations").get<std::uint64_t>();
    trial.executions += target.at("executions").get<std::uint64_t>();
    names.push_back(target.at("name"));
  }
  trial.target = fmt::format("{}", fmt::join(names, " "));
  const Json* const finding = FirstConfirmed(summary);
  // What the last fuzzer finds while it is being ended comes too late.
  trial.detected = finding != nullptr && trial.seconds <= plan.budget_seconds;
  if (trial.detected) {
    trial.oracle = finding->at("oracle");
    trial.property = finding->at("property");
    trial.target = finding->at("target");
  } else {
    // The engine may have come to an end of its own.
    trial.seconds = std::max(trial.seconds, plan.budget_seconds);
  }
  return trial;
}

}  // namespace mapfuzz::tool
