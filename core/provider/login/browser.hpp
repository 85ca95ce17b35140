// Opens the person's browser, and notices when that fails.
#pragma once

#include <sys/types.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heygen {
class Environment;
}

namespace heygen::provider {

/// False with HEYGEN_NO_BROWSER or BROWSER=none.
bool browser_allowed(const Environment& environment);

/// http or https, and nothing that a shell script or a terminal could stumble over.
bool is_browsable(std::string_view url);

/// One opener that runs beside us; it outlives this object.
class BrowserChild {
 public:
  /// Starts the first command of BROWSER (a list separated by colons, "%s" stands for the URL) that the system can run,
  /// else xdg-open. nullptr when there is none. The child has no terminal, no open files and none of `hidden`.
  static std::unique_ptr<BrowserChild> start(const std::string& url, const Environment& environment,
                                             const std::vector<std::string>& hidden);
  ~BrowserChild();
  BrowserChild(const BrowserChild&) = delete;
  BrowserChild& operator=(const BrowserChild&) = delete;

  /// Polls readable once it ended; -1 when there is nothing more to learn.
  int descriptor() const { return descriptor_; }
  /// Why it failed, the first time that this is known: "xdg-open ended with exit code 3".
  std::optional<std::string> complaint();

 private:
  BrowserChild(std::string program, pid_t process);

  std::string program_;
  pid_t process_;
  int descriptor_;
};

}  // namespace heygen::provider
