#include "harness/threads/thread_run.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "harness/schedule/testing/both_backends.h"
#include "harness/tape_mutator.h"
#include "harness/tape_text.h"
#include "harness/threads/toy_shared_map.h"

#if defined(MAPFUZZ_UNDER_TSAN)
// Locks are taken in opposite orders on purpose, and the scheduler tells of deadlocks itself.
extern "C" __attribute__((no_sanitize("thread"))) const char* __tsan_default_options() {
  return "detect_deadlocks=0";
}
#endif

namespace mapfuzz {
namespace {

using Bug = SharedToyBug;

// Has nothing in it, and no lock.
struct UnlockedToy {
  static constexpr Promises kPromises{};
  static constexpr BackendKind kBackend = BackendKind::kFibers;

  explicit UnlockedToy(const Config&) {}
  KeyAnswer Put(KeyId, Value) { return {}; }
  KeyAnswer Get(KeyId) { return {.found = false, .value = {}}; }
  KeyAnswer Has(KeyId) { return {.found = false, .value = {}}; }
  KeyAnswer Del(KeyId) { return {.found = false, .value = {}}; }
  KeyAnswer Try(KeyId, Value) { return {}; }
  void Clear() {}
  void Iterate(const VisitEntry&) {}
};

constexpr SharedMapKind kToy = SharedMapKindOf<ToySharedMap>();

Tape ParseTape(const std::string& body, const std::string& headers = "") {
  return ParseTapeText("mapfuzz tape v1\nmap: locked\n" + headers + body + "end\n", "t").tape;
}

RunResult RunToy(Bug bug, const Tape& tape, const RunOptions& options = {}) {
  shared_toy_bug = bug;
  const RunResult result = RunSharedTape(kToy, tape, options);
  shared_toy_bug = Bug::kNone;
  return result;
}

std::string VerdictOf(const RunResult& result) {
  return result.failure ? result.failure->oracle + "/" + result.failure->property : "";
}

// The failure under the first of many schedules that shows one.
std::optional<Failure> FirstFailure(Bug bug, Tape tape, std::uint32_t seeds = 300) {
  for (std::uint32_t seed = 0; seed < seeds; ++seed) {
    tape.schedule = RandomSchedule(PointLevel::kLocks, seed, 1 + seed % 3);
    if (const auto failure = RunToy(bug, tape).failure) return failure;
  }
  return std::nullopt;
}

struct Planted {
  Bug bug;
  std::string_view verdict;
  std::string body;
};

const Planted kPlanted[] = {
    {Bug::kAddForgets, "linearizable/add", "t0: add 1\nt1: add 1\nt0: get 1\n"},
    {Bug::kPutForgetsEntry, "content/end-state", "put 1\nt0: put 1\nt1: put 2\n"},
    {Bug::kCasIgnoresValue, "linearizable/cas", "put 1\nt0: cas 1\nt1: cas 1\n"},
    {Bug::kIterateSlips, "linearizable/iterate",
     "fill 1 2\nt0: iterate 0\nt1: put 1\nt1: put 2\nt1: put 1\nt1: put 2\n"},
    {Bug::kSizeCountsTwice, "linearizable/size", "put 1\nt0: put 1\nt1: size\n"},
    {Bug::kTwoLocks, "schedule/deadlock", "t0: del 1\nt1: try 1\n"},
    {Bug::kNoEnd, "schedule/step-limit", "t0: del 1\nt1: get 1\n"},
    {Bug::kThrows, "result/exception", "t0: put 1\nt1: put 2\n"},
    {Bug::kWrongAlone, "result/get", "put 1\nget 1\nt0: get 1\n"},
    {Bug::kLeavesValues, "lifetime/values-left", "put 1\nt0: get 1\n"},
    {Bug::kRestsWrong, "structure/wrong-at-rest", "t0: put 1\n"},
};

TEST(ThreadRunTest, SeesEveryPlantedBugByTheOracleThatItIsFor) {
  for (const auto& [bug, verdict, body] : kPlanted) {
    const std::optional<Failure> failure = FirstFailure(bug, ParseTape(body));
    ASSERT_TRUE(failure.has_value()) << verdict;
    EXPECT_EQ(failure->oracle + "/" + failure->property, verdict) << failure->detail;
    EXPECT_EQ(failure->site, "locked");
  }
}

TEST(ThreadRunTest, WithoutTheBugNoneOfTheseTapesFails) {
  for (const auto& [bug, verdict, body] : kPlanted) {
    const std::optional<Failure> failure = FirstFailure(Bug::kNone, ParseTape(body), 50);
    EXPECT_FALSE(failure.has_value()) << body << failure->detail;
  }
}

// A build whose points were lost on the way interleaves nothing, and would find nothing. Under the
// thread sanitizer there is none: its own calls are the points, here as everywhere.
TEST(ThreadRunTest, ABuildThatMeetsNoPointIsSeenIfItShouldHaveSome) {
  constexpr SharedMapKind kBlind = SharedMapKindOf<UnlockedToy>(true);
  Tape tape = ParseTape("t0: get 1\nt1: get 1\n");
  tape.schedule = RandomSchedule(PointLevel::kAccesses, 1, 1);
  EXPECT_EQ(VerdictOf(RunSharedTape(kBlind, tape)), kUnderTsan ? "" : "schedule/no-steps");
  tape.schedule.level = PointLevel::kLocks;
  EXPECT_EQ(VerdictOf(RunSharedTape(kBlind, tape)), "");
}

TEST(ThreadRunTest, AnOracleThatIsSwitchedOffDoesNotEndTheRun) {
  RunOptions options;
  options.without = Oracle::kStructure;
  const Tape tape = ParseTape("t0: put 1\n");
  EXPECT_EQ(VerdictOf(RunToy(Bug::kRestsWrong, tape, options)), "");
}

TEST(ThreadRunTest, ALostUpdateIsReplayedByTheSwitchesThatMadeIt) {
  const Tape tape = ParseTape("t0: add 1\nt1: add 1\nt0: get 1\n");
  const std::optional<Failure> failure = FirstFailure(Bug::kAddForgets, tape);
  ASSERT_TRUE(failure.has_value() && failure->taken.has_value());
  EXPECT_EQ(failure->taken->kind, ScheduleKind::kExplicit);
  Tape replay = tape;
  replay.schedule = *failure->taken;
  const Tape parsed = ParseTapeText(ToText(replay), "t").tape;
  EXPECT_EQ(parsed, replay);
  const RunResult again = RunToy(Bug::kAddForgets, parsed);
  ASSERT_TRUE(again.failure.has_value());
  EXPECT_EQ(again.failure->Signature(), failure->Signature());
  EXPECT_EQ(again.failure->detail, failure->detail);
  EXPECT_EQ(again.failure->taken, failure->taken);
}

TEST(ThreadRunTest, TheReportShowsColumnsAndSwitchesAndEndsInATapeThatReplays) {
  Tape tape = ParseTape("put 3\nt0: add 1\nt1: add 1\nt0: get 3\n");
  const Schedule first = RandomSchedule(PointLevel::kLocks, 0, 1);
  std::optional<Failure> failure;
  for (tape.schedule = first; !failure; ++tape.schedule.seed) {
    ASSERT_LT(tape.schedule.seed, 300u);
    failure = RunToy(Bug::kAddForgets, tape).failure;
  }
  --tape.schedule.seed;
  const std::string report = ReportWithTape(tape, *failure);
  for (const std::string_view part :
       {"MAPFUZZ-FAIL oracle=linearizable property=add op=add site=locked\n",
        "no order of these operations explains what they told:\n", "the whole run, with these",
        "the threads went on as in: explicit locks ", " turn by turn:\n", " lock mutex",
        "\nthe schedule was: random locks seed "}) {
    EXPECT_NE(report.find(part), report.npos) << part << "\nis not in\n" << report;
  }
  const std::string_view kTape = "\nthe whole tape:\n";
  const TextTape told =
      ParseTapeText(std::string_view(report).substr(report.find(kTape) + kTape.size()), "report");
  EXPECT_EQ(told.expect, "linearizable/add");
  EXPECT_EQ(VerdictOf(RunToy(Bug::kAddForgets, told.tape)), told.expect);
}

TEST(ThreadRunTest, TheSameTapeIsTheSameRun) {
  Tape tape;
  tape.config.shared = SharedKind::kLocked;
  tape = Canonical(tape);
  const auto shape = [](Config config) {
    config.shared = SharedKind::kLocked;
    config.keys = std::min(config.keys, 16u);
    return config;
  };
  for (std::uint32_t seed = 0; seed < 300; ++seed) {
    Mutate(tape, seed, 100, shape);
    const RunResult first = RunToy(Bug::kNone, tape);
    const RunResult second = RunToy(Bug::kNone, tape);
    ASSERT_EQ(VerdictOf(first), "") << ToText(tape) << first.failure->detail;
    ASSERT_EQ(first.history_digest, second.history_digest) << ToText(tape);
    ASSERT_EQ(first.content_digest, second.content_digest) << ToText(tape);
    ASSERT_EQ(first.steps, second.steps);
  }
}

TEST(ThreadRunTest, TheHistoryHasALineForEveryStepInTheOrderOfTheCalls) {
  std::string history;
  RunOptions options;
  options.history = &history;
  const Tape tape = ParseTape("fill 1 2\nt0: del 1\nt1: cas 2\nt1: size\nt0: pop 1\n",
                              "schedule: explicit locks 0>1\n");
  const RunResult result = RunToy(Bug::kNone, tape, options);
  EXPECT_EQ(VerdictOf(result), "");
  EXPECT_EQ(history,
            "1 put 1 = absent\n"
            "2 put 2 = absent\n"
            "3 t1: cas 2 = true\n"
            "4 t1: size = 2\n"
            "5 t0: del 1 = found\n");
  EXPECT_EQ(result.steps, 5u);
  EXPECT_EQ(result.skipped, 1u) << "a toy cannot pop";
  EXPECT_GT(result.points, 0u);
  EXPECT_EQ(result.untaken, 0u);
}

TEST(ThreadRunTest, SwitchesThatCannotBeMadeAreCounted) {
  const RunResult result =
      RunToy(Bug::kNone,
             ParseTape("t0: put 1\nt1: put 2\n", "schedule: explicit locks 0>1 8000>0 9000>1\n"));
  EXPECT_EQ(VerdictOf(result), "");
  EXPECT_EQ(result.untaken, 2u);
}

TEST(ThreadRunTest, TellsAStateForEveryStepThatIsTheSameEveryTime) {
  const Tape tape = ParseTape("put 1\nt0: put 1\nt0: get 1\nt1: del 1\n");
  const auto states = [&](Bug bug) {
    std::vector<std::uint64_t> digests;
    RunOptions options;
    options.on_state = [&](const StepState& state) { digests.push_back(state.digest); };
    RunToy(bug, tape, options);
    return digests;
  };
  const std::vector<std::uint64_t> first = states(Bug::kNone);
  EXPECT_EQ(first.size(), 5u) << "one before the first step";
  EXPECT_EQ(states(Bug::kNone), first);
}

TEST(ThreadRunTest, TellsHowTheThreadsWentAndHowTheyGoSoAgain) {
  const auto story_of = [](const Tape& tape) {
    std::string story;
    RunOptions options;
    options.story = &story;
    RunToy(Bug::kNone, tape, options);
    return story;
  };
  EXPECT_EQ(story_of(ParseTape("put 1\n")), "") << "no thread did anything";
  Tape tape = ParseTape("put 1\nt0: put 1\nt0: get 1\nt1: del 1\n",
                        "schedule: random locks seed 3 chance 1/2\n");
  const std::string story = story_of(tape);
  EXPECT_NE(story.find("| thread 0"), std::string::npos) << story;
  EXPECT_NE(story.find("del 1 -> "), std::string::npos) << story;
  EXPECT_NE(story.find("\nturn by turn:\n"), std::string::npos) << story;
  const std::string mark = "\nschedule: ";
  const std::size_t at = story.find(mark);
  ASSERT_NE(at, std::string::npos) << story;
  const std::string taken = story.substr(at + mark.size());
  tape.schedule = ParseSchedule(taken.substr(0, taken.find('\n')), "t");
  EXPECT_EQ(story_of(tape), story);
}

TEST(ThreadRunTest, ALongTapeThatDoesNotComeToItsEndIsNotJudged) {
  const RunResult result = RunToy(Bug::kNoEnd, ParseTape("fill 0 600\nt0: del 1\nt1: get 1\n"));
  EXPECT_EQ(VerdictOf(result), "");
  EXPECT_NE(result.unjudged.find("no end after "), std::string::npos) << result.unjudged;
  EXPECT_EQ(RunToy(Bug::kNone, ParseTape("put 1\nt0: get 1\n")).unjudged, "");
}

TEST(ThreadRunTest, TellsThatAThreadHadToLetOthersGoOn) {
  const Tape spins = ParseTape("t0: del 1\nt1: put 1\n");
  EXPECT_GT(RunToy(Bug::kNoEnd, spins).let_on, 0u);
  EXPECT_EQ(RunToy(Bug::kNone, spins).let_on, 0u);
}

TEST(ThreadRunTest, StopsWithoutAVerdictWhereItIsToldTo) {
  RunOptions options;
  options.until_step = 1;
  const Tape tape = ParseTape("put 1\nget 1\nt0: get 1\n");
  const RunResult result = RunToy(Bug::kWrongAlone, tape, options);
  EXPECT_EQ(VerdictOf(result), "");
  EXPECT_EQ(result.steps, 1u);
}

TEST(ThreadRunTest, ComparesWithWhatTheThreadSawLast) {
  std::string history;
  RunOptions options;
  options.history = &history;
  RunToy(Bug::kNone,
         ParseTape("put 1\nt0: cas 1\nt0: casdel 1\nt1: casdel 1\nt1: put 2\nt1: casdel 2\n"),
         options);
  EXPECT_EQ(history,
            "1 put 1 = absent\n"
            "2 t0: cas 1 = true\n"
            "3 t0: casdel 1 = true\n"
            "4 t1: casdel 1 = false\n"
            "5 t1: put 2 = absent\n"
            "6 t1: casdel 2 = true\n");
}

TEST(ThreadRunTest, CountsWhatOverlapped) {
  Tape tape = ParseTape(
      "fill 1 3\nt0: put 1\nt0: clear\nt0: cas 1\nt1: put 1\nt1: iterate 0\nt1: size\n"
      "t1: put 1\n");
  MilestoneCounts all{};
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    tape.schedule = RandomSchedule(PointLevel::kLocks, seed, 1);
    const RunResult result = RunToy(Bug::kNone, tape);
    for (int i = 0; i < kMilestones; ++i) all[i] += result.milestones[i];
  }
  for (const Milestone milestone :
       {Milestone::kThreadPreempted, Milestone::kOverlapOnKey, Milestone::kWritesOverlap,
        Milestone::kIterationOverWrite, Milestone::kClearOverWrite, Milestone::kSizeOverWrite,
        Milestone::kCompareFailed}) {
    EXPECT_GT(all[static_cast<int>(milestone)], 0u) << MilestoneName(milestone);
  }
  EXPECT_EQ(all[static_cast<int>(Milestone::kDoublingStarted)], 0u);
}

TEST(ThreadRunTest, LongTapesAreCutAndEnd) {
  const Tape tape = ParseTape("fill 0 4000\nt0: fill 0 4000\nt1: look 0 4000\n");
  const RunResult result = RunToy(Bug::kNone, tape);
  EXPECT_EQ(VerdictOf(result), "");
  EXPECT_LT(result.steps, 3000u);
}

}  // namespace
}  // namespace mapfuzz
