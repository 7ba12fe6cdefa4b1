// The fuzz targets: what each is for, which tapes it sees, what it must be seen to reach.
//
// All targets run the same loop on the same tapes. A profile bends the configuration of each tape
// towards its subject (`shape`), favours the recipes that it is about, and names the milestones and
// the oracles without which its silence means nothing.

#ifndef MAPFUZZ_TARGETS_PROFILES_H_
#define MAPFUZZ_TARGETS_PROFILES_H_

#include <span>
#include <string_view>

#include "harness/milestones.h"
#include "harness/run.h"
#include "harness/tape.h"
#include "harness/tape_recipes.h"

namespace mapfuzz {

struct TargetProfile {
  std::string_view name;
  std::string_view help;
  Config (*shape)(Config);
  std::span<const Milestone> milestones;  // to be reached
  std::span<const Oracle> oracles;        // to be consulted
  RecipeKind about = RecipeKind::kPlain;
};

std::span<const TargetProfile> Profiles();

// Null if there is none of this name.
const TargetProfile* FindProfile(std::string_view name);

}  // namespace mapfuzz

#endif  // MAPFUZZ_TARGETS_PROFILES_H_
