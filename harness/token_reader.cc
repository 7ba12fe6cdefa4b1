#include "harness/token_reader.h"

#include <algorithm>
#include <charconv>

namespace mapfuzz {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

}  // namespace

TokenReader::TokenReader(std::string_view text, std::string_view file)
    : text_(text), place_{file, 0, 1, {}} {
  if (text_.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    text_.remove_prefix(kByteOrderMark.size());
  }
}

bool TokenReader::NextLine() {
  if (text_.empty()) return false;
  const std::size_t length = std::min(text_.find('\n'), text_.size());
  place_.text = text_.substr(0, length);
  ++place_.line;
  text_.remove_prefix(std::min(length + 1, text_.size()));
  if (!place_.text.empty() && place_.text.back() == '\r') place_.text.remove_suffix(1);
  CheckBytes();

  tokens_.clear();
  std::string_view rest = place_.text.substr(0, place_.text.find('#'));
  for (;;) {
    rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
    if (rest.empty()) return true;
    tokens_.push_back(rest.substr(0, rest.find_first_of(kBlanks)));
    const std::size_t colon = tokens_.back().find(':');
    if (tokens_.size() == 1 && colon != rest.npos) tokens_.back() = rest.substr(0, colon + 1);
    rest.remove_prefix(tokens_.back().size());
  }
}

bool TokenReader::NextTokens() {
  while (NextLine()) {
    if (!tokens_.empty()) return true;
  }
  return false;
}

void TokenReader::CheckBytes() const {
  for (const char& c : place_.text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte == '\t' || (byte >= ' ' && byte != 0x7f)) continue;
    constexpr std::string_view kHex = "0123456789abcdef";
    FailAt({&c, 1}, std::string("byte 0x") + kHex[byte >> 4] + kHex[byte & 15] +
                        " is not text; is this file binary or damaged?");
  }
}

int TokenReader::NameAt(std::string_view token, std::string_view what,
                        std::span<const std::string_view> names) const {
  const auto found = std::find(names.begin(), names.end(), token);
  if (found == names.end()) FailUnknown(token, what, names, "it is one of" + Listed(names));
  return static_cast<int>(found - names.begin());
}

std::int64_t TokenReader::NumberAt(std::string_view token, std::string_view what, std::int64_t min,
                                   std::int64_t max) const {
  const std::string range = std::to_string(min) + " to " + std::to_string(max);
  std::int64_t number = 0;
  const char* const end = token.data() + token.size();
  const auto [stop, error] = std::from_chars(token.data(), end, number);
  if (stop != end || error == std::errc::invalid_argument) {
    FailAt(token, Quoted(token) + " is not a number; the " + std::string(what) +
                      " is a whole number from " + range);
  }
  if (error != std::errc() || number < min || number > max) {
    FailAt(token,
           std::string(what) + " " + Quoted(token) + " is out of range; it goes from " + range);
  }
  return number;
}

void TokenReader::FailAt(std::string_view token, std::string_view message) const {
  Fail(static_cast<std::size_t>(token.data() - place_.text.data()), message);
}

void TokenReader::FailBehindTokens(std::string_view message) const {
  const std::string_view last = tokens_.back();
  Fail(static_cast<std::size_t>(last.data() - place_.text.data()) + last.size(), message);
}

void TokenReader::FailBehindLine(std::string_view message) const {
  Fail(place_.text.size(), message);
}

void TokenReader::FailUnknown(std::string_view token, std::string_view what,
                              std::span<const std::string_view> candidates,
                              std::string_view others) const {
  const std::string message = "unknown " + std::string(what) + " " + Quoted(token) + "; ";
  const std::string_view nearest = Nearest(token, candidates);
  if (!nearest.empty()) FailAt(token, message + "did you mean " + Quoted(nearest) + "?");
  FailAt(token, message + std::string(others));
}

void TokenReader::Fail(std::size_t column, std::string_view message) const {
  TextPlace place = place_;
  place.line = std::max<std::size_t>(place.line, 1);  // where a line should be
  place.column = column + 1;
  throw ParseError(place, message);
}

std::string Listed(std::span<const std::string_view> names) {
  std::string list;
  for (const std::string_view name : names) list += " " + std::string(name);
  return list;
}

}  // namespace mapfuzz
