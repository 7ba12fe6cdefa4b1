// What tests know of a tape before any map has run it.

#ifndef MAPFUZZ_HARNESS_REHEARSAL_H_
#define MAPFUZZ_HARNESS_REHEARSAL_H_

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <set>

#include "harness/key_space.h"
#include "harness/tape.h"
#include "harness/tape_recipes.h"

namespace mapfuzz {

inline void ExpectCanonical(const Tape& tape) { EXPECT_EQ(Canonical(tape), tape); }

// What a tape does to the number of entries and to the size of the table, without the table:
// every key its own entry, tables doubled by the growth rule.
class Rehearsal {
 public:
  explicit Rehearsal(const Tape& tape) : config_(tape.config) {
    for (const Op& op : tape.ops) Apply(op);
  }

  std::size_t largest = 0;
  bool next_after_growth = false;
  bool next_after_two_growths = false;
  bool next_after_clear = false;
  bool held_at_cap_under_iterator = false;

 private:
  void Put(std::uint32_t key) {
    map_.insert(key % config_.keys);
    largest = std::max(largest, map_.size());
    while (GrowthRuleOf(config_.growth).Over(map_.size(), b_)) {
      ++b_;
      for (Iterator& it : its_) ++it.growths;
    }
  }
  void Del(std::uint32_t key) { map_.erase(key % config_.keys); }

  void Drift(const Op& op) {
    if (op.count > 4 * op.small && op.small > 4) {
      for (const Iterator& it : its_) {
        held_at_cap_under_iterator |= it.live && map_.size() + 4 > EntriesAt(config_.growth, b_);
      }
    }
    for (std::uint32_t i = 0; i < op.count; ++i) {
      Put(op.key + op.small + i);
      Del(op.key + i);
    }
  }

  void Next(const Op& op) {
    const Iterator& it = its_[op.small];
    next_after_growth |= it.live && it.growths > 0;
    next_after_two_growths |= it.live && it.growths > 1;
    next_after_clear |= it.live && it.cleared;
  }

  void Apply(const Op& op) {
    switch (op.code) {
      case OpCode::kPut:
      case OpCode::kTry:
      case OpCode::kAdd:
        return Put(op.key);
      case OpCode::kDel:
        return Del(op.key);
      case OpCode::kFill:
        for (std::uint32_t i = 0; i < op.count; ++i) Put(op.key + i);
        return;
      case OpCode::kDrain:
        for (std::uint32_t i = 0; i < op.count; ++i) Del(op.key + i);
        return;
      case OpCode::kDrift:
        return Drift(op);
      case OpCode::kBegin:
        its_[op.small] = {!map_.empty(), 0, false};
        return;
      case OpCode::kNext:
      case OpCode::kWalk:
        return Next(op);
      case OpCode::kDrop:
        its_[op.small] = {};
        return;
      case OpCode::kClear:
        map_.clear();
        for (Iterator& it : its_) it.cleared = true;
        return;
      case OpCode::kMove:
      case OpCode::kSwap:
      case OpCode::kRemake:
        map_.clear();
        b_ = 0;
        its_ = {};
        return;
      default:
        return;
    }
  }

  struct Iterator {
    bool live = false;
    int growths = 0;
    bool cleared = false;
  };

  const Config config_;
  std::set<std::uint32_t> map_;
  unsigned b_ = 0;
  std::array<Iterator, kIterators> its_{};
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_REHEARSAL_H_
