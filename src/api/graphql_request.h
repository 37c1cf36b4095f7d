// A GraphQL request as it comes over HTTP (github.com/graphql/graphql-over-http, of 2025) and WebSocket.
// Pure; any thread.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "base/error.h"
#include "net/http.h"

namespace parley::api {

struct GraphqlRequest {
  std::string query;
  // Empty where there is none.
  std::string operation_name{};
  boost::json::object variables{};
};

// From the members `query`, `operationName`, `variables` and `extensions` of a JSON object; others are
// overlooked, as the specification asks. BAD_USER_INPUT, naming the member.
[[nodiscard]] base::Result<GraphqlRequest> parse_graphql_request(boost::json::object body);

// From the query of a GET's target. BAD_USER_INPUT, naming the parameter.
[[nodiscard]] base::Result<GraphqlRequest> parse_graphql_query(const net::Request& request);

enum class MediaType : std::uint8_t { kNone, kResponse, kJson, kHtml };

// The media type of the answer that an Accept header asks for, by its weights:
// application/graphql-response+json, application/json, or text/html where `html` may be given; where several
// weigh the same, in this order but that JSON is preferred for "*/*", as older clients expect. JSON without a
// header. kNone: none of them.
MediaType negotiate(std::string_view accept, bool html);

// Whether a Content-Type is application/json, in UTF-8 where it names an encoding.
bool is_json(std::string_view content_type);

}  // namespace parley::api
