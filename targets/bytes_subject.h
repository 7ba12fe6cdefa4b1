// The adapter of `hmap::DynamicMap`: keys and values are bytes, of sizes and alignments that the
// tape chooses.
//
// Every key and value is handed in as a block of exactly its size and no more than its alignment,
// so that a sanitizer sees who reads beyond it or relies on more. What lies at an address that does
// not suit its alignment reads as broken.

#ifndef MAPFUZZ_TARGETS_BYTES_SUBJECT_H_
#define MAPFUZZ_TARGETS_BYTES_SUBJECT_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <utility>

#include "harness/bytes.h"
#include "harness/heap.h"
#include "harness/key_space.h"
#include "harness/subject.h"
#include "harness/tape.h"
#include "hmap/dynamic_map.h"
#include "targets/hmap_adapter.h"

namespace mapfuzz {

// A key or a value outside the map.
class BytesObject {
 public:
  BytesObject(BytesRole role, const TapeObject& shape, std::uint64_t number)
      : alignment_(shape.alignment),
        block_(static_cast<std::byte*>(
            ::operator new(alignment_ + shape.size, std::align_val_t{2 * alignment_}))) {
    WriteNumber(role, static_cast<std::uint32_t>(number), block_ + alignment_, shape.size);
  }
  BytesObject(const BytesObject&) = delete;
  BytesObject& operator=(const BytesObject&) = delete;
  ~BytesObject() { ::operator delete(block_, std::align_val_t{2 * alignment_}); }

  // A multiple of the alignment, and of no larger power of two.
  const std::byte* bytes() const { return block_ + alignment_; }

 private:
  std::size_t alignment_;
  std::byte* block_;
};

// Reads keys and values where they lie.
struct BytesReader {
  TapeLayout layout{};

  unsigned Slots() const { return layout.slots; }
  Entry operator()(const hmap::Opaque& key, const hmap::Opaque& value) const {
    return {IdOf(key), ValueOf(&value)};
  }
  KeyId IdOf(const hmap::Opaque& key) const {
    return Read(BytesRole::kKey, layout.key, &key).value_or(kNoKeyId);
  }
  Value ValueOf(const void* value) const {
    const std::optional<std::uint32_t> number = Read(BytesRole::kValue, layout.value, value);
    return number ? *number : kNoValue;
  }

 private:
  static std::optional<std::uint32_t> Read(BytesRole role, const TapeObject& shape,
                                           const void* object) {
    if (reinterpret_cast<std::uintptr_t>(object) % shape.alignment != 0) return std::nullopt;
    return ReadNumber(role, static_cast<const std::byte*>(object), shape.size);
  }
};

struct BytesHash {
  HashKind kind;
  Draws* draws;
  BytesReader reader;

  std::uint64_t operator()(const hmap::Opaque& key, std::uint32_t seed) const {
    draws->OnHash();
    return HashBits(kind, HashedBits(kind, KeyType::kBytes, reader.IdOf(key)), seed);
  }
};

struct BytesEqual {
  Draws* draws;
  std::size_t size;

  bool operator()(const hmap::Opaque& a, const hmap::Opaque& b) const {
    draws->OnEqual();
    return std::memcmp(&a, &b, size) == 0;
  }
};

// Growths that change the slots per bucket, if the tape wants that.
struct BytesGrowth : hmap::AdaptiveSlots {
  bool adapts = false;

  unsigned SlotsAfter(const hmap::GrowthState& state) const {
    return adapts ? hmap::AdaptiveSlots::SlotsAfter(state) : state.slots;
  }
};

template <PolicyKind kPolicy>
struct BytesPolicy : TapePolicy<kPolicy, PathKind::kGeneric> {
  using Growth = BytesGrowth;
};

template <PolicyKind kPolicy>
using BytesMap =
    hmap::DynamicMap<BytesHash, BytesEqual, TapeAllocator<std::byte>, BytesPolicy<kPolicy>>;

template <PolicyKind kPolicy>
class BytesSubject : public HmapAdapter<BytesMap<kPolicy>, BytesReader, true> {
  using Base = HmapAdapter<BytesMap<kPolicy>, BytesReader, true>;
  using Base::reader;

 protected:
  using Base::map;

 public:
  using typename Base::Iterator;

  BytesSubject(const Config& config, Draws& draws)
      : Base(config.hint, MakeParts(config, draws), draws, {config.layout}) {}

  [[gnu::noinline]] bool Put(KeyId key, Value value) {
    return map().insert_or_assign(Key(key).bytes(), Stored(value).bytes()).second;
  }
  [[gnu::noinline]] std::optional<Value> Get(KeyId key) const {
    const void* stored = map().find(Key(key).bytes());
    if (stored == nullptr) return std::nullopt;
    return reader().ValueOf(stored);
  }
  [[gnu::noinline]] bool Has(KeyId key) const { return map().contains(Key(key).bytes()); }
  [[gnu::noinline]] bool Del(KeyId key) { return map().erase(Key(key).bytes()) != 0; }
  [[gnu::noinline]] std::pair<bool, Value> Try(KeyId key, Value value) {
    const auto [stored, inserted] = map().insert(Key(key).bytes(), Stored(value).bytes());
    return {inserted, reader().ValueOf(stored)};
  }
  [[gnu::noinline]] Value Add(KeyId key, Value value) {
    void* stored = map().access(Key(key).bytes());
    const Value before = reader().ValueOf(stored);
    std::memcpy(stored, Stored(value).bytes(), reader().layout.value.size);
    return before;
  }
  [[gnu::noinline]] bool Alias(KeyId key, KeyId from) {
    const void* stored = map().find(Key(from).bytes());
    if (stored == nullptr) return false;
    map().insert_or_assign(Key(key).bytes(), stored);
    return true;
  }
  [[gnu::noinline]] bool DelAt(Iterator& iterator) {
    return map().erase(&Base::KeyAt(iterator)) != 0;
  }

 private:
  using typename Base::Parts;

  BytesObject Key(KeyId key) const { return {BytesRole::kKey, reader().layout.key, key}; }
  BytesObject Stored(Value value) const {
    return {BytesRole::kValue, reader().layout.value, value};
  }

  static hmap::ObjectShape ShapeOf(const TapeObject& object) {
    return {object.size, object.alignment};
  }
  static Parts MakeParts(const Config& config, Draws& draws) {
    const TapeLayout& layout = config.layout;
    Parts parts = Base::Completed(
        {{config.hash, &draws, {layout}},
         {&draws, layout.key.size},
         {},
         {},
         hmap::DynamicLayout(ShapeOf(layout.key), ShapeOf(layout.value), layout.slots),
         TapeAllocator<std::byte>(&draws.heap)},
        config, draws);
    parts.growth.adapts = layout.slots_kind == SlotsKind::kAdaptive;
    return parts;
  }
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_BYTES_SUBJECT_H_
