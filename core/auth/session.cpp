#include "core/auth/session.hpp"

#include <algorithm>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/terminal.hpp"
#include "core/store/reserved_slots.hpp"

namespace heygen::auth {

using provider::ProviderResult;
using provider::Reason;
using provider::Status;

namespace {

/// The file still holds what was sent to be refreshed: nobody logged in, out or refreshed since.
bool is_still_ours(const json::Value& now, const json::Value& sent, const json::Value& patch) {
  if (!patch.is_object()) return now == sent;
  return std::ranges::all_of(patch.as_object(), [&](const json::Member& change) {
    const json::Value* left = now.find(change.first);
    const json::Value* right = sent.find(change.first);
    return (left == nullptr) == (right == nullptr) && (left == nullptr || *left == *right);
  });
}

}  // namespace

Session::Session(Resolver& resolver, Clock& clock, Terminal& terminal, const Cancel& cancel)
    : resolver_(resolver), clock_(clock), terminal_(terminal), cancel_(cancel) {}

Error Session::refused_error(const Credential& used) {
  return auth_error("The server refuses the credential of " + used.title() + ".",
                    "Log in again. " + resolver_.how_to_login(used.provider()));
}

void Session::require_usable(const Credential& credential) {
  if (!credential.stale(clock_.now()) || credential.refreshable()) return;
  throw auth_error("The credential of " + credential.title() + " has expired.",
                   "Log in again. " + resolver_.how_to_login(credential.provider()));
}

void Session::check(const RequestInfo& request) {
  Credential credential = resolver_.resolve(request);
  require_usable(credential);
  checked_ = PreResolved{request, std::move(credential)};
}

CredentialLease Session::obtain(const RequestInfo& request) {
  const bool reaches = checked_ && (!checked_->credential.this_request_only() || checked_->request == request);
  Credential credential = reaches ? std::move(checked_->credential) : resolver_.resolve(request);
  checked_.reset();
  require_usable(credential);
  if (!credential.stale(clock_.now())) return {std::move(credential), false};
  const Reason reason = credential.has_headers() ? Reason::near_expiry : Reason::first_use;
  return refresh(credential, request, reason, {});
}

CredentialLease Session::renew(const Credential& refused, const RequestInfo& request,
                               const std::string& www_authenticate) {
  return refresh(refused, request, Reason::refused, www_authenticate);
}

std::optional<Credential> Session::renewed_by_another(const Credential& seen, const RequestInfo& request,
                                                      Reason reason) {
  Credential current = resolver_.resolve_with(seen.provider(), request, reason);
  const bool usable = current.has_headers() && (!current.expires_at() || *current.expires_at() > clock_.now());
  if (!usable || current.same_headers(seen)) return {};
  current.mark_just_refreshed();
  return current;
}

CredentialLease Session::refresh(const Credential& seen, const RequestInfo& request, Reason reason,
                                 const std::string& www_authenticate) {
  const std::string& id = seen.provider();
  const auto lock = resolver_.store().lock_refresh(store::slot_of(id), kLockDeadline, cancel_);
  if (std::optional<Credential> other = renewed_by_another(seen, request, reason)) return {*other, false};

  provider::Provider& one = resolver_.registry().load(id);
  provider::ProviderRequest ask;
  ask.reason = reason;
  ask.method = request.method;
  ask.path = request.path;
  ask.www_authenticate = www_authenticate;
  ask.state = resolver_.state_of(id);
  const ProviderResult answer = one.refresh(ask);
  if (answer.status == Status::rejected) {
    // Somebody who does not know our lock may have refreshed in between: the file has the last word.
    if (std::optional<Credential> other = renewed_by_another(seen, request, reason)) return {*other, false};
  }
  if (answer.status != Status::ok) {
    throw provider::to_error(answer, one.manifest(), resolver_.how_to_login(id));
  }
  const json::Value patch = answer.patch.value_or(json::Object{});
  save(id, ask.state, patch);
  json::Value state = ask.state;
  json::merge_patch(state, patch);
  Credential renewed = resolver_.resolve_state(id, state, request, Reason::first_use);
  renewed.mark_just_refreshed();
  if (!renewed.has_headers()) throw refused_error(seen);
  return {std::move(renewed), true};
}

void Session::save(const std::string& id, const json::Value& sent, const json::Value& patch) {
  try {
    resolver_.store().update([&](json::Value& root) {
      json::Value state = slot_state(root, id);
      if (!is_still_ours(state, sent, patch)) return;
      json::merge_patch(state, patch);
      set_slot_state(root, id, state);
    });
  } catch (const std::exception& error) {
    terminal_.notice(std::string("Warning: the renewed login could not be saved, so the stored one is stale: ") +
                     error.what() + " This command goes on; a later one may ask you to log in again.");
  }
}

void Session::report(const Credential& used, const RequestInfo& request, int http_status) {
  provider::ProviderRequest ask;
  ask.method = request.method;
  ask.path = request.path;
  resolver_.registry().load(used.provider()).report_outcome(ask, http_status, http_status != 401);
}

}  // namespace heygen::auth
