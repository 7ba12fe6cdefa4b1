// A map for tests of the harness: simple enough to be right at sight, and wrong on demand.
//
// It is a std::map with live iterators in the order of keys. A `Planted` bug makes it wrong in one
// way, so that every oracle of the runner can be shown to see the fault it is there for.

#ifndef MAPFUZZ_HARNESS_TOY_SUBJECT_H_
#define MAPFUZZ_HARNESS_TOY_SUBJECT_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>

#include "harness/key_space.h"
#include "harness/planted.h"
#include "harness/state.h"
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
  kSwapsNoAllocators,  // swap leaves the allocators where they are
  kCopiesAllocator,    // a copy takes the allocator of what it is a copy of
  kMovesNoAllocator,   // and so does a move
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
  // Of inserts that a fault meets:
  kFaultLosesEntry,  // another entry goes first
  kFaultHalfInsert,  // the entry is there before the fault, and stays
  kFaultCounted,     // size() counts the entry before it is there
  kFaultSwallowed,   // nothing is thrown
  kFaultTranslated,  // something else is thrown
  // Of other steps that a fault meets:
  kFaultHalfClear,      // a clear has removed everything
  kFaultHalfCopy,       // a copy has emptied its target
  kFaultMovesIterator,  // an iterator has advanced
  // Of keys without a hash:
  kAcceptsUnhashable,    // they are taken like others
  kRefusesHashable,      // others are refused too
  kRefusesInOtherWords,  // not in Go's words
  // Of inserts beyond the limit:
  kLimitKeepsEntry,    // the entry is there all the same
  kLimitLosesEntry,    // another entry goes first
  kLimitSpoilsValue,   // another entry's value changes
  kLimitStopsUpdates,  // updates are refused too
  kLimitUnasked,       // there is a limit where none was set
  kLimitStopsReserve   // room cannot be reserved
};

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
  static constexpr bool kTakesFaults = true;
  static constexpr bool kRefusesKeys = true;

  // It is one chain, of buckets of 8.
  struct ChainLimit : std::runtime_error {
    ChainLimit() : std::runtime_error("toy: full") {}
  };

  ToySubject(const Config& config, Draws& draws)
      : type_(config.type),
        limit_(std::size_t{8} * config.chain),
        draws_(&draws),
        allocator_(draws.NextAllocator()) {
    if (Is(ToyBug::kLimitUnasked) && limit_ == 0) limit_ = 8;
    Renew();
  }
  ToySubject(ToySubject&& other) = default;
  ~ToySubject() {
    if (content_ != nullptr) content_->alive = false;
  }

  void Remake(std::int32_t) { Renew(); }
  std::size_t Size() const {
    const std::size_t size = entries().size() - (hidden_ <= entries().size() ? hidden_ : 0);
    return (Is(ToyBug::kWrongSize) && size >= 5 ? size + 1 : size) + counted_;
  }
  bool Put(KeyId key, Value value) {
    MayRefuse(key);
    const bool inserted = Store(key, value, !Is(ToyBug::kPutKeepsOldValue));
    if (Is(ToyBug::kLosesNeighbour) && inserted && entries().size() == 6) {
      entries().erase(entries().begin());
      Store(60000, value, true);
    }
    return Is(ToyBug::kPutSaysUpdated) ? false : inserted;
  }
  std::optional<Value> Get(KeyId key) const {
    MayRefuse(key);
    draws_->faults.Meet(FaultKind::kHash);
    if (Is(ToyBug::kCallsForEver)) {
      while (!entries().empty()) draws_->calls.CountEqual();
    }
    const auto it = entries().find(KeyOf(key));
    if (it == entries().end()) return std::nullopt;
    return Is(ToyBug::kGetGivesOldValue) ? it->second.value - 1 : it->second.value;
  }
  bool Has(KeyId key) const {
    MayRefuse(key);
    if (Is(ToyBug::kHasSaysNo)) return false;
    return entries().count(KeyOf(key)) != 0;
  }
  bool Del(KeyId key) {
    MayRefuse(key);
    draws_->faults.Meet(FaultKind::kHash);
    if (Is(ToyBug::kThrows)) throw std::runtime_error("toy");
    if (Is(ToyBug::kDelKeepsEntry)) return entries().count(KeyOf(key)) != 0;
    const bool erased = entries().erase(KeyOf(key)) != 0;
    return Is(ToyBug::kDelSaysNo) ? false : erased;
  }
  std::pair<bool, Value> Try(KeyId key, Value value) {
    MayRefuse(key);
    const auto it = entries().find(KeyOf(key));
    if (it == entries().end()) return {Store(key, value, true), value};
    if (Is(ToyBug::kTryOverwrites)) it->second.value = value;
    return {false, it->second.value};
  }
  Value Add(KeyId key, Value value) {
    MayRefuse(key);
    const auto it = entries().find(KeyOf(key));
    const Value before = it == entries().end() ? 0 : it->second.value;
    Store(key, value, true);
    return Is(ToyBug::kAddForgetsOld) ? 0 : before;
  }
  bool Alias(KeyId key, KeyId from) {
    MayRefuse(from);
    const auto it = entries().find(KeyOf(from));
    if (it == entries().end()) return false;
    MayRefuse(key);
    Store(key, Is(ToyBug::kAliasCopiesKey) ? it->first.first : it->second.value, true);
    return true;
  }
  void Clear() {
    if (Is(ToyBug::kClearLeavesOne) && !entries().empty()) {
      entries().erase(std::next(entries().begin()), entries().end());
      hidden_ = 1;
      return;
    }
    if (!Is(ToyBug::kFaultHalfClear)) draws_->faults.Meet(FaultKind::kDraw);
    entries().clear();
    if (Is(ToyBug::kFaultHalfClear)) draws_->faults.Meet(FaultKind::kDraw);
  }
  void Reserve(std::int32_t hint) {
    if (Is(ToyBug::kLimitStopsReserve) && hint > 8) throw ChainLimit();
  }
  void CopyFrom(const ToySubject& other) {
    if (!Is(ToyBug::kFaultHalfCopy)) draws_->faults.Meet(FaultKind::kCopy);
    Renew();
    if (Is(ToyBug::kFaultHalfCopy)) draws_->faults.Meet(FaultKind::kCopy);
    if (Is(ToyBug::kCopiesAllocator)) allocator_ = other.allocator_;
    if (Is(ToyBug::kCopyIsShallow)) {
      content_ = other.content_;
    } else {
      entries() = other.entries();
    }
  }
  void MoveFrom(ToySubject& other) {
    content_->alive = false;
    content_ = other.content_;
    ++content_->travels;
    if (!Is(ToyBug::kMovesNoAllocator)) allocator_ = other.allocator_;
    other.content_ = std::make_shared<Content>();
    if (Is(ToyBug::kMoveLeavesEntries)) other.entries() = entries();
  }
  void SwapWith(ToySubject& other) {
    std::swap(content_, other.content_);
    if (!Is(ToyBug::kSwapsNoAllocators)) std::swap(allocator_, other.allocator_);
  }
  std::uint32_t AllocatorNumber() const { return allocator_; }
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
      if (!content_->alive && !Is(ToyBug::kNeverStale)) return {Produced::Kind::kStale, {}};
      if (Is(ToyBug::kStaleTooSoon) && content_->travels > 0) {
        return {Produced::Kind::kStale, {}};
      }
      if (Is(ToyBug::kIteratorRepeats) && given_++ == 1) return current_;
      if (!Is(ToyBug::kFaultMovesIterator)) draws_->faults.Meet(FaultKind::kHash);
      auto it = started_ ? content_->entries.upper_bound(key_) : content_->entries.begin();
      if (Is(ToyBug::kIteratorMisses) && it != content_->entries.end() &&
          it->first.first % 5 == 4) {
        ++it;
      }
      started_ = true;
      if (it == content_->entries.end()) return current_ = {};
      key_ = it->first;
      Entry entry = it->second;
      if (Is(ToyBug::kIteratorGhost)) entry.key = 59999;
      if (Is(ToyBug::kIteratorOldValue)) --entry.value;
      if (Is(ToyBug::kIteratorOldKey) && entry.key == 0) entry.key = 1;
      current_ = {Produced::Kind::kEntry, entry};
      if (Is(ToyBug::kFaultMovesIterator)) draws_->faults.Meet(FaultKind::kHash);
      return current_;
    }

   private:
    friend class ToySubject;
    Iterator(std::shared_ptr<Content> content, Draws* draws)
        : content_(std::move(content)), draws_(draws) {
      Next();
    }

    std::shared_ptr<Content> content_;
    Draws* draws_;
    Key key_;
    bool started_ = false;
    int given_ = 0;
    Produced current_;
  };

  Iterator Begin(std::uint16_t) { return Iterator(content_, draws_); }
  bool DelAt(Iterator& iterator) { return Del(iterator.Current().entry.key); }

  void WriteState(const ToySubject& other, std::span<const Iterator* const> iterators,
                  StateWriter& writer) const {
    for (const ToySubject* toy : {this, &other}) {
      writer.Line("map", toy == this ? 0 : 1);
      for (const auto& [key, entry] : toy->entries()) {
        writer.Word("key", entry.key);
        writer.Word("value", entry.value);
      }
    }
    for (std::size_t slot = 0; slot < iterators.size(); ++slot) {
      if (iterators[slot] == nullptr) continue;
      writer.Line("iterator", slot);
      writer.Word("at", iterators[slot]->key_.first);
    }
  }

 private:
  static bool Is(ToyBug bug) { return Planted<ToyBug>::Is(bug); }
  void Renew() {
    if (content_ != nullptr) content_->alive = false;
    content_ = std::make_shared<Content>();
  }
  std::map<Key, Entry>& entries() const { return content_->entries; }
  // No look-up finds a NaN.
  Key KeyOf(KeyId id) const {
    if (!IsNan(type_, id)) return {CanonicalId(type_, id), 0};
    return {id, Is(ToyBug::kOneNanOnly) ? 0 : UINT64_MAX};
  }
  void MayRefuse(KeyId id) const {
    if (Is(ToyBug::kRefusesHashable)) throw KeyRefused(std::string(kRefusalText));
    if (!IsUnhashable(type_, id) || Is(ToyBug::kAcceptsUnhashable)) return;
    throw KeyRefused(Is(ToyBug::kRefusesInOtherWords) ? "no" : std::string(kRefusalText));
  }
  // One more entry may be one too many.
  void MayRefuseInsert(const Key& key, const Entry& entry, bool inserts) {
    if (limit_ == 0 || entries().size() < limit_) return;
    if (!inserts && !Is(ToyBug::kLimitStopsUpdates)) return;
    if (Is(ToyBug::kLimitKeepsEntry)) entries().try_emplace(key, entry);
    if (Is(ToyBug::kLimitLosesEntry)) entries().erase(entries().begin());
    if (Is(ToyBug::kLimitSpoilsValue)) ++entries().begin()->second.value;
    throw ChainLimit();
  }
  // Room for one more entry, which there may not be.
  void Allocate(const Key& key, const Entry& entry) {
    if (Is(ToyBug::kFaultLosesEntry) && !entries().empty()) entries().erase(entries().begin());
    if (Is(ToyBug::kFaultHalfInsert)) entries().try_emplace(key, entry);
    if (Is(ToyBug::kFaultCounted)) ++counted_;
    try {
      draws_->faults.Meet(FaultKind::kAlloc);
    } catch (const InjectedFault&) {
      if (Is(ToyBug::kFaultSwallowed)) return;
      if (Is(ToyBug::kFaultTranslated)) throw std::runtime_error("toy");
      throw;
    }
    if (Is(ToyBug::kFaultCounted)) --counted_;
  }
  bool Store(KeyId id, Value value, bool overwrite) {
    draws_->faults.Meet(FaultKind::kHash);
    Key key = KeyOf(id);
    if (key.second != 0) key.second = ++nans_;
    const bool inserted = entries().count(key) == 0;
    MayRefuseInsert(key, {id, value}, inserted);
    if (inserted) Allocate(key, {id, value});
    const auto it = entries().try_emplace(key, Entry{id, value}).first;
    if (!inserted && overwrite) {
      it->second.value = value;
      if (UpdatesKey(type_) && !Is(ToyBug::kKeepsOldKey)) it->second.key = id;
    }
    return inserted;
  }

  KeyType type_;
  std::size_t limit_;  // of entries; 0: none
  Draws* draws_;
  std::uint32_t allocator_;
  std::shared_ptr<Content> content_;
  std::uint64_t nans_ = 0;
  std::size_t hidden_ = 0;
  std::size_t counted_ = 0;
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_TOY_SUBJECT_H_
