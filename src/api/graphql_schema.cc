#include "api/graphql_schema.h"

#include <cstdio>
#include <cstdlib>
#include <utility>

#include "api/graphql_resolvers.h"
#include "base/time.h"

namespace parley::api {

namespace json = boost::json;

namespace {

[[noreturn]] void die(const std::string& what) {
  std::fprintf(stderr, "parley: schema.graphql: %s\n", what.c_str());
  std::abort();
}

std::expected<json::value, std::string> parse_date_time(const json::value& value) {
  base::Result<base::WallTime> time =
      value.is_string()  ? base::parse_time(std::string_view(value.get_string()))
      : value.is_int64() ? base::time_from_epoch(value.get_int64())
                         : base::fail(base::ErrorCode::kBadUserInput,
                                      "a time is RFC 3339, or epoch seconds or milliseconds");
  if (!time) return std::unexpected(std::move(time.error().message));
  return json::value(base::format_time(*time));
}

std::expected<json::value, std::string> parse_day(const json::value& value) {
  if (!value.is_string()) return std::unexpected("a date is written YYYY-MM-DD");
  auto day = base::parse_date(std::string_view(value.get_string()));
  if (!day) return std::unexpected(std::move(day.error().message));
  return json::value(base::format_date(*day));
}

}  // namespace

graphql::SchemaPtr chat_schema() {
  auto made = graphql::Schema::make(
      std::string(schema_sdl()), {{"DateTime", {.parse = parse_date_time}}, {"Date", {.parse = parse_day}}});
  if (!made) die(made.error().empty() ? "invalid" : made.error().front().message);
  return std::move(*made);
}

graphql::Resolvers chat_resolvers(const graphql::Schema& schema) {
  graphql::Resolvers resolvers;
  add_query(resolvers);
  add_mutation(resolvers);
  add_subscription(resolvers);
  add_connections(resolvers);
  add_objects(resolvers);
  add_account(resolvers);
  const auto wrong = resolvers.check(schema);
  if (!wrong.empty()) die(wrong.front());
  return resolvers;
}

}  // namespace parley::api
