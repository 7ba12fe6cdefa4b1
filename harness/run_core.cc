#include "harness/run_core.h"

#include <utility>

namespace mapfuzz {

std::string Operands::Text() const {
  std::string text;
  for (int i = 0; i < count_; ++i) text += " " + std::to_string(values_[i]);
  return text;
}

void RunCore::Fail(Fault fault) const {
  if (options_.without == blamed_.value_or(fault.oracle)) return;
  throw FailureOf(std::move(fault));
}

Failure RunCore::FailureOf(Fault fault) const {
  return {.oracle = std::string(kOracleNames[static_cast<int>(blamed_.value_or(fault.oracle))]),
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

void RunCore::Line(const std::string& result) {
  line_ = std::to_string(result_.steps) + " " + std::string(op_) + operands_.Text() +
          (result.empty() ? "" : " = ") + result;
  if (options_.history != nullptr) *options_.history += line_ + "\n";
}

void RunCore::Note(std::size_t operation, Fate fate) {
  if (IsLeftOut(fate)) ++result_.skipped;
  if (options_.fates == nullptr) return;
  const auto index = static_cast<std::uint32_t>(operation);
  std::vector<OpFate>& fates = *options_.fates;
  if (!fates.empty() && fates.back().operation == index && fates.back().fate == fate) {
    ++fates.back().times;
  } else {
    fates.push_back({.operation = index, .fate = fate, .step = result_.steps});
  }
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
