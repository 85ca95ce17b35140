// SPDX-License-Identifier: Apache-2.0
#include "core/provider/login/browser_login.hpp"

#include "core/provider/login/browser.hpp"
#include "core/provider/login/loopback.hpp"
#include "core/provider/provider.hpp"

namespace heygen::provider {
namespace {

class SystemBrowserLogin : public BrowserLogin {
 public:
  std::unique_ptr<OpenedBrowser> open(const std::string& url, const Environment& environment,
                                      const std::vector<std::string>& hidden) override {
    return BrowserChild::start(url, environment, hidden);
  }
  std::unique_ptr<RedirectListener> listen(const RedirectOptions& options, Clock& clock) override {
    return std::make_unique<Loopback>(options, clock);
  }
};

}  // namespace

bool BrowserLogin::allowed(const Environment& environment) const {
  return browser_allowed(environment);
}

BrowserLogin& system_browser_login() {
  static SystemBrowserLogin system;
  return system;
}

}  // namespace heygen::provider
