// For tests: a server on a thread of its own, and an OpenAiProvider that asks it from the test's thread, so
// that everything goes over real sockets.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "base/task_group.h"
#include "net/client.h"
#include "net/server_harness.h"
#include "providers/openai.h"
#include "providers/sim/sim.h"

namespace parley::providers {

// What the simulated provider entered, in order; waits for the next where it is not there yet.
class ServedQueue {
 public:
  std::function<void(const SimServed&)> sink() {
    return [this](const SimServed& served) {
      const std::scoped_lock lock(mutex_);
      queue_.push_back(served);
      more_.notify_all();
    };
  }
  SimServed take() {
    std::unique_lock lock(mutex_);
    if (!more_.wait_for(lock, std::chrono::seconds(20), [this] { return !queue_.empty(); })) {
      throw std::runtime_error("nothing was served");
    }
    SimServed served = std::move(queue_.front());
    queue_.pop_front();
    return served;
  }

 private:
  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<SimServed> queue_;
};

// How an answer went.
struct Heard {
  bool accepted = false;
  bool ended = false;
  std::vector<ProviderEvent> events{};
  std::optional<base::Error> error{};

  std::string text() const {
    std::string all;
    for (const ProviderEvent& event : events) {
      if (const auto* delta = std::get_if<TextDelta>(&event)) all += delta->text;
    }
    return all;
  }
  std::optional<model::Usage> usage() const {
    for (const ProviderEvent& event : events) {
      if (const auto* report = std::get_if<UsageReport>(&event)) return report->usage;
    }
    return std::nullopt;
  }
  std::string finish() const {
    const auto* finish = events.empty() ? nullptr : std::get_if<Finish>(&events.back());
    return finish == nullptr ? "" : finish->reason;
  }
};

class Asker {
 public:
  explicit Asker(std::uint16_t port, OpenAiOptions options = {}, net::ClientOptions client_options = {})
      : client_(io_.get_executor(), client_options, metrics_) {
    if (options.base_url.empty()) options.base_url = "http://127.0.0.1:" + std::to_string(port) + "/v1";
    auto made = OpenAiProvider::make(std::move(options), client_, clock_);
    if (!made) throw std::runtime_error(made.error().message);
    provider_ = std::move(*made);
  }

  OpenAiProvider& provider() { return *provider_; }
  base::Metrics& metrics() { return metrics_; }
  const boost::asio::any_io_executor executor() { return io_.get_executor(); }

  // Asks and reads to the end, or to `stop_after` events, where the stream is let go.
  Heard ask(ChatRequest request,
            base::Call call = {.deadline = base::Deadline::after(std::chrono::seconds(20))},
            std::size_t stop_after = SIZE_MAX) {
    Heard heard;
    base::TaskGroup tasks(io_.get_executor());
    tasks.spawn(listen(std::move(call), std::move(request), stop_after, heard));
    run_until([&] { return heard.ended; });
    run(tasks.join());
    return heard;
  }
  // Asks, and cancels the task when `events` have come (0: when the answer was accepted).
  Heard ask_and_cancel(ChatRequest request, std::size_t events) {
    Heard heard;
    base::TaskGroup tasks(io_.get_executor());
    tasks.spawn(listen({}, std::move(request), SIZE_MAX, heard));
    run_until([&] { return heard.ended || (heard.accepted && heard.events.size() >= events); });
    tasks.cancel();
    run_until([&] { return heard.ended; });
    run(tasks.join());
    return heard;
  }
  base::Result<boost::json::value> embed(boost::json::object request) {
    base::Result<boost::json::value> reply;
    run(embed_into(std::move(request), reply));
    return reply;
  }
  void run(base::Awaitable<void> work) {
    bool done = false;
    base::TaskGroup tasks(io_.get_executor());
    tasks.spawn(note_end(std::move(work), done));
    run_until([&] { return done && tasks.size() == 0; });
  }
  template <class Condition>
  void run_until(Condition condition) {
    const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!condition()) {
      io_.restart();
      if (io_.run_one_for(std::chrono::milliseconds(100)) == 0 && std::chrono::steady_clock::now() > limit) {
        throw std::runtime_error("waited in vain");
      }
    }
  }

 private:
  base::Awaitable<void> listen(base::Call call, ChatRequest request, std::size_t stop_after, Heard& heard) {
    auto stream = co_await provider_->chat(std::move(call), std::move(request));
    if (!stream) heard.error = stream.error();
    heard.accepted = stream.has_value();
    while (stream && heard.events.size() < stop_after) {
      auto event = co_await (*stream)->next();
      if (!event) heard.error = event.error();
      if (!event || !*event) break;
      heard.events.push_back(std::move(**event));
    }
    if (stream) stream->reset();
    heard.ended = true;
  }
  base::Awaitable<void> embed_into(boost::json::object request, base::Result<boost::json::value>& reply) {
    reply = co_await provider_->embeddings({.deadline = base::Deadline::after(std::chrono::seconds(20))},
                                           std::move(request));
  }
  static base::Awaitable<void> note_end(base::Awaitable<void> work, bool& done) {
    co_await std::move(work);
    done = true;
  }

  boost::asio::io_context io_{1};
  base::Metrics metrics_;
  base::SystemClock clock_;
  net::Client client_;
  std::unique_ptr<OpenAiProvider> provider_;
};

// A simulated provider that runs, and who asks it.
class SimRig {
 public:
  explicit SimRig(SimOptions options = {}, OpenAiOptions openai = {}) {
    options.on_end = served_.sink();
    auto made = SimProvider::make(std::move(options));
    if (!made) throw std::runtime_error(made.error().message);
    sim_ = std::move(*made);
    server_ = std::make_unique<net::RunningServer>(sim_->handler());
    asker_ = std::make_unique<Asker>(server_->port(), std::move(openai));
  }

  Asker& asker() { return *asker_; }
  SimProvider& sim() { return *sim_; }
  std::uint16_t port() const { return server_->port(); }
  // The next request that the provider has entered.
  SimServed served() { return served_.take(); }

 private:
  ServedQueue served_;
  std::unique_ptr<SimProvider> sim_;
  std::unique_ptr<net::RunningServer> server_;
  std::unique_ptr<Asker> asker_;
};

inline ChatRequest question(std::string model, std::string_view text = "What is there to know?") {
  ChatRequest request{.model = std::move(model)};
  request.messages.push_back({.role = "system", .content = "Be brief."});
  request.messages.push_back({.role = "user", .content = boost::json::string(text)});
  return request;
}

}  // namespace parley::providers
