// `mapfuzz hunt`, as a program.

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "harness/tool/app_fixture.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/hunt_summary.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;

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

TEST_F(MapfuzzTest, EndsAtItsFirstFindingIfAskedTo) {
  const Outcome run = Hunt({"finds"}, {"--until-finding"});
  EXPECT_EQ(run.code, kExitFinding) << run.output;
  EXPECT_FALSE(run.Says("Not to be believed")) << run.output;
  const auto json = nlohmann::json::parse(ReadOrEmpty(folder_ / "out/summary.json"));
  EXPECT_LT(json["targets"][0]["mutated"], 100);
  EXPECT_EQ(json["findings"].size(), 1u);
}

TEST_F(MapfuzzTest, GoesOnAfterAFindingThatDoesNotFailAgainThoughToldToEndAtTheFirst) {
  const Outcome run = Hunt({"flickers"}, {"--until-finding"});
  EXPECT_EQ(run.code, kExitFinding) << run.output;
  EXPECT_TRUE(run.Says("(flaky)")) << run.output;
  const auto json = nlohmann::json::parse(ReadOrEmpty(folder_ / "out/summary.json"));
  EXPECT_GE(json["targets"][0]["mutated"], 100);
  EXPECT_EQ(json["findings"][0]["confirmed"], false);
}

TEST_F(MapfuzzTest, ConfirmsWhatIsAnotherRunEachTime) {
  const Outcome run = Hunt({"wavers"}, {"--until-finding"});
  EXPECT_EQ(run.code, kExitFinding) << run.output;
  const auto json = nlohmann::json::parse(ReadOrEmpty(folder_ / "out/summary.json"));
  EXPECT_EQ(json["findings"][0]["confirmed"], true);
  EXPECT_EQ(json["findings"][0]["oracle"], "deterministic");
  EXPECT_EQ(json["findings"][0]["property"], "history-differs");
  const std::string file = json["findings"][0]["file"];
  EXPECT_NE(ReadOrEmpty(file).find(" replay --times 3 "), std::string::npos);
}

TEST_F(MapfuzzTest, HuntsForRacesInASecondBuild) {
  const Variable threads("FAKE_THREADS", "1");
  const auto names = [this] {
    std::vector<std::string> names;
    const auto json = nlohmann::json::parse(ReadOrEmpty(folder_ / "out/summary.json"));
    for (const auto& target : json["targets"]) names.push_back(target["name"]);
    return names;
  };
  Outcome run = Hunt({"a"});
  EXPECT_EQ(run.code, kExitClean) << run.output;
  EXPECT_TRUE(run.Says("no lane for races")) << run.output;
  EXPECT_EQ(names(), (std::vector<std::string>{"fake", "other"}));
  LinkProgram("races/mapfuzz");
  LinkProgram("races/targets/other_fuzzer");
  run = Hunt({"a"});
  EXPECT_EQ(run.code, kExitClean) << run.output;
  EXPECT_TRUE(run.Says("of -races: sanitizers: thread")) << run.output;
  EXPECT_EQ(names(), (std::vector<std::string>{"fake", "other", "other-races"}));
  EXPECT_TRUE(IsFile(folder_ / "corpus/other-races/unit"));
  EXPECT_EQ(Hunt({"a"}, {"--races", folder_ / "nosuch"}).code, kExitEnvironment);
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

TEST_F(MapfuzzTest, DoesNotBelieveAFuzzerWhoseMutatedInputsDoNothing) {
  const Outcome stalls = Hunt({"stalls"}, {"--allow-missed"});
  EXPECT_EQ(stalls.code, kExitHarness);
  EXPECT_TRUE(stalls.Says("fake: no operation of a mutated input was executed")) << stalls.output;
  EXPECT_TRUE(stalls.Says("not to be believed: 1 problem. Next: read ")) << stalls.output;
}

TEST_F(MapfuzzTest, DoesNotBelieveAFuzzerWhoseCoverageIsStuck) {
  const Outcome stares = Hunt({"stares"}, {"--allow-missed"});
  EXPECT_EQ(stares.code, kExitHarness);
  EXPECT_TRUE(stares.Says("fake: the engine cannot tell its inputs apart, as each passes 7 places"))
      << stares.output;
}

TEST_F(MapfuzzTest, DoesNotBelieveAHuntWithoutItsOracles) {
  const Outcome run = Hunt({"ignores"}, {"--jobs", "1", "--allow-missed"});
  EXPECT_EQ(run.code, kExitHarness);
  EXPECT_TRUE(run.Says("fake: never consulted: result; give it more time")) << run.output;
  EXPECT_TRUE(run.Says("Next: ")) << run.output;
  const auto json = nlohmann::json::parse(ReadOrEmpty(folder_ / "out/summary.json"));
  EXPECT_EQ(json["targets"][0]["oracles_missed"][0], "result");
  EXPECT_EQ(Hunt({"ignores"}, {"--map", "std"}).code, kExitHarness) << "which any map can be asked";
}

TEST_F(MapfuzzTest, DoesNotBelieveASanitizerThatReportsNothing) {
  for (const char* violation : {"heap", "poison", "leak"}) {
    const Variable blind("FAKE_BLIND", violation);
    const Outcome run = Hunt({"a"});
    EXPECT_EQ(run.code, kExitHarness) << violation;
    EXPECT_TRUE(run.Says("sanitizer is built in, but ")) << run.output;
    EXPECT_TRUE(run.Says(", done on purpose, was not reported; ")) << run.output;
    EXPECT_TRUE(run.Says("1 problem. Next: read ")) << run.output;
  }
  const Variable blind("FAKE_BLIND", "undefined");
  EXPECT_EQ(Hunt({"a"}).code, kExitClean) << "which is not built in";
}

TEST_F(MapfuzzTest, SaysThatNoSanitizerIsOn) {
  EXPECT_TRUE(Hunt({"a"}).Says("sanitizers: address leak; each reported"));
  const Variable none("FAKE_SANITIZERS", "0");
  const Outcome run = Hunt({"a"});
  EXPECT_EQ(run.code, kExitClean) << run.output;
  EXPECT_TRUE(run.Says("NO SANITIZER is on")) << run.output;
  const auto json = nlohmann::json::parse(ReadOrEmpty(folder_ / "out/summary.json"));
  EXPECT_EQ(json["sanitizers"], "none");
}

TEST_F(MapfuzzTest, AsksEachFuzzerWhatItWasBuiltWith) {
  const Outcome run = Hunt({"mixed"});
  EXPECT_EQ(run.code, kExitHarness);
  EXPECT_TRUE(
      run.Says("fake: its fuzzer was built with other sanitizers (none) than the first of its "
               "build (address leak); build them again"))
      << run.output;
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

TEST_F(MapfuzzTest, CutsWhatStandsBehindTheFailingOperation) {
  Hunt({"finds"});
  const auto json = nlohmann::json::parse(ReadOrEmpty(folder_ / "out/summary.json"));
  EXPECT_EQ(json["findings"][0]["operations"], 1);
}

TEST_F(MapfuzzTest, MarksFindingsThatRegressionsKnow) {
  const std::string expected = "iteration/missed-entry";
  folder_.Put("regressions/other.tape", Text(kFails, PolicyKind::kGo119, expected));
  EXPECT_FALSE(Hunt({"finds"}).Says("known")) << "of another policy";
  folder_.Put("regressions/same.tape", Text(kFails, PolicyKind::kStrict, expected));
  const Outcome run = Hunt({"finds"});
  EXPECT_EQ(run.code, kExitFinding);
  EXPECT_TRUE(run.Says("(known: same.tape)")) << run.output;
  EXPECT_TRUE(run.Says("1 signature in 1 file, 1 of them known. Next: ")) << run.output;
}

TEST_F(MapfuzzTest, HuntsOnAnotherMapWithoutItsMilestones) {
  const Outcome run = Hunt({"misses"}, {"--map", "std"});
  EXPECT_EQ(run.code, kExitClean) << run.output;
  EXPECT_TRUE(run.Says("std need not reach the milestones")) << run.output;
  EXPECT_TRUE(IsFile(folder_ / "corpus/fake/unit-of-std"));
  EXPECT_TRUE(Hunt({"finds"}, {"--map", "std"}).Says("show --map std "));
}

TEST_F(MapfuzzTest, LeavesATargetOutThatCouldDoNothingUnderThePolicy) {
  const auto targets = [&](const std::vector<std::string>& more) {
    EXPECT_EQ(Hunt({"a"}, more).code, kExitClean);
    return nlohmann::json::parse(ReadOrEmpty(folder_ / "out/summary.json"))["targets"].size();
  };
  EXPECT_EQ(targets({}), 2u);
  EXPECT_EQ(targets({"--policy", "checked"}), 2u);
  EXPECT_EQ(targets({"--policy", "go119"}), 1u);
  EXPECT_EQ(targets({"--policy", "go119", "other"}), 1u) << "named";
}

TEST_F(MapfuzzTest, KeepsHuntsOfEachMapAndPolicyApart) {
  for (const char* name : {"fake", "other"}) {
    fs::create_directories(folder_ / "build/targets");
    fs::create_symlink(OwnPath(), folder_ / "build/targets/" + name + "_fuzzer");
  }
  const auto hunt = [&](std::vector<std::string> more) {
    std::vector<std::string> arguments = {"hunt", "--execs", "10", "--build", folder_ / "build"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    EXPECT_EQ(Run(arguments).code, kExitClean);
  };
  hunt({});
  hunt({"--policy", "go119"});
  hunt({"--map", "std"});
  for (const char* place : {"out", "go119/out", "std/out"}) {
    EXPECT_TRUE(IsFile(folder_ / "build/hunt/" + place + "/summary.txt")) << place;
  }
}

TEST_F(MapfuzzTest, DoesNotSpendItselfOnReplays) {
  Tape tape;
  for (tape.config.hint = 0; tape.config.hint < 60; ++tape.config.hint) {
    folder_.Put("seeds/fake/crowd" + std::to_string(tape.config.hint) + ".tape", ToText(tape));
  }
  const Outcome run = Hunt({});
  EXPECT_TRUE(run.Says("it goes on with fewer")) << run.output;
  const auto json = nlohmann::json::parse(ReadOrEmpty(folder_ / "out/summary.json"));
  EXPECT_EQ(json["targets"][0]["mutated"], 100);
  EXPECT_LT(json["targets"][0]["replayed"], 200);
}

TEST_F(MapfuzzTest, NamesTheHuntThatReachesWhatWasMissed) {
  const Outcome run = Hunt({"misses"}, {"--jobs", "1"});
  EXPECT_TRUE(run.Says("hunt fake --for 20s --build " + (folder_ / "build"))) << run.output;
}

TEST_F(MapfuzzTest, GuessesWhatAWrongArgumentMeant) {
  EXPECT_TRUE(Run({"hunt", "othr"}).Says("othr: no such target; did you mean `other`?"));
  EXPECT_TRUE(Run({"hunt", "--for", "0s"}).Says("too short"));
  EXPECT_TRUE(Run({"hunt", "--for", "5x"}).Says("no duration"));
}

TEST_F(MapfuzzTest, TakesTheTapeFromTheReportIfTheInputWasNotSaved) {
  const Outcome run = Hunt({"finds", "full"});
  EXPECT_EQ(run.code, kExitFinding);
  const auto json = nlohmann::json::parse(ReadOrEmpty(folder_ / "out/summary.json"));
  EXPECT_EQ(json["findings"][0]["confirmed"], true) << run.output;
  EXPECT_EQ(json["findings"][0]["operations"], 1);
}

TEST_F(MapfuzzTest, LooksOnceAtALeftoverThatDoesNotFail) {
  folder_.Put("out/artifacts/fake.1.1.oom-1", Bytes(Tape{}));
  EXPECT_TRUE(Hunt({"a"}).Says("does not fail alone"));
  EXPECT_TRUE(IsFile(folder_ / "out/unconfirmed/fake.1.1.oom-1"));
  EXPECT_FALSE(Hunt({"a"}).Says("does not fail alone"));
}

TEST_F(MapfuzzTest, LeavesWhatItCouldNotConfirmToTheNextHuntAndGoesOn) {
  Tape tape;
  tape.config.seed = kHasNoVerdict;
  const std::string left = folder_.Put("out/artifacts/fake.1.1.timeout-1", Bytes(tape));
  const Outcome run = Hunt({"a"});
  EXPECT_EQ(run.code, kExitEnvironment) << run.output;
  EXPECT_TRUE(run.Says(left + ": not confirmed: ")) << run.output;
  EXPECT_TRUE(IsFile(left));
  const auto json =
      nlohmann::json::parse(ReadOrEmpty(folder_ / "out/summary.json"), nullptr, false);
  ASSERT_TRUE(json.is_object()) << run.output;
  EXPECT_EQ(json["targets"][0]["mutated"], 100);
  EXPECT_TRUE(json["findings"].empty());
}

TEST_F(MapfuzzTest, RefusesOneFolderForCorpusAndFindings) {
  const Outcome run = Run({"hunt", "--corpus", folder_ / "x", "--out", folder_ / "y/../x"});
  EXPECT_EQ(run.code, kExitUsage);
  EXPECT_TRUE(run.Says("one folder")) << run.output;
}

TEST(HuntSummaryTest, AnInterruptedHuntIsCleanIfEveryTargetRan) {
  HuntSummary summary;
  summary.interrupted = true;
  summary.targets.resize(2);
  for (TargetSummary& target : summary.targets) {
    target.mutated = 1;
    target.page.operations = 1;
    target.page.mutated_operations = 1;
  }
  EXPECT_EQ(summary.ExitCode(), kExitClean);
  summary.targets[1].mutated = 0;
  EXPECT_EQ(summary.ExitCode(), kExitHarness);
}

}  // namespace
}  // namespace mapfuzz::tool
