#include "harness/tool/finding_groups.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <tuple>

#include "harness/tool/error.h"
#include "harness/tool/expectation.h"
#include "harness/tool/files.h"
#include "harness/tool/input.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

// What makes one finding the better example: it fails again, its tape is short, its name.
auto Rank(const Finding& finding) {
  const std::size_t length = finding.tape.has_value() ? finding.tape->ops.size() : SIZE_MAX;
  return std::make_tuple(!finding.confirmed, length, finding.file);
}

std::string FileName(const std::string& path) {
  return std::filesystem::path(path).filename().string();
}

std::string FindingLine(const Finding& finding) {
  return fmt::format(
      "    {}: {}{}, {}\n",
      finding.file.empty() ? finding.target + ", no file could be written, see above"
                           : FileName(finding.file),
      finding.tape.has_value() ? Plural(finding.tape->ops.size(), "operation") + ", " : "",
      finding.count == 1 ? "once" : FormatCount(finding.count) + " times",
      finding.confirmed ? "confirmed" : "flaky: did not fail again");
}

}  // namespace

std::vector<KnownBug> KnownBugsIn(const std::string& folder) {
  std::vector<KnownBug> known;
  for (const std::string& file : FilesUnder(folder)) {
    const std::string content = ReadOrEmpty(file);
    if (KindOf(content) != InputKind::kTape) continue;
    try {
      const LoadedTape loaded = LoadTape(content, file, {});
      if (!loaded.expect.empty()) {
        known.push_back({loaded.expect, loaded.tape.config.policy, file});
      }
    } catch (const ToolError&) {
      continue;
    }
  }
  return known;
}

std::string KnownAs(const Finding& finding, const std::vector<KnownBug>& known) {
  if (!finding.tape.has_value()) return "";
  for (const KnownBug& bug : known) {
    if (bug.policy == finding.tape->config.policy &&
        bug.expect == ExpectationOf(finding.signature)) {
      return bug.file;
    }
  }
  return "";
}

std::vector<FindingGroup> GroupFindings(const std::vector<Finding>& findings,
                                        const std::vector<KnownBug>& known) {
  std::vector<FindingGroup> groups;
  for (const Finding& finding : findings) {
    const std::string known_as = KnownAs(finding, known);
    const auto same = std::find_if(groups.begin(), groups.end(), [&](const FindingGroup& group) {
      return group.findings[0]->signature == finding.signature && group.known == known_as;
    });
    if (same == groups.end()) {
      groups.push_back({{&finding}, known_as});
    } else {
      same->findings.push_back(&finding);
    }
  }
  for (FindingGroup& group : groups) {
    std::sort(group.findings.begin(), group.findings.end(),
              [](const Finding* a, const Finding* b) { return Rank(*a) < Rank(*b); });
  }
  std::sort(groups.begin(), groups.end(), [](const FindingGroup& a, const FindingGroup& b) {
    return std::make_pair(!a.known.empty(), Rank(*a.findings[0])) <
           std::make_pair(!b.known.empty(), Rank(*b.findings[0]));
  });
  return groups;
}

std::string CountGroups(const std::vector<FindingGroup>& groups) {
  std::size_t files = 0, known = 0;
  for (const FindingGroup& group : groups) {
    files += group.findings.size();
    if (!group.known.empty()) ++known;
  }
  return fmt::format("{} in {}{}", Plural(groups.size(), "signature"), Plural(files, "file"),
                     known == 0 ? "" : fmt::format(", {} of them known", known));
}

std::string GroupsText(const std::vector<FindingGroup>& groups, const std::string& folder) {
  std::string text = fmt::format("Findings in {}: {}\n", folder, CountGroups(groups));
  for (const FindingGroup& group : groups) {
    text += "  " + group.findings[0]->signature.Text() +
            (group.known.empty() ? "" : "  (known: " + FileName(group.known) + ")") + "\n";
    for (const Finding* finding : group.findings) text += FindingLine(*finding);
  }
  return text;
}

}  // namespace mapfuzz::tool
