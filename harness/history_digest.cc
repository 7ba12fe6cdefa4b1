#include "harness/history_digest.h"

#include <cstdio>
#include <optional>

#include "harness/tape_text.h"

namespace mapfuzz {
namespace {

std::string Hex(std::uint64_t digest) {
  char text[17];
  std::snprintf(text, sizeof(text), "%016llx", static_cast<unsigned long long>(digest));
  return text;
}

// One run, which must fail as `expect` says, or pass if that is empty.
void DigestRun(const Tape& tape, const std::string& name, const std::string& expect,
               const RunTapeFunction& run, TapeDigest& digest) {
  const RunResult result = run(tape);
  const std::string failed =
      result.failure ? result.failure->oracle + "/" + result.failure->property : "";
  const std::string history = IsShared(tape.config) ? "-" : Hex(result.history_digest);
  digest.lines += name + " " + history + " " + std::to_string(result.steps) +
                  (failed.empty() ? " passed" : " failed " + failed) + "\n";
  if (failed != expect) {
    digest.code = Worse(digest.code, DigestCode::kFinding);
    digest.problem += result.failure ? ReportWithTape(tape, *result.failure)
                                     : name + ": passes, and must fail with " + expect + "\n";
  } else if (result.steps == 0) {
    digest.code = Worse(digest.code, DigestCode::kNothing);
    digest.problem += name + ": not one step was done\n";
  }
}

}  // namespace

DigestCode Worse(DigestCode a, DigestCode b) {
  for (const DigestCode code :
       {DigestCode::kFinding, DigestCode::kNothing, DigestCode::kBadInput}) {
    if (a == code || b == code) return code;
  }
  return DigestCode::kAsItMust;
}

TapeDigest DigestTape(std::string_view text, const std::string& name, const RunTapeFunction& run) {
  TapeDigest digest;
  std::optional<TextTape> read;
  try {
    read = ParseTapeText(text, name);
  } catch (const ParseError& error) {
    return {"", DigestCode::kBadInput, std::string(error.what()) + "\n"};
  }
  Tape& tape = read->tape;
  DigestRun(tape, name, read->expect, run, digest);
  if (read->expect.empty() || IsShared(tape.config)) return digest;
  tape.config.policy = PolicyKind::kStrict;
  DigestRun(tape, name + "/strict", "", run, digest);
  return digest;
}

}  // namespace mapfuzz
