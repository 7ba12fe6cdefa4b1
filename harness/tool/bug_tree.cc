#include "harness/tool/bug_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <regex>
#include <vector>

#include "harness/tool/child.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/text.h"
#include "harness/tool/verdict.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostMessage = 2000;
// Building stands still only if the machine does.
constexpr TimeLimit kNoLimit{24 * 3600.0};
constexpr std::size_t kLargestObject = std::size_t{1} << 30;

std::string LogOf(const TreeSpec& tree) { return tree.folder + "/log"; }

// A program of the path, its output appended to the tree's log.
ChildSpec ProgramSpec(const TreeSpec& tree, const std::vector<std::string>& arguments) {
  ChildSpec spec;
  spec.argv = {"/usr/bin/env"};
  spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
  spec.log = LogOf(tree);
  // Trees differ by their folders, which the compiler's cache is not to mind; nor headers that are
  // precompiled. And names of files are the same in all trees, or none would be like another.
  spec.environment = {
      "CCACHE_NOHASHDIR=true",
      "CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime",
      "CCACHE_BASEDIR=" + tree.source};
  return spec;
}

// How far builds are, by what ninja says at the begin of a line: "[132/640] ...".
std::string HowFar(const std::vector<TreeSpec>& specs) {
  unsigned long long done = 0, all = 0;
  for (const TreeSpec& spec : specs) {
    const std::string log = ReadOrEmpty(LogOf(spec));
    const std::size_t line = log.rfind("\n[");
    if (line == std::string::npos) continue;
    char* slash = nullptr;
    const unsigned long long steps = strtoull(log.c_str() + line + 2, &slash, 10);
    if (*slash != '/') continue;
    done += steps;
    all += strtoull(slash + 1, nullptr, 10);
  }
  return all == 0 ? "configuring" : fmt::format("{} of {} steps", done, all);
}

// Asks the watch every second. ToolError (environment) once it has said no.
class AskedWatch {
 public:
  AskedWatch(const std::vector<TreeSpec>& specs, const BuildWatch& watch)
      : specs_(specs), watch_(watch) {}

  bool GoOn() {
    const auto now = Child::Clock::now();
    if (now - asked_ >= std::chrono::seconds(1)) {
      asked_ = now;
      how_far_ = HowFar(specs_);
    }
    going_on_ = going_on_ && watch_(how_far_);
    return going_on_;
  }

  void RequireGoingOn() const {
    if (going_on_) return;
    throw ToolError(kExitEnvironment,
                    fmt::format("interrupted while it built in {}; type the same again",
                                specs_.front().folder));
  }

 private:
  const std::vector<TreeSpec>& specs_;
  const BuildWatch& watch_;
  Child::Clock::time_point asked_;
  std::string how_far_;
  bool going_on_ = true;
};

// Runs one for each tree that all went well with so far, so many at once.
void RunForAll(const std::vector<TreeSpec>& specs, std::vector<BugTree>& trees, int jobs,
               const BuildWatch& watch, std::vector<std::string> (*arguments_of)(const TreeSpec&)) {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (trees[i].built) chosen.push_back(i);
  }
  std::vector<ChildSpec> children;
  for (const std::size_t i : chosen)
    children.push_back(ProgramSpec(specs[i], arguments_of(specs[i])));
  AskedWatch asked(specs, watch);
  RunAll(
      children.size(), [&](std::size_t n) { return children[n]; }, jobs, kNoLimit,
      [&](std::size_t n, const ChildExit& exit) {
        if (exit.code == 127) {
          throw ToolError(kExitEnvironment,
                          fmt::format("{}: no such program; install it (ci/packages.txt names the "
                                      "package)",
                                      children[n].argv[1]));
        }
        trees[chosen[n]].built = exit.signal == 0 && exit.code == 0;
      },
      [&] { return asked.GoOn(); });
  asked.RequireGoingOn();
}

std::vector<std::string> Configure(const TreeSpec& spec) {
  std::vector<std::string> arguments = {
      "cmake",
      "-S",
      spec.source,
      "--preset",
      spec.preset,
      "-B",
      spec.folder + "/build",
      "-DMAPFUZZ_HMAP_DIR=" + spec.folder + "/hmap",
      "-DMAPFUZZ_TESTS=OFF",
      "-DMAPFUZZ_ABSL=OFF",
      fmt::format("-DMAPFUZZ_GO119={}", spec.go119 ? "ON" : "OFF"),
      fmt::format("-DMAPFUZZ_TYPES={}", fmt::join(spec.types, ";"))};
  std::string flags;
  // What a bug does to locks is for the oracles to see, not for the compiler.
  if (!spec.optimised) flags = "-O0;-g0;-Wno-thread-safety";
  // What goes with a sanitizer is unused without it.
  if (!spec.sanitised) flags += ";-fno-sanitize=all;-Wno-unused-command-line-argument";
  if (!flags.empty()) arguments.push_back("-DMAPFUZZ_SUBJECT_FLAGS=" + flags);
  if (!spec.libraries.empty()) arguments.push_back("-DMAPFUZZ_LIBRARIES=" + spec.libraries);
  return arguments;
}

std::vector<std::string> Make(const TreeSpec& spec) {
  std::vector<std::string> arguments = {"ninja", "-C", spec.folder + "/build", "-j",
                                        std::to_string(spec.jobs)};
  arguments.insert(arguments.end(), spec.programs.begin(), spec.programs.end());
  return arguments;
}

// The errors in the log, or its end.
std::string WhatFailed(const std::string& log) {
  const std::string text = ReadOrEmpty(log);
  const std::size_t error = text.find(" error: ");
  std::size_t begin = error == std::string::npos ? text.size() - std::min(text.size(), kMostMessage)
                                                 : text.rfind('\n', error) + 1;
  return text.substr(begin, kMostMessage);
}

}  // namespace

void CopyMap(const std::string& source, const std::string& folder, const BugFile* bug) {
  const std::string from = source + "/hmap", to = folder + "/hmap";
  MakeWritableFolder(to);
  const std::vector<std::string> files = FilesUnder(from);
  if (files.empty()) throw ToolError(kExitEnvironment, from + ": no map in it; is it the source?");
  bool planted = bug == nullptr;
  for (const std::string& file : files) {
    const std::string name = fs::path(file).lexically_relative(from).string();
    std::string content = ReadInput(file);
    if (bug != nullptr && bug->file == "hmap/" + name) {
      content = Plant(*bug, content).text;
      planted = true;
    }
    if (ReadOrEmpty(to + "/" + name) == content) continue;
    MakeWritableFolder(fs::path(to + "/" + name).parent_path().string());
    WriteAtomically(to + "/" + name, content);
  }
  if (!planted) {
    throw ToolError(kExitUsage, fmt::format("{}: there is no {}; name a file of the map", bug->path,
                                            bug->file));
  }
}

BugTree BuildBugTree(const TreeSpec& spec, const BuildWatch& watch) {
  return BuildBugTrees({spec}, 1, watch).front();
}

std::vector<BugTree> BuildBugTrees(const std::vector<TreeSpec>& specs, int jobs,
                                   const BuildWatch& watch) {
  std::vector<BugTree> trees(specs.size());
  for (std::size_t i = 0; i < specs.size(); ++i) {
    CopyMap(specs[i].source, specs[i].folder, specs[i].bug);
    std::error_code ignored;
    fs::remove(LogOf(specs[i]), ignored);
    trees[i].folder = specs[i].folder;
    trees[i].built = true;
  }
  RunForAll(specs, trees, jobs, watch, Configure);
  RunForAll(specs, trees, jobs, watch, Make);
  for (std::size_t i = 0; i < specs.size(); ++i) {
    if (trees[i].built) {
      trees[i].effect = EffectOf(trees[i].build());
    } else {
      trees[i].message = WhatFailed(LogOf(specs[i]));
    }
  }
  return trees;
}

void RequireRunning(BugTree& tree) {
  ChildSpec spec;
  spec.argv = {tree.program(), "--help"};
  RunAll(
      1, [&](std::size_t) { return spec; }, 1, {kRunLimitSeconds},
      [&](std::size_t, const ChildExit& end) {
        if (end.ending == Ending::kByItself && end.signal == 0 && end.code == kExitClean) return;
        tree.built = false;
        tree.message = fmt::format("its program ends before it does anything ({}):\n{}",
                                   end.hung()        ? "it hangs"
                                   : end.signal != 0 ? fmt::format("signal {}", end.signal)
                                                     : fmt::format("exit code {}", end.code),
                                   Indent(end.output.substr(0, kMostMessage), "  | "));
      });
}

Effect EffectOf(const std::string& build) {
  Effect effect;
  static const std::regex kObject("subjects_((hmap|shared)_[a-z0-9]+)\\.cc\\.o");
  for (const std::string& file : FilesUnder(build + "/targets/CMakeFiles")) {
    const std::string name = fs::path(file).filename().string();
    std::smatch parts;
    if (!std::regex_match(name, parts, kObject)) continue;
    effect[parts[1]] = Hex(NameHash(ReadOrEmpty(file, kLargestObject)));
  }
  if (effect.empty()) throw ToolError(kExitHarness, build + ": no object of the map in it");
  return effect;
}

bool SameEffect(const Effect& a, const Effect& b) {
  bool common = false;
  for (const auto& [type, effect] : a) {
    const auto other = b.find(type);
    if (other == b.end()) continue;
    if (other->second != effect) return false;
    common = true;
  }
  return common;
}

}  // namespace mapfuzz::tool
