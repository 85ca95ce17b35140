// SPDX-License-Identifier: Apache-2.0
#include <sys/ioctl.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "core/base/text.hpp"
#include "core/provider/login/browser.hpp"
#include "host/commands/doctor/look/look.hpp"
#include "host/services.hpp"

namespace heygen::host::commands::doctor {

namespace {

constexpr std::size_t kLongestTerm = 40;

/// Of the terminal on stdout, else stderr.
std::string terminal_size() {
  for (const int end : {STDOUT_FILENO, STDERR_FILENO}) {
    winsize size{};
    if (ioctl(end, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
      return std::to_string(size.ws_col) + "x" + std::to_string(size.ws_row);
  }
  return "unknown";
}

}  // namespace

bool speaks_utf8(const Services& services) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string value = to_lower(services.environment.value(name));
    if (!value.empty()) return value.find("utf-8") != std::string::npos || value.find("utf8") != std::string::npos;
  }
  return false;
}

Check look_at_program(const Services& services) {
  utsname system{};
  uname(&system);
  std::string summary =
      "heygen " + std::string(version()) + " on " + system.sysname + " " + system.release + " " + system.machine;
  if (!services.executable.empty()) summary += ", " + services.executable.string();
  return {"program", Status::ok, summary + "."};
}

Check look_at_terminal(const Services& services) {
  const Environment& environment = services.environment;
  const bool is_terminal = services.terminal.stdout_is_terminal();
  const std::string term = environment.value("TERM");
  const bool colors = is_terminal && !environment.has("NO_COLOR") && !environment.is_dumb_terminal();
  std::string summary = is_terminal ? "stdout is a terminal" : "stdout is not a terminal";
  summary += ", TERM=" + (term.empty() ? "(unset)" : printable(term.substr(0, kLongestTerm))) + ", size " +
             terminal_size() + (colors ? ", colors" : ", no colors") +
             (speaks_utf8(services) ? ", UTF-8." : ", no UTF-8.");
  if (is_terminal && term.empty())
    return {"terminal", Status::warn, summary, "Set TERM to the type of your terminal, e.g. xterm-256color."};
  return {"terminal", Status::ok, summary};
}

Check look_at_browser(const Services& services) {
  return guarded("browser", [&]() -> Check {
    const std::string login = "Log in with the URL that `heygen auth login --oauth` prints.";
    if (!heygen::provider::browser_allowed(services.environment)) {
      const bool by_own = services.environment.has("HEYGEN_NO_BROWSER");
      return {"browser", Status::ok,
              std::string("No browser is opened: ") + (by_own ? "HEYGEN_NO_BROWSER is set." : "BROWSER is `none`.")};
    }
    if (const std::string why = heygen::provider::why_no_browser(services.environment); !why.empty())
      return {"browser", Status::warn, "No browser can be opened: " + why + ".", login};
    return {"browser", Status::ok, "A browser can be opened for a login."};
  });
}

}  // namespace heygen::host::commands::doctor
