// Does every oracle still speak? For each there is one planted bug that no other one sees, and a
// tape beside it that shows the bug: its *alarm*. An oracle that has gone blind leaves its own
// silent, whatever else the harness finds.
//
// An alarm is right if
//   - its tape passes on the unedited map,
//   - fails on the map with the bug, and by this oracle,
//   - and passes there if this oracle alone is switched off.
//
// How an oracle is switched off: those of the runner by `RunOptions::without`. A sanitizer is not
// there in a map built without any. `deterministic` compares two runs, and each of them alone has
// to pass. `trace` compares with a recording of Go's map, and the operations of the recording have
// to pass as a tape.

#ifndef MAPFUZZ_HARNESS_TOOL_ALARM_H_
#define MAPFUZZ_HARNESS_TOOL_ALARM_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "harness/tool/bug_file.h"
#include "harness/tool/bug_tree.h"
#include "harness/tool/verdict.h"

namespace mapfuzz::tool {

// The alarm of one oracle.
struct Alarm {
  std::string oracle;
  BugFile bug;          // without an id if there is none
  std::string content;  // of the tape or recording
  std::string tape;     // the same, or the recording's operations
  std::string type;     // that has to be built for it, as in BugFile::types
  bool go119 = false;
  // What is wrong with it; empty if nothing is, or before it was run.
  std::string wrong;
  std::string what;  // else what was seen: "result/size at step 256"

  bool IsThere() const { return !bug.id.empty(); }
};

// Those of the named oracles, in this order. Of one that has none, or more than one, it says so in
// `wrong`. ToolError (bad input) if a tape is not there or is none.
std::vector<Alarm> AlarmsOf(const std::vector<std::string>& oracles,
                            const std::vector<BugFile>& bugs);

// The trees that an alarm needs: with the bug, and for a sanitizer's without sanitizers too.
std::vector<TreeSpec> TreesOf(const Alarm& alarm, const TreeSpec& common);

struct AlarmRun {
  enum class Role : std::uint8_t {
    kUnedited,  // has to pass
    kOnBug,     // has to fail by the oracle
    kOthers,    // has to pass: on the bug, with the oracle switched off
  };
  Role role;
  std::string program;
  RunRequest request;
};

// What is to be run, on `unedited`, the tool of a build of the map as it is, and on the trees.
std::vector<AlarmRun> RunsOf(const Alarm& alarm, const std::string& unedited,
                             const std::vector<BugTree>& trees, const std::string& map);

// Sets `wrong` or `what` by the verdicts of these runs.
void Judge(Alarm& alarm, const std::vector<AlarmRun>& runs, const std::vector<Verdict>& verdicts);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_ALARM_H_
