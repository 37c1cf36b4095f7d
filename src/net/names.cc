#include "net/names.h"

#include <algorithm>
#include <map>

#include <boost/asio/ip/tcp.hpp>

namespace parley::net {

using boost::asio::ip::address;
using boost::asio::ip::tcp;

namespace {

constexpr std::size_t kMaxLookups = 64;
// More addresses than anybody waits for.
constexpr std::size_t kMaxAddresses = 16;

}  // namespace

struct Names::Lookup {
  explicit Lookup(const boost::asio::any_io_executor& executor) : resolver(executor), ended(executor) {}

  tcp::resolver resolver;
  base::Event ended;
  bool done = false;
  boost::system::error_code error;
  std::vector<address> found;
};

struct Names::Running {
  std::map<std::string, std::shared_ptr<Lookup>> lookups;
};

Names::Names(boost::asio::any_io_executor executor)
    : executor_(std::move(executor)), running_(std::make_shared<Running>()) {}

Names::~Names() = default;

std::shared_ptr<Names::Lookup> Names::start(const std::string& host) {
  auto& lookup = running_->lookups[host];
  if (lookup) return lookup;
  lookup = std::make_shared<Lookup>(executor_);
  lookup->resolver.async_resolve(
      host, "",
      [lookup, host, running = std::weak_ptr(running_)](const boost::system::error_code& error,
                                                        const tcp::resolver::results_type& results) {
        lookup->done = true;
        lookup->error = error;
        for (const auto& entry : results) {
          const address found = entry.endpoint().address();
          if (lookup->found.size() < kMaxAddresses &&
              std::ranges::find(lookup->found, found) == lookup->found.end()) {
            lookup->found.push_back(found);
          }
        }
        if (const auto still = running.lock()) still->lookups.erase(host);
        lookup->ended.notify_all();
      });
  return lookup;
}

base::Awaitable<base::Result<std::vector<address>>> Names::look_up(std::string host,
                                                                   base::Deadline deadline) {
  boost::system::error_code not_address;
  const address literal = boost::asio::ip::make_address(host, not_address);
  if (!not_address) co_return std::vector{literal};
  if (running_->lookups.size() >= kMaxLookups && !running_->lookups.contains(host)) {
    co_return base::fail(base::ErrorCode::kProviderUnavailable, "too many names are being looked up");
  }
  const std::shared_ptr<Lookup> lookup = start(host);
  while (!lookup->done) {
    auto woken = co_await lookup->ended.wait(deadline);
    if (!woken && !lookup->done) co_return base::fail(std::move(woken));
  }
  if (lookup->error || lookup->found.empty()) {
    co_return base::fail(base::ErrorCode::kProviderUnavailable, "the name is not known",
                         lookup->error ? lookup->error.message() : "no address");
  }
  co_return lookup->found;
}

}  // namespace parley::net
