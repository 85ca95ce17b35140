// SPDX-License-Identifier: Apache-2.0
// Opens the user's browser, and notices when that fails.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/fd.hpp"
#include "core/provider/login/browser_login.hpp"

namespace heygen::provider {

/// False with HEYGEN_NO_BROWSER or BROWSER=none.
bool browser_allowed(const Environment& environment);

/// Why no program here can show a page, as the end of a sentence ("neither DISPLAY nor WAYLAND_DISPLAY is set"); empty
/// when one may. BROWSER counts as one that may, unless it names nothing that is installed.
std::string why_no_browser(const Environment& environment);

/// http or https, in printable ASCII without spaces, which neither a shell script nor a terminal misreads.
bool is_browsable(std::string_view url);

/// The opener's process, which outlives this object.
class BrowserChild : public OpenedBrowser {
 public:
  /// Starts the first command that the system can run, and the next one when that fails. nullptr when there is none.
  /// The commands are those of BROWSER: the path of a program, or a list separated by colons of words as a shell quotes
  /// them, in which "%s" is replaced by the URL. Without it, in WSL, wslview and powershell.exe, which open the browser
  /// of Windows; with a display, xdg-open. The child has no terminal, no open files and none of the variables in
  /// `hidden`.
  static std::unique_ptr<BrowserChild> start(const std::string& url, const Environment& environment,
                                             const std::vector<std::string>& hidden);
  ~BrowserChild() override;
  BrowserChild(const BrowserChild&) = delete;
  BrowserChild& operator=(const BrowserChild&) = delete;

  int descriptor() const override { return ended_.get(); }
  std::optional<std::string> complaint() override;

 private:
  struct Command {
    std::string name, program;  ///< as given, and its path
    std::vector<std::string> words;
  };
  BrowserChild(std::vector<Command> commands, std::vector<std::string> variables)
      : commands_(std::move(commands)), variables_(std::move(variables)) {}
  /// False: none of the commands that are left can be run.
  bool start_next();

  std::vector<Command> commands_;
  std::vector<std::string> variables_;
  std::size_t next_ = 0;
  std::string program_, complaints_;
  pid_t process_ = 0;
  UniqueFd ended_;  ///< a pidfd
};

}  // namespace heygen::provider
