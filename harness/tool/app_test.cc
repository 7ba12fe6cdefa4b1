// The whole command, run as a program: this test binary is `mapfuzz` itself, with a map that
// fails, traps, hangs or wavers as the tape's seed says, when it is called with a command; and a
// fuzz target, when its name ends in `_fuzzer`.

#include "harness/tool/app.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "harness/state.h"
#include "harness/stats.h"
#include "harness/tape_binary.h"
#include "harness/tape_text.h"
#include "harness/tool/app_fixture.h"
#include "harness/tool/error.h"
#include "harness/tool/sanitizer_probe.h"
#include "harness/violation.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;

// This program is the `mapfuzz` of a build tree called "edited": there a `del` leaves another state
// behind, and a `clear` traps.
bool g_edited = false;
bool g_races = false;

// In a tree with a map that says "altered" every operation does.
bool g_altered = false;

// What the map of this program's own build tree says, if it has one: `sees ORACLE` to each oracle
// that finds something, `wavers` and `traps` to those that are none of the runner's.
std::string g_map;
bool OwnMapSays(const std::string& word) { return g_map.find(word) != std::string::npos; }

// The first of the runner's oracles to find something, unless it is switched off.
std::optional<Failure> FailureInMap(const RunOptions& options) {
  for (int i = 0; i < kOracles; ++i) {
    const std::string name(kOracleNames[i]);
    if (options.without == static_cast<Oracle>(i) || !OwnMapSays("sees " + name)) continue;
    return Failure{name, "planted", "put", "plain", 0, 1, "map: 1"};
  }
  return std::nullopt;
}

// The state after the last step, which the operation made.
void TellFakeState(const RunOptions& options, std::size_t operation, OpCode code,
                   const std::string& line, std::uint64_t step) {
  std::string text;
  StateWriter writer(step == options.state_in_words ? &text : nullptr);
  writer.Line("map", 0);
  writer.Word("count", step + ((g_edited && code == OpCode::kDel) || g_altered ? 1000 : 0));
  options.on_state({step, operation, line, writer.digest(), text});
}

// Every operation is a step, but `begin` on a control and `fault`, which no step meets. A control
// shows no state.
RunResult RunFake(std::string_view map, const Tape& tape, const RunOptions& options) {
  RunResult result;
  result.consulted[0] = tape.config.seed == kAsksNobody ? 0 : 1;
  const bool tells = options.on_state && map == "hmap";
  result.hides_state = options.on_state && !tells;
  if (tells) TellFakeState(options, 0, OpCode::kPut, "", 0);
  for (std::uint32_t i = 0; i < tape.ops.size() && result.steps < options.until_step; ++i) {
    const OpCode code = tape.ops[i].code;
    if (code == OpCode::kFault) {
      if (options.fates != nullptr) {
        options.fates->push_back({.operation = i, .fate = Fate::kUnmet});
      }
    } else if (code == OpCode::kBegin && map != "hmap") {
      ++result.skipped;
      options.fates->push_back({.operation = i, .fate = Fate::kNoIterators});
    } else {
      ++result.steps;
      if (g_edited && code == OpCode::kClear) __builtin_trap();
      const std::string line = std::to_string(result.steps) + " " + OpText(tape.ops[i]) + " = ok";
      if (options.history != nullptr) *options.history += line + "\n";
      if (options.operations != nullptr) options.operations->push_back(i);
      if (tells) TellFakeState(options, i, code, line, result.steps);
    }
  }
  result.history_digest = tape.config.seed + 1;
  const std::uint32_t seed = tape.config.seed;
  if (seed == kTraps) __builtin_trap();
  if (seed == kHangs) pause();
  if (seed == kHasNoVerdict) _exit(kExitEnvironment);
  if (seed == kWavers || OwnMapSays("wavers")) {
    result.history_digest = static_cast<std::uint64_t>(getpid());
  }
  if (seed == kDependsOnAnAddress) {
    result.history_digest = std::bit_cast<std::uintptr_t>(std::make_unique<Tape>().get());
  }
  if (OwnMapSays("traps") && !OwnMapSays("unsanitised")) __builtin_trap();
  result.failure = FailureInMap(options);
  const bool go119 = tape.config.policy == PolicyKind::kGo119;
  // Threads have one choice, who begins, and it is the second that fails.
  const std::size_t switches = tape.schedule.switches.size();
  const bool second_begins = switches != 0;
  if (switches > 1) result.untaken = static_cast<std::uint32_t>(switches - 1);
  if (options.decisions != nullptr) {
    *options.decisions = {{0, 0b11, -1, static_cast<std::uint8_t>(second_begins ? 1 : 0)}};
  }
  const bool fails = seed == kFails && (second_begins || !IsShared(tape.config));
  if (fails || (seed == kFailsUnderGo119 && go119)) {
    result.failure = Failure{"iteration", "missed-entry", "next", "doubling", 0, 1, "map: 1"};
  }
  return result;
}

TraceResult ReplayFake(std::string_view text, std::string_view) {
  const bool exact = text.find("wrong") == std::string_view::npos && !OwnMapSays("sees trace");
  return {text.size(), exact, "line 2 differs"};
}

Config ShapeFake(Config config) {
  config.type = KeyType::kU32;
  config.policy = PolicyKind::kStrict;
  return config;
}

Config ShapeOther(Config config) {
  config.policy = PolicyKind::kChecked;
  return config;
}

Config ShapeThreads(Config config) {
  config.shared = SharedKind::kLocked;
  return config;
}

// What the fake programs were built with: the address sanitizer, in a tree called `races` the
// thread sanitizer, or what FAKE_SANITIZERS says.
Sanitizers FakeSanitizers() {
  if (g_races) return kThreadSanitizer;
  const char* const said = std::getenv("FAKE_SANITIZERS");
  if (said == nullptr) return kAddressSanitizer | kLeakSanitizer;
  return static_cast<Sanitizers>(std::atoi(said));
}

// Dies of the report, unless FAKE_BLIND names the violation.
void ViolateFake(Violation violation) {
  const char* const blind = std::getenv("FAKE_BLIND");
  const int index = static_cast<int>(violation);
  if (blind != nullptr && kViolationNames[index] == blind) return;
  fprintf(stderr, "==1==ERROR: %s\n", ReportMark(violation).data());
  _exit(1);
}

Registry FakeRegistry() {
  Registry registry;
  registry.maps = {"hmap", "std"};
  registry.targets = {
      {"fake", "a target", ShapeFake, {static_cast<Milestone>(0)}, {Oracle::kResult}},
      {"other", "another", ShapeOther, {}, {}}};
  if (std::getenv("FAKE_THREADS") != nullptr) registry.targets[1].shape = ShapeThreads;
  registry.run_tape = RunFake;
  registry.replay_trace = ReplayFake;
  registry.violate = ViolateFake;
  registry.built_with = FakeSanitizers();
  registry.corpus_dir = "/no/corpus";
  return registry;
}

// The map of a planted bug's tree.
bool MapSays(const std::string& word, const std::string& tree) {
  return ReadOrEmpty(tree + "/hmap/map.h").find(word) != std::string::npos;
}

// Dies of a start input before it has replayed them all.
int DieOf(const std::string& input, const std::string& artifact_prefix, const std::string& stats) {
  MapStatsPage(stats).executions = 40;
  WriteAtomically(artifact_prefix + "crash-1", ReadOrEmpty(input));
  fprintf(stderr, "MAPFUZZ-FAIL oracle=content property=lost-entry op=put site=quiet\n");
  return 77;
}

// What libFuzzer leaves behind, without libFuzzer. The start folder's content says how it ends:
// a file `start/seed-finds...` makes it die once of a finding, and so does a bug in the map of its
// own build tree. With `start/seed-flickers...` the finding's tape passes afterwards, with
// `start/seed-wavers...` it gives two histories.
int FakeFuzzer(int argc, char** argv) {
  std::string artifact_prefix, stats, unit = "/unit";
  std::uint64_t runs = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::string value = argument.substr(std::min(argument.find('=') + 1, argument.size()));
    if (argument.rfind("-artifact_prefix=", 0) == 0) artifact_prefix = value;
    if (argument.rfind("--mapfuzz_stats=", 0) == 0) stats = value;
    if (argument.rfind("--mapfuzz_violate=", 0) == 0) {
      LiveToViolate(FakeSanitizers(), *ViolationNamed(value), ViolateFake);
    }
    if (argument == "--mapfuzz_map=std") unit = "/unit-of-std";
    if (argument.rfind("-runs=", 0) == 0) runs = std::stoull(value);
  }
  const std::string new_units = argv[argc - 2], start = argv[argc - 1];
  const std::uint64_t replayed = FilesUnder(start).size() + FilesUnder(new_units).size() + 1;
  const auto has = [&](const std::string& word) {
    for (const std::string& file : FilesUnder(start)) {
      if (file.find("seed-" + word) != std::string::npos) return true;
    }
    return false;
  };
  if (has("dies")) return 9;
  const bool planted = MapSays("planted", fs::path(argv[0]).parent_path().string() + "/../..");
  if (has("crowd") && FilesUnder(start).size() > 16) {
    return DieOf(FilesUnder(start).front(), artifact_prefix, stats);
  }
  StatsPage& page = MapStatsPage(stats);
  page.executions = runs;
  page.operations = has("idles") ? 0 : runs * 10;
  page.mutated_operations = has("stalls") ? 0 : page.operations;
  page.coverage = {.looks = 20, .least = 7, .most = has("stares") ? 7u : 9u};
  page.built_with = has("mixed") ? 0 : FakeSanitizers();
  if (!has("ignores")) page.consulted[0] = 1;
  if (!has("misses")) page.milestones[0] = 1;
  fprintf(stderr, "#%llu\tINITED cov: 1\n", static_cast<unsigned long long>(replayed));
  WriteAtomically(new_units + unit, unit);
  // What the finding's tape does in a process of its own.
  const std::uint32_t seed = has("flickers") ? kFine : has("wavers") ? kWavers : kFails;
  if ((planted || seed != kFails || has("finds")) && !IsFile(start + "/found")) {
    WriteAtomically(start + "/found", "x");
    page.executions = runs / 2;
    Tape tape;
    tape.config.seed = seed;
    tape.ops.resize(3);
    const std::vector<std::uint8_t> bytes = ToBinary(tape);
    // On a full disk the engine leaves a file of no bytes; the report still has the tape.
    WriteAtomically(artifact_prefix + "crash-1",
                    {reinterpret_cast<const char*>(bytes.data()), has("full") ? 0 : bytes.size()});
    fprintf(stderr, "MAPFUZZ-FAIL oracle=iteration property=missed-entry op=next site=doubling\n");
    fprintf(stderr, "\nthe whole tape:\n%s", ToText(tape).c_str());
    return 77;
  }
  return 0;
}

TEST_F(MapfuzzTest, TellsBadInputFromFindings) {
  for (const std::string& content : {std::string("hello\n"), std::string("mapfuzz tape v9\n"),
                                     std::string("mapfuzz tape v1\nput\n")}) {
    const std::string file = folder_.Put("bad", content);
    for (const char* command : {"replay", "show"}) {
      const Outcome run = Run({command, file});
      EXPECT_EQ(run.code, kExitUsage) << run.output;
      EXPECT_TRUE(run.Says(file)) << run.output;
    }
  }
  EXPECT_EQ(Run({"show", folder_ / "missing"}).code, kExitUsage);
  EXPECT_EQ(Run({"show", folder_.path()}).code, kExitUsage);
}

TEST_F(MapfuzzTest, TakesUsageErrorsForUsageErrors) {
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"frob"},
                                             {"replay"},
                                             {"replay", "--frob", "x"},
                                             {"hunt", "nosuch"},
                                             {"hunt", "--for", "5x"},
                                             {"cost", "--help"},
                                             {"cost", "-h"},
                                             {"replay", "--map", "nosuch", "x"}}) {
    EXPECT_EQ(Run(arguments).code, kExitUsage) << arguments[0];
  }
  EXPECT_TRUE(Run({"cost", "--help"}).Says("`cost` is no command")) << "and not the general help";
  EXPECT_TRUE(Run({"lists", "--help"}).Says("did you mean `list`?"));
  EXPECT_EQ(Run({"replay", "--help"}).code, kExitClean);
  EXPECT_TRUE(Run({"replay", "--help"}).Says("Examples:"));
}

}  // namespace

int TestMain(int argc, char** argv) {
  const std::string name = fs::path(argv[0]).filename().string();
  const fs::path build = fs::path(argv[0]).parent_path();
  g_edited = build.filename() == "edited";
  g_races = build.parent_path().filename() == "races";
  g_altered = MapSays("altered", (build / "..").string());
  g_map = ReadOrEmpty((build / "../hmap/map.h").string());
  if (ReadOrEmpty((build / "flags").string()).find("-fno-sanitize=all") != std::string::npos) {
    g_map += "unsanitised";
  }
  if (name.size() > 7 && name.substr(name.size() - 7) == "_fuzzer") return FakeFuzzer(argc, argv);
  if (argc > 1 && std::string(argv[1]).rfind("--", 0) != 0) {
    return Main(argc, argv, FakeRegistry());
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

}  // namespace mapfuzz::tool

int main(int argc, char** argv) { return mapfuzz::tool::TestMain(argc, argv); }
