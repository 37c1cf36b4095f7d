#include "app/configuration.h"

#include <algorithm>
#include <string_view>
#include <thread>
#include <utility>

#include <sched.h>

#include "app/configuration_check.h"
#include "app/configuration_table.h"
#include "base/file.h"

namespace parley::app {

base::Result<ConfigurationPtr> parse_configuration(std::string_view toml, const std::string& name,
                                                   const std::string& folder,
                                                   const base::Environment& environment) {
  auto file = base::parse_toml(toml, name);
  if (!file) return base::fail(std::move(file));
  auto configuration = std::make_shared<Configuration>();
  // A default is a path as one in the file is.
  configuration->sqlite.path = base::path_in(folder, configuration->sqlite.path);
  base::SettingContext context{.environment = environment, .folder = folder};
  auto read = configuration_settings().read(*configuration, *file, name, context);
  if (!read) return base::fail(std::move(read));
  configuration->warnings = std::move(context.warnings);
  auto complete = complete_configuration(*configuration, *file, name);
  if (!complete) return base::fail(std::move(complete));
  return configuration;
}

base::Result<ConfigurationPtr> load_configuration(const std::string& path,
                                                  const base::Environment& environment) {
  auto file = base::read_small_file(path, base::kMaxSettingsBytes);
  if (!file) return base::fail(std::move(file));
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : path.substr(0, slash + 1);
  return parse_configuration(file->content, path, folder, environment);
}

std::vector<std::string> differences_for_restart(const Configuration& running, const Configuration& wanted) {
  auto differing = configuration_settings().differing(running, wanted);
  // Certificates come and go, but not TLS itself.
  if ((running.server.options.tls == nullptr) != (wanted.server.options.tls == nullptr)) {
    differing.emplace_back("server.tls_certificate");
  }
  return differing;
}

std::string configuration_reference() {
  return R"(# Configuration

The page is printed by the program (`parley config-reference`), so that it says what the program knows.

One file, `parley.toml`, in TOML. A key that is not named here is refused, with its line, and so is a value out of its
range: `parley check-config` says everything that is wrong. Where `reload` says yes, a running server takes a new value
on SIGHUP and when the file changes; a file that is wrong is refused then too, and what was in force stays.

- **Variables** win over the file. `PARLEY_SERVER_LISTEN` is `listen` of `[server]`, and `PARLEY_PROVIDERS_LOCAL_BASE_URL`
  is `base_url` of `[providers.local]` where the file has that section: capitals, and an underscore for everything that
  is neither letter nor digit. One that begins like a section's and fits no key is warned of; one that fits two is refused.
- **Secrets** are `{ env = "NAME" }` or `{ file = "path" }` and never stand in the file; the setting's own variable holds
  the secret itself. One line's end at the end of a file is left out. A file that every user can read is warned of.
- **Sizes** are bytes: `65536`, `"64KiB"`, `"1MiB"`, `"2GiB"`. **Durations** have a unit: `"250ms"`, `"30s"`, `"5m"`,
  `"12h"`, `"7d"`. In a variable, texts of a list are separated by commas.
- **Paths** that are relative begin at the file's folder.

The least that serves:

```toml
[auth]
hs256_secret = { file = "jwt.secret" }

[providers.openai]
kind = "openai"
api_key = { env = "OPENAI_API_KEY" }

[models.gpt-4o-mini]
provider = "openai"
context_window = 128000
input_usd_per_million = 0.15
cached_input_usd_per_million = 0.075
output_usd_per_million = 0.60
```
)" + configuration_settings().document();
}

std::size_t worker_count(const Configuration& configuration) {
  if (configuration.server.workers > 0) return static_cast<std::size_t>(configuration.server.workers);
  // What the process may use, which can be less than what the machine has.
  cpu_set_t cores;
  CPU_ZERO(&cores);
  if (::sched_getaffinity(0, sizeof(cores), &cores) == 0 && CPU_COUNT(&cores) > 0) {
    return static_cast<std::size_t>(CPU_COUNT(&cores));
  }
  return std::max(1U, std::thread::hardware_concurrency());
}

providers::OpenAiOptions openai_options(const ProviderConfiguration& provider) {
  const bool openai = provider.kind == ProviderKind::kOpenAi;
  providers::OpenAiOptions options{
      .base_url = provider.base_url,
      .api_key = provider.api_key.reveal(),
      .dialect = {.include_usage = provider.include_usage, .max_completion_tokens = openai},
      .timeouts = provider.timeouts};
  for (const auto& [name, value] : provider.headers) options.headers.add(name, value.reveal());
  return options;
}

}  // namespace parley::app
