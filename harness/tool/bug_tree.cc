#include "harness/tool/bug_tree.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "harness/tool/child.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostMessage = 2000;
// Building stands still only if the machine does.
constexpr TimeLimit kNoLimit{24 * 3600.0};
constexpr std::size_t kLargestObject = std::size_t{1} << 30;

// Runs a program of the path, its output appended to `log`. True if it ended well.
bool RunTool(std::vector<std::string> arguments, const std::string& log) {
  ChildSpec spec;
  const std::string name = arguments.front();
  spec.argv = {"/usr/bin/env"};
  spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
  spec.log = log;
  // Trees differ by their folders, which the compiler's cache is not to mind.
  spec.environment = {"CCACHE_NOHASHDIR=true"};
  ChildExit exit;
  RunAll(
      1, [&](std::size_t) { return spec; }, 1, kNoLimit,
      [&](std::size_t, const ChildExit& end) { exit = end; });
  if (exit.code == 127) {
    throw ToolError(kExitEnvironment,
                    fmt::format("{}: no such program; install it (ci/packages.txt names the "
                                "package)",
                                name));
  }
  return exit.signal == 0 && exit.code == 0;
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

BugTree BuildBugTree(const TreeSpec& spec) {
  CopyMap(spec.source, spec.folder, spec.bug);
  BugTree tree;
  tree.folder = spec.folder;
  const std::string log = spec.folder + "/log";
  std::error_code ignored;
  fs::remove(log, ignored);
  std::vector<std::string> configure = {
      "cmake",
      "-S",
      spec.source,
      "--preset",
      spec.preset,
      "-B",
      tree.build(),
      "-DMAPFUZZ_HMAP_DIR=" + spec.folder + "/hmap",
      "-DMAPFUZZ_TESTS=OFF",
      "-DMAPFUZZ_ABSL=OFF",
      "-DMAPFUZZ_GO119=OFF",
      fmt::format("-DMAPFUZZ_TYPES={}", fmt::join(spec.types, ";"))};
  if (!spec.optimised) configure.emplace_back("-DMAPFUZZ_SUBJECT_FLAGS=-O0;-g0");
  std::vector<std::string> build = {"ninja", "-C", tree.build(), "-j", std::to_string(spec.jobs)};
  build.insert(build.end(), spec.programs.begin(), spec.programs.end());
  tree.built = RunTool(configure, log) && RunTool(build, log);
  if (tree.built) {
    tree.effect = EffectOf(tree.build());
  } else {
    tree.message = WhatFailed(log);
  }
  return tree;
}

Effect EffectOf(const std::string& build) {
  Effect effect;
  constexpr std::string_view kBegin = "subjects_hmap_", kEnd = ".cc.o";
  for (const std::string& file : FilesUnder(build + "/targets/CMakeFiles/mapfuzz_subjects.dir")) {
    const std::string name = fs::path(file).filename().string();
    if (name.rfind(kBegin, 0) != 0 || name.size() < kBegin.size() + kEnd.size()) continue;
    const std::string type = name.substr(kBegin.size(), name.size() - kBegin.size() - kEnd.size());
    if (name != fmt::format("{}{}{}", kBegin, type, kEnd)) continue;
    effect[type] = Hex(NameHash(ReadOrEmpty(file, kLargestObject)));
  }
  if (effect.empty()) throw ToolError(kExitHarness, build + ": no object of the map in it");
  return effect;
}

bool SameEffect(const Effect& a, const Effect& b) {
  return std::all_of(a.begin(), a.end(), [&](const auto& one) {
    const auto other = b.find(one.first);
    return other == b.end() || other->second == one.second;
  });
}

}  // namespace mapfuzz::tool
