#include "api/graphql_request.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "api/chat_request.h"

namespace parley::api {

namespace json = boost::json;
using base::ErrorCode;
using base::Result;

namespace {

std::unexpected<base::Error> bad(std::string message) {
  return base::fail(ErrorCode::kBadUserInput, std::move(message));
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// The part up to `separator`, taken off `text`; all of it where there is none. Quotes are honoured.
std::string_view next_part(std::string_view& text, char separator) {
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') quoted = !quoted;
    if (text[i] == '\\' && quoted) {
      ++i;
    } else if (text[i] == separator && !quoted) {
      const std::string_view part = text.substr(0, i);
      text.remove_prefix(i + 1);
      return trimmed(part);
    }
  }
  return trimmed(std::exchange(text, {}));
}

// The weight of a media range's parameters, in thousandths (RFC 9110, 12.4.2); nothing for a range that is
// not to be had, as for a charset other than UTF-8.
std::optional<int> weight_of(std::string_view parameters) {
  int weight = 1000;
  while (!parameters.empty()) {
    std::string_view value = next_part(parameters, ';');
    const std::string_view name = next_part(value, '=');
    if (net::iequals(name, "q")) {
      double q = 0;
      const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), q);
      if (error != std::errc{} || end != value.data() + value.size() || q < 0 || q > 1) return std::nullopt;
      weight = static_cast<int>(q * 1000);
    } else if (net::iequals(name, "charset")) {
      if (!net::iequals(value, "utf-8") && !net::iequals(value, "\"utf-8\"")) return std::nullopt;
    }
  }
  return weight;
}

// {media range, what it may be given}, the more telling ranges first.
struct Range {
  std::string_view text;
  std::array<MediaType, 3> types;
};
constexpr std::array kRanges{
    Range{"application/graphql-response+json", {MediaType::kResponse}},
    Range{"application/json", {MediaType::kJson}},
    Range{"text/html", {MediaType::kHtml}},
    Range{"application/*", {MediaType::kJson, MediaType::kResponse}},
    Range{"text/*", {MediaType::kHtml}},
    Range{"*/*", {MediaType::kJson, MediaType::kResponse, MediaType::kHtml}},
};

}  // namespace

Result<GraphqlRequest> parse_graphql_request(json::object body) {
  GraphqlRequest request;
  const json::value* query = body.if_contains("query");
  if (query == nullptr || query->is_null()) return bad("query is missing");
  if (!query->is_string()) return bad("query is not a string");
  request.query = std::string(query->get_string());
  if (const json::value* name = body.if_contains("operationName"); name != nullptr && !name->is_null()) {
    if (!name->is_string()) return bad("operationName is not a string");
    request.operation_name = std::string(name->get_string());
  }
  if (json::value* variables = body.if_contains("variables"); variables != nullptr && !variables->is_null()) {
    if (!variables->is_object()) return bad("variables is not an object");
    request.variables = std::move(variables->get_object());
  }
  if (const json::value* extensions = body.if_contains("extensions");
      extensions != nullptr && !extensions->is_null() && !extensions->is_object()) {
    return bad("extensions is not an object");
  }
  return request;
}

Result<GraphqlRequest> parse_graphql_query(const net::Request& request) {
  const auto target = boost::urls::parse_origin_form(request.target);
  if (!target) return bad("the query of the URL cannot be read");
  json::object body;
  boost::urls::encoding_opts options;
  options.space_as_plus = true;
  for (const auto parameter : target->params(options)) {
    if (parameter.key == "query" || parameter.key == "operationName") {
      body[parameter.key] = parameter.value;
    } else if ((parameter.key == "variables" || parameter.key == "extensions") && !parameter.value.empty()) {
      auto value = parse_json_object(parameter.value);
      if (!value) return bad(parameter.key + " is not a JSON object");
      body[parameter.key] = std::move(*value);
    }
  }
  return parse_graphql_request(std::move(body));
}

MediaType negotiate(std::string_view accept, bool html) {
  if (trimmed(accept).empty()) return MediaType::kJson;
  // For each type the weight that its most telling range gives it.
  std::array<int, 4> weights{};
  std::array<std::size_t, 4> telling{};
  telling.fill(kRanges.size());
  MediaType asked_first = MediaType::kNone;
  while (!accept.empty()) {
    std::string_view parameters = next_part(accept, ',');
    const std::string_view range = next_part(parameters, ';');
    const auto weight = weight_of(parameters);
    if (!weight) continue;
    for (std::size_t i = 0; i < kRanges.size(); ++i) {
      if (!net::iequals(range, kRanges[i].text)) continue;
      for (const MediaType type : kRanges[i].types) {
        const auto at = static_cast<std::size_t>(type);
        if (type == MediaType::kNone || i >= telling[at]) continue;
        telling[at] = i;
        weights[at] = *weight;
      }
      if (asked_first == MediaType::kNone && *weight > 0) asked_first = kRanges[i].types.front();
    }
  }
  if (!html) weights[static_cast<std::size_t>(MediaType::kHtml)] = 0;
  // JSON comes before the other where only a wildcard named both.
  const bool wild = telling[static_cast<std::size_t>(MediaType::kResponse)] >= 3;
  const std::array order = wild ? std::array{MediaType::kJson, MediaType::kResponse, MediaType::kHtml}
                                : std::array{MediaType::kResponse, MediaType::kJson, MediaType::kHtml};
  MediaType best = MediaType::kNone;
  for (const MediaType type : order) {
    const int weight = weights[static_cast<std::size_t>(type)];
    if (weight > 0 && (best == MediaType::kNone || weight > weights[static_cast<std::size_t>(best)]))
      best = type;
  }
  // A browser names HTML first and JSON by a wildcard, if at all.
  if (html && asked_first == MediaType::kHtml) return MediaType::kHtml;
  return best;
}

bool is_json(std::string_view content_type) {
  std::string_view rest = content_type;
  if (!net::iequals(next_part(rest, ';'), "application/json")) return false;
  return weight_of(rest).has_value();
}

}  // namespace parley::api
