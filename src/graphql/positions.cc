#include "graphql/positions.h"

#include <algorithm>
#include <utility>

namespace parley::graphql {

Positions::Positions(boost::json::value& data) {
  kept_.reserve(16);
  kept_.push_back({.position = {.slot = &data}});
}

Positions::Index Positions::add(const Position& position) {
  kept_.push_back({.position = position});
  return static_cast<Index>(kept_.size() - 1);
}

Path Positions::path(const Position& position) const {
  Path path;
  for (const Position* at = &position; at->slot != kept_[kRoot].position.slot;
       at = &kept_[at->parent].position) {
    if (at->key.data() == nullptr) {
      path.emplace_back(static_cast<std::int64_t>(at->ordinal));
    } else {
      path.emplace_back(std::string(at->key));
    }
  }
  std::ranges::reverse(path);
  return path;
}

void Positions::raise(const Position& position, GraphqlError error) {
  Raised raised{.error = std::move(error), .within = position.parent, .caught = kItself};
  raised.order.push_back(position.ordinal);
  for (Index at = position.parent; at != kRoot; at = kept_[at].position.parent) {
    raised.order.push_back(kept_[at].position.ordinal);
  }
  std::ranges::reverse(raised.order);
  if (!position.nullable) {
    Index at = position.parent;
    while (!kept_[at].position.nullable) at = kept_[at].position.parent;
    raised.caught = at;
    if (at == kRoot) root_lost_ = true;
  }
  raised_.push_back(std::move(raised));
}

void Positions::raise_at_root(GraphqlError error) {
  root_lost_ = true;
  raised_.push_back({.error = std::move(error)});
}

bool Positions::lost(Index position) const {
  while (!kept_[position].lost && position != kRoot) position = kept_[position].position.parent;
  return kept_[position].lost;
}

std::vector<GraphqlError> Positions::settle() {
  std::vector<GraphqlError> errors;
  std::ranges::sort(raised_, {}, &Raised::order);
  for (Raised& raised : raised_) {
    if (lost(raised.within)) continue;
    errors.push_back(std::move(raised.error));
    if (raised.caught == kItself) continue;
    kept_[raised.caught].lost = true;
    *kept_[raised.caught].position.slot = nullptr;
  }
  raised_.clear();
  return errors;
}

}  // namespace parley::graphql
