// The state of a run after a step: all that its maps hold and that decides how they go on.
//
// Two builds of a map that run the same tape are compared by it, step by step (`mapfuzz compare`).
// A difference shows here long before a result is wrong, or where none ever is. So nothing may be
// in it that depends on addresses, time or the build, and nothing may be left out that the map goes
// by. Whoever holds a part writes it, always in the same order; the runner writes the answer, the
// maps (see `ShowsState` in `subject.h`) their tables and iterators.

#ifndef MAPFUZZ_HARNESS_STATE_H_
#define MAPFUZZ_HARNESS_STATE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mapfuzz {

// Makes a digest of what is written to it and, if it is given a text, lines for people as well: a
// line for each `Line`, with its words behind it.
class StateWriter {
 public:
  explicit StateWriter(std::string* text = nullptr) : text_(text) {}

  // A line about the thing of this name and number begins.
  void Line(std::string_view name, std::uint64_t number) {
    Mix(kLine ^ number);
    if (text_ != nullptr) TextLine(name, number);
  }
  // One more word of the line. `name` is for people and not in the digest.
  void Word(std::string_view name, std::uint64_t word) {
    Mix(word);
    if (text_ != nullptr) TextWord(name, word);
  }
  // The same for bytes, in order.
  void Bytes(std::string_view name, const std::uint8_t* bytes, std::size_t count);
  // What the text is to go without.
  void DigestOnly(std::string_view bytes);

  std::uint64_t digest() const { return digest_; }

 private:
  static constexpr std::uint64_t kLine = 0x6c696e65'00000000;

  void Mix(std::uint64_t x) {
    const std::uint64_t h = (digest_ ^ x) * 0x9e3779b97f4a7c15;
    digest_ = h ^ (h >> 29);
  }
  void MixBytes(const std::uint8_t* bytes, std::size_t count);
  void TextLine(std::string_view name, std::uint64_t number);
  void TextWord(std::string_view name, std::uint64_t word);

  std::uint64_t digest_ = 0;
  std::string* text_;
};

// What is told of a step once it has ended without a verdict.
struct StepState {
  std::uint64_t step = 0;     // from 1; 0 is what the maps were made as
  std::size_t operation = 0;  // of the tape, from 0
  std::string_view line;      // the step's line in the history, without its end
  std::uint64_t digest = 0;   // of the whole state, the line with it
  std::string_view text;      // the state in words, if that was asked for
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_HARNESS_STATE_H_
