#include "hmap/sync_entry.h"

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "hmap/reclaimer.h"
#include "hmap/ref.h"

namespace hmap {
namespace {

using Entry = SyncEntry<int>;
using Pin = Reclaimer::Pin;
using Outcome = Entry::Outcome;

Ref<Entry> Make(EntryState state) {
  Reclaimer reclaimer;
  RetiredList garbage;
  Pin pin(reclaimer, garbage);
  Ref<Entry> entry(new Entry(std::make_unique<Entry::Box>(10)));
  if (state != EntryState::kHoldsValue) entry->Delete(pin, nullptr);
  if (state == EntryState::kExpunged) entry->TryExpunge();
  EXPECT_EQ(entry->state(), state);
  return entry;
}

bool Swap(Entry& entry, Pin& pin, std::optional<int>* previous) {
  auto box = std::make_unique<Entry::Box>(20);
  const bool swapped = entry.TrySwap(pin, box, previous);
  EXPECT_EQ(box == nullptr, swapped) << "the box is taken or not";
  return swapped;
}

struct Case {
  std::string name;
  std::function<bool(Entry&, Pin&)> call;
  // For an entry that holds 10, that is deleted, that is expunged: the answer and the state after.
  bool answers[3];
  EntryState states[3];
  std::optional<int> value;  // then held by an entry that held 10
};

constexpr EntryState kHolds = EntryState::kHoldsValue;
constexpr EntryState kDeleted = EntryState::kDeleted;
constexpr EntryState kExpunged = EntryState::kExpunged;

const Case kCases[] = {
    {"swap",
     [](Entry& entry, Pin& pin) { return Swap(entry, pin, nullptr); },
     {true, true, false},
     {kHolds, kHolds, kExpunged},
     20},
    {"swap for the previous value",
     [](Entry& entry, Pin& pin) {
       const bool held = entry.state() == kHolds;
       std::optional<int> previous;
       const bool swapped = Swap(entry, pin, &previous);
       EXPECT_EQ(previous, held ? std::optional<int>(10) : std::nullopt);
       return swapped;
     },
     {true, true, false},
     {kHolds, kHolds, kExpunged},
     20},
    {"load or store",
     [](Entry& entry, Pin& pin) {
       const bool held = entry.state() == kHolds;
       std::optional<int> actual;
       const Outcome outcome = entry.TryLoadOrStore(pin, 20, actual);
       if (outcome == Outcome::kExpunged) return false;
       EXPECT_EQ(outcome, held ? Outcome::kLoaded : Outcome::kStored);
       EXPECT_EQ(actual, held ? 10 : 20);
       return true;
     },
     {true, true, false},
     {kHolds, kHolds, kExpunged},
     10},
    {"delete",
     [](Entry& entry, Pin& pin) {
       std::optional<int> previous;
       const bool deleted = entry.Delete(pin, &previous);
       EXPECT_EQ(previous, deleted ? std::optional<int>(10) : std::nullopt);
       return deleted;
     },
     {true, false, false},
     {kDeleted, kDeleted, kExpunged},
     {}},
    {"compare and swap",
     [](Entry& entry, Pin& pin) {
       const int next = 20;
       return entry.TryCompareAndSwap(pin, 10, &next);
     },
     {true, false, false},
     {kHolds, kDeleted, kExpunged},
     20},
    {"compare another and swap",
     [](Entry& entry, Pin& pin) {
       const int next = 20;
       return entry.TryCompareAndSwap(pin, 11, &next);
     },
     {false, false, false},
     {kHolds, kDeleted, kExpunged},
     10},
    {"compare and delete",
     [](Entry& entry, Pin& pin) { return entry.TryCompareAndSwap(pin, 10, nullptr); },
     {true, false, false},
     {kDeleted, kDeleted, kExpunged},
     {}},
    {"compare another and delete",
     [](Entry& entry, Pin& pin) { return entry.TryCompareAndSwap(pin, 11, nullptr); },
     {false, false, false},
     {kHolds, kDeleted, kExpunged},
     10},
    {"expunge",
     [](Entry& entry, Pin&) { return entry.TryExpunge(); },
     {false, true, true},
     {kHolds, kExpunged, kExpunged},
     10},
    {"unexpunge",
     [](Entry& entry, Pin&) {
       entry.Unexpunge();
       return true;
     },
     {true, true, true},
     {kHolds, kDeleted, kDeleted},
     10},
};

TEST(SyncEntryTest, EachOperationDoesInEachStateWhatItSays) {
  const EntryState kStates[] = {kHolds, kDeleted, kExpunged};
  for (const Case& test : kCases) {
    for (std::size_t i = 0; i < 3; ++i) {
      SCOPED_TRACE(test.name + " in state " + std::to_string(i));
      Reclaimer reclaimer;
      RetiredList garbage;
      Pin pin(reclaimer, garbage);
      const Ref<Entry> entry = Make(kStates[i]);
      EXPECT_EQ(test.call(*entry.get(), pin), test.answers[i]);
      EXPECT_EQ(entry->state(), test.states[i]);
      if (i == 0) {
        EXPECT_EQ(entry->Load(pin), test.value);
      }
      if (test.states[i] != kHolds) {
        EXPECT_EQ(entry->Load(pin), std::nullopt);
      }
    }
  }
}

// A value whose copy gives way to another thread: it runs `hook`, once.
struct GivesWay {
  explicit GivesWay(std::function<void()>* hook) : hook(hook) {}
  GivesWay(const GivesWay& other) : hook(other.hook) {
    if (const std::function<void()> run = std::exchange(*hook, nullptr)) run();
  }

  std::function<void()>* hook;
};

TEST(SyncEntryTest, WhoComesTooLateIsNotGivenTheValueThatItHasRead) {
  using Contended = SyncEntry<GivesWay>;
  Reclaimer reclaimer;
  RetiredList garbage;
  Pin pin(reclaimer, garbage);
  Pin of_other(reclaimer, garbage);
  for (const bool swaps : {false, true}) {
    SCOPED_TRACE(swaps);
    std::function<void()> hook;
    Contended entry(std::make_unique<Contended::Box>(&hook));
    hook = [&] {
      EXPECT_TRUE(entry.Delete(of_other, nullptr));
      entry.TryExpunge();
    };
    std::optional<GivesWay> previous;
    auto box = std::make_unique<Contended::Box>(&hook);
    EXPECT_FALSE(swaps ? entry.TrySwap(pin, box, &previous) : entry.Delete(pin, &previous));
    EXPECT_FALSE(previous.has_value());
    EXPECT_EQ(entry.state(), kExpunged);
  }
}

// What is retired is the box that was replaced, once.
TEST(SyncEntryTest, AReplacedValueIsRetiredAndTheLastOneDiesWithTheEntry) {
  Reclaimer reclaimer;
  RetiredList garbage;
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> first = held;
  using Shared = SyncEntry<std::shared_ptr<int>>;
  Ref<Shared> entry(new Shared(std::make_unique<Shared::Box>(std::move(held))));
  {
    Pin pin(reclaimer, garbage);
    auto box = std::make_unique<Shared::Box>(std::make_shared<int>(2));
    EXPECT_TRUE(entry->TrySwap(pin, box, nullptr));
    EXPECT_EQ(reclaimer.retained(), 1U);
    EXPECT_FALSE(first.expired());
  }
  std::weak_ptr<int> second;
  {
    Pin pin(reclaimer, garbage);
    second = *entry->Load(pin);
  }
  EXPECT_FALSE(second.expired());
  entry = Ref<Shared>();
  EXPECT_TRUE(second.expired());
}

}  // namespace
}  // namespace hmap
