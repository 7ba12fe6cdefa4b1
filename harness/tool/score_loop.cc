#include "harness/tool/score_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <utility>

#include "harness/tool/build_log.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/interrupt.h"
#include "harness/tool/score_folder.h"
#include "harness/tool/text.h"
#include "harness/tool/verdict.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;

// A trial ends itself; this long after its time it is in trouble.
constexpr double kGrace = 60;

FolderLock LockScore(const std::string& folder) {
  MakeWritableFolder(folder);
  FolderLock lock(folder);
  if (!lock.held()) {
    throw ToolError(kExitEnvironment,
                    folder + ": another score is at work in it; wait for it or use another --work");
  }
  return lock;
}

// The records of a log, from which the line that a killed score left half written is cut off.
template <class Record>
std::vector<Record> Resume(const std::string& file,
                           Log<Record> (*parse)(std::string_view, const std::string&)) {
  const std::string content = ReadOrEmpty(file);
  Log<Record> log = parse(content, file);
  if (log.whole_bytes < content.size()) fs::resize_file(file, log.whole_bytes);
  return std::move(log.records);
}

std::vector<std::string> TypesOf(const std::vector<BugFile>& bugs) {
  std::set<std::string> types;
  for (const BugFile& bug : bugs) types.insert(bug.types.begin(), bug.types.end());
  return {types.begin(), types.end()};
}

BugInfo InfoOf(const BugFile& bug) {
  BugInfo info;
  info.id = bug.id;
  info.title = bug.title;
  info.bug_class = bug.bug_class;
  info.weight = bug.weight;
  info.expected_oracle = bug.oracle;
  info.equivalent = bug.IsEquivalent();
  return info;
}

// The oracle that fails the tape in one of two runs, or by comparing them, as `check` does; none if
// it passes. ToolError: bad input, if it cannot be run; environment, if a run ends without a word
// on the map.
std::string OracleThatSpeaks(const std::string& program, RunRequest request) {
  const Verdict first = RunAndWait(program, request, kRunLimitSeconds);
  request.runs_before = 1;
  const Verdict second = first.passed() ? RunAndWait(program, request, kRunLimitSeconds) : first;
  if (second.kind == Verdict::Kind::kBadInput) throw ToolError(kExitUsage, second.report);
  if (second.EndedWithoutWord()) {
    throw ToolError(
        kExitEnvironment,
        fmt::format("{} on {}: ended without a verdict ({}); see that it runs, and that "
                    "there is memory\n{}",
                    program, request.name, second.signature.property,
                    Indent(second.report, "  | ")));
  }
  if (second.kind == Verdict::Kind::kFail) return second.signature.oracle;
  return second.digest != first.digest ? "deterministic" : "";
}

}  // namespace

struct ScoreLoop::RunningTrial {
  TrialPlan plan;
  Child child;
};

ScoreLoop::ScoreLoop(Session& session, const ScoreOptions& options)
    : session_(session),
      options_(options),
      source_(SourceLine(options)),
      lock_(LockScore(options.folder)),
      evidence_(session, {.source = options.source,
                          .folder = options.folder + "/trees",
                          .types = TypesOf(options.bugs),
                          .preset = options.preset,
                          .jobs = options.jobs,
                          .watch = [this](std::string_view what) { return TellOrEnd(what); }}) {
  if (options.only_trials) {
    for (const char* name : {"source", "trials.jsonl", "replays.jsonl", "builds.jsonl"}) {
      std::error_code ignored;
      fs::remove(options.folder + "/" + name, ignored);
    }
    RemoveOtherTrees(options);
  }
  const std::string file = options.folder + "/source";
  const std::string before = ReadOrEmpty(file);
  if (!before.empty() && before != source_) {
    throw ToolError(
        kExitUsage,
        fmt::format("{} holds a score of other sources or options; give this one "
                    "another name (--config), or remove that folder\n  there: {}  now:   {}",
                    options.folder, before, source_));
  }
  WriteAtomically(file, source_);
  // What other tapes said of a bug is not what these say.
  const std::string tapes =
      HashOf(CorpusTapes(options.corpus)) + HashOf(TapesBeside(options.known, options.corpus));
  if (ReadOrEmpty(options.folder + "/corpus") != tapes) {
    std::error_code ignored;
    fs::remove(options.folder + "/replays.jsonl", ignored);
    WriteAtomically(options.folder + "/corpus", tapes);
  }
  score_.trials = Resume(options.folder + "/trials.jsonl", ParseTrials);
  score_.replays = Resume(options.folder + "/replays.jsonl", ParseReplays);
  const std::vector<BuildRecord> records = Resume(options.folder + "/builds.jsonl", ParseBuilds);
  // What all are compared with comes first.
  for (const bool unedited : {true, false}) {
    for (const BuildRecord& record : records) {
      if (record.bug.empty() != unedited) continue;
      RequireUnchanged(record);
      if (IsCurrent(record)) Remember(record);
    }
  }
}

// What was measured of a bug that has gone or changed since says nothing any more.
bool ScoreLoop::IsCurrent(const BuildRecord& record) const {
  const auto is_measured = [&](const BugFile& bug) {
    return bug.id == record.bug && EditHash(bug) == record.edit;
  };
  return record.bug.empty() ||
         std::any_of(options_.known.begin(), options_.known.end(), is_measured);
}

void ScoreLoop::RequireUnchanged(const BuildRecord& record) const {
  for (const BugFile& bug : options_.bugs) {
    if (bug.id != record.bug || IsCurrent(record)) continue;
    throw ToolError(kExitUsage, fmt::format("{} has changed since it was measured in {}; give this "
                                            "score another name (--config), or remove that folder",
                                            bug.id, options_.folder));
  }
}

// A bug that compiles to what another one, or the map as it is, compiles to is none of its own.
void ScoreLoop::Remember(const BuildRecord& record) {
  Build build;
  if (record.bug.empty()) {
    // Of the types that were asked for that time.
    for (const auto& [type, effect] : record.effect) unedited_[type] = effect;
    return;
  }
  if (!record.built) {
    build = {BuildState::kFailed, "", record.message};
  } else if (!unedited_.empty() && SameEffect(record.effect, unedited_) &&
             !IsEquivalent(record.bug)) {
    build = {BuildState::kFailed, "", "compiles to the same as the map without it"};
  } else {
    for (const auto& [other, effect] : effects_) {
      if (other == record.bug || !IsSameBug(record.effect, effect)) continue;
      build = {BuildState::kDuplicate, other, "compiles to the same"};
      break;
    }
  }
  if (record.built) effects_[record.bug] = record.effect;
  builds_[record.bug] = std::move(build);
}

bool ScoreLoop::IsEquivalent(const std::string& id) const {
  return std::any_of(options_.bugs.begin(), options_.bugs.end(),
                     [&](const BugFile& bug) { return bug.id == id && bug.IsEquivalent(); });
}

// Both change the map for a type in common, and all those in the same way.
bool ScoreLoop::IsSameBug(const Effect& a, const Effect& b) const {
  const bool visible = std::any_of(a.begin(), a.end(), [&](const auto& one) {
    const auto as_it_is = unedited_.find(one.first);
    return b.count(one.first) != 0 &&
           (as_it_is == unedited_.end() || as_it_is->second != one.second);
  });
  return visible && SameEffect(a, b);
}

Score ScoreLoop::Run() {
  start_ = Child::Clock::now();
  // Rather now than after hours.
  for (const BugFile& bug : options_.bugs) Plant(bug, ReadInput(options_.source + "/" + bug.file));
  const bool all_measured = std::all_of(options_.bugs.begin(), options_.bugs.end(),
                                        [&](const BugFile& bug) { return IsMeasured(bug); });
  try {
    if (!all_measured && !options_.only_trials) RequireUnedited();
    MeasureAll();
  } catch (const ToolError&) {
    // Whatever is cut off in its middle may fail.
    if (!Interrupted()) throw;
  }
  // One that goes on soon finds them there.
  if (!Interrupted() && !options_.keep_trees && !options_.only_trials) evidence_.RemoveTrees();
  std::vector<BugFile> bugs = options_.bugs;
  // A bug that is the same as another one is not told without it.
  for (const BugFile& bug : options_.known) {
    const auto is_same = [&](const BugFile& chosen) {
      const auto build = builds_.find(chosen.id);
      return build != builds_.end() && build->second.duplicate_of == bug.id;
    };
    const auto is_chosen = [&](const BugFile& chosen) { return chosen.id == bug.id; };
    if (std::any_of(options_.bugs.begin(), options_.bugs.end(), is_same) &&
        std::none_of(options_.bugs.begin(), options_.bugs.end(), is_chosen)) {
      bugs.push_back(bug);
    }
  }
  return Measured(bugs);
}

// Those that were come to; the logs may hold others.
Score ScoreLoop::Measured(const std::vector<BugFile>& bugs) const {
  Score score;
  score.configuration = options_.configuration;
  for (const BugFile& bug : bugs) {
    const auto build = builds_.find(bug.id);
    if (build == builds_.end()) continue;
    score.bugs.push_back(InfoOf(bug));
    score.bugs.back().build = build->second;
    const auto of_bug = [&](const auto& record) { return record.bug == bug.id; };
    std::copy_if(score_.trials.begin(), score_.trials.end(), std::back_inserter(score.trials),
                 of_bug);
    std::copy_if(score_.replays.begin(), score_.replays.end(), std::back_inserter(score.replays),
                 of_bug);
  }
  return score;
}

std::vector<std::uint64_t> ScoreLoop::MissingTrials(const BugFile& bug) const {
  std::vector<std::uint64_t> missing;
  for (std::uint64_t number = 1; number <= options_.trials; ++number) {
    const bool done = std::any_of(
        score_.trials.begin(), score_.trials.end(),
        [&](const Trial& trial) { return trial.bug == bug.id && trial.number == number; });
    if (!done) missing.push_back(number);
  }
  return missing;
}

bool ScoreLoop::IsReplayed(const BugFile& bug) const {
  if (options_.only_trials) return true;
  return std::any_of(score_.replays.begin(), score_.replays.end(),
                     [&](const CorpusReplay& replay) { return replay.bug == bug.id; });
}

bool ScoreLoop::IsMeasured(const BugFile& bug) const {
  // What was not built may have lacked room; it is tried again.
  if (effects_.count(bug.id) == 0) return false;
  const auto build = builds_.find(bug.id);
  return build->second.state != BuildState::kOk || (MissingTrials(bug).empty() && IsReplayed(bug));
}

void ScoreLoop::MeasureAll() {
  for (const BugFile& bug : options_.bugs) {
    if (Interrupted()) return;
    if (!IsMeasured(bug)) {
      Measure(bug);
      ++done_now_;
    }
    ++at_;
  }
}

// What the bugs are compared with.
void ScoreLoop::RequireUnedited() {
  const BuildRecord record{"", "", true, evidence_.Unedited().effect, ""};
  const bool known =
      std::all_of(record.effect.begin(), record.effect.end(), [this](const auto& one) {
        const auto before = unedited_.find(one.first);
        return before != unedited_.end() && before->second == one.second;
      });
  if (known) return;
  Append("builds.jsonl", BuildLine(record));
  Remember(record);
}

// What knows nothing of the map is the same in all trees. A canary has none beside its own.
std::string ScoreLoop::LibrariesOf() {
  return options_.only_trials ? "" : evidence_.Unedited().build();
}

// Trees that share libraries have to be of one state of the sources, and so has a score.
void ScoreLoop::RequireSameSources() const {
  if (SourceLine(options_) == source_) return;
  throw ToolError(kExitUsage,
                  fmt::format("{}: the sources have changed since this score began; undo that, or "
                              "begin another one (--config), best on a copy of them (--source)",
                              options_.source));
}

void ScoreLoop::Measure(const BugFile& bug) {
  RequireSameSources();
  const std::string folder = options_.folder + "/trees/" + bug.id;
  BugTree tree = BuildBugTree({.source = options_.source,
                               .folder = folder,
                               .bug = &bug,
                               .types = bug.types,
                               .preset = options_.preset,
                               .libraries = LibrariesOf(),
                               .jobs = options_.jobs},
                              [&](std::string_view how_far) {
                                return TellOrEnd(fmt::format("building {}: {}", bug.id, how_far));
                              });
  if (tree.built) RequireRunning(tree);
  if (effects_.count(bug.id) == 0) {
    const BuildRecord record{bug.id, EditHash(bug), tree.built, tree.effect, tree.message};
    Append("builds.jsonl", BuildLine(record));
    Remember(record);
  }
  if (builds_[bug.id].state == BuildState::kOk) {
    RunTrials(bug, tree);
    if (!Interrupted() && !IsReplayed(bug)) ReplayCorpus(bug, tree);
  }
  std::error_code ignored;
  if (!options_.keep_trees) fs::remove_all(folder, ignored);
}

// As many at once as there are cores to have, each on one.
void ScoreLoop::RunTrials(const BugFile& bug, const BugTree& tree) {
  const std::vector<std::uint64_t> numbers = MissingTrials(bug);
  std::vector<RunningTrial> running;
  std::size_t next = 0, ended = 0;
  while (!Interrupted() && (next < numbers.size() || !running.empty())) {
    while (next < numbers.size() && running.size() < static_cast<std::size_t>(options_.jobs)) {
      const TrialPlan plan = PlanOf(bug, tree, numbers[next]);
      running.push_back({plan, Child(SpecOfTrial(plan, tree))});
      ++next;
    }
    Tell(fmt::format("{}: {} of {} trials", bug.id, ended, numbers.size()));
    std::vector<const Child*> children;
    for (RunningTrial& trial : running) {
      trial.child.EndIfPast({options_.budget_seconds + kGrace});
      children.push_back(&trial.child);
    }
    WaitForAny(children, std::chrono::milliseconds(200));
    for (std::size_t i = 0; i < running.size();) {
      if (!running[i].child.Ended()) {
        ++i;
        continue;
      }
      Finish(bug, tree, running[i]);
      running.erase(running.begin() + static_cast<std::ptrdiff_t>(i));
      ++ended;
    }
  }
}

// In the place of the trial that has ended, so that no more is at work at once than was asked for.
void ScoreLoop::Finish(const BugFile& bug, const BugTree& tree, RunningTrial& running) {
  Trial trial = TrialOf(running.plan, running.child.Take());
  if (!options_.only_trials) {
    const Evidence evidence = evidence_.Of(bug, tree, TapesOf(running.plan));
    trial.reached = evidence.reached;
    trial.triggered = evidence.triggered;
  }
  Append("trials.jsonl", TrialLine(trial));
  score_.trials.push_back(std::move(trial));
}

TrialPlan ScoreLoop::PlanOf(const BugFile& bug, const BugTree& tree, std::uint64_t number) const {
  return {.bug = bug.id,
          .number = number,
          .seed = SeedOfTrial(options_.seed, bug.id, number),
          .budget_seconds = options_.budget_seconds,
          .targets = options_.targets.empty() ? TargetsFor(bug, session_.registry.targets)
                                              : options_.targets,
          .folder = fmt::format("{}/trial-{}", tree.folder, number)};
}

// Its own tape first, as it is the one to show it; then all others.
void ScoreLoop::ReplayCorpus(const BugFile& bug, const BugTree& tree) {
  Tell(bug.id + ": replaying the corpus");
  const std::string own = fs::path(bug.path).replace_extension(".tape").string();
  std::vector<std::string> tapes = CorpusTapes(options_.corpus);
  tapes.erase(std::remove(tapes.begin(), tapes.end(), own), tapes.end());
  if (IsFile(own)) tapes.insert(tapes.begin(), own);
  CorpusReplay replay;
  replay.bug = bug.id;
  const auto start = Child::Clock::now();
  for (const std::string& file : tapes) {
    if (Interrupted()) return;
    RunRequest request;
    request.content = ReadInput(file);
    request.name = file;
    request.map = session_.registry.maps.front();
    replay.oracle = OracleThatSpeaks(tree.program(), request);
    if (replay.oracle.empty()) continue;
    replay.detected = true;
    replay.tape = fs::path(file).lexically_relative(options_.corpus).string();
    break;
  }
  replay.seconds = std::chrono::duration<double>(Child::Clock::now() - start).count();
  if (replay.detected) tapes = {options_.corpus + "/" + replay.tape};
  const Evidence evidence = evidence_.Of(bug, tree, tapes);
  replay.reached = evidence.reached;
  replay.triggered = evidence.triggered;
  Append("replays.jsonl", ReplayLine(replay));
  score_.replays.push_back(std::move(replay));
}

void ScoreLoop::Append(const std::string& file, const std::string& line) const {
  const std::string path = options_.folder + "/" + file;
  std::ofstream log(path, std::ios::app);
  log << line << std::flush;
  if (!log) throw ToolError(kExitEnvironment, path + ": cannot be written; is the disk full?");
}

// Tells, and says whether nobody asked for the end.
bool ScoreLoop::TellOrEnd(std::string_view what) const {
  Tell(what);
  return !Interrupted();
}

void ScoreLoop::Tell(std::string_view what) const {
  const double elapsed = std::chrono::duration<double>(Child::Clock::now() - start_).count();
  const std::size_t left = options_.bugs.size() - at_;
  const std::string when =
      done_now_ == 0
          ? ""
          : fmt::format(", some {} left", FormatDuration(elapsed / static_cast<double>(done_now_) *
                                                         static_cast<double>(left)));
  session_.progress.Tell(fmt::format("{}: bug {} of {}{}: {}",
                                     options_.only_trials ? "canary" : "score", at_ + 1,
                                     options_.bugs.size(), when, what));
}

}  // namespace mapfuzz::tool
