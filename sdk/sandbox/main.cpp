// SPDX-License-Identifier: Apache-2.0
// heygen-sandbox: a local server of the HeyGen API, to try heygen, to test, and to write credential providers.
#include <csignal>
#include <iostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sdk/sandbox/base/clock.hpp"
#include "sdk/sandbox/base/failure.hpp"
#include "sdk/sandbox/help.hpp"
#include "sdk/sandbox/heygen_environment.hpp"
#include "sdk/sandbox/options.hpp"
#include "sdk/sandbox/run.hpp"
#include "sdk/sandbox/server.hpp"

namespace {

using heygen::sandbox::Options;

using Variables = std::vector<std::pair<std::string, std::string>>;

/// For a shell: the brackets of an IPv6 address would be a pattern.
std::string shell_word(const std::string& text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-./:";
  if (text.find_first_not_of(kPlain) == std::string::npos) return text;
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

int serve(const heygen::sandbox::Server& server, const Variables& variables) {
  for (const auto& [name, value] : variables) std::cout << "export " << name << '=' << shell_word(value) << '\n';
  std::cout << "unset";
  for (const std::string_view name : heygen::sandbox::misleading_variables()) std::cout << ' ' << name;
  std::cout << '\n';
  std::cout << "# an API key that works: sandbox-key\n"
            << "# the page for device codes: " << server.issuer() << "/oauth/device\n"
            << "# ready" << std::endl;
  heygen::sandbox::wait_for_end();
  return 0;
}

int run(const Options& options) {
  // Before the first thread, so that all of them inherit it and one place waits for signals.
  const sigset_t signals = heygen::sandbox::handled_signals();
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  const heygen::sandbox::Server server(options.host, options.port, options.settings, options.log_file,
                                       heygen::sandbox::system_clock(), heygen::sandbox::system_random());
  const heygen::sandbox::ConfigDirectory directory(options.config_directory);
  Variables variables = server.environment();
  variables.emplace_back("HEYGEN_CONFIG_DIR", directory.path());
  if (options.command == Options::Command::serve) return serve(server, variables);
  return heygen::sandbox::run_program(options.program, variables);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Options options = heygen::sandbox::parse_options(std::vector<std::string>(argv + 1, argv + argc));
    switch (options.command) {
      case Options::Command::help:
        std::cout << heygen::sandbox::help_text(options.help_about);
        return 0;
      case Options::Command::version:
        std::cout << heygen::sandbox::version_text();
        return 0;
      default:
        return run(options);
    }
  } catch (const heygen::sandbox::Failure& error) {
    std::cerr << "heygen-sandbox: " << error.what() << '\n';
    std::cerr << error.hint << '\n';
    return error.exit;
  } catch (const std::exception& error) {
    std::cerr << "heygen-sandbox: " << error.what() << '\n';
    return 1;
  }
}
