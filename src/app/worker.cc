#include "app/worker.h"

#include <utility>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_future.hpp>

namespace parley::app {

Worker::Worker() : busy_(boost::asio::make_work_guard(io_)), thread_([this] { io_.run(); }) {}

Worker::~Worker() {
  stop();
}

std::future<void> Worker::start(std::function<base::Awaitable<void>()> work) {
  // The future is the owner of this one coroutine: nobody goes on before it has ended.
  return boost::asio::co_spawn(io_, std::move(work), boost::asio::use_future);
}

void Worker::stop() {
  busy_.reset();
  if (thread_.joinable()) thread_.join();
}

}  // namespace parley::app
