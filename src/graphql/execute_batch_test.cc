// How often resolvers are asked, what waits for what, and that nothing is left running.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "graphql/execution_harness.h"

namespace parley::graphql {
namespace {

using base::ErrorCode;
using testing::ElementsAre;

// Notes every question as "Type.field parents arguments" and answers each parent with `answer`.
class Asked {
 public:
  BatchResolver resolver(std::function<Resolved(const Object&)> answer) {
    return waiting([this, answer = std::move(answer)](const FieldBatch& batch) {
      log.push_back(batch.parent_type.name + "." + batch.field.name + " " +
                    std::to_string(batch.parents.size()) +
                    (batch.arguments.empty() ? "" : " " + boost::json::serialize(batch.arguments)));
      Values values;
      for (const Object& parent : batch.parents) values.push_back(answer(parent));
      return values;
    });
  }

  std::vector<std::string> log{};
};

Resolved json(std::string_view text) {
  return Resolved::json(boost::json::parse(text));
}

Resolved copies(std::size_t count, std::string_view text) {
  Resolved::List list;
  for (std::size_t i = 0; i < count; ++i) list.push_back(json(text));
  return list;
}

constexpr const char* kSdl = R"(
  type Query { items: [Item!]! grid: [[Item]] others: [Item] things: [Thing] one: Item }
  interface Thing { size(unit: String = "m"): Int next: Item }
  type Item implements Thing { size(unit: String = "m"): Int next: Item many: [Item] }
  type Other implements Thing { size(unit: String = "m"): Int next: Item }
)";

struct BatchFixture : testing::Test {
  BatchFixture() {
    service.resolvers.batch("Item.size", asked.resolver([](const Object&) { return 1; }));
    service.resolvers.batch("Item.next", asked.resolver([](const Object&) { return json("{}"); }));
    service.resolvers.batch("Item.many", asked.resolver([](const Object&) { return copies(3, "{}"); }));
    service.resolvers.batch("Other.size", asked.resolver([](const Object&) { return 2; }));
  }
  void give(const char* field, Resolved value) {
    service.resolvers.plain(field,
                            [value](const Object&, const boost::json::object&, void*) { return value; });
  }

  Service service{kSdl};
  Asked asked;
};
using Batch = BatchFixture;

TEST_F(Batch, a_list_of_a_hundred_is_one_question) {
  give("Query.items", copies(100, "{}"));
  const Response response = service.run("{ items { size next { size } } }");
  EXPECT_TRUE(response.errors.empty());
  EXPECT_EQ(response.data->at("items").as_array().size(), 100U);
  EXPECT_THAT(asked.log,
              ElementsAre(R"(Item.size 100 {"unit":"m"})", "Item.next 100", R"(Item.size 100 {"unit":"m"})"));
}

TEST_F(Batch, nested_lists_are_one_question_a_level) {
  give("Query.grid", Resolved(Resolved::List{copies(3, "{}"), copies(0, "{}"), nullptr, copies(4, "{}")}));
  service.run("{ grid { many { many { next { __typename } } } } }");
  EXPECT_THAT(asked.log, ElementsAre("Item.many 7", "Item.many 21", "Item.next 63"));
}

TEST_F(Batch, two_aliases_are_two_questions) {
  give("Query.items", copies(5, "{}"));
  service.run(R"({ items { size a: size(unit: "cm") b: size(unit: "cm") size } })");
  EXPECT_THAT(asked.log, ElementsAre(R"(Item.size 5 {"unit":"m"})", R"(Item.size 5 {"unit":"cm"})",
                                     R"(Item.size 5 {"unit":"cm"})"));
}

TEST_F(Batch, an_abstract_list_is_a_question_for_each_type) {
  give("Query.things",
       Resolved(Resolved::List{json(R"({"__typename":"Item"})"), json(R"({"__typename":"Other"})"),
                               json(R"({"__typename":"Item"})"), nullptr}));
  EXPECT_EQ(service.json("{ things { size } }"),
            R"({"data":{"things":[{"size":1},{"size":2},{"size":1},null]}})");
  EXPECT_THAT(asked.log, ElementsAre(R"(Item.size 2 {"unit":"m"})", R"(Other.size 1 {"unit":"m"})"));
}

TEST_F(Batch, different_places_are_different_questions) {
  give("Query.items", copies(2, "{}"));
  give("Query.others", copies(3, "{}"));
  service.run("{ items { size } others { size } }");
  EXPECT_THAT(asked.log, ElementsAre(R"(Item.size 2 {"unit":"m"})", R"(Item.size 3 {"unit":"m"})"));
}

TEST_F(Batch, nobody_is_asked_for_nothing) {
  give("Query.items", copies(0, "{}"));
  give("Query.others", nullptr);
  EXPECT_EQ(service.json("{ items { size } others { size } }"), R"({"data":{"items":[],"others":null}})");
  EXPECT_TRUE(asked.log.empty());
}

TEST_F(Batch, a_resolver_sees_what_is_selected_below) {
  std::vector<bool> seen;
  service.resolvers.batch("Query.one", waiting([&seen](const FieldBatch& batch) {
                            for (const char* name : {"size", "next", "many", "nope"}) {
                              seen.push_back(batch.selects(name));
                            }
                            return Values{nullptr};
                          }));
  service.run(
      "query ($no: Boolean = false) { one { ...F many @include(if: $no) { size } } one { ... { a: size } } }"
      " fragment F on Thing { next { many { __typename } } }");
  EXPECT_THAT(seen, ElementsAre(true, true, false, false));
}

TEST_F(Batch, a_resolver_sees_its_type_field_and_call) {
  give("Query.items", copies(1, "{}"));
  service.must_be_valid = true;
  auto execution = service.prepare("{ one { size } }", "{}");
  ASSERT_TRUE(execution);
  execution->call.request_id = "r1";
  int context = 3;
  execution->context = &context;
  std::string seen;
  service.resolvers.batch("Query.one", waiting([&seen](const FieldBatch& batch) {
                            seen = batch.parent_type.name + " " + batch.field.name + " " +
                                   batch.call.request_id + " " + std::to_string(batch.of_request<int>()) +
                                   " " + std::to_string(batch.parents.size());
                            return Values{nullptr};
                          }));
  std::optional<Response> response;
  service.tasks.spawn(Service::execute_into(std::move(*execution), response));
  service.io.run();
  EXPECT_EQ(seen, "Query one r1 3 1");
}

// ---- waiting

// Resolvers that note when they begin and end, and wait for each other or for ever.
struct Bell {
  explicit Bell(boost::asio::io_context& io) : rung(io.get_executor()) {}
  base::Event rung;
  bool ringing = false;
};

base::Awaitable<Values> wait_for(Bell& bell, std::string name, std::vector<std::string>& log) {
  log.push_back(name + " begins");
  while (!bell.ringing) {
    auto woken = co_await bell.rung.wait({});
    if (!woken) {
      log.push_back(name + " " + std::string(base::name(woken.error().code)));
      co_return Values{woken.error()};
    }
  }
  log.push_back(name + " ends");
  co_return Values{1};
}

base::Awaitable<Values> ring(Bell& bell, std::string name, std::vector<std::string>& log) {
  log.push_back(name + " rings");
  bell.ringing = true;
  bell.rung.notify_all();
  co_return Values{2};
}

constexpr const char* kNumbers =
    "type Query { a: Int b: Int c: Int } type Mutation { a: Int b: Int c: Int box: Box strict: Int! }"
    " type Box { a: Int b: Int }";

struct WaitingFixture : testing::Test {
  void waits(const char* field) {
    service.resolvers.batch(field, [this, field](const FieldBatch&) { return wait_for(bell, field, log); });
  }
  void rings(const char* field) {
    service.resolvers.batch(field, [this, field](const FieldBatch&) { return ring(bell, field, log); });
  }

  Service service{kNumbers};
  Bell bell{service.io};
  std::vector<std::string> log{};
};
using Waiting = WaitingFixture;

TEST_F(Waiting, fields_of_one_level_overlap) {
  // a and b can only end after c, the last one, has begun.
  waits("Query.a");
  waits("Query.b");
  rings("Query.c");
  EXPECT_EQ(service.json("{ a b c }"), R"({"data":{"a":1,"b":1,"c":2}})");
  EXPECT_THAT(
      log, ElementsAre("Query.a begins", "Query.b begins", "Query.c rings", "Query.a ends", "Query.b ends"));
}

TEST_F(Waiting, a_mutations_root_fields_go_one_after_another_with_all_that_is_below) {
  waits("Mutation.a");
  rings("Mutation.b");
  service.resolvers.batch("Mutation.box", waiting([this](const FieldBatch&) {
                            log.emplace_back("Mutation.box");
                            return Values{json("{}")};
                          }));
  rings("Box.b");
  waits("Box.a");
  bell.ringing = false;
  EXPECT_EQ(service.json("mutation { box { a b } x: a b }"), R"({"data":{"box":{"a":1,"b":2},"x":1,"b":2}})");
  EXPECT_THAT(log, ElementsAre("Mutation.box", "Box.a begins", "Box.b rings", "Box.a ends",
                               "Mutation.a begins", "Mutation.a ends", "Mutation.b rings"));
}

TEST_F(Waiting, a_mutation_ends_at_a_field_that_takes_all_data_with_it) {
  rings("Mutation.a");
  rings("Mutation.b");
  service.resolvers.batch("Mutation.strict", waiting([](const FieldBatch&) {
                            return Values{base::Error{.code = ErrorCode::kConflict, .message = "no"}};
                          }));
  EXPECT_EQ(service.json("mutation { a strict b }"),
            R"({"errors":[{"message":"no","locations":[{"line":1,"column":14}],"path":["strict"],)"
            R"("extensions":{"code":"CONFLICT"}}],"data":null})");
  EXPECT_THAT(log, ElementsAre("Mutation.a rings"));
}

TEST_F(Waiting, a_mutation_goes_on_after_a_field_that_is_null) {
  rings("Mutation.b");
  service.resolvers.batch("Mutation.a", waiting([](const FieldBatch&) {
                            return Values{base::Error{.code = ErrorCode::kConflict, .message = "no"}};
                          }));
  const Response response = service.run("mutation { a b }");
  EXPECT_EQ(boost::json::serialize(*response.data), R"({"a":null,"b":2})");
  EXPECT_THAT(log, ElementsAre("Mutation.b rings"));
}

// Runs the query, cancels it once every resolver waits, and gives the response.
Response cancelled_amid(WaitingFixture& test, const char* query) {
  std::optional<Response> response;
  test.service.start(query, "{}", response);
  test.service.io.poll();
  EXPECT_FALSE(response);
  test.service.tasks.cancel();
  test.service.io.poll();
  EXPECT_TRUE(response);
  EXPECT_EQ(test.service.tasks.size(), 0U);
  return response ? std::move(*response) : Response();
}

constexpr const char* kCancelled =
    R"({"errors":[{"message":"cancelled","extensions":{"code":"CANCELLED"}}],"data":null})";

TEST_F(Waiting, cancelling_ends_every_resolver_before_it_ends_the_execution) {
  waits("Query.a");
  waits("Query.b");
  waits("Query.c");
  EXPECT_EQ(cancelled_amid(*this, "{ a b c }").json(), kCancelled);
  EXPECT_THAT(log, ElementsAre("Query.a begins", "Query.b begins", "Query.c begins", "Query.a CANCELLED",
                               "Query.b CANCELLED", "Query.c CANCELLED"));
}

TEST_F(Waiting, cancelling_ends_the_only_resolver) {
  waits("Query.a");
  EXPECT_EQ(cancelled_amid(*this, "{ a }").json(), kCancelled);
  EXPECT_THAT(log, ElementsAre("Query.a begins", "Query.a CANCELLED"));
}

TEST_F(Waiting, no_more_is_asked_after_cancelling) {
  rings("Mutation.b");
  waits("Mutation.a");
  EXPECT_EQ(cancelled_amid(*this, "mutation { a b }").json(), kCancelled);
  EXPECT_THAT(log, ElementsAre("Mutation.a begins", "Mutation.a CANCELLED"));
}

base::Awaitable<void> run_without_waiting(Execution execution, bool& suspended,
                                          std::optional<Response>& response) {
  suspended = true;
  response = co_await execute(std::move(execution));
  suspended = false;
}

base::Awaitable<void> note_suspension(const bool& suspended, bool& seen) {
  seen = suspended;
  co_return;
}

TEST_F(Waiting, plain_resolvers_alone_never_suspend_the_caller) {
  service.data("Query", R"({"a": 1, "b": 2})");
  auto execution = service.prepare("{ a b }", "{}");
  ASSERT_TRUE(execution);
  bool suspended = false;
  bool seen = false;
  std::optional<Response> response;
  service.tasks.spawn(run_without_waiting(std::move(*execution), suspended, response));
  service.tasks.spawn(note_suspension(suspended, seen));
  service.io.run();
  EXPECT_TRUE(response);
  EXPECT_FALSE(seen);
}

}  // namespace
}  // namespace parley::graphql
