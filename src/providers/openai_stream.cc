#include "providers/openai_stream.h"

#include <chrono>
#include <utility>

#include <boost/asio/this_coro.hpp>

#include "base/task_group.h"

namespace parley::providers {

using base::Awaitable;
using base::Result;
using namespace std::chrono_literals;

namespace {

// How long a server may take, after [DONE], to end the body. A connection that takes longer is given up
// rather than kept: nothing is lost but the handshake of the next.
constexpr auto kEndWait = 100ms;

}  // namespace

Awaitable<Result<std::optional<ProviderEvent>>> OpenAiStream::next() {
  while (true) {
    // What was understood before a fault has its turn first.
    if (auto event = reply_.next()) co_return event;
    if (failed_) co_return std::unexpected(*failed_);
    if (reply_.complete()) break;
    if (auto read = co_await read_more(); !read) failed_ = std::move(read).error();
  }
  if (!ended_) co_await read_to_end();
  response_.reset();
  co_return std::nullopt;
}

Awaitable<Result<void>> OpenAiStream::read_more() {
  auto bytes = co_await response_->read();
  if (!bytes) co_return base::fail(std::move(bytes));
  if (*bytes) co_return reply_.feed(**bytes);
  ended_ = true;
  co_return reply_.end();
}

Awaitable<void> OpenAiStream::read_to_end() {
  const auto executor = co_await boost::asio::this_coro::executor;
  base::Event ended(executor);
  base::TaskGroup rest(executor);
  rest.spawn(discard(ended));
  if (!ended_) (void)co_await ended.wait(base::Deadline::after(kEndWait));
  rest.cancel();
  co_await rest.join();
}

// What comes after [DONE] is nothing that anyone waits for, also where it breaks off.
Awaitable<void> OpenAiStream::discard(base::Event& ended) {
  std::size_t left = std::size_t{64} << 10;
  while (true) {
    const auto bytes = co_await response_->read();
    if (!bytes || !*bytes || (*bytes)->size() > left) break;
    left -= (*bytes)->size();
  }
  ended_ = true;
  ended.notify_all();
}

}  // namespace parley::providers
