#include "net/request_head.h"

#include <algorithm>
#include <array>

#include "net/grammar.h"

namespace parley::net {
namespace {

bool clients_own(std::string_view name) {
  switch (name.size()) {
    case 4:
      return iequals(name, "Host");
    case 10:
      return iequals(name, "Connection");
    case 14:
      return iequals(name, "Content-Length");
    case 17:
      return iequals(name, "Transfer-Encoding");
    default:
      return false;
  }
}

std::unexpected<base::Error> cannot_be_sent(std::string why) {
  return base::fail(base::ErrorCode::kInternal, "the upstream request cannot be sent", std::move(why));
}

// RFC 9110, 8.6: also an empty one is announced where the method says that there is one.
bool has_length(const ClientRequest& request) {
  return !request.body.empty() || request.method == "POST" || request.method == "PUT" ||
         request.method == "PATCH";
}

}  // namespace

base::Result<void> check_request(const ClientRequest& request) {
  if (!is_token(request.method) || request.method == "CONNECT") return cannot_be_sent("the method");
  if (request.url.host.empty() ||
      request.url.host.find_first_of(std::string_view(" \t\r\n\0/?#@\\", 10)) != std::string::npos) {
    return cannot_be_sent("the host");
  }
  if (!request.url.target.starts_with('/') || !is_path_and_query(request.url.target)) {
    return cannot_be_sent("the target");
  }
  for (const Header field : request.headers) {
    if (!is_token(field.name) || !is_field_value(field.value)) {
      return cannot_be_sent("the header field " + std::string(field.name));
    }
  }
  return {};
}

void append_request_head(std::string& out, const ClientRequest& request, const base::Call& call) {
  out.append(request.method).append(" ").append(request.url.target).append(" HTTP/1.1\r\nHost: ");
  out.append(request.url.authority()).append("\r\n");
  for (const Header field : request.headers) {
    if (clients_own(field.name)) continue;
    out.append(field.name).append(": ").append(field.value).append("\r\n");
  }
  if (!call.traceparent.empty() && is_field_value(call.traceparent) &&
      !request.headers.contains("traceparent")) {
    out.append("traceparent: ").append(call.traceparent).append("\r\n");
  }
  if (has_length(request)) {
    out.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
  }
  out.append("\r\n");
}

bool is_idempotent(std::string_view method) {
  constexpr std::array<std::string_view, 6> kMethods{"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"};
  return std::ranges::find(kMethods, method) != kMethods.end();
}

}  // namespace parley::net
