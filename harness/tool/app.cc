#include "harness/tool/app.h"

#include <fmt/format.h>
#include <signal.h>

#include <exception>
#include <filesystem>
#include <iterator>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "harness/text_error.h"
#include "harness/tool/child.h"
#include "harness/tool/command.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/input.h"
#include "harness/tool/line_coverage.h"
#include "harness/tool/text.h"
#include "harness/tool/verdict.h"

namespace mapfuzz::tool {
namespace {

constexpr const char* kDescription =
    "Fuzzes a hash map against a model, and replays, shows and checks what was found.\n"
    "A tape is one experiment with a map: a configuration and a list of operations.";

constexpr const char* kFooter =
    "Examples:\n"
    "  mapfuzz hunt --for 2m\n"
    "  mapfuzz replay crash-1234 --target ops\n"
    "  mapfuzz show corpus/regressions/go119/clear-leaves-ghosts.tape\n"
    "  mapfuzz check\n\n"
    "Exit codes: 0 clean, 1 a finding, 2 wrong usage or bad input, 3 the harness did not do its\n"
    "work, 4 the environment (a folder, a missing program). `mapfuzz COMMAND --help` has examples.";

ColorMode ColorOf(const std::string& name) {
  if (name == "always") return ColorMode::kAlways;
  return name == "never" ? ColorMode::kNever : ColorMode::kAuto;
}

// "replay " if that is the command that was named, for the pointer to its help.
std::string NamedCommand(const CLI::App& app, int argc, char** argv) {
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (argc > 1 && command->get_name() == argv[1]) return command->get_name() + " ";
  }
  return "";
}

// The program's path from the current folder if it lies below it: that is what people type.
std::string AsTyped(const std::string& program) {
  std::error_code error;
  const std::filesystem::path here = std::filesystem::current_path(error);
  if (error) return ShellQuote(program);
  const std::string near = std::filesystem::proximate(program, here, error).string();
  if (error || near.empty() || near.rfind("..", 0) == 0) return ShellQuote(program);
  return ShellQuote(near.find('/') == std::string::npos ? "./" + near : near);
}

// The exit code, unless what was printed did not arrive.
int Flushed(Screen& screen, int code) {
  if (screen.Flush()) return code;
  screen.Complain("mapfuzz: standard output: cannot be written; is the disk full?");
  return kExitEnvironment;
}

int RunChosen(CommandLine& line, Screen& screen) {
  const std::string program = OwnPath();
  Progress progress(screen);
  Session session{line.registry, screen, progress, line.json, program, AsTyped(program)};
  return Flushed(screen, line.chosen(session));
}

std::string UnknownCommand(const CLI::App& app, const std::string& word) {
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (!command->get_group().empty()) names.push_back(command->get_name());
  }
  const std::vector<std::string_view> candidates(names.begin(), names.end());
  const std::string_view nearest = Nearest(word, candidates);
  return "mapfuzz: " + Quoted(word) + " is no command" +
         (nearest.empty() ? "" : "; did you mean " + Quoted(nearest) + "?") +
         "; see `mapfuzz --help`";
}

}  // namespace

void Session::PrintJson(const nlohmann::ordered_json& document) const {
  using Json = nlohmann::ordered_json;
  screen.Out(document.dump(2, ' ', false, Json::error_handler_t::replace) + "\n");
}

CLI::App* CommandLine::Add(const std::string& name, const std::string& help,
                           const std::string& examples, const std::string& quiet_help,
                           std::function<int(Session&)> run) {
  CLI::App* command = app.add_subcommand(name, help);
  command->footer("Examples:\n" + examples);
  command->add_flag("--json", json, "One JSON document on standard output");
  command->add_flag("--quiet", quiet, quiet_help);
  command->add_option("--color", color, "auto (a terminal, without NO_COLOR), always or never")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  command->callback([this, run = std::move(run)] { chosen = run; });
  return command;
}

void CommandLine::AddMap(CLI::App* command, std::string* map) const {
  *map = registry.maps.front();
  command->add_option("--map", *map, "The map to run on (default: " + *map + ")")
      ->check(CLI::IsMember(registry.maps));
}

void CommandLine::AddPolicy(CLI::App* command, std::string* policy) {
  command->add_option("--policy", *policy, "Run under this policy, whatever the tape says")
      ->check(CLI::IsMember(
          std::vector<std::string>(std::begin(kPolicyNames), std::end(kPolicyNames))));
}

void CommandLine::AddWithout(CLI::App* command, std::string* oracle) {
  command
      ->add_option("--without", *oracle,
                   "Go on where this oracle finds something: what do all others see?")
      ->check(CLI::IsMember(
          std::vector<std::string>(std::begin(kOracleNames), std::end(kOracleNames))));
}

void CommandLine::AddTarget(CLI::App* command, std::string* target) const {
  std::vector<std::string> names;
  names.reserve(registry.targets.size());
  for (const TargetInfo& info : registry.targets) names.push_back(info.name);
  names.emplace_back(kNoTarget);
  command
      ->add_option("--target", *target,
                   "Read an engine's bytes as this target does, or as what they say: none "
                   "(default: the target whose name the file's folder has)")
      ->check(CLI::IsMember(names));
}

double DurationOrThrow(const std::string& option, const std::string& text) {
  const std::optional<double> seconds = ParseDuration(text);
  if (seconds.has_value() && *seconds > 0) return *seconds;
  throw ToolError(kExitUsage,
                  fmt::format("{} {}: {}; write 90s, 10m or 1h30m", option, text,
                              seconds.has_value() ? "too short, it has to be above zero"
                                                  : "no duration, or of more than a year"));
}

void RequireCorpusFolder(const std::string& folder) {
  if (!IsFolder(folder)) {
    throw ToolError(kExitUsage, folder + ": no such folder; give another with --corpus-dir");
  }
}

void AddRunOneCommand(CommandLine& line) {
  auto arguments = std::make_shared<RunOneArguments>();
  CLI::App* command =
      line.Add("run-one", "Runs the input on standard input in this process", "", "",
               [arguments](Session& session) { return RunOne(session.registry, *arguments); });
  command->group("");  // hidden
  command->add_option("--name", arguments->name);
  line.AddMap(command, &arguments->map);
  CommandLine::AddPolicy(command, &arguments->policy);
  line.AddTarget(command, &arguments->target);
  CommandLine::AddWithout(command, &arguments->without);
  command->add_option("--until-step", arguments->until_step);
  command->add_flag("--history", arguments->history);
  command->add_flag("--states", arguments->states);
  command->add_option("--state-in-words", arguments->state_in_words);
  command->add_option("--runs-before", arguments->runs_before);
}

void AddRunManyCommand(CommandLine& line) {
  auto map = std::make_shared<std::string>();
  CLI::App* command =
      line.Add("run-many", "Runs the tapes on standard input in this process", "", "",
               [map](Session& session) { return RunMany(session.registry, *map); });
  command->group("");  // hidden
  line.AddMap(command, map.get());
}

int Main(int argc, char** argv, const Registry& registry) {
  // Writing to a reader that went away is an error value, not a death.
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  CommandLine line{registry, CLI::App(kDescription, "mapfuzz"), false, false, "auto", nullptr};
  line.app.footer(kFooter);
  line.app.require_subcommand(1);
  AddListCommand(line);
  AddCheckCommand(line);
  AddHuntCommand(line);
  AddReplayCommand(line);
  AddShowCommand(line);
  AddConvertCommand(line);
  AddCompareCommand(line);
  AddBugsCommand(line);
  AddScoreCommand(line);
  AddCanaryCommand(line);
  AddAlarmsCommand(line);
  AddMisuseCommand(line);
  AddExploreCommand(line);
  AddStressCommand(line);
  AddRunOneCommand(line);
  AddRunManyCommand(line);
  AddExploreOneCommand(line);
  AddStressOneCommand(line);
  AddViolateCommand(line);

  Screen screen;
  // Before the parser, to which --help goes before anything else.
  if (argc > 1 && argv[1][0] != '-' && NamedCommand(line.app, argc, argv).empty()) {
    screen.Complain(UnknownCommand(line.app, argv[1]));
    return kExitUsage;
  }
  try {
    line.app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    // Help is asked for by an exception too, with exit code 0.
    if (error.get_exit_code() == 0) {
      std::ostringstream help;
      line.app.exit(error, help, help);
      screen.Out(help.str());
      return Flushed(screen, kExitClean);
    }
    if (argc < 2) {
      screen.Complain(
          "mapfuzz: give a command, for example `mapfuzz hunt --for 2m`; `mapfuzz --help` has "
          "them");
    } else {
      screen.Complain(fmt::format("mapfuzz: {}; see `mapfuzz {}--help`", error.what(),
                                  NamedCommand(line.app, argc, argv)));
    }
    return kExitUsage;
  }
  screen.Configure(ColorOf(line.color), line.quiet);
  try {
    return RunChosen(line, screen);
  } catch (const ToolError& error) {
    screen.Flush();
    screen.Complain(fmt::format("mapfuzz: {}", error.what()));
    return error.code();
  } catch (const std::bad_alloc&) {
    screen.Flush();
    screen.Complain("mapfuzz: out of memory; free some or use fewer --jobs");
    return kExitEnvironment;
  } catch (const std::exception& error) {
    screen.Flush();
    screen.Complain(fmt::format("mapfuzz: {}", error.what()));
    return kExitEnvironment;
  }
}

}  // namespace mapfuzz::tool
