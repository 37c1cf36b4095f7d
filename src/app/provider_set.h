// The configured providers of one worker, each with a client of its own. Made, used and destroyed on its
// worker.
#pragma once

#include <map>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>

#include "app/configuration.h"
#include "app/gates.h"
#include "base/clock.h"
#include "base/metrics.h"
#include "chat/engine.h"
#include "net/client.h"
#include "providers/openai.h"

namespace parley::app {

class ProviderSet {
 public:
  // `trust` may be null where no address is https. BAD_USER_INPUT, naming the provider and what is wrong with
  // it.
  [[nodiscard]] static base::Result<std::unique_ptr<ProviderSet>> make(
      const Configuration& configuration, const std::shared_ptr<const net::TlsTrust>& trust,
      const boost::asio::any_io_executor& executor, const base::Clock& clock, base::Metrics& metrics);

  // `gates`: one for each of them.
  chat::Providers view(const Gates& gates) const;
  void close_idle();

 private:
  struct Member {
    std::unique_ptr<net::Client> client;
    std::unique_ptr<providers::OpenAiProvider> provider;
  };

  ProviderSet() = default;
  std::map<std::string, Member> members_{};
};

// Made where a provider or the JWKS URL is https, else null: reading the system's authorities takes longer
// than all the rest of the start. BAD_USER_INPUT.
[[nodiscard]] base::Result<std::shared_ptr<const net::TlsTrust>> trust_for(
    const Configuration& configuration);

}  // namespace parley::app
