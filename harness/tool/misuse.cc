// `mapfuzz misuse`: threads share a plain map as they must not, and thread sanitizer has to report
// every one of them.

#include "harness/tool/misuse.h"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <memory>

#include "harness/tape_text.h"
#include "harness/thread_recipes.h"
#include "harness/tool/child.h"
#include "harness/tool/command.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/text.h"

namespace mapfuzz::tool {
namespace {

using Json = nlohmann::ordered_json;

struct MisuseArguments {
  std::uint64_t tapes = 300;
  std::uint32_t seed = 1;
  int jobs = DefaultJobs();
  std::string out;
};

Misuse KindOf(std::size_t tape) { return static_cast<Misuse>(tape % kMisuses); }

std::string TextOfTape(const MisuseArguments& arguments, std::size_t tape) {
  Random random(
      static_cast<std::uint32_t>(NameHash(fmt::format("{} {}", arguments.seed, tape)) >> 32));
  return ToText(MisuseTape(KindOf(tape), random));
}

// Each tape runs twice: for thread sanitizer, and for the map alone.
ChildSpec SpecOf(const Session& session, const MisuseArguments& arguments, std::size_t run) {
  RunRequest request;
  request.name = fmt::format("misuse-{}", run / 2);
  request.content = TextOfTape(arguments, run / 2);
  request.map = session.registry.maps.front();
  request.report_races = run % 2 == 0;
  return RunSpec(session.program, request);
}

std::string Share(std::size_t part, std::size_t whole) {
  if (whole == 0) return "-";
  return fmt::format("{} ({:.1f} %)", part,
                     100 * static_cast<double>(part) / static_cast<double>(whole));
}

std::string TextOf(const std::array<MisuseCount, kMisuses>& counts) {
  Table table({"threads of a plain map", "tapes", "reported as a race", "noticed by the map",
               "failed otherwise"});
  for (int kind = 0; kind < kMisuses; ++kind) {
    const MisuseCount& count = counts[static_cast<std::size_t>(kind)];
    table.Add({std::string(kMisuseNames[kind]), std::to_string(count.tapes),
               Share(count.reported, count.tapes), Share(count.noticed, count.tapes),
               Share(count.failed, count.tapes)});
  }
  return table.Text();
}

int RunMisuse(Session& session, const MisuseArguments& arguments) {
  if ((session.registry.built_with & kThreadSanitizer) == 0) {
    throw ToolError(kExitEnvironment,
                    "this build has no thread sanitizer; use one that has: cmake --preset races && "
                    "cmake --build --preset races && build/races/mapfuzz misuse");
  }
  const std::size_t tapes = arguments.tapes;
  std::vector<Verdict> verdicts(2 * tapes);
  std::size_t done = 0;
  RunAll(
      2 * tapes, [&](std::size_t run) { return SpecOf(session, arguments, run); }, arguments.jobs,
      {kRunLimitSeconds},
      [&](std::size_t run, const ChildExit& end) {
        verdicts[run] = VerdictOf(end);
        session.progress.Tell(fmt::format("misuse: {} of {} runs", ++done, 2 * tapes));
      });
  std::array<MisuseCount, kMisuses> counts{};
  std::vector<std::string> unseen;
  for (std::size_t tape = 0; tape < tapes; ++tape) {
    MisuseCount& count = counts[static_cast<std::size_t>(KindOf(tape))];
    Count(verdicts[2 * tape], verdicts[2 * tape + 1], count);
    if (IsReported(verdicts[2 * tape])) continue;
    MakeWritableFolder(arguments.out);
    unseen.push_back(fmt::format("{}/seed-{}-{}.tape", arguments.out, arguments.seed, tape));
    WriteAtomically(unseen.back(), TextOfTape(arguments, tape));
  }
  const int code = unseen.empty() ? kExitClean : kExitHarness;
  if (session.json) {
    Json kinds = Json::array();
    for (int kind = 0; kind < kMisuses; ++kind) {
      const MisuseCount& count = counts[static_cast<std::size_t>(kind)];
      kinds.push_back({{"misuse", kMisuseNames[kind]},
                       {"tapes", count.tapes},
                       {"reported", count.reported},
                       {"noticed", count.noticed},
                       {"failed", count.failed}});
    }
    session.PrintJson({{"kinds", kinds}, {"unseen", unseen}, {"exit", code}});
    return code;
  }
  if (!session.screen.quiet()) session.screen.Out(TextOf(counts));
  if (unseen.empty()) {
    session.screen.Out(fmt::format("all of {} reported. Next: {} hunt threads_misuse --for 60s\n",
                                   Plural(tapes, "tape"), session.command));
  } else {
    session.screen.Out(fmt::format("{} of {} NOT reported, in {}. Next: {} replay {}\n",
                                   unseen.size(), Plural(tapes, "tape"), arguments.out,
                                   session.command, ShellQuote(unseen.front())));
  }
  return code;
}

}  // namespace

bool IsReported(const Verdict& verdict) {
  return verdict.kind == Verdict::Kind::kFail && verdict.signature.oracle == "sanitizer" &&
         verdict.signature.property == "data-race";
}

bool IsNoticed(const Verdict& verdict) {
  return verdict.kind == Verdict::Kind::kFail && verdict.signature.oracle == "result" &&
         verdict.signature.property == "exception" &&
         verdict.report.find("threw: concurrent map ") != std::string::npos;
}

void Count(const Verdict& with_reports, const Verdict& without, MisuseCount& count) {
  ++count.tapes;
  if (IsReported(with_reports)) ++count.reported;
  if (IsNoticed(without)) {
    ++count.noticed;
  } else if (!without.passed()) {
    ++count.failed;
  }
}

void AddMisuseCommand(CommandLine& line) {
  auto arguments = std::make_shared<MisuseArguments>();
  arguments->out = std::filesystem::path(OwnPath()).parent_path().string() + "/misuse";
  CLI::App* command = line.Add(
      "misuse",
      "Let threads share a plain map as they must not, a writer beside others, each tape in a "
      "process of its own. Thread sanitizer has to report every one (else exit 3); how many the "
      "map notices by itself, as Go's does at times, is told, and how many fail otherwise without "
      "the sanitizer, by a crash or a wrong answer. Needs a build with that sanitizer.",
      "  mapfuzz misuse\n  mapfuzz misuse --tapes 3000 --seed 7", "The last line",
      [arguments](Session& session) { return RunMisuse(session, *arguments); });
  command->add_option("--tapes", arguments->tapes, "How many (default: 300)")
      ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1'000'000}));
  command->add_option("--seed", arguments->seed, "What they are drawn from (default: 1)");
  command->add_option("-j,--jobs", arguments->jobs, "Runs at once (default: one per core)")
      ->check(CLI::Range(1, 256));
  command->add_option("--out", arguments->out,
                      "Tapes that were not reported go there (default: BUILD/misuse)");
}

}  // namespace mapfuzz::tool
