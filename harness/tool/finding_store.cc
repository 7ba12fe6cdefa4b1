#include "harness/tool/finding_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "harness/tape_text.h"
#include "harness/tool/error.h"
#include "harness/tool/files.h"
#include "harness/tool/input.h"
#include "harness/tool/text.h"
#include "harness/tool/verdict.h"

namespace mapfuzz::tool {
namespace {

constexpr std::string_view kCountMark = "# count: ";

struct Earlier {
  std::uint64_t count = 0;
  std::optional<Tape> tape;
  bool confirmed = false;
};

// What an earlier hunt wrote under the same name.
Earlier ReadEarlier(const std::string& file) {
  Earlier earlier;
  const std::string text = ReadOrEmpty(file);
  const std::size_t at = text.find(kCountMark);
  if (at == std::string::npos) return earlier;
  const char* begin = text.data() + at + kCountMark.size();
  std::from_chars(begin, text.data() + text.size(), earlier.count);
  earlier.confirmed = text.find("\n# confirmed: yes") != std::string::npos;
  try {
    earlier.tape = LoadTape(text, file, {}).tape;
  } catch (const ToolError&) {
    earlier.tape.reset();
  }
  return earlier;
}

#ifdef __clang_version__
constexpr std::string_view kCompiler = "clang " __clang_version__;
#else
constexpr std::string_view kCompiler = "a compiler without points at loads and stores";
#endif

#if defined(__SANITIZE_THREAD__)
constexpr std::string_view kSanitizer = ", thread sanitizer";
#elif defined(__SANITIZE_ADDRESS__)
constexpr std::string_view kSanitizer = ", address sanitizer";
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
constexpr std::string_view kSanitizer = ", thread sanitizer";
#elif __has_feature(address_sanitizer)
constexpr std::string_view kSanitizer = ", address sanitizer";
#else
constexpr std::string_view kSanitizer = "";
#endif
#else
constexpr std::string_view kSanitizer = "";
#endif

// Whether `a` is the better example of one bug: it fails again, and is shorter.
bool Better(const std::optional<Tape>& a, bool a_confirmed, const std::optional<Tape>& b,
            bool b_confirmed) {
  if (!a.has_value()) return false;
  if (!b.has_value() || a_confirmed != b_confirmed) return !b.has_value() || a_confirmed;
  return a->ops.size() < b->ops.size();
}

}  // namespace

std::string FindingName(const std::string& target, const Signature& signature) {
  return fmt::format("{}-{}-{}-{}", target, FileNamePart(signature.oracle),
                     FileNamePart(signature.property),
                     Hex(NameHash(signature.Text())).substr(0, 8));
}

std::string BuildNote(const Tape& tape) {
  if (!CountsAccesses(tape)) return "";
  return fmt::format("# build: {}{}, whose loads and stores the schedule counts\n", kCompiler,
                     kSanitizer);
}

std::string FindingText(const Finding& finding, const std::string& replay_command) {
  std::string story =
      fmt::format("# {}\n{}{}\n# target: {}\n# confirmed: {}\n# replay: {}\n",
                  finding.signature.Text(), kCountMark, finding.count, finding.target,
                  finding.confirmed ? "yes, it failed again in a process of its own"
                                    : "no, it did not fail again: flaky",
                  replay_command);
  std::string text = ToText(finding.tape.value_or(Tape{}));
  return text.insert(text.find('\n') + 1, story + BuildNote(finding.tape.value_or(Tape{})));
}

bool FindingStore::Has(const std::string& target, const Signature& signature) const {
  return std::any_of(findings_.begin(), findings_.end(), [&](const Finding& other) {
    return other.target == target && other.signature == signature;
  });
}

bool FindingStore::HasConfirmed() const {
  return std::any_of(findings_.begin(), findings_.end(),
                     [](const Finding& finding) { return finding.confirmed; });
}

bool FindingStore::Add(Finding finding) {
  const auto same = std::find_if(findings_.begin(), findings_.end(), [&](const Finding& other) {
    return other.target == finding.target && other.signature == finding.signature;
  });
  if (same != findings_.end()) {
    ++same->count;
    if (Better(finding.tape, finding.confirmed, same->tape, same->confirmed)) {
      same->tape = std::move(finding.tape);
      same->confirmed = finding.confirmed;
      same->report = std::move(finding.report);
    }
    Write(*same);
    return false;
  }
  const std::string name = FindingName(finding.target, finding.signature);
  Earlier earlier = ReadEarlier(folder_ + "/" + name + ".tape");
  finding.count += earlier.count;
  findings_.push_back(std::move(finding));
  Finding& kept = findings_.back();
  if (Better(earlier.tape, earlier.confirmed, kept.tape, kept.confirmed)) {
    kept.tape = std::move(earlier.tape);
    kept.confirmed = earlier.confirmed;
    const std::string report = ReadOrEmpty(folder_ + "/" + name + ".txt");
    if (!report.empty()) kept.report = report;
  }
  Write(kept);
  return true;
}

void FindingStore::Write(Finding& finding) {
  const std::string base = folder_ + "/" + FindingName(finding.target, finding.signature);
  const std::string tape_file = base + ".tape";
  const std::string& program = finding.program.empty() ? program_ : finding.program;
  // What is another run each time shows by more than one.
  const char* const times = finding.signature.oracle == "deterministic" ? " --times 3" : "";
  const std::string command = program + " replay" + options_ + times + " " + ShellQuote(tape_file);
  try {
    if (finding.tape.has_value()) WriteAtomically(tape_file, FindingText(finding, command));
    const std::string show = program + " show" + options_ + " " + ShellQuote(tape_file);
    WriteAtomically(
        base + ".txt",
        finding.tape.has_value()
            ? WithCommands(finding.report, "replay: " + command + "\nshow:   " + show + "\n")
            : finding.report);
    finding.file = finding.tape.has_value() ? tape_file : base + ".txt";
  } catch (const ToolError& error) {
    if (finding.count > 1 && finding.file.empty()) return;  // already printed
    finding.file.clear();
    screen_.Complain(fmt::format("mapfuzz: {}\nThe finding follows, so that it is not lost.\n{}{}",
                                 error.what(), finding.report,
                                 finding.tape.has_value() ? FindingText(finding, command) : ""));
  }
}

}  // namespace mapfuzz::tool
