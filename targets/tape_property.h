// Property tests over tapes: RapidCheck makes them, the runner runs them, and the tape that a
// failure shrank to is written as a text file, to be replayed and kept.
//
// The file goes to the folder that MAPFUZZ_FINDINGS names, or to the current one.

#ifndef MAPFUZZ_TARGETS_TAPE_PROPERTY_H_
#define MAPFUZZ_TARGETS_TAPE_PROPERTY_H_

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <optional>
#include <string>

#include "harness/run.h"
#include "harness/tape_text.h"
#include "targets/property.h"
#include "targets/subjects.h"
#include "targets/tape_generator.h"

namespace mapfuzz {

// What is wrong with the map, by this tape; empty if nothing is.
using TapeComplaint = std::function<std::string(const Tape&)>;

// Writes the tape to "NAME.tape" and returns the file's name; empty if it cannot be written.
inline std::string WriteFinding(const std::string& name, const Tape& tape) {
  const char* folder = std::getenv("MAPFUZZ_FINDINGS");
  const std::string file = (folder == nullptr ? "" : std::string(folder) + "/") + name + ".tape";
  std::ofstream out(file);
  out << ToText(tape);
  out.close();
  return out ? file : "";
}

// Whether `complaint` is empty for every tape that RapidCheck makes, and for enough of them. If
// not, `why` tells the shrunk tape's complaint and file, or that hardly any was tried. `check(name,
// property)` is rc::check or the like; the last tape that it sees fail is the shrunk one.
template <class Check>
bool HoldsForTapes(const std::string& name, const TapeLimits& limits,
                   const TapeComplaint& complaint, std::string& why, Check check) {
  std::optional<Tape> shrunk;
  const auto property = [&] {
    const Tape tape = *TapeGenerator(limits);
    const std::string text = complaint(tape);
    if (text.empty()) return;
    shrunk = tape;
    why = text;
    RC_FAIL("the complaint is told below");
  };
  const bool holds = HoldsTried(name, property, why, check);
  if (holds || !shrunk) return holds;
  const std::string file = WriteFinding(name, *shrunk);
  // Other complaints than reports are not of one run, and no replay shows them.
  if (!file.empty() && why.rfind("MAPFUZZ-FAIL ", 0) == 0) {
    why = WithCommands(why, "replay: mapfuzz replay " + file + "\nshow:   mapfuzz show " + file);
  }
  why += "\nshrunk tape: " + file;
  return false;
}

inline void CheckTapes(const std::string& name, const TapeLimits& limits,
                       const TapeComplaint& complaint) {
  std::string why;
  const auto check = [](const std::string& description, const auto& property) {
    return rc::check(description, property);
  };
  EXPECT_TRUE(HoldsForTapes(name, limits, complaint, why, check)) << why;
}

// The report of a run that fails; empty if it passes.
inline std::string ComplaintOf(const Tape& tape, const RunResult& result) {
  return result.failure ? Report(tape, *result.failure) : "";
}

// Runs a tape on the map under test and keeps the history in text.
struct ToldRun {
  explicit ToldRun(const Tape& tape) {
    RunOptions options;
    options.history = &history;
    result = RunTape(kMapNames[0], tape, options);
  }
  std::string history;
  RunResult result;
};

// The first line in which two histories differ; empty if they are the same.
inline std::string FirstDifference(const std::string& a, const std::string& b) {
  if (a == b) return "";
  std::size_t start = 0;
  for (std::size_t i = 0; i < a.size() && i < b.size() && a[i] == b[i]; ++i) {
    if (a[i] == '\n') start = i + 1;
  }
  const auto line = [start](const std::string& text) {
    return text.substr(start, text.find('\n', start) - start);
  };
  return "one:   " + line(a) + "\nother: " + line(b);
}

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_TAPE_PROPERTY_H_
