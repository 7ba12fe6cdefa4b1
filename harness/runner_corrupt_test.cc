// What the runner makes of maps that are written to by others: one that notices passes, each
// planted bug is seen.

#include <gtest/gtest.h>

#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "harness/planted.h"
#include "harness/runner.h"
#include "harness/toy_subject.h"

namespace mapfuzz {
namespace {

enum class CheckedBug {
  kNone,
  kBlind,          // notices nothing
  kNamesAnother,   // names the field after the one that was overwritten
  kNamesNone,      // names no field
  kThrowsOther,    // throws something else
  kCriesWolf,      // says that count was overwritten when nothing was
  kInsertsFirst,   // an insert notices when it is done
  kAdvancesFirst,  // an iterator has advanced when it notices
  kStaysCorrupt    // a look-up cannot find anything from then on
};

class ToyNotice : public std::exception {
 public:
  explicit ToyNotice(CorruptionNotice notice) : notice_(notice) {}
  CorruptionNotice notice() const { return notice_; }

 private:
  CorruptionNotice notice_;
};

// A toy that is told what was overwritten, and does not know which operation follows which chain.
class CheckedToy : public ToySubject {
 public:
  CheckedToy(const Config& config, Draws& draws) : ToySubject(config, draws) {}

  // With 0 it writes what is there already.
  Corruption Corrupt(CorruptField field, std::uint32_t n) {
    if (n == 0) return {};
    overwritten_ = field;
    return {.undo = [this] { overwritten_.reset(); }};
  }
  static std::optional<CorruptionNotice> NoticeOf(const std::exception& error) {
    const auto* const notice = dynamic_cast<const ToyNotice*>(&error);
    return notice == nullptr ? std::nullopt : std::optional(notice->notice());
  }
  void WalkAll() const { Look(true); }

  void Remake(std::int32_t hint) {
    overwritten_.reset();
    ToySubject::Remake(hint);
  }
  bool Put(KeyId key, Value value) {
    if (overwritten_ && Is(CheckedBug::kInsertsFirst)) ToySubject::Put(key, value);
    Look(false);
    return ToySubject::Put(key, value);
  }
  std::optional<Value> Get(KeyId key) const {
    Look(false);
    return lost_ ? std::nullopt : ToySubject::Get(key);
  }
  void Clear() {
    Look(true);
    ToySubject::Clear();
  }
  void CopyFrom(const CheckedToy& other) {
    other.Look(true);
    ToySubject::CopyFrom(other);
  }

  class Iterator {
   public:
    Produced Current() const { return it_.Current(); }
    Produced Next() {
      if (toy_->overwritten_ && Is(CheckedBug::kAdvancesFirst)) it_.Next();
      toy_->Look(false);
      return it_.Next();
    }

   private:
    friend class CheckedToy;
    Iterator(ToySubject::Iterator it, const CheckedToy* toy) : it_(std::move(it)), toy_(toy) {}

    ToySubject::Iterator it_;
    const CheckedToy* toy_;
  };
  Iterator Begin(std::uint16_t draw) {
    Look(false);
    return {ToySubject::Begin(draw), this};
  }
  bool DelAt(Iterator& iterator) { return Del(iterator.Current().entry.key); }

 private:
  static bool Is(CheckedBug bug) { return Planted<CheckedBug>::Is(bug); }

  void Look(bool at_all_chains) const {
    if (Is(CheckedBug::kCriesWolf)) throw ToyNotice({CorruptField::kCount});
    if (!overwritten_ || Is(CheckedBug::kBlind)) return;
    if (*overwritten_ == CorruptField::kOverflow && !at_all_chains) return;
    if (Is(CheckedBug::kStaysCorrupt)) lost_ = true;
    if (Is(CheckedBug::kThrowsOther)) throw std::runtime_error("toy");
    if (Is(CheckedBug::kNamesNone)) throw ToyNotice({});
    const int other = Is(CheckedBug::kNamesAnother) ? 1 : 0;
    const int named = (static_cast<int>(*overwritten_) + other) % kCorruptFields;
    throw ToyNotice({static_cast<CorruptField>(named)});
  }

  std::optional<CorruptField> overwritten_;
  mutable bool lost_ = false;
};
static_assert(Subject<CheckedToy> && LiveIterators<CheckedToy> && Copies<CheckedToy>);
static_assert(NoticesCorruption<CheckedToy> && !NoticesCorruption<ToySubject>);

template <class Toy = CheckedToy>
RunResult RunOps(const std::string& operations, std::string* history = nullptr) {
  RunOptions options;
  options.history = history;
  return Runner<Toy>::Run(ParseOperations(operations), options);
}

TEST(RunnerCorruptTest, SeesForEveryFieldThatItIsUnnoticedMisnamedOrToldByAnotherException) {
  for (int i = 0; i < kCorruptFields; ++i) {
    const auto field = static_cast<CorruptField>(i);
    const std::string corrupt = "put 1\ncorrupt " + std::string(kCorruptNames[i]) + " 1\n";
    // Which look-up follows which chain, nobody knows of a toy; that a copy follows all is known.
    const bool header = field != CorruptField::kOverflow;
    ExpectSeen<CheckedToy>(CheckedBug::kBlind,
                           header ? "corruption/unnoticed" : "corruption/unnoticed-by-walk",
                           corrupt + "get 1\n");
    ExpectSeen<CheckedToy>(CheckedBug::kBlind, "corruption/unnoticed", corrupt + "copy\n");
    ExpectSeen<CheckedToy>(CheckedBug::kBlind, "corruption/unnoticed", corrupt + "clear\n");
    ExpectSeen<CheckedToy>(CheckedBug::kNamesAnother, "corruption/wrong-field",
                           corrupt + "get 1\n");
    ExpectSeen<CheckedToy>(CheckedBug::kNamesNone, "corruption/wrong-field", corrupt + "copy\n");
    ExpectSeen<CheckedToy>(CheckedBug::kThrowsOther, "corruption/other-exception",
                           corrupt + "get 1\n");
  }
}

TEST(RunnerCorruptTest, SeesStepsOfIteratorsThatNoticeNothing) {
  ExpectSeen<CheckedToy>(CheckedBug::kBlind, "corruption/unnoticed",
                         "put 1\ncorrupt count 1\nbegin 0 0\n");
  ExpectSeen<CheckedToy>(CheckedBug::kBlind, "corruption/unnoticed",
                         "fill 0 5\nbegin 0 0\ncorrupt count 1\nnext 0\n");
}

TEST(RunnerCorruptTest, SeesWhatIsNotAsBefore) {
  ExpectSeen<CheckedToy>(CheckedBug::kInsertsFirst, "corruption/size",
                         "put 1\ncorrupt count 1\nput 2\n");
  ExpectSeen<CheckedToy>(CheckedBug::kAdvancesFirst, "corruption/iterator-moved",
                         "fill 0 5\nbegin 0 0\ncorrupt count 1\nnext 0\n");
  ExpectSeen<CheckedToy>(CheckedBug::kStaysCorrupt, "corruption/not-found",
                         "put 1\ncorrupt b 1\nput 2\n");
}

TEST(RunnerCorruptTest, SeesFalseAlarms) {
  ExpectSeen<CheckedToy>(CheckedBug::kCriesWolf, "corruption/false-alarm", "put 1\n");
}

TEST(RunnerCorruptTest, TheStepThatNoticesHasFailedAndTheRunGoesOn) {
  std::string history;
  const RunResult result =
      RunOps("put 1\ncorrupt count 1\nput 2\nput 2\nbegin 0 0\ncorrupt hash0 1\ntake 0\nnext 0\n",
             &history);
  EXPECT_FALSE(result.failure.has_value());
  EXPECT_EQ(history,
            "1 put 1 = new\n"
            "2 put 2 = corrupt count\n"
            "3 put 2 = new\n"
            "4 begin 0 = 1 1\n"
            "5 next 0 = corrupt hash0\n"
            "6 next 0 = 2 3\n");
  EXPECT_EQ(result.consulted[static_cast<int>(Oracle::kCorruption)], 4u);
  EXPECT_EQ(result.milestones[static_cast<int>(Milestone::kCorruptCount)], 1u);
  EXPECT_EQ(result.milestones[static_cast<int>(Milestone::kCorruptUnderIterator)], 1u);
}

TEST(RunnerCorruptTest, WaitsForAStepThatLooksIntoATable) {
  std::string history;
  RunOps("put 1\nbegin 0 0\ncorrupt b 1\ndrop 0\nswap\nswap\nself\nget 1\n", &history);
  EXPECT_NE(history.find("7 get 1 = corrupt b\n"), std::string::npos) << history;
}

TEST(RunnerCorruptTest, AMapThatIsReplacedAsItIsSaysNothing) {
  const RunResult result = RunOps("put 1\ncorrupt buckets 1\nremake 9\nput 1\nget 1\n");
  EXPECT_FALSE(result.failure.has_value());
  EXPECT_EQ(result.milestones[static_cast<int>(Milestone::kCorruptReplaced)], 1u);
  EXPECT_EQ(result.consulted[static_cast<int>(Oracle::kCorruption)], 0u) << "nothing to judge";
}

TEST(RunnerCorruptTest, WhatMakesNoDifferenceOrCannotBeNoticedIsSkippedAndCounted) {
  const std::string same = "put 1\ncorrupt count 0\nget 1\n";
  EXPECT_EQ(RunOps(same).skipped, 1u);
  EXPECT_EQ(FatesOf<CheckedToy>(same), "2 no such field now, or it holds that already\n")
      << "the corruption, not what came next";
  const std::string unchecked = "put 1\ncorrupt count 1\nget 1\n";
  EXPECT_EQ(RunOps<ToySubject>(unchecked).skipped, 1u);
  EXPECT_EQ(FatesOf<ToySubject>(unchecked), "2 the map is not checked\n");
}

TEST(RunnerCorruptTest, TellsWhichStepMetACorruptionAndThatNoneDid) {
  EXPECT_EQ(FatesOf<CheckedToy>("put 1\ncorrupt b 1\nswap\nswap\nget 1\ncorrupt count 1\nswap\n"),
            "2 met in step 4\n"
            "6 met by no step\n");
  EXPECT_EQ(FatesOf<CheckedToy>("corrupt b 1\ncorrupt count 1\nremake 9\n"),
            "1 met by no step before it was replaced\n"
            "2 met in step 1\n");
}

TEST(RunnerCorruptTest, EndsWhenItsChecksCostTooMuch) {
  std::string tape = "fill 0 3000\n";
  for (int i = 0; i < 90; ++i) tape += "corrupt count 1\nget 1\n";
  const RunResult result = RunOps(tape);
  EXPECT_FALSE(result.failure.has_value());
  EXPECT_GT(result.skipped, 50u);
  EXPECT_NE(FatesOf<CheckedToy>(tape).find("the checks after earlier ones have cost all"),
            std::string::npos);
  EXPECT_GT(result.milestones[static_cast<int>(Milestone::kCorruptCount)], 5u);
}

}  // namespace
}  // namespace mapfuzz
