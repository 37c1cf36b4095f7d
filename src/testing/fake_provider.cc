#include "testing/fake_provider.h"

#include <utility>

#include <boost/asio/post.hpp>
#include <boost/json/serialize.hpp>

namespace parley::testing {

using base::Awaitable;
using base::ErrorCode;
using base::Result;

Script say(const std::vector<std::string>& pieces, bool with_usage) {
  Script script;
  std::int64_t output = 0;
  for (const std::string& piece : pieces) {
    script.steps.emplace_back(providers::ProviderEvent(providers::TextDelta{piece}));
    ++output;
  }
  if (with_usage) {
    script.steps.emplace_back(
        providers::ProviderEvent(providers::UsageReport{.usage = {.input = model::Tokens(100),
                                                                  .cached_input = model::Tokens(40),
                                                                  .output = model::Tokens(output)}}));
  }
  script.steps.emplace_back(providers::ProviderEvent(providers::Finish{"stop"}));
  return script;
}

std::string wire(const providers::ChatRequest& request) {
  boost::json::array messages;
  for (const providers::ChatMessage& message : request.messages) {
    boost::json::object written{{"role", message.role}, {"content", message.content}};
    for (const auto& member : message.extra) written.insert(member);
    messages.push_back(std::move(written));
  }
  boost::json::object body{{"model", request.model}, {"messages", std::move(messages)}};
  if (request.max_output_tokens) body["max_output_tokens"] = *request.max_output_tokens;
  if (request.temperature) body["temperature"] = *request.temperature;
  for (const auto& member : request.extra) body.insert(member);
  return boost::json::serialize(body);
}

class FakeProvider::Stream final : public providers::ChatStream {
 public:
  Stream(FakeProvider& provider, base::Deadline deadline, std::vector<Step> steps)
      : provider_(provider), deadline_(deadline), steps_(std::move(steps)) {
    ++provider_.open;
  }
  ~Stream() override {
    --provider_.open;
    if (at_ < steps_.size()) ++provider_.cut_off;
  }

  Awaitable<Result<std::optional<providers::ProviderEvent>>> next() override {
    using Next = std::optional<providers::ProviderEvent>;
    for (;;) {
      if (provider_.spread) co_await boost::asio::post(base::kTuple);
      if (co_await base::cancelled()) co_return base::fail(ErrorCode::kCancelled, "cancelled");
      if (at_ < steps_.size() && !std::holds_alternative<Hold>(steps_[at_])) {
        Step step = std::move(steps_[at_++]);
        if (std::holds_alternative<BreakOff>(step)) co_return Next();
        if (auto* error = std::get_if<base::Error>(&step)) co_return std::unexpected(std::move(*error));
        finished_ = std::holds_alternative<providers::Finish>(std::get<providers::ProviderEvent>(step));
        co_return Next(std::move(std::get<providers::ProviderEvent>(step)));
      }
      if (finished_) co_return Next();
      const int seen = provider_.releases_;
      ++provider_.holding;
      Result<void> woken{};
      while (woken && provider_.releases_ == seen) woken = co_await provider_.released_.wait(deadline_);
      --provider_.holding;
      if (!woken) co_return base::fail(std::move(woken));
      if (at_ < steps_.size()) ++at_;
    }
  }

 private:
  FakeProvider& provider_;
  base::Deadline deadline_;
  std::vector<Step> steps_;
  std::size_t at_ = 0;
  bool finished_ = false;
};

Awaitable<Result<std::unique_ptr<providers::ChatStream>>> FakeProvider::chat(base::Call call,
                                                                             providers::ChatRequest request) {
  requests.push_back(std::move(request));
  Script script = otherwise;
  if (answer) {
    script = answer(requests.back());
  } else if (!scripts.empty()) {
    script = std::move(scripts.front());
    scripts.pop_front();
  }
  co_await boost::asio::post(base::kTuple);
  if (script.refuse) co_return std::unexpected(std::move(*script.refuse));
  const base::Deadline deadline = heeds_deadline ? call.deadline : base::Deadline();
  if (hold_head) {
    ++holding;
    auto woken = co_await released_.wait(deadline);
    --holding;
    if (!woken) co_return base::fail(std::move(woken));
  }
  co_return std::make_unique<Stream>(*this, deadline, std::move(script.steps));
}

Awaitable<Result<boost::json::value>> FakeProvider::embeddings(base::Call, boost::json::object request) {
  embedded.push_back(std::move(request));
  co_await boost::asio::post(base::kTuple);
  if (vectors) co_return *vectors;
  co_return base::fail(ErrorCode::kProviderRejected, "this provider has no embeddings");
}

}  // namespace parley::testing
