// A map whose growth follows another rule than its tape says: whatever the difference, it is seen.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

#include "harness/planted.h"
#include "targets/bytes_subject.h"

namespace mapfuzz {
namespace {

enum class RuleBug {
  kNone,
  kLongerChains,        // the limit on chains is one too high
  kShorterChains,       // or one too low
  kRefusesUnasked,      // an insert is refused though there is room
  kRefusesUpdates,      // an update is refused
  kRefusesWithoutWork,  // an insert is refused, and growth work that is due is not done
  kReserveRefuses,      // room cannot be reserved because of the limit
  kOtherSlots,          // slots adapt if they should not, and the other way round
  kCopiesForTwice,      // a copy has room for twice the entries
};

Config Bent(Config config) {
  if (Planted<RuleBug>::Is(RuleBug::kLongerChains)) ++config.chain;
  if (Planted<RuleBug>::Is(RuleBug::kShorterChains)) --config.chain;
  if (Planted<RuleBug>::Is(RuleBug::kOtherSlots)) {
    const bool fixed = config.layout.slots_kind == SlotsKind::kFixed;
    config.layout.slots_kind = fixed ? SlotsKind::kAdaptive : SlotsKind::kFixed;
  }
  return config;
}

class BentSubject : public BytesSubject<PolicyKind::kStrict> {
  using Base = BytesSubject<PolicyKind::kStrict>;

 public:
  BentSubject(const Config& config, Draws& draws) : Base(Bent(config), draws) {}

  bool Put(KeyId key, Value value) {
    if (Refuses(key)) throw ChainLimit(1);
    return Base::Put(key, value);
  }
  void Reserve(std::int32_t hint) {
    if (Planted<RuleBug>::Is(RuleBug::kReserveRefuses)) throw ChainLimit(1);
    Base::Reserve(hint);
  }
  void CopyFrom(const BentSubject& other) {
    Base::CopyFrom(other);
    if (Planted<RuleBug>::Is(RuleBug::kCopiesForTwice))
      Base::Reserve(2 * static_cast<std::int32_t>(Size()));
  }

 private:
  bool Refuses(KeyId key) const {
    switch (Planted<RuleBug>::Now()) {
      case RuleBug::kRefusesUnasked:
        return Size() == 10;
      case RuleBug::kRefusesUpdates:
        return key == 2 && Size() == 4;
      case RuleBug::kRefusesWithoutWork:
        return View().Header().growing && View().Header().b == 4;
      default:
        return false;
    }
  }
};
static_assert(LimitsChains<BentSubject> && HasStructure<BentSubject>);

TEST(GrowthRulesTest, SeesAnotherLimitThanTheTapes) {
  ExpectEachSeen<BentSubject, RuleBug>(
      {{RuleBug::kLongerChains, "structure/chain-over-limit", "fill 0 20\n"},
       {RuleBug::kShorterChains, "structure/refused-too-soon", "fill 0 20\n"}},
      "type: bytes\nhash: const\nchain: 2\n");
  ExpectSeen<BentSubject>(RuleBug::kShorterChains, "structure/chain-over-limit", "fill 0 20\n",
                          "type: bytes\nhash: const\nchain: 1\n");
}

TEST(GrowthRulesTest, SeesRefusalsThatNoLimitAsksFor) {
  ExpectEachSeen<BentSubject, RuleBug>(
      {{RuleBug::kRefusesUnasked, "structure/refused-too-soon", "fill 0 12\n"},
       {RuleBug::kRefusesUpdates, "result/refused", "fill 0 4\nput 2\n"},
       {RuleBug::kReserveRefuses, "result/exception", "fill 0 4\nreserve 100\n"}},
      "type: bytes\nchain: 4\n");
}

TEST(GrowthRulesTest, SeesARefusalThatLeavesGrowthWorkUndone) {
  ExpectSeen<BentSubject>(RuleBug::kRefusesWithoutWork, "cost/moves-too-few", "fill 0 54\n",
                          "type: bytes\nchain: 4\n");
}

TEST(GrowthRulesTest, SeesSlotsThatChangeOrStayAgainstTheRule) {
  // Overflow buckets pile up in four chains until the table is rebuilt.
  const std::string header = "type: bytes\nhash: lowbits\nseed: 1\nlayout: 5/1 129/8 4\n";
  for (const char* slots : {"slots: fixed\n", "slots: adaptive\n"}) {
    ExpectSeen<BentSubject>(RuleBug::kOtherSlots, "structure/slots", "fill 0 50\ndrift 0 400 50\n",
                            header + slots);
  }
}

TEST(GrowthRulesTest, SeesACopyThatIsLargerThanItsEntriesNeed) {
  for (const char* slots : {"8\nslots: fixed\n", "4\nslots: fixed\n", "4\nslots: adaptive\n"}) {
    ExpectSeen<BentSubject>(RuleBug::kCopiesForTwice, "cost/copy-size", "fill 0 200\ncopy\n",
                            std::string("type: bytes\nlayout: 8/8 8/8 ") + slots);
  }
  // Nor is it as large as the source was.
  EXPECT_EQ(
      VerdictOn<BentSubject>(RuleBug::kNone,
                             ParseOperations("fill 0 200\ndrain 0 190\ncopy\n", "type: bytes\n")),
      "");
}

}  // namespace
}  // namespace mapfuzz
