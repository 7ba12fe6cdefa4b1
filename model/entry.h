// What a map holds, as tapes, models and oracles name it: key ids and values.

#ifndef MAPFUZZ_MODEL_ENTRY_H_
#define MAPFUZZ_MODEL_ENTRY_H_

#include <cstdint>
#include <string>

namespace mapfuzz {

using KeyId = std::uint32_t;

// The number of the step that wrote the value: a stale value is visible. 0 is the value of an
// entry that `operator[]` made and nobody wrote.
using Value = std::uint64_t;

struct Entry {
  KeyId key = 0;
  Value value = 0;

  friend bool operator==(const Entry&, const Entry&) = default;
};

// "key 7 value 12"
inline std::string EntryText(const Entry& entry) {
  return "key " + std::to_string(entry.key) + " value " + std::to_string(entry.value);
}

}  // namespace mapfuzz

#endif  // MAPFUZZ_MODEL_ENTRY_H_
