// Names for parts of what threads work on, so that traces and deadlocks can speak of them: "shard 3
// count" rather than an address, which is another one in each run.

#ifndef MAPFUZZ_HARNESS_SCHEDULE_NAMED_RANGE_H_
#define MAPFUZZ_HARNESS_SCHEDULE_NAMED_RANGE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace mapfuzz {

// Made of views and numbers, so that a range costs nothing before it is spoken of.
struct NamedRange {
  static constexpr std::int64_t kNoNumber = -1;

  std::string_view name;
  const void* begin = nullptr;
  std::size_t size = 0;
  std::int64_t number = kNoNumber;  // "bucket 3"
  std::string_view owner = {};      // "shard 3 count", "read part bucket 1"
  std::int64_t owner_number = kNoNumber;

  std::string Text() const;
};

// The first of the ranges that the address lies in, or -1; `offset` is then set.
std::int16_t FindRange(std::span<const NamedRange> ranges, const void* address,
                       std::uint64_t& offset);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_SCHEDULE_NAMED_RANGE_H_
