// Replays tapes in text form on the map under test and says what the history of each is, so that
// builds can be compared (`ci/builds`). Every tape runs on the types and the policy that it names.
// Needs the standard library only.

#include <cstdio>
#include <optional>
#include <string>
#include <vector>

#include "harness/history_digest.h"
#include "harness/replay_files.h"
#include "targets/subjects.h"

namespace mapfuzz {
namespace {

int Usage(const char* program) {
  std::fprintf(stderr,
               "usage: %s FILE|FOLDER...\n"
               "Prints, for each tape: NAME DIGEST STEPS VERDICT. Of a folder, all *.tape in it.\n"
               "Exit codes: 0 all as they must be, 1 a tape is not, 2 usage or no tape, 3 nothing "
               "was done.\n",
               program);
  return static_cast<int>(DigestCode::kBadInput);
}

DigestCode DigestFile(const std::string& file) {
  const std::optional<std::string> text = ReadFile(file);
  if (!text) {
    std::fprintf(stderr, "%s: cannot be read\n", file.c_str());
    return DigestCode::kBadInput;
  }
  const TapeDigest digest =
      DigestTape(*text, file, [](const Tape& tape) { return RunTape(kMapNames[0], tape); });
  std::fputs(digest.lines.c_str(), stdout);
  std::fflush(stdout);  // the next tape may end the process
  std::fputs(digest.problem.c_str(), stderr);
  return digest.code;
}

int Main(int argc, char** argv) {
  std::vector<std::string> files;
  for (int i = 1; i < argc; ++i) {
    if (argv[i][0] == '-') return Usage(argv[0]);
    if (!CollectFiles(argv[i], ".tape", files)) {
      std::fprintf(stderr, "%s: cannot be read\n", argv[i]);
      return static_cast<int>(DigestCode::kBadInput);
    }
  }
  if (argc < 2) return Usage(argv[0]);
  if (files.empty()) std::fprintf(stderr, "there is no tape in what was given\n");
  DigestCode code = files.empty() ? DigestCode::kNothing : DigestCode::kAsItMust;
  for (const std::string& file : files) code = Worse(code, DigestFile(file));
  return static_cast<int>(code);
}

}  // namespace
}  // namespace mapfuzz

int main(int argc, char** argv) { return mapfuzz::Main(argc, argv); }
