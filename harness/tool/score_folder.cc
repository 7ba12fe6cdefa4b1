#include "harness/tool/score_folder.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "harness/tool/files.h"
#include "harness/tool/score_loop.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {

namespace fs = std::filesystem;

std::string SourceLine(const ScoreOptions& options) {
  std::string hashes;
  for (const char* part : {"hmap", "model", "harness", "targets"}) {
    for (const std::string& file : FilesUnder(options.source + "/" + part)) {
      // Tests are not built, and neither is what is no code.
      const std::string name = fs::path(file).filename().string();
      if (name.find("_test.") != std::string::npos) continue;
      hashes += name + Hex(NameHash(ReadOrEmpty(file)));
    }
  }
  for (const char* file : {"CMakeLists.txt", "CMakePresets.json"}) {
    hashes += Hex(NameHash(ReadOrEmpty(options.source + "/" + file)));
  }
  return fmt::format(
      "sources {}, seed {}, budget {}, targets {}{}\n", Hex(NameHash(hashes)), options.seed,
      fmt::format("{:.3f} s", options.budget_seconds),
      options.targets.empty() ? "all" : fmt::format("{}", fmt::join(options.targets, " ")),
      options.preset == kBugPreset ? "" : ", preset " + options.preset);
}

std::vector<std::string> CorpusTapes(const std::string& corpus) {
  std::vector<std::string> tapes;
  for (const char* part : {"bugs", "seeds", "regressions/strict"}) {
    for (const std::string& file : FilesUnder(corpus + "/" + part)) {
      if (fs::path(file).extension() == ".tape") tapes.push_back(file);
    }
  }
  return tapes;
}

std::vector<std::string> TapesBeside(const std::vector<BugFile>& bugs, const std::string& corpus) {
  std::vector<std::string> tapes;
  for (const BugFile& bug : bugs) {
    const fs::path tape = fs::path(bug.path).replace_extension(".tape");
    if (tape.parent_path() != corpus + "/bugs" && IsFile(tape.string())) {
      tapes.push_back(tape.string());
    }
  }
  return tapes;
}

std::string HashOf(const std::vector<std::string>& files) {
  std::string hashes;
  for (const std::string& file : files) {
    hashes += fs::path(file).filename().string() + Hex(NameHash(ReadOrEmpty(file)));
  }
  return Hex(NameHash(hashes));
}

void RemoveOtherTrees(const ScoreOptions& options) {
  std::error_code error;
  for (const auto& tree : fs::directory_iterator(options.folder + "/trees", error)) {
    const std::string id = tree.path().filename().string();
    const bool wanted = std::any_of(options.bugs.begin(), options.bugs.end(),
                                    [&](const BugFile& bug) { return bug.id == id; });
    std::error_code ignored;
    if (!wanted) fs::remove_all(tree.path(), ignored);
  }
}

std::string EditHash(const BugFile& bug) {
  return Hex(NameHash(fmt::format("{}\n{}\n{}\n{}", bug.file, bug.old_text, bug.new_text,
                                  fmt::join(bug.types, " "))));
}

}  // namespace mapfuzz::tool
