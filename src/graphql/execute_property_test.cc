// The executor against one that goes depth first, by random schemas, data and queries: the same data in the
// same order, the same errors in the same order, however the fields are resolved.
#include <gtest/gtest.h>

#include "graphql/execution_harness.h"
#include "graphql/naive_executor.h"
#include "graphql/random_service.h"

namespace parley::graphql {
namespace {

Resolved member_of(const Object& parent, std::string_view name) {
  const auto& value = *static_cast<const boost::json::value*>(parent.data.get());
  const auto* member = value.is_object() ? value.get_object().if_contains(name) : nullptr;
  return member != nullptr ? Resolved::json(*member) : Resolved();
}

base::Awaitable<Values> at_once(Values values) {
  co_return values;
}

// Members of the parent, as JSON, in one of the ways in which a field can be resolved.
void resolve(Resolvers& resolvers, const std::string& coordinate, const std::string& name,
             std::uint64_t how) {
  if (how == 0) {
    resolvers.plain(coordinate, [name](const Object& parent, const boost::json::object&, void*) {
      return member_of(parent, name);
    });
    return;
  }
  resolvers.batch(coordinate, [name, how](const FieldBatch& batch) {
    Values values;
    for (const Object& parent : batch.parents) values.push_back(member_of(parent, name));
    return how == 1 ? at_once(std::move(values)) : later(std::move(values));
  });
}

void resolve_at_random(Service& service, base::Random& random) {
  for (const auto& type : service.schema->types()) {
    if (type->kind != TypeKind::kObject || type->built_in) continue;
    const bool root = type.get() == service.schema->root(OperationType::kQuery);
    for (const FieldType& field : type->fields) {
      const std::uint64_t how = random.below(root ? 3 : 6);
      if (how < 3) resolve(service.resolvers, type->name + "." + field.name, field.name, how);
    }
  }
}

struct Seen {
  int with_data = 0;
  int with_errors = 0;
  std::size_t bytes = 0;
};

void check(std::uint64_t seed, Seen& seen) {
  RandomService by_chance(seed);
  Service service(by_chance.sdl());
  ASSERT_NE(service.schema, nullptr) << "seed " << seed;
  service.must_be_valid = false;
  base::Random random(seed);
  resolve_at_random(service, random);
  for (int i = 0; i < 4; ++i) {
    const auto root = std::make_shared<const boost::json::value>(
        by_chance.object(*service.schema, *service.schema->root(OperationType::kQuery), 0));
    service.root = {.data = root};
    const std::string query = by_chance.query(*service.schema);
    const boost::json::object variables = RandomService::variables();
    const Response response = service.run(query, boost::json::serialize(variables));
    ASSERT_TRUE(response.data) << "seed " << seed << "\n" << query << "\n" << response.json();
    NaiveExecutor naive(*service.schema, *service.documents.back(), variables);
    const Response expected = naive.run(**find_operation(*service.documents.back(), ""), *root);
    ASSERT_EQ(response.json(), expected.json()) << "seed " << seed << "\n" << query;
    seen.with_data += expected.data->is_object() ? 1 : 0;
    seen.with_errors += expected.errors.empty() ? 0 : 1;
    seen.bytes += expected.json().size();
  }
}

TEST(ExecuteProperty, level_by_level_gives_what_depth_first_gives) {
  Seen seen;
  for (std::uint64_t seed = 1; seed <= 200 && !HasFatalFailure(); ++seed) check(seed, seen);
  // The samples say something: both outcomes are common, and responses are not empty.
  EXPECT_GT(seen.with_data, 400);
  EXPECT_GT(seen.with_errors, 150);
  EXPECT_GT(seen.bytes, 120'000U);
}

}  // namespace
}  // namespace parley::graphql
