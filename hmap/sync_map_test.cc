// What each operation returns and what it does to the two parts, in one thread.

#include "hmap/sync_map.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "hmap/random.h"
#include "hmap/sync_testing.h"

namespace hmap {
namespace {

using IntMap = SyncMap<int, int>;

std::string Say(bool result) { return result ? "true" : "false"; }
std::string Say(const std::optional<int>& result) {
  return result.has_value() ? std::to_string(*result) : "none";
}
std::string Say(const std::pair<int, bool>& result) {
  return std::to_string(result.first) + (result.second ? " loaded" : " stored");
}

// One line such as "swap 1 10", whose answer it returns.
std::string Do(IntMap& map, const std::string& line) {
  std::istringstream words(line);
  std::string operation;
  int key = 0;
  int a = 0;
  int b = 0;
  words >> operation >> key >> a >> b;
  if (operation == "load") return Say(map.load(key));
  if (operation == "store") return map.store(key, a), "";
  if (operation == "swap") return Say(map.swap(key, a));
  if (operation == "load_or_store") return Say(map.load_or_store(key, a));
  if (operation == "load_and_delete") return Say(map.load_and_delete(key));
  if (operation == "erase") return Say(map.erase(key));
  if (operation == "compare_and_swap") return Say(map.compare_and_swap(key, a, b));
  if (operation == "compare_and_delete") return Say(map.compare_and_delete(key, a));
  if (operation == "clear") return map.clear(), "";
  EXPECT_EQ(operation, "range");
  std::map<int, int> seen;
  map.range([&seen](int key, int value) { return seen.emplace(key, value).second; });
  std::string answer;
  for (const auto& [key, value] : seen) {
    answer += std::to_string(key) + '=' + std::to_string(value) + ' ';
  }
  return answer;
}

struct Step {
  std::string line;
  std::string answer;
  std::string parts;
};

void ExpectSteps(IntMap& map, const std::vector<Step>& steps) {
  for (const Step& step : steps) {
    SCOPED_TRACE(step.line);
    EXPECT_EQ(Do(map, step.line), step.answer);
    EXPECT_EQ(SyncMapInside::Describe(map), step.parts);
    EXPECT_EQ(SyncMapInside::BrokenRule(map), "");
  }
}

// A map of 1: 10 and 2: 20 in the read part, without a dirty part.
void Settle(IntMap& map) {
  map.store(1, 10);
  map.store(2, 20);
  map.range([](int, int) { return false; });
  ASSERT_EQ(SyncMapInside::Describe(map), "read 1=10 2=20");
}

TEST(SyncMapTest, ANewKeyGoesToTheDirtyPartWhichIsFirstMadeOfTheReadPart) {
  IntMap map;
  ExpectSteps(map, {{"store 1 10", "", "read amended | dirty 1=10"}});
  IntMap settled;
  Settle(settled);
  ExpectSteps(settled, {{"swap 3 30", "none", "read 1=10 2=20 amended | dirty 1=10 2=20 3=30"},
                        {"store 4 40", "", "read 1=10 2=20 amended | dirty 1=10 2=20 3=30 4=40"}});
}

TEST(SyncMapTest, OperationsOnTheReadPartCountNoMiss) {
  IntMap map;
  Settle(map);
  ExpectSteps(map, {
                       {"load 1", "10", "read 1=10 2=20"},
                       {"load 3", "none", "read 1=10 2=20"},
                       {"store 1 11", "", "read 1=11 2=20"},
                       {"swap 1 12", "11", "read 1=12 2=20"},
                       {"load_or_store 1 99", "12 loaded", "read 1=12 2=20"},
                       {"compare_and_swap 1 99 13", "false", "read 1=12 2=20"},
                       {"compare_and_swap 1 12 13", "true", "read 1=13 2=20"},
                       {"compare_and_swap 3 0 0", "false", "read 1=13 2=20"},
                       {"compare_and_delete 1 99", "false", "read 1=13 2=20"},
                       {"compare_and_delete 1 13", "true", "read 1- 2=20"},
                       {"compare_and_delete 1 13", "false", "read 1- 2=20"},
                       {"compare_and_swap 1 13 14", "false", "read 1- 2=20"},
                       {"load 1", "none", "read 1- 2=20"},
                       {"swap 1 10", "none", "read 1=10 2=20"},
                       {"load_and_delete 1", "10", "read 1- 2=20"},
                       {"load_and_delete 1", "none", "read 1- 2=20"},
                       {"load_or_store 1 11", "11 stored", "read 1=11 2=20"},
                       {"erase 1", "true", "read 1- 2=20"},
                       {"erase 1", "false", "read 1- 2=20"},
                       {"erase 3", "false", "read 1- 2=20"},
                       {"range", "2=20 ", "read 1- 2=20"},
                   });
}

// One that did would wait for itself.
TEST(SyncMapTest, OperationsOnKeysOfTheReadPartGoOnWhileTheLockIsHeld) {
  IntMap map;
  Settle(map);
  SyncMapInside::WithLock(map, [&map] {
    for (const char* line : {"load 1", "load 3", "store 1 11", "swap 1 12", "load_or_store 1 13",
                             "compare_and_swap 1 12 14", "compare_and_delete 1 14", "store 1 15",
                             "load_and_delete 1", "load_or_store 1 16", "erase 1", "range"}) {
      Do(map, line);
    }
  });
  EXPECT_EQ(SyncMapInside::Describe(map), "read 1- 2=20");
}

// Every kind of look at the dirty part, of which each counts; the third promotes.
TEST(SyncMapTest, AMissForEachEntryOfTheDirtyPartPromotesIt) {
  const std::pair<std::string, std::string> kMisses[] = {
      {"load 3", "30"},
      {"load 4", "none"},
      {"load_or_store 3 99", "30 loaded"},
      {"erase 4", "false"},
      {"load_and_delete 4", "none"},
      {"compare_and_swap 3 99 0", "false"},
      {"compare_and_delete 3 99", "false"},
      {"compare_and_delete 4 99", "false"},
  };
  for (const auto& [line, answer] : kMisses) {
    IntMap map;
    Settle(map);
    map.store(3, 30);
    const std::string parts = "read 1=10 2=20 amended | dirty 1=10 2=20 3=30";
    ExpectSteps(map, {{line, answer, parts + " | misses 1"},
                      {line, answer, parts + " | misses 2"},
                      {line, answer, "read 1=10 2=20 3=30"}});
  }
}

TEST(SyncMapTest, WhatFindsNothingToDoInTheDirtyPartCountsOnlyAsGoDoes) {
  IntMap map;
  Settle(map);
  map.store(3, 30);
  const std::string parts = "read 1=10 2=20 amended | dirty 1=10 2=20 3=30";
  ExpectSteps(map, {{"compare_and_swap 4 0 0", "false", parts},
                    {"swap 3 30", "30", parts},
                    {"store 3 30", "", parts},
                    {"load 1", "10", parts}});
}

TEST(SyncMapTest, ADeletedKeyThatOnlyTheDirtyPartHasIsGoneAtOnce) {
  IntMap map;
  Settle(map);
  map.store(3, 30);
  map.store(4, 40);
  ExpectSteps(
      map, {{"load_and_delete 3", "30", "read 1=10 2=20 amended | dirty 1=10 2=20 4=40 | misses 1"},
            {"erase 4", "true", "read 1=10 2=20"}});
}

TEST(SyncMapTest, CompareAndDeleteLeavesTheEntryInTheDirtyPart) {
  IntMap map;
  Settle(map);
  map.store(3, 30);
  ExpectSteps(map,
              {{"compare_and_delete 3 30", "true",
                "read 1=10 2=20 amended | dirty 1=10 2=20 3- | misses 1"},
               {"store 3 31", "", "read 1=10 2=20 amended | dirty 1=10 2=20 3=31 | misses 1"}});
}

TEST(SyncMapTest, ANewDirtyPartExpungesWhatIsDeletedAndTheNextPromotionDropsIt) {
  IntMap map;
  Settle(map);
  ExpectSteps(map, {{"erase 1", "true", "read 1- 2=20"},
                    {"store 3 30", "", "read 1! 2=20 amended | dirty 2=20 3=30"},
                    {"load 1", "none", "read 1! 2=20 amended | dirty 2=20 3=30"},
                    {"erase 1", "false", "read 1! 2=20 amended | dirty 2=20 3=30"},
                    {"compare_and_swap 1 10 11", "false", "read 1! 2=20 amended | dirty 2=20 3=30"},
                    {"compare_and_delete 1 10", "false", "read 1! 2=20 amended | dirty 2=20 3=30"},
                    {"range", "2=20 3=30 ", "read 2=20 3=30"}});
}

TEST(SyncMapTest, WhatIsDeletedLaterStaysInBothPartsWithoutAValue) {
  IntMap map;
  Settle(map);
  ExpectSteps(map, {{"store 3 30", "", "read 1=10 2=20 amended | dirty 1=10 2=20 3=30"},
                    {"erase 1", "true", "read 1- 2=20 amended | dirty 1- 2=20 3=30"},
                    {"range", "2=20 3=30 ", "read 1- 2=20 3=30"},
                    {"store 4 40", "", "read 1! 2=20 3=30 amended | dirty 2=20 3=30 4=40"}});
}

TEST(SyncMapTest, AnExpungedKeyComesBackToBothParts) {
  const std::pair<std::string, std::string> kRevivals[] = {
      {"store 1 11", ""}, {"swap 1 11", "none"}, {"load_or_store 1 11", "11 stored"}};
  for (const auto& [line, answer] : kRevivals) {
    IntMap map;
    Settle(map);
    map.erase(1);
    map.store(3, 30);
    ASSERT_EQ(SyncMapInside::Describe(map), "read 1! 2=20 amended | dirty 2=20 3=30");
    ExpectSteps(map, {{line, answer, "read 1=11 2=20 amended | dirty 1=11 2=20 3=30"}});
  }
}

TEST(SyncMapTest, ARangePromotesAndMayStop) {
  IntMap map;
  Settle(map);
  map.store(3, 30);
  int visited = 0;
  map.range([&visited](int, int) { return ++visited < 2; });
  EXPECT_EQ(visited, 2);
  EXPECT_EQ(SyncMapInside::Describe(map), "read 1=10 2=20 3=30");
}

TEST(SyncMapTest, AClearLeavesAnEmptyDirtyPartIfThereWasOne) {
  IntMap map;
  ExpectSteps(map, {{"clear", "", "read"}});
  Settle(map);
  ExpectSteps(map, {{"clear", "", "read"},
                    {"load 1", "none", "read"},
                    {"store 1 10", "", "read amended | dirty 1=10"},
                    {"store 2 20", "", "read amended | dirty 1=10 2=20"},
                    {"load 2", "20", "read amended | dirty 1=10 2=20 | misses 1"},
                    {"clear", "", "read | dirty"},
                    {"load 2", "none", "read | dirty"},
                    {"clear", "", "read | dirty"},
                    {"store 3 30", "", "read amended | dirty 3=30"},
                    {"load 3", "30", "read 3=30"}});
}

TEST(SyncMapTest, TheFunctionOfARangeMayDoAnything) {
  IntMap map;
  for (int key = 0; key < 50; ++key) map.store(key, key);
  std::map<int, int> seen;
  map.range([&](int key, int value) {
    EXPECT_TRUE(seen.emplace(key, value).second) << "a key came twice";
    map.store(1000 + key, 0);
    map.erase(key);
    map.store((key + 1) % 50, -1);
    map.load(2000);
    if (key % 7 == 0) map.clear();
    map.range([](int, int) { return true; });
    return true;
  });
  EXPECT_EQ(SyncMapInside::BrokenRule(map), "");
}

TEST(SyncMapTest, KeysNotEqualToThemselvesAreKeptAndNeverFound) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  SyncMap<double, int> map;
  for (int round = 0; round < 3; ++round) {
    map.store(nan, round);
    EXPECT_EQ(map.load(nan), std::nullopt);
    EXPECT_FALSE(map.erase(nan));
    std::multiset<int> seen;
    map.range([&seen](double, int value) { return seen.insert(value), true; });
    EXPECT_EQ(seen.size(), static_cast<std::size_t>(round + 1));
  }
}

// A reference made of what Go's source says, without entries: what each part says of a key.
class Reference {
 public:
  std::optional<int> Load(int key) {
    if (read_.count(key) == 0 && amended_) {
      Miss();
    }
    return Get(key);
  }

  void Store(int key, int value) {
    if (const auto at = read_.find(key); at != read_.end()) {
      if (at->second == kExpunged) dirty_->insert(key);
      at->second = kPresent;
    } else if (!dirty_.has_value() || dirty_->count(key) == 0) {
      Add(key);
    }
    values_[key] = value;
  }

  std::optional<int> Delete(int key) {
    const std::optional<int> value = Get(key);
    values_.erase(key);
    if (const auto at = read_.find(key); at != read_.end()) {
      if (at->second == kPresent) at->second = kDeleted;
    } else if (amended_) {
      dirty_->erase(key);
      Miss();
    }
    return value;
  }

  void Range() {
    if (amended_) Promote();
  }

  void Clear() {
    if (read_.empty() && !amended_) return;
    read_.clear();
    amended_ = false;
    if (dirty_.has_value()) dirty_->clear();
    misses_ = 0;
    values_.clear();
  }

  const std::map<int, int>& values() const { return values_; }

  std::string Describe() const {
    std::ostringstream out;
    out << "read";
    for (const auto& [key, state] : read_) Describe(out, key, state == kExpunged);
    if (amended_) out << " amended";
    if (dirty_.has_value()) {
      out << " | dirty";
      for (const int key : *dirty_) Describe(out, key, false);
    }
    if (misses_ != 0) out << " | misses " << misses_;
    return out.str();
  }

 private:
  enum State { kPresent, kDeleted, kExpunged };

  std::optional<int> Get(int key) const {
    const auto at = values_.find(key);
    return at == values_.end() ? std::nullopt : std::optional<int>(at->second);
  }
  void Describe(std::ostringstream& out, int key, bool expunged) const {
    out << ' ' << key;
    const auto value = Get(key);
    if (expunged) {
      out << '!';
    } else if (value.has_value()) {
      out << '=' << *value;
    } else {
      out << '-';
    }
  }
  void Add(int key) {
    if (!amended_ && !dirty_.has_value()) {
      dirty_.emplace();
      for (auto& [other, state] : read_) {
        if (state == kPresent) dirty_->insert(other);
        if (state == kDeleted) state = kExpunged;
      }
    }
    amended_ = true;
    dirty_->insert(key);
  }
  void Miss() {
    if (++misses_ >= dirty_->size()) Promote();
  }
  void Promote() {
    read_.clear();
    for (const int key : *dirty_) read_[key] = Get(key).has_value() ? kPresent : kDeleted;
    dirty_.reset();
    amended_ = false;
    misses_ = 0;
  }

  std::map<int, State> read_;
  bool amended_ = false;
  std::optional<std::set<int>> dirty_;
  std::size_t misses_ = 0;
  std::map<int, int> values_;
};

TEST(SyncMapTest, DoesAsTheReferenceDoes) {
  for (const int keys : {3, 8, 40}) {
    IntMap map;
    Reference reference;
    SeededRandom random(static_cast<std::uint64_t>(keys));
    for (int i = 0; i < 6000; ++i) {
      const std::uint64_t drawn = random(Draw::kHashSeed);
      const int key = static_cast<int>((drawn >> 8) % static_cast<std::uint64_t>(keys));
      const auto operation = drawn & 0xff;
      if (operation < 90) {
        ASSERT_EQ(map.load(key), reference.Load(key));
      } else if (operation < 170) {
        map.store(key, i);
        reference.Store(key, i);
      } else if (operation < 250) {
        ASSERT_EQ(map.load_and_delete(key), reference.Delete(key));
      } else if (operation < 254) {
        reference.Range();
        std::map<int, int> seen;
        map.range([&seen](int key, int value) { return seen.emplace(key, value).second; });
        ASSERT_EQ(seen, reference.values());
      } else {
        map.clear();
        reference.Clear();
      }
      ASSERT_EQ(SyncMapInside::Describe(map), reference.Describe()) << "step " << i;
      ASSERT_EQ(SyncMapInside::BrokenRule(map), "");
    }
  }
}

}  // namespace
}  // namespace hmap
