// SPDX-License-Identifier: Apache-2.0
// heygen-sandbox: a local server of the HeyGen API, to try heygen, to test, and to write credential providers.
#include <csignal>
#include <iostream>
#include <string>
#include <vector>

#include "sdk/sandbox/base/clock.hpp"
#include "sdk/sandbox/base/failure.hpp"
#include "sdk/sandbox/help.hpp"
#include "sdk/sandbox/options.hpp"
#include "sdk/sandbox/run.hpp"
#include "sdk/sandbox/server.hpp"

namespace {

using heygen::sandbox::Options;

/// For a shell: the brackets of an IPv6 address would be a pattern.
std::string shell_word(const std::string& text) {
  return text.find('[') == std::string::npos ? text : "'" + text + "'";
}

int serve(const heygen::sandbox::Server& server) {
  for (const auto& [name, value] : server.environment())
    std::cout << "export " << name << '=' << shell_word(value) << '\n';
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
  if (options.command == Options::Command::serve) return serve(server);
  return heygen::sandbox::run_program(options.program, server.environment());
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
