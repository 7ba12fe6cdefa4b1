#include "harness/run_core.h"

#include <utility>

namespace mapfuzz {

void RunCore::Fail(Fault fault) const {
  throw Failure{
      .oracle = std::string(kOracleNames[static_cast<int>(blamed_.value_or(fault.oracle))]),
      .property = std::move(fault.property),
      .op = std::string(op_),
      .site = std::string(site_),
      .op_index = op_index_,
      .step = result_.steps,
      .detail = std::move(fault.detail)};
}

void RunCore::FailResult(const char* property, std::uint64_t map, std::uint64_t model) const {
  Fail(Oracle::kResult, property,
       "map:   " + std::to_string(map) + "\nmodel: " + std::to_string(model));
}

void RunCore::DigestHeader(const HeaderView& header) {
  Digest(header.count << 32 | std::uint64_t{header.flags} << 24 | std::uint64_t{header.b} << 16 |
         header.noverflow);
  Digest(std::uint64_t{header.hash0} << 32 ^ header.nevacuate << 1 ^
         static_cast<std::uint64_t>(header.pool) << 16 ^ (header.growing ? 1 : 0));
}

void RunCore::Line(const std::string& text) const {
  *options_.history += std::to_string(result_.steps) + " " + std::string(op_) + " " + text + "\n";
}

void HitStory(IteratorStory& story, RunCore& core) {
  if (story.growths >= 1) {
    core.Hit(Milestone::kIteratorAcrossGrowth);
    const bool fixed = core.config().layout.slots_kind == SlotsKind::kFixed;
    if (fixed && SlotsOf(core.config()) == 16) core.Hit(Milestone::kSixteenSlotsIterated);
  }
  if (story.growths >= 2) core.Hit(Milestone::kIteratorAcrossTwoGrowths);
  if (story.same_size_after_doubling) core.Hit(Milestone::kIteratorDoublingThenSameSize);
  if (story.cleared) core.Hit(Milestone::kIteratorAcrossClear);
  if (story.reseeded) core.Hit(Milestone::kIteratorAcrossReseed);
  if (story.travelled) core.Hit(Milestone::kIteratorFollowsContent);
  story.cleared = story.reseeded = story.travelled = story.news = false;
}

void HitProduction(const IterationContract& contract, int slot, const Cell* cell, RunCore& core) {
  if (cell == nullptr) {
    core.Hit(Milestone::kNanProduced);
  } else if (contract.MadeSince(slot, *cell)) {
    core.Hit(Milestone::kCreatedUnderIterator);
  }
}

}  // namespace mapfuzz
