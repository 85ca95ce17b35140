// SPDX-License-Identifier: Apache-2.0
// What the stages have in common: services with some members replaced, and requests that are listened to.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/net/http.hpp"
#include "core/provider/login/browser_login.hpp"
#include "core/provider/provider.hpp"

namespace heygen::provider {

/// The same with these members, of which `nullptr` keeps what it was.
struct Replaced {
  net::Http* http = nullptr;
  Clock* clock = nullptr;
  Random* random = nullptr;
  Terminal* terminal = nullptr;
  BrowserLogin* browser_login = nullptr;
};
Services lend_instead(const Services& services, const Replaced& replaced);

/// Largest body that is listened to, in bytes. Of a longer one the listener gets nothing.
inline constexpr std::size_t kMaxTapped = std::size_t{1} << 20;

/// A response that was read to its end.
struct Exchanged {
  const net::Request& request;
  int status = 0;
  const net::Headers& headers;
  const std::string& body;  ///< wiped afterwards
  bool is_complete = true;  ///< false: longer than kMaxTapped
};

/// An Http that tells of what it exchanges.
class TappedHttp : public net::Http {
 public:
  using OnExchange = std::function<void(const Exchanged&)>;
  /// `on_failure`: of a request that got no response; may be empty.
  TappedHttp(net::Http& inner, OnExchange on_exchange,
             std::function<void(const net::Request&, const net::Failure&)> on_failure = {})
      : inner_(inner), on_exchange_(std::move(on_exchange)), on_failure_(std::move(on_failure)) {}
  std::unique_ptr<net::Response> send(const net::Request& request, const Cancel& cancel) override;

 private:
  net::Http& inner_;
  OnExchange on_exchange_;
  std::function<void(const net::Request&, const net::Failure&)> on_failure_;
};

/// A browser of which nothing more is known.
class QuietBrowser : public OpenedBrowser {
 public:
  int descriptor() const override { return -1; }
  std::optional<std::string> complaint() override { return {}; }
};

/// Throws Error{usage_error} where the provider has a port of its own. `port`: of --port, 0 for none.
RedirectOptions with_port(RedirectOptions options, std::uint16_t port);

}  // namespace heygen::provider
