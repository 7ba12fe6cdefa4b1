// A live iterator: it goes on while its map is written to, through growths and clears.
//
// It begins at a random bucket and a random slot, walks the array that was current when it began,
// bucket by bucket with wrap-around, each chain's buckets from the same slot. Entries that were
// evacuated since are looked up in the table as it is now. If the table was growing when the
// iterator began, a bucket whose entries still wait in the old array is read there, and entries of
// the other half are left for later. Go: hiter, mapiterinit and mapiternext of runtime/map.go.
//
// Under `IterationRule::kContract` three things differ from Go, each for a sequence of operations
// under which Go's iterator misses an entry, repeats one, or produces one that is gone:
//   - It only ever reads the two arrays that were there when it began. Go reads whatever old
//     array there is when sizes agree, so that a later growth shows it another growth's chains.
//   - Whether entries of a chain are filtered by half is decided when the chain is entered. Go asks
//     at each step whether the growth now under way is a same-size one.
//   - It is over when the map was cleared or emptied, because the seed is then a new one and
//     every entry of the time before is gone. Go walks on through what is left.

#ifndef HMAP_ITERATOR_H_
#define HMAP_ITERATOR_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>

#include "hmap/core.h"
#include "hmap/ref.h"

namespace hmap {

// `Iterator` is what the map hands out; `kConst` makes values read-only.
template <class T, bool kConst>
class Iterator {
  using CoreT = Core<T>;
  using GenerationT = typename CoreT::GenerationT;
  using Place = typename CoreT::Place;

 public:
  using K = typename T::Key;
  using V = std::conditional_t<kConst, const typename T::Value, typename T::Value>;
  using value_type = std::pair<const K, typename T::Value>;
  using reference = std::pair<const K&, V&>;
  using difference_type = std::ptrdiff_t;
  using iterator_category = std::input_iterator_tag;
  using pointer = void;

  // An iterator that is at its end.
  Iterator() = default;
  // Begins at the entry that the random draw says. Of a null or empty core: at its end, and
  // nothing is drawn.
  explicit Iterator(CoreT* core);

  bool done() const { return key_ == nullptr; }
  // The entry at which the iterator stands. Valid until the next write to the map; with a key
  // that is not equal to itself and a growth since, the value may be a copy.
  const K& key() const { return *key_; }
  V& value() const { return *value_; }
  reference operator*() const { return {*key_, *value_}; }

  // To the next entry. The iterator must not be done. Throws StaleIterator if the map has died.
  Iterator& operator++() {
    Advance();
    return *this;
  }
  void operator++(int) { Advance(); }
  friend bool operator==(const Iterator& it, std::default_sentinel_t) { return it.done(); }

  // The arrays that it may still read, null where there is none; for tests and tools.
  std::array<const GenerationT*, 3> arrays() const {
    return {array_.get(), old_array_.get(), chain_array_.get()};
  }

  // How it goes on; for tests and tools.
  struct Position {
    bool over = true;  // it is at its end, or its map is gone, or all that was there when it began
    bool wrapped = false;
    std::size_t start_bucket = 0;
    std::size_t next_bucket = 0;
    std::size_t chain = 0;           // of `arrays()[2]`
    const Bucket* bucket = nullptr;  // null: the next chain is due
    unsigned slot = 0;
    unsigned offset = 0;
    std::size_t only = 0;  // entries of this bucket, counted from 1; 0: all
  };
  Position position() const;

 private:
  static constexpr std::size_t kNoCheck = static_cast<std::size_t>(-1);

  void Advance();
  bool EnterNextChain();
  void ChooseChain();
  void ChooseChainAsGo();
  bool Produce(unsigned slot);
  bool Filtered(const Place& cell) const;
  void CheckKeysKept() const;
  void End() { key_ = nullptr; }

  Ref<CoreT> core_;
  const K* key_ = nullptr;  // null: done
  V* value_ = nullptr;
  Ref<GenerationT> array_;        // current when the iterator began
  Ref<GenerationT> old_array_;    // being evacuated when it began
  Ref<GenerationT> chain_array_;  // where bucket_ is
  Bucket* bucket_ = nullptr;      // null: the next chain is due
  std::size_t start_bucket_ = 0;
  std::size_t next_bucket_ = 0;
  std::size_t chain_ = 0;         // of chain_array_, the chain of bucket_
  std::size_t check_ = kNoCheck;  // only entries that belong to this bucket
  std::uint64_t epoch_ = 0;
  unsigned offset_ = 0;  // its low bits: the slot at which each bucket begins
  unsigned b_ = 0;
  unsigned slot_ = 0;
  bool wrapped_ = false;
};

template <class T, bool kConst>
Iterator<T, kConst>::Iterator(CoreT* core) {
  if (core == nullptr) return;
  core->CheckHeader();
  if (core->count() == 0) return;
  core_ = Ref<CoreT>(core);
  array_ = Ref<GenerationT>(core->buckets());
  old_array_ = Ref<GenerationT>(core->oldbuckets());
  epoch_ = core->epoch();
  b_ = core->b();
  const std::uint64_t drawn = core->DrawIteratorStart();
  start_bucket_ = static_cast<std::size_t>(drawn & (array_->buckets() - 1));
  offset_ = static_cast<unsigned>(drawn >> b_);
  next_bucket_ = start_bucket_;
  core->MarkIterators();
  Advance();
}

template <class T, bool kConst>
void Iterator<T, kConst>::Advance() {
  if (!core_->alive()) {
    End();
    throw StaleIterator("hmap: the iterator's map is gone");
  }
  core_->BeginRead();
  core_->CheckHeader();
  core_->CheckNoWriter(kConcurrentIterationAndWrite);
  if (CoreT::kContract && epoch_ != core_->epoch()) return End();
  if (bucket_ != nullptr) chain_array_->CheckRest(chain_, bucket_);
  for (;;) {
    if (bucket_ == nullptr && !EnterNextChain()) return End();
    const auto& layout = chain_array_->layout();
    while (slot_ < layout.Slots()) {
      // If a hasher throws, the cell is due again.
      const bool produced = Produce((slot_ + offset_) & (layout.Slots() - 1));
      ++slot_;
      if (produced) return;
    }
    bucket_ = layout.Overflow(bucket_);
    slot_ = 0;
  }
}

// False if the walk is back where it began.
template <class T, bool kConst>
bool Iterator<T, kConst>::EnterNextChain() {
  if (wrapped_ && next_bucket_ == start_bucket_) return false;
  if constexpr (CoreT::kContract) {
    ChooseChain();
  } else {
    ChooseChainAsGo();
  }
  chain_array_->CheckChain(chain_);
  bucket_ = chain_array_->Chain(chain_);
  slot_ = 0;
  if (++next_bucket_ == array_->buckets()) {
    next_bucket_ = 0;
    wrapped_ = true;
  }
  return true;
}

template <class T, bool kConst>
typename Iterator<T, kConst>::Position Iterator<T, kConst>::position() const {
  if (done() || !core_->alive() || (CoreT::kContract && epoch_ != core_->epoch())) return {};
  return {.over = false,
          .wrapped = wrapped_,
          .start_bucket = start_bucket_,
          .next_bucket = next_bucket_,
          .chain = chain_,
          .bucket = bucket_,
          .slot = slot_,
          .offset = offset_,
          .only = check_ == kNoCheck ? 0 : check_ + 1};
}

// The old chain as long as its entries wait there, else the one of the iterator's own array.
template <class T, bool kConst>
void Iterator<T, kConst>::ChooseChain() {
  GenerationT* const old = old_array_.get();
  if (old != nullptr && old == core_->oldbuckets()) {
    const std::size_t n = next_bucket_ & (old->buckets() - 1);
    if (!old->IsEvacuated(n)) {
      if (chain_array_.get() != old) chain_array_ = old_array_;
      chain_ = n;
      check_ = old->b() != b_ ? next_bucket_ : kNoCheck;
      return;
    }
  }
  if (chain_array_.get() != array_.get()) chain_array_ = array_;
  chain_ = next_bucket_;
  check_ = kNoCheck;
}

// Go: `if h.growing() && it.B == h.B`, whichever growth that is.
template <class T, bool kConst>
void Iterator<T, kConst>::ChooseChainAsGo() {
  GenerationT* const old = core_->oldbuckets();
  if (old != nullptr && b_ == core_->b()) {
    const std::size_t n = next_bucket_ & (old->buckets() - 1);
    if (!old->IsEvacuated(n)) {
      if (chain_array_.get() != old) chain_array_ = Ref<GenerationT>(old);
      chain_ = n;
      check_ = next_bucket_;
      return;
    }
  }
  if (chain_array_.get() != array_.get()) chain_array_ = array_;
  chain_ = next_bucket_;
  check_ = kNoCheck;
}

// The entry in the old chain belongs to the other half. Of a key without a hash of its own the
// lowest bit of its tophash (or of its mark, once moved) tells which half it goes to.
template <class T, bool kConst>
bool Iterator<T, kConst>::Filtered(const Place& cell) const {
  if (check_ == kNoCheck) return false;
  if (!CoreT::kContract && core_->same_size_growth()) return false;
  const K& key = cell.key();
  if (CoreT::EqualsItself(key)) {
    return (core_->HashOf(key) & (array_->buckets() - 1)) != check_;
  }
  const std::size_t half = b_ == 0 ? 0 : check_ >> (b_ - 1);
  return half != (cell.tophash() & 1U);
}

// Stands on the cell's entry, if there is one to produce.
template <class T, bool kConst>
bool Iterator<T, kConst>::Produce(unsigned slot) {
  Place place{bucket_, slot, LayoutRef<typename CoreT::Layout>(chain_array_->layout())};
  const std::uint8_t tophash = place.tophash();
  if (IsEmpty(tophash) || tophash == kEvacuatedEmpty) return false;
  const bool moved = IsMoved(tophash);
  if (moved) CheckKeysKept();
  if (Filtered(place)) return false;
  const K& key = place.key();
  if (moved && CoreT::EqualsItself(key)) {
    place = core_->FindForIterator(key);
    if (place.bucket == nullptr) return false;
  }
  key_ = &place.key();
  value_ = &place.value();
  return true;
}

// What cannot be copied is moved out of the old array even from under an iterator, which then
// cannot tell what was there.
template <class T, bool kConst>
void Iterator<T, kConst>::CheckKeysKept() const {
  if constexpr (!CoreT::kCanRetain) {
    throw StaleIterator("hmap: the map grew under an iterator, and its entries cannot be copied");
  }
}

}  // namespace hmap

#endif  // HMAP_ITERATOR_H_
