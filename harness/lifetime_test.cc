#include "harness/lifetime.h"

#include <gtest/gtest.h>

#include <cstring>
#include <new>
#include <string>
#include <utility>

namespace mapfuzz {
namespace {

struct Thing : Instrumented<Role::kValue> {
  explicit Thing(std::uint64_t number) : Instrumented(number) {}
};

class LifetimeTest : public testing::Test {
 protected:
  std::string misuse() const { return ledger_.misuse() == nullptr ? "" : ledger_.misuse(); }

  FaultPlan faults_;
  LifeLedger ledger_{faults_};
  CurrentLedger current_{&ledger_};
};

TEST_F(LifetimeTest, CountsBirthsCopiesMovesAndEnds) {
  {
    Thing a(7);
    Thing b(a);
    Thing c(std::move(a));
    c = b;
    b = std::move(c);
    EXPECT_EQ(b.number(), 7u);
    EXPECT_EQ(ledger_.values().alive(), 3u);
  }
  EXPECT_EQ(ledger_.values().born, 3u);
  EXPECT_EQ(ledger_.values().copied, 2u);
  EXPECT_EQ(ledger_.values().moved, 2u);
  EXPECT_EQ(ledger_.values().alive(), 0u);
  EXPECT_EQ(ledger_.keys().born, 0u);
  EXPECT_EQ(misuse(), "");
}

TEST_F(LifetimeTest, ACopyThatThrowsIsNotBornAndAnAssignmentThatThrowsChangesNothing) {
  Thing a(7);
  Thing b(8);
  faults_.Arm(FaultKind::kCopy, 1);
  faults_.Open();
  EXPECT_THROW(Thing{a}, InjectedFault);
  EXPECT_EQ(ledger_.values().alive(), 2u);
  faults_.Arm(FaultKind::kCopy, 1);
  faults_.Open();
  EXPECT_THROW(b = a, InjectedFault);
  EXPECT_EQ(b.number(), 8u);
}

TEST_F(LifetimeTest, NotesWhoReadsWhatWasMovedFrom) {
  Thing a(7);
  Thing b(std::move(a));
  a.Set(3);  // NOLINT(bugprone-use-after-move): that is the point.
  EXPECT_EQ(misuse(), "") << "it has a number again";
  Thing c(std::move(a));
  EXPECT_EQ(b.number() + c.number(), 10u);
  static_cast<void>(a.number());  // NOLINT(bugprone-use-after-move)
  EXPECT_EQ(misuse(), "moved-from-read");
}

TEST_F(LifetimeTest, NotesWhoUsesWhatHasEndedOrWasCarriedElsewhere) {
  alignas(Thing) std::byte here[sizeof(Thing)];
  alignas(Thing) std::byte there[sizeof(Thing)];
  auto* const thing = ::new (static_cast<void*>(here)) Thing(1);
  std::memcpy(there, here, sizeof(Thing));
  static_cast<void>(std::launder(reinterpret_cast<Thing*>(there))->number());
  EXPECT_EQ(misuse(), "moved-by-bytes");
  thing->~Thing();
  LifeLedger fresh(faults_);
  const CurrentLedger current(&fresh);
  thing->Set(2);
  EXPECT_STREQ(fresh.misuse(), "used-after-end");
}

TEST_F(LifetimeTest, NotesAnObjectThatEndsTwiceAndMemoryThatHoldsNone) {
  alignas(Thing) std::byte here[sizeof(Thing)] = {};
  static_cast<void>(std::launder(reinterpret_cast<Thing*>(here))->number());
  EXPECT_EQ(misuse(), "no-object");
  LifeLedger fresh(faults_);
  const CurrentLedger current(&fresh);
  auto* const thing = ::new (static_cast<void*>(here)) Thing(1);
  thing->~Thing();
  thing->~Thing();
  EXPECT_STREQ(fresh.misuse(), "ended-twice");
}

}  // namespace
}  // namespace mapfuzz
