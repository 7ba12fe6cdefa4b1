#include "harness/schedule/named_range.h"

namespace mapfuzz {

std::string NamedRange::Text() const {
  std::string text;
  const auto say = [&text](std::string_view word, std::int64_t counted) {
    if (word.empty()) return;
    if (!text.empty()) text += ' ';
    text += word;
    if (counted != kNoNumber) text += " " + std::to_string(counted);
  };
  say(owner, owner_number);
  say(name, number);
  return text;
}

std::int16_t FindRange(std::span<const NamedRange> ranges, const void* address,
                       std::uint64_t& offset) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  for (std::size_t i = 0; i < ranges.size(); ++i) {
    const std::uint64_t distance = at - reinterpret_cast<std::uintptr_t>(ranges[i].begin);
    if (distance >= ranges[i].size) continue;
    offset = distance;
    return static_cast<std::int16_t>(i);
  }
  return -1;
}

}  // namespace mapfuzz
