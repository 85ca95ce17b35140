// SPDX-License-Identifier: Apache-2.0
// The host's side of one call into a provider: what the sink gathers, and what services keep alive until it returns.
#pragma once

#include <heygen/provider.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/base/error.hpp"
#include "core/provider/abi.hpp"
#include "core/provider/breadcrumb.hpp"
#include "core/provider/call/json_writer.hpp"
#include "core/provider/provider.hpp"
#include "core/store/provider/provider_cache.hpp"
#include "core/store/provider/provider_files.hpp"

namespace heygen::provider {

class OpenedBrowser;
class RedirectListener;
class Exchange;
struct HttpResponse;

/// heygen_call.get_extension: a service by its ID, or NULL.
using FindService = const void*(HEYGEN_CALL*)(const heygen_call* call, heygen_str id);

/// Names of environment variables that hold credentials: of all providers, whose manifests are read then.
using SecretVariables = std::function<std::vector<std::string>()>;

/// What all calls into one provider have in common. The members outlive each call.
struct CallContext {
  const Services& services;
  const Manifest& manifest;
  const SecretVariables& secret_variables;  ///< kept out of child processes and log lines
  FindService find_service;
  std::uint32_t major = abi::kNewestMajor;  ///< version of the interface that was agreed on
  /// Where a call leaves an exchange under way; nullptr: it leaves none.
  std::unique_ptr<Exchange>* unfinished = nullptr;
  /// The provider runs in a process of its own: it reaches only the hosts that it declared.
  bool isolated = false;
};

using store::wipe_strings;

class HostCall {
 public:
  HostCall(const CallContext& context, Function the_function, const ProviderRequest& the_request);
  ~HostCall();  ///< wipes everything that was kept
  HostCall(const HostCall&) = delete;
  HostCall& operator=(const HostCall&) = delete;

  const heygen_call* abi() const { return &abi_; }

  /// The call behind the provider's pointer; nullptr for NULL or from another thread, which finish() reports as a bug
  /// in the provider.
  static HostCall* of(const heygen_call* call) noexcept;
  /// Likewise, for functions tagged [any].
  static HostCall* of_any_thread(const heygen_call* call) noexcept;

  /// Text that stays until the provider function returns.
  heygen_str keep(std::string text);
  const json::Value* keep(json::Value document);
  JsonWriter* new_writer();
  const HttpResponse* keep(std::unique_ptr<HttpResponse> response);
  /// Frees a response; false when it is not one of this call's.
  bool release(const HttpResponse* response);
  RedirectListener* keep(std::unique_ptr<RedirectListener> listener);
  bool owns(const RedirectListener* listener) const;
  bool is_on_own_thread() const { return !for_other_thread_ && thread_ == std::this_thread::get_id(); }
  /// While a function tagged [any] runs for another thread of an isolated provider.
  class OtherThread {
   public:
    OtherThread(HostCall& host, bool is_other) : host_(host) { host_.for_other_thread_ = is_other; }
    ~OtherThread() { host_.for_other_thread_ = false; }
    OtherThread(const OtherThread&) = delete;
    OtherThread& operator=(const OtherThread&) = delete;

   private:
    HostCall& host_;
  };
  /// Another thread of an isolated provider called a function that is not for it.
  void note_wrong_thread() { wrong_thread_ = true; }

  /// Words an error for the user, as heygen_sink.fail() does; the provider may word it better afterwards.
  heygen_status fail(heygen_status status, std::string message, std::string hint = {});
  heygen_status fail(const Error& error);
  /// A sink or service refused an argument: a bug in the provider, unless the function ends in another error. Returns
  /// HEYGEN_USAGE.
  heygen_status refuse(std::string bug);

  /// Ends the call: what the sink gathered, judged by the header's rules.
  ProviderResult finish(heygen_status status);

  /// Time that this call still has; empty when unlimited.
  std::optional<std::chrono::milliseconds> time_left() const;
  /// When it stops waiting for a response, by the monotonic clock; empty: it waits to the end.
  std::optional<std::chrono::milliseconds> wait_end() const { return wait_end_; }
  bool changed_state() const { return changed_state_; }
  bool network_off() const { return request.reason == Reason::explain; }
  bool may_ask_user() const;

  const Services& services;
  const Manifest& manifest;
  const Function function;
  const ProviderRequest& request;
  const SecretVariables& secret_variables;
  std::unique_ptr<Exchange>* const unfinished;
  const bool isolated;
  ProviderResult result;
  /// What a login or refresh puts into the cache, by key: of the state that it leaves, which is known at its end.
  std::map<std::string, store::CacheEntry> cached;
  std::unique_ptr<OpenedBrowser> browser;
  std::vector<std::string> learned_hosts;  ///< from the metadata of a declared issuer, as in ResolvedNeeds
  /// What a login waits for, in the provider's words, or "", and until when by the monotonic clock, if it says so:
  /// "Waiting for approval: 4m 10s left".
  void set_waits_for(const std::string& line);
  /// Tells the user, during a login.
  void show_waiting() const;
  /// Tells the user that the browser's opener failed, once that is known.
  void report_browser_failure();

 private:
  std::string state_text_;
  heygen_call abi_{};
  std::thread::id thread_ = std::this_thread::get_id();
  std::atomic<bool> wrong_thread_{false};
  bool for_other_thread_ = false;
  bool changed_state_ = false;  ///< by a patch, of a call that has ended
  std::string bug_, waits_for_;
  std::optional<std::chrono::milliseconds> waits_until_;
  std::optional<std::chrono::milliseconds> deadline_, wait_end_;
  std::deque<std::string> texts_;
  std::deque<json::Value> documents_;
  std::deque<JsonWriter> writers_;
  std::vector<std::unique_ptr<HttpResponse>> responses_;
  std::vector<std::unique_ptr<RedirectListener>> listeners_;
};

/// While a service waits; afterwards nothing is waited for.
class WaitingScope {
 public:
  explicit WaitingScope(const Services& services) : services_(services) {}
  ~WaitingScope() {
    if (services_.waiting) services_.waiting({}, {});
  }
  WaitingScope(const WaitingScope&) = delete;
  WaitingScope& operator=(const WaitingScope&) = delete;

 private:
  const Services& services_;
};

/// Runs a [call] function of sink or service: nothing thrown crosses back into the provider.
template <class Body>
heygen_status guarded(const heygen_call* call, Body body) noexcept {
  HostCall* host = HostCall::of(call);
  if (host == nullptr) return HEYGEN_INTERNAL;
  const ServiceScope scope;
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

/// Likewise for functions that return a value; `fallback` when they cannot.
template <class Value, class Body>
Value guarded_value(const heygen_call* call, Value fallback, Body body) noexcept {
  Value out = fallback;
  guarded(call, [&](HostCall& host) {
    out = body(host);
    return HEYGEN_OK;
  });
  return out;
}

}  // namespace heygen::provider
