#include "model/model.h"

namespace mapfuzz {

Cell* Model::Find(const ModelKey& key) {
  if (key.nan) return nullptr;
  const auto it = cells_.find(key.canonical);
  return it == cells_.end() ? nullptr : &it->second;
}

void Model::Erase(const ModelKey& key) { cells_.erase(key.canonical); }

Cell& Model::Insert(const ModelKey& key, Value value, std::uint64_t birth) {
  const Cell cell{.entry = {key.id, value}, .birth = birth};
  if (key.nan) return nans_.emplace(std::pair{key.id, value}, cell)->second;
  return cells_.emplace(key.canonical, cell).first->second;
}

void Model::Clear() {
  cells_.clear();
  nans_.clear();
}

}  // namespace mapfuzz
