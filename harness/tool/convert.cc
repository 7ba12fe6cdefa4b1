// `mapfuzz convert`: a tape from one form to the other.

#include <fmt/format.h>
#include <unistd.h>

#include <memory>

#include "harness/tape_binary.h"
#include "harness/tape_text.h"
#include "harness/tool/command.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/input.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

struct ConvertOptions {
  std::string file, to, out, policy, target;
};

// Lines with a comment, which no tape carries.
std::size_t CountComments(std::string_view text) {
  std::size_t comments = 0;
  for (bool in_comment = false; const char c : text) {
    if (c == '#' && !in_comment) ++comments;
    in_comment = c != '\n' && (in_comment || c == '#');
  }
  return comments;
}

// What the new form does not hold, and what was read otherwise than it stands there.
void RemarkLosses(Session& session, const ConvertOptions& options, std::string_view content,
                  const std::string& target, const LoadedTape& loaded) {
  const std::string name = InputName(options.file);
  const std::string note = NoteOfChanges(name, target, loaded.changes);
  if (!note.empty()) session.screen.Remark("note: " + note);
  const std::size_t comments = loaded.kind == InputKind::kTape ? CountComments(content) : 0;
  if (comments != 0) {
    session.screen.Remark(
        fmt::format("note: {}: {} not carried over", name,
                    comments == 1 ? "1 comment is" : FormatCount(comments) + " comments are"));
  }
  if (options.to == "binary" && !loaded.expect.empty()) {
    session.screen.Remark(
        fmt::format("note: {}: `expect: {}` is not carried over; bytes cannot say "
                    "that they must fail",
                    name, loaded.expect));
  }
}

// The options with which `replay` runs the new file as this tape: what a target makes of bytes in
// its folder is another.
std::string OptionsToReplay(const Registry& registry, const ConvertOptions& options,
                            std::string_view converted, const Config& config) {
  if (options.to == "text") return "";
  if (KindOf(converted) == InputKind::kOther) return "--target none ";
  const TargetInfo* target = TargetOfPath(registry, options.out);
  if (target == nullptr) return "";
  const std::vector<HeaderChange> changes = ChangesOf(*target, config);
  return changes.empty() ? "" : OptionToKeep(changes) + " ";
}

int Convert(Session& session, const ConvertOptions& options) {
  const std::string content = ReadInput(options.file);
  const std::string target = TargetFor(session.registry, options.target, options.file, content);
  const LoadedTape loaded = LoadTape(content, InputName(options.file),
                                     OverridesOf(session.registry, options.policy, target));
  if (session.json && options.out.empty() && options.to == "binary") {
    throw ToolError(kExitUsage, "bytes do not belong into JSON; use -o FILE");
  }
  RemarkLosses(session, options, content, target, loaded);
  std::string converted;
  if (options.to == "text") {
    converted = ToText(loaded.tape, loaded.expect);
  } else {
    const std::vector<std::uint8_t> bytes = ToBinary(loaded.tape);
    converted.assign(bytes.begin(), bytes.end());
  }
  nlohmann::ordered_json document{
      {"form", options.to}, {"bytes", converted.size()}, {"operations", loaded.tape.ops.size()}};
  if (options.out.empty() && session.json) {
    document["tape"] = converted;
    session.PrintJson(document);
    return kExitClean;
  }
  if (options.out.empty()) {
    if (options.to == "binary" && isatty(STDOUT_FILENO)) {
      throw ToolError(kExitUsage, "binary does not belong on a terminal; use -o FILE");
    }
    session.screen.Out(converted);
    return kExitClean;
  }
  WriteOutput(options.out, converted);
  if (session.json) {
    document["file"] = options.out;
    session.PrintJson(document);
  } else if (!session.screen.quiet()) {
    session.screen.Out(options.out + ": " + Plural(loaded.tape.ops.size(), "operation") + ", " +
                       Plural(converted.size(), "byte") + ". Next: " + session.command +
                       " replay " +
                       OptionsToReplay(session.registry, options, converted, loaded.tape.config) +
                       ShellQuote(options.out) + "\n");
  }
  return kExitClean;
}

}  // namespace

void AddConvertCommand(CommandLine& line) {
  auto options = std::make_shared<ConvertOptions>();
  CLI::App* command = line.Add("convert",
                               "A tape from one form to the other. Comments are not carried over, "
                               "nor is `expect:` into binary form.",
                               "  mapfuzz convert crash-1234 --to text --target ops -o bug.tape\n"
                               "  mapfuzz convert bug.tape --to binary -o corpus/ops/bug",
                               "Nothing but the converted tape, and errors",
                               [options](Session& session) { return Convert(session, *options); });
  command->add_option("FILE", options->file, "A tape in either form; - is standard input")
      ->required();
  command->add_option("--to", options->to, "text or binary")
      ->required()
      ->check(CLI::IsMember({"text", "binary"}));
  command->add_option("-o,--out", options->out, "Write here (default: standard output)");
  CommandLine::AddPolicy(command, &options->policy);
  line.AddTarget(command, &options->target);
}

}  // namespace mapfuzz::tool
