// For tests only: the whole command, run as a program. The test binary is `mapfuzz` itself, with a
// map that fails, traps, hangs or wavers as the tape's seed says (`app_test.cc`).

#ifndef MAPFUZZ_HARNESS_TOOL_APP_FIXTURE_H_
#define MAPFUZZ_HARNESS_TOOL_APP_FIXTURE_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "harness/tape_binary.h"
#include "harness/tape_text.h"
#include "harness/tool/child.h"
#include "harness/tool/test_folder.h"

namespace mapfuzz::tool {

enum FakeSeed : std::uint32_t {
  kFine,
  kFailsUnderGo119,
  kTraps,
  kHangs,
  kHasNoVerdict,
  kWavers,
  kFails,
  kAsksNobody,
  kDependsOnAnAddress
};

inline std::string Text(std::uint32_t seed, PolicyKind policy = PolicyKind::kStrict,
                        std::string_view expect = {}) {
  Tape tape;
  tape.config.seed = seed;
  tape.config.policy = policy;
  tape.ops = {{OpCode::kPut, 0, 3, 0}, {OpCode::kGet, 0, 3, 0}};
  return ToText(tape, expect);
}

inline std::string Bytes(const Tape& tape) {
  const std::vector<std::uint8_t> bytes = ToBinary(tape);
  return {bytes.begin(), bytes.end()};
}

struct Outcome {
  int code = 0;
  std::string output;

  bool Says(const std::string& text) const { return output.find(text) != std::string::npos; }
};

// Set for the children that are started while it lives.
class Variable {
 public:
  Variable(const char* name, const char* value) : name_(name) {
    const char* const before = getenv(name);
    if (before != nullptr) before_ = before;
    setenv(name, value, 1);
  }
  Variable(const Variable&) = delete;
  Variable& operator=(const Variable&) = delete;
  ~Variable() { before_ ? setenv(name_, before_->c_str(), 1) : unsetenv(name_); }

 private:
  const char* name_;
  std::optional<std::string> before_;
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
      LinkProgram("build/targets/" + std::string(name) + "_fuzzer");
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

  // The test binary under this name.
  void LinkProgram(const std::string& name) const {
    std::filesystem::create_directories(std::filesystem::path(folder_ / name).parent_path());
    std::error_code exists;
    std::filesystem::create_symlink(OwnPath(), folder_ / name, exists);
  }

  TestFolder folder_;
};

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_APP_FIXTURE_H_
