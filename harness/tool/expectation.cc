#include "harness/tool/expectation.h"

#include <fmt/format.h>

namespace mapfuzz::tool {

std::string ExpectationOf(const Signature& signature) {
  return signature.oracle + "/" + signature.property;
}

std::string WhyNotAsExpected(const Verdict& verdict, std::string_view expect) {
  const std::string first_line = verdict.report.substr(0, verdict.report.find('\n'));
  if (verdict.kind == Verdict::Kind::kBadInput) return first_line;
  if (expect.empty()) return first_line;
  if (verdict.passed()) return fmt::format("must fail with {} as written, but: it passes", expect);
  if (ExpectationOf(verdict.signature) == expect) return "";
  return fmt::format("must fail with {} as written, but: {}", expect, first_line);
}

}  // namespace mapfuzz::tool
