// links: parley_app
// A settings file as a tired operator writes it: taken whole, with every bound kept, or refused with the
// file's name and a reason. A file that it names relatively is not there.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "app/configuration.h"

namespace {

using namespace parley;

void require(bool sound) {
  if (!sound) std::abort();
}

void check(const app::Configuration& c) {
  require(c.auth.keys != nullptr && c.catalog != nullptr);
  require(c.server.workers >= 0 && c.server.workers <= 256);
  require(c.server.options.max_body_bytes >= 1024 && c.server.options.max_body_bytes <= 64U << 20);
  require(c.server.options.header_timeout.count() >= 100);
  require(c.engine.context_messages >= 0 && c.engine.context_messages < 200);
  require(c.default_model.empty() || c.catalog->find(c.default_model) != nullptr);
  for (const auto& model : c.catalog->models()) {
    require(c.providers.contains(model.provider) && model.context_window > 0);
    require(model.price.input.count() >= 0 && model.price.input.count() <= 1'000'000'000'000);
  }
  for (const auto& [name, provider] : c.providers) {
    require(!app::openai_options(provider).base_url.empty());
  }
  require(app::differences_for_restart(c, c).empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string_view toml(reinterpret_cast<const char*>(bytes), size);
  const base::Environment environment{{"SECRET", "0123456789abcdef0123456789abcdef"}};
  const auto parsed = app::parse_configuration(toml, "parley.toml", "/nonexistent", environment);
  if (parsed) {
    check(**parsed);
  } else {
    require(parsed.error().code == base::ErrorCode::kBadUserInput);
    require(parsed.error().message.starts_with("parley.toml:"));
  }
  return 0;
}
