// Blocks of operations that bring threads to one place: what `tape_recipes.h` is to one thread.
//
// Threads that work on keys of their own show nothing. A recipe gives them few keys and few
// operations each, and makes the map ready first: full up to the edge of a growth, with keys that
// were deleted, with a part that is about to be promoted. Which runs when is left to the schedule.

#ifndef MAPFUZZ_HARNESS_THREAD_RECIPES_H_
#define MAPFUZZ_HARNESS_THREAD_RECIPES_H_

#include <cstdint>
#include <string_view>
#include <vector>

#include "harness/random.h"
#include "harness/tape.h"

namespace mapfuzz {

inline constexpr int kThreadRecipes = 11;

// "growth-beside-readers", ...
std::string_view ThreadRecipeName(int recipe);

// The operations, canonical, of one recipe, or of any; every thread of `config` has some, those
// before the threads come first. `config` is that of a shared map.
std::vector<Op> ThreadBlock(int recipe, const Config& config, Random& random);
std::vector<Op> ThreadBlock(const Config& config, Random& random);

// What threads do that must not share a plain map.
enum class Misuse : std::uint8_t { kWriterAndReader, kTwoWriters, kWriterAndIteration };
inline constexpr int kMisuses = 3;
inline constexpr std::string_view kMisuseNames[kMisuses] = {"a writer and a reader", "two writers",
                                                            "a writer and an iteration"};

// A tape of `map: plain`: a thread that writes, and one or two others that do the other thing.
Tape MisuseTape(Misuse misuse, Random& random);

// Mostly blind choices; now and then by priorities.
Schedule RandomScheduleOf(Random& random);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_THREAD_RECIPES_H_
