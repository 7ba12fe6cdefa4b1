#include "harness/schedule/deadlock.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <vector>

namespace mapfuzz {
namespace {

std::string ThreadsText(ThreadSet threads) {
  std::string text = std::popcount(threads) == 1 ? "thread " : "threads ";
  const char* separator = "";
  for (int thread = 0; thread < kMaxThreads; ++thread) {
    if (!Has(threads, thread)) continue;
    text += separator + std::to_string(thread);
    separator = ", ";
  }
  return text;
}

class Description {
 public:
  Description(const Core& core, std::span<const NamedRange> ranges)
      : core_(core), ranges_(ranges) {}

  std::string Text() {
    std::string text;
    for (int thread = 0; thread < core_.threads(); ++thread) {
      if (core_.thread(thread).over) continue;
      if (!text.empty()) text += "; ";
      text += "thread " + std::to_string(thread) + " " + Waiting(core_.thread(thread));
    }
    return text;
  }

 private:
  std::string Waiting(const Core::Thread& thread) {
    switch (thread.waits) {
      case WaitKind::kMutex:
        return "waits for mutex " + Name(thread.object) + Holders(thread.object);
      case WaitKind::kSharedMutexToRead:
        return "waits for shared mutex " + Name(thread.object) + " to read" +
               Holders(thread.object);
      case WaitKind::kSharedMutexToWrite:
        return "waits for shared mutex " + Name(thread.object) + " to write" +
               Holders(thread.object);
      case WaitKind::kOnce:
        return "waits for an initialization" + Holders(thread.object);
      case WaitKind::kCondition:
        return "waits for condition variable " + Name(thread.object) + " to be notified";
      case WaitKind::kAtomic:
        return "waits for atomic " + Name(thread.object) + " to be notified";
      case WaitKind::kThreadEnd:
        return "waits for thread " + std::to_string(ThreadAt(thread.object)) + " to end";
      case WaitKind::kSleep:
      case WaitKind::kNothing:
        break;
    }
    return "can go on";
  }

  std::string Holders(const void* lock) const {
    const ThreadSet holders = core_.locks().Holders(lock);
    if (holders == 0) return ", held outside of the run";
    return ", held by " + ThreadsText(holders) + (core_.locks().IsShared(lock) ? " to read" : "");
  }

  int ThreadAt(const void* object) const {
    int thread = 0;
    while (&core_.thread(thread) != object) ++thread;
    return thread;
  }

  std::string Name(const void* object) {
    std::uint64_t offset = 0;
    const std::int16_t range = FindRange(ranges_, object, offset);
    if (range >= 0) return ranges_[static_cast<std::size_t>(range)].Text();
    const auto known = std::find(lettered_.begin(), lettered_.end(), object);
    const auto letter = static_cast<char>('A' + (known - lettered_.begin()));
    if (known == lettered_.end()) lettered_.push_back(object);
    return std::string(1, letter);
  }

  const Core& core_;
  std::span<const NamedRange> ranges_;
  std::vector<const void*> lettered_;
};

}  // namespace

std::string DescribeDeadlock(const Core& core, std::span<const NamedRange> ranges) {
  return Description(core, ranges).Text();
}

}  // namespace mapfuzz
