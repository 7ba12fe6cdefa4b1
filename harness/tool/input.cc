#include "harness/tool/input.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <utility>

#include "harness/tape_binary.h"
#include "harness/tape_text.h"
#include "harness/tool/error.h"
#include "harness/tool/oracles.h"

namespace mapfuzz::tool {
namespace {

constexpr std::string_view kTapeStart = "mapfuzz tape v";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";
constexpr std::string_view kTraceStart = "# go-trace v";

bool IsPrintable(std::string_view content) {
  return std::all_of(content.begin(), content.end(), [](char c) {
    return (c >= ' ' && c != 0x7f) || static_cast<unsigned char>(c) >= 0x80 || c == '\n' ||
           c == '\r' || c == '\t';
  });
}

// The head of the tape in text form, a line each: name and value.
std::vector<std::pair<std::string, std::string>> Headers(const Config& config) {
  std::vector<std::pair<std::string, std::string>> headers;
  std::istringstream lines(ToText(Tape{config, {}}));
  for (std::string line; std::getline(lines, line);) {
    const std::size_t colon = line.find(": ");
    if (colon != line.npos) headers.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  return headers;
}

}  // namespace

InputKind KindOf(std::string_view content) {
  if (content.substr(0, kByteOrderMark.size()) == kByteOrderMark) {
    content.remove_prefix(kByteOrderMark.size());
  }
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
  if (loaded.kind == InputKind::kOther && (overrides.target != nullptr || overrides.bytes)) {
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
      if (!loaded.expect.empty()) CheckExpectation(loaded.expect, content, name);
      break;
    case InputKind::kEngine:
      loaded.tape =
          FromBinary(reinterpret_cast<const std::uint8_t*>(content.data()), content.size());
      if (overrides.policy.has_value()) loaded.tape.config.policy = *overrides.policy;
      if (overrides.target != nullptr) {
        loaded.changes = ChangesOf(*overrides.target, loaded.tape.config);
        if (overrides.policy.has_value()) {  // which goes above the shape
          std::erase_if(loaded.changes, [](const auto& change) { return change.name == "policy"; });
        }
        loaded.tape.config = overrides.target->shape(loaded.tape.config);
        loaded.tape = Canonical(std::move(loaded.tape));
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

std::vector<HeaderChange> ChangesOf(const TargetInfo& target, const Config& config) {
  const Config shaped = target.shape(config);
  const auto said = Headers(config);
  const auto runs = Headers(shaped);
  std::vector<HeaderChange> changes;
  // A map for one thread has no line.
  const auto shared = [](const Config& of) {
    return of.shared == SharedKind::kNone ? std::string("hmap") : std::string(NameOf(of.shared));
  };
  if ((config.shared == SharedKind::kNone) != (shaped.shared == SharedKind::kNone)) {
    changes.push_back({"map", shared(config), shared(shaped)});
  }
  for (const auto& [name, value] : said) {
    // Some lines belong to some types: without one, the type is the change.
    const auto other = std::find_if(runs.begin(), runs.end(), [&name = name](const auto& header) {
      return header.first == name;
    });
    if (other != runs.end() && other->second != value) {
      changes.push_back({name, value, other->second});
    }
  }
  return changes;
}

std::string OptionToKeep(const std::vector<HeaderChange>& changes) {
  if (changes.size() == 1 && changes[0].name == "policy") return "--policy " + changes[0].said;
  return "--target " + std::string(kNoTarget);
}

std::string NoteOfChanges(const std::string& name, const std::string& target,
                          const std::vector<HeaderChange>& changes) {
  if (changes.empty()) return "";
  std::string said, runs;
  for (const HeaderChange& change : changes) {
    const std::string comma = said.empty() ? "" : ", ";
    said += comma + change.name + " " + change.said;
    runs += comma + (changes.size() == 1 ? "" : change.name + " ") + change.runs;
  }
  return name + " says " + said + "; target " + target + " runs it under " + runs + "; add " +
         OptionToKeep(changes) + " to keep it";
}

std::optional<PolicyKind> ParsePolicy(std::string_view name) {
  for (int i = 0; i < kPolicyKinds; ++i) {
    if (kPolicyNames[i] == name) return static_cast<PolicyKind>(i);
  }
  return std::nullopt;
}

const TargetInfo* TargetOfPath(const Registry& registry, const std::string& path) {
  std::string folder = std::filesystem::path(path).parent_path().filename().string();
  if (folder.ends_with(kRacesLane)) folder.resize(folder.size() - kRacesLane.size());
  return registry.FindTarget(folder);
}

std::string TargetFor(const Registry& registry, const std::string& option, const std::string& path,
                      std::string_view content) {
  if (!option.empty()) return option;
  const TargetInfo* target = TargetOfPath(registry, path);
  return target != nullptr && KindOf(content) == InputKind::kEngine ? target->name : "";
}

TapeOverrides OverridesOf(const Registry& registry, std::string_view policy,
                          std::string_view target) {
  return {ParsePolicy(policy), registry.FindTarget(target), target == kNoTarget};
}

}  // namespace mapfuzz::tool
