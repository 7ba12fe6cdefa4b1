#include "harness/tool/hunt_loop.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "harness/tape_binary.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/input.h"
#include "harness/tool/interrupt.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;

constexpr double kSweepEverySeconds = 1;
constexpr double kShortestSlice = 0.2;       // less is not worth a process
constexpr double kShortestTurn = 0.4;        // of a hunt that ends at its first finding
constexpr std::size_t kMostReport = 100000;  // lines: the tape in it may be all there is
constexpr int kMostFruitless = 3;
constexpr std::uint64_t kFewestInputs = 16;  // to start from

FolderLock LockOrThrow(const std::string& folder) {
  MakeWritableFolder(folder);
  FolderLock lock(folder);
  if (!lock.held()) {
    throw ToolError(kExitEnvironment, fmt::format("{}: another hunt is at work in it; wait for it "
                                                  "or give another folder",
                                                  folder));
  }
  return lock;
}

std::string FuzzerPath(const std::string& build, const TargetInfo& target) {
  std::string path = fmt::format("{}/targets/{}_fuzzer", build, target.name);
  if (access(path.c_str(), X_OK) != 0) {
    throw ToolError(kExitEnvironment, fmt::format("{}: no such program; build it: cmake --build {} "
                                                  "--target fuzzers (or give another build)",
                                                  path, ShellQuote(build)));
  }
  return path;
}

// The whole tape that a failing run prints behind its report.
std::optional<Tape> ReportedTape(const std::string& output) {
  const std::size_t begin = output.find("\nmapfuzz tape v");
  if (begin == std::string::npos) return std::nullopt;
  const std::size_t end = output.find('\n', output.find("\nend ", begin) + 1);
  try {
    return LoadTape(output.substr(begin + 1, end - begin), "report", {}).tape;
  } catch (const ToolError&) {
    return std::nullopt;
  }
}

}  // namespace

HuntLoop::HuntLoop(Session& session, const HuntOptions& options)
    : session_(session),
      options_(options),
      scratch_(options.build + "/hunt"),
      corpus_lock_(LockOrThrow(options.corpus)),
      out_lock_(LockOrThrow(options.out)),
      artifacts_(options.out + "/artifacts"),
      findings_(options.out + "/findings", session.program,
                OnControl() ? " --map " + options.map : "", session.screen) {
  MakeWritableFolder(artifacts_);
  MakeWritableFolder(options.out + "/findings");
  RemoveStaleTemporaries(options.out);
  RemoveStaleTemporaries(options.out + "/findings");
  for (const TargetInfo* info : options.targets) {
    AddTarget(*info, false);
    if (!options.races.empty() && info->HasThreads()) AddTarget(*info, true);
  }
  const bool turns = options.until_finding && options.seconds.has_value();
  for (std::vector<Slice>& slices :
       turns ? PlanTurns(targets_.size(), options.jobs, *options.seconds, kShortestTurn)
             : PlanSlices(targets_.size(), options.jobs, options.seconds)) {
    Worker worker;
    worker.slices = std::move(slices);
    workers_.push_back(std::move(worker));
  }
}

void HuntLoop::AddTarget(const TargetInfo& info, bool races) {
  const std::string& build = races ? options_.races : options_.build;
  const std::string name = info.name + std::string(races ? kRacesLane : "");
  TargetState target;
  target.info = &info;
  target.name = name;
  target.program = FuzzerPath(build, info);
  const std::string own = build + "/mapfuzz";
  target.confirmer = {access(own.c_str(), X_OK) == 0 ? own : session_.program, options_.map,
                      3 * options_.timeout_seconds};
  target.corpus =
      std::make_unique<CorpusStore>(scratch_.path() + "/" + name, options_.corpus + "/" + name);
  if (!options_.from_empty) {
    target.corpus->AddSeeds(options_.seeds + "/" + info.name);
    target.corpus->AddKept();
  }
  target.done.target = &info;
  target.done.name = name;
  target.done.races = races;
  targets_.push_back(std::move(target));
}

double HuntLoop::Elapsed() const {
  return std::chrono::duration<double>(Child::Clock::now() - start_).count();
}

// The programs of one build share their flags; that they do is asked of each as it runs.
SanitizerProbe HuntLoop::Probe(const std::string& program) {
  const SanitizerProbe probe = ProbeFuzzer(program, static_cast<int>(options_.jobs));
  session_.screen.Remark(SanitizersLine(probe));
  for (const std::string& problem : probe.problems) {
    session_.screen.Complain(fmt::format("mapfuzz: {}", problem));
  }
  return probe;
}

HuntSummary HuntLoop::Run() {
  for (const TargetState& target : targets_) {
    std::optional<SanitizerProbe>& probe = target.done.races ? races_ : sanitizers_;
    if (probe.has_value()) continue;
    probe = Probe(target.program);
    if (!target.done.races || (probe->built_with.value_or(0) & kThreadSanitizer) != 0) continue;
    probe->problems.push_back(target.program +
                              ": has no thread sanitizer, and is to look for races: cmake --preset "
                              "races && cmake --build --preset races");
    session_.screen.Complain("mapfuzz: " + probe->problems.back());
  }
  start_ = Child::Clock::now();
  RecoverLeftovers();
  start_ = Child::Clock::now();
  for (;;) {
    std::vector<const Child*> children;
    for (Worker& worker : workers_) {
      if (!worker.fuzzer.has_value()) Feed(worker);
      if (worker.fuzzer.has_value()) children.push_back(&worker.fuzzer->child());
    }
    if (children.empty()) break;
    WaitForAny(children, std::chrono::milliseconds(200));
    for (Worker& worker : workers_) Tend(worker);
    if (Elapsed() - last_sweep_ >= kSweepEverySeconds) {
      last_sweep_ = Elapsed();
      Sweep();
      ShowProgress();
    }
  }
  Sweep();
  return Summarize();
}

bool HuntLoop::MayRun(const TargetState& target) const {
  return !Interrupted() && !HasFound() && target.done.broken.empty() &&
         (!options_.execs.has_value() || target.done.mutated < *options_.execs);
}

void HuntLoop::Feed(Worker& worker) {
  for (; worker.next < worker.slices.size(); ++worker.next) {
    const Slice& slice = worker.slices[worker.next];
    TargetState& target = targets_[slice.target];
    if (MayRun(target) && slice.end - Elapsed() > kShortestSlice) {
      Start(worker, target, slice);
      return;
    }
  }
}

void HuntLoop::Start(Worker& worker, TargetState& target, const Slice& slice) {
  const std::string& name = target.name;
  FuzzerSpec spec;
  spec.program = target.program;
  spec.name = fmt::format("{}.{}.{}", name, getpid(), target.started);
  spec.scratch = scratch_.path();
  spec.artifacts = artifacts_;
  spec.new_units = target.corpus->new_folder();
  spec.start = target.corpus->start_folder();
  if (OnControl()) spec.map = options_.map;
  spec.policy = options_.policy;
  // Every fuzzer draws differently, and the same hunt the same.
  const std::string drawn = fmt::format("{} {} {}", options_.seed, name, target.started);
  spec.seed = static_cast<std::uint32_t>(NameHash(drawn) >> 33) + 1;
  if (options_.seconds.has_value()) spec.seconds = slice.end - Elapsed();
  if (options_.execs.has_value()) {
    // The engine counts what it replays too, and one empty input.
    spec.runs = *options_.execs - target.done.mutated + target.corpus->StartInputs() + 1;
  }
  spec.timeout_seconds = options_.timeout_seconds;
  spec.memory_mb = options_.memory_mb;
  worker.fuzzer.emplace(spec);
  worker.target = &target;
  ++target.live;
  ++target.started;
}

void HuntLoop::Tend(Worker& worker) {
  if (!worker.fuzzer.has_value()) return;
  if (worker.fuzzer->Ended()) {
    Finish(worker);
  } else if (Interrupted() || HasFound() || Elapsed() >= worker.slices[worker.next].end) {
    worker.fuzzer->Stop();
  }
}

void HuntLoop::Finish(Worker& worker) {
  TargetState& target = *worker.target;
  const FuzzerEnd end = worker.fuzzer->Take();
  worker.fuzzer.reset();
  --target.live;
  AddPage(end.page, target.done.page);
  target.done.seconds += end.exit.seconds;
  target.done.cpu_seconds += end.exit.cpu_seconds;
  target.done.replayed += end.replayed;
  target.done.mutated += end.mutated;
  const bool clean = end.artifacts.empty() && end.exit.code == 0 && end.exit.signal == 0;
  if (clean || (end.asked && end.artifacts.empty())) {
    ++worker.next;
    return;
  }
  // It died before its time: of a finding, or of something of its own. The slice goes on.
  Signature seen = SignatureOfDeath(end.exit, end.output);
  if (end.aborted) seen = Hang();
  const bool engine_spoke = end.output.find("SUMMARY: ") != std::string::npos ||
                            end.output.find(kFailMark) != std::string::npos;
  bool left_out = false;
  for (const std::string& artifact : end.artifacts) {
    left_out = target.corpus->LeaveOut(ReadOrEmpty(artifact)) || left_out;
    Record(target, artifact, seen, end.output);
  }
  if (end.artifacts.empty() && engine_spoke) {
    Record(target, "", seen, end.output);
  } else if (end.artifacts.empty()) {
    session_.screen.Remark(fmt::format("{}: its fuzzer ended without a word ({}); started again",
                                       target.name, seen.property));
  }
  target.fruitless = end.mutated != 0 || left_out ? 0 : target.fruitless + 1;
  if (target.fruitless >= kMostFruitless) {
    const std::string tail =
        end.output.substr(end.output.size() - std::min<std::size_t>(end.output.size(), 600));
    target.done.broken = fmt::format(
        "its fuzzer died {} times before it mutated anything; its "
        "last words:\n{}",
        kMostFruitless, Indent(tail, "    | "));
  }
  LimitReplays(target);
}

// After each death the next fuzzer replays what it starts from. Where findings come thick, that
// must not take the budget: it starts from fewer inputs.
void HuntLoop::LimitReplays(TargetState& target) {
  if (target.done.replayed <= target.done.mutated) return;
  if (target.corpus->StartInputs() <= kFewestInputs) return;
  target.corpus->Halve();
  if (!target.halved) {
    session_.screen.Remark(
        fmt::format("{}: replaying its inputs after each finding takes more than "
                    "mutating them; it goes on with fewer (the corpus keeps all)",
                    target.name));
  }
  target.halved = true;
}

// From the input that the fuzzer saved; if it could not save all of it, as on a full disk, from the
// tape in its report.
std::optional<Tape> HuntLoop::FailingTape(const TargetState& target, const std::string& artifact,
                                          const std::string& output) const {
  const std::optional<Tape> reported = ReportedTape(output);
  const std::string saved = artifact.empty() ? "" : ReadOrEmpty(artifact);
  if (saved.empty()) return reported;
  if (reported.has_value() && saved.size() < ToBinary(*reported).size()) return reported;
  return LoadTape(saved, artifact, {ParsePolicy(options_.policy), target.info}).tape;
}

// Failing inputs that a hunt, killed, had no time to look at.
void HuntLoop::RecoverLeftovers() {
  for (const std::string& file : FilesUnder(artifacts_)) {
    const bool late = options_.seconds.has_value() && Elapsed() > *options_.seconds;
    if (Interrupted() || late) return;
    const std::string name = fs::path(file).filename().string();
    for (TargetState& target : targets_) {
      if (name.rfind(target.name + ".", 0) == 0) Record(target, file, {}, "");
    }
  }
}

// `seen` and `output` are what the fuzzer said; empty if nobody heard it.
void HuntLoop::Record(TargetState& target, const std::string& artifact, const Signature& seen,
                      const std::string& output) {
  Finding finding;
  finding.target = target.name;
  finding.program = target.confirmer.program;
  finding.signature = seen;
  finding.report = ReportOfDeath(seen, output, kMostReport);
  finding.tape = FailingTape(target, artifact, output);
  const bool known_hang = seen == Hang() && findings_.Has(finding.target, seen);
  if (finding.tape.has_value() && !known_hang) {
    session_.screen.Status("confirming a finding of " + finding.target);
    const std::string input = artifact.empty() ? "report" : artifact;
    try {
      const Confirmation again = Confirm(target.confirmer, *finding.tape, input);
      if (again.failed) {
        finding.confirmed = true;
        finding.signature = again.signature;
        finding.report = again.report;
        finding.tape = again.tape;
      }
    } catch (const ToolError& error) {
      MeetEnvironment({error.code(), fmt::format("{}: not confirmed: {}", input, error.what())});
      if (!artifact.empty()) return;  // left to the next hunt
    }
  }
  // The engine goes by the clock on the wall, and time and memory are also short when the machine
  // is busy: alone, measured by its processor time, the input must fail again.
  const bool of_the_machine = seen == Hang() || seen == TooMuchMemory();
  if (!finding.confirmed && !known_hang && (finding.signature.empty() || of_the_machine)) {
    // Out of the way, so that the next hunt does not look at it again.
    const std::string aside = options_.out + "/unconfirmed";
    std::error_code ignored;
    fs::create_directories(aside, ignored);
    fs::rename(artifact, aside + "/" + fs::path(artifact).filename().string(), ignored);
    session_.screen.Remark(fmt::format("{}: {}, but does not fail alone; no finding, kept in {}",
                                       fs::path(artifact).filename().string(),
                                       seen.empty() ? "left by an earlier hunt" : seen.Text(),
                                       aside));
    return;
  }
  const bool confirmed = finding.confirmed || known_hang;
  const std::string name = FindingName(finding.target, finding.signature);
  if (findings_.Add(std::move(finding))) {
    const Finding& added = findings_.findings().back();
    ++target.done.findings;
    session_.screen.Remark(fmt::format("{} {}: {}{}{}", session_.screen.Bad("FINDING"),
                                       added.target, kFailMark, added.signature.Text(),
                                       confirmed ? "" : " (flaky)"));
  }
  // The tape says all that the bytes said, once it is known to fail.
  const bool written = IsFile(options_.out + "/findings/" + name + ".tape");
  std::error_code ignored;
  if (!artifact.empty() && written && confirmed) fs::remove(artifact, ignored);
  if (!artifact.empty() && written && !confirmed) {
    fs::rename(artifact, options_.out + "/findings/" + name + ".bin", ignored);
  }
}

// The hunt goes on, and says at its end that the system did not let it do all its work.
void HuntLoop::MeetEnvironment(const ToolError& error) {
  if (environment_.empty()) session_.screen.Complain(fmt::format("mapfuzz: {}", error.what()));
  environment_ = error.what();
}

void HuntLoop::Sweep() {
  for (TargetState& target : targets_) {
    try {
      target.corpus->Sweep(target.live == 0);
    } catch (const ToolError& error) {
      MeetEnvironment(error);
    }
  }
}

void HuntLoop::ShowProgress() {
  HuntSummary now = Summarize();
  for (Worker& worker : workers_) {
    if (!worker.fuzzer.has_value()) continue;
    TargetSummary& target = now.targets[static_cast<std::size_t>(worker.target - targets_.data())];
    AddPage(worker.fuzzer->Page(), target.page);
  }
  std::uint64_t executions = 0, operations = 0, reached = 0, named = 0;
  std::string running;
  for (const TargetSummary& target : now.targets) {
    executions += target.page.executions;
    operations += target.page.operations;
    reached += target.reached();
    named += target.target->milestones.size();
  }
  for (const Worker& worker : workers_) {
    if (worker.fuzzer.has_value()) running += " " + worker.target->name;
  }
  const std::string left = options_.seconds.has_value()
                               ? FormatDuration(*options_.seconds - now.seconds) + " left"
                               : FormatDuration(now.seconds) + " so far";
  const std::string line = fmt::format(
      "hunt: {}, {} executions, {} op/s, {}, milestones {}/{}, now{}", left,
      FormatCount(executions), FormatRate(static_cast<double>(operations) / now.seconds),
      Plural(now.findings.size(), "finding"), reached, named, running);
  session_.progress.Tell(line);
}

HuntSummary HuntLoop::Summarize() const {
  HuntSummary summary;
  for (const TargetState& target : targets_) {
    summary.targets.push_back(target.done);
    summary.targets.back().new_units = target.corpus->moved();
  }
  summary.findings = findings_.findings();
  summary.seconds = Elapsed();
  summary.jobs = options_.jobs;
  summary.seed = options_.seed;
  summary.map = options_.map;
  summary.control = OnControl();
  summary.options = options_.again;
  summary.policy = options_.policy.empty() ? "of the target" : options_.policy;
  summary.corpus = options_.corpus;
  summary.out = options_.out;
  summary.interrupted = Interrupted();
  summary.at_first_finding = HasFound();
  summary.allow_missed = options_.allow_missed;
  summary.sanitizers = sanitizers_.value_or(SanitizerProbe{});
  summary.races = races_;
  summary.environment = environment_;
  return summary;
}

}  // namespace mapfuzz::tool
