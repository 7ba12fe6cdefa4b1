// Takes a text apart line by line, and each line into its tokens.
//
// Tokens are separated by blanks; a colon ends the first of a line, `#` begins a comment. Lines end
// as on Unix or on Windows, and a byte order mark may stand before them all. A token is a view into
// the text, so its column is known and every error points at it.

#ifndef MAPFUZZ_HARNESS_TOKEN_READER_H_
#define MAPFUZZ_HARNESS_TOKEN_READER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/text_error.h"

namespace mapfuzz {

// Whatever is wrong is a ParseError. `file` is what errors call the text.
class TokenReader {
 public:
  TokenReader(std::string_view text, std::string_view file);

  // Moves to the next line and takes it apart; false at the end of the text.
  bool NextLine();
  // Moves to the next line that holds any token.
  bool NextTokens();

  // Of the current line; it is the last one at the end of the text.
  const std::vector<std::string_view>& tokens() const { return tokens_; }
  const TextPlace& place() const { return place_; }

  // Which of `names` the token is; `what` says what it names.
  int NameAt(std::string_view token, std::string_view what,
             std::span<const std::string_view> names) const;
  // The number that the token is.
  std::int64_t NumberAt(std::string_view token, std::string_view what, std::int64_t min,
                        std::int64_t max) const;

  // With the caret under the token, behind the line's last one, or behind the whole line.
  [[noreturn]] void FailAt(std::string_view token, std::string_view message) const;
  [[noreturn]] void FailBehindTokens(std::string_view message) const;
  [[noreturn]] void FailBehindLine(std::string_view message) const;
  // Names the candidate that was probably meant, or else says what there is, in words of `others`.
  [[noreturn]] void FailUnknown(std::string_view token, std::string_view what,
                                std::span<const std::string_view> candidates,
                                std::string_view others) const;

 private:
  void CheckBytes() const;
  // Columns count from 0 here.
  [[noreturn]] void Fail(std::size_t column, std::string_view message) const;

  std::string_view text_;  // what is left of it
  TextPlace place_;        // the current line
  std::vector<std::string_view> tokens_;
};

// The names, with a space before each.
std::string Listed(std::span<const std::string_view> names);

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_TOKEN_READER_H_
