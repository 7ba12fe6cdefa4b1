#include "harness/schedule/testing/code_under_test.h"

#include <chrono>
#include <stdexcept>
#include <thread>

namespace mapfuzz {

void AddPlain(PlainCounter& counter) { ++counter.value; }

void AddByLoadAndStore(AtomicCounter& counter) {
  const std::int32_t value = counter.value.load(std::memory_order_relaxed);
  counter.value.store(value + 1, std::memory_order_relaxed);
}

void AddByReadModifyWrite(AtomicCounter& counter) {
  counter.value.fetch_add(1, std::memory_order_relaxed);
}

void AddLocked(LockedCounter& counter) {
  const std::lock_guard lock(counter.mutex);
  ++counter.value;
}

void AddLockedTwice(LockedCounter& counter) {
  std::unique_lock lock(counter.mutex);
  const std::int32_t value = counter.value;
  lock.unlock();
  lock.lock();
  counter.value = value + 1;
}

void AddIfFree(LockedCounter& counter) {
  const std::unique_lock lock(counter.mutex, std::try_to_lock);
  if (lock.owns_lock()) ++counter.value;
}

void LockInOrder(std::mutex& first, std::mutex& second) {
  const std::lock_guard outer(first);
  const std::lock_guard inner(second);
}

void AddRecursively(std::recursive_mutex& mutex, std::int32_t& value, int depth) {
  const std::lock_guard lock(mutex);
  const std::int32_t before = value;
  if (depth > 1) AddRecursively(mutex, value, depth - 1);
  value = before + depth;
}

void WriteShared(SharedValue& shared) {
  const std::unique_lock lock(shared.mutex);
  ++shared.value;
}

std::int32_t ReadShared(SharedValue& shared) {
  const std::shared_lock lock(shared.mutex);
  const std::int32_t readers = shared.readers.fetch_add(1) + 1;
  std::int32_t most = shared.most_readers.load();
  while (most < readers && !shared.most_readers.compare_exchange_weak(most, readers)) {
  }
  std::this_thread::yield();
  shared.readers.fetch_sub(1);
  return shared.value;
}

void Send(Mailbox& mailbox, std::int32_t content) {
  std::unique_lock lock(mailbox.mutex);
  mailbox.changed.wait(lock, [&mailbox] { return mailbox.content == 0; });
  mailbox.content = content;
  mailbox.changed.notify_all();
}

std::int32_t Receive(Mailbox& mailbox) {
  std::unique_lock lock(mailbox.mutex);
  mailbox.changed.wait(lock, [&mailbox] { return mailbox.content != 0; });
  const std::int32_t content = mailbox.content;
  mailbox.content = 0;
  mailbox.changed.notify_all();
  return content;
}

void ReceiveBlindly(Mailbox& mailbox) {
  std::unique_lock lock(mailbox.mutex);
  mailbox.changed.wait(lock);
}

bool ReceiveInTime(Mailbox& mailbox) {
  std::unique_lock lock(mailbox.mutex);
  return mailbox.changed.wait_for(lock, std::chrono::hours(1),
                                  [&mailbox] { return mailbox.content != 0; });
}

void AwaitChange(std::atomic<std::int32_t>& value, std::int32_t old) { value.wait(old); }

void ChangeAndNotify(std::atomic<std::int32_t>& value, std::int32_t changed) {
  value.store(changed);
  value.notify_all();
}

void SpinUntil(std::atomic<std::int32_t>& value, std::int32_t wanted) {
  while (value.load() != wanted) {
  }
}

void SpinAndYieldUntil(std::atomic<std::int32_t>& value, std::int32_t wanted) {
  while (value.load() != wanted) std::this_thread::yield();
}

std::string ThrowAndCatch(const std::string& name, LockedCounter& meanwhile) {
  std::string caught;
  try {
    AddLocked(meanwhile);
    throw std::runtime_error(name);
  } catch (const std::runtime_error& outer) {
    AddLocked(meanwhile);
    try {
      throw std::logic_error(name);
    } catch (const std::logic_error& inner) {
      AddLocked(meanwhile);
      caught += inner.what();
    }
    AddLocked(meanwhile);
    caught += outer.what();
    try {
      throw;
    } catch (const std::exception& again) {
      AddLocked(meanwhile);
      caught += again.what();
    }
  }
  return caught;
}

}  // namespace mapfuzz
