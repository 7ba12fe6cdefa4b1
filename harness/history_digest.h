// What the runs of a tape came to, a line a run, to be compared between builds:
//
//   NAME DIGEST STEPS VERDICT
//
// DIGEST is that of the whole history, VERDICT "passed" or "failed ORACLE/PROPERTY". Nothing in a
// line may depend on compiler, flags, standard library or word size, so that builds whose lines
// differ do not run the same map. Where threads are parted depends on all of these, so a tape whose
// map they share has `-` for its digest.
//
// A tape of one thread that must fail (`expect:`) is run a second time under `policy: strict`,
// where it must pass, as NAME/strict.

#ifndef MAPFUZZ_HARNESS_HISTORY_DIGEST_H_
#define MAPFUZZ_HARNESS_HISTORY_DIGEST_H_

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "harness/run.h"
#include "harness/tape.h"

namespace mapfuzz {

// Exit codes, as everywhere.
enum class DigestCode : std::uint8_t {
  kAsItMust = 0,
  kFinding = 1,   // failed and must not, or passed and must not
  kBadInput = 2,  // no tape
  kNothing = 3,   // did no step, so that nothing follows from equal digests
};

// What becomes of the code of several: a finding goes before all, then that nothing was done.
DigestCode Worse(DigestCode a, DigestCode b);

struct TapeDigest {
  std::string lines;  // each with its end
  DigestCode code = DigestCode::kAsItMust;
  std::string problem;  // why it is not as it must be, in full
};

using RunTapeFunction = std::function<RunResult(const Tape&)>;

// Runs the tape in text form.
TapeDigest DigestTape(std::string_view text, const std::string& name, const RunTapeFunction& run);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_HISTORY_DIGEST_H_
