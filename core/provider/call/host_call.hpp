// The host's side of one call into a provider: what the sink gathers, and what services keep alive until it returns.
#pragma once

#include <heygen/provider.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "core/provider/abi.hpp"
#include "core/provider/breadcrumb.hpp"
#include "core/provider/provider.hpp"

namespace heygen::provider {

class BrowserChild;
class Loopback;
struct HttpReply;

enum class Function { resolve, refresh, login, revoke, report_outcome };
const char* name_of(Function function);

/// Overwrites all strings of a document.
void wipe_strings(json::Value& value) noexcept;

class HostCall {
 public:
  HostCall(const Services& services, const Manifest& manifest, Function function, const ProviderRequest& ask,
           std::uint32_t major, const std::vector<std::string>& secret_variables);
  ~HostCall();  ///< wipes everything that was kept
  HostCall(const HostCall&) = delete;
  HostCall& operator=(const HostCall&) = delete;

  const heygen_call* abi() const { return &abi_; }

  /// The call behind the provider's pointer; nullptr for NULL or from another thread, which is remembered as a fault.
  static HostCall* of(const heygen_call* call) noexcept;
  /// Likewise, for functions tagged [any].
  static HostCall* of_any_thread(const heygen_call* call) noexcept;

  /// Text that stays until the provider function returns.
  heygen_str keep(std::string text);
  const json::Value* keep(json::Value document);
  const HttpReply* keep(std::unique_ptr<HttpReply> reply);
  Loopback* keep(std::unique_ptr<Loopback> listener);
  bool owns(const Loopback* listener) const;

  /// Words an error for the user, as fail() does; the provider may word it better afterwards.
  heygen_status fail(heygen_status status, std::string message, std::string hint = {});
  heygen_status fail(const Error& error);
  /// A sink or service refused an argument: a fault of the provider unless it ends in another error.
  heygen_status refuse(std::string fault);

  /// Ends the call: what the sink gathered, judged by the header's rules.
  ProviderResult finish(heygen_status status);

  /// Time that this call still has; empty when unlimited.
  std::optional<std::chrono::milliseconds> time_left() const;
  bool network_off() const { return ask.reason == Reason::explain; }
  bool may_ask_person() const;

  const Services& services;
  const Manifest& manifest;
  const Function function;
  const ProviderRequest& ask;
  const std::vector<std::string>& secret_variables;  ///< kept out of child processes
  ProviderResult answer;
  std::unique_ptr<BrowserChild> browser;
  /// Tells the person that the opener failed, once that is known.
  void report_browser_failure();

 private:
  std::string state_text_;
  heygen_call abi_{};
  std::thread::id thread_ = std::this_thread::get_id();
  std::atomic<bool> wrong_thread_{false};
  std::string fault_;
  std::optional<std::chrono::milliseconds> deadline_;
  std::deque<std::string> texts_;
  std::deque<json::Value> documents_;
  std::vector<std::unique_ptr<HttpReply>> replies_;
  std::vector<std::unique_ptr<Loopback>> listeners_;
};

/// Runs a [call] function of sink or service: nothing thrown crosses back into the provider.
template <class Body>
heygen_status enter(const heygen_call* call, Body body) noexcept {
  HostCall* host = HostCall::of(call);
  if (host == nullptr) return HEYGEN_INTERNAL;
  const ServiceScope mark;
  try {
    return body(*host);
  } catch (const Error& error) {
    return host->fail(error);
  } catch (const std::exception& error) {
    try {
      return host->fail(HEYGEN_INTERNAL, std::string("The host failed: ") + error.what());
    } catch (...) {
      return HEYGEN_INTERNAL;
    }
  }
}

/// Likewise for functions that return a value; `otherwise` when they cannot.
template <class Value, class Body>
Value enter_for(const heygen_call* call, Value otherwise, Body body) noexcept {
  Value out = otherwise;
  enter(call, [&](HostCall& host) {
    out = body(host);
    return HEYGEN_OK;
  });
  return out;
}

const heygen_sink& sink();

/// UTF-8 by RFC 3629.
bool is_utf8(std::string_view text);

// One service family a file.
const heygen_http_1_v& http_service();
const heygen_json_1_v& json_service();
const heygen_hash_1_v& hash_service();
const heygen_random_1_v& random_service();
const heygen_clock_1_v& clock_service();
const heygen_loopback_1_v& loopback_service();
const heygen_browser_1_v& browser_service();
const heygen_terminal_1_v& terminal_service();
const heygen_settings_1_v& settings_service();
const heygen_log_1_v& log_service();
const heygen_cancel_1_v& cancel_service();

/// By id; nullptr when unknown.
const void* HEYGEN_CALL find_service(const heygen_call* call, heygen_str id);

}  // namespace heygen::provider
