#include "harness/tool/score_evidence.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <utility>

#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/input.h"
#include "harness/tool/interrupt.h"
#include "harness/tool/lock_step.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;

// A few at a time, as the first one that differs ends it.
constexpr std::size_t kAtOnce = 8;

// Trials may be at work on all cores but the one that has ended.
constexpr int kJobs = 1;

std::vector<std::string> Sample(const std::vector<std::string>& files) {
  if (files.size() <= kTapesAsked) return files;
  std::vector<std::string> sample;
  for (std::size_t i = 0; i < kTapesAsked; ++i) {
    sample.push_back(files[i * files.size() / kTapesAsked]);
  }
  return sample;
}

RunRequest RequestOf(const Registry& registry, const std::string& file) {
  RunRequest request;
  request.content = ReadInput(file);
  request.name = file;
  request.map = registry.maps.front();
  request.target = TargetFor(registry, "", file, request.content);
  return request;
}

std::vector<std::string_view> LinesOf(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) lines.push_back(TakeUpTo('\n', text));
  return lines;
}

}  // namespace

LineRange EditedLines(const BugFile& bug, const PlantedText& planted) {
  const std::vector<std::string_view> before = LinesOf(bug.old_text), after = LinesOf(bug.new_text);
  const std::size_t shorter = std::min(before.size(), after.size());
  std::size_t head = 0, tail = 0;
  while (head < shorter && before[head] == after[head]) ++head;
  while (tail < shorter - head &&
         before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) {
    ++tail;
  }
  const std::size_t last = before.size() - tail;  // one past it
  if (head < last) return {planted.old_lines.first + head, planted.old_lines.first + last - 1};
  const std::size_t at = planted.old_lines.first + std::min(head, before.size() - 1);
  return {at, at};
}

const BugTree& EvidenceFinder::Unedited() {
  if (unedited_) return *unedited_;
  BugTree tree =
      BuildBugTree({.source = spec_.source,
                    .folder = spec_.folder + "/unedited",
                    .types = spec_.types,
                    .preset = spec_.preset,
                    .jobs = spec_.jobs},
                   [this](std::string_view how_far) {
                     return spec_.watch(fmt::format("building the map as it is: {}", how_far));
                   });
  if (!tree.built) {
    throw ToolError(kExitEnvironment, "the map as it is was not built: " + tree.message);
  }
  unedited_ = std::move(tree);
  return *unedited_;
}

void EvidenceFinder::RemoveTrees() {
  unedited_.reset();
  counting_.reset();
  std::error_code ignored;
  for (const char* name : {"/unedited", "/coverage"}) fs::remove_all(spec_.folder + name, ignored);
}

Evidence EvidenceFinder::Of(const BugFile& bug, const BugTree& tree,
                            const std::vector<std::string>& files) {
  const std::vector<std::string> asked = Sample(files);
  Evidence evidence;
  evidence.triggered = IsTriggered(tree, asked);
  evidence.reached =
      evidence.triggered.value_or(false) ? std::optional(true) : IsReached(bug, tree, asked);
  return evidence;
}

std::optional<bool> EvidenceFinder::IsTriggered(const BugTree& tree,
                                                const std::vector<std::string>& files) {
  const std::string programs[] = {Unedited().program(), tree.program()};
  std::optional<bool> triggered;
  for (std::size_t begin = 0; begin < files.size(); begin += kAtOnce) {
    std::vector<RunRequest> requests;
    for (std::size_t i = begin; i < std::min(files.size(), begin + kAtOnce); ++i) {
      requests.push_back(RequestOf(session_.registry, files[i]));
    }
    std::vector<StateRun> runs(2 * requests.size());
    RunAll(
        runs.size(), [&](std::size_t n) { return StateRunSpec(programs[n % 2], requests[n / 2]); },
        kJobs, {kRunLimitSeconds},
        [&](std::size_t n, const ChildExit& end) { runs[n] = StateRunOf(programs[n % 2], end); });
    for (std::size_t i = 0; i < runs.size(); i += 2) {
      // Of a type that the bug's tree leaves out, or no tape at all.
      const StateRun& edited = runs[i + 1];
      const bool idle = edited.states.empty() && edited.verdict.kind != Verdict::Kind::kFail;
      if (idle) continue;
      triggered = Compare(runs[i], edited).difference.has_value();
      if (*triggered) return true;
    }
  }
  return triggered;
}

std::optional<bool> EvidenceFinder::IsReached(const BugFile& bug, const BugTree& tree,
                                              const std::vector<std::string>& files) {
  if (blind_) return std::nullopt;
  std::optional<Coverage> coverage;
  try {
    coverage = CoverageOf(tree, files);
  } catch (const ToolError& error) {
    if (Interrupted()) throw;
    // A score is one without it, too.
    blind_ = true;
    session_.screen.Remark(
        fmt::format("whether the bugs were reached is not known: {}", error.what()));
  }
  if (!coverage) return std::nullopt;
  const std::string source = ReadInput(fmt::format("{}/{}", spec_.source, bug.file));
  const LineRange lines = EditedLines(bug, Plant(bug, source));
  const Reached reached =
      WasReached(coverage->counts, fs::path(bug.file).lexically_relative("hmap").string(),
                 static_cast<std::uint32_t>(lines.first), static_cast<std::uint32_t>(lines.last));
  if (reached == Reached::kNoCode) return std::nullopt;
  return reached == Reached::kYes;
}

// Nothing if there is no tape.
std::optional<Coverage> EvidenceFinder::CoverageOf(const BugTree& tree,
                                                   const std::vector<std::string>& files) {
  CoverageRequest request;
  request.tapes = TapesIn(files);
  if (request.tapes.empty()) return std::nullopt;
  const CoverageTools tools = FindCoverageTools(getenv("PATH"));
  if (!counting_) {
    counting_ = BuildBugTree(
        {.source = spec_.source,
         .folder = spec_.folder + "/coverage",
         .types = spec_.types,
         .programs = {"mapfuzz"},
         .preset = "coverage",
         .jobs = spec_.jobs},
        [this](std::string_view how_far) {
          return spec_.watch(fmt::format("building the map to count its lines: {}", how_far));
        });
  }
  if (!counting_->built) throw ToolError(kExitEnvironment, counting_->message);
  request.program = counting_->program();
  request.hmap_dir = counting_->build() + "/hmap_under_test/hmap";  // as it was included
  request.map = session_.registry.maps.front();
  request.scratch = tree.folder + "/profiles";
  return tool::CoverageOf(request, tools);
}

std::vector<Tape> EvidenceFinder::TapesIn(const std::vector<std::string>& files) const {
  std::vector<Tape> tapes;
  for (const std::string& file : files) {
    const RunRequest run = RequestOf(session_.registry, file);
    try {
      const TapeOverrides overrides = OverridesOf(session_.registry, "", run.target);
      tapes.push_back(LoadTape(run.content, file, overrides).tape);
    } catch (const ToolError&) {
      continue;  // no tape
    }
  }
  return tapes;
}

}  // namespace mapfuzz::tool
