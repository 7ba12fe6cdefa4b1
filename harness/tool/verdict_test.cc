#include "harness/tool/verdict.h"

#include <gtest/gtest.h>
#include <signal.h>

#include "harness/tool/error.h"

namespace mapfuzz::tool {
namespace {

ChildExit KilledAs(Ending ending) {
  ChildExit end;
  end.signal = SIGKILL;
  end.ending = ending;
  return end;
}

TEST(VerdictOf, CallsSpinningAndSleepingAHang) {
  for (const Ending ending : {Ending::kSpun, Ending::kSlept}) {
    const Verdict verdict = VerdictOf(KilledAs(ending));
    EXPECT_EQ(verdict.kind, Verdict::Kind::kFail);
    EXPECT_EQ(verdict.signature, Hang());
    EXPECT_NE(verdict.report.find("The run was ended after"), std::string::npos);
  }
}

TEST(VerdictOf, HasNoneOfARunThatTheMachineGaveNoTime) {
  ChildExit starved = KilledAs(Ending::kStarved);
  starved.result = R"({"digest": "1", "steps": 3})";
  try {
    VerdictOf(starved);
    FAIL() << "a verdict";
  } catch (const ToolError& error) {
    EXPECT_EQ(error.code(), kExitEnvironment);
    EXPECT_NE(std::string(error.what()).find("try again"), std::string::npos);
  }
}

}  // namespace
}  // namespace mapfuzz::tool
