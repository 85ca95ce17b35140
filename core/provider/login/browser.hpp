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

/// Why no program here can show a page, as the end of a sentence ("xdg-open is not installed"); empty when one may.
/// BROWSER counts as one that may, unless it names nothing that is installed.
std::string why_no_browser(const Environment& environment);

/// http or https, in printable ASCII without spaces, which neither a shell script nor a terminal misreads.
bool is_browsable(std::string_view url);

/// The opener's process, which outlives this object.
class BrowserChild : public OpenedBrowser {
 public:
  /// Starts the first command of BROWSER (a list separated by colons, in which "%s" is replaced by the URL) that the
  /// system can run, else xdg-open. nullptr when there is none. The child has no terminal, no open files and none of
  /// the variables in `hidden`.
  static std::unique_ptr<BrowserChild> start(const std::string& url, const Environment& environment,
                                             const std::vector<std::string>& hidden);
  ~BrowserChild() override;
  BrowserChild(const BrowserChild&) = delete;
  BrowserChild& operator=(const BrowserChild&) = delete;

  int descriptor() const override { return ended_.get(); }
  std::optional<std::string> complaint() override;

 private:
  BrowserChild(std::string program, pid_t process);

  std::string program_;
  pid_t process_;
  UniqueFd ended_;  ///< a pidfd
};

}  // namespace heygen::provider
