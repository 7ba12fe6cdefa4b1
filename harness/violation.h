// Deliberate violations: does this build notice what its sanitizers are for?
//
// A sanitizer that is built in and yet reports nothing, since a variable switches it off or a flag
// was lost on the way, looks just like a map without bugs. So whoever relies on sanitizers has the
// very program that he is about to run do something wrong, once for each kind and in a process of
// its own, and expects to see it die of a report. Fuzz targets take `--mapfuzz_violate=NAME` for
// that and act on it before an engine has begun; the tool has a command for its own program.
//
// The process says on standard error with which sanitizers it was built, then commits the
// violation, and, should it still be alive, says so and ends with exit code 0.

#ifndef MAPFUZZ_HARNESS_VIOLATION_H_
#define MAPFUZZ_HARNESS_VIOLATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mapfuzz {

enum class Violation : std::uint8_t {
  kHeap,       // a write behind a block of the heap
  kPoison,     // a read of a free slot of a bucket
  kUndefined,  // a signed integer overflows
  kLeak,       // blocks that nobody holds when the process ends
  kRace,       // two threads write to one variable
};
inline constexpr int kViolations = 5;
inline constexpr std::string_view kViolationNames[kViolations] = {"heap", "poison", "undefined",
                                                                  "leak", "race"};
std::optional<Violation> ViolationNamed(std::string_view name);

// Sets of sanitizers, a bit for each.
using Sanitizers = std::uint64_t;
inline constexpr Sanitizers kAddressSanitizer = 1;
inline constexpr Sanitizers kUndefinedSanitizer = 2;
inline constexpr Sanitizers kLeakSanitizer = 4;
inline constexpr Sanitizers kThreadSanitizer = 8;
inline constexpr int kSanitizerKinds = 4;
inline constexpr std::string_view kSanitizerNames[kSanitizerKinds] = {"address", "undefined",
                                                                      "leak", "thread"};

// Those that this program was to be built with, by the word of the build (MAPFUZZ_SANITIZE) or of
// the compiler. Whether they are at work is another question.
Sanitizers SanitizersOfBuild();

// Their names with a space between each two; "none".
std::string TextOf(Sanitizers sanitizers);

// The sanitizer that is to report the violation.
Sanitizers ReporterOf(Violation violation);

// What the process says, each at the beginning of a line: TextOf() of what it was built with; the
// name of a violation that went unnoticed.
inline constexpr std::string_view kBuiltWithMark = "MAPFUZZ-BUILT-WITH ";
inline constexpr std::string_view kUnnoticedMark = "MAPFUZZ-UNNOTICED ";

// Commits the violation; returns if nothing stopped it.
using Violate = void (*)(Violation violation);

// The whole life of a process that is there to commit one.
[[noreturn]] void LiveToViolate(Sanitizers built_with, Violation violation, Violate violate);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_VIOLATION_H_
