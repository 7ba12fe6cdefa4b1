#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "hmap/reclaimer.h"

namespace hmap {
namespace {

constexpr std::size_t kSlots = Reclaimer::kSlots;
constexpr std::size_t kScanAt = Reclaimer::kScanAt;

struct Node : Reclaimable {
  static inline std::atomic<int> living = 0;

  explicit Node(int number) : number(number) { ++living; }
  ~Node() override {
    number = -1;
    --living;
  }

  int number;
};

// A shared pointer to a node that is replaced again and again.
class Cell {
 public:
  explicit Cell(Reclaimer& reclaimer) : reclaimer_(reclaimer) {}
  ~Cell() { delete node.load(); }

  void Replace(int number) {
    RetiredList garbage;
    Reclaimer::Pin pin(reclaimer_, garbage);
    pin.Retire(node.exchange(new Node(number)));
  }

  std::atomic<Node*> node{new Node(0)};

 private:
  Reclaimer& reclaimer_;
};

// A reader that stands still.
struct Reader {
  explicit Reader(Reclaimer& reclaimer) : pin(reclaimer, garbage) {}

  RetiredList garbage;
  Reclaimer::Pin pin;
};

class ReclaimerTest : public ::testing::Test {
 protected:
  ~ReclaimerTest() override { EXPECT_EQ(Node::living, 0); }
};

TEST_F(ReclaimerTest, KeepsNoMoreThanItsBoundWhenOneThreadWorks) {
  Reclaimer reclaimer;
  Cell cell(reclaimer);
  std::size_t most = 0;
  for (int i = 0; i < 1000; ++i) {
    cell.Replace(i);
    most = std::max(most, reclaimer.retained());
    ASSERT_EQ(static_cast<std::size_t>(Node::living), reclaimer.retained() + 1);
  }
  EXPECT_EQ(most, kScanAt - 1);
}

TEST_F(ReclaimerTest, WhatAReaderAnnouncesOutlivesItsReplacement) {
  Reclaimer reclaimer;
  Cell cell(reclaimer);
  Reader reader(reclaimer);
  const Node* const first = reader.pin.Protect(0, cell.node);
  for (int i = 1; i < 1000; ++i) cell.Replace(i);
  const Node* const last = reader.pin.Protect(1, cell.node);
  EXPECT_EQ(first->number, 0);
  EXPECT_EQ(last->number, 999);
  EXPECT_LE(reclaimer.retained(), kScanAt) << "a reader that stands still keeps only what it reads";
}

TEST_F(ReclaimerTest, WhatIsNoLongerAnnouncedIsFreed) {
  struct Case {
    const char* name;
    void (*let_go)(std::optional<Reader>&, const Cell&);
  };
  const Case kCases[] = {
      {"released", [](auto& reader, const Cell&) { reader->pin.Release(0); }},
      {"announced something else",
       [](auto& reader, const Cell& cell) { reader->pin.Protect(0, cell.node); }},
      {"ended", [](auto& reader, const Cell&) { reader.reset(); }},
  };
  for (const Case& test : kCases) {
    SCOPED_TRACE(test.name);
    Reclaimer reclaimer;
    Cell cell(reclaimer);
    std::optional<Reader> reader(std::in_place, reclaimer);
    reader->pin.Protect(0, cell.node);
    RetiredList list;
    RetiredList garbage;
    list.Push(cell.node.exchange(new Node(1)));
    reclaimer.TakeUnprotected(list, garbage);
    EXPECT_EQ(list.size(), 1U);
    EXPECT_EQ(garbage.size(), 0U);
    test.let_go(reader, cell);
    reclaimer.TakeUnprotected(list, garbage);
    EXPECT_EQ(list.size(), 0U);
    EXPECT_EQ(garbage.size(), 1U);
  }
}

// A pointer that is replaced between the first look at it and the announcement.
struct Elusive {
  Node* load() const {
    Node* const seen = cell.node.load();
    if (!replaced) {
      replaced = true;
      cell.Replace(1);
      RetiredList garbage;
      Reclaimer::Pin pin(reclaimer, garbage);
      for (std::size_t i = 0; i < kScanAt; ++i) pin.Retire(new Node(2));
    }
    return seen;
  }

  Reclaimer& reclaimer;
  Cell& cell;
  mutable bool replaced = false;
};

TEST_F(ReclaimerTest, WhatWasReplacedBeforeItWasAnnouncedIsNotReturned) {
  Reclaimer reclaimer;
  Cell cell(reclaimer);
  Reader reader(reclaimer);
  EXPECT_EQ(reader.pin.Protect(0, Elusive{reclaimer, cell})->number, 1);
}

TEST_F(ReclaimerTest, EverySlotKeepsItsBoundHoweverMuchOneOperationRetires) {
  Reclaimer reclaimer;
  Cell cell(reclaimer);
  RetiredList garbage;
  {
    Reclaimer::Pin pin(reclaimer, garbage);
    for (std::size_t i = 0; i < 5 * kScanAt; ++i) {
      pin.Retire(cell.node.exchange(new Node(1)));
      ASSERT_LE(reclaimer.retained(), kScanAt);
    }
  }
  EXPECT_EQ(garbage.size(), 5 * kScanAt);
}

TEST_F(ReclaimerTest, FreesWhatIsLeftWhenItDies) {
  std::optional<Reclaimer> reclaimer(std::in_place);
  {
    Cell cell(*reclaimer);
    cell.Replace(1);
  }
  EXPECT_EQ(Node::living, 1);
  reclaimer.reset();
  EXPECT_EQ(Node::living, 0);
}

TEST_F(ReclaimerTest, AllSlotsCanBeTakenAndTheNextOneWaitsForOne) {
  Reclaimer reclaimer;
  std::vector<std::unique_ptr<Reader>> readers;
  for (std::size_t i = 0; i < kSlots; ++i) readers.push_back(std::make_unique<Reader>(reclaimer));
  std::atomic<bool> entered = false;
  std::thread waiting([&] {
    const Reader reader(reclaimer);
    entered = true;
  });
  EXPECT_FALSE(entered) << "there is no slot for it";
  readers[kSlots / 2].reset();
  waiting.join();
  EXPECT_TRUE(entered);
}

// The node's destructor overwrites its number, and sanitizers see a read of freed memory.
TEST_F(ReclaimerTest, ReadersNeverSeeAFreedNode) {
  Reclaimer reclaimer;
  Cell cell(reclaimer);
  constexpr int kRounds = 3000;
  const auto read = [&] {
    for (int i = 0, last = 0; i < kRounds; ++i) {
      Reader reader(reclaimer);
      const int number = reader.pin.Protect(0, cell.node)->number;
      ASSERT_GE(number, last) << "numbers only rise";
      last = number;
    }
  };
  std::array<std::thread, 2> readers{std::thread(read), std::thread(read)};
  for (int i = 1; i < kRounds; ++i) cell.Replace(i);
  for (std::thread& reader : readers) reader.join();
  EXPECT_LE(reclaimer.retained(), kSlots * kScanAt);
}

}  // namespace
}  // namespace hmap
