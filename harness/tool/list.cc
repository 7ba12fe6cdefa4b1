// `mapfuzz list`: what there is to fuzz, and with what.

#include <fmt/format.h>

#include <memory>
#include <string>
#include <vector>

#include "harness/tool/command.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/oracles.h"
#include "harness/tool/tape_guide.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

using Json = nlohmann::ordered_json;

struct ListOptions {
  std::string what;  // one section; empty: all
  std::string corpus;
};

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

Json Describe(const Registry& registry, const std::string& corpus) {
  Json document;
  document["targets"] = Json::array();
  for (const TargetInfo& target : registry.targets) {
    Json milestones = Json::array();
    for (Milestone milestone : target.milestones) milestones.push_back(MilestoneName(milestone));
    Json oracles = Json::array();
    for (const Oracle oracle : target.oracles) {
      oracles.push_back(kOracleNames[static_cast<int>(oracle)]);
    }
    document["targets"].push_back({{"name", target.name},
                                   {"help", target.help},
                                   {"seeds", CountFiles(corpus + "/seeds/" + target.name, ".tape")},
                                   {"milestones", milestones},
                                   {"oracles", oracles}});
  }
  document["maps"] = registry.maps;
  document["operations"] = Json::array();
  for (const OpInfo& info : kOpInfo) {
    document["operations"].push_back(
        {{"name", info.name}, {"operands", OperandsText(info)}, {"help", info.help}});
  }
  document["headers"] = Json::array();
  for (const HeaderInfo& header : TapeHeaders()) {
    document["headers"].push_back(
        {{"name", header.name}, {"default", header.standard}, {"values", header.values}});
  }
  document["oracles"] = Json::array();
  for (const OracleInfo& oracle : Oracles()) {
    document["oracles"].push_back({{"name", oracle.name}, {"help", oracle.help}});
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

std::string TargetsText(const Screen& screen, const Json& targets) {
  std::string text = screen.Strong("Targets") + " (and the milestones a hunt has to reach)\n";
  for (const Json& target : targets) {
    text += fmt::format("  {:<17}{}; {}, {}\n", target["name"].get<std::string>(),
                        target["help"].get<std::string>(), Plural(target["seeds"], "seed"),
                        Plural(target["milestones"].size(), "milestone"));
    text += Wrap(target["milestones"], 19, 100);
  }
  return text;
}

std::string MapsText(const Screen& screen, const std::vector<std::string>& maps) {
  std::string text = screen.Strong("Maps") + "\n";
  for (std::size_t i = 0; i < maps.size(); ++i) {
    text += fmt::format("  {}{}\n", maps[i], i == 0 ? " (default)" : "");
  }
  return text;
}

std::string OraclesText(const Screen& screen) {
  std::string text =
      screen.Strong("Oracles") + " (in signatures, and in a tape's `expect: ORACLE/PROPERTY`)\n";
  for (const OracleInfo& oracle : Oracles()) {
    text += fmt::format("  {:<15}{}\n", oracle.name, oracle.help);
  }
  return text;
}

int List(Session& session, const ListOptions& options) {
  RequireCorpusFolder(options.corpus);
  const Json document = Describe(session.registry, options.corpus);
  if (session.json) {
    session.PrintJson(document);
    return kExitClean;
  }
  Screen& screen = session.screen;
  std::vector<std::string> sections;
  const auto wanted = [&](std::string_view name) {
    return !screen.quiet() && (options.what.empty() || options.what == name);
  };
  if (wanted("targets")) sections.push_back(TargetsText(screen, document["targets"]));
  if (wanted("maps")) sections.push_back(MapsText(screen, session.registry.maps));
  if (wanted("tape")) sections.push_back(TapeText(screen));
  if (wanted("oracles")) sections.push_back(OraclesText(screen));
  for (const std::string& section : sections) screen.Out(section + "\n");
  const Json& kept = document["corpus"];
  screen.Out(fmt::format("{} holds {} and {}. Next: {} hunt --for 60s\n", options.corpus,
                         Plural(kept["regressions"], "regression"),
                         Plural(kept["go_traces"], "Go trace"), session.command));
  return kExitClean;
}

}  // namespace

void AddListCommand(CommandLine& line) {
  auto options = std::make_shared<ListOptions>();
  options->corpus = line.registry.corpus_dir;
  CLI::App* command = line.Add(
      "list", "Targets, maps, the headers and operations of a tape, oracles; with corpus sizes",
      "  mapfuzz list\n  mapfuzz list tape\n  mapfuzz list oracles\n  mapfuzz list --json",
      "The last line only", [options](Session& session) { return List(session, *options); });
  command->add_option("WHAT", options->what, "targets, maps, tape or oracles (default: all)")
      ->check(CLI::IsMember({"targets", "maps", "tape", "oracles"}));
  command->add_option("--corpus-dir", options->corpus,
                      "Where seeds/, regressions/ and go-traces/ lie");
}

}  // namespace mapfuzz::tool
