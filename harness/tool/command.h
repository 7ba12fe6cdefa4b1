// What the commands of `mapfuzz` share: how one is added to the command line, and what it gets
// when it runs. Each command has a file of its own.

#ifndef MAPFUZZ_HARNESS_TOOL_COMMAND_H_
#define MAPFUZZ_HARNESS_TOOL_COMMAND_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>

#include "harness/tool/progress.h"
#include "harness/tool/registry.h"
#include "harness/tool/screen.h"

namespace mapfuzz::tool {

// What a chosen command runs with.
struct Session {
  const Registry& registry;
  Screen& screen;
  Progress& progress;
  bool json = false;
  std::string program;  // this tool's own path
  std::string command;  // the same as the user would type it here

  // The one JSON document of a command under --json.
  void PrintJson(const nlohmann::ordered_json& document) const;
};

// The command line being put together.
struct CommandLine {
  const Registry& registry;
  CLI::App app;
  bool json = false;
  bool quiet = false;
  std::string color = "auto";
  std::function<int(Session&)> chosen;  // set when a command was named

  // A command with the options that all have; `quiet_help` says what --quiet leaves of its output,
  // `run` returns the exit code.
  CLI::App* Add(const std::string& name, const std::string& help, const std::string& examples,
                const std::string& quiet_help, std::function<int(Session&)> run);
  // --map and --policy for commands that run tapes.
  void AddMap(CLI::App* command, std::string* map) const;
  static void AddPolicy(CLI::App* command, std::string* policy);
  void AddTarget(CLI::App* command, std::string* target) const;
  static void AddWithout(CLI::App* command, std::string* oracle);
};

// The seconds that a duration given to an option means. ToolError (usage) if it means none.
double DurationOrThrow(const std::string& option, const std::string& text);

// ToolError (usage) unless the folder that --corpus-dir names is there.
void RequireCorpusFolder(const std::string& folder);

void AddListCommand(CommandLine& line);
void AddReplayCommand(CommandLine& line);
void AddShowCommand(CommandLine& line);
void AddConvertCommand(CommandLine& line);
void AddCompareCommand(CommandLine& line);
void AddCheckCommand(CommandLine& line);
void AddHuntCommand(CommandLine& line);
void AddBugsCommand(CommandLine& line);
void AddAlarmsCommand(CommandLine& line);
void AddMisuseCommand(CommandLine& line);
void AddExploreCommand(CommandLine& line);
void AddStressCommand(CommandLine& line);
void AddCanaryCommand(CommandLine& line);
void AddScoreCommand(CommandLine& line);
void AddRunOneCommand(CommandLine& line);      // hidden: one input, in the child
void AddRunManyCommand(CommandLine& line);     // hidden: many tapes, for their coverage
void AddExploreOneCommand(CommandLine& line);  // hidden: all schedules of a tape, in the child
void AddStressOneCommand(CommandLine& line);   // hidden: tapes with free threads, in the child
void AddViolateCommand(CommandLine& line);     // hidden: one violation, in the child

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_COMMAND_H_
