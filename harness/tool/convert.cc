// `mapfuzz convert`: a tape from one form to the other.

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

int Convert(Session& session, const ConvertOptions& options) {
  const TargetInfo* target = options.target.empty() ? TargetOfPath(session.registry, options.file)
                                                    : session.registry.FindTarget(options.target);
  const std::string content = ReadInput(options.file);
  const bool shape = !options.target.empty() || KindOf(content) == InputKind::kEngine;
  const LoadedTape loaded = LoadTape(content, InputName(options.file),
                                     {ParsePolicy(options.policy), shape ? target : nullptr});
  std::string converted;
  if (options.to == "text") {
    converted = ToText(loaded.tape, loaded.expect);
  } else {
    const std::vector<std::uint8_t> bytes = ToBinary(loaded.tape);
    converted.assign(bytes.begin(), bytes.end());
  }
  if (options.out.empty()) {
    if (options.to == "binary" && isatty(STDOUT_FILENO)) {
      throw ToolError(kExitUsage, "binary does not belong on a terminal; use -o FILE");
    }
    session.screen.Out(converted);
    return kExitClean;
  }
  WriteAtomically(options.out, converted);
  if (session.json) {
    session.PrintJson({{"file", options.out},
                       {"form", options.to},
                       {"bytes", converted.size()},
                       {"operations", loaded.tape.ops.size()}});
  } else {
    session.screen.Out(options.out + ": " + Plural(loaded.tape.ops.size(), "operation") + ", " +
                       Plural(converted.size(), "byte") + ". Next: " + session.command +
                       " replay " + ShellQuote(options.out) + "\n");
  }
  return kExitClean;
}

}  // namespace

void AddConvertCommand(CommandLine& line) {
  auto options = std::make_shared<ConvertOptions>();
  CLI::App* command = line.Add("convert", "A tape from one form to the other",
                               "  mapfuzz convert crash-1234 --to text --target ops -o bug.tape\n"
                               "  mapfuzz convert bug.tape --to binary -o corpus/ops/bug",
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
