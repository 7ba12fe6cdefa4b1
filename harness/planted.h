// Plants bugs in the toy maps of tests.
//
// A toy asks at run time which bug it has, and not at compile time, because a runner compiled for
// each of some fifty bugs is what a build under every compiler would spend its minutes on.

#ifndef MAPFUZZ_HARNESS_PLANTED_H_
#define MAPFUZZ_HARNESS_PLANTED_H_

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <vector>

#include "harness/runner.h"
#include "harness/tape_text.h"

namespace mapfuzz {

// While it lives, all toys that know this enumeration have the bug; else they have `Bug::kNone`.
template <class Bug>
class Planted {
 public:
  explicit Planted(Bug bug) { bug_ = bug; }
  Planted(const Planted&) = delete;
  Planted& operator=(const Planted&) = delete;
  ~Planted() { bug_ = Bug::kNone; }

  static Bug Now() { return bug_; }
  static bool Is(Bug bug) { return bug_ == bug; }

 private:
  static inline Bug bug_ = Bug::kNone;
};

inline Tape ParseOperations(const std::string& operations, const std::string& header = "") {
  return ParseTapeText("mapfuzz tape v1\n" + header + "\n" + operations + "end\n", "test").tape;
}

// What a run of the toy notes of operations, a line each: the operation's number from 1, the text,
// the step of what was met, how often in a row.
template <class Toy>
std::string FatesOf(const std::string& operations, const std::string& header = "") {
  std::vector<OpFate> fates;
  RunOptions options;
  options.fates = &fates;
  Runner<Toy>::Run(ParseOperations(operations, header), options);
  std::string text;
  for (const OpFate& fate : fates) {
    text += std::to_string(fate.operation + 1) + " " + std::string(TextOf(fate.fate));
    if (fate.fate == Fate::kMet) text += " " + std::to_string(fate.step);
    if (fate.times > 1) text += ", times " + std::to_string(fate.times);
    text += "\n";
  }
  return text;
}

// "oracle/property" of the failure of a toy with this bug, "" if there is none.
template <class Toy, class Bug>
std::string VerdictOn(Bug bug, const Tape& tape) {
  const Planted<Bug> planted(bug);
  const RunResult result = Runner<Toy>::Run(tape);
  return result.failure ? result.failure->oracle + "/" + result.failure->property : "";
}

// The runner sees the bug in this tape, and nothing without the bug.
template <class Toy, class Bug>
void ExpectVerdict(Bug bug, const std::string& verdict, const Tape& tape) {
  EXPECT_EQ(VerdictOn<Toy>(Bug::kNone, tape), "");
  EXPECT_EQ(VerdictOn<Toy>(bug, tape), verdict);
}

// The same in a tape of these operations.
template <class Toy, class Bug>
void ExpectSeen(Bug bug, const std::string& verdict, const std::string& operations,
                const std::string& header = "") {
  SCOPED_TRACE(operations);
  ExpectVerdict<Toy>(bug, verdict, ParseOperations(operations, header));
}

// What is seen in one of several tapes that share a header.
template <class Bug>
struct Sighting {
  Bug bug;
  std::string verdict;
  std::string operations;
};

template <class Toy, class Bug>
void ExpectEachSeen(std::initializer_list<Sighting<Bug>> sightings, const std::string& header) {
  for (const auto& [bug, verdict, operations] : sightings) {
    ExpectSeen<Toy>(bug, verdict, operations, header);
  }
}

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_PLANTED_H_
