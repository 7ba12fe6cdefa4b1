// Mutation and crossover of tapes, for fuzzing engines.
//
// Edits are made to operations, not to bytes: insert, erase, duplicate and move spans, change one
// operand (`op_mutator.h`), the opcode or a field of the configuration (`config_mutator.h`), splice
// in a phase block (`tape_recipes.h`), cut a phase in two, cut two tapes together. Every fourth
// time a tape is begun afresh instead, with a configuration of its own. The result follows from the
// tape and the seed alone, is canonical and holds at most `max_ops` operations.
//
// Tapes whose map threads share go another way (`shared_mutator.h`); which tapes do is for `shape`
// to say, as it says what map they share.
//
// `shape` brings a configuration into the form that a fuzz target wants: it overwrites the fields
// the target pins. Null leaves it as it is. `about` is the kind of recipe that the target is about:
// every second block is one of those.

#ifndef MAPFUZZ_HARNESS_TAPE_MUTATOR_H_
#define MAPFUZZ_HARNESS_TAPE_MUTATOR_H_

#include <cstddef>
#include <cstdint>

#include "harness/tape.h"
#include "harness/tape_recipes.h"

namespace mapfuzz {

using Shape = Config (*)(Config);

// One edit or a few; the tape is another one afterwards, if `max_ops` and `shape` let it.
void Mutate(Tape& tape, std::uint32_t seed, std::size_t max_ops, Shape shape = nullptr,
            RecipeKind about = RecipeKind::kPlain);

// Another tape altogether, as from nothing, of the type of the one before or of another.
void StartAfresh(Tape& tape, std::uint32_t seed, std::size_t max_ops, Shape shape = nullptr,
                 RecipeKind about = RecipeKind::kPlain);

// A tape of parts of both, with the configuration of one of them.
Tape CrossOver(const Tape& a, const Tape& b, std::uint32_t seed, std::size_t max_ops,
               Shape shape = nullptr);

// The same on the binary form. The size of the result, at most `max_size` and at least 1 (if
// `max_size` is).
std::size_t MutateBytes(std::uint8_t* data, std::size_t size, std::size_t max_size,
                        std::uint32_t seed, Shape shape = nullptr,
                        RecipeKind about = RecipeKind::kPlain);
std::size_t StartBytesAfresh(const std::uint8_t* before, std::size_t before_size, std::uint8_t* out,
                             std::size_t max_size, std::uint32_t seed, Shape shape = nullptr,
                             RecipeKind about = RecipeKind::kPlain);
std::size_t CrossOverBytes(const std::uint8_t* a, std::size_t a_size, const std::uint8_t* b,
                           std::size_t b_size, std::uint8_t* out, std::size_t max_size,
                           std::uint32_t seed, Shape shape = nullptr);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_TAPE_MUTATOR_H_
