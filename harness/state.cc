#include "harness/state.h"

namespace mapfuzz {

void StateWriter::MixBytes(const std::uint8_t* bytes, std::size_t count) {
  Mix(count);
  for (std::size_t i = 0; i < count; i += 8) {
    std::uint64_t word = 0;
    for (std::size_t j = i; j < count && j < i + 8; ++j) word = word << 8 | bytes[j];
    Mix(word);
  }
}

void StateWriter::DigestOnly(std::string_view bytes) {
  MixBytes(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
}

void StateWriter::Bytes(std::string_view name, const std::uint8_t* bytes, std::size_t count) {
  MixBytes(bytes, count);
  if (text_ == nullptr) return;
  *text_ += " " + std::string(name);
  for (std::size_t i = 0; i < count; ++i) *text_ += (i == 0 ? " " : ",") + std::to_string(bytes[i]);
}

void StateWriter::TextLine(std::string_view name, std::uint64_t number) {
  if (!text_->empty()) *text_ += "\n";
  *text_ += std::string(name) + " " + std::to_string(number);
}

void StateWriter::TextWord(std::string_view name, std::uint64_t word) {
  *text_ += " " + std::string(name) + " " + std::to_string(word);
}

}  // namespace mapfuzz
