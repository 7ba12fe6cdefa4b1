// A planted bug: an edit of the map under test, with its story, in one text file.
//
//   id: emptyrest-is-not-carried-back
//   title: A delete does not turn the free cells before it into emptyRest
//   class: delete-and-emptyrest      one of kBugClasses
//   file: hmap/core_access.h         the file that is edited
//   oracle: structure                who is expected to see it, see `mapfuzz list oracles`
//   weight: subtle                   or gross: the map's own unit tests see it at once
//   threads: no                      yes: only tapes with threads show it
//   types: f64 variant               the key types whose tapes show it, and that its tree is built
//                                    with (`checked`: of checked maps, `shared`: of maps that
//                                    threads share); with u64 among them any type but `shared`
//                                    shows it, and if the line is left out it is u64
//   lane: races                      only if thread sanitizer alone sees it, in a build of its own
//   canary: yes                      only if it is: any hunt of some seconds finds it
//   alarm: ID.tape                   only of one bug for each oracle: beside the file, a tape that
//                                    this oracle, and no other one, sees fail on the bug; of the
//                                    oracle `trace` a recording, ../go-traces/plain.trace
//   recorded: yes                    only recordings of Go show it, and no hunt does
//   equivalent: ...                  in place of `oracle:` if the edit changes nothing that anybody
//                                    can see: why that is so
//
//   story:
//     Where such a bug has been: a commit, a bug class, the claim of an article.
//
//   trigger:
//     The operations that make it show, in words.
//
//   old:
//   lines of the file as they are, found in it exactly once
//   new:
//   the lines that replace them
//
// Bug code never enters the map: the edit is made to a copy, when it is asked for.

#ifndef MAPFUZZ_HARNESS_TOOL_BUG_FILE_H_
#define MAPFUZZ_HARNESS_TOOL_BUG_FILE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "harness/tape.h"

namespace mapfuzz::tool {

inline constexpr std::string_view kBugClasses[] = {
    "look-up-and-tophash",
    "insert-and-key-update",
    "delete-and-emptyrest",
    "growth-triggers",
    "same-size-growth",
    "evacuation",
    "overflow-and-pool",
    "iteration-order",
    "iteration-during-growth",
    "iteration-with-delete",
    "clear-and-seeds",
    "nan-keys",
    "indirect-and-odd-slots",
    "size-arithmetic",
    "ownership-and-generations",
    "faults",
    "copy-move-swap",
    "cost",
    "misuse-flags",
    "locks-and-publication",
};

// Stand in `types:` for the checked maps of u64, string and bytes, and for the maps that threads
// share.
inline constexpr std::string_view kCheckedType = "checked";
inline constexpr std::string_view kSharedType = "shared";

// What stands in `types:` for the map that tapes of this configuration run on.
std::string_view BuiltTypeOf(const Config& config);

struct BugFile {
  std::string path;  // of the text
  std::string id, title, bug_class, file, oracle, weight;
  bool threads = false;
  bool races = false;  // see `lane:`
  bool canary = false;
  std::string alarm;  // path of the tape or the recording; empty of most bugs
  bool recorded = false;
  std::vector<std::string> types = {"u64"};
  std::string equivalent;  // the argument; empty of a bug
  std::string story, trigger;
  std::string old_text, new_text;

  bool IsEquivalent() const { return !equivalent.empty(); }
  bool IsGross() const { return weight == "gross"; }
  bool IsBuiltFor(std::string_view type) const;
  // A hunt can find it: no target lets threads share a map that is not made for it.
  bool IsHuntable() const { return !recorded && (!threads || IsBuiltFor(kSharedType)); }
};

// The bug that `text`, the content of the file `path`, holds. ToolError (bad input) that names the
// line if it is not of the form above or names an unknown class, oracle or weight.
BugFile ParseBugFile(std::string_view text, const std::string& path);

// All *.bug files in the folder, by name. ToolError (bad input) if there is none or one is wrong.
std::vector<BugFile> ReadBugFiles(const std::string& folder);

// What to say of an id that none of the bugs of the folder has.
std::string NoSuchBug(const std::string& id, const std::vector<BugFile>& bugs,
                      const std::string& folder);

// Where in the edited file the old text stands, lines counted from 1.
struct LineRange {
  std::size_t first = 1;
  std::size_t last = 1;
};

struct PlantedText {
  std::string text;  // of the whole file, edited
  LineRange old_lines;
};

// `source`, the content of the file to be edited, with the bug in it. ToolError (bad input) that
// names bug and file unless the old text is found there exactly once.
PlantedText Plant(const BugFile& bug, std::string_view source);

// "" if the bugs keep the rules of the corpus: every class has at least `least` of them, gross ones
// count half, and subtle ones outnumber gross ones; else what is missing, a line each. Equivalent
// edits count for nothing.
std::string ShortageOf(const std::vector<BugFile>& bugs, std::size_t least);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_BUG_FILE_H_
