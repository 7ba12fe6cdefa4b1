// The whole command, run as a program: this test binary is `mapfuzz` itself, with a map that
// fails, traps, hangs or wavers as the tape's seed says, when it is called with a command; and a
// fuzz target, when its name ends in `_fuzzer`.

#include "harness/tool/app.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "harness/stats.h"
#include "harness/tape_binary.h"
#include "harness/tape_text.h"
#include "harness/tool/child.h"
#include "harness/tool/error.h"
#include "harness/tool/test_folder.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;

enum FakeSeed : std::uint32_t { kFine, kFailsUnderGo119, kTraps, kHangs, kWavers, kFails };

RunResult RunFake(std::string_view, const Tape& tape, const RunOptions& options) {
  RunResult result;
  result.steps = tape.ops.size();
  result.history_digest = tape.config.seed + 1;
  if (options.history != nullptr) {
    for (std::size_t i = 0; i < tape.ops.size(); ++i) {
      *options.history += std::to_string(i + 1) + " " + OpText(tape.ops[i]) + " = ok\n";
      options.operations->push_back(static_cast<std::uint32_t>(i));
    }
  }
  const std::uint32_t seed = tape.config.seed;
  if (seed == kTraps) __builtin_trap();
  if (seed == kHangs) pause();
  if (seed == kWavers) result.history_digest = static_cast<std::uint64_t>(getpid());
  const bool go119 = tape.config.policy == PolicyKind::kGo119;
  if (seed == kFails || (seed == kFailsUnderGo119 && go119)) {
    result.failure = Failure{"iteration", "missed-entry", "next", "doubling", 0, 1, "map: 1"};
  }
  return result;
}

TraceResult ReplayFake(std::string_view text, std::string_view) {
  return {text.size(), text.find("wrong") == std::string_view::npos, "line 2 differs"};
}

Config ShapeFake(Config config) {
  config.type = KeyType::kU32;
  return config;
}

Registry FakeRegistry() {
  Registry registry;
  registry.maps = {"hmap", "std"};
  registry.targets = {{"fake", "a target", ShapeFake, {static_cast<Milestone>(0)}},
                      {"other", "another", ShapeFake, {}}};
  registry.run_tape = RunFake;
  registry.replay_trace = ReplayFake;
  registry.corpus_dir = "/no/corpus";
  return registry;
}

// What libFuzzer leaves behind, without libFuzzer. The start folder's content says how it ends:
// a file `start/seed-finds...` makes it die once of a finding.
int FakeFuzzer(int argc, char** argv) {
  std::string artifact_prefix, stats;
  std::uint64_t runs = 0;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::string value = argument.substr(std::min(argument.find('=') + 1, argument.size()));
    if (argument.rfind("-artifact_prefix=", 0) == 0) artifact_prefix = value;
    if (argument.rfind("--mapfuzz_stats=", 0) == 0) stats = value;
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
  StatsPage& page = MapStatsPage(stats);
  page.executions = runs;
  page.operations = has("idles") ? 0 : runs * 10;
  if (!has("misses")) page.milestones[0] = 1;
  fprintf(stderr, "#%llu\tINITED cov: 1\n", static_cast<unsigned long long>(replayed));
  WriteAtomically(new_units + "/unit", "unit");
  if (has("finds") && !IsFile(start + "/found")) {
    WriteAtomically(start + "/found", "x");
    page.executions = runs / 2;
    Tape tape;
    tape.config.seed = kFails;
    tape.ops.resize(3);
    const std::vector<std::uint8_t> bytes = ToBinary(tape);
    WriteAtomically(artifact_prefix + "crash-1",
                    {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    fprintf(stderr, "MAPFUZZ-FAIL oracle=iteration property=missed-entry op=next site=doubling\n");
    return 77;
  }
  return 0;
}

std::string Text(std::uint32_t seed, PolicyKind policy = PolicyKind::kStrict,
                 std::string_view expect = {}) {
  Tape tape;
  tape.config.seed = seed;
  tape.config.policy = policy;
  tape.ops = {{OpCode::kPut, 0, 3, 0}, {OpCode::kGet, 0, 3, 0}};
  return ToText(tape, expect);
}

struct Outcome {
  int code = 0;
  std::string output;

  bool Says(const std::string& text) const { return output.find(text) != std::string::npos; }
};

class MapfuzzTest : public testing::Test {
 protected:
  Outcome Run(std::vector<std::string> arguments, const std::string& input = "") const {
    ChildSpec spec;
    spec.argv = {OwnPath()};
    spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
    spec.input = input;
    Child child(spec);
    const ChildExit end = child.Take();
    EXPECT_EQ(end.signal, 0) << end.output;
    return {end.signal != 0 ? -1 : end.code, end.output};
  }

  // A build tree and a corpus whose target's behaviour the seeds' names say.
  Outcome Hunt(const std::vector<std::string>& seeds, std::vector<std::string> more = {}) const {
    for (const char* name : {"fake", "other"}) {
      fs::create_directories(folder_ / "build/targets");
      std::error_code exists;
      fs::create_symlink(OwnPath(), folder_ / "build/targets/" + name + "_fuzzer", exists);
    }
    for (const std::string& seed : seeds) folder_.Put("seeds/fake/" + seed + ".tape", Text(kFine));
    std::vector<std::string> arguments = {"hunt",
                                          "--build",
                                          folder_ / "build",
                                          "--execs",
                                          "100",
                                          "--seed",
                                          "1",
                                          "--out",
                                          folder_ / "out",
                                          "--corpus",
                                          folder_ / "corpus",
                                          "--corpus-dir",
                                          folder_.path()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return Run(arguments);
  }

  TestFolder folder_;
};

TEST_F(MapfuzzTest, ReplaysEachInputInAProcessOfItsOwn) {
  const std::string fine = folder_.Put("fine.tape", Text(kFine));
  const std::string fails = folder_.Put("fails.tape", Text(kFails));
  const std::string traps = folder_.Put("traps.tape", Text(kTraps));
  const std::string hangs = folder_.Put("hangs.tape", Text(kHangs));
  const Outcome run = Run({"replay", fails, traps});
  EXPECT_EQ(run.code, kExitFinding);
  EXPECT_TRUE(
      run.Says("MAPFUZZ-FAIL oracle=iteration property=missed-entry op=next site=doubling"));
  EXPECT_TRUE(run.Says("MAPFUZZ-FAIL oracle=sanitizer property="));
  EXPECT_TRUE(run.Says("0 of 2 inputs passed, 2 failed")) << run.output;
  EXPECT_EQ(Run({"replay", fine}).code, kExitClean);
  EXPECT_TRUE(Run({"replay", "--limit", "100ms", hangs})
                  .Says("MAPFUZZ-FAIL oracle=cost property=hang op=? site=?"));
}

TEST_F(MapfuzzTest, ReplaysFoldersAndStandardInput) {
  folder_.Put("tapes/fine.tape", Text(kFine));
  folder_.Put("tapes/README.md", "About these tapes.\n");
  const Outcome run = Run({"replay", folder_ / "tapes"});
  EXPECT_EQ(run.code, kExitClean);
  EXPECT_TRUE(run.Says("1 of 1 input passed, 1 file left out")) << run.output;
  EXPECT_EQ(Run({"replay", "-"}, Text(kFails)).code, kExitFinding);
}

TEST_F(MapfuzzTest, ReplaysBytesAsTheTargetOfTheirFolder) {
  Tape tape;
  tape.ops.resize(2);
  const std::vector<std::uint8_t> bytes = ToBinary(tape);
  const std::string content(bytes.begin(), bytes.end());
  EXPECT_FALSE(Run({"replay", folder_.Put("fake/0123", content)}).Says("--target"));
  EXPECT_TRUE(Run({"replay", folder_.Put("elsewhere/0123", content)}).Says("--target"));
  const Outcome text = Run({"convert", "--to", "text", folder_.Put("fake/0123", content)});
  EXPECT_TRUE(text.Says("type: u32\n")) << text.output;
}

TEST_F(MapfuzzTest, ComparesTheHistoriesOfManyRuns) {
  const std::string wavers = folder_.Put("wavers.tape", Text(kWavers));
  EXPECT_EQ(Run({"replay", wavers}).code, kExitClean);
  const Outcome run = Run({"replay", "--times", "3", wavers});
  EXPECT_EQ(run.code, kExitFinding);
  EXPECT_TRUE(run.Says("oracle=deterministic property=history-differs"));
}

TEST_F(MapfuzzTest, OverridesThePolicy) {
  const std::string tape = folder_.Put("a.tape", Text(kFailsUnderGo119));
  EXPECT_EQ(Run({"replay", tape}).code, kExitClean);
  EXPECT_EQ(Run({"replay", "--policy", "go119", tape}).code, kExitFinding);
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
                                             {"replay", "--map", "nosuch", "x"}}) {
    EXPECT_EQ(Run(arguments).code, kExitUsage) << arguments[0];
  }
  EXPECT_EQ(Run({"replay", "--help"}).code, kExitClean);
  EXPECT_TRUE(Run({"replay", "--help"}).Says("Examples:"));
}

TEST_F(MapfuzzTest, ShowsOperationsStepsAndVerdict) {
  const Outcome run = Run({"show", folder_.Put("a.tape", Text(kFails))});
  EXPECT_EQ(run.code, kExitFinding);
  EXPECT_TRUE(run.Says(">>>>    1  put 3\n              1 put 3 = ok\n")) << run.output;
  EXPECT_TRUE(run.Says("        2  get 3\n")) << run.output;
  EXPECT_TRUE(run.Says("map: 1"));
}

TEST_F(MapfuzzTest, PrintsOneJsonDocument) {
  const std::string file = folder_.Put("a.tape", Text(kFails));
  for (const char* command : {"replay", "show"}) {
    const auto json = nlohmann::json::parse(Run({command, "--json", file}).output, nullptr, false);
    ASSERT_TRUE(json.is_object());
    const auto& one = json.contains("files") ? json["files"][0] : json;
    EXPECT_EQ(one["verdict"], "fail");
    EXPECT_EQ(one["oracle"], "iteration");
  }
}

TEST_F(MapfuzzTest, ConvertsThereAndBack) {
  const std::string text = folder_.Put("a.tape", Text(kFine));
  EXPECT_EQ(Run({"convert", text, "--to", "binary", "-o", folder_ / "a.bin"}).code, kExitClean);
  EXPECT_EQ(Run({"convert", folder_ / "a.bin", "--to", "text"}).output, Text(kFine));
}

TEST_F(MapfuzzTest, ChecksThatRegressionsFailAsTheyMust) {
  folder_.Put("seeds/fake/a.tape", Text(kFine));
  folder_.Put("regressions/b.tape",
              Text(kFailsUnderGo119, PolicyKind::kGo119, "iteration/missed-entry"));
  folder_.Put("go-traces/c.trace", "# go-trace v1\n");
  const Outcome run = Run({"check", "--corpus-dir", folder_.path()});
  EXPECT_EQ(run.code, kExitClean) << run.output;
  EXPECT_TRUE(run.Says("clean: 3 files checked"));
}

TEST_F(MapfuzzTest, ListsEverythingThatIsNotAsItMustBe) {
  folder_.Put("seeds/fake/fails.tape", Text(kFails));
  folder_.Put("seeds/fake/wavers.tape", Text(kWavers));
  folder_.Put("seeds/fake/broken.tape", "mapfuzz tape v1\n");
  folder_.Put("regressions/passes.tape", Text(kFine, PolicyKind::kGo119, "iteration/missed-entry"));
  folder_.Put("regressions/other.tape", Text(kFailsUnderGo119, PolicyKind::kGo119, "result/found"));
  folder_.Put("regressions/strict.tape",
              Text(kFails, PolicyKind::kGo119, "iteration/missed-entry"));
  folder_.Put("go-traces/c.trace", "# go-trace v1\nwrong\n");
  const Outcome run = Run({"check", "--corpus-dir", folder_.path()});
  EXPECT_EQ(run.code, kExitFinding);
  EXPECT_TRUE(run.Says("7 of 7 files are not as they must be")) << run.output;
  EXPECT_TRUE(
      run.Says("must fail with result/found as written, but: MAPFUZZ-FAIL "
               "oracle=iteration"));
  EXPECT_TRUE(run.Says("must pass under policy strict"));
}

TEST_F(MapfuzzTest, DoesNotCallAnEmptyCorpusClean) {
  EXPECT_EQ(Run({"check", "--corpus-dir", folder_.path()}).code, kExitHarness);
}

TEST_F(MapfuzzTest, HuntsKeepsUnitsAndSumsUp) {
  const Outcome run = Hunt({"a"});
  EXPECT_EQ(run.code, kExitClean) << run.output;
  EXPECT_TRUE(IsFile(folder_ / "corpus/fake/unit"));
  EXPECT_TRUE(IsFile(folder_ / "out/summary.txt"));
  const auto json = nlohmann::json::parse(ReadOrEmpty(folder_ / "out/summary.json"));
  EXPECT_EQ(json["targets"][0]["mutated"], 100);
  EXPECT_EQ(json["targets"][0]["replayed"], 2);
  EXPECT_EQ(json["targets"][0]["new"], 1);
  EXPECT_TRUE(fs::is_empty(folder_ / "build/hunt"));
}

TEST_F(MapfuzzTest, GoesOnAfterAFindingAndKeepsItsTape) {
  const Outcome run = Hunt({"finds"});
  EXPECT_EQ(run.code, kExitFinding) << run.output;
  const auto json = nlohmann::json::parse(ReadOrEmpty(folder_ / "out/summary.json"));
  EXPECT_GE(json["targets"][0]["mutated"], 100);
  ASSERT_EQ(json["findings"].size(), 1u);
  EXPECT_EQ(json["findings"][0]["confirmed"], true);
  const std::string file = json["findings"][0]["file"];
  EXPECT_EQ(Run({"replay", file}).code, kExitFinding);
  EXPECT_TRUE(fs::is_empty(folder_ / "out/artifacts"));
}

TEST_F(MapfuzzTest, LooksAtWhatAKilledHuntLeft) {
  Tape tape;
  tape.config.seed = kFails;
  const std::vector<std::uint8_t> bytes = ToBinary(tape);
  folder_.Put("out/artifacts/fake.1.1.crash-1", std::string(bytes.begin(), bytes.end()));
  EXPECT_EQ(Hunt({"a"}).code, kExitFinding);
  EXPECT_TRUE(fs::is_empty(folder_ / "out/artifacts"));
}

TEST_F(MapfuzzTest, DoesNotBelieveAHuntThatDidNotDoItsWork) {
  EXPECT_TRUE(Hunt({"misses"}).Says("fake: 1 milestone not reached"));
  EXPECT_EQ(Hunt({"misses"}).code, kExitHarness);
  EXPECT_EQ(Hunt({"misses"}, {"--allow-missed"}).code, kExitClean);
  EXPECT_TRUE(Hunt({"idles"}).Says("fake: no operation was executed"));
}

TEST_F(MapfuzzTest, GivesUpOnAFuzzerThatCannotRun) {
  const Outcome run = Hunt({"dies"});
  EXPECT_EQ(run.code, kExitHarness);
  EXPECT_TRUE(run.Says("died 3 times before it mutated anything")) << run.output;
}

TEST_F(MapfuzzTest, NamesAMissingFuzzer) {
  const Outcome run = Run({"hunt", "--build", folder_.path(), "--out", folder_ / "out", "--corpus",
                           folder_ / "corpus"});
  EXPECT_EQ(run.code, kExitEnvironment);
  EXPECT_TRUE(run.Says("fake_fuzzer: no such program; build it"));
}

}  // namespace

int TestMain(int argc, char** argv) {
  const std::string name = fs::path(argv[0]).filename().string();
  if (name.size() > 7 && name.substr(name.size() - 7) == "_fuzzer") return FakeFuzzer(argc, argv);
  if (argc > 1 && std::string(argv[1]).rfind("--", 0) != 0) {
    return Main(argc, argv, FakeRegistry());
  }
  testing::InitGoogleTest(&argc, argv);
  return RUN_ALL_TESTS();
}

}  // namespace mapfuzz::tool

int main(int argc, char** argv) { return mapfuzz::tool::TestMain(argc, argv); }
