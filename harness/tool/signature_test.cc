#include "harness/tool/signature.h"

#include <gtest/gtest.h>
#include <signal.h>

namespace mapfuzz::tool {
namespace {

constexpr std::string_view kAsan =
    "INFO: Seed: 1\n"
    "=================================================================\n"
    "==99==ERROR: AddressSanitizer: heap-use-after-free on address 0x602000000010\n"
    "READ of size 8 at 0x602000000010 thread T0\n"
    "    #0 0x55d0aa in __asan_memcpy (/build/ops_fuzzer+0x1)\n"
    "    #1 0x55d0aa in bool hmap::Map<unsigned long, hmap::Hash<unsigned long> >::Put<int>"
    "(unsigned long, int) const /src/hmap/map.h:12:3\n"
    "    #2 0x55d0aa in mapfuzz::Runner<int>::Run() /src/harness/runner.h:9:1\n"
    "\n"
    "SUMMARY: AddressSanitizer: heap-use-after-free /src/hmap/map.h:12:3 in hmap::Map\n"
    "==99==ABORTING\n";

constexpr std::string_view kRace =
    "==================\n"
    "WARNING: ThreadSanitizer: data race (pid=99)\n"
    "  Write of size 8 at 0x721400000248 by thread T2:\n"
    "    #0 RaceWrite /src/hmap/race.h:35:3 (mapfuzz+0x526f46) (BuildId: 723d)\n"
    "    #1 bool hmap::Core<hmap::MapTypes<unsigned long> >::Erase<int>(int const&) "
    "/src/hmap/core_access.h:273:3 (mapfuzz+0x526f46)\n"
    "    #2 WithStableKey<const int &, (lambda at /src/hmap/map.h:195:26)> "
    "/src/hmap/map.h:183:77 (mapfuzz+0x5250ab)\n"
    "    #3 erase /src/hmap/map.h:162:44 (mapfuzz+0x5250ab)\n"
    "    #4 Del /src/targets/plain_subject.h:49:52 (mapfuzz+0x5250ab)\n"
    "    #5 mapfuzz::RunBody(int) /src/harness/core.cc:10:42 (mapfuzz+0x618514)\n"
    "\n"
    "  Previous read of size 8 at 0x721400000248 by thread T1:\n"
    "    #0 hmap::Iterator<int>::Advance() /src/hmap/iterator.h:142:10 (mapfuzz+0x52bb0f)\n"
    "    #1 begin /src/hmap/handle.h:63:41 (mapfuzz+0x52b34c)\n"
    "    #2 mapfuzz::PlainSubject<int>::Iterate() /src/targets/plain.h:57:24 (mapfuzz+0x52b34c)\n"
    "\n"
    "  Location is heap block of size 80 at 0x721400000230 allocated by main thread:\n"
    "    #0 operator new(unsigned long) <null> (mapfuzz+0x121d42)\n"
    "    #1 Make /src/hmap/core.h:384:16 (mapfuzz+0x524bed)\n"
    "\n"
    "SUMMARY: ThreadSanitizer: data race /src/hmap/race.h:35:3 in RaceWrite\n";

ChildExit Ended(int code, int signal = 0) {
  ChildExit end;
  end.code = code;
  end.signal = signal;
  return end;
}

TEST(ParseSignature, ReadsTheFailLine) {
  const Signature signature =
      ParseSignature("MAPFUZZ-FAIL oracle=iteration property=missed-entry op=next site=doubling");
  EXPECT_EQ(signature.oracle, "iteration");
  EXPECT_EQ(signature.property, "missed-entry");
  EXPECT_EQ(signature.op, "next");
  EXPECT_EQ(signature.site, "doubling");
  EXPECT_EQ(ParseSignature(signature.Text()), signature);
}

TEST(ParseSignature, IsEmptyForAnythingElse) {
  EXPECT_TRUE(ParseSignature("").empty());
  EXPECT_TRUE(ParseSignature("MAPFUZZ-FAIL").empty());
  EXPECT_TRUE(ParseSignature("MAPFUZZ-FAIL property=x oracle=y op=z site=w").empty());
}

TEST(SignatureOfDeath, PrefersTheFailLineToTheSanitizersWords) {
  const std::string output =
      "noise\nMAPFUZZ-FAIL oracle=result property=found op=get site=quiet\n" + std::string(kAsan);
  EXPECT_EQ(SignatureOfDeath(Ended(77), output).Text(),
            "oracle=result property=found op=get site=quiet");
}

TEST(SignatureOfDeath, NamesTheMapsInnermostFunction) {
  EXPECT_EQ(SignatureOfDeath(Ended(1), kAsan).Text(),
            "oracle=sanitizer property=heap-use-after-free op=? site=hmap::Map::Put");
}

TEST(SignatureOfDeath, NamesTheCallsThatRaced) {
  EXPECT_EQ(SignatureOfDeath(Ended(66), kRace).Text(),
            "oracle=sanitizer property=data-race op=? site=begin+erase");
}

TEST(SignatureOfDeath, NamesTheCallThatRacedWithItselfOnce) {
  std::string output(kRace);
  output.replace(output.find("begin /src"), 5, "erase");
  EXPECT_EQ(SignatureOfDeath(Ended(66), output).site, "erase");
}

TEST(SignatureOfDeath, KnowsOneCallWhereTheOtherThreadWasNotInTheMap) {
  std::string output(kRace);
  for (std::string_view file : {"/src/hmap/iterator.h", "/src/hmap/handle.h"}) {
    output.replace(output.find(file), file.size(), "/src/hmaps/a.h");
  }
  EXPECT_EQ(SignatureOfDeath(Ended(66), output).site, "erase");
}

TEST(SignatureOfDeath, KnowsLeaksRacesHangsAndMemory) {
  EXPECT_EQ(SignatureOfDeath(Ended(23), "SUMMARY: AddressSanitizer: 24 byte(s) leaked\n").property,
            "leak");
  EXPECT_EQ(SignatureOfDeath(Ended(66), "SUMMARY: ThreadSanitizer: data race /a:1 in f\n").property,
            "data-race");
  EXPECT_EQ(SignatureOfDeath(Ended(70), "SUMMARY: libFuzzer: timeout\n").Text(),
            "oracle=cost property=hang op=? site=?");
  EXPECT_EQ(SignatureOfDeath(Ended(71), "SUMMARY: libFuzzer: out-of-memory\n").property, "memory");
}

TEST(SignatureOfDeath, FallsBackToTheTimeLimitTheSignalTheExitCode) {
  ChildExit late = Ended(0, SIGKILL);
  late.ending = Ending::kSpun;
  EXPECT_EQ(SignatureOfDeath(late, "").Text(), "oracle=cost property=hang op=? site=?");
  EXPECT_EQ(SignatureOfDeath(Ended(0, SIGABRT), "").property, "abort");
  EXPECT_EQ(SignatureOfDeath(Ended(9), "").property, "exit-9");
  EXPECT_TRUE(SignatureOfDeath(Ended(0), "all is well").empty());
}

TEST(ReportOfDeath, BeginsWithTheFailLineAndStopsInTime) {
  const Signature signature = SignatureOfDeath(Ended(1), kAsan);
  const std::string report = ReportOfDeath(signature, kAsan, 3);
  EXPECT_EQ(report.rfind("MAPFUZZ-FAIL oracle=sanitizer ", 0), 0u);
  EXPECT_NE(report.find("READ of size 8"), std::string::npos);
  EXPECT_EQ(report.find("INFO: Seed"), std::string::npos);
  EXPECT_NE(report.find("more lines)"), std::string::npos);
}

TEST(SimpleFunctionName, DropsTypesArgumentsAndSpaces) {
  EXPECT_EQ(SimpleFunctionName("bool hmap::Map<int, std::less<> >::Put(int const&) const"),
            "hmap::Map::Put");
  EXPECT_EQ(SimpleFunctionName("hmap::(anonymous namespace)::Grow(int)"), "hmap::Grow");
  EXPECT_EQ(SimpleFunctionName("main"), "main");
  EXPECT_EQ(SimpleFunctionName(""), "");
}

}  // namespace
}  // namespace mapfuzz::tool
