// Small words for people: durations, counts, tables, quoting for a shell.

#ifndef MAPFUZZ_HARNESS_TOOL_TEXT_H_
#define MAPFUZZ_HARNESS_TOOL_TEXT_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mapfuzz::tool {

// Seconds of "90", "90s", "10m", "1h", "1h30m", "1.5m", "500ms". Nothing if it is none of these or
// more than a year.
std::optional<double> ParseDuration(std::string_view text);

// "42s", "1m30s", "2h05m".
std::string FormatDuration(double seconds);

// "0", "999", "1,234", "12,345,678".
std::string FormatCount(std::uint64_t n);

// "999", "12.3k", "4.56M": three digits are enough for a rate.
std::string FormatRate(double per_second);

std::string Hex(std::uint64_t n);  // sixteen digits

// "1 file", "2 files".
std::string Plural(std::uint64_t n, std::string_view noun);

// The word as a POSIX shell has to be given it.
std::string ShellQuote(std::string_view word);

// The text with each line indented.
std::string Indent(std::string_view text, std::string_view by);

// The text up to the first such character, which goes from it as well. All of it if there is none.
std::string_view TakeUpTo(char end, std::string_view& text);

// Only letters, digits, '.', '_' and '-' are kept, for use in a file's name; others become '-'.
std::string FileNamePart(std::string_view text);

// FNV-1a: tells texts apart that nobody made to be alike.
std::uint64_t NameHash(std::string_view text);

// Columns as wide as their widest cell. The first column is set left, the others right.
class Table {
 public:
  explicit Table(std::vector<std::string> header) : rows_{std::move(header)} {}
  void Add(std::vector<std::string> row) { rows_.push_back(std::move(row)); }
  std::string Text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_TEXT_H_
