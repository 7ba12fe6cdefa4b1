#include "harness/tool/confirm.h"

#include "harness/tape_text.h"
#include "harness/tool/verdict.h"

namespace mapfuzz::tool {
namespace {

Verdict Run(const Confirmer& confirmer, const Tape& tape, const std::string& name) {
  RunRequest request;
  request.content = ToText(tape);
  request.name = name;
  request.map = confirmer.map;
  return RunAndWait(confirmer.program, request, confirmer.limit_seconds);
}

}  // namespace

Confirmation Confirm(const Confirmer& confirmer, const Tape& tape, const std::string& name) {
  const Verdict whole = Run(confirmer, tape, name);
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
