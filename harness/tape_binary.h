// The binary form of a tape, for fuzzing engines. It is total: every byte string, the empty one
// included, decodes to some canonical tape.
//
// A header of fixed width is followed by operations of fixed width, so that an engine that trims,
// copies or splices bytes trims, copies or splices operations. A short header is padded with
// zeros (all zeros is the default configuration), an operation cut short is dropped, and
// operations beyond kMaxOps are dropped.
//
// The map from bytes to tapes is not one to one. Opcodes get as many of the 256 byte values as
// they are worth: what makes a map grow and what moves an iterator often, what empties a map
// rarely. Most sizes of keys and values are at the edge of something. Counts below their limit
// stand for themselves, larger raw values for some moderate size, so that random bytes make phases
// that are neither empty nor endless. The encoder picks one byte string for each tape, and decoding
// that gives the tape back.
//
// The text form is the one to keep for years; this one may change with the list of operations.
//
// Header, little-endian:
//   0 type  1 policy  2 path  3 hash  4 growth  5 scale of keys (low two bits), chain
//   6..7 keys  8..9 hint  10..13 seed  14..15 key size  16..17 value size
//   18 alignment of keys (low half), of values  19 slots, and whether they adapt
// Operation, little-endian:
//   0 opcode  1 iterator, width, fault or field  2..3 key  4..5 count, second key, draw, hint or
//   nth
//
// A first byte of at least kFirstSharedByte makes it the tape of a map that threads share: type and
// kind of map are in it, and bytes that such a map has no other use for hold the rest.
//   1 threads  2 shards  3 hash  4 growth  5..7 keys  10..13 seed, all as above
//   8 kind of schedule (low three bits), level, length (two bits)
//   9 chance or depth (low half), length (four bits)  14..17 seed of the schedule  18..19 length
// There the top three bits of an opcode are the thread, and one opcode is no operation but a switch
// of an explicit schedule: 1..4 point, the thread as in all others.

#ifndef MAPFUZZ_HARNESS_TAPE_BINARY_H_
#define MAPFUZZ_HARNESS_TAPE_BINARY_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/tape.h"

namespace mapfuzz {

inline constexpr std::size_t kHeaderBytes = 20;
inline constexpr std::size_t kOpBytes = 6;
inline constexpr std::uint8_t kFirstSharedByte = 240;

std::vector<std::uint8_t> ToBinary(const Tape& tape);
Tape FromBinary(const std::uint8_t* data, std::size_t size);

// The opcode that a byte stands for: drawing a random byte draws an opcode by its weight.
OpCode OpCodeOfByte(std::uint8_t byte);
// The same in the tape of a shared map, for a number below kSharedSlots.
inline constexpr std::uint32_t kSharedSlots = 31;
OpCode SharedOpCodeOf(std::uint32_t number);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_TAPE_BINARY_H_
