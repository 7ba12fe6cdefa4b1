// What the adapters of shared maps have in common: values that are counted, and hash, draws and
// growth as the tape has them.
//
// Unlike what tapes of one thread give their map, none of it keeps anything that threads would
// share and that a map would have to guard.

#ifndef MAPFUZZ_TARGETS_SHARED_TYPES_H_
#define MAPFUZZ_TARGETS_SHARED_TYPES_H_

#include <atomic>
#include <cstdint>
#include <ostream>
#include <utility>

#include "harness/key_space.h"
#include "harness/tape.h"
#include "hmap/growth.h"
#include "hmap/policy.h"
#include "hmap/random.h"
#include "targets/tape_types.h"

namespace mapfuzz {

// The values of shared maps that are alive, of all types and maps.
class SharedValues {
 public:
  static std::int64_t Alive() { return alive_.load(std::memory_order_relaxed); }
  static void Add(std::int64_t n) { alive_.fetch_add(n, std::memory_order_relaxed); }

 private:
  static inline std::atomic<std::int64_t> alive_{0};
};

template <KeyType kType>
class SharedValue {
  using Types = TypesOf<kType>;

 public:
  explicit SharedValue(Value value) : stored_(Types::MakeValue(value)) { SharedValues::Add(1); }
  SharedValue(const SharedValue& other) : stored_(other.stored_) { SharedValues::Add(1); }
  SharedValue(SharedValue&& other) noexcept : stored_(std::move(other.stored_)) {
    SharedValues::Add(1);
  }
  SharedValue& operator=(const SharedValue&) = default;
  SharedValue& operator=(SharedValue&&) noexcept = default;
  ~SharedValue() { SharedValues::Add(-1); }

  Value value() const { return Types::ValueOf(stored_); }
  friend bool operator==(const SharedValue& a, const SharedValue& b) {
    return a.stored_ == b.stored_;
  }
  friend std::ostream& operator<<(std::ostream& out, const SharedValue& value) {
    return out << value.value();
  }

 private:
  typename Types::Stored stored_;
};

template <KeyType kType>
struct SharedHash {
  HashKind kind = HashKind::kGood;

  std::uint64_t operator()(const typename TypesOf<kType>::Key& key, std::uint32_t seed) const {
    return HashBits(kind, HashedBitsOf<kType>(kind, key), seed);
  }
};

// Every draw of a kind is the same.
struct SharedRandom {
  std::uint32_t seed = 0;

  std::uint64_t operator()(hmap::Draw draw) const {
    if (draw == hmap::Draw::kHashSeed && seed == 0) return 0;
    return Mix(seed + (std::uint64_t{static_cast<std::uint8_t>(draw)} << 32));
  }
};

struct SharedPolicy : hmap::Strict {
  using Growth = hmap::LoadFactor;
  using Random = SharedRandom;
  using Fatal = hmap::ThrowOnFatal;
};

template <class Parts>
Parts SharedParts(const Config& config) {
  Parts parts;
  parts.hash.kind = config.hash;
  parts.random.seed = config.seed;
  const GrowthRule rule = GrowthRuleOf(config);
  parts.growth.numerator = rule.numerator;
  parts.growth.denominator = rule.denominator;
  return parts;
}

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_SHARED_TYPES_H_
