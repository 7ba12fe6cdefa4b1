// What the runner tells the oracles about a step: what it will do to a key, or what it may have
// done before it failed.
//
// The runner knows it from the tape and the model; the map is not asked.

#ifndef MAPFUZZ_HARNESS_ACCESS_H_
#define MAPFUZZ_HARNESS_ACCESS_H_

#include <cstdint>
#include <optional>

#include "harness/tape.h"
#include "model/model.h"

namespace mapfuzz {

// What an operation on a key will do, as the model knows ahead.
struct Access {
  ModelKey key;
  bool writes = false;   // does growth work: an insert, an update, or a delete in a filled map
  bool inserts = false;  // adds an entry
  bool erases = false;   // removes an entry
  bool refused = false;  // was to add an entry, and the limit on its chain forbade it
  bool makes = false;    // the map was moved from and gets a new table with its first insert
  bool alias = false;    // the value comes from another entry,
  ModelKey source{};     // which has this key
  int look_ups = 0;      // look-ups that come with it, of this key or another
  int nan_hashes = 0;    // hashes of a NaN drawn by these look-ups ahead of the write
};

// A step that failed, and what it may have done to the table before.
struct FailedStep {
  std::optional<FaultKind> kind = {};  // the fault that it met, if it met one
  bool grows = false;                  // growth work
  bool made = false;                   // the map had no table and has one now
  std::int32_t hint = 0;               // of a reserve: as many entries were to have room
  const Access* access = nullptr;      // of a step on one key
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_ACCESS_H_
