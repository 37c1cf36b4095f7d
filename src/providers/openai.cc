#include "providers/openai.h"

#include <algorithm>
#include <utility>

#include <boost/json/parse.hpp>

#include "providers/json_text.h"
#include "providers/openai_error.h"
#include "providers/openai_stream.h"

namespace parley::providers {

using base::Awaitable;
using base::ErrorCode;
using base::Result;

namespace {

// A refusal that takes more to say is known by its status alone.
constexpr std::size_t kMaxRefusalBytes = std::size_t{64} << 10;
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kEventStream = "text/event-stream";

bool is_media_type(std::string_view header, std::string_view type) {
  std::string_view media = header.substr(0, header.find(';'));
  while (media.ends_with(' ') || media.ends_with('\t')) media.remove_suffix(1);
  return net::iequals(media, type);
}

Result<OpenAiReply::Form> form_of(const net::Headers& headers) {
  const auto coding = headers.get("Content-Encoding");
  if (coding && !net::iequals(*coding, "identity")) {
    return std::unexpected(broken_answer("the answer is encoded, which was not asked for"));
  }
  const std::string_view type = headers.get("Content-Type").value_or("");
  // A server may stream though it was not asked to, or the other way round: what it says it does is read.
  if (is_media_type(type, kEventStream)) return OpenAiReply::Form::kStream;
  if (is_media_type(type, kJson)) return OpenAiReply::Form::kWhole;
  return std::unexpected(broken_answer("the answer's content type is '" + for_log(type, {}) + "'"));
}

bool visible_ascii(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c < 0x7f; });
}

}  // namespace

Result<std::unique_ptr<OpenAiProvider>> OpenAiProvider::make(OpenAiOptions options, net::Client& client,
                                                             const base::Clock& clock) {
  auto base = net::parse_url(options.base_url);
  if (!base) return base::fail(std::move(base));
  if (!visible_ascii(options.api_key)) {
    return base::fail(ErrorCode::kBadUserInput,
                      "the provider's key holds a space, a line end or another "
                      "character that a key cannot have");
  }
  return std::unique_ptr<OpenAiProvider>(
      new OpenAiProvider(std::move(options), std::move(*base), client, clock));
}

OpenAiProvider::OpenAiProvider(OpenAiOptions options, net::Url base, net::Client& client,
                               const base::Clock& clock)
    : options_(std::move(options)), base_(std::move(base)), client_(client), clock_(clock) {}

net::ClientRequest OpenAiProvider::post(std::string_view path, std::string body,
                                        std::string_view accept) const {
  net::ClientRequest request{.method = "POST", .url = base_, .headers = options_.headers};
  const std::size_t query = std::min(base_.target.find('?'), base_.target.size());
  std::string target = base_.target.substr(0, query);
  while (target.ends_with('/')) target.pop_back();
  request.url.target = target.append(path).append(base_.target, query);
  request.headers.set("Content-Type", kJson);
  request.headers.set("Accept", accept);
  if (!options_.api_key.empty()) request.headers.set("Authorization", "Bearer " + options_.api_key);
  request.body = std::move(body);
  request.timeouts = options_.timeouts;
  return request;
}

// The answer's head, with a status of success.
Awaitable<Result<std::unique_ptr<net::ClientResponse>>> OpenAiProvider::ask(base::Call call,
                                                                            net::ClientRequest request) {
  auto response = co_await client_.send(std::move(call), std::move(request));
  if (!response) co_return base::fail(std::move(response));
  const int status = (*response)->status();
  if (status >= 200 && status < 300) co_return response;
  auto body = co_await (*response)->read_all(kMaxRefusalBytes);
  if (!body && body.error().code == ErrorCode::kCancelled) co_return base::fail(std::move(body));
  co_return std::unexpected(
      status_error(status, (*response)->headers(), body.value_or(""), options_.api_key, clock_.wall_now()));
}

Awaitable<Result<std::unique_ptr<ChatStream>>> OpenAiProvider::chat(base::Call call, ChatRequest request) {
  auto response =
      co_await ask(std::move(call), post("/chat/completions", write_chat_body(request, options_.dialect),
                                         request.stream ? kEventStream : kJson));
  if (!response) co_return base::fail(std::move(response));
  const auto form = form_of((*response)->headers());
  if (!form) co_return std::unexpected(form.error());
  co_return std::make_unique<OpenAiStream>(std::move(*response),
                                           OpenAiReply(*form, options_.limits, options_.api_key));
}

Awaitable<Result<boost::json::value>> OpenAiProvider::embeddings(base::Call call,
                                                                 boost::json::object request) {
  std::string body;
  append_json(body, std::move(request));
  auto response = co_await ask(std::move(call), post("/embeddings", std::move(body), kJson));
  if (!response) co_return base::fail(std::move(response));
  auto text = co_await (*response)->read_all(options_.max_embeddings_bytes);
  if (!text && text.error().code == ErrorCode::kPayloadTooLarge) {
    co_return std::unexpected(broken_answer("the embeddings are longer than is read"));
  }
  if (!text) co_return base::fail(std::move(text));
  boost::system::error_code malformed;
  boost::json::value reply = boost::json::parse(*text, malformed);
  if (malformed)
    co_return std::unexpected(broken_answer("the embeddings are not JSON: " + malformed.message()));
  if (is_fault(reply)) co_return std::unexpected(fault_error(read_fault(reply), options_.api_key));
  if (!reply.is_object()) co_return std::unexpected(broken_answer("the embeddings are no JSON object"));
  co_return reply;
}

}  // namespace parley::providers
