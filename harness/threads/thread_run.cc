#include "harness/threads/thread_run.h"

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "harness/key_space.h"
#include "harness/run_core.h"
#include "harness/schedule/backend.h"
#include "harness/schedule/run_threads.h"
#include "harness/threads/overlaps.h"
#include "harness/threads/thread_stage.h"
#include "harness/threads/thread_story.h"
#include "harness/threads/thread_turns.h"
#include "model/linearizability.h"
#include "model/sequential_key.h"

namespace mapfuzz {
namespace {

// Most histories of a tape need less than a hundred.
constexpr std::uint64_t kNodeBudget = 1 << 18;

std::string_view NameOf(OpCode code) { return kOpInfo[static_cast<int>(code)].name; }

// More points than the steps can take, however they are interleaved: an operation goes through
// every entry a few times at most. Code that is not optimised has a point at each look at a local
// variable, thousands in an operation. `exact` is false if a run may be longer than runs can be.
struct StepLimit {
  StepLimit() = default;
  StepLimit(const std::vector<SharedStep>& steps, std::uint64_t keys) {
    const auto done = static_cast<std::uint64_t>(std::count_if(
        steps.begin(), steps.end(), [](const SharedStep& step) { return !step.beyond; }));
    const std::uint64_t entries = std::min(keys, done);
    const std::uint64_t needed = (1 << 16) + done * (8192 + 1024 * entries);
    points = static_cast<std::uint32_t>(std::min<std::uint64_t>(needed, kMaxStepLimit));
    exact = needed == points;
  }

  std::uint32_t points = kMaxStepLimit;
  bool exact = false;
};

// All begin at once, as far as they can be made to.
void RunFreely(const std::vector<std::function<void()>>& bodies) {
  std::atomic<std::size_t> ready{0};
  std::vector<std::thread> threads;
  threads.reserve(bodies.size());
  for (const std::function<void()>& body : bodies) {
    threads.emplace_back([&ready, &body, all = bodies.size()] {
      ready.fetch_add(1, std::memory_order_relaxed);
      while (ready.load(std::memory_order_relaxed) != all) {
      }
      body();
    });
  }
  for (std::thread& thread : threads) thread.join();
}

class ThreadRun {
 public:
  ThreadRun(const SharedMapKind& kind, const Tape& tape, const RunOptions& options)
      : kind_(kind),
        tape_(tape),
        options_(options),
        core_(tape.config, options),
        alive_before_(kind.values_alive == nullptr ? 0 : kind.values_alive()),
        stage_(std::make_unique<ThreadStage>(kind, tape)) {
    told_.reserve(stage_->steps().size());
    TellState(true);
  }

  RunResult Run() {
    if (RunBefore()) {
      RunThem();
      if (TellSteps() && JudgeSchedule()) Judge();
      TellStory();
    }
    // To destroy a broken map may crash, and would hide the failure.
    if (stuck_ || core_.result().failure) {
      Bury();
    } else {
      TearDown();
    }
    return std::move(core_.result());
  }

 private:
  bool RunBefore();
  bool CheckBefore(const Caller::Call& call);
  void RunThem();
  bool TellSteps();
  bool JudgeSchedule();
  void TellStory();
  bool Tell(const Caller::Call& call);
  void TellState(bool at_rest);
  void Judge();
  void JudgeHistory(const ConcurrentHistory& of_threads);
  void FailHistory(const ConcurrentHistory& history, const std::vector<Caller::Call>& calls,
                   Oracle oracle);
  void TearDown();
  void Bury();

  // The first failure counts. True if the run is to go on.
  bool Fail(Oracle oracle, std::string property, std::string_view op, const SharedStep& step,
            std::string detail);
  std::uint64_t TellingOf(const SharedStep& step) const;
  bool FailThrown(const Caller& caller);
  std::string Interleaving() const;
  std::vector<Entry> Held() const;
  ConcurrentHistory HistoryOf(const std::vector<Caller::Call>& calls) const;

  const SharedMapKind& kind_;
  const Tape& tape_;
  const RunOptions& options_;
  RunCore core_;
  const std::int64_t alive_before_;  // values of maps that were kept
  std::unique_ptr<ThreadStage> stage_;
  std::map<KeyId, KeyState> model_;  // of what was there before the threads
  std::vector<Entry> initial_;
  std::string shape_before_;
  StepLimit limit_;
  std::vector<NamedRange> parts_;  // of the map, as it was before the threads began
  ScheduleRun run_;
  std::vector<Caller::Call> calls_;  // of the threads, in their order
  bool stuck_ = false;
  // The numbers of the steps' lines, each with what the step writes.
  std::vector<std::pair<Value, std::uint64_t>> told_;
  std::string step_name_;  // to which the core refers
};

bool ThreadRun::Fail(Oracle oracle, std::string property, std::string_view op,
                     const SharedStep& step, std::string detail) {
  if (options_.without == oracle) return true;
  std::optional<Failure>& failure = core_.result().failure;
  if (failure) return false;
  failure = Failure{.oracle = std::string(kOracleNames[static_cast<int>(oracle)]),
                    .property = std::move(property),
                    .op = std::string(op),
                    .site = std::string(mapfuzz::NameOf(tape_.config.shared)),
                    .op_index = step.operation,
                    .step = TellingOf(step),
                    .detail = std::move(detail) + Interleaving()};
  failure->taken = core_.result().taken;
  return false;
}

// The number of the step's line in the history; of what was read at the end, that of the last.
std::uint64_t ThreadRun::TellingOf(const SharedStep& step) const {
  const auto told = std::find_if(told_.rbegin(), told_.rend(),
                                 [&](const auto& line) { return line.first == step.value; });
  return told == told_.rend() ? core_.step() : told->second;
}

// How the threads went on, and what each of them did when it was on. Empty if they did not run, or
// not under a schedule.
std::string ThreadRun::Interleaving() const {
  if (run_.steps == 0) return "";
  return "\n" + SwitchesText(run_.taken) + TurnsText(TraceOfLastRun(parts_), parts_, calls_);
}

// The map cannot be asked any more.
bool ThreadRun::FailThrown(const Caller& caller) {
  const SharedStep& step = caller.calls.back().step;
  std::string detail = "map:   threw: " + *caller.thrown;
  if (step.thread != kBeforeThreads) {
    detail += "\n\n" + ColumnsText(HistoryOf(calls_), {});
  }
  Fail(Oracle::kResult, "exception", NameOf(step.code), step, std::move(detail));
  return false;
}

// What can be told of a map that threads share: what it answered, and its shape while no thread is
// inside.
void ThreadRun::TellState(bool at_rest) {
  if (!core_.wants_states()) return;
  core_.TellState([&](StateWriter& writer) {
    if (!at_rest) return;
    const std::string shape = stage_->map().Shape();
    writer.Line("shape", 0);
    writer.Bytes("is", reinterpret_cast<const std::uint8_t*>(shape.data()), shape.size());
  });
}

// A line of the history, and what counts of a step whoever did it.
bool ThreadRun::Tell(const Caller::Call& call) {
  const SharedStep& step = call.step;
  core_.BeginOperation(step.operation);
  const bool of_thread = step.thread != kBeforeThreads;
  step_name_ = of_thread ? "t" + std::to_string(step.thread) + ": " : "";
  step_name_ += NameOf(step.code);
  const bool on_key = HasKey(call.op.request.op);
  const auto key = static_cast<std::int32_t>(step.key);
  if (!core_.BeginStep(step_name_, on_key ? Operands(key) : Operands())) return false;
  told_.emplace_back(step.value, core_.step());
  ++core_.result().meetings[0][static_cast<int>(step.code)];
  core_.Digest(DigestOf(call.op));
  if (core_.wants_history()) core_.Line(AnswerText(call.op));
  return true;
}

bool ThreadRun::RunBefore() {
  for (const SharedStep& step : stage_->steps()) {
    if (stage_->LeavesOut(step)) {
      core_.BeginOperation(step.operation);
      core_.Skip(step.beyond ? Fate::kBeyond : Fate::kNotShared);
      continue;
    }
    if (step.thread != kBeforeThreads) continue;
    const bool done = stage_->Do(stage_->before(), step);
    if (!Tell(stage_->before().calls.back())) return false;
    if (!done) return FailThrown(stage_->before());
    if (!CheckBefore(stage_->before().calls.back())) return false;
    TellState(true);
  }
  initial_ = Held();
  core_.SawSize(initial_.size());
  return true;
}

std::vector<Entry> ThreadRun::Held() const {
  std::vector<Entry> held;
  for (const auto& [key, state] : model_) {
    if (state.present()) held.push_back({key, state.value});
  }
  return held;
}

// While nobody interferes there is one right answer.
bool ThreadRun::CheckBefore(const Caller::Call& call) {
  const MapRequest& request = call.op.request;
  const std::string name(NameOf(call.step.code));
  core_.Consult(Oracle::kResult);
  const auto fail = [&](const std::string& model) {
    return Fail(Oracle::kResult, name, name, call.step,
                "map:   " + OpText(call.op) + "\nmodel: " + model);
  };
  if (request.op == MapOp::kClear) {
    model_.clear();
    return true;
  }
  if (request.op == MapOp::kSize) {
    const std::size_t size = Held().size();
    return call.op.answer.size == size || fail(std::to_string(size));
  }
  if (request.op == MapOp::kIterate) {
    std::string wrong = WrongAtRest(call.op.answer, Held());
    return wrong.empty() || fail(wrong);
  }
  KeyState& state = model_[request.key];
  const std::optional<KeyState> after = Step(state, request, call.op.answer.key);
  if (!after) {
    return fail(state.present() ? "the value was " + std::to_string(state.value) : "no such entry");
  }
  state = *after;
  return true;
}

void ThreadRun::RunThem() {
  limit_ = StepLimit(stage_->steps(), tape_.config.keys);
  ScheduleOptions options;
  options.backend = kHasFibers ? kind_.backend : BackendKind::kThreads;
  options.step_limit = limit_.points;
  if (kind_.own_pointer != nullptr) options.own_pointer = kind_.own_pointer();
  options.keep_decisions = options_.decisions != nullptr;
  shape_before_ = stage_->map().Shape();
  if (options_.free_threads) {
    RunFreely(stage_->Bodies(initial_));
    calls_ = stage_->Calls();
    return;
  }
  stage_->map().NameParts(parts_);
  options.ranges = parts_;
  run_ = RunThreads(stage_->Bodies(initial_), tape_.schedule, options);
  calls_ = stage_->Calls();
  stuck_ = run_.end != RunEnd::kFinished;
  core_.result().taken = run_.taken;
  core_.result().points = run_.steps;
  core_.result().untaken = run_.untaken;
  core_.result().let_on = run_.let_on;
  if (options_.decisions != nullptr) *options_.decisions = run_.decisions;
  if (run_.preemptions != 0) core_.Hit(Milestone::kThreadPreempted);
  if (shape_before_.find('+') != std::string::npos) core_.Hit(Milestone::kThreadsMidGrowth);
}

// In the order of the calls, as if there were one thread.
bool ThreadRun::TellSteps() {
  for (std::size_t i = 0; i < calls_.size(); ++i) {
    if (!Tell(calls_[i])) break;
    const bool all_are_over = i + 1 == calls_.size() && !stuck_;
    TellState(all_are_over);
  }
  return !core_.stopped();
}

// A failure tells itself what each thread did.
void ThreadRun::TellStory() {
  if (options_.story == nullptr || calls_.empty()) return;
  std::string& story = *options_.story;
  story = ColumnsText(HistoryOf(calls_), {}) + "\nschedule: " + ToText(run_.taken) + "\n";
  if (options_.free_threads) return;
  story += PointsText(run_);
  if (core_.result().failure) return;
  story += TurnsText(TraceOfLastRun(parts_), parts_, calls_) + "\n";
}

// Whether all threads are over.
bool ThreadRun::JudgeSchedule() {
  if (calls_.empty()) return true;
  core_.Consult(Oracle::kSchedule);
  const auto story = [&] { return ColumnsText(HistoryOf(calls_), {}); };
  const SharedStep& last = calls_.back().step;
  if (run_.end == RunEnd::kDeadlock) {
    Fail(Oracle::kSchedule, "deadlock", "run", last, run_.deadlock + "\n" + story());
  } else if (run_.end == RunEnd::kStepLimit) {
    const std::string met = "no end after " + std::to_string(limit_.points) + " points";
    if (limit_.exact) {
      Fail(Oracle::kSchedule, "step-limit", "run", last, met + "\n" + story());
    } else {
      core_.result().unjudged = met + ", and a tape of so many steps may need more";
    }
  } else if (!options_.free_threads && kind_.traced &&
             tape_.schedule.level == PointLevel::kAccesses && run_.IsBlind()) {
    Fail(Oracle::kSchedule, "no-steps", "run", last,
         "no thread met a point: the map is not compiled with points at loads and stores");
  }
  return !stuck_;
}

void ThreadRun::Judge() {
  for (const Caller& caller : stage_->threads()) {
    if (caller.thrown && !FailThrown(caller)) return;
  }
  if (stage_->map().Shape() != shape_before_) core_.Hit(Milestone::kGrownByThreads);
  stage_->ReadAll();
  if (stage_->after().thrown) return void(FailThrown(stage_->after()));
  std::uint64_t sum = 0;
  for (const Caller::Call& call : stage_->after().calls) {
    sum += DigestOf(call.op.answer.key);
    core_.SawSize(call.op.answer.produced.size());
  }
  core_.result().content_digest = Mix(sum);
  core_.Digest(sum);
  const ConcurrentHistory history = HistoryOf(calls_);
  HitOverlaps(history, core_);
  JudgeHistory(history);
  if (kind_.shows_rest) core_.Consult(Oracle::kStructure);
  if (std::optional<RestFault> fault = stage_->map().FindFault()) {
    Fail(Oracle::kStructure, fault->property, "end", stage_->after().calls.back().step,
         fault->detail + "\n");
  }
}

ConcurrentHistory ThreadRun::HistoryOf(const std::vector<Caller::Call>& calls) const {
  ConcurrentHistory history;
  history.initial = initial_;
  history.ops.reserve(calls.size());
  for (const Caller::Call& call : calls) history.ops.push_back(call.op);
  return history;
}

void ThreadRun::JudgeHistory(const ConcurrentHistory& of_threads) {
  const LinearizabilityOptions options{kind_.promises, kNodeBudget};
  const std::vector<Caller::Call>& after = stage_->after().calls;
  ConcurrentHistory whole = of_threads;
  for (const Caller::Call& call : after) whole.ops.push_back(call.op);
  const LinearizabilityResult result = CheckLinearizability(whole, options);
  if (result.verdict == Linearizability::kUndecided) {
    core_.result().unjudged = "whether the history is linearizable is too hard to decide";
    return;
  }
  if (!calls_.empty()) core_.Consult(Oracle::kLinearizable);
  core_.Consult(Oracle::kContent);
  if (result.verdict == Linearizability::kLinearizable) return;
  if (CheckLinearizability(of_threads, options).verdict == Linearizability::kNotLinearizable) {
    FailHistory(of_threads, calls_, Oracle::kLinearizable);
    return;
  }
  std::vector<Caller::Call> all = calls_;
  all.insert(all.end(), after.begin(), after.end());
  FailHistory(whole, all, Oracle::kContent);
}

void ThreadRun::FailHistory(const ConcurrentHistory& history,
                            const std::vector<Caller::Call>& calls, Oracle oracle) {
  const LinearizabilityOptions options{kind_.promises, kNodeBudget};
  std::vector<std::size_t> part;
  if (std::optional<MinimalPart> minimal = FindMinimalPart(history, options)) {
    part = std::move(minimal->ops);
  } else {
    part = OpsByCall(history);
  }
  const SharedStep& step = calls[SurpriseOf(history, part)].step;
  const std::string name(NameOf(step.code));
  const bool at_end = oracle == Oracle::kContent;
  Fail(oracle, at_end ? "end-state" : name, at_end ? "end" : name, step,
       ContradictionText(history, part));
}

void ThreadRun::TearDown() {
  stage_->DestroyMap();
  if (kind_.values_alive == nullptr || core_.stopped()) return;
  core_.Consult(Oracle::kLifetime);
  const std::int64_t alive = kind_.values_alive() - alive_before_;
  if (alive == 0) return;
  Fail(Oracle::kLifetime, "values-left", "end", {},
       "map:   " + std::to_string(alive) + " values alive after its end\nmodel: 0");
}

// Kept for ever, and reachable, so that nothing counts as leaked.
void ThreadRun::Bury() {
  static auto* const graves = new std::vector<std::unique_ptr<ThreadStage>>;
  graves->push_back(std::move(stage_));
}

}  // namespace

RunResult RunSharedTape(const SharedMapKind& kind, const Tape& tape, const RunOptions& options) {
  const Tape canonical = Canonical(tape);
  return ThreadRun(kind, canonical, options).Run();
}

}  // namespace mapfuzz
