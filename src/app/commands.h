// The commands of `parley` that do one thing and end, and the simulated provider. Each returns the exit
// status: 0, or 1 with the reason on standard error. Called by the main thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "providers/sim/sim.h"

namespace parley::app {

// Says what is wrong with the file, or that nothing is.
int check_config(const std::string& configuration_path);

// Prints docs/configuration.md.
int print_configuration_reference();

struct TokenRequest {
  std::string configuration_path{};
  std::string user{};
  std::string tenant{};
  std::string tier{};
  std::vector<std::string> scopes{};
  std::optional<std::chrono::seconds> lifetime{};
  // A private key in PEM instead of the configuration's secret.
  std::string key_file{};
  std::string kid{};
};

// Prints a token that the configured server takes.
int print_token(const TokenRequest& request);

struct SimRequest {
  std::string address = "127.0.0.1";
  // 0: any free one, which is printed.
  std::uint16_t port = 0;
  int workers = 1;
  // As behaviour.h has them, such as "first-20-gap-5".
  std::string behaviour{};
  // As parse_sim_mix() reads it.
  std::string mix{};
  providers::SimOptions options{};
};

// Prints `ready PORT` and serves until SIGTERM or SIGINT.
int provider_sim(SimRequest request);

}  // namespace parley::app
