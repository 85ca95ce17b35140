// SPDX-License-Identifier: Apache-2.0
#include "core/auth/session.hpp"

#include <algorithm>
#include <utility>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/terminal.hpp"
#include "core/provider/status.hpp"
#include "core/store/reserved_slots.hpp"

namespace heygen::auth {

using provider::ProviderResult;
using provider::Reason;
using provider::Status;

namespace {

/// The file still has the state that was sent to be refreshed: no login, logout or refresh since.
bool is_unchanged(const json::Value& now, const json::Value& sent, const json::Value& patch) {
  if (!patch.is_object()) return now == sent;
  return std::ranges::all_of(patch.as_object(), [&](const json::Member& change) {
    const json::Value* left = now.find(change.first);
    const json::Value* right = sent.find(change.first);
    return (left == nullptr) == (right == nullptr) && (left == nullptr || *left == *right);
  });
}

/// "expired on 2026-01-02 03:04 UTC"
std::string expiry_phrase(std::optional<std::int64_t> expires_at) {
  if (!expires_at) return "has expired";
  constexpr std::size_t kMinutes = 16;  // of 2026-01-02T03:04:05Z
  std::string time = format_time(*expires_at).substr(0, kMinutes);
  std::ranges::replace(time, 'T', ' ');
  return "expired on " + time + " UTC";
}

}  // namespace

Session::Session(Resolver& resolver, Clock& clock, Terminal& terminal, const Cancel& cancel)
    : resolver_(resolver), clock_(clock), terminal_(terminal), cancel_(cancel) {}

Error Session::refused_error(const Credential& used) {
  return auth_error("The API rejected the " + used.title() + " credential: login required.",
                    resolver_.login_hint(used.provider()));
}

void Session::require_usable(const Credential& credential) {
  if (!credential.stale(clock_.now()) || credential.refreshable()) return;
  const std::string stored = credential.source() == "file" ? "stored " : "";
  throw auth_error("The " + stored + credential.title() + " credential " + expiry_phrase(credential.expires_at()) +
                       ": login required.",
                   resolver_.login_hint(credential.provider()));
}

Checked Session::check(const RequestInfo& request) {
  Credential credential = resolver_.resolve(request);
  require_usable(credential);
  return {request, std::move(credential)};
}

CredentialLease Session::obtain(const RequestInfo& request, Checked* checked) {
  std::optional<Credential> ready;
  if (checked != nullptr) ready = std::exchange(checked->credential, std::nullopt);
  if (ready && ready->this_request_only() && checked->request != request) ready.reset();
  Credential credential = ready ? std::move(*ready) : resolver_.resolve(request);
  require_usable(credential);
  if (!credential.stale(clock_.now())) return {std::move(credential), false};
  if (!credential.has_headers()) return refresh_locked(credential, request, Reason::first_use, {});
  try {
    return refresh_locked(credential, request, Reason::near_expiry, {});
  } catch (const Error& error) {
    if (error.code == code::kCanceled || !still_works(credential)) throw;
    terminal_.notice("Warning: could not refresh the " + credential.title() + " credential, which is valid until " +
                     format_time(*credential.expires_at()) + ". " + error.message() +
                     (error.hint.empty() ? "" : " " + error.hint));
    credential.mark_just_refreshed();
    return {std::move(credential), false};
  }
}

bool Session::still_works(const Credential& credential) const {
  return credential.expires_at() && *credential.expires_at() > clock_.now();
}

CredentialLease Session::refresh(const Credential& refused, const RequestInfo& request,
                                 const std::string& www_authenticate) {
  return refresh_locked(refused, request, Reason::refused, www_authenticate);
}

std::optional<Credential> Session::refreshed_by_another(const Credential& seen, const RequestInfo& request,
                                                        Reason reason) {
  Credential current = resolver_.resolve_with(seen.provider(), request, reason);
  const bool usable = current.has_headers() && (!current.expires_at() || *current.expires_at() > clock_.now());
  if (!usable || current.same_headers(seen)) return {};
  current.mark_just_refreshed();
  return current;
}

CredentialLease Session::refresh_locked(const Credential& seen, const RequestInfo& request, Reason reason,
                                        const std::string& www_authenticate) {
  const std::string& id = seen.provider();
  const auto lock = resolver_.store().lock_refresh(store::slot_of(id), kLockDeadline, cancel_);
  if (std::optional<Credential> other = refreshed_by_another(seen, request, reason)) return {*other, false};

  // Before anything is sent: a server that rotates refresh tokens takes the old one back, whether or not the new one
  // can be stored.
  std::unique_ptr<FileReplacement> room = resolver_.store().reserve();
  provider::Provider& provider = resolver_.registry().load(id);
  provider::ProviderRequest ask;
  ask.reason = reason;
  ask.method = request.method;
  ask.path = request.path;
  ask.www_authenticate = www_authenticate;
  ask.state = resolver_.state_of(id);
  const ProviderResult answer = provider.refresh(ask);
  if (answer.status == Status::rejected) {
    // A program that does not know the lock may have refreshed in between: the file decides.
    if (std::optional<Credential> other = refreshed_by_another(seen, request, reason)) return {*other, false};
  }
  if (answer.status != Status::ok) {
    throw provider::to_error(answer, provider.manifest(), resolver_.login_hint(id));
  }
  const json::Value patch = answer.patch.value_or(json::Object{});
  save(id, ask.state, patch, std::move(room));
  json::Value state = ask.state;
  json::merge_patch(state, patch);
  Credential refreshed = resolver_.resolve_state(id, state, request, Reason::first_use);
  refreshed.mark_just_refreshed();
  if (!refreshed.has_headers()) throw refused_error(seen);
  return {std::move(refreshed), true};
}

void Session::save(const std::string& id, const json::Value& sent, const json::Value& patch,
                   std::unique_ptr<FileReplacement> room) {
  try {
    resolver_.store().update(
        [&](store::CredentialsDocument& document) {
          json::Value state = document.state(id);
          if (!is_unchanged(state, sent, patch)) return;
          json::merge_patch(state, patch);
          document.set_state(id, state);
        },
        std::move(room));
  } catch (const std::exception& error) {
    terminal_.notice(std::string("Warning: could not save the refreshed credential; the stored one is stale. ") +
                     error.what() + " This command continues; a later one may require you to log in.");
  }
}

void Session::report(const Credential& used, const RequestInfo& request, int http_status) {
  provider::ProviderRequest ask;
  ask.method = request.method;
  ask.path = request.path;
  resolver_.registry().load(used.provider()).report_outcome(ask, http_status, http_status != 401);
}

}  // namespace heygen::auth
