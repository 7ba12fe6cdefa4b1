// What one run keeps beside the maps: steps, digest, history, milestones, and how it fails.
//
// Nothing here depends on the type of the map, so it is compiled once. `runner.h` builds the loop
// on it.

#ifndef MAPFUZZ_HARNESS_RUN_CORE_H_
#define MAPFUZZ_HARNESS_RUN_CORE_H_

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "harness/key_space.h"
#include "harness/milestones.h"
#include "harness/run.h"
#include "harness/structure.h"
#include "harness/tape.h"
#include "model/iteration.h"
#include "model/model.h"

namespace mapfuzz {

// A tape does at most so many elementary steps; then its run ends.
inline constexpr std::uint64_t kMaxSteps = 16384;

// What the line of a step names beside its operation: a key or two, an iterator, a hint.
class Operands {
 public:
  Operands() = default;
  Operands(std::int32_t one) : count_(1), values_{one, 0} {}  // NOLINT: written as it is
  Operands(KeyId one, KeyId two)
      : count_(2), values_{static_cast<std::int32_t>(one), static_cast<std::int32_t>(two)} {}

  std::string Text() const;  // each with a space before it

 private:
  std::int32_t count_ = 0;
  std::int32_t values_[2] = {};
};

class RunCore {
 public:
  RunCore(const Config& config, const RunOptions& options)
      : config_(config),
        options_(options),
        value_numbers_(config.type == KeyType::kBytes
                           ? NumbersIn(config.layout.value.size, std::uint64_t{1} << 32)
                           : std::uint64_t{1} << 32) {}

  const Config& config() const { return config_; }
  RunResult& result() { return result_; }

  ModelKey KeyOf(KeyId id) const {
    return {id, CanonicalId(config_.type, id), IsNan(config_.type, id)};
  }

  // --- Steps ---
  void BeginOperation(std::size_t index) { op_index_ = index; }
  // Counts one elementary step; false if the run is over and the step must not be done.
  bool BeginStep(std::string_view op, Operands operands = {}) {
    if (over_) return false;
    if (result_.steps == kMaxSteps || result_.steps == options_.until_step) {
      over_ = true;
      stopped_ = result_.steps == options_.until_step;
      return false;
    }
    ++result_.steps;
    if (options_.operations != nullptr) {
      options_.operations->push_back(static_cast<std::uint32_t>(op_index_));
    }
    op_ = op;
    if (wants_history()) operands_ = operands;
    credit_ += kCreditPerStep;
    return true;
  }
  void NameStep(std::string_view op) { op_ = op; }
  bool over() const { return over_; }
  // Over because the caller wanted no more steps: there is to be no verdict.
  bool stopped() const { return stopped_; }
  std::uint64_t step() const { return result_.steps; }
  // What a step writes: its number, or as much of it as a value has room for.
  Value Written() const { return result_.steps & (value_numbers_ - 1); }
  std::size_t operation() const { return op_index_; }
  // The operation under way, or a step of it, is left out.
  void Skip(Fate why) { Note(op_index_, why); }
  // What became of an operation, be it the one under way or an earlier one.
  void Note(std::size_t operation, Fate fate);

  // --- Failing ---
  // Whatever fails from here on is this oracle's: after a fault, all others serve one purpose.
  void Blame(std::optional<Oracle> oracle) { blamed_ = oracle; }
  void SetSite(std::string_view site) { site_ = site; }
  // Ends the run by throwing a Failure. Returns if the oracle is switched off
  // (`RunOptions::without`), so whoever calls it has to leave everything in order for the next
  // step.
  [[gnu::cold]] void Fail(Fault fault) const;
  [[gnu::cold]] void Fail(Oracle oracle, std::string property, std::string detail) const {
    Fail(Fault{oracle, std::move(property), std::move(detail)});
  }
  void Check(std::optional<Fault> fault) const {
    if (fault) Fail(*std::move(fault));
  }
  // O1: what the map returned and what the model says. Whether they are the same.
  template <class T>
  bool Expect(const char* property, const T& map, const T& model) {
    Consult(Oracle::kResult);
    if (map == model) return true;
    FailResult(property, static_cast<std::uint64_t>(map), static_cast<std::uint64_t>(model));
    return false;
  }
  // The failure that the fault is in the step under way.
  Failure FailureOf(Fault fault) const;

  // --- Bookkeeping ---
  // An oracle is about to compare something that it could find wrong. While another has the blame,
  // it could not, and that one counts for itself.
  void Consult(Oracle oracle) {
    if (!blamed_ || *blamed_ == oracle) ++result_.consulted[static_cast<int>(oracle)];
  }
  void Hit(Milestone milestone) { ++result_.milestones[static_cast<int>(milestone)]; }
  void Digest(std::uint64_t x) {
    const std::uint64_t h = (result_.history_digest ^ x) * 0x9e3779b97f4a7c15;
    result_.history_digest = h ^ (h >> 29);
  }
  void DigestHeader(const HeaderView& header);
  void SawSize(std::uint64_t size) {
    if (size > result_.largest) result_.largest = size;
  }
  // Appends "STEP OP OPERANDS = RESULT" to the history, if one is asked for; without a result
  // nothing stands behind the operands. A state has its step's line in it.
  bool wants_history() const { return options_.history != nullptr || wants_states(); }
  void Line(const std::string& result = "");

  // --- States ---
  bool wants_states() const { return static_cast<bool>(options_.on_state); }
  // Calls `write(StateWriter&)` for all but the line of the step, and tells the state that makes.
  // Does nothing if the step's state was told before.
  template <class F>
  void TellState(F write) {
    if (told_ == result_.steps) return;
    told_ = result_.steps;
    std::string text;
    StateWriter writer(result_.steps == options_.state_in_words ? &text : nullptr);
    writer.DigestOnly(line_);
    write(writer);
    options_.on_state({result_.steps, op_index_, line_, writer.digest(), text});
    line_.clear();
  }

  // Whole-table checks are paid for by steps, so that a tape of nothing but huge copies does not
  // stand still. A check that cannot be paid is put off, not left out.
  bool Afford(std::uint64_t cells) {
    if (cells > credit_) return false;
    credit_ -= cells;
    return true;
  }

 private:
  [[gnu::cold]] void FailResult(const char* property, std::uint64_t map, std::uint64_t model) const;

  static constexpr std::uint64_t kCreditPerStep = 32;

  const Config config_;
  const RunOptions options_;
  const std::uint64_t value_numbers_;  // a power of two
  RunResult result_;
  std::size_t op_index_ = 0;
  std::string_view op_ = "make";
  Operands operands_;
  std::string line_;                 // of the step, if lines are wanted
  std::uint64_t told_ = UINT64_MAX;  // the last step whose state was told
  std::string_view site_ = "plain";
  std::optional<Oracle> blamed_;
  std::uint64_t credit_ = 1 << 16;
  bool over_ = false;
  bool stopped_ = false;
};

// What happened to a content while an iterator lived on it; for milestones.
struct IteratorStory {
  std::uint8_t growths = 0;
  bool doubling = false;
  bool same_size_after_doubling = false;
  bool cleared = false;
  bool reseeded = false;
  bool travelled = false;
  bool moved = false;  // entries may have moved since, or were about to when it began
  bool news = false;   // something above changed since the last production
};

// Hits the milestones of an iterator that has been asked for an entry.
void HitStory(IteratorStory& story, RunCore& core);

// Hits those of a production.
void HitProduction(const IterationContract& contract, int slot, const Cell* cell, RunCore& core);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_RUN_CORE_H_
