// Findings of a hunt: one tape per signature, with how often it was met and how to replay it.
//
// A finding must not be lost: if its file cannot be written, the tape is printed.

#ifndef MAPFUZZ_HARNESS_TOOL_FINDING_STORE_H_
#define MAPFUZZ_HARNESS_TOOL_FINDING_STORE_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "harness/tape.h"
#include "harness/tool/screen.h"
#include "harness/tool/signature.h"

namespace mapfuzz::tool {

struct Finding {
  std::string target;
  Signature signature;
  std::optional<Tape> tape;  // none if the fuzzer saved no input (a leak seen at its end)
  std::string program;       // `mapfuzz` of the build that shows it; empty: this tool
  std::string report;        // begins with the MAPFUZZ-FAIL line
  bool confirmed = false;    // failed again in a process of its own
  std::uint64_t count = 1;   // this hunt and earlier ones into the same folder
  std::string file;          // of the tape, else of the report; empty if none could be written
};

// "<target>-<oracle>-<property>-<hash of the signature>".
std::string FindingName(const std::string& target, const Signature& signature);

// A comment on a tape whose schedule counts loads and stores, and so is of one build: which.
// Nothing for others.
std::string BuildNote(const Tape& tape);

// The tape's text with the finding's story in comments.
std::string FindingText(const Finding& finding, const std::string& replay_command);

class FindingStore {
 public:
  // `program` is this tool and `options` what it needs to run on the same map (with a space before
  // each), for the commands in the files.
  FindingStore(std::string folder, std::string program, std::string options, Screen& screen)
      : folder_(std::move(folder)),
        program_(std::move(program)),
        options_(std::move(options)),
        screen_(screen) {}

  // Counts the finding; the first of its signature, or a shorter or better confirmed one, is
  // written. True if the signature is new to this hunt.
  bool Add(Finding finding);

  bool Has(const std::string& target, const Signature& signature) const;

  // Whether one failed again in a process of its own.
  bool HasConfirmed() const;

  const std::vector<Finding>& findings() const { return findings_; }

 private:
  void Write(Finding& finding);

  std::string folder_;
  std::string program_;
  std::string options_;
  Screen& screen_;
  std::vector<Finding> findings_;
};

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_FINDING_STORE_H_
