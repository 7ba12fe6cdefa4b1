// The signature of a failure, read back from what a child printed.
//
// The harness prints one `MAPFUZZ-FAIL` line. A sanitizer or the engine prints a summary of its
// own; it is made into a signature of the same form, with the map's innermost function as site, or
// for what thread sanitizer reports, the two functions of the map that the threads had called:
// no addresses, no line numbers, so that one bug keeps one name while the code around it moves.

#ifndef MAPFUZZ_HARNESS_TOOL_SIGNATURE_H_
#define MAPFUZZ_HARNESS_TOOL_SIGNATURE_H_

#include <string>
#include <string_view>

#include "harness/tool/child.h"

namespace mapfuzz::tool {

inline constexpr std::string_view kFailMark = "MAPFUZZ-FAIL ";

struct Signature {
  std::string oracle;
  std::string property;
  std::string op = "?";
  std::string site = "?";

  // "oracle=... property=... op=... site=..."
  std::string Text() const;
  bool empty() const { return oracle.empty(); }

  friend bool operator==(const Signature&, const Signature&) = default;
};

// Of a run that a time limit ended.
inline Signature Hang() { return {"cost", "hang"}; }
// Of a run that took more memory than it may.
inline Signature TooMuchMemory() { return {"cost", "memory"}; }

// Of a line "MAPFUZZ-FAIL oracle=... ...", or of the part after the mark. Empty if it is neither.
Signature ParseSignature(std::string_view line);

// Of a child that ended badly; empty if it ended with exit code 0. The first MAPFUZZ-FAIL line
// wins, then a sanitizer's summary, then the time limit, then the signal.
Signature SignatureOfDeath(const ChildExit& end, std::string_view output);

// The part of the output that tells of the failure: from the MAPFUZZ-FAIL line or the sanitizer's
// banner on, at most so many lines. It begins with the MAPFUZZ-FAIL line in any case.
std::string ReportOfDeath(const Signature& signature, std::string_view output,
                          std::size_t most_lines = 120);

// "bool hmap::Map<int, std::less<> >::Put(int const&)" is "hmap::Map::Put".
std::string SimpleFunctionName(std::string_view function);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_SIGNATURE_H_
