#include "app/provider_set.h"

#include <algorithm>
#include <utility>

namespace parley::app {
namespace {

constexpr std::string_view kHttps = "https:";

}  // namespace

base::Result<std::unique_ptr<ProviderSet>> ProviderSet::make(
    const Configuration& configuration, const std::shared_ptr<const net::TlsTrust>& trust,
    const boost::asio::any_io_executor& executor, const base::Clock& clock, base::Metrics& metrics) {
  std::unique_ptr<ProviderSet> set(new ProviderSet());
  for (const auto& [name, provider] : configuration.providers) {
    net::ClientOptions options = provider.client;
    options.trust = trust;
    Member member{.client = std::make_unique<net::Client>(executor, std::move(options), metrics)};
    auto made = providers::OpenAiProvider::make(openai_options(provider), *member.client, clock);
    if (!made) {
      made.error().message = "providers." + name + ": " + made.error().message;
      return base::fail(std::move(made));
    }
    member.provider = std::move(*made);
    set->members_.emplace(name, std::move(member));
  }
  return set;
}

chat::Providers ProviderSet::view(const Gates& gates) const {
  chat::Providers view;
  for (const auto& [name, member] : members_) {
    view.emplace(name, chat::ServedProvider{.provider = member.provider.get(), .gate = gates.at(name)});
  }
  return view;
}

void ProviderSet::close_idle() {
  for (const auto& [name, member] : members_) member.client->close_idle();
}

base::Result<std::shared_ptr<const net::TlsTrust>> trust_for(const Configuration& configuration) {
  const bool wanted = configuration.auth.options.jwks_url.starts_with(kHttps) ||
                      std::ranges::any_of(configuration.providers, [](const auto& provider) {
                        return provider.second.base_url.starts_with(kHttps);
                      });
  if (!wanted) return std::shared_ptr<const net::TlsTrust>();
  return net::make_tls_trust("");
}

}  // namespace parley::app
