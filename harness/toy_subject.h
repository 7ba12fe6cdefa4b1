// A map for tests of the harness: simple enough to be right at sight, and wrong on demand.
//
// It is a std::map with live iterators in the order of keys. `kBug` plants one fault, so that every
// oracle of the runner can be shown to see the fault it is there for.

#ifndef MAPFUZZ_HARNESS_TOY_SUBJECT_H_
#define MAPFUZZ_HARNESS_TOY_SUBJECT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "harness/key_space.h"
#include "harness/subject.h"
#include "harness/tape.h"

namespace mapfuzz {

enum class ToyBug {
  kNone,
  kPutSaysUpdated,     // an insert says that it was an update
  kPutKeepsOldValue,   // an update does not write
  kGetGivesOldValue,   // a look-up gives the value before
  kHasSaysNo,          // contains() is never true
  kDelKeepsEntry,      // erase says yes and does nothing
  kDelSaysNo,          // erase works and says no
  kTryOverwrites,      // try_emplace writes over what is there
  kAddForgetsOld,      // operator[] gives 0 for what is there
  kAliasCopiesKey,     // m[a] = m[b] stores the key's number
  kWrongSize,          // size() is one too many from 5 entries on
  kLosesNeighbour,     // an insert drops another entry, and hides it from size()
  kClearLeavesOne,     // clear keeps an entry out of size()'s sight
  kCopyIsShallow,      // a copy shares its entries with the source
  kMoveLeavesEntries,  // a moved-from map still holds its entries
  kIteratorMisses,     // iterators skip every fifth key
  kIteratorRepeats,    // iterators give the first entry twice
  kIteratorGhost,      // iterators give an entry that was never there
  kIteratorOldValue,   // iterators give the value minus one
  kIteratorOldKey,     // iterators give -0 for +0
  kNeverStale,         // iterators go on when their map is gone
  kStaleTooSoon,       // iterators say that their map is gone when it was moved
  kKeepsOldKey,        // an update does not replace the key
  kOneNanOnly,         // all NaN keys are one
  kThrows,             // erase throws
  kCallsForEver,       // a look-up compares without end
};

template <ToyBug kBug = ToyBug::kNone>
class ToySubject {
  // NaN keys get a number of their own.
  using Key = std::pair<KeyId, std::uint64_t>;
  struct Content {
    std::map<Key, Entry> entries;
    bool alive = true;
    int travels = 0;
  };

 public:
  static constexpr bool kHoldsNan = true;

  ToySubject(const Config& config, Draws& draws) : type_(config.type), draws_(&draws) { Renew(); }
  ToySubject(ToySubject&& other) = default;
  ~ToySubject() {
    if (content_ != nullptr) content_->alive = false;
  }

  void Remake(std::int32_t) { Renew(); }
  std::size_t Size() const {
    const std::size_t size = entries().size() - (hidden_ <= entries().size() ? hidden_ : 0);
    return kBug == ToyBug::kWrongSize && size >= 5 ? size + 1 : size;
  }
  bool Put(KeyId key, Value value) {
    const bool inserted = Store(key, value, kBug != ToyBug::kPutKeepsOldValue);
    if (kBug == ToyBug::kLosesNeighbour && inserted && entries().size() == 6) {
      entries().erase(entries().begin());
      Store(60000, value, true);
    }
    return kBug == ToyBug::kPutSaysUpdated ? false : inserted;
  }
  std::optional<Value> Get(KeyId key) const {
    if (kBug == ToyBug::kCallsForEver) {
      while (!entries().empty()) draws_->calls.CountEqual();
    }
    const auto it = entries().find(KeyOf(key));
    if (it == entries().end()) return std::nullopt;
    return kBug == ToyBug::kGetGivesOldValue ? it->second.value - 1 : it->second.value;
  }
  bool Has(KeyId key) const {
    if (kBug == ToyBug::kHasSaysNo) return false;
    return entries().count(KeyOf(key)) != 0;
  }
  bool Del(KeyId key) {
    if (kBug == ToyBug::kThrows) throw std::runtime_error("toy");
    if (kBug == ToyBug::kDelKeepsEntry) return entries().count(KeyOf(key)) != 0;
    const bool erased = entries().erase(KeyOf(key)) != 0;
    return kBug == ToyBug::kDelSaysNo ? false : erased;
  }
  std::pair<bool, Value> Try(KeyId key, Value value) {
    const auto it = entries().find(KeyOf(key));
    if (it == entries().end()) return {Store(key, value, true), value};
    if (kBug == ToyBug::kTryOverwrites) it->second.value = value;
    return {false, it->second.value};
  }
  Value Add(KeyId key, Value value) {
    const auto it = entries().find(KeyOf(key));
    const Value before = it == entries().end() ? 0 : it->second.value;
    Store(key, value, true);
    return kBug == ToyBug::kAddForgetsOld ? 0 : before;
  }
  bool Alias(KeyId key, KeyId from) {
    const auto it = entries().find(KeyOf(from));
    if (it == entries().end()) return false;
    Store(key, kBug == ToyBug::kAliasCopiesKey ? it->first.first : it->second.value, true);
    return true;
  }
  void Clear() {
    if (kBug == ToyBug::kClearLeavesOne && !entries().empty()) {
      entries().erase(std::next(entries().begin()), entries().end());
      hidden_ = 1;
      return;
    }
    entries().clear();
  }
  void Reserve(std::int32_t) {}
  void CopyFrom(const ToySubject& other) {
    Renew();
    if (kBug == ToyBug::kCopyIsShallow) {
      content_ = other.content_;
    } else {
      entries() = other.entries();
    }
  }
  void MoveFrom(ToySubject& other) {
    content_->alive = false;
    content_ = other.content_;
    ++content_->travels;
    other.content_ = std::make_shared<Content>();
    if (kBug == ToyBug::kMoveLeavesEntries) other.entries() = entries();
  }
  void SwapWith(ToySubject& other) { std::swap(content_, other.content_); }
  void SelfAssign() {}
  template <class F>
  void ForEach(F f) const {
    for (const auto& [key, entry] : entries()) f(entry);
  }

  // Stands on a key; the next is the next greater of those there now.
  class Iterator {
   public:
    Produced Current() const { return current_; }
    Produced Next() {
      if (!content_->alive && kBug != ToyBug::kNeverStale) return {Produced::Kind::kStale, {}};
      if (kBug == ToyBug::kStaleTooSoon && content_->travels > 0) {
        return {Produced::Kind::kStale, {}};
      }
      if (kBug == ToyBug::kIteratorRepeats && given_++ == 1) return current_;
      auto it = started_ ? content_->entries.upper_bound(key_) : content_->entries.begin();
      if (kBug == ToyBug::kIteratorMisses && it != content_->entries.end() &&
          it->first.first % 5 == 4) {
        ++it;
      }
      started_ = true;
      if (it == content_->entries.end()) return current_ = {};
      key_ = it->first;
      Entry entry = it->second;
      if (kBug == ToyBug::kIteratorGhost) entry.key = 59999;
      if (kBug == ToyBug::kIteratorOldValue) --entry.value;
      if (kBug == ToyBug::kIteratorOldKey && entry.key == 0) entry.key = 1;
      return current_ = {Produced::Kind::kEntry, entry};
    }

   private:
    friend class ToySubject;
    explicit Iterator(std::shared_ptr<Content> content) : content_(std::move(content)) { Next(); }

    std::shared_ptr<Content> content_;
    Key key_;
    bool started_ = false;
    int given_ = 0;
    Produced current_;
  };

  Iterator Begin(std::uint16_t) { return Iterator(content_); }
  bool DelAt(Iterator& iterator) { return Del(iterator.Current().entry.key); }

 private:
  void Renew() {
    if (content_ != nullptr) content_->alive = false;
    content_ = std::make_shared<Content>();
  }
  std::map<Key, Entry>& entries() const { return content_->entries; }
  // No look-up finds a NaN.
  Key KeyOf(KeyId id) const {
    if (!IsNan(type_, id)) return {CanonicalId(type_, id), 0};
    return {id, kBug == ToyBug::kOneNanOnly ? 0 : UINT64_MAX};
  }
  bool Store(KeyId id, Value value, bool overwrite) {
    Key key = KeyOf(id);
    if (key.second != 0) key.second = ++nans_;
    const auto [it, inserted] = entries().try_emplace(key, Entry{id, value});
    if (!inserted && overwrite) {
      it->second.value = value;
      if (UpdatesKey(type_) && kBug != ToyBug::kKeepsOldKey) it->second.key = id;
    }
    return inserted;
  }

  KeyType type_;
  Draws* draws_;
  std::shared_ptr<Content> content_;
  std::uint64_t nans_ = 0;
  std::size_t hidden_ = 0;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_TOY_SUBJECT_H_
