// The program `parley`: reads the command line and hands over to the command.
#include <cstdio>

#include <CLI/CLI.hpp>

#include "app/commands.h"
#include "app/serve.h"
#include "app/version.h"

namespace parley::app {
namespace {

constexpr int kWrongUse = 2;

void add_configuration(CLI::App& command, std::string& path) {
  command.add_option("-c,--config", path, "the configuration file (docs/configuration.md)")
      ->envname("PARLEY_CONFIG")
      ->capture_default_str();
}

void add_token(CLI::App& app, TokenRequest& request) {
  CLI::App* token = app.add_subcommand("token", "print a token that the configured server takes");
  add_configuration(*token, request.configuration_path);
  token->add_option("--sub", request.user, "the user that the token names")->required();
  token->add_option("--org", request.tenant, "the user's tenant (default)");
  token->add_option("--tier", request.tier, "the user's tier (auth.default_tier)");
  token->add_option("--scope", request.scopes, "a scope; may be given several times");
  token
      ->add_option_function<std::int64_t>(
          "--ttl",
          [&request](const std::int64_t& seconds) { request.lifetime = std::chrono::seconds(seconds); },
          "seconds until it expires (auth.token_lifetime)")
      ->check(CLI::Range(std::int64_t{1}, std::int64_t{3650} * 86'400));
  token->add_option("--key", request.key_file, "a private key in PEM to sign with (auth.hs256_secret)");
  token->add_option("--kid", request.kid, "the key's id, written into the token");
}

void add_sim(CLI::App& app, SimRequest& request) {
  CLI::App* sim = app.add_subcommand(
      "provider-sim", "serve a simulated AI provider, for tests and demonstrations; prints `ready PORT`");
  sim->add_option("--address", request.address, "where to listen")->capture_default_str();
  sim->add_option("--port", request.port, "0: any free port")->capture_default_str();
  sim->add_option("--workers", request.workers, "threads")->check(CLI::Range(1, 64))->capture_default_str();
  sim->add_option(
      "--behaviour", request.behaviour,
      "what every request gets, as words between '-': first-20-gap-5 (ms), vary, cut-3, 429, ...");
  sim->add_option("--mix", request.mix, "what a share of the requests gets: 429=0.05,cut-3=0.01");
  sim->add_option("--seed", request.options.seed, "answers and the mix follow from it")
      ->capture_default_str();
  sim->add_option("--key", request.options.keys, "a bearer token that is accepted; none: all are");
  sim->add_option("--model", request.options.models, "a model to list beside \"sim\"");
  sim->add_option("--context-window", request.options.context_window, "in tokens")->capture_default_str();
  sim->add_option("--capacity", request.options.capacity,
                  "answers at once; more are refused with 429; 0: any number")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  sim->add_flag("--slows", request.options.slows, "beyond its capacity it takes longer and refuses nobody");
  sim->add_option("--keep", request.options.ledger.requests, "the last requests, to be asked for")
      ->check(CLI::Range(1, 100'000))
      ->capture_default_str();
  sim->add_flag("--prefix-cache", request.options.prefix_cache, "report as cached what was sent before");
}

int run(int argc, char** argv) {
  CLI::App app(
      "Parley, a chat backend: conversations, streams and providers behind GraphQL and OpenAI's API.");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string(version()));
  app.footer("Exit status: 0 done, 1 failed, 2 wrong use.");

  std::string configuration = "parley.toml";
  TokenRequest token{.configuration_path = configuration};
  SimRequest sim;
  CLI::App* serve_command =
      app.add_subcommand("serve", "serve until SIGTERM or SIGINT; SIGHUP reads the file anew");
  add_configuration(*serve_command, configuration);
  CLI::App* check_command = app.add_subcommand("check-config", "say what is wrong with a configuration file");
  add_configuration(*check_command, configuration);
  CLI::App* reference =
      app.add_subcommand("config-reference", "print the reference of all settings, in Markdown");
  add_token(app, token);
  add_sim(app, sim);
  CLI::App* version_command = app.add_subcommand("version", "print the version");

  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kWrongUse;
  }
  if (serve_command->parsed()) return serve(configuration);
  if (check_command->parsed()) return check_config(configuration);
  if (reference->parsed()) return print_configuration_reference();
  if (app.got_subcommand("token")) return print_token(token);
  if (app.got_subcommand("provider-sim")) return provider_sim(std::move(sim));
  if (version_command->parsed()) std::printf("parley %s\n", std::string(version()).c_str());
  return 0;
}

}  // namespace
}  // namespace parley::app

int main(int argc, char** argv) {
  return parley::app::run(argc, argv);
}
