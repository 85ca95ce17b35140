// SPDX-License-Identifier: Apache-2.0
// heygen.loopback/1
#include <algorithm>

#include "core/base/error.hpp"
#include "core/provider/call/host_call.hpp"
#include "core/provider/login/browser_login.hpp"
#include "core/provider/service/services.hpp"

namespace heygen::provider {
namespace {

using std::chrono::milliseconds;

constexpr std::uint32_t kLastPort = 65'535;

const RedirectListener* listener_of(const heygen_loopback* handle) {
  return reinterpret_cast<const RedirectListener*>(handle);
}

/// The listener, if it is one of this call's.
RedirectListener* own_listener(const HostCall& host, heygen_loopback* handle) {
  auto* listener = reinterpret_cast<RedirectListener*>(handle);
  return host.owns(listener) ? listener : nullptr;
}

bool is_path(std::string_view path) {
  constexpr std::size_t kLongest = 256;
  return path.starts_with('/') && path.size() <= kLongest &&
         std::ranges::all_of(path, [](char c) { return c > 0x20 && c < 0x7F && c != '?' && c != '#'; });
}

/// Throws Error{usage_error} for a host or mode that is not valid.
RedirectOptions options_of(const heygen_loopback_options& given) {
  RedirectOptions options;
  if (given.path.size != 0) options.path = abi::view(given.path);
  if (given.host.size != 0) options.host = abi::view(given.host);
  options.form_post = given.mode == HEYGEN_REDIRECT_FORM_POST;
  if (options.host != "127.0.0.1" && options.host != "localhost" && options.host != "[::1]")
    throw usage_error("The login cannot listen on " + options.host + ": only on 127.0.0.1, localhost or [::1].");
  if (given.port > kLastPort) throw usage_error("The login cannot listen on port " + std::to_string(given.port) + ".");
  options.port = static_cast<std::uint16_t>(given.port);
  return options;
}

heygen_status HEYGEN_CALL open(const heygen_call* call, const heygen_loopback_options* options,
                               heygen_loopback** listener) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    static constexpr heygen_loopback_options kDefaults{sizeof(kDefaults), 0, {nullptr, 0}, {nullptr, 0}, 0, 0};
    const heygen_loopback_options& given = options != nullptr ? *options : kDefaults;
    if (listener == nullptr || given.struct_size < abi::kLoopbackOptionsSize)
      return host.refuse("loopback.open got NULL or options smaller than version 1.0 had.");
    *listener = nullptr;
    if (given.path.size != 0 && !is_path(abi::view(given.path)))
      return host.refuse("loopback.open got text that is not a path.");
    if (given.mode != HEYGEN_REDIRECT_QUERY && given.mode != HEYGEN_REDIRECT_FORM_POST)
      return host.refuse("loopback.open got the unknown mode " + std::to_string(given.mode) + ".");
    if (host.function != Function::login) {
      return host.fail(HEYGEN_UNSUPPORTED, "A provider can wait for a redirect only during a login.");
    }
    auto opened = host.services.browser_login.listen(options_of(given), host.services.clock);
    *listener = reinterpret_cast<heygen_loopback*>(host.keep(std::move(opened)));
    return HEYGEN_OK;
  });
}

heygen_str HEYGEN_CALL redirect_uri(const heygen_loopback* listener) {
  return listener != nullptr ? abi::str(listener_of(listener)->redirect_uri()) : heygen_str{nullptr, 0};
}

heygen_status status_of(HostCall& host, RedirectListener::Outcome outcome) {
  switch (outcome) {
    case RedirectListener::Outcome::arrived:
      return HEYGEN_OK;
    case RedirectListener::Outcome::repeated_parameter:
      return host.fail(HEYGEN_BROKEN, "The redirect has a parameter twice, so it was not used.");
    case RedirectListener::Outcome::timed_out:
      return host.fail(HEYGEN_TRANSIENT, "Timed out waiting for the browser login.");
    case RedirectListener::Outcome::canceled:
    case RedirectListener::Outcome::ended:
      break;
  }
  return HEYGEN_CANCELED;
}

heygen_status HEYGEN_CALL wait(const heygen_call* call, heygen_loopback* handle, std::uint32_t timeout_ms) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    RedirectListener* listener = own_listener(host, handle);
    if (listener == nullptr || listener->has_visitor() || !listener->is_listening()) {
      return host.refuse("loopback.wait got a listener that does not listen.");
    }
    RedirectListener::Watch browser;
    browser.descriptor = [&] { return host.browser ? host.browser->descriptor() : -1; };
    browser.readable = [&] { host.report_browser_failure(); };
    const WaitingScope waiting(host.services);
    if (host.services.waiting)
      browser.tick = [&](milliseconds left) { host.services.waiting("Waiting for the login in the browser", left); };
    return status_of(host, listener->wait(milliseconds{timeout_ms}, host.services.cancel, browser));
  });
}

heygen_str HEYGEN_CALL param(const heygen_loopback* handle, heygen_str name) {
  const std::string* value = handle != nullptr ? listener_of(handle)->param(abi::view(name)) : nullptr;
  return value != nullptr ? abi::str(*value) : heygen_str{nullptr, 0};
}

heygen_status HEYGEN_CALL respond(const heygen_call* call, heygen_loopback* handle, std::int32_t success,
                                  heygen_str message) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    RedirectListener* listener = own_listener(host, handle);
    if (listener == nullptr) return host.refuse("loopback.respond got a listener that is not this call's.");
    listener->respond(success != 0, abi::view(message));
    return HEYGEN_OK;
  });
}

}  // namespace

const heygen_loopback_1_v& loopback_service() {
  static constexpr heygen_loopback_1_v kService{sizeof(kService), 0, open, redirect_uri, wait, param, respond};
  return kService;
}

}  // namespace heygen::provider
