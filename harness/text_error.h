// Errors about a place in a text: they name file, line and column, show the line with a caret
// under the place, and say what to do.

#ifndef MAPFUZZ_HARNESS_TEXT_ERROR_H_
#define MAPFUZZ_HARNESS_TEXT_ERROR_H_

#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace mapfuzz {

// A place in a text: lines and columns count from 1, columns in bytes.
struct TextPlace {
  std::string_view file;
  std::size_t line = 1;
  std::size_t column = 1;
  std::string_view text;  // of the line, without its end
};

// what() is "FILE:LINE:COLUMN: message\n  the line\n  ^".
class ParseError : public std::runtime_error {
 public:
  ParseError(const TextPlace& place, std::string_view message);

  std::size_t line = 1;
  std::size_t column = 1;
};

// A word of the text between backticks: cut if long, bytes that do not print shown as `?`.
std::string Quoted(std::string_view word);

// The candidate that `word` was probably meant to be, or empty if none is near.
std::string_view Nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_TEXT_ERROR_H_
