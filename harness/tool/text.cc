#include "harness/tool/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>

namespace mapfuzz::tool {
namespace {

// Reads "12" or "1.5" at the front of `text`. Returns false if there is no digit.
bool TakeNumber(std::string_view& text, double* number) {
  double whole = 0, scale = 0;
  std::size_t used = 0, digits = 0;
  for (; used < text.size(); ++used) {
    const char c = text[used];
    if (c == '.' && scale == 0) {
      scale = 1;
    } else if (c >= '0' && c <= '9' && ++digits <= 12) {
      whole = whole * 10 + (c - '0');
      scale *= 10;
    } else {
      break;
    }
  }
  text.remove_prefix(used);
  *number = scale > 0 ? whole / scale : whole;
  return digits > 0;
}

bool TakeUnit(std::string_view& text, double* seconds) {
  static constexpr struct {
    std::string_view name;
    double seconds;
  } kUnits[] = {{"ms", 0.001}, {"s", 1}, {"m", 60}, {"h", 3600}, {"d", 86400}};
  for (const auto& unit : kUnits) {
    if (text.substr(0, unit.name.size()) == unit.name) {
      text.remove_prefix(unit.name.size());
      *seconds = unit.seconds;
      return true;
    }
  }
  return false;
}

}  // namespace

std::optional<double> ParseDuration(std::string_view text) {
  double total = 0;
  bool first = true;
  while (first || !text.empty()) {
    double number = 0, unit = 1;
    if (!TakeNumber(text, &number)) return std::nullopt;
    if (!TakeUnit(text, &unit) && !(first && text.empty())) return std::nullopt;
    total += number * unit;
    first = false;
  }
  if (total > 366.0 * 86400) return std::nullopt;
  return total;
}

std::string FormatDuration(double seconds) {
  const auto s = static_cast<std::uint64_t>(std::llround(std::max(seconds, 0.0)));
  if (s < 60) return fmt::format("{}s", s);
  if (s < 3600) return fmt::format("{}m{:02}s", s / 60, s % 60);
  return fmt::format("{}h{:02}m", s / 3600, s / 60 % 60);
}

std::string FormatCount(std::uint64_t n) {
  std::string digits = std::to_string(n);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ",");
  return digits;
}

std::string FormatRate(double per_second) {
  if (!(per_second > 0)) return "0";
  if (per_second < 10) return fmt::format("{:.1f}", per_second);
  if (per_second < 1e3) return fmt::format("{:.0f}", per_second);
  if (per_second < 1e4) return fmt::format("{:.2f}k", per_second / 1e3);
  if (per_second < 1e5) return fmt::format("{:.1f}k", per_second / 1e3);
  if (per_second < 1e6) return fmt::format("{:.0f}k", per_second / 1e3);
  return fmt::format("{:.2f}M", per_second / 1e6);
}

std::string Hex(std::uint64_t n) { return fmt::format("{:016x}", n); }

std::string Plural(std::uint64_t n, std::string_view noun) {
  return fmt::format("{} {}{}", FormatCount(n), noun, n == 1 ? "" : "s");
}

std::string ShellQuote(std::string_view word) {
  const auto plain = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
           std::string_view("_-./=,:+@%").find(c) != std::string_view::npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), plain)) return std::string(word);
  std::string quoted = "'";
  for (char c : word) {
    if (c == '\'') {
      quoted += "'\\''";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

std::string Indent(std::string_view text, std::string_view by) {
  std::string out;
  bool fresh = true;
  for (char c : text) {
    if (fresh && c != '\n') out += by;
    out += c;
    fresh = c == '\n';
  }
  return out;
}

std::string_view TakeUpTo(char end, std::string_view& text) {
  const std::string_view taken = text.substr(0, text.find(end));
  text.remove_prefix(std::min(taken.size() + 1, text.size()));
  return taken;
}

std::string FileNamePart(std::string_view text) {
  std::string name;
  for (char c : text.substr(0, 80)) {
    const bool kept = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '.';
    name += kept ? c : '-';
  }
  return name.empty() ? "-" : name;
}

std::uint64_t NameHash(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  return hash;
}

std::string Table::Text() const {
  std::vector<std::size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const auto& row : rows_) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += i == 0 ? fmt::format("{:<{}}", row[i], widths[i])
                     : fmt::format("  {:>{}}", row[i], widths[i]);
    }
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace mapfuzz::tool
