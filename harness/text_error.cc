#include "harness/text_error.h"

#include <algorithm>
#include <vector>

namespace mapfuzz {
namespace {

constexpr std::size_t kShownColumns = 100;
constexpr std::size_t kShownBefore = 60;  // of them left of the caret
constexpr std::size_t kQuotedBytes = 64;
constexpr std::size_t kLongestName = 64;

// One column a byte, so that the caret stands where it should.
std::string Printable(std::string_view text) {
  std::string shown(text);
  for (char& c : shown) {
    if (c == '\t') c = ' ';
    if (c < ' ' || c > '~') c = '?';
  }
  return shown;
}

// The line, cut to a window around the column if it is long, and the caret.
std::string LineWithCaret(std::string_view line, std::size_t column) {
  const std::size_t at = std::min(column - 1, line.size());
  std::size_t begin = 0;
  if (line.size() > kShownColumns && at > kShownBefore) begin = at - kShownBefore;
  const std::string_view window = line.substr(begin, kShownColumns);
  const bool cut_left = begin > 0;
  const bool cut_right = begin + window.size() < line.size();
  std::string shown = "  ";
  if (cut_left) shown += "...";
  shown += Printable(window);
  if (cut_right) shown += "...";
  shown += "\n  ";
  shown.append((cut_left ? 3 : 0) + at - begin, ' ');
  return shown + "^";
}

std::string Compose(const TextPlace& place, std::string_view message) {
  std::string what(place.file);
  what += ":" + std::to_string(place.line) + ":" + std::to_string(place.column) + ": ";
  what += message;
  return what + "\n" + LineWithCaret(place.text, place.column);
}

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Edit distance: insertions, deletions and replacements, letter case aside.
std::size_t Distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (Lower(a[i - 1]) == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
    }
  }
  return row[b.size()];
}

}  // namespace

ParseError::ParseError(const TextPlace& place, std::string_view message)
    : std::runtime_error(Compose(place, message)), line(place.line), column(place.column) {}

std::string Quoted(std::string_view word) {
  std::string quoted = "`" + Printable(word.substr(0, kQuotedBytes));
  if (word.size() > kQuotedBytes) quoted += "...";
  return quoted + "`";
}

std::string_view Nearest(std::string_view word, std::span<const std::string_view> candidates) {
  std::string_view nearest;
  if (word.size() > kLongestName) return nearest;
  std::size_t best = 3;  // further away is no typing error
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = Distance(word, candidate);
    const bool shares_something = distance < std::max(word.size(), candidate.size());
    if (distance < best && shares_something) {
      best = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace mapfuzz
