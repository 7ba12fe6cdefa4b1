#include "harness/schedule/explore.h"

#include <cstddef>
#include <utility>
#include <vector>

#include "harness/schedule/chooser.h"

namespace mapfuzz {
namespace {

int DefaultOf(const Decision& decision) {
  return Choice{decision.point, decision.current, decision.candidates, false}.Default();
}

// The decisions of the last run, depth first: those before the last one that is left to vary stay.
class Walk {
 public:
  explicit Walk(std::uint32_t preemptions) : bound_(preemptions) {}

  Schedule NextSchedule(PointLevel level) const {
    std::vector<Switch> switches;
    for (const Step& step : steps_) {
      const Decision& decision = step.decision;
      if (decision.chosen != DefaultOf(decision)) {
        switches.push_back({decision.point, decision.chosen});
      }
    }
    return ExplicitSchedule(level, std::move(switches));
  }

  // Takes over what the run decided behind the known steps. False if it strayed from those.
  bool Follow(const std::vector<Decision>& decisions) {
    if (decisions.size() < steps_.size()) return false;
    for (std::size_t i = 0; i < steps_.size(); ++i) {
      if (decisions[i] != steps_[i].decision) return false;
    }
    for (std::size_t i = steps_.size(); i < decisions.size(); ++i) {
      steps_.push_back({decisions[i], SetOf(decisions[i].chosen), PreemptionsSoFar()});
    }
    return true;
  }

  // Varies the last decision that can be. False if none can.
  bool Advance() {
    for (; !steps_.empty(); steps_.pop_back()) {
      Step& step = steps_.back();
      for (int thread = 0; thread < kMaxThreads; ++thread) {
        if (!Has(step.decision.candidates, thread) || Has(step.tried, thread)) continue;
        Decision varied = step.decision;
        varied.chosen = static_cast<std::uint8_t>(thread);
        if (step.preemptions_before + (varied.IsPreemption() ? 1 : 0) > bound_) continue;
        step.decision = varied;
        step.tried |= SetOf(thread);
        return true;
      }
    }
    return false;
  }

 private:
  struct Step {
    Decision decision;
    ThreadSet tried;
    std::uint32_t preemptions_before;
  };

  std::uint32_t PreemptionsSoFar() const {
    if (steps_.empty()) return 0;
    const Step& last = steps_.back();
    return last.preemptions_before + (last.decision.IsPreemption() ? 1 : 0);
  }

  std::uint32_t bound_;
  std::vector<Step> steps_;
};

}  // namespace

ExploreResult Explore(const ExploreOptions& options,
                      const std::function<ScheduleRun(const Schedule&)>& run_once,
                      const std::function<bool(const ScheduleRun&)>& visit) {
  ExploreResult result;
  Walk walk(options.preemptions);
  do {
    if (result.runs == options.max_runs) {
      result.end = ExploreEnd::kMaxRuns;
      return result;
    }
    const ScheduleRun run = run_once(walk.NextSchedule(options.level));
    ++result.runs;
    if (!walk.Follow(run.decisions)) {
      result.end = ExploreEnd::kStrayed;
      return result;
    }
    if (!visit(run)) {
      result.end = ExploreEnd::kStopped;
      return result;
    }
  } while (walk.Advance());
  return result;
}

}  // namespace mapfuzz
