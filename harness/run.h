// Running a tape, whatever the map: options in, verdict out.
//
// `runner.h` holds the one loop that does it for every map and every engine; this file holds what
// goes in and comes out, so that tools need not see any map.

#ifndef MAPFUZZ_HARNESS_RUN_H_
#define MAPFUZZ_HARNESS_RUN_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/milestones.h"
#include "harness/op_fate.h"
#include "harness/schedule/schedule_run.h"
#include "harness/state.h"
#include "harness/tape.h"

namespace mapfuzz {

// What is asked after every step; each counts how often it was consulted: how often it compared
// something, and could have failed the run by its own name.
enum class Oracle : std::uint8_t {
  kResult,
  kContent,
  kIteration,
  kStructure,
  kCost,
  kDeterministic,
  kLifetime,
  kFault,
  kCorruption,
  kLinearizable,
  kSchedule,
};
inline constexpr int kOracles = 11;
inline constexpr std::string_view kOracleNames[kOracles] = {
    "result",   "content", "iteration",  "structure",    "cost",    "deterministic",
    "lifetime", "fault",   "corruption", "linearizable", "schedule"};

// The first difference between map and model, or the first broken rule.
struct Failure {
  std::string oracle{};      // one of kOracleNames
  std::string property{};    // which rule of it: missed-entry, stale-value, tophash, ...
  std::string op{};          // the elementary operation: put, del, next, ...
  std::string site{};        // what the map was doing: quiet, doubling, same-size, plain
  std::size_t op_index = 0;  // of the tape's operation, from 0
  std::uint64_t step = 0;    // elementary step, from 1
  std::string detail{};      // model against map, a few lines; free of addresses
  // Of a run of threads: `RunResult::taken`.
  std::optional<Schedule> taken{};

  // "oracle=... property=... op=... site=...": stable, the same for the same bug.
  std::string Signature() const;
};

struct RunOptions {
  // If not null, one line for every elementary step and its result is appended.
  std::string* history = nullptr;
  // If not null, the tape's operation (from 0) that each step belongs to is appended.
  std::vector<std::uint32_t>* operations = nullptr;
  // If not null, what was left out and what became of what was armed is appended, as it happens.
  std::vector<OpFate>* fates = nullptr;
  // What fails by this oracle's name does not end the run: it shows what all others see. An
  // exception that the map should not have thrown ends it all the same.
  std::optional<Oracle> without = std::nullopt;
  // Stop, without a verdict, after this step.
  std::uint64_t until_step = UINT64_MAX;
  // If set, called after every elementary step that ends without a verdict, and once before the
  // first, with the state of both maps. Maps that do not show theirs never call it.
  std::function<void(const StepState&)> on_state = nullptr;
  // Threads run as the system lets them, whatever the tape's schedule says: no run is like the one
  // before. To see what that is worth.
  bool free_threads = false;
  // If not null, set to how a run of threads went: their calls in columns, and the explicit
  // schedule that makes the run again. Stays as it is for tapes of one thread.
  std::string* story = nullptr;
  // If not null, set to what a run of threads decided at its points; see `schedule/explore.h`.
  std::vector<Decision>* decisions = nullptr;
  // The step of which the state is told in words, too.
  std::uint64_t state_in_words = UINT64_MAX;
};

struct RunResult {
  std::optional<Failure> failure;
  std::uint64_t history_digest = 0;  // of every result of every step, and of headers where shown
  std::uint64_t steps = 0;           // elementary steps done
  std::uint64_t skipped = 0;         // operations the map cannot do
  bool hides_state = false;          // it was asked for, and the map does not show it
  std::uint64_t largest = 0;         // most entries in the map at once
  // Of the entries at the end, whatever their order and the map's structure.
  std::uint64_t content_digest = 0;
  std::array<std::uint64_t, kOracles> consulted{};
  MilestoneCounts milestones{};
  // Why a run that did not fail was not judged to its end; empty if it was.
  std::string unjudged{};
  // Points, of either level, that threads met (`ScheduleRun::steps`).
  std::uint64_t points = 0;
  // Switches of an explicit schedule that could not be made (`ScheduleRun::untaken`).
  std::uint32_t untaken = 0;
  // Times that a thread had to let others go on after many points (`ScheduleRun::let_on`).
  std::uint32_t let_on = 0;
  // Of a run of threads: an explicit schedule that makes this very run again.
  std::optional<Schedule> taken{};
  // Operations of the tape by what the map was doing when they began: nothing, a doubling, a
  // same-size growth. For engines, to which a meeting of the two is worth an input.
  std::array<std::array<std::uint32_t, kOpCodes>, 3> meetings{};
};

// The report of a failure: the `MAPFUZZ-FAIL` line, the operations around it, map against model,
// and the commands to replay it.
std::string Report(const Tape& tape, const Failure& failure);

// The same, with the whole tape in text form behind it, so that nothing is lost with the file. A
// run of threads is told by the switches that were made, whatever chose them.
std::string ReportWithTape(const Tape& tape, const Failure& failure);

// The report with these commands in place of the general ones that it ends with, for whoever knows
// the file.
std::string WithCommands(const std::string& report, const std::string& commands);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_RUN_H_
