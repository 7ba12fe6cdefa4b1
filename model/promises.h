// What a map promises to several threads about the operations that see more than one key. What an
// operation does with its one key is always promised to be atomic.

#ifndef MAPFUZZ_MODEL_PROMISES_H_
#define MAPFUZZ_MODEL_PROMISES_H_

#include <cstdint>

namespace mapfuzz {

enum class SizePromise : std::uint8_t {
  // The number of entries at one moment between call and return.
  kAtomic,
  // Each key counts as it was at some moment between call and return, not at the same for all: at
  // least the keys that were there throughout, at most those that were there at all.
  kBounded,
  // As kBounded, if no operation that writes overlaps this one. Otherwise anything.
  kQuiet,
};

enum class ClearPromise : std::uint8_t {
  // All keys are deleted at one moment between call and return. Of a size that
  // is not atomic, the bounds are drawn as if each key had a moment of its own.
  kAtomic,
  // Each key is deleted at some moment between call and return, not at the same for all.
  kPerKey,
};

enum class IterationPromise : std::uint8_t {
  // What was there at one moment between call and return, each entry once.
  kAtomic,
  // A key that was there throughout is produced, one that was absent throughout is not, none is
  // produced twice. A value was current at some moment between the call and its production. This
  // is what Go's sync.Map promises.
  kPerKey,
  // As kPerKey, but a key may be produced again if it was deleted and inserted meanwhile. This is
  // what Go's map promises to a loop that changes it.
  kPerIncarnation,
};

struct Promises {
  SizePromise size = SizePromise::kAtomic;
  ClearPromise clear = ClearPromise::kAtomic;
  IterationPromise iteration = IterationPromise::kAtomic;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_MODEL_PROMISES_H_
