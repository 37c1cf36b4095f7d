// links: parley_graphql
// What judging a document costs: an ordinary one, and ones that are made to be slow, as long as the parser
// lets them be.
//   ninja -C build/release graphql_documents && build/release/bench/graphql_documents src/api/schema.graphql
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "graphql/limits.h"
#include "graphql/parse.h"
#include "graphql/schema.h"
#include "graphql/validate.h"

namespace {

using namespace parley::graphql;
using Steady = std::chrono::steady_clock;

// 25 fields, a fragment, variables: what a chat page asks.
constexpr const char* kPage = R"(query Page($id: ID!, $first: Int = 50, $after: String) {
  me { id tier }
  conversation(id: $id) {
    id title createdAt updatedAt version
    messages(first: $first, after: $after) {
      edges { cursor node { ...Shown } }
      pageInfo { hasNextPage endCursor }
    }
  }
  models { id }
}
fragment Shown on Message { id role content status createdAt answer { model source } })";

std::string repeat(std::size_t count, const std::function<std::string(std::size_t)>& part) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += part(i);
  return all;
}

struct Case {
  const char* name;
  std::string document;
};

std::vector<Case> hostile() {
  auto number = [](std::size_t i) { return std::to_string(i); };
  return {
      {"one field many times", "{" + repeat(9'000, [](std::size_t) { return "__typename "; }) + "}"},
      {"many differing arguments",
       "{" + repeat(1'000, [&](std::size_t i) { return "node(id: " + number(i) + ") { id } "; }) + "}"},
      {"many differing fields",
       "{" + repeat(3'000, [&](std::size_t i) { return "a: b" + number(i) + " "; }) + "}"},
      {"one object many times", "{" + repeat(1'600, [](std::size_t) { return "me { id } "; }) + "}"},
      {"nested objects many times",
       "{" +
           repeat(24,
                  [&](std::size_t) {
                    return "me { " + repeat(24, [](std::size_t) { return "usage { day { used } } "; }) + "} ";
                  }) +
           "}"},
      {"fragments that spread each other",
       "{ me { ...F0 } }" +
           repeat(60,
                  [&](std::size_t i) {
                    return "fragment F" + number(i) + " on User { id " +
                           repeat(60, [&](std::size_t k) { return "...F" + number(k) + " "; }) + "}";
                  })},
      {"a chain of fragments", "{ me { ...F0 } }" + repeat(1'100,
                                                           [&](std::size_t i) {
                                                             return "fragment F" + number(i) +
                                                                    " on User { id ...F" + number(i + 1) +
                                                                    "}";
                                                           })},
      {"a chain of fragments spread twice", "{ ...F0 }" + repeat(600,
                                                                 [&](std::size_t i) {
                                                                   return "fragment F" + number(i) +
                                                                          " on Query { me { id } ...F" +
                                                                          number(i + 1) + " ...F" +
                                                                          number(i + 2) + "}";
                                                                 })},
      {"nesting through fragments",
       "{ ...F0 ...G0 }" + repeat(220,
                                  [&](std::size_t i) {
                                    return "fragment F" + number(i) + " on Query { node(id: 1) { ...F" +
                                           number(i + 1) + " ...G" + number(i + 1) + " } } fragment G" +
                                           number(i) + " on Query { node(id: 1) { ...G" + number(i + 1) +
                                           " } } ";
                                  })},
      {"many operations, many variables",
       "fragment F on Query {" +
           repeat(
               200,
               [&](std::size_t i) { return "a" + number(i) + ": node(id: $v" + number(i) + ") { id } "; }) +
           "}" + repeat(1'000, [&](std::size_t i) { return "query Q" + number(i) + " { ...F } "; })},
      {"unknown fields with suggestions",
       "{" + repeat(2'000, [&](std::size_t i) { return "conversatoin" + number(i) + " "; }) + "}"},
      {"unknown types", repeat(1'400,
                               [&](std::size_t i) {
                                 return "fragment F" + number(i) + " on CreateConversationPayloaf" +
                                        number(i % 10) + " { id } ";
                               })},
      {"many directives",
       "{ me " + repeat(1'400, [](std::size_t) { return "@skip(if: false) "; }) + "{ id } }"},
      {"many definitions of directives",
       "{ me " + repeat(900, [](std::size_t) { return "@d "; }) + "{ id } }" +
           repeat(1'000, [&](std::size_t i) { return "directive @d" + number(i) + " on FIELD "; })},
      {"introspection through fragments",
       "{ __schema { types { ...F0 } } }" + repeat(600,
                                                   [&](std::size_t i) {
                                                     return "fragment F" + number(i) +
                                                            " on __Type { ofType { ...F" + number(i + 1) +
                                                            " ...F" + number(i + 2) + " } } ";
                                                   })},
      {"a long cycle many times",
       "{ me { ...F0 } }" +
           repeat(700,
                  [&](std::size_t i) {
                    return "fragment F" + number(i) + " on User { ...F" + number(i + 1) + " ...F0 }";
                  }) +
           "fragment F700 on User { " + repeat(600, [&](std::size_t i) { return "...F" + number(i) + " "; }) +
           "}"},
      {"many arguments",
       "{" +
           repeat(12,
                  [&](std::size_t) {
                    return "node(" + repeat(250, [&](std::size_t i) { return "a" + number(i) + ": 1 "; }) +
                           ") { id } ";
                  }) +
           "}"},
      {"long values", "{" +
                          repeat(30,
                                 [&](std::size_t i) {
                                   return "usage(from: [" +
                                          repeat(150, [](std::size_t k) { return std::to_string(k) + " "; }) +
                                          number(i) + "], to: {a: [" +
                                          repeat(150, [](std::size_t k) { return std::to_string(k) + " "; }) +
                                          "]}) { day } ";
                                 }) +
                          "}"},
  };
}

double micros(const std::function<void()>& work, int times) {
  auto began = Steady::now();
  for (int i = 0; i < times; ++i) work();
  return std::chrono::duration<double, std::micro>(Steady::now() - began).count() / times;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: %s SCHEMA\n", argv[0]);
    return 2;
  }
  std::ostringstream sdl;
  sdl << std::ifstream(argv[1]).rdbuf();
  auto schema = Schema::make(sdl.str());
  if (!schema) {
    std::fprintf(stderr, "%s\n", schema.error().front().message.c_str());
    return 1;
  }
  auto page = parse(kPage);
  auto wrong = validate(**schema, **page);
  if (!wrong.empty()) {
    std::fprintf(stderr, "the page is not valid: %s\n", wrong.front().message.c_str());
    return 1;
  }
  const auto& operation = std::get<OperationDefinition>((*page)->definitions.front());
  boost::json::object variables{{"id", "1"}, {"first", 50}};
  double judged = micros([&] { (void)validate(**schema, **page); }, 20'000);
  std::printf("a page, 26 fields: parse %.1f us, validate %.1f us, cost %.1f us\n\n",
              micros([] { (void)parse(kPage); }, 20'000), judged,
              micros([&] { (void)operation_cost(**schema, **page, operation, variables); }, 20'000));
  std::printf("%-36s %8s %8s %10s %10s  %s\n", "hostile document", "bytes", "tokens", "validate", "cost",
              "first error");
  for (const Case& each : hostile()) {
    auto document = parse(each.document);
    if (!document) {
      std::printf("%-36s %s\n", each.name, document.error().message.c_str());
      continue;
    }
    std::vector<GraphqlError> errors;
    double took = micros([&] { errors = validate(**schema, **document); }, 3);
    double cost = 0;
    for (const Definition& definition : (*document)->definitions) {
      const auto* first = std::get_if<OperationDefinition>(&definition);
      if (first == nullptr) continue;
      cost = micros([&] { (void)operation_cost(**schema, **document, *first, {}); }, 3);
      break;
    }
    std::printf("%-36s %8zu %8zu %7.2f ms %7.2f ms  %s\n", each.name, each.document.size(),
                (*document)->tokens, took / 1000, cost / 1000,
                errors.empty() ? "-" : errors.back().message.substr(0, 60).c_str());
  }
  return judged < 50 ? 0 : 1;
}
