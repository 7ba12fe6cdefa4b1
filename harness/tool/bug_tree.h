// A planted bug's own tree: a copy of the map with the bug in it, and a build of everything against
// that copy.
//
//   FOLDER/hmap     the copy
//   FOLDER/build    preset `bug`, or another: the targets and the tool, without tests and what
//                   does not come to tapes of the map's own policy
//   FOLDER/log      what the compiler said
//
// Objects that the bug does not touch come from the compiler's cache, if there is one.

#ifndef MAPFUZZ_HARNESS_TOOL_BUG_TREE_H_
#define MAPFUZZ_HARNESS_TOOL_BUG_TREE_H_

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "harness/tool/bug_file.h"

namespace mapfuzz::tool {

inline constexpr std::string_view kBugPreset = "bug";

// What a compiled map does: by map and key type, as in `hmap_u64`, a hash of the object. The same
// in all trees whose maps do the same.
using Effect = std::map<std::string, std::string>;

// Whether the maps differ for none of the types that both are built for.
bool SameEffect(const Effect& a, const Effect& b);

struct BugTree {
  std::string folder;
  bool built = false;
  std::string message;  // if it was not built: what failed, and the end of the log
  Effect effect;

  std::string build() const { return folder + "/build"; }
  std::string program() const { return build() + "/mapfuzz"; }
};

// Makes FOLDER/hmap a copy of SOURCE/hmap, with the bug if there is one. A file that stays as it
// was keeps its time, so that a second build has little to do. ToolError (bad input) if the bug
// cannot be planted, (environment) if the folder cannot be written.
void CopyMap(const std::string& source, const std::string& folder, const BugFile* bug);

struct TreeSpec {
  std::string source;              // the project's source tree
  std::string folder;              // of the tree
  const BugFile* bug = nullptr;    // null: the map as it is
  std::vector<std::string> types;  // key types that are built; tapes of others do nothing
  // What is built: targets of CMake.
  std::vector<std::string> programs = {"mapfuzz", "fuzzers"};
  std::string preset{kBugPreset};
  bool optimised = true;  // the map; if not, it is built in a third of the time
  bool sanitised = true;  // likewise; the rest has its sanitizers in any case
  bool go119 = false;     // the exact policy is built, too
  // A build tree of the same flags: whatever knows nothing of the map is taken from there and has
  // to be up to date. Empty: everything is built.
  std::string libraries = {};
  int jobs = 1;
};

// Told now and then how far a build is ("132 of 640 steps"); returns whether it is to go on.
using BuildWatch = std::function<bool(std::string_view)>;

// CopyMap, and builds, in so many processes; one that has many trees to build keeps them busy by
// building several at once. A map that does not compile is no error; a `cmake` or `ninja` that is
// not there is (environment), and so is a watch that ends it.
BugTree BuildBugTree(const TreeSpec& spec, const BuildWatch& watch);
std::vector<BugTree> BuildBugTrees(const std::vector<TreeSpec>& specs, int jobs,
                                   const BuildWatch& watch);

// A tree whose program dies before it does anything, in an initializer that the edit touches,
// counts as not built.
void RequireRunning(BugTree& tree);

// Of the objects of the map's subjects in a build tree. ToolError (harness) if there are none.
Effect EffectOf(const std::string& build);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_BUG_TREE_H_
