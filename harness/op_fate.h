// What became of an operation of a tape beside its steps: why it was left out, and whether a step
// met what it had armed.

#ifndef MAPFUZZ_HARNESS_OP_FATE_H_
#define MAPFUZZ_HARNESS_OP_FATE_H_

#include <cstdint>
#include <string_view>

namespace mapfuzz {

enum class Fate : std::uint8_t {
  // The operation, or a step of it, was left out:
  kNoIterators,
  kNoIterator,
  kNoCopies,
  kNoSubscript,
  kNoNan,
  kNoFaults,
  kNotChecked,
  kNoField,
  kNotShared,
  kBeyond,
  kTooDear,
  // What `fault`, `torment` and `corrupt` leave for steps to come:
  kMet,
  kUnmet,
  kReplaced,
  kDisarms,
};
inline constexpr int kFates = 15;

constexpr bool IsLeftOut(Fate fate) { return fate <= Fate::kTooDear; }
// It was armed, and did nothing.
constexpr bool IsIdle(Fate fate) { return fate == Fate::kUnmet || fate == Fate::kReplaced; }

// Why it was left out, or what became of what was armed. Behind kMet stands the step.
inline constexpr std::string_view kFateTexts[kFates] = {
    "the map has no iterators that live through writes",
    "no such iterator now",
    "the map, or what it holds, cannot be copied",
    "the map has no operator[] for its values",
    "the map holds no NaN keys",
    "nothing that the map calls can be made to throw",
    "the map is not checked",
    "no such field now, or it holds that already",
    "the map that threads share cannot do it",
    "threads, and what comes before them, do only so many steps; see `mapfuzz list tape`",
    "the checks after earlier ones have cost all that they may",
    "met in step",
    "met by no step",
    "met by no step before it was replaced",
    "nothing of this kind is armed from here",
};
constexpr std::string_view TextOf(Fate fate) { return kFateTexts[static_cast<int>(fate)]; }

struct OpFate {
  std::uint32_t operation = 0;  // of the tape, from 0
  Fate fate = Fate::kMet;
  std::uint64_t step = 0;   // done when it was decided
  std::uint64_t times = 1;  // in a row
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_OP_FATE_H_
