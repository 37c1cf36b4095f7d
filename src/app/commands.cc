#include "app/commands.h"

#include <csignal>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <memory>
#include <utility>

#include "app/configuration.h"
#include "app/worker.h"
#include "auth/issue.h"
#include "base/log.h"
#include "base/metrics.h"
#include "net/server.h"

namespace parley::app {

using base::Result;

namespace {

int failed(const base::Error& error) {
  std::fprintf(stderr, "parley: %s\n", error.message.c_str());
  return 1;
}

Result<auth::SigningKey> signing_key(const TokenRequest& request, const AuthConfiguration& configured) {
  if (request.key_file.empty()) {
    if (configured.hs256_secret.empty()) {
      return base::fail(
          base::ErrorCode::kBadUserInput,
          "auth.hs256_secret is not set: name the private key of one of the configured keys with --key");
    }
    return auth::SigningKey::from_secret(configured.hs256_secret.reveal(), request.kid);
  }
  std::ifstream file(request.key_file, std::ios::binary);
  if (!file) return base::fail(base::ErrorCode::kBadUserInput, request.key_file + " cannot be read");
  const std::string pem((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  return auth::SigningKey::from_pem(pem, request.kid);
}

Result<std::string> make_token(const TokenRequest& request) {
  auto configuration = load_configuration(request.configuration_path, base::process_environment());
  if (!configuration) return base::fail(std::move(configuration));
  const AuthConfiguration& configured = (*configuration)->auth;
  auto key = signing_key(request, configured);
  if (!key) return base::fail(std::move(key));
  const base::WallTime now = base::SystemClock().wall_now();
  const auto lifetime =
      request.lifetime ? std::chrono::milliseconds(*request.lifetime) : configured.token_lifetime;
  return auth::issue_token(*key, {.issuer = configured.options.verify.issuer,
                                  .audience = configured.options.verify.audience,
                                  .user = request.user,
                                  .tenant = request.tenant,
                                  .tier = request.tier,
                                  .scopes = request.scopes,
                                  .issued_at = now,
                                  .expires_at = now + lifetime});
}

// One worker of the simulated provider, with its server.
struct SimWorker {
  Worker worker;
  std::unique_ptr<net::Server> server;
};

}  // namespace

int check_config(const std::string& configuration_path) {
  auto configuration = load_configuration(configuration_path, base::process_environment());
  if (!configuration) return failed(configuration.error());
  for (const std::string& warning : (*configuration)->warnings) std::printf("warning: %s\n", warning.c_str());
  std::printf("%s is sound\n", configuration_path.c_str());
  return 0;
}

int print_configuration_reference() {
  std::fputs(configuration_reference().c_str(), stdout);
  return 0;
}

int print_token(const TokenRequest& request) {
  auto token = make_token(request);
  if (!token) return failed(token.error());
  std::printf("%s\n", token->c_str());
  return 0;
}

int provider_sim(SimRequest request) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  ::pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  if (auto ok = providers::apply_words(request.options.behaviour, request.behaviour); !ok)
    return failed(ok.error());
  auto mix = providers::parse_sim_mix(request.mix);
  if (!mix) return failed(mix.error());
  request.options.mix = std::move(*mix);
  auto sim = providers::SimProvider::make(std::move(request.options));
  if (!sim) return failed(sim.error());

  const base::Log log(base::LogLevel::kWarn);
  base::Metrics metrics;
  std::vector<std::unique_ptr<SimWorker>> workers;
  std::uint16_t port = request.port;
  Result<void> listening;
  for (int i = 0; i < request.workers && listening; ++i) {
    auto& made = workers.emplace_back(std::make_unique<SimWorker>());
    const auto listen = [&] {
      made->server = std::make_unique<net::Server>(
          made->worker.io(),
          net::ServerOptions{.address = request.address, .port = port, .max_body_bytes = 64 << 20},
          (*sim)->handler(), log, metrics);
      listening = made->server->listen();
      if (listening) port = made->server->port();
    };
    made->worker.call(listen);
  }
  if (listening) {
    std::printf("ready %d\n", port);
    std::fflush(stdout);
    int signal = 0;
    ::sigwait(&set, &signal);
  }
  for (auto& made : workers) {
    made->worker.run(
        [&made] { return made->server->drain(base::Deadline::after(std::chrono::milliseconds(200))); });
    made->worker.call([&made] { made->server.reset(); });
    made->worker.stop();
  }
  return listening ? 0 : failed(listening.error());
}

}  // namespace parley::app
