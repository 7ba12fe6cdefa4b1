// Properties that RapidCheck holds for proven because it hardly tried them.
//
// A property passes there when as many cases as were asked for have passed, be it none, and for
// each of them ten may have been discarded. Such a pass says next to nothing, and looks like any
// other. Here a property that tried no case, or discarded more than half of those that it began,
// fails, and is named.

#ifndef MAPFUZZ_TARGETS_PROPERTY_H_
#define MAPFUZZ_TARGETS_PROPERTY_H_

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cstdint>
#include <string>

namespace mapfuzz {

struct CaseCounts {
  std::uint64_t tried = 0;  // to their end
  std::uint64_t discarded = 0;
  bool failed = false;  // one of them
};

// Why a property that no case failed is not to be believed; empty if it is.
inline std::string WhyVacuous(const std::string& name, const CaseCounts& cases) {
  const std::uint64_t begun = cases.tried + cases.discarded;
  if (cases.tried == 0) {
    return "property " + name + ": not one case was tried, and " + std::to_string(cases.discarded) +
           " were discarded; ask for some (max_success in RC_PARAMS), and for such as it takes";
  }
  if (cases.discarded <= cases.tried) return "";
  return "property " + name + ": " + std::to_string(cases.discarded) + " of " +
         std::to_string(begun) +
         " cases were discarded, so it was hardly tried; generate what it takes, and nothing else";
}

// Whether the property holds and was tried. If it holds for want of trying, `why` says so.
// `check(name, property)` is rc::check or the like.
template <class Property, class Check>
bool HoldsTried(const std::string& name, const Property& property, std::string& why, Check check) {
  CaseCounts cases;
  const bool holds = check(name, [&] {
    using Type = rc::detail::CaseResult::Type;
    try {
      property();
      ++cases.tried;
    } catch (const rc::detail::CaseResult& result) {
      cases.discarded += result.type == Type::Discard ? 1 : 0;
      cases.failed = cases.failed || result.type == Type::Failure;
      throw;
    } catch (const rc::GenerationFailure&) {
      ++cases.discarded;
      throw;
    } catch (...) {
      cases.failed = true;
      throw;
    }
  });
  if (cases.failed) return false;
  why = WhyVacuous(name, cases);
  return holds && why.empty();
}

// Fails the test that it is called from unless the property holds and was tried. The property has
// no parameters and draws what it needs.
template <class Property>
void CheckProperty(const std::string& name, const Property& property) {
  std::string why;
  const auto check = [](const std::string& description, const auto& counted) {
    return rc::check(description, counted);
  };
  EXPECT_TRUE(HoldsTried(name, property, why, check)) << why;
}

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_PROPERTY_H_
