// Small concurrent code, right and wrong, for the scheduler to run. It is compiled as a map under
// test would be: with points at loads and stores where the compiler has them.

#ifndef MAPFUZZ_HARNESS_SCHEDULE_TESTING_CODE_UNDER_TEST_H_
#define MAPFUZZ_HARNESS_SCHEDULE_TESTING_CODE_UNDER_TEST_H_

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <shared_mutex>
#include <string>

namespace mapfuzz {

// A counter whose updates get lost, by a data race.
struct PlainCounter {
  std::int32_t before = 0;
  std::int32_t value = 0;
};
void AddPlain(PlainCounter& counter);

// The same without a data race: thread sanitizer has nothing to say.
struct AtomicCounter {
  std::atomic<std::int32_t> value{0};
};
void AddByLoadAndStore(AtomicCounter& counter);
void AddByReadModifyWrite(AtomicCounter& counter);

struct LockedCounter {
  std::mutex mutex;
  std::int32_t value = 0;
};
void AddLocked(LockedCounter& counter);
// Reads under the lock and writes under the lock, but lets go of it in between.
void AddLockedTwice(LockedCounter& counter);
void AddIfFree(LockedCounter& counter);

// Takes one lock, then the other.
void LockInOrder(std::mutex& first, std::mutex& second);

void AddRecursively(std::recursive_mutex& mutex, std::int32_t& value, int depth);

struct SharedValue {
  std::shared_mutex mutex;
  std::int32_t value = 0;
  std::atomic<std::int32_t> readers{0};
  std::atomic<std::int32_t> most_readers{0};
};
void WriteShared(SharedValue& shared);
// Returns what it read.
std::int32_t ReadShared(SharedValue& shared);

// Holds one number at a time.
struct Mailbox {
  std::mutex mutex;
  std::condition_variable changed;
  std::int32_t content = 0;  // 0: none
};
void Send(Mailbox& mailbox, std::int32_t content);
std::int32_t Receive(Mailbox& mailbox);
// Waits once, without looking whether it has to: what was sent before is not noticed.
void ReceiveBlindly(Mailbox& mailbox);
// False if there came nothing.
bool ReceiveInTime(Mailbox& mailbox);

void AwaitChange(std::atomic<std::int32_t>& value, std::int32_t old);
void ChangeAndNotify(std::atomic<std::int32_t>& value, std::int32_t changed);
void SpinUntil(std::atomic<std::int32_t>& value, std::int32_t wanted);
void SpinAndYieldUntil(std::atomic<std::int32_t>& value, std::int32_t wanted);

// Throws and catches, with points in between; nested, so that more than one exception is caught at
// a time. Returns what it caught, which should be `name` three times.
std::string ThrowAndCatch(const std::string& name, LockedCounter& meanwhile);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_SCHEDULE_TESTING_CODE_UNDER_TEST_H_
