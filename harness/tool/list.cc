// `mapfuzz list`: what there is to fuzz, and with what.

#include <fmt/format.h>

#include <memory>

#include "harness/tool/command.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

using Json = nlohmann::ordered_json;

std::size_t CountFiles(const std::string& folder, std::string_view ending) {
  std::size_t n = 0;
  for (const std::string& file : FilesUnder(folder)) {
    if (file.size() >= ending.size() &&
        std::string_view(file).substr(file.size() - ending.size()) == ending) {
      ++n;
    }
  }
  return n;
}

std::string Operands(const OpInfo& info) {
  std::string text;
  for (int i = 0; i < info.operands; ++i) {
    switch (info.kinds[i]) {
      case OperandKind::kKey:
        text += " KEY";
        break;
      case OperandKind::kKey2:
        text += " KEY2";
        break;
      case OperandKind::kIterator:
        text += " IT";
        break;
      case OperandKind::kWidth:
        text += " WIDTH";
        break;
      case OperandKind::kCount:
        text += " COUNT";
        break;
      case OperandKind::kDraw:
        text += " DRAW";
        break;
      case OperandKind::kHint:
        text += " HINT";
        break;
      case OperandKind::kFault:
        text += " KIND";
        break;
      case OperandKind::kNth:
        text += " N";
        break;
    }
  }
  return text;
}

Json Describe(const Registry& registry, const std::string& corpus) {
  Json document;
  document["targets"] = Json::array();
  for (const TargetInfo& target : registry.targets) {
    Json milestones = Json::array();
    for (Milestone milestone : target.milestones) milestones.push_back(MilestoneName(milestone));
    document["targets"].push_back({{"name", target.name},
                                   {"help", target.help},
                                   {"seeds", CountFiles(corpus + "/seeds/" + target.name, ".tape")},
                                   {"milestones", milestones}});
  }
  document["maps"] = registry.maps;
  document["operations"] = Json::array();
  for (const OpInfo& info : kOpInfo) {
    document["operations"].push_back(
        {{"name", info.name}, {"operands", Operands(info)}, {"help", info.help}});
  }
  document["corpus"] = {{"folder", corpus},
                        {"regressions", CountFiles(corpus + "/regressions", ".tape")},
                        {"go_traces", CountFiles(corpus + "/go-traces", ".trace")}};
  return document;
}

// Names separated by commas, wrapped and indented.
std::string Wrap(const Json& names, std::size_t indent, std::size_t width) {
  std::string text;
  std::size_t column = width;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string word = names[i].get<std::string>() + (i + 1 < names.size() ? "," : "");
    if (column + word.size() + 1 > width) {
      text += (text.empty() ? "" : "\n") + std::string(indent, ' ') + word;
      column = indent + word.size();
    } else {
      text += " " + word;
      column += word.size() + 1;
    }
  }
  return text.empty() ? "" : text + "\n";
}

int List(Session& session, const std::string& corpus) {
  const Json document = Describe(session.registry, corpus);
  if (session.json) {
    session.PrintJson(document);
    return kExitClean;
  }
  Screen& screen = session.screen;
  std::string text = screen.Strong("Targets") + " (and the milestones a hunt has to reach)\n";
  for (const Json& target : document["targets"]) {
    text += fmt::format("  {:<10}{}; {}, {}\n", target["name"].get<std::string>(),
                        target["help"].get<std::string>(), Plural(target["seeds"], "seed"),
                        Plural(target["milestones"].size(), "milestone"));
    text += Wrap(target["milestones"], 12, 100);
  }
  text += screen.Strong("\nMaps") + "\n";
  for (std::size_t i = 0; i < session.registry.maps.size(); ++i) {
    text += fmt::format("  {}{}\n", session.registry.maps[i], i == 0 ? " (default)" : "");
  }
  text += screen.Strong("\nOperations of a tape") + "\n";
  for (const OpInfo& info : kOpInfo) {
    text += fmt::format("  {:<24}{}\n", std::string(info.name) + Operands(info), info.help);
  }
  const Json& kept = document["corpus"];
  text += fmt::format("\n{} hold {} and {}. Next: {} hunt --for 60s\n", corpus,
                      Plural(kept["regressions"], "regression"),
                      Plural(kept["go_traces"], "Go trace"), session.command);
  screen.Out(text);
  return kExitClean;
}

}  // namespace

void AddListCommand(CommandLine& line) {
  auto corpus = std::make_shared<std::string>(line.registry.corpus_dir);
  CLI::App* command = line.Add("list", "Targets, maps and operations, with corpus sizes",
                               "  mapfuzz list\n  mapfuzz list --json",
                               [corpus](Session& session) { return List(session, *corpus); });
  command->add_option("--corpus-dir", *corpus, "Where seeds/, regressions/ and go-traces/ lie");
}

}  // namespace mapfuzz::tool
