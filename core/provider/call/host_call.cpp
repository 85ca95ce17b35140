#include "core/provider/call/host_call.hpp"

#include <Poco/UTF8Encoding.h>

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/terminal.hpp"
#include "core/base/text.hpp"
#include "core/provider/call/http_reply.hpp"
#include "core/provider/login/browser.hpp"
#include "core/provider/login/loopback.hpp"

namespace heygen::provider {
namespace {

constexpr std::chrono::milliseconds kRevokeTime{5'000};

heygen_status status_of(const Error& error) {
  if (error.code == code::kCanceled) return HEYGEN_CANCELLED;
  if (error.code == code::kUsage) return HEYGEN_USAGE;
  if (error.code == code::kNetwork || error.code == code::kTimeout) return HEYGEN_TRANSIENT;
  return error.code == code::kAuth ? HEYGEN_BROKEN : HEYGEN_INTERNAL;
}

}  // namespace

const char* name_of(Function function) {
  constexpr std::array<const char*, 5> kNames{"resolve", "refresh", "login", "revoke", "report_outcome"};
  return kNames.at(static_cast<std::size_t>(function));
}

void wipe_strings(json::Value& value) noexcept {
  if (auto* text = value.get_if<std::string>()) {
    wipe(*text);
  } else if (auto* items = value.get_if<json::Array>()) {
    for (json::Value& item : *items) wipe_strings(item);
  } else if (auto* members = value.get_if<json::Object>()) {
    for (json::Member& member : *members) wipe_strings(member.second);
  }
}

bool is_utf8(std::string_view text) {
  const Poco::UTF8Encoding encoding;
  const auto* at = reinterpret_cast<const unsigned char*>(text.data());
  const auto* end = at + text.size();
  while (at != end) {
    const int left = static_cast<int>(std::min<std::ptrdiff_t>(end - at, 4));
    const int length = encoding.sequenceLength(at, left);
    if (length < 1 || length > left || !Poco::UTF8Encoding::isLegal(at, length)) return false;
    at += length;
  }
  return true;
}

HostCall::HostCall(const Services& the_services, const Manifest& the_manifest, Function the_function,
                   const ProviderRequest& the_ask, std::uint32_t major, const std::vector<std::string>& variables)
    : services(the_services),
      manifest(the_manifest),
      function(the_function),
      ask(the_ask),
      secret_variables(variables),
      state_text_(json::write(the_ask.state)) {
  if (function == Function::revoke) deadline_ = services.clock.monotonic() + kRevokeTime;
  abi_.struct_size = sizeof(abi_);
  abi_.host_major = major;
  abi_.host = this;
  abi_.sink = &sink();
  abi_.get_extension = find_service;
  abi_.reason = static_cast<heygen_reason>(ask.reason);
  abi_.interaction = static_cast<heygen_interaction>(ask.interaction);
  abi_.now = services.clock.now();
  abi_.host_version = abi::str(services.host_version);
  abi_.api_base = abi::str(services.api_base);
  abi_.method = abi::str(ask.method);
  abi_.path = abi::str(ask.path);
  abi_.profile = abi::str("");
  abi_.www_authenticate = abi::str(ask.www_authenticate);
  abi_.state = abi::str(state_text_);
}

HostCall::~HostCall() {
  wipe(state_text_);
  for (std::string& text : texts_) wipe(text);
  for (json::Value& document : documents_) wipe_strings(document);
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

const HttpReply* HostCall::keep(std::unique_ptr<HttpReply> reply) {
  return replies_.emplace_back(std::move(reply)).get();
}

Loopback* HostCall::keep(std::unique_ptr<Loopback> listener) {
  return listeners_.emplace_back(std::move(listener)).get();
}

bool HostCall::owns(const Loopback* listener) const {
  return listener != nullptr &&
         std::any_of(listeners_.begin(), listeners_.end(), [&](const auto& owned) { return owned.get() == listener; });
}

heygen_status HostCall::fail(heygen_status status, std::string message, std::string hint) {
  answer.code.clear();
  answer.message = std::move(message);
  answer.hint = std::move(hint);
  answer.retry_after = 0;
  return status;
}

heygen_status HostCall::fail(const Error& error) {
  return fail(status_of(error), error.message(), error.hint);
}

heygen_status HostCall::refuse(std::string fault) {
  if (fault_.empty()) fault_ = std::move(fault);
  return HEYGEN_USAGE;
}

std::optional<std::chrono::milliseconds> HostCall::time_left() const {
  if (!deadline_) return {};
  return std::max(std::chrono::milliseconds{0}, *deadline_ - services.clock.monotonic());
}

void HostCall::report_browser_failure() {
  const auto complaint = browser ? browser->complaint() : std::nullopt;
  if (!complaint) return;
  services.terminal.notice("The browser could not be opened (" + printable(*complaint) +
                           "); open the address above by hand.");
}

bool HostCall::may_ask_person() const {
  return ask.interaction == Interaction::always ||
         (ask.interaction == Interaction::if_terminal && services.terminal.stdin_is_terminal());
}

ProviderResult HostCall::finish(heygen_status status) {
  const auto internal = [&](const std::string& what) {
    fail(HEYGEN_INTERNAL, what);
    answer.status = Status::internal;
  };
  answer.status = static_cast<Status>(status);
  if (wrong_thread_) {
    internal(std::string(name_of(function)) + "() called the host from another thread.");
  } else if (status < HEYGEN_OK || status > HEYGEN_INTERNAL) {
    internal(std::string(name_of(function)) + "() ended with the unknown status " + std::to_string(status) + ".");
  } else if (!fault_.empty() && (status == HEYGEN_OK || (status == HEYGEN_USAGE && answer.message.empty()))) {
    internal(fault_);  // what the provider did not explain, or handed on as it came
  } else if (status == HEYGEN_OK && function == Function::resolve && answer.headers.empty() && !answer.refreshable) {
    fail(HEYGEN_BROKEN, "It gave no header and cannot be refreshed.");
    answer.status = Status::broken;
  }
  if (answer.status == Status::ok) {
    fail(HEYGEN_OK, {});
  } else {
    answer.headers.clear();
    if (answer.patch) wipe_strings(*answer.patch);
    answer.patch.reset();
  }
  return std::move(answer);
}

}  // namespace heygen::provider
