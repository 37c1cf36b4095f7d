#include "graphql/resolver.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <set>

namespace parley::graphql {
namespace {

// "Type.field" without asking for memory where it is short.
class Coordinate {
 public:
  Coordinate(std::string_view type, std::string_view field) {
    const std::size_t size = type.size() + 1 + field.size();
    if (size > short_.size()) {
      long_.reserve(size);
      long_.append(type).append(1, '.').append(field);
      text_ = long_;
      return;
    }
    auto* end = std::ranges::copy(type, short_.data()).out;
    *end++ = '.';
    std::ranges::copy(field, end);
    text_ = {short_.data(), size};
  }
  Coordinate(const Coordinate&) = delete;
  Coordinate& operator=(const Coordinate&) = delete;

  std::string_view text() const { return text_; }

 private:
  std::array<char, 96> short_;
  std::string long_{};
  std::string_view text_{};
};

}  // namespace

void Resolvers::plain(std::string_view field, PlainResolver resolver) {
  Entry& entry = entries_[std::string(field)];
  assert(!entry.plain && !entry.batch);
  entry.plain = std::move(resolver);
}

void Resolvers::batch(std::string_view field, BatchResolver resolver) {
  Entry& entry = entries_[std::string(field)];
  assert(!entry.plain && !entry.batch);
  entry.batch = std::move(resolver);
}

void Resolvers::subscribe(std::string_view field, SubscribeResolver resolver) {
  Entry& entry = entries_[std::string(field)];
  assert(!entry.subscribe);
  entry.subscribe = std::move(resolver);
}

std::vector<std::string> Resolvers::check(const Schema& schema, bool allow_defaults) const {
  std::set<std::string> unknown;
  for (const auto& [coordinate, entry] : entries_) unknown.insert(coordinate);
  std::vector<std::string> problems;
  for (const auto& type : schema.types()) {
    if (type->kind != TypeKind::kObject) continue;
    const bool subscription = type.get() == schema.root(OperationType::kSubscription);
    for (const FieldType& field : type->fields) {
      const std::string coordinate = type->name + "." + field.name;
      unknown.erase(coordinate);
      const auto found = entries_.find(coordinate);
      const Entry* entry = found != entries_.end() ? &found->second : nullptr;
      if (entry != nullptr && entry->subscribe && !subscription) {
        problems.push_back(coordinate + " has a source of events and is no subscription");
      }
      if (allow_defaults || type->built_in) continue;
      const bool resolved =
          entry != nullptr && (subscription ? bool{entry->subscribe} : entry->plain || entry->batch);
      if (!resolved) problems.push_back(coordinate + " has no resolver");
    }
  }
  for (const std::string& coordinate : unknown) problems.push_back(coordinate + " is not in the schema");
  return problems;
}

const Resolvers::Entry* Resolvers::find(std::string_view type, std::string_view field) const {
  const auto found = entries_.find(Coordinate(type, field).text());
  return found != entries_.end() ? &found->second : nullptr;
}

const PlainResolver* Resolvers::find_plain(const NamedType& type, const FieldType& field) const {
  const Entry* entry = find(type.name, field.name);
  return entry != nullptr && entry->plain ? &entry->plain : nullptr;
}

const BatchResolver* Resolvers::find_batch(const NamedType& type, const FieldType& field) const {
  const Entry* entry = find(type.name, field.name);
  return entry != nullptr && entry->batch ? &entry->batch : nullptr;
}

const SubscribeResolver* Resolvers::find_subscribe(const NamedType& type, const FieldType& field) const {
  const Entry* entry = find(type.name, field.name);
  return entry != nullptr && entry->subscribe ? &entry->subscribe : nullptr;
}

}  // namespace parley::graphql
