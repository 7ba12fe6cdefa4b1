#include "harness/tool/confirm.h"

#include "harness/tape_text.h"
#include "harness/tool/verdict.h"

namespace mapfuzz::tool {
namespace {

// So often an input that passes is run, each time with other addresses, before it is believed that
// it gives one history.
constexpr std::size_t kRuns = 3;

Verdict Run(const Confirmer& confirmer, const Tape& tape, const std::string& name,
            std::size_t runs_before = 0) {
  RunRequest request;
  request.content = ToText(tape);
  request.name = name;
  request.map = confirmer.map;
  request.runs_before = runs_before;
  return RunAndWait(confirmer.program, request, confirmer.limit_seconds);
}

// Its first failure, or that its histories differ; else a verdict that passes.
Verdict RunSometimes(const Confirmer& confirmer, const Tape& tape, const std::string& name) {
  const Verdict first = Run(confirmer, tape, name);
  for (std::size_t n = 1; n < kRuns && first.passed(); ++n) {
    const Verdict next = Run(confirmer, tape, name, n);
    if (next.kind == Verdict::Kind::kBadInput || next.EndedWithoutWord()) continue;
    if (next.digest == first.digest) continue;
    return TwoHistories(first, next);
  }
  return first;
}

}  // namespace

Confirmation Confirm(const Confirmer& confirmer, const Tape& tape, const std::string& name) {
  const Verdict whole = RunSometimes(confirmer, tape, name);
  if (whole.kind != Verdict::Kind::kFail) return {};
  Confirmation confirmation{true, whole.signature, whole.report, tape};
  // A sanitizer does not say which operation it was.
  if (whole.failed_step == 0 || whole.failed_op + 1 >= tape.ops.size()) return confirmation;
  Tape cut = tape;
  cut.ops.resize(whole.failed_op + 1);
  const Verdict again = Run(confirmer, cut, name);
  if (again.kind == Verdict::Kind::kFail && again.signature == whole.signature) {
    confirmation.report = again.report;
    confirmation.tape = cut;
  }
  return confirmation;
}

}  // namespace mapfuzz::tool
