// A provider that says what a test tells it to, and remembers what it was asked.
//
// Belongs to one worker, like any provider.
#pragma once

#include <deque>
#include <functional>
#include <string>
#include <variant>
#include <vector>

#include "base/async.h"
#include "providers/provider.h"

namespace parley::testing {

// Waits until FakeProvider::release(), or the end of the call.
struct Hold {};

// Ends the answer without a Finish, as no provider may.
struct BreakOff {};

// What one answer does, in order: events, a hold, or an error that ends it.
using Step = std::variant<providers::ProviderEvent, Hold, BreakOff, base::Error>;

struct Script {
  // Fails chat() itself.
  std::optional<base::Error> refuse{};
  // Without a Finish or an error at the end the stream holds on for ever.
  std::vector<Step> steps{};
};

// "one ", "two " and so on as pieces, a usage and a finish.
Script say(const std::vector<std::string>& pieces, bool with_usage = true);

// The request as a provider might write it: model, roles and contents, for comparing byte by byte.
std::string wire(const providers::ChatRequest& request);

class FakeProvider final : public providers::Provider {
 public:
  explicit FakeProvider(boost::asio::any_io_executor executor) : released_(std::move(executor)) {}

  base::Awaitable<base::Result<std::unique_ptr<providers::ChatStream>>> chat(
      base::Call call, providers::ChatRequest request) override;
  base::Awaitable<base::Result<boost::json::value>> embeddings(base::Call call,
                                                               boost::json::object request) override;

  // Where it is set, what is answered to what.
  std::function<Script(const providers::ChatRequest&)> answer{};
  // Else the next answers, in order; when they are used up, `otherwise`.
  std::deque<Script> scripts{};
  Script otherwise = say({"one ", "two ", "three"});
  // Every event comes in a turn of the loop of its own; off: they all arrive together.
  bool spread = true;
  // Says nothing at all until released.
  bool hold_head = false;
  // Off: a Hold outlasts the call's deadline.
  bool heeds_deadline = true;

  void release() {
    ++releases_;
    released_.notify_all();
  }

  // The reply to embeddings(); an error where there is none.
  std::optional<boost::json::value> vectors{};

  std::vector<providers::ChatRequest> requests{};
  std::vector<boost::json::object> embedded{};
  // Streams that were not read to their end, and streams open now.
  int cut_off = 0;
  int open = 0;
  // Streams that wait at a Hold now.
  int holding = 0;

 private:
  class Stream;

  base::Event released_;
  int releases_ = 0;
};

}  // namespace parley::testing
