#include "harness/tool/replay_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include "harness/tool/error.h"
#include "harness/tool/expectation.h"
#include "harness/tool/files.h"
#include "harness/tool/oracles.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

constexpr auto kDeterministic = Oracle::kDeterministic;

// What the file says of itself. ToolError (bad input) if it is nothing to run.
RunRequest Prepare(const Session& session, const ReplayOptions& options, ReplayItem& item) {
  RunRequest request;
  request.content = ReadInput(item.path);
  request.name = InputName(item.path);
  request.map = options.map;
  request.policy = ParsePolicy(options.policy);
  request.without = OracleNamed(options.without);
  if (options.until_step != 0) request.until_step = options.until_step;
  request.history = options.history;
  item.target = TargetFor(session.registry, options.target, item.path, request.content);
  request.target = item.target;
  const InputKind kind = KindOf(request.content);
  item.unshaped = kind == InputKind::kEngine && item.target.empty();
  if (kind == InputKind::kTrace) return request;

  const LoadedTape said =
      LoadTape(request.content, request.name, OverridesOf(session.registry, "", item.target));
  const LoadedTape runs = LoadTape(request.content, request.name,
                                   OverridesOf(session.registry, options.policy, item.target));
  item.changes = runs.changes;
  const bool as_written = options.map == session.registry.maps.front() &&
                          said.tape.config == runs.tape.config && options.until_step == 0 &&
                          options.without.empty();
  (as_written ? item.expect : item.expect_aside) = said.expect;
  return request;
}

// One more run of the same input: the first that is not as it must be stays, else every history
// must be the same, if it `compares` them.
void Merge(ReplayItem& item, Verdict next, bool compares) {
  const bool first = item.runs++ == 0;
  if (!first && !item.wrong.empty()) return;
  const std::string wrong = WhyNotAsExpected(next, item.expect);
  if (first || !wrong.empty()) {
    item.verdict = std::move(next);
    item.wrong = wrong;
  } else if (compares && item.verdict.digest != next.digest) {
    item.verdict = TwoHistories(item.verdict, next);
    item.wrong = WhyNotAsExpected(item.verdict, item.expect);
  }
}

}  // namespace

ReplayInputs ExpandInputs(const ReplayOptions& options) {
  ReplayInputs inputs;
  for (const std::string& input : options.inputs) {
    if (!IsFolder(input)) {
      inputs.items.emplace_back().path = input;
      continue;
    }
    if (access(input.c_str(), R_OK | X_OK) != 0) {
      throw ToolError(kExitUsage, input + ": not readable; check its permissions");
    }
    for (const std::string& file : FilesUnder(input)) {
      if (options.target.empty() && KindOf(ReadOrEmpty(file, 4096)) == InputKind::kOther) {
        ++inputs.left_out;
      } else {
        inputs.items.emplace_back().path = file;
        inputs.items.back().named = false;
      }
    }
  }
  if (inputs.items.empty()) {
    throw ToolError(kExitUsage,
                    fmt::format("{}: no tape, crash file or trace in the folder; give another",
                                options.inputs.front()));
  }
  return inputs;
}

void RunItems(Session& session, const ReplayOptions& options, std::vector<ReplayItem>& items) {
  std::vector<RunRequest> requests(items.size());
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < items.size(); ++i) {
    try {
      requests[i] = Prepare(session, options, items[i]);
      order.insert(order.end(), options.times, i);
    } catch (const ToolError& error) {
      items[i].verdict.kind = Verdict::Kind::kBadInput;
      items[i].verdict.report = error.what();
      items[i].wrong = error.what();
    }
  }
  std::size_t done = 0;
  RunAll(
      order.size(),
      [&](std::size_t n) {
        RunRequest request = requests[order[n]];
        request.runs_before = n % options.times;
        return RunSpec(session.program, request);
      },
      options.jobs, {*ParseDuration(options.limit)},
      [&](std::size_t n, const ChildExit& end) {
        Merge(items[order[n]], VerdictOf(end), OracleNamed(options.without) != kDeterministic);
        session.progress.Tell(
            fmt::format("replay: {} of {} runs", FormatCount(++done), FormatCount(order.size())));
      });
}

}  // namespace mapfuzz::tool
