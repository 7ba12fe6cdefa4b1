// `mapfuzz bugs`: the planted bugs, and whether each still can be planted.

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>

#include "harness/tool/bug_file.h"
#include "harness/tool/bug_tree.h"
#include "harness/tool/child.h"
#include "harness/tool/command.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/folder_lock.h"
#include "harness/tool/input.h"
#include "harness/tool/interrupt.h"
#include "harness/tool/score_text.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::size_t kLeastInClass = 5;

struct BugsArguments {
  std::vector<std::string> ids;
  std::string source, folder, build;
  std::size_t compile = 0;
  std::uint32_t seed = 1;
  int jobs = DefaultJobs();
};

struct BugState {
  BugFile bug;
  std::string wrong;  // why it cannot be planted or built; empty if it can
  bool compiled = false;
};

// The bug's edit, as a patch would show it.
std::string EditText(const BugFile& bug) {
  const auto marked = [](const std::string& text, const char* mark) { return Indent(text, mark); };
  return marked(bug.old_text, "- ") + marked(bug.new_text, "+ ");
}

std::string Story(const BugFile& bug) {
  const std::string seen_by = bug.IsEquivalent() ? "nobody: " + bug.equivalent : bug.oracle;
  const std::string lane = bug.races ? ", in a build under thread sanitizer alone" : "";
  return fmt::format("{}\n  {}\n  {}, {}, types {}\n  seen by {}{}\n\n{}\n\n{}\n\n{}:\n{}", bug.id,
                     bug.title, bug.bug_class, bug.weight, fmt::join(bug.types, " "), seen_by, lane,
                     Indent(bug.story, "  "), Indent("Shown by: " + bug.trigger, "  "), bug.file,
                     EditText(bug));
}

std::string TapeOf(const BugFile& bug) {
  return fs::path(bug.path).replace_extension(".tape").string();
}

void TryToPlant(const std::string& source, BugState& state) {
  try {
    Plant(state.bug, ReadInput(source + "/" + state.bug.file));
    const std::string tape = TapeOf(state.bug);
    if (IsFile(tape)) LoadTape(ReadInput(tape), tape, TapeOverrides{});
  } catch (const ToolError& error) {
    state.wrong = error.what();
  }
}

// Which are compiled: others for each seed, and the same for the same.
std::vector<std::size_t> Sample(const BugsArguments& arguments,
                                const std::vector<BugState>& states) {
  std::vector<std::size_t> order(states.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  const auto drawn = [&](std::size_t i) {
    return NameHash(fmt::format("{} {}", arguments.seed, states[i].bug.id));
  };
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return drawn(a) < drawn(b); });
  order.resize(std::min(order.size(), arguments.compile));
  return order;
}

void CompileSample(Session& session, const BugsArguments& arguments,
                   std::vector<BugState>& states) {
  if (arguments.compile == 0) return;
  const ScratchFolder scratch(arguments.build + "/bugs");
  CatchInterrupts();
  for (const std::size_t i : Sample(arguments, states)) {
    BugState& state = states[i];
    if (!state.wrong.empty()) continue;
    const BuildWatch watch = [&](std::string_view how_far) {
      session.progress.Tell(fmt::format("bugs: compiling {}: {}", state.bug.id, how_far));
      return !Interrupted();
    };
    const BugTree tree = BuildBugTree({.source = arguments.source,
                                       .folder = scratch.path() + "/" + state.bug.id,
                                       .bug = &state.bug,
                                       .types = state.bug.types,
                                       .programs = {"mapfuzz_subjects"},
                                       .optimised = false,
                                       .jobs = arguments.jobs},
                                      watch);
    state.compiled = tree.built;
    if (!tree.built) state.wrong = state.bug.path + ": does not compile:\n" + tree.message;
  }
}

// A bug with a tape beside it that shows it is detected by the corpus alone.
bool LacksTape(const BugFile& bug) {
  return !bug.IsEquivalent() && bug.IsHuntable() && !IsFile(TapeOf(bug));
}

std::string LineOfTapes(const std::vector<BugState>& states) {
  std::vector<std::string> ids;
  for (const BugState& state : states) {
    if (LacksTape(state.bug)) ids.push_back(state.bug.id);
  }
  if (ids.empty()) return "";
  return fmt::format("without a tape that shows it: {}\n{}", Plural(ids.size(), "bug"),
                     WrappedList(ids, "  "));
}

std::string ClassTable(const std::vector<BugState>& states) {
  struct Counts {
    std::size_t subtle = 0, gross = 0, equivalent = 0;
  };
  std::map<std::string, Counts> by_class;
  for (const BugState& state : states) {
    Counts& counts = by_class[state.bug.bug_class];
    ++(state.bug.IsEquivalent() ? counts.equivalent
       : state.bug.IsGross()    ? counts.gross
                                : counts.subtle);
  }
  Table table({"class", "subtle", "gross", "equivalent"});
  for (const auto& [name, counts] : by_class) {
    table.Add({name, std::to_string(counts.subtle), std::to_string(counts.gross),
               std::to_string(counts.equivalent)});
  }
  return table.Text();
}

Json ToJson(const std::vector<BugState>& states, const std::string& shortage, int code) {
  Json bugs = Json::array();
  for (const BugState& state : states) {
    Json entry{{"id", state.bug.id},           {"title", state.bug.title},
               {"class", state.bug.bug_class}, {"weight", state.bug.weight},
               {"oracle", state.bug.oracle},   {"types", state.bug.types},
               {"file", state.bug.file},       {"equivalent", state.bug.IsEquivalent()},
               {"compiled", state.compiled},   {"lacks_tape", LacksTape(state.bug)},
               {"ok", state.wrong.empty()}};
    if (!state.wrong.empty()) entry["wrong"] = state.wrong;
    bugs.push_back(entry);
  }
  return {{"bugs", bugs}, {"shortage", shortage}, {"exit", code}};
}

bool IsOwnFolder(const Session& session, const BugsArguments& arguments) {
  return arguments.folder == session.registry.corpus_dir + "/bugs";
}

int ShowStories(Session& session, const BugsArguments& arguments,
                const std::vector<BugFile>& bugs) {
  Json stories = Json::array();
  std::vector<std::string> huntable;
  for (const std::string& id : arguments.ids) {
    const auto found =
        std::find_if(bugs.begin(), bugs.end(), [&](const BugFile& bug) { return bug.id == id; });
    if (found == bugs.end()) throw ToolError(kExitUsage, NoSuchBug(id, bugs, arguments.folder));
    if (found->IsHuntable()) huntable.push_back(id);
    stories.push_back({{"id", found->id}, {"story", Story(*found)}});
    if (!session.json) session.screen.Out(Story(*found) + "\n");
  }
  if (session.json) {
    session.PrintJson({{"bugs", stories}, {"exit", kExitClean}});
    return kExitClean;
  }
  const std::string elsewhere =
      IsOwnFolder(session, arguments) ? "" : " --bugs " + ShellQuote(arguments.folder);
  session.screen.Out(huntable.empty() ? fmt::format("no hunt finds this. Next: {} bugs{}\n",
                                                    session.command, elsewhere)
                                      : fmt::format("Next: {} score {}{}\n", session.command,
                                                    fmt::join(huntable, " "), elsewhere));
  return kExitClean;
}

int Bugs(Session& session, const BugsArguments& arguments) {
  const std::vector<BugFile> bugs = ReadBugFiles(arguments.folder);
  if (!arguments.ids.empty()) return ShowStories(session, arguments, bugs);
  std::vector<BugState> states;
  for (const BugFile& bug : bugs) {
    states.push_back({bug, "", false});
    TryToPlant(arguments.source, states.back());
  }
  CompileSample(session, arguments, states);
  // How many there have to be is said of this project's.
  const std::string shortage =
      IsOwnFolder(session, arguments) ? ShortageOf(bugs, kLeastInClass) : "";
  std::size_t wrong = 0, compiled = 0;
  for (const BugState& state : states) {
    wrong += state.wrong.empty() ? 0 : 1;
    compiled += state.compiled ? 1 : 0;
  }
  const std::string tapeless = LineOfTapes(states);
  const bool enough = shortage.empty() && tapeless.empty();
  const int code = wrong != 0 ? kExitUsage : enough ? kExitClean : kExitHarness;
  if (session.json) {
    session.PrintJson(ToJson(states, shortage, code));
    return code;
  }
  if (!session.screen.quiet()) {
    session.screen.Out(ClassTable(states) + "\n");
  }
  for (const BugState& state : states) {
    if (!state.wrong.empty()) session.screen.Out(state.wrong + "\n");
  }
  session.screen.Out(tapeless + shortage);
  if (wrong != 0) {
    session.screen.Out(fmt::format("{} of {} cannot be used. Next: repair the files named above\n",
                                   wrong, Plural(states.size(), "bug")));
  } else if (!shortage.empty()) {
    session.screen.Out("too few bugs. Next: plant those that are missing\n");
  } else if (!tapeless.empty()) {
    session.screen.Out("not every bug has a tape. Next: find and reduce those that are missing\n");
  } else {
    session.screen.Out(fmt::format("clean: {} can be planted, {} compiled. Next: {} score\n",
                                   Plural(states.size(), "bug"), compiled, session.command));
  }
  return code;
}

}  // namespace

void AddBugsCommand(CommandLine& line) {
  auto arguments = std::make_shared<BugsArguments>();
  arguments->source = fs::path(line.registry.corpus_dir).parent_path().string();
  arguments->folder = line.registry.corpus_dir + "/bugs";
  arguments->build = fs::path(OwnPath()).parent_path().string();
  CLI::App* command = line.Add(
      "bugs",
      "Count the planted bugs, and see that each can still be planted; or, of those named, tell "
      "the "
      "story and show the edit. Exit 2 if one cannot be planted, 3 if a class has too few or a bug "
      "has no tape.",
      "  mapfuzz bugs\n  mapfuzz bugs --compile 3 --seed 7\n"
      "  mapfuzz bugs emptyrest-is-not-carried-back",
      "What is wrong, and the last line",
      [arguments](Session& session) { return Bugs(session, *arguments); });
  CLI::Option* ids = command->add_option("BUG", arguments->ids, "Tell these");
  command
      ->add_option("--compile", arguments->compile,
                   "Compile so many of all, drawn by --seed (default: none)")
      ->excludes(ids)
      ->check(CLI::Range(std::size_t{0}, std::size_t{100000}));
  command->add_option("--seed", arguments->seed, "Of the draw of those (default: 1)");
  command->add_option("--source", arguments->source,
                      "Source tree to plant in (default: this program's)");
  command->add_option("--bugs", arguments->folder, "Folder of the *.bug files");
  command->add_option("-j,--jobs", arguments->jobs, "Compilers at once (default: one per core)")
      ->check(CLI::Range(1, 256));
}

}  // namespace mapfuzz::tool
