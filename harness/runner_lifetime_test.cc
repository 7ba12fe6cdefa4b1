// A map that owns instrumented objects in blocks of the run's heap: right at sight, and wrong on
// demand, so that each property of the lifetime oracle is seen to fail.

#include <gtest/gtest.h>

#include <cstring>
#include <map>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "harness/planted.h"

namespace mapfuzz {
namespace {

enum class LifeBug {
  kNone,
  kKeepsErasedValue,    // erase ends the key and not the value
  kKeepsErasedKey,      // the other way round
  kLeaksBlock,          // erase ends both and keeps the block
  kEndsValueEarly,      // an update ends the value that it writes to
  kEndsTwice,           // erase ends the key twice
  kReadsMovedFrom,      // an insert keeps the value that it has moved from
  kMovesByBytes,        // an insert copies the entry's bytes
  kWritesAfterFree,     // erase writes to the block when it is freed
  kFreesTwice,          // erase frees the block twice
  kFreesWrongSize,      // erase frees half the block
  kWritesBeforeStart,   // an insert writes before its block
  kEndsOneTooFewAtEnd,  // a map that dies forgets an entry
};

struct Key : Instrumented<Role::kKey> {
  explicit Key(KeyId id) : Instrumented(id) {}
};
struct Stored : Instrumented<Role::kValue> {
  explicit Stored(Value value) : Instrumented(value) {}
};
struct Node {
  Key key;
  Stored value;
};

class LifeToy {
 public:
  static constexpr bool kTakesFaults = true;
  static constexpr bool kUsesHeap = true;
  static constexpr bool kCountsLives = true;
  static constexpr bool kKeepsOldEntries = false;

  LifeToy(const Config&, Draws& draws) : draws_(&draws) {}
  LifeToy(LifeToy&&) = delete;
  ~LifeToy() {
    if (Planted<LifeBug>::Is(LifeBug::kEndsOneTooFewAtEnd) && !nodes_.empty()) {
      Lose(nodes_.begin()->second);
      nodes_.erase(nodes_.begin());
    }
    Clear();
  }

  void Remake(std::int32_t) { Clear(); }
  std::size_t Size() const { return nodes_.size(); }
  bool Put(KeyId key, Value value) { return Store(key, value); }
  std::optional<Value> Get(KeyId key) const {
    const auto it = nodes_.find(key);
    if (it == nodes_.end()) return std::nullopt;
    return it->second->value.number();
  }
  bool Has(KeyId key) const { return nodes_.count(key) != 0; }
  bool Del(KeyId key) {
    const auto it = nodes_.find(key);
    if (it == nodes_.end()) return false;
    Node* const node = it->second;
    nodes_.erase(it);
    End(node, Planted<LifeBug>::Now());
    return true;
  }
  std::pair<bool, Value> Try(KeyId key, Value value) {
    if (const auto there = Get(key)) return {false, *there};
    return {Store(key, value), value};
  }
  void Clear() {
    for (const auto& [id, node] : nodes_) End(node, LifeBug::kNone);
    nodes_.clear();
  }
  void Reserve(std::int32_t) {}
  void MoveFrom(LifeToy& other) {
    Clear();
    SwapWith(other);
  }
  void SwapWith(LifeToy& other) { std::swap(nodes_, other.nodes_); }
  template <class F>
  void ForEach(F f) const {
    for (const auto& [id, node] : nodes_) {
      f(Entry{static_cast<KeyId>(node->key.number()), node->value.number()});
    }
  }

 private:
  bool Store(KeyId id, Value value) {
    const auto it = nodes_.find(id);
    if (it != nodes_.end()) {
      Stored& stored = it->second->value;
      if (Planted<LifeBug>::Is(LifeBug::kEndsValueEarly)) stored.~Stored();
      stored.Set(value);
      return false;
    }
    void* const block = draws_->heap.Allocate(sizeof(Node), alignof(Node));
    Stored made(value);
    Node* node = ::new (block) Node{Key(id), Stored(made)};
    if (Planted<LifeBug>::Is(LifeBug::kReadsMovedFrom)) Stored taken(std::move(node->value));
    if (Planted<LifeBug>::Is(LifeBug::kWritesBeforeStart)) {
      Lose(block);
      Overwrite(static_cast<std::byte*>(block) - 1, 1);
    }
    if (Planted<LifeBug>::Is(LifeBug::kMovesByBytes)) {
      void* const other = draws_->heap.Allocate(sizeof(Node), alignof(Node));
      std::memcpy(other, block, sizeof(Node));
      draws_->heap.Free(block, sizeof(Node), alignof(Node));
      node = static_cast<Node*>(other);
    }
    nodes_.emplace(id, node);
    return true;
  }
  void End(Node* node, LifeBug bug) {
    if (bug != LifeBug::kKeepsErasedValue) node->value.~Stored();
    if (bug != LifeBug::kKeepsErasedKey) node->key.~Key();
    if (bug == LifeBug::kEndsTwice) node->key.~Key();
    if (bug == LifeBug::kLeaksBlock || bug == LifeBug::kFreesWrongSize) Lose(node);
    if (bug == LifeBug::kLeaksBlock) return;
    draws_->heap.Free(node, bug == LifeBug::kFreesWrongSize ? sizeof(Node) / 2 : sizeof(Node),
                      alignof(Node));
    if (bug == LifeBug::kFreesTwice) draws_->heap.Free(node, sizeof(Node), alignof(Node));
    if (bug == LifeBug::kWritesAfterFree) Overwrite(reinterpret_cast<std::byte*>(node), 8);
  }
  // The heap will never free it; the leak is planted, and no news to a sanitizer.
  static void Lose(const void* block) {
    static auto* const lost = new std::vector<const void*>;
    lost->push_back(block);
  }
  // As a stray pointer does it: unseen by sanitizers, so that the heap has to see it.
  [[gnu::no_sanitize_address]] static void Overwrite(std::byte* at, int count) {
    for (volatile std::byte* byte = reinterpret_cast<volatile std::byte*>(at); count > 0; --count) {
      *byte++ = std::byte{7};
    }
  }

  Draws* draws_;
  std::map<KeyId, Node*> nodes_;
};

static_assert(Subject<LifeToy> && CountsLives<LifeToy>);
static_assert(!Copies<LifeToy> && !Subscripts<LifeToy>);

Tape EveryUse() {
  return ParseOperations("fill 0 9\nput 3\ndel 4\nfill 20 9\nswap\nput 1\nfault alloc 1\nput 2\n");
}

TEST(RunnerLifetimeTest, AMapThatKeepsItsHousePasses) {
  EXPECT_EQ(VerdictOn<LifeToy>(LifeBug::kNone, EveryUse()), "");
}

TEST(RunnerLifetimeTest, SeesObjectsThatAreLeftOrMissing) {
  ExpectVerdict<LifeToy>(LifeBug::kKeepsErasedValue, "lifetime/values-left-over", EveryUse());
  ExpectVerdict<LifeToy>(LifeBug::kKeepsErasedKey, "lifetime/keys-left-over", EveryUse());
  ExpectVerdict<LifeToy>(LifeBug::kEndsOneTooFewAtEnd, "lifetime/values-left-over", EveryUse());
}

TEST(RunnerLifetimeTest, SeesObjectsThatAreUsedOutOfTheirLives) {
  ExpectVerdict<LifeToy>(LifeBug::kEndsValueEarly, "lifetime/used-after-end", EveryUse());
  ExpectVerdict<LifeToy>(LifeBug::kEndsTwice, "lifetime/ended-twice", EveryUse());
  ExpectVerdict<LifeToy>(LifeBug::kReadsMovedFrom, "lifetime/moved-from-read", EveryUse());
  ExpectVerdict<LifeToy>(LifeBug::kMovesByBytes, "lifetime/moved-by-bytes", EveryUse());
}

TEST(RunnerLifetimeTest, SeesBlocksThatAreMisused) {
  ExpectVerdict<LifeToy>(LifeBug::kLeaksBlock, "lifetime/leaked", EveryUse());
  ExpectVerdict<LifeToy>(LifeBug::kFreesTwice, "lifetime/freed-twice", EveryUse());
  ExpectVerdict<LifeToy>(LifeBug::kFreesWrongSize, "lifetime/freed-wrong-size", EveryUse());
  ExpectVerdict<LifeToy>(LifeBug::kWritesAfterFree, "lifetime/written-after-free", EveryUse());
  ExpectVerdict<LifeToy>(LifeBug::kWritesBeforeStart, "lifetime/written-before-start", EveryUse());
}

}  // namespace
}  // namespace mapfuzz
