// links: parley_graphql
// What a GraphQL request costs beside its resolvers' own work, in processor time: from source text to
// response text.
//   ninja -C build/release graphql_execute && build/release/bench/graphql_execute src/api/schema.graphql
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/json/parse.hpp>

#include "base/task_group.h"
#include "graphql/document_cache.h"
#include "graphql/execute.h"
#include "graphql/limits.h"

namespace {

using namespace parley;
using namespace parley::graphql;

struct Message {
  std::string id = "01KG8Y6Q3S7Z4V9W2X5T8R1M0N";
  std::string content = "What is the capital of France, and why did it become that?";
  std::string created_at = "2026-01-31T09:30:00.000Z";
};
using MessagePtr = std::shared_ptr<const Message>;

constexpr const char* kSend = R"(mutation Send($input: SendMessageInput!) { sendMessage(input: $input) {
  replayed conversation { id title version } turn { id status lastEvent }
  userMessage { id role content createdAt } assistantMessage { id role content status } } })";
constexpr const char* kInput =
    R"({"input": {"conversationId": "01KG8Y6Q3S7Z4V9W2X5T8R1M0N", "content": "What is it?", "clientMessageId": "c1"}})";
constexpr const char* kPage = R"(query Page($id: ID!) { conversation(id: $id) { id title messages(first: 50) {
  edges { cursor node { id role content status createdAt } } pageInfo { hasNextPage endCursor } } } })";
constexpr const char* kTwo = R"({ me { id } models { id } })";
constexpr const char* kEvent = R"(subscription ($id: ID!) { turn(id: $id) { seq kind text } })";

template <class Give>
base::Awaitable<Values> give(std::size_t count, Give each) {
  Values values;
  for (std::size_t i = 0; i < count; ++i) values.push_back(each());
  co_return values;
}

template <class Give>
BatchResolver giving(Give each) {
  return [each](const FieldBatch& batch) { return give(batch.parents.size(), each); };
}

void text_fields(Resolvers& to, const std::string& type, std::initializer_list<const char*> fields) {
  for (const char* field : fields) {
    to.member<Message>(type + "." + field, [](const Message& message) { return message.id; });
  }
}

void constant(Resolvers& to, const char* field, Resolved value) {
  to.plain(field, [value](const Object&, const boost::json::object&, void*) { return value; });
}

Resolvers resolvers() {
  Resolvers to;
  const auto message = std::make_shared<const Message>();
  const auto object = [message] { return Resolved::object(message); };
  to.batch("Mutation.sendMessage", giving(object));
  to.batch("Query.conversation", giving(object));
  to.batch("Query.me", giving(object));
  to.batch("Query.models", giving([object] { return Resolved(Resolved::List(10, object())); }));
  to.batch("Conversation.messages", giving(object));
  to.plain("MessageConnection.edges", [object](const Object&, const boost::json::object&, void*) {
    return Resolved(Resolved::List(50, object()));
  });
  for (const char* field :
       {"SendMessagePayload.conversation", "SendMessagePayload.turn", "SendMessagePayload.userMessage",
        "SendMessagePayload.assistantMessage", "MessageConnection.pageInfo", "MessageEdge.node"}) {
    to.plain(field, [object](const Object&, const boost::json::object&, void*) { return object(); });
  }
  text_fields(to, "Message", {"id"});
  text_fields(to, "Conversation", {"id", "title"});
  text_fields(to, "Turn", {"id"});
  text_fields(to, "User", {"id"});
  text_fields(to, "Model", {"id"});
  text_fields(to, "MessageEdge", {"cursor"});
  text_fields(to, "PageInfo", {"endCursor"});
  to.member<Message>("Message.content", [](const Message& each) { return each.content; });
  to.member<Message>("Message.createdAt", [](const Message& each) { return each.created_at; });
  constant(to, "Message.role", "USER");
  constant(to, "Message.status", "COMPLETE");
  constant(to, "Turn.status", "COMPLETE");
  constant(to, "Turn.lastEvent", 17);
  constant(to, "Conversation.version", 3);
  constant(to, "SendMessagePayload.replayed", false);
  constant(to, "PageInfo.hasNextPage", true);
  constant(to, "TurnEvent.seq", 12);
  constant(to, "TurnEvent.kind", "DELTA");
  constant(to, "TurnEvent.text", " token");
  return to;
}

class Events final : public EventSource {
 public:
  explicit Events(std::size_t count) : left_(count) {}
  base::Awaitable<base::Result<std::optional<Resolved>>> next(base::Deadline) override {
    if (left_-- == 0) co_return std::nullopt;
    co_return Resolved::object(event_);
  }

 private:
  MessagePtr event_ = std::make_shared<const Message>();
  std::size_t left_;
};

base::Awaitable<base::Result<std::unique_ptr<EventSource>>> events(std::size_t count) {
  co_return std::make_unique<Events>(count);
}

double processor_us() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

// Holds what is computed, so that it is.
std::size_t sink = 0;

void report(const char* what, double us, std::size_t runs) {
  std::printf("%-58s %9.2f us\n", what, us / static_cast<double>(runs));
}

void measure(const char* what, std::size_t runs, const std::function<void()>& once) {
  for (std::size_t i = 0; i < runs / 10 + 1; ++i) once();
  const double began = processor_us();
  for (std::size_t i = 0; i < runs; ++i) once();
  report(what, processor_us() - began, runs);
}

base::Awaitable<void> execute_often(Execution execution, const char* what, std::size_t runs) {
  for (std::size_t i = 0; i < runs / 10; ++i) sink += (co_await execute(execution)).errors.size();
  const double began = processor_us();
  for (std::size_t i = 0; i < runs; ++i) sink += (co_await execute(execution)).errors.size();
  report(what, processor_us() - began, runs);
  const Response response = co_await execute(execution);
  if (!response.errors.empty()) std::printf("  %s\n", response.json().c_str());
  measure("  and its response as text", runs, [&response] { sink += response.json().size(); });
}

base::Awaitable<void> follow(Execution execution, std::size_t runs) {
  auto stream = co_await subscribe(std::move(execution));
  if (!stream) {
    std::printf("  %s\n", stream.error().json().c_str());
    co_return;
  }
  const double began = processor_us();
  std::size_t seen = 0;
  while (true) {
    auto response = co_await (*stream)->next({});
    if (!response || !*response) break;
    ++seen;
    sink += (*response)->errors.size();
  }
  report("a subscription's event with 3 leaves", processor_us() - began, seen);
}

void run(const SchemaPtr& schema) {
  const Resolvers plain = resolvers();
  Resolvers all = plain;
  all.subscribe("Subscription.turn", [](SubscribeCall) { return events(200'000); });
  DocumentCache cache(schema);
  boost::asio::io_context io(1);
  base::TaskGroup tasks(io.get_executor());

  DocumentCache forgetful(schema, {.max_documents = 0});
  measure("sendMessage: parse and validate", 5'000,
          [&] { sink += forgetful.get(kSend).has_value() ? 1 : 0; });
  measure("sendMessage: the document is known", 100'000,
          [&] { sink += cache.get(kSend).has_value() ? 1 : 0; });
  const boost::json::object id{{"id", "01KG8Y6Q3S7Z4V9W2X5T8R1M0N"}};
  const boost::json::object input = boost::json::parse(kInput).as_object();
  const auto prepared = [&](const char* source) { return (*cache.get(source))->document; };
  const auto document = prepared(kSend);
  const OperationDefinition& operation = **find_operation(*document, "");
  measure("sendMessage: variables", 100'000,
          [&] { sink += coerce_variables(*schema, *document, operation, input)->size(); });
  const auto variables = coerce_variables(*schema, *document, operation, input);
  measure("sendMessage: cost", 100'000, [&] {
    sink += static_cast<std::size_t>(operation_cost(*schema, *document, operation, *variables).cost);
  });

  struct Case {
    const char* what;
    const char* source;
    std::size_t runs;
  };
  std::vector<DocumentPtr> documents;
  for (const Case& each : {Case{"sendMessage: execution, 15 leaves", kSend, 100'000},
                           Case{"a page of 50 messages: execution, 304 leaves", kPage, 5'000},
                           Case{"two waiting fields, 11 leaves", kTwo, 50'000}}) {
    documents.push_back(prepared(each.source));
    tasks.spawn(execute_often({.schema = *schema,
                               .resolvers = all,
                               .document = *documents.back(),
                               .operation = **find_operation(*documents.back(), ""),
                               .variables = each.source == kSend ? *variables : id},
                              each.what, each.runs));
    io.restart();
    io.run();
  }
  documents.push_back(prepared(kEvent));
  tasks.spawn(follow({.schema = *schema,
                      .resolvers = all,
                      .document = *documents.back(),
                      .operation = **find_operation(*documents.back(), ""),
                      .variables = id},
                     200'000));
  io.restart();
  io.run();
}

}  // namespace

int main(int argc, char** argv) {
  std::ifstream file(argc > 1 ? argv[1] : "src/api/schema.graphql");
  std::stringstream sdl;
  sdl << file.rdbuf();
  auto schema = Schema::make(sdl.str());
  if (!schema) {
    std::fprintf(stderr, "%s\n", schema.error().front().message.c_str());
    return 1;
  }
  run(*schema);
  return sink == 0 ? 1 : 0;
}
