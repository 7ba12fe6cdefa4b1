// The findings of a hunt as they are told: one group a signature, and whether corpus/regressions
// knows it already.

#ifndef MAPFUZZ_HARNESS_TOOL_FINDING_GROUPS_H_
#define MAPFUZZ_HARNESS_TOOL_FINDING_GROUPS_H_

#include <string>
#include <vector>

#include "harness/tape.h"
#include "harness/tool/finding_store.h"

namespace mapfuzz::tool {

// A tape that is kept with its `expect:` line.
struct KnownBug {
  std::string expect;
  PolicyKind policy = PolicyKind::kStrict;
  std::string file;
};

// Those in a folder of regressions; what cannot be read there is `check`'s to tell.
std::vector<KnownBug> KnownBugsIn(const std::string& folder);

// The regression with the finding's oracle, property and policy; empty if there is none.
std::string KnownAs(const Finding& finding, const std::vector<KnownBug>& known);

struct FindingGroup {
  std::vector<const Finding*> findings;  // confirmed ones first, then the shortest tape
  std::string known;                     // file of the regression; empty if it is new
};

// New signatures first, then by their first finding.
std::vector<FindingGroup> GroupFindings(const std::vector<Finding>& findings,
                                        const std::vector<KnownBug>& known);

// "2 signatures in 7 files, 1 of them known".
std::string CountGroups(const std::vector<FindingGroup>& groups);

// A line for each signature, below it one for each file of `folder`.
std::string GroupsText(const std::vector<FindingGroup>& groups, const std::string& folder);

}  // namespace mapfuzz::tool

#endif  // MAPFUZZ_HARNESS_TOOL_FINDING_GROUPS_H_
