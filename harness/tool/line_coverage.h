// Which lines of the map a set of tapes runs, and how often.
//
// It takes a build of the map as it is, by preset `coverage`. All tapes run in one process, because
// to start one costs more than most tapes do; a run that fails is a verdict like others. Only a
// tape of which the process dies costs a second one, for what it had counted goes with it: the
// tapes before it are then run again, it is left out and named, and the rest go on without it.
//
// A count is the sum over all instantiations of a template. What the compiler works out, a constant
// or the shape of a bucket, is never run; nor does a line count that holds declarations alone.

#ifndef MAPFUZZ_HARNESS_TOOL_LINE_COVERAGE_H_
#define MAPFUZZ_HARNESS_TOOL_LINE_COVERAGE_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/tape.h"
#include "harness/tool/child.h"
#include "harness/tool/registry.h"

namespace mapfuzz::tool {

// LLVM's programs that make counts of profiles.
struct CoverageTools {
  std::string profdata;
  std::string cov;
};

// From the folders of `path`, as in the variable PATH. ToolError (environment) that names Debian's
// package if one is missing.
CoverageTools FindCoverageTools(std::string_view path);

// By a file's path below hmap/, "core_growth.h", and the number of a line, from 1: how often it
// ran. A line without a count has no code.
using LineCounts = std::map<std::string, std::map<std::uint32_t, std::uint64_t>>;

// Of what `llvm-cov export -format=lcov` writes; files outside the folder are left out.
LineCounts ParseLcov(std::string_view lcov, std::string_view folder);

enum class Reached : std::uint8_t {
  kNo,
  kYes,
  kNoCode,  // none of the lines has code to run
};

// Whether any of the lines `first` to `last` of the file ran: of what a planted edit replaces.
Reached WasReached(const LineCounts& counts, const std::string& file, std::uint32_t first,
                   std::uint32_t last);

struct CoverageRequest {
  std::string program;   // `mapfuzz` of a build tree by preset `coverage`
  std::string hmap_dir;  // that it was built against
  std::string map;       // that the tapes run on
  std::vector<Tape> tapes;
  std::string scratch;         // a folder for profiles, made and removed; it must not exist
  double limit_seconds = 600;  // of processor time, for all tapes
};

struct Coverage {
  LineCounts counts;
  std::size_t failed = 0;  // tapes with a verdict, which are counted like others
  std::vector<std::size_t>
      died;  // tapes (from 0) of which the process died; they count for nothing
};

// ToolError (environment) if the program counts no lines, or LLVM's do not take its profiles.
Coverage CoverageOf(const CoverageRequest& request, const CoverageTools& tools);

// The other side: the hidden command `run-many` runs the tapes that are on standard input, a JSON
// array of texts, and writes a line for each as it ends, "pass" or "fail", to kResultFd. Returns
// the exit code.
int RunMany(const Registry& registry, const std::string& map);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_LINE_COVERAGE_H_
