#include "harness/own_chains.h"

#include <string>

namespace mapfuzz {
namespace {

Fault KeyContentFault(const ModelKey& key, const OwnChains& own, const Cell* cell) {
  const std::string id = "key " + std::to_string(key.id);
  if (own.found > 1) {
    return {Oracle::kContent, "duplicate-key",
            id + " is in " + std::to_string(own.found) + " cells of its chains"};
  }
  if (own.found == 0) {
    return {Oracle::kContent, "lost-entry",
            "map:   " + id + " is not in its chains\nmodel: " +
                (cell == nullptr ? "inserted just now" : EntryText(cell->entry))};
  }
  if (cell == nullptr) {
    return {Oracle::kContent, "ghost-entry",
            "map:   " + EntryText(own.entry) + "\nmodel: no such key"};
  }
  return {Oracle::kContent, cell->entry.value != own.entry.value ? "wrong-value" : "wrong-key",
          "map:   " + EntryText(own.entry) + "\nmodel: " + EntryText(cell->entry)};
}

}  // namespace

std::optional<Fault> CheckKeyContent(const Access& access, const Model& model,
                                     const OwnChains& own) {
  if (access.key.nan) {
    const bool added = access.inserts && !access.refused;
    if (!added || own.found != 0) return std::nullopt;
    return KeyContentFault(access.key, own, nullptr);
  }
  const Cell* cell = model.Find(access.key);
  if (own.found == (cell == nullptr ? 0 : 1) && (cell == nullptr || cell->entry == own.entry)) {
    return std::nullopt;
  }
  return KeyContentFault(access.key, own, cell);
}

}  // namespace mapfuzz
