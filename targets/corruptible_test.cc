// Checked maps notice whatever is overwritten, whichever step comes next; maps that are not checked
// are caught by the runner.

#include "targets/corruptible.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <iterator>
#include <string>

#include "harness/planted.h"
#include "harness/runner.h"
#include "targets/bytes_subject.h"
#include "targets/hmap_subject.h"
#include "targets/subjects.h"

namespace mapfuzz {
namespace {

// A Strict map that passes for a checked one: its check is off.
using Unchecked = Corruptible<HmapSubject<KeyType::kU64, PolicyKind::kStrict, PathKind::kFast>>;
static_assert(NoticesCorruption<Unchecked>);
static_assert(!NoticesCorruption<BytesSubject<PolicyKind::kStrict>>);

std::string CorruptLine(int field, std::uint32_t n) {
  return "corrupt " + std::string(kCorruptNames[field]) + " " + std::to_string(n) + "\n";
}

// Eight chains, of which that of key 5 has three buckets and that of key 6 two.
constexpr const char* kHeader = "hash: identity\nhint: 50\nkeys: 512\n";
constexpr const char* kLongChains =
    "put 5\nput 13\nput 21\nput 29\nput 37\nput 45\nput 53\nput 61\nput 69\n"
    "put 77\nput 85\nput 93\nput 101\nput 109\nput 117\nput 125\nput 133\n"
    "put 6\nput 14\nput 22\nput 30\nput 38\nput 46\nput 54\nput 62\nput 70\n";
// The same in the middle of a growth, both chains still in the old array.
const std::string kGrowing = std::string(kLongChains) + "fill 200 28\n";

// Of a Strict map that passes for a checked one.
std::string SignatureOfUnchecked(const std::string& operations) {
  const RunResult result = Runner<Unchecked>::Run(ParseOperations(operations, kHeader));
  return result.failure ? result.failure->Signature() : "";
}

TEST(CorruptibleTest, ACheckThatIsOffIsSeenForEveryFieldOfTheHeader) {
  // What leads nowhere would end the test.
  for (const char* corruption : {"count 3", "flags 3", "b 1", "noverflow 2", "hash0 7",
                                 "nevacuate 40", "buckets 2", "oldbuckets 2"}) {
    EXPECT_EQ(SignatureOfUnchecked(kGrowing + "corrupt " + corruption + "\nhas 5\n"),
              "oracle=corruption property=unnoticed op=has site=doubling")
        << corruption;
  }
}

TEST(CorruptibleTest, ACheckThatIsOffIsSeenForOverflowPointersFollowedOrNot) {
  // The sixth bucket, which is the first of the chain of key 5, leads to nothing.
  const std::string cut = std::string(kLongChains) + "corrupt overflow 20\n";
  const std::string unnoticed = "oracle=corruption property=unnoticed op=";
  const std::string by_walk = "oracle=corruption property=unnoticed-by-walk op=";
  EXPECT_EQ(SignatureOfUnchecked(cut + "has 133\n"), unnoticed + "has site=quiet");
  EXPECT_EQ(SignatureOfUnchecked(cut + "put 141\n"), unnoticed + "put site=quiet");
  EXPECT_EQ(SignatureOfUnchecked(cut + "begin 0 5\n"), unnoticed + "begin site=quiet");
  EXPECT_EQ(SignatureOfUnchecked(cut + "copy\n"), unnoticed + "copy site=quiet");
  EXPECT_EQ(SignatureOfUnchecked(cut + "reserve 200\n"), unnoticed + "reserve site=quiet");
  EXPECT_EQ(SignatureOfUnchecked(cut + "has 6\n"), by_walk + "has site=quiet");
  EXPECT_EQ(SignatureOfUnchecked(cut + "begin 0 6\n"), by_walk + "begin site=quiet");
}

// Every operation that looks into a table; both iterators are begun before.
constexpr const char* kOperations[] = {
    "get 5",   "has 6",     "put 5",       "put 300",    "try 5",   "try 301",   "add 5",
    "add 302", "alias 5 6", "alias 303 6", "del 5",      "del 304", "begin 2 7", "next 0",
    "take 1",  "sweep 3",   "copy",        "reserve 90", "clear"};

TEST(CorruptibleTest, ACheckedMapNoticesEveryFieldInEveryOperation) {
  for (const KeyType type : {KeyType::kU64, KeyType::kString, KeyType::kBytes}) {
    for (const std::string& filled : {std::string(kLongChains), kGrowing}) {
      for (int field = 0; field < kCorruptFields; ++field) {
        for (std::uint32_t n = 0; n < 48; n += field == 8 ? 1 : 5) {
          std::string operations = filled + "begin 0 3\nbegin 1 4\n";
          for (const char* operation : kOperations) {
            operations += CorruptLine(field, n) + operation + "\n";
          }
          Tape tape = ParseOperations(operations + CorruptLine(field, n) + "remake 9\n", kHeader);
          tape.config.type = type;
          tape.config.policy = PolicyKind::kChecked;
          const RunResult result = RunTape("hmap", tape);
          ASSERT_FALSE(result.failure.has_value()) << Report(tape, *result.failure);
          const std::uint64_t noticed =
              result.milestones[static_cast<int>(Milestone::kCorruptCount) + field];
          if (field == static_cast<int>(CorruptField::kOverflow)) continue;
          const std::uint64_t replaced =
              result.milestones[static_cast<int>(Milestone::kCorruptReplaced)];
          EXPECT_EQ(noticed + replaced + result.skipped, std::size(kOperations) + 1);
          if (result.skipped != 0) {
            EXPECT_EQ(result.skipped, std::size(kOperations) + 1);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace mapfuzz
