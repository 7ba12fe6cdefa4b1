// What a map does with one key when nobody interferes: the specification that concurrent histories
// are held to.

#ifndef MAPFUZZ_MODEL_SEQUENTIAL_KEY_H_
#define MAPFUZZ_MODEL_SEQUENTIAL_KEY_H_

#include <cstdint>
#include <optional>

#include "model/concurrent_history.h"

namespace mapfuzz {

struct KeyState {
  enum class Kind : std::uint64_t {
    kAbsent,
    kPresent,   // with `value`
    kAnyValue,  // present; nothing is known of the value
  };

  static constexpr KeyState Absent() { return {}; }
  static constexpr KeyState Present(Value value) { return {Kind::kPresent, value}; }
  static constexpr KeyState AnyValue() { return {Kind::kAnyValue, 0}; }

  bool present() const { return kind != Kind::kAbsent; }
  // Whether `other` is among what this state stands for.
  bool CanBe(const KeyState& other) const {
    return *this == other || (kind == Kind::kAnyValue && other.present());
  }

  friend auto operator<=>(const KeyState&, const KeyState&) = default;

  Kind kind = Kind::kAbsent;
  Value value = 0;  // 0 unless kPresent
};

// The state after an operation on the key that was answered like this; none if it could not have
// been. Of an any value it is learned what the answer tells. O(1).
std::optional<KeyState> Step(const KeyState& before, const MapRequest& request,
                             const KeyAnswer& answer);

// Whether an operation with this answer, wherever it fits, leaves every state as it was.
bool OnlyReads(const MapRequest& request, const KeyAnswer& answer);

}  // namespace mapfuzz

#endif  // MAPFUZZ_MODEL_SEQUENTIAL_KEY_H_
