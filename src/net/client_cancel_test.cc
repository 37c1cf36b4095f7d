// Whoever stops waiting closes the connection, and the server sees it at once. Also the lookup of names.
#include <cstring>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netdb.h>

#include "base/guarded.h"
#include "net/client_harness.h"
#include "net/names.h"

// The test program's own resolver, so that a name can have two addresses and a lookup can take its time. It
// takes the C library's place for all of the program.
namespace {

// Of the loopback network too. Not one of its first: programs that need many ports take those as well.
constexpr std::uint32_t kSwallowing = 0x7F53A701;

struct SlowLookups {
  std::promise<void> go;
  std::shared_future<void> gone = go.get_future().share();
  std::atomic<int> asked = 0;
};
parley::base::Guarded<std::shared_ptr<SlowLookups>> slow_lookups;

::addrinfo* address_entry(int family, ::addrinfo* next, std::uint32_t ipv4 = INADDR_LOOPBACK) {
  struct Entry {
    ::addrinfo info{};
    ::sockaddr_storage address{};
  };
  auto* entry = new Entry;
  entry->address.ss_family = static_cast<::sa_family_t>(family);
  if (family == AF_INET) {
    reinterpret_cast<::sockaddr_in&>(entry->address).sin_addr.s_addr = htonl(ipv4);
  } else {
    reinterpret_cast<::sockaddr_in6&>(entry->address).sin6_addr = in6addr_loopback;
  }
  entry->info = {.ai_family = family,
                 .ai_socktype = SOCK_STREAM,
                 .ai_addrlen = static_cast<::socklen_t>(family == AF_INET ? sizeof(::sockaddr_in)
                                                                          : sizeof(::sockaddr_in6)),
                 .ai_addr = reinterpret_cast<::sockaddr*>(&entry->address),
                 .ai_next = next};
  return &entry->info;
}

}  // namespace

extern "C" int getaddrinfo(const char* name, const char*, const ::addrinfo*, ::addrinfo** found) {
  const std::string_view host(name);
  if (host == "two.test") {
    *found = address_entry(AF_INET6, address_entry(AF_INET, nullptr));
    return 0;
  }
  if (host == "swallowed.test") {
    *found = address_entry(AF_INET, address_entry(AF_INET, nullptr), kSwallowing);
    return 0;
  }
  if (host == "slow.test") {
    const auto slow = slow_lookups.with([](auto& held) { return held; });
    ++slow->asked;
    slow->gone.wait();
  } else if (host != "one.test" && host != "one.test." && host != "a.example.test") {
    return EAI_NONAME;
  }
  *found = address_entry(AF_INET, nullptr);
  return 0;
}

extern "C" void freeaddrinfo(::addrinfo* info) {
  while (info != nullptr) {
    ::addrinfo* next = info->ai_next;
    ::operator delete(info);
    info = next;
  }
}

namespace parley::net {
namespace {

using namespace std::chrono_literals;
using base::ErrorCode;
using ::testing::HasSubstr;

// Streams one piece, if `streams`, and then waits; says with which end.
struct Held {
  std::promise<void> came;
  std::promise<bool> left;
};
struct WaitForEver {
  Held& held;
  base::Awaitable<void> operator()(Exchange& exchange) const { return wait(held, exchange); }
  static base::Awaitable<void> wait(Held& held, Exchange& exchange) {
    co_await exchange.start(200, {});
    co_await exchange.write("piece");
    held.came.set_value();
    co_await base::sleep_until(base::Deadline::after(1h));
    held.left.set_value(exchange.peer_gone());
  }
};

TEST(ClientCancel, of_a_read_closes_the_connection) {
  Held held;
  RunningServer server(WaitForEver{held});
  RunningClient client;
  const Fetching fetching = client.start(get(server.port()));
  auto came = held.came.get_future();
  client.run_until(came);
  client.run_until([turns = 0]() mutable { return ++turns > 20; });
  client.tasks().cancel();
  client.run_until(fetching);
  EXPECT_EQ(fetching.result().error().code, ErrorCode::kCancelled);
  EXPECT_EQ(client.open(), 0);
  EXPECT_TRUE(held.left.get_future().get());
}

base::Awaitable<void> take_one_piece(Client& client, std::uint16_t port, std::string& piece) {
  auto response = co_await client.send({}, get(port));
  EXPECT_TRUE(response);
  if (!response) co_return;
  auto first = co_await (*response)->read();
  piece = first ? first->value_or("end") : first.error().cause;
}

TEST(ClientCancel, by_letting_go_of_an_answer_closes_the_connection) {
  Held held;
  RunningServer server(WaitForEver{held});
  RunningClient client;
  std::string piece;
  client.tasks().spawn(take_one_piece(client.client(), server.port(), piece));
  client.run_until([&] { return client.tasks().size() == 0; });
  EXPECT_EQ(piece, "piece");
  EXPECT_EQ(client.open(), 0);
  EXPECT_TRUE(held.left.get_future().get());
}

base::Awaitable<void> hold(Client& client, std::uint16_t port, std::unique_ptr<ClientResponse>& held) {
  auto response = co_await client.send({}, get(port));
  EXPECT_TRUE(response);
  if (response) held = std::move(*response);
}

TEST(ClientCancel, by_letting_go_before_the_body_closes_the_connection) {
  Held held;
  RunningServer server(WaitForEver{held});
  RunningClient client;
  std::unique_ptr<ClientResponse> response;
  client.tasks().spawn(hold(client.client(), server.port(), response));
  client.run_until([&] { return client.tasks().size() == 0; });
  EXPECT_EQ(client.open(), 1);
  response.reset();
  EXPECT_EQ(client.open(), 0);
  EXPECT_TRUE(held.left.get_future().get());
}

TEST(ClientCancel, while_waiting_for_the_header_closes_the_connection) {
  std::promise<void> came;
  std::promise<std::string> rest;
  ScriptedServer server({[&](RawSocket& peer) {
    peer.receive_until("\r\n\r\n");
    came.set_value();
    rest.set_value(peer.receive_all());
  }});
  RunningClient client;
  const Fetching fetching = client.start(get(server.port()));
  auto here = came.get_future();
  client.run_until(here);
  client.tasks().cancel();
  client.run_until(fetching);
  EXPECT_EQ(rest.get_future().get(), "");
  EXPECT_EQ(fetching.result().error().code, ErrorCode::kCancelled);
}

TEST(ClientCancel, while_sending_closes_the_connection) {
  std::promise<void> came;
  std::promise<void> cancelled;
  std::promise<std::size_t> seen;
  ScriptedServer server({[&](RawSocket& peer) {
    peer.receive_until("\r\n\r\n");
    came.set_value();
    cancelled.get_future().wait();
    seen.set_value(peer.receive_all().size());
  }});
  RunningClient client;
  const Fetching fetching = client.start(post(server.port(), std::string(kMoreThanFits, 'x')));
  auto here = came.get_future();
  client.run_until(here);
  client.run_until([turns = 0]() mutable { return ++turns > 20; });
  client.tasks().cancel();
  client.run_until(fetching);
  EXPECT_EQ(fetching.result().error().code, ErrorCode::kCancelled);
  cancelled.set_value();
  EXPECT_LT(seen.get_future().get(), kMoreThanFits);
}

TEST(ClientCancel, before_anything_asks_nobody) {
  ScriptedServer server({saying("")});
  RunningClient client;
  client.tasks().cancel();
  EXPECT_EQ(client.fetch(get(server.port())).error().code, ErrorCode::kCancelled);
  EXPECT_EQ(server.accepted(), 0);
}

base::Awaitable<void> read_when_cancelled(Client& client, std::uint16_t port, base::TaskGroup& own,
                                          ErrorCode& code) {
  auto response = co_await client.send({}, get(port));
  EXPECT_TRUE(response);
  own.cancel();
  auto piece = co_await (*response)->read();
  if (!piece) code = piece.error().code;
}

TEST(ClientCancel, between_header_and_body_is_seen_by_the_reader) {
  std::promise<std::string> rest;
  ScriptedServer server({[&](RawSocket& peer) {
    peer.receive_until("\r\n\r\n");
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
    rest.set_value(peer.receive_all());
  }});
  RunningClient client;
  auto code = ErrorCode::kInternal;
  client.tasks().spawn(read_when_cancelled(client.client(), server.port(), client.tasks(), code));
  client.run_until([&] { return client.tasks().size() == 0; });
  EXPECT_EQ(code, ErrorCode::kCancelled);
  EXPECT_EQ(rest.get_future().get(), "");
}

ClientRequest get_of(std::string host, std::uint16_t port) {
  return {.url = {.host = std::move(host), .port = port}};
}

base::Awaitable<void> say_ok(Exchange& exchange) {
  exchange.reply(Response::text(200, std::string(*exchange.request().header("Host"))));
  co_return;
}

TEST(ClientNames, are_looked_up_and_each_address_is_tried) {
  RunningServer server(say_ok);
  RunningClient client;
  for (const char* name : {"one.test", "two.test"}) {
    const auto answer = client.fetch(get_of(name, server.port()));
    ASSERT_TRUE(answer) << answer.error().cause;
    EXPECT_EQ(answer->body, std::string(name) + ':' + std::to_string(server.port()));
  }
}

TEST(ClientNames, with_an_address_that_swallows_packets_leave_time_for_the_next) {
  RunningServer server(say_ok);
  const FullListener swallowing(kSwallowing, server.port());
  RunningClient client;
  ClientRequest request = get_of("swallowed.test", server.port());
  request.timeouts.connect = 200ms;
  const auto answer = client.fetch(std::move(request));
  EXPECT_TRUE(answer) << answer.error().cause;
}

TEST(ClientNames, say_of_each_address_why_it_failed) {
  std::uint16_t port = 0;
  {
    port = ScriptedServer({}).port();
  }
  RunningClient client;
  const auto answer = client.fetch(get_of("two.test", port));
  EXPECT_EQ(answer.error().code, ErrorCode::kProviderUnavailable);
  EXPECT_THAT(answer.error().cause, HasSubstr("::1: "));
  EXPECT_THAT(answer.error().cause, HasSubstr("127.0.0.1: Connection refused"));
}

TEST(ClientNames, that_are_not_known_are_unavailable) {
  RunningClient client;
  const auto answer = client.fetch(get_of("secret-name.test", 80));
  EXPECT_EQ(answer.error().code, ErrorCode::kProviderUnavailable);
  EXPECT_THAT(answer.error().cause, HasSubstr("secret-name.test"));
  EXPECT_THAT(answer.error().message, ::testing::Not(HasSubstr("secret")));
}

// Lookups of slow.test wait until this is released.
class SlowResolver {
 public:
  SlowResolver() {
    slow_lookups.with([this](auto& held) { held = lookups_; });
  }
  ~SlowResolver() { release(); }
  SlowResolver(const SlowResolver&) = delete;
  SlowResolver& operator=(const SlowResolver&) = delete;

  int asked() const { return lookups_->asked; }
  void release() {
    if (!std::exchange(released_, true)) lookups_->go.set_value();
  }

 private:
  std::shared_ptr<SlowLookups> lookups_ = std::make_shared<SlowLookups>();
  bool released_ = false;
};

TEST(ClientNames, that_take_their_time_keep_nobody_beyond_deadline_and_cancelling) {
  SlowResolver resolver;
  RunningServer server(say_ok);
  RunningClient client;
  base::TaskGroup others(client.io().get_executor());
  ClientRequest hasty = get_of("slow.test", server.port());
  hasty.timeouts.connect = 10ms;
  const Fetching late = client.start(std::move(hasty));
  const Fetching stopped = client.start_in(others, get_of("slow.test", server.port()));
  const Fetching patient = client.start(get_of("slow.test", server.port()));
  client.run_until([&] { return resolver.asked() == 1; });
  client.run_until(late);
  EXPECT_EQ(late.result().error().code, ErrorCode::kDeadlineExceeded);
  others.cancel();
  client.run_until(stopped);
  EXPECT_EQ(stopped.result().error().code, ErrorCode::kCancelled);
  EXPECT_FALSE(patient.done());
  resolver.release();
  client.run_until(patient);
  EXPECT_TRUE(patient.result()) << patient.result().error().cause;
  // They shared one lookup.
  EXPECT_EQ(resolver.asked(), 1);
}

base::Awaitable<void> ask(Client& client, ErrorCode& code) {
  auto response = co_await client.send({}, get_of("slow.test", 1));
  if (!response) code = response.error().code;
}

TEST(ClientNames, whose_lookup_outlives_the_client_harm_nobody) {
  SlowResolver resolver;
  base::Metrics metrics;
  boost::asio::io_context io(1);
  auto client = std::make_unique<Client>(io.get_executor(), ClientOptions{}, metrics);
  base::TaskGroup tasks(io.get_executor());
  auto code = ErrorCode::kInternal;
  tasks.spawn(ask(*client, code));
  while (resolver.asked() == 0) io.run_one_for(1ms);
  tasks.cancel();
  while (tasks.size() > 0) io.run_one_for(1ms);
  EXPECT_EQ(code, ErrorCode::kCancelled);
  client.reset();
  io.poll();
  // The loop stays for the lookup alone.
  EXPECT_FALSE(io.stopped());
  resolver.release();
  EXPECT_GE(io.run(), 1U);
}

base::Awaitable<void> look_up_hastily(Names& names) {
  EXPECT_FALSE(co_await names.look_up("slow.test", base::Deadline::after(1ms)));
}

TEST(ClientNames, whose_lookup_outlives_the_loop_harm_nobody) {
  SlowResolver resolver;
  {
    boost::asio::io_context io(1);
    Names names(io.get_executor());
    base::TaskGroup tasks(io.get_executor());
    tasks.spawn(look_up_hastily(names));
    while (resolver.asked() == 0 || tasks.size() > 0) io.run_one_for(1ms);
    // The loop's end waits for the thread that the lookup blocks.
    resolver.release();
  }
  EXPECT_EQ(resolver.asked(), 1);
}

}  // namespace
}  // namespace parley::net
