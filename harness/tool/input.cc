#include "harness/tool/input.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "harness/tape_binary.h"
#include "harness/tape_text.h"
#include "harness/tool/error.h"

namespace mapfuzz::tool {
namespace {

constexpr std::string_view kTapeStart = "mapfuzz tape v";
constexpr std::string_view kTraceStart = "# go-trace v";

bool IsPrintable(std::string_view content) {
  return std::all_of(content.begin(), content.end(), [](char c) {
    return (c >= ' ' && c != 0x7f) || static_cast<unsigned char>(c) >= 0x80 || c == '\n' ||
           c == '\r' || c == '\t';
  });
}

}  // namespace

InputKind KindOf(std::string_view content) {
  if (content.substr(0, kTapeStart.size()) == kTapeStart) return InputKind::kTape;
  if (content.substr(0, kTraceStart.size()) == kTraceStart) return InputKind::kTrace;
  return IsPrintable(content) ? InputKind::kOther : InputKind::kEngine;
}

std::string_view KindName(InputKind kind) {
  switch (kind) {
    case InputKind::kTape:
      return "tape";
    case InputKind::kTrace:
      return "go-trace";
    case InputKind::kEngine:
      return "engine";
    case InputKind::kOther:
      return "other";
  }
  return "other";
}

LoadedTape LoadTape(std::string_view content, const std::string& name,
                    const TapeOverrides& overrides) {
  LoadedTape loaded;
  loaded.kind = KindOf(content);
  if (loaded.kind == InputKind::kOther && overrides.target != nullptr) {
    loaded.kind = InputKind::kEngine;
  }
  switch (loaded.kind) {
    case InputKind::kTape:
      try {
        TextTape text = ParseTapeText(content, name);
        loaded.tape = std::move(text.tape);
        loaded.expect = std::move(text.expect);
      } catch (const ParseError& error) {
        throw ToolError(kExitUsage, error.what());
      }
      break;
    case InputKind::kEngine:
      loaded.tape =
          FromBinary(reinterpret_cast<const std::uint8_t*>(content.data()), content.size());
      if (overrides.target != nullptr) {
        loaded.tape.config = overrides.target->shape(loaded.tape.config);
      }
      break;
    case InputKind::kTrace:
      throw ToolError(
          kExitUsage,
          fmt::format("{}: a Go trace, not a tape; `mapfuzz replay` compares it", name));
    case InputKind::kOther:
      throw ToolError(
          kExitUsage,
          fmt::format(
              "{}: text, but its first line is neither \"mapfuzz tape v1\" nor \"# go-trace "
              "v1\"; give a tape (or --target NAME if it is an engine's bytes)",
              name));
  }
  if (overrides.policy.has_value()) loaded.tape.config.policy = *overrides.policy;
  return loaded;
}

std::optional<PolicyKind> ParsePolicy(std::string_view name) {
  for (int i = 0; i < kPolicyKinds; ++i) {
    if (kPolicyNames[i] == name) return static_cast<PolicyKind>(i);
  }
  return std::nullopt;
}

const TargetInfo* TargetOfPath(const Registry& registry, const std::string& path) {
  return registry.FindTarget(std::filesystem::path(path).parent_path().filename().string());
}

}  // namespace mapfuzz::tool
