// A concurrent history cut into parts that can be checked one by one.
//
// As long as no operation sees more than one key, a history is linearizable if and only if what it
// says of each key is (Herlihy and Wing, "Linearizability", 1990: locality). So each key is a part,
// and an operation that promises something of each key alone becomes an atom in every part: an
// iteration a get, a clear a delete. If an operation is promised to see all keys at one moment,
// there is one part of all keys. A clear does not see them: that it deletes all at one moment is
// left to whoever asks the parts (`clear_moments.h`), unless there is one part anyway.
//
// Operations may be let go: nothing that they told is held against the map, and what they write may
// happen at any moment, any number of times, or never. A part that fails even so fails by the
// operations that are held alone.

#ifndef MAPFUZZ_MODEL_HISTORY_PARTS_H_
#define MAPFUZZ_MODEL_HISTORY_PARTS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/concurrent_history.h"
#include "model/promises.h"
#include "model/sequential_key.h"

namespace mapfuzz {

// What must have happened at one moment, between `called` and `returned`; if it never returned, it
// may have. Keys are positions in `HistoryPart::keys`.
struct HistoryAtom {
  enum class Kind : std::uint8_t {
    kKey,         // `request` on `key`, answered by `answer`
    kSize,        // `size` keys are present
    kClear,       // all keys become absent
    kSnapshot,    // all keys are in the state of `snapshot`, as far as it tells one
    kImpossible,  // no map could have answered like this
  };

  // Whether it leaves every state as it was.
  bool OnlyReads() const;

  Kind kind = Kind::kKey;
  std::size_t op = 0;  // of the history
  Moment called = 0;
  Moment returned = kNever;
  std::optional<std::size_t> after{};  // an atom of the part that must have happened before
  std::size_t key = 0;
  MapRequest request{};
  KeyAnswer answer{};
  std::uint64_t size = 0;
  std::vector<std::optional<KeyState>> snapshot{};
};

struct HistoryPart {
  std::vector<KeyId> keys;  // in order
  std::vector<KeyState> initial;
  std::vector<HistoryAtom> atoms;  // by `called`
  // For each key, what operations that were let go may do to it.
  std::vector<std::vector<MapRequest>> loose;
};

// The parts, by key. `held[op]` tells whether the operation is held to what it told; sizes that are
// not promised to be atomic are in no part. O(operations * keys) at worst.
std::vector<HistoryPart> CutIntoParts(const ConcurrentHistory& history, const Promises& promises,
                                      const std::vector<bool>& held);

// The part, if also this atom happened.
HistoryPart WithAtom(HistoryPart part, const HistoryAtom& atom);

// The part without the atom at this position, which none has to be after.
HistoryPart WithoutAtom(HistoryPart part, std::size_t position);

// All keys of the history, in order.
std::vector<KeyId> KeysOf(const ConcurrentHistory& history);

}  // namespace mapfuzz

#endif  // MAPFUZZ_MODEL_HISTORY_PARTS_H_
