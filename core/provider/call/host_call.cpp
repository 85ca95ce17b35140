// SPDX-License-Identifier: Apache-2.0
#include "core/provider/call/host_call.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/terminal.hpp"
#include "core/base/text.hpp"
#include "core/json/write.hpp"
#include "core/provider/call/countdown.hpp"
#include "core/provider/call/http_response.hpp"
#include "core/provider/call/sink.hpp"
#include "core/provider/login/browser_login.hpp"

namespace heygen::provider {
namespace {

constexpr std::chrono::milliseconds kRevokeTimeout{5'000};

heygen_status status_of(const Error& error) {
  if (error.code == code::kCanceled) return HEYGEN_CANCELED;
  if (error.code == code::kUsage) return HEYGEN_USAGE;
  if (error.code == code::kNetwork || error.code == code::kTimeout) return HEYGEN_TRANSIENT;
  return error.code == code::kAuth ? HEYGEN_BROKEN : HEYGEN_INTERNAL;
}

}  // namespace

HostCall::HostCall(const CallContext& context, Function the_function, const ProviderRequest& the_request)
    : services(context.services),
      manifest(context.manifest),
      function(the_function),
      request(the_request),
      secret_variables(context.secret_variables),
      unfinished(context.unfinished),
      isolated(context.isolated),
      state_text_(json::write(the_request.state)) {
  if (request.wait_limit) wait_end_ = services.clock.monotonic() + *request.wait_limit;
  if (function == Function::revoke) deadline_ = services.clock.monotonic() + kRevokeTimeout;
  abi_.struct_size = sizeof(abi_);
  abi_.host_major = context.major;
  abi_.host = this;
  abi_.sink = &sink();
  abi_.get_extension = context.find_service;
  abi_.reason = static_cast<heygen_reason>(request.reason);
  abi_.interaction = static_cast<heygen_interaction>(request.interaction);
  abi_.now = services.clock.now();
  abi_.host_version = abi::str(services.host_version);
  abi_.api_base = abi::str(services.api_base);
  abi_.method = abi::str(request.method);
  abi_.path = abi::str(request.path);
  abi_.profile = abi::str(services.profile);
  abi_.www_authenticate = abi::str(request.www_authenticate);
  abi_.state = abi::str(state_text_);
}

HostCall::~HostCall() {
  if (function == Function::login && services.waiting) services.waiting({}, {});
  wipe(state_text_);
  for (std::string& text : texts_) wipe(text);
  for (json::Value& document : documents_) wipe_strings(document);
}

void HostCall::set_waits_for(const std::string& line) {
  Countdown countdown = parse_countdown(line);
  waits_for_ = std::move(countdown.what);
  waits_until_.reset();
  if (countdown.left) waits_until_ = services.clock.monotonic() + *countdown.left;
}

void HostCall::show_waiting() const {
  if (function != Function::login || !services.waiting) return;
  std::optional<std::chrono::milliseconds> left;
  if (waits_until_) left = std::max(*waits_until_ - services.clock.monotonic(), std::chrono::milliseconds::zero());
  services.waiting(waits_for_.empty() ? "Waiting for the login" : waits_for_, left);
}

HostCall* HostCall::of_any_thread(const heygen_call* call) noexcept {
  return call != nullptr ? static_cast<HostCall*>(call->host) : nullptr;
}

HostCall* HostCall::of(const heygen_call* call) noexcept {
  HostCall* host = of_any_thread(call);
  if (host != nullptr && host->thread_ != std::this_thread::get_id()) {
    host->wrong_thread_ = true;
    return nullptr;
  }
  return host;
}

heygen_str HostCall::keep(std::string text) {
  return abi::str(texts_.emplace_back(std::move(text)));
}

const json::Value* HostCall::keep(json::Value document) {
  return &documents_.emplace_back(std::move(document));
}

JsonWriter* HostCall::new_writer() {
  return &writers_.emplace_back();
}

const HttpResponse* HostCall::keep(std::unique_ptr<HttpResponse> response) {
  return responses_.emplace_back(std::move(response)).get();
}

bool HostCall::release(const HttpResponse* response) {
  return std::erase_if(responses_, [&](const auto& kept) { return kept.get() == response; }) != 0;
}

RedirectListener* HostCall::keep(std::unique_ptr<RedirectListener> listener) {
  return listeners_.emplace_back(std::move(listener)).get();
}

bool HostCall::owns(const RedirectListener* listener) const {
  return listener != nullptr &&
         std::any_of(listeners_.begin(), listeners_.end(), [&](const auto& owned) { return owned.get() == listener; });
}

heygen_status HostCall::fail(heygen_status status, std::string message, std::string hint) {
  result.code.clear();
  result.message = std::move(message);
  result.hint = std::move(hint);
  result.retry_after = 0;
  return status;
}

heygen_status HostCall::fail(const Error& error) {
  return fail(status_of(error), error.message(), error.hint);
}

heygen_status HostCall::refuse(std::string bug) {
  if (bug_.empty()) bug_ = std::move(bug);
  return HEYGEN_USAGE;
}

std::optional<std::chrono::milliseconds> HostCall::time_left() const {
  if (!deadline_) return {};
  return std::max(std::chrono::milliseconds{0}, *deadline_ - services.clock.monotonic());
}

void HostCall::report_browser_failure() {
  const auto complaint = browser ? browser->complaint() : std::nullopt;
  if (!complaint) return;
  services.terminal.notice("Could not open a browser (" + *complaint + "); open the URL above yourself.");
}

bool HostCall::may_ask_user() const {
  return request.interaction == Interaction::always ||
         (request.interaction == Interaction::if_terminal && services.terminal.stdin_is_terminal());
}

ProviderResult HostCall::finish(heygen_status status) {
  const auto internal = [&](const std::string& what) {
    fail(HEYGEN_INTERNAL, what);
    result.status = Status::internal;
  };
  result.status = static_cast<Status>(status);
  if (wrong_thread_) {
    internal(std::string(name_of(function)) + "() called the host from another thread.");
  } else if (status < HEYGEN_OK || status > HEYGEN_INTERNAL) {
    internal(std::string(name_of(function)) + "() ended with the unknown status " + std::to_string(status) + ".");
  } else if (!bug_.empty() && (status == HEYGEN_OK || (status == HEYGEN_USAGE && result.message.empty()))) {
    internal(bug_);  // the provider did not explain it, or handed on the status as it came
  } else if (status == HEYGEN_OK && function == Function::resolve && result.headers.empty() && !result.refreshable) {
    fail(HEYGEN_BROKEN, "It gave no header and cannot be refreshed.");
    result.status = Status::broken;
  }
  // No caller asks these two what else was wrong.
  if (!bug_.empty() && services.log && (function == Function::revoke || function == Function::report_outcome))
    services.log(HEYGEN_LOG_WARNING, manifest.id + ": Bug in the provider: " + printable(bug_));
  changed_state_ = result.patch.has_value();
  if (result.status == Status::ok) {
    fail(HEYGEN_OK, {});
  } else {
    result.headers.clear();
    if (result.patch) wipe_strings(*result.patch);
    result.patch.reset();
  }
  return std::move(result);
}

}  // namespace heygen::provider
