// `mapfuzz stress`: the same tapes with threads that run as the system lets them, as every stress
// test does; for comparison with what a schedule finds and shows again.

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>

#include "harness/run_core.h"
#include "harness/tape_mutator.h"
#include "harness/tape_text.h"
#include "harness/tool/child.h"
#include "harness/tool/command.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/input.h"
#include "harness/tool/signature.h"
#include "harness/tool/text.h"
#include "harness/tool/verdict.h"

namespace mapfuzz::tool {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// Tapes that one process runs: a start costs more than most of them.
constexpr std::uint64_t kTapesOfProcess = 2000;
constexpr std::size_t kMostOps = 200;

struct StressArguments {
  std::string target, duration = "60s", tape, out;
  std::uint32_t seed = 1;
  std::uint64_t first = 0, count = kTapesOfProcess;
  double seconds = 0;  // of one process
  int replays = 100;
};

Tape TapeNumber(const TargetInfo& target, std::uint32_t seed, std::uint64_t number) {
  Tape tape;
  const auto drawn = static_cast<std::uint32_t>(NameHash(fmt::format("{} {}", seed, number)) >> 32);
  tape.config = target.Shaped(tape.config);
  StartAfresh(tape, drawn, kMostOps, target.shape);
  return tape;
}

const TargetInfo& TargetWithThreads(const Registry& registry, const std::string& name) {
  const TargetInfo* const target = registry.FindTarget(name);
  if (target == nullptr || !target->HasThreads()) {
    throw ToolError(kExitUsage,
                    name + ": no target with threads; `mapfuzz list targets` names them");
  }
  return *target;
}

// --- The child. It tells the number of each tape before it runs. ---

int RunFreely(const Registry& registry, const Tape& tape) {
  RunOptions options;
  options.free_threads = true;
  const RunResult result = registry.run_tape(registry.maps.front(), tape, options);
  if (!result.failure) return kExitClean;
  std::fprintf(stderr, "%s\n", Report(tape, *result.failure).c_str());
  return kExitFinding;
}

int StressOne(const Registry& registry, const StressArguments& arguments) {
  if (!arguments.tape.empty()) {
    return RunFreely(registry, ParseTapeText(ReadInput("-"), arguments.tape).tape);
  }
  const TargetInfo& target = TargetWithThreads(registry, arguments.target);
  const auto end =
      std::chrono::steady_clock::now() + std::chrono::duration<double>(arguments.seconds);
  for (std::uint64_t n = arguments.first; n < arguments.first + arguments.count; ++n) {
    if (n != arguments.first && std::chrono::steady_clock::now() > end) break;
    if (write(kResultFd, &n, sizeof(n)) != sizeof(n)) return kExitEnvironment;
    const int code = RunFreely(registry, TapeNumber(target, arguments.seed, n));
    if (code != kExitClean) return code;
  }
  return kExitClean;
}

// --- The tool ---

ChildSpec Spec(const Session& session, std::vector<std::string> arguments, std::string input) {
  ChildSpec spec;
  spec.argv = {session.program, "stress-one"};
  spec.argv.insert(spec.argv.end(), arguments.begin(), arguments.end());
  spec.input = std::move(input);
  spec.environment = SanitizerEnvironment();
  return spec;
}

ChildExit Wait(const ChildSpec& spec) {
  ChildExit exit;
  RunAll(
      1, [&](std::size_t) { return spec; }, 1, {kRunLimitSeconds},
      [&](std::size_t, const ChildExit& end) { exit = end; });
  return exit;
}

std::uint64_t LastNumber(const ChildExit& end) {
  std::uint64_t number = 0;
  const std::size_t whole = end.result.size() / sizeof(number) * sizeof(number);
  if (whole != 0)
    end.result.copy(reinterpret_cast<char*>(&number), sizeof(number), whole - sizeof(number));
  return number;
}

struct Stressed {
  std::uint64_t tapes = 0;
  double seconds = 0;
  std::optional<std::uint64_t> found;  // the number of the tape
  Signature signature;
  int again = 0;  // replays that failed with the same signature
};

Stressed Stress(Session& session, const StressArguments& arguments) {
  const double budget = DurationOrThrow("--for", arguments.duration);
  Stressed stressed;
  while (stressed.seconds < budget && !stressed.found) {
    const ChildExit end = Wait(
        Spec(session,
             {"--target", arguments.target, "--seed", std::to_string(arguments.seed), "--first",
              std::to_string(stressed.tapes), "--count", std::to_string(kTapesOfProcess),
              "--seconds", std::to_string(budget - stressed.seconds)},
             ""));
    stressed.seconds += end.seconds;
    const std::uint64_t last = LastNumber(end);
    stressed.signature = SignatureOfDeath(end, end.output);
    if (!stressed.signature.empty()) stressed.found = last;
    stressed.tapes = last + 1;
    session.progress.Tell(fmt::format("stress: {} tapes in {}", FormatCount(stressed.tapes),
                                      FormatDuration(stressed.seconds)));
  }
  return stressed;
}

int RunStress(Session& session, const StressArguments& arguments) {
  const TargetInfo& target = TargetWithThreads(session.registry, arguments.target);
  Stressed stressed = Stress(session, arguments);
  std::string file;
  if (stressed.found) {
    const std::string text = ToText(TapeNumber(target, arguments.seed, *stressed.found));
    MakeWritableFolder(arguments.out);
    file = fmt::format("{}/{}-seed-{}-{}.tape", arguments.out, arguments.target, arguments.seed,
                       *stressed.found);
    WriteAtomically(file, text);
    for (int n = 0; n < arguments.replays; ++n) {
      const ChildExit end = Wait(Spec(session, {"--tape", file}, text));
      if (SignatureOfDeath(end, end.output) == stressed.signature) ++stressed.again;
      session.progress.Tell(fmt::format("stress: replay {} of {}", n + 1, arguments.replays));
    }
  }
  const int code = stressed.found ? kExitFinding : kExitClean;
  if (session.json) {
    session.PrintJson({{"target", arguments.target},
                       {"tapes", stressed.tapes},
                       {"seconds", stressed.seconds},
                       {"found", stressed.found.has_value()},
                       {"signature", stressed.signature.Text()},
                       {"replays", stressed.found ? arguments.replays : 0},
                       {"again", stressed.again},
                       {"file", file},
                       {"exit", code}});
  } else if (stressed.found) {
    session.screen.Out(fmt::format(
        "FOUND after {} tapes, {:.1f} s: {}\nwith free threads it fails again in {} of {} runs. "
        "Next: {} replay {}\n",
        FormatCount(stressed.tapes), stressed.seconds, stressed.signature.Text(), stressed.again,
        arguments.replays, session.command, ShellQuote(file)));
  } else {
    session.screen.Out(fmt::format("nothing in {} tapes, {}. Next: {} hunt {} --for 60s\n",
                                   FormatCount(stressed.tapes), FormatDuration(stressed.seconds),
                                   session.command, arguments.target));
  }
  return code;
}

}  // namespace

void AddStressCommand(CommandLine& line) {
  auto arguments = std::make_shared<StressArguments>();
  arguments->out = fs::path(OwnPath()).parent_path().string() + "/stress";
  CLI::App* command = line.Add(
      "stress",
      "Run tapes of a target with threads that no schedule holds, as stress tests do, until one "
      "fails; then the same tape again and again. Tells how much of what is found so can be seen "
      "twice. `hunt` is the better way to find anything.",
      "  mapfuzz stress threads_sync --for 60s --replays 100", "The last line",
      [arguments](Session& session) { return RunStress(session, *arguments); });
  command->add_option("TARGET", arguments->target, "One with threads")->required();
  command->add_option("--for", arguments->duration, "Time of the search (default: 60s)");
  command->add_option("--seed", arguments->seed, "What the tapes are drawn from (default: 1)");
  command
      ->add_option("--replays", arguments->replays, "Runs of the tape that failed (default: 100)")
      ->check(CLI::Range(0, 100000));
  command->add_option("--out", arguments->out, "The tape goes there (default: BUILD/stress)");
}

void AddStressOneCommand(CommandLine& line) {
  auto arguments = std::make_shared<StressArguments>();
  CLI::App* command =
      line.Add("stress-one", "Runs tapes with free threads in this process", "", "",
               [arguments](Session& session) { return StressOne(session.registry, *arguments); });
  command->group("");  // hidden
  command->add_option("--target", arguments->target);
  command->add_option("--seed", arguments->seed);
  command->add_option("--first", arguments->first);
  command->add_option("--count", arguments->count);
  command->add_option("--seconds", arguments->seconds);
  command->add_option("--tape", arguments->tape);
}

}  // namespace mapfuzz::tool
