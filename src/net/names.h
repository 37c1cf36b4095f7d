// Looks names up, by the system's resolver.
//
// Belongs to one worker. The resolver blocks a thread that Asio keeps for it; a lookup that is waited for no
// longer (deadline, cancelling) returns to its caller at once and ends on that thread by itself, which the
// worker's loop stays for. Equal names that are looked up at the same time share one lookup, so that a dead
// DNS server is asked once and not once for each request.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>

#include "base/async.h"
#include "base/call.h"
#include "base/error.h"

namespace parley::net {

class Names {
 public:
  explicit Names(boost::asio::any_io_executor executor);
  // Lookups that are under way have nobody to tell any more.
  ~Names();
  Names(const Names&) = delete;
  Names& operator=(const Names&) = delete;

  // The addresses of `host` in the order in which to try them, at least one; an address is its own. An error
  // is a code and, in `cause`, the reason: PROVIDER_UNAVAILABLE, DEADLINE_EXCEEDED or CANCELLED.
  base::Awaitable<base::Result<std::vector<boost::asio::ip::address>>> look_up(std::string host,
                                                                               base::Deadline deadline);

 private:
  struct Lookup;
  struct Running;

  std::shared_ptr<Lookup> start(const std::string& host);

  boost::asio::any_io_executor executor_;
  // Shared with lookups that may end later than this.
  std::shared_ptr<Running> running_;
};

}  // namespace parley::net
