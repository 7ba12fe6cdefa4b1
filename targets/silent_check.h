// For tests only: RapidCheck without a word, for properties that are to fail.

#ifndef MAPFUZZ_TARGETS_SILENT_CHECK_H_
#define MAPFUZZ_TARGETS_SILENT_CHECK_H_

#include <rapidcheck.h>

#include <string>

namespace mapfuzz {

// What rc::check does, with these parameters and in silence.
struct SilentCheck {
  rc::detail::TestParams parameters{};

  template <class Property>
  bool operator()(const std::string&, const Property& property) const {
    Silence silence;
    const rc::detail::TestResult result =
        rc::detail::checkTestable(property, rc::detail::TestMetadata(), parameters, silence);
    return result.template is<rc::detail::SuccessResult>();
  }

 private:
  class Silence : public rc::detail::TestListener {
   public:
    void onTestCaseFinished(const rc::detail::CaseDescription&) override {}
    void onShrinkTried(const rc::detail::CaseDescription&, bool) override {}
    void onTestFinished(const rc::detail::TestMetadata&, const rc::detail::TestResult&) override {}
  };
};

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_SILENT_CHECK_H_
