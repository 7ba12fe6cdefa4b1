// `mapfuzz replay`, `show` and `convert`, as programs.

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "harness/tool/app_fixture.h"
#include "harness/tool/error.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;

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

TEST_F(MapfuzzTest, SaysThatAScheduleWasNotRunAsItIsWritten) {
  Tape tape;
  tape.config.shared = SharedKind::kSync;
  tape.ops = {{.code = OpCode::kPut, .key = 3, .thread = 0},
              {.code = OpCode::kGet, .key = 3, .thread = 1}};
  tape.schedule = ExplicitSchedule(PointLevel::kLocks, {{0, 1}, {99, 0}});
  const std::string file = folder_.Put("a.tape", ToText(Canonical(tape)));
  const Outcome run = Run({"replay", file});
  EXPECT_EQ(run.code, kExitClean);
  EXPECT_TRUE(run.Says("1 of the switches in its schedule not made")) << run.output;
  EXPECT_TRUE(Run({"replay", "--json", file}).Says("\"switches_not_made\": 1"));
  tape.schedule.switches.pop_back();
  EXPECT_FALSE(Run({"replay", folder_.Put("b.tape", ToText(Canonical(tape)))}).Says("not made"));
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
  EXPECT_FALSE(Run({"replay", folder_.Put("fake/0123", content)}).Says("see --target"));
  EXPECT_TRUE(Run({"replay", folder_.Put("elsewhere/0123", content)}).Says("see --target"));
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

TEST_F(MapfuzzTest, AllocatesElsewhereInEveryRun) {
  const std::string tape = folder_.Put("a.tape", Text(kDependsOnAnAddress));
  const Outcome run = Run({"replay", "--times", "2", tape});
  EXPECT_EQ(run.code, kExitFinding);
  EXPECT_TRUE(run.Says("oracle=deterministic property=history-differs"));
}

TEST_F(MapfuzzTest, OverridesThePolicy) {
  const std::string tape = folder_.Put("a.tape", Text(kFailsUnderGo119));
  EXPECT_EQ(Run({"replay", tape}).code, kExitClean);
  EXPECT_EQ(Run({"replay", "--policy", "go119", tape}).code, kExitFinding);
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

TEST_F(MapfuzzTest, HonoursWhatATapeExpects) {
  const std::string fails =
      folder_.Put("a.tape", Text(kFailsUnderGo119, PolicyKind::kGo119, "iteration/missed-entry"));
  for (const char* command : {"replay", "show"}) {
    const Outcome run = Run({command, fails});
    EXPECT_EQ(run.code, kExitClean) << run.output;
    EXPECT_TRUE(run.Says("as it must")) << run.output;
    // Under another policy the line says nothing.
    EXPECT_EQ(Run({command, "--policy", "strict", fails}).code, kExitClean);
  }
  const std::string passes =
      folder_.Put("b.tape", Text(kFine, PolicyKind::kGo119, "iteration/missed-entry"));
  const std::string other =
      folder_.Put("c.tape", Text(kFails, PolicyKind::kGo119, "iteration/ghost-entry"));
  for (const char* command : {"replay", "show"}) {
    EXPECT_EQ(Run({command, passes}).code, kExitFinding);
    EXPECT_TRUE(
        Run({command, passes}).Says("must fail with iteration/missed-entry as written, but"));
    EXPECT_EQ(Run({command, other}).code, kExitFinding);
  }
  EXPECT_EQ(Run({"replay", "--times", "3", fails}).code, kExitClean);
}

TEST_F(MapfuzzTest, RefusesToExpectWhatNoOracleSays) {
  const std::string file =
      folder_.Put("a.tape", Text(kFails, PolicyKind::kGo119, "iterations/missed-entry"));
  const Outcome run = Run({"replay", file});
  EXPECT_EQ(run.code, kExitUsage);
  EXPECT_TRUE(run.Says(file + ":11:9: unknown oracle `iterations`; did you mean `iteration`?"))
      << run.output;
  EXPECT_TRUE(Run({"replay", folder_.Put("b.tape", Text(kFine, PolicyKind::kGo119, "foo/bar"))})
                  .Says("oracles are result content"));
}

TEST_F(MapfuzzTest, TellsWhatATargetMakesOfBytes) {
  const std::string text = folder_.Put("a.tape", Text(kFailsUnderGo119, PolicyKind::kGo119));
  const std::string bytes = folder_ / "fake/bug";
  fs::create_directories(folder_ / "fake");
  const Outcome convert = Run({"convert", text, "--to", "binary", "-o", bytes});
  EXPECT_TRUE(convert.Says("replay --target none " + bytes)) << convert.output;
  const Outcome run = Run({"replay", bytes});
  EXPECT_EQ(run.code, kExitClean);
  EXPECT_TRUE(
      run.Says("bug says type u64, policy go119; target fake runs it under type u32, policy "
               "strict; add --target none to keep it"))
      << run.output;
  EXPECT_EQ(Run({"replay", "--target", "none", bytes}).code, kExitFinding);
  EXPECT_FALSE(Run({"replay", "--target", "none", bytes}).Says("note:"));
}

TEST_F(MapfuzzTest, NamesThePolicyIfATargetChangesNothingElse) {
  Tape tape;
  tape.config.type = KeyType::kU32;
  tape.config.policy = PolicyKind::kGo119;
  tape.config.seed = kFailsUnderGo119;
  const std::string bytes = folder_.Put("fake/bug", Bytes(tape));
  EXPECT_TRUE(Run({"replay", bytes}).Says("add --policy go119 to keep it"));
  EXPECT_EQ(Run({"replay", "--policy", "go119", bytes}).code, kExitFinding);
  EXPECT_FALSE(Run({"replay", "--policy", "go119", bytes}).Says("note:"));
}

TEST_F(MapfuzzTest, SaysWhatAMapDidNotDo) {
  Tape tape;
  tape.ops = {{OpCode::kPut, 0, 3, 0}, {OpCode::kBegin, 0, 0, 0}};
  const std::string file = folder_.Put("a.tape", ToText(tape));
  const Outcome run = Run({"replay", "--map", "std", file});
  EXPECT_EQ(run.code, kExitClean);
  EXPECT_TRUE(run.Says("std did not do 1 begin, so this says nothing about them")) << run.output;
  EXPECT_FALSE(run.Says("hunt"));
}

TEST_F(MapfuzzTest, NamesWhatWasSkippedAndWhatNoStepMet) {
  Tape tape;
  tape.ops = {{OpCode::kPut, 0, 3, 0}, {OpCode::kBegin, 0, 0, 0}, {OpCode::kFault, 0, 0, 1}};
  const std::string file = folder_.Put("a.tape", ToText(tape));
  const std::string skipped =
      ", 1 skipped: 1 begin (the map has no iterators that live through writes)";
  for (const char* command : {"replay", "show"}) {
    const Outcome control = Run({command, "--map", "std", file});
    EXPECT_TRUE(control.Says("1 step" + skipped + ", met by no step: 1 fault, ")) << control.output;
    EXPECT_TRUE(Run({command, file}).Says("2 steps, met by no step: 1 fault, "));
    const Outcome json = Run({command, "--json", "--map", "std", file});
    EXPECT_TRUE(json.Says("\"begin\": 1") && json.Says("\"fault\": 1")) << json.output;
    EXPECT_TRUE(json.Says("\"why\": \"the map has no iterators")) << json.output;
  }
}

TEST_F(MapfuzzTest, ShowsWhatBecameOfEveryOperation) {
  Tape tape;
  tape.ops = {{OpCode::kPut, 0, 3, 0}, {OpCode::kBegin, 0, 0, 7}, {OpCode::kFault, 1, 0, 1}};
  const std::string file = folder_.Put("a.tape", ToText(tape));
  const std::string all =
      "        1  put 3\n"
      "              1 put 3 = ok\n"
      "        2  begin 0 7\n"
      "              skipped: the map has no iterators that live through writes\n"
      "        3  fault hash 1\n"
      "              met by no step\n"
      "end 3\n";
  EXPECT_TRUE(Run({"show", "--map", "std", file}).Says(all));
  const Outcome cut = Run({"show", "--until-step", "1", file});
  EXPECT_TRUE(cut.Says("        2  begin 0 7\n              not reached\n")) << cut.output;
  EXPECT_TRUE(cut.Says("        3  fault hash 1\n              not reached\n")) << cut.output;
}

TEST_F(MapfuzzTest, TellsAMissingInputFromAFolderWithoutTapes) {
  EXPECT_TRUE(Run({"replay", folder_ / "missing"}).Says("missing: no such file; check the path"));
  std::filesystem::create_directories(folder_ / "empty");
  EXPECT_TRUE(
      Run({"replay", folder_ / "empty"}).Says("no tape, crash file or trace in the folder"));
}

TEST_F(MapfuzzTest, CallsARunThatWasCutShortNeitherCleanNorAPass) {
  const std::string file = folder_.Put("a.tape", Text(kFine));
  for (const char* command : {"replay", "show"}) {
    const Outcome run = Run({command, "--until-step", "1", file});
    EXPECT_EQ(run.code, kExitClean);
    EXPECT_TRUE(run.Says("cut short after step 1: no verdict on what follows")) << run.output;
    EXPECT_FALSE(run.Says("PASS") || run.Says("passes") || run.Says("clean")) << run.output;
  }
}

TEST_F(MapfuzzTest, SaysLittleIfQuiet) {
  const std::string fails = folder_.Put("a.tape", Text(kFails));
  const auto lines = [](const Outcome& run) {
    return std::count(run.output.begin(), run.output.end(), '\n');
  };
  EXPECT_EQ(lines(Run({"replay", "--quiet", fails})), 2);
  EXPECT_EQ(lines(Run({"show", "--quiet", fails})), 1);
  EXPECT_EQ(lines(Run({"list", "--quiet", "--corpus-dir", folder_.path()})), 1);
  EXPECT_EQ(lines(Run({"convert", "--quiet", fails, "--to", "text", "-o", folder_ / "b"})), 0);
}

TEST_F(MapfuzzTest, PrintsWhatWasAskedForAsJson) {
  const std::string file =
      folder_.Put("a.tape", Text(kFails, PolicyKind::kGo119, "iteration/missed-entry"));
  const auto parse = [](const Outcome& run) {
    return nlohmann::json::parse(run.output, nullptr, false);
  };
  EXPECT_EQ(parse(Run({"convert", "--json", file, "--to", "text"}))["tape"],
            Text(kFails, PolicyKind::kGo119, "iteration/missed-entry"));
  EXPECT_EQ(Run({"convert", "--json", file, "--to", "binary"}).code, kExitUsage);
  const auto show = parse(Run({"show", "--json", file}));
  EXPECT_EQ(show["expect"], "iteration/missed-entry");
  EXPECT_NE(show["tape"].get<std::string>().find("expect: "), std::string::npos);
}

TEST_F(MapfuzzTest, NamesTheFileInReportsAsJson) {
  const std::string file = folder_.Put("a.tape", Text(kFails));
  for (const char* command : {"replay", "show"}) {
    const Outcome run = Run({command, "--json", file});
    EXPECT_FALSE(run.Says("replay FILE")) << run.output;
    EXPECT_TRUE(run.Says(file));
  }
}

TEST_F(MapfuzzTest, TellsWhatAConversionLoses) {
  const std::string text = "mapfuzz tape v1\n# a story\nexpect: cost/hang\nput 1 # here\nend\n";
  const std::string file = folder_.Put("a.tape", text);
  EXPECT_TRUE(Run({"convert", file, "--to", "text"}).Says("2 comments are not carried over"));
  EXPECT_TRUE(Run({"convert", file, "--to", "binary", "-o", folder_ / "a"})
                  .Says("`expect: cost/hang` is not carried over"));
  EXPECT_FALSE(Run({"convert", folder_ / "a", "--to", "text"}).Says("note:"));
}

TEST_F(MapfuzzTest, TakesATraceWithoutItsEndForBadInput) {
  EXPECT_EQ(Run({"replay", folder_.Put("a.trace", "# go-trace v1\nput 1 | 1 0")}).code, kExitUsage);
}

TEST_F(MapfuzzTest, LeavesDevicesAndLinksWhereTheyAre) {
  const std::string file = folder_.Put("a.tape", Text(kFine));
  EXPECT_EQ(Run({"convert", file, "--to", "text", "-o", "/dev/full"}).code, kExitEnvironment);
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
  const std::string target = folder_.Put("kept/b.tape", "");
  fs::create_symlink("kept/b.tape", folder_ / "link.tape");
  EXPECT_EQ(Run({"convert", file, "--to", "text", "-o", folder_ / "link.tape"}).code, kExitClean);
  EXPECT_TRUE(fs::is_symlink(folder_ / "link.tape"));
  EXPECT_EQ(ReadOrEmpty(target), Text(kFine));
}

}  // namespace
}  // namespace mapfuzz::tool
