// links: parley_providers
// Answers as providers send them, streamed and whole: whole and in pieces must come to the same events, which
// come in their order, and to the same end. The first byte says in which form and in what pieces.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <boost/json/parse.hpp>

#include "net/websocket_frame.h"
#include "providers/openai_error.h"
#include "providers/openai_reply.h"

namespace {

using namespace parley::providers;

constexpr OpenAiReplyLimits kLimits{.event_bytes = 2048, .body_bytes = 8192};

void require(bool sound) {
  if (!sound) std::abort();
}

bool utf8(std::string_view text) {
  parley::net::Utf8Check check;
  return check.feed(text) && check.complete();
}

struct Told {
  std::string events;
  bool reported = false;
  bool finished = false;

  void add(const ProviderEvent& event) {
    require(!finished);
    if (const auto* text = std::get_if<TextDelta>(&event)) {
      require(!reported && !text->text.empty() && utf8(text->text));
      events += '[' + text->text + ']';
    } else if (const auto* extra = std::get_if<ExtraDelta>(&event)) {
      require(!reported);
      const auto value = boost::json::parse(extra->json);
      require(value.is_object() && !value.get_object().empty());
      events += extra->json;
    } else if (const auto* report = std::get_if<UsageReport>(&event)) {
      require(!reported);
      reported = true;
      const auto& usage = report->usage;
      require(usage.input.count() >= 0 && usage.output.count() >= 0 && usage.cached_input <= usage.input);
      require(usage.total().count() <= 2'000'000'000 && usage.cost.count() == 0);
      events += '<' + std::to_string(usage.total().count()) + '>';
    } else {
      finished = true;
      require(!std::get<Finish>(event).reason.empty());
      events += '(' + std::get<Finish>(event).reason + ')';
    }
  }
};

void check(const parley::base::Error& error) {
  require(error.code == parley::base::ErrorCode::kProviderUnavailable && !error.message.empty());
  require(error.cause.size() < 600 && utf8(error.cause) && !error.cause.contains("sk-secret"));
}

std::string read_all(std::string_view data, OpenAiReply::Form form, std::size_t piece) {
  OpenAiReply reply(form, kLimits, "sk-secret");
  Told told;
  const auto drain = [&] {
    while (const auto event = reply.next()) told.add(*event);
  };
  while (!data.empty() && !reply.complete()) {
    const auto fed = reply.feed(data.substr(0, piece));
    drain();
    require(told.finished == reply.complete());
    if (!fed) {
      check(fed.error());
      return told.events + '!';
    }
    data.remove_prefix(std::min(piece, data.size()));
  }
  const auto ended = reply.end();
  drain();
  require(told.finished == ended.has_value());
  if (ended) return told.events;
  check(ended.error());
  return told.events + '!';
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < 2 || size > 16384) return 0;
  const std::string_view data(reinterpret_cast<const char*>(bytes) + 1, size - 1);
  const auto form = (bytes[0] & 1U) != 0 ? OpenAiReply::Form::kWhole : OpenAiReply::Form::kStream;
  const std::string whole = read_all(data, form, data.size());
  // Where the answer is too long, how much of it was understood depends on the pieces.
  if (data.size() <= kLimits.body_bytes) require(whole == read_all(data, form, 1U + bytes[0] / 2));
  // The same bytes as a refusal.
  const auto error =
      status_error(400 + bytes[0], {}, data, "sk-secret", parley::base::WallTime(std::chrono::seconds(1)));
  require(error.cause.size() < 600 && utf8(error.cause) && !error.cause.contains("sk-secret"));
  return 0;
}
