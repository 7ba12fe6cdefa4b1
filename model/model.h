// What a map must hold: a `std::map` beside it.
//
// A `Model` is the content of one map. It knows no hashes and no buckets; it is told what a key is
// (`ModelKey`) and keeps entries in order. Entries whose key is not equal to itself (NaN) are kept
// apart: each insert makes a new one, no look-up finds one, and only a clear removes them.
//
// Every entry carries the number of its incarnation, and for each iterator slot the serial of the
// last iterator that produced it; `iteration.h` lives on these.

#ifndef MAPFUZZ_MODEL_MODEL_H_
#define MAPFUZZ_MODEL_MODEL_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "model/entry.h"

namespace mapfuzz {

// A key as the model sees it.
struct ModelKey {
  KeyId id = 0;         // as the operation names it
  KeyId canonical = 0;  // the same for all ids of equal keys
  bool nan = false;     // equal to nothing, to itself neither
};

inline constexpr int kSeenSlots = 5;

struct Cell {
  Entry entry;              // the stored key's id and the current value
  std::uint64_t birth = 0;  // later incarnations have greater numbers
  std::array<std::uint32_t, kSeenSlots> seen{};
  std::uint32_t visit = 0;  // the last whole comparison that met this entry
};

class Model {
 public:
  // `updates_key`: an insert over an equal key replaces the stored key.
  explicit Model(bool updates_key) : updates_key_(updates_key) {}

  std::size_t size() const { return cells_.size() + nans_.size(); }
  // Entries whose key is not equal to itself.
  std::size_t nans() const { return nans_.size(); }
  bool updates_key() const { return updates_key_; }

  // The entry of a key equal to this one, or null. Always null for a NaN.
  Cell* Find(const ModelKey& key);
  const Cell* Find(const ModelKey& key) const { return const_cast<Model*>(this)->Find(key); }

  // Adds an entry. `Find(key)` must be null.
  Cell& Insert(const ModelKey& key, Value value, std::uint64_t birth);

  // Overwrites the entry that `Find(key)` gave.
  void Update(Cell& cell, const ModelKey& key, Value value) const {
    cell.entry.value = value;
    if (updates_key_) cell.entry.key = key.id;
  }

  // Removes the entry that `Find(key)` gives.
  void Erase(const ModelKey& key);
  void Clear();

  // Calls f(Cell&) for every entry: by key, then the NaN entries.
  template <class F>
  void ForEach(F f) {
    for (auto& [id, cell] : cells_) f(cell);
    for (auto& [entry, cell] : nans_) f(cell);
  }
  template <class F>
  void ForEach(F f) const {
    const_cast<Model*>(this)->ForEach([&f](const Cell& cell) { f(cell); });
  }

  // The first NaN entry with this key and value that satisfies `wanted(const Cell&)`, the oldest
  // first; null if there is none. Copies of one value under one NaN cannot be told apart.
  template <class F>
  Cell* FindNan(const Entry& entry, F wanted) {
    const auto [first, last] = nans_.equal_range({entry.key, entry.value});
    for (auto it = first; it != last; ++it) {
      if (wanted(it->second)) return &it->second;
    }
    return nullptr;
  }

 private:
  bool updates_key_;
  std::map<KeyId, Cell> cells_;  // by canonical id
  std::multimap<std::pair<KeyId, Value>, Cell> nans_;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_MODEL_MODEL_H_
