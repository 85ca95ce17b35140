// SPDX-License-Identifier: Apache-2.0
#include "core/provider/stage/lent.hpp"

#include <utility>

#include "core/base/secret.hpp"

namespace heygen::provider {
namespace {

class TappedResponse : public net::Response {
 public:
  TappedResponse(std::unique_ptr<net::Response> inner, net::Request request, const TappedHttp::OnExchange& tell)
      : inner_(std::move(inner)), request_(std::move(request)), tell_(tell) {
    status = inner_->status;
    headers = inner_->headers;
  }
  TappedResponse(const TappedResponse&) = delete;
  TappedResponse& operator=(const TappedResponse&) = delete;
  ~TappedResponse() override { wipe(body_); }

  std::size_t read(std::span<char> out) override {
    const std::size_t count = inner_->read(out);
    if (body_.size() + count > kMaxTapped) is_complete_ = false;
    if (is_complete_) body_.append(out.data(), count);
    if (count == 0 && !std::exchange(told_, true)) tell_({request_, status, headers, body_, is_complete_});
    return count;
  }
  std::optional<std::uint64_t> length() const override { return inner_->length(); }

 private:
  std::unique_ptr<net::Response> inner_;
  net::Request request_;
  const TappedHttp::OnExchange& tell_;
  std::string body_;
  bool is_complete_ = true, told_ = false;
};

}  // namespace

Services lend_instead(const Services& services, const Replaced& replaced) {
  return {
      .http = replaced.http != nullptr ? *replaced.http : services.http,
      .clock = replaced.clock != nullptr ? *replaced.clock : services.clock,
      .random = replaced.random != nullptr ? *replaced.random : services.random,
      .environment = services.environment,
      .terminal = replaced.terminal != nullptr ? *replaced.terminal : services.terminal,
      .cancel = services.cancel,
      .host_version = services.host_version,
      .api_base = services.api_base,
      .setting = services.setting,
      .log = services.log,
      .browser_login = replaced.browser_login != nullptr ? *replaced.browser_login : services.browser_login,
      .menu = services.menu,
      .waiting = services.waiting,
      .cache = services.cache,
      .keys = services.keys,
      .profile = services.profile,
      .fixed_setting = services.fixed_setting,
      .forbidden_host = services.forbidden_host,
      .http_rule = services.http_rule,
  };
}

std::unique_ptr<net::Response> TappedHttp::send(const net::Request& request, const Cancel& cancel) {
  try {
    net::Request about;  // outlives what the caller lent
    about.method = request.method;
    about.url = request.url;
    return std::make_unique<TappedResponse>(inner_.send(request, cancel), std::move(about), on_exchange_);
  } catch (const net::Failure& failure) {
    if (on_failure_) on_failure_(request, failure);
    throw;
  }
}

RedirectOptions with_port(RedirectOptions options, std::uint16_t port) {
  if (port == 0 || options.port == port) return options;
  if (options.port != 0) {
    throw usage_error("This login listens on port " + std::to_string(options.port) +
                          ", which its server knows, so --port cannot change it.",
                      "Leave out --port.");
  }
  options.port = port;
  return options;
}

}  // namespace heygen::provider
