// SPDX-License-Identifier: Apache-2.0
#include "core/auth/session.hpp"

#include <algorithm>
#include <utility>

#include "core/auth/stored_slots.hpp"
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

/// "expired on 2026-01-02 03:04 UTC"
std::string expiry_phrase(std::optional<std::int64_t> expires_at) {
  if (!expires_at) return "has expired";
  constexpr std::size_t kMinutes = 16;  // of 2026-01-02T03:04:05Z
  std::string time = format_time(*expires_at).substr(0, kMinutes);
  std::ranges::replace(time, 'T', ' ');
  return "expired on " + time + " UTC";
}

/// A place for what a refresh brings. Its lack costs nothing, and the error says so.
template <class Take>
auto before_sending(Take take) {
  try {
    return take();
  } catch (const Error& error) {
    if (error.code != code::kFileIo) throw;
    throw Error(error.code,
                "There is no place to store a refreshed credential, so nothing was sent; the login is intact. " +
                    error.message(),
                error.hint, error.exit);
  }
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

Credential Session::resolve(const RequestInfo& request) {
  Credential credential = resolver_.resolve(request);
  if (!credential.has_headers() || !credential.stale(clock_.now())) return credential;
  const auto last = resolver_.store().last_refresh(store::slot_of(credential.provider()));
  if (last && last->obtained_at > 0 && credential.expires_at() == last->expires_at) {
    credential.set_obtained_at(last->obtained_at);
  }
  return credential;
}

Checked Session::check(const RequestInfo& request) {
  Credential credential = resolve(request);
  require_usable(credential);
  return {request, std::move(credential)};
}

CredentialLease Session::obtain(const RequestInfo& request, Checked* checked) {
  std::optional<Credential> ready;
  if (checked != nullptr) ready = std::exchange(checked->credential, std::nullopt);
  if (ready && ready->this_request_only() && checked->request != request) ready.reset();
  Credential credential = ready ? std::move(*ready) : resolve(request);
  require_usable(credential);
  if (!credential.stale(clock_.now())) return {std::move(credential), false};
  if (!credential.has_headers()) return refresh_locked(credential, request, Reason::first_use, {});
  if (unfinished_) {
    resume_unfinished(credential.works(clock_.now()) ? std::optional(std::chrono::milliseconds::zero()) : std::nullopt);
    credential = resolve(request);
    require_usable(credential);
    if (!credential.stale(clock_.now())) return {std::move(credential), false};
  }
  if (!credential.works(clock_.now())) return refresh_locked(credential, request, Reason::near_expiry, {});
  return refresh_ahead(std::move(credential), request);
}

CredentialLease Session::refresh_ahead(Credential credential, const RequestInfo& request) {
  constexpr int kMillisecondsOfHalfASecond = 500;
  const std::chrono::milliseconds half_left{kMillisecondsOfHalfASecond * (*credential.expires_at() - clock_.now())};
  try {
    if (!unfinished_)
      return refresh_locked(credential, request, Reason::near_expiry, {}, std::min(kLongestDelay, half_left));
  } catch (const Error& error) {
    if (error.code == code::kCanceled || !credential.works(clock_.now())) throw;
    terminal_.notice("Warning: could not refresh the " + credential.title() + " credential, which is valid until " +
                     format_time(*credential.expires_at()) + ". " + error.message() +
                     (error.hint.empty() ? "" : " " + error.hint));
  }
  credential.mark_just_refreshed();
  return {std::move(credential), false};
}

void Session::finish() {
  resume_unfinished({});
}

void Session::resume_unfinished(std::optional<std::chrono::milliseconds> wait_limit) {
  if (!unfinished_) return;
  Refresh refresh = std::move(*unfinished_);
  unfinished_.reset();
  refresh.ask.wait_limit = wait_limit;
  try {
    carry_out(std::move(refresh));
  } catch (const Error&) {
    // the warning when it was left said so
  }
}

CredentialLease Session::refresh(const Credential& refused, const RequestInfo& request,
                                 const std::string& www_authenticate) {
  finish();
  return refresh_locked(refused, request, Reason::refused, www_authenticate);
}

std::optional<Credential> Session::refreshed_by_another(const Credential& seen, const RequestInfo& request,
                                                        Reason reason) {
  Credential current = resolver_.resolve_with(seen.provider(), request, reason);
  if (!current.works(clock_.now()) || current.same_headers(seen)) return {};
  current.mark_just_refreshed();
  return current;
}

CredentialLease Session::refresh_locked(const Credential& seen, const RequestInfo& request, Reason reason,
                                        const std::string& www_authenticate,
                                        std::optional<std::chrono::milliseconds> wait_limit) {
  const std::string& id = seen.provider();
  const auto lock = [&] {
    return resolver_.store().lock_refresh(store::slot_of(id), wait_limit.value_or(kLockDeadline), cancel_);
  };
  Refresh refresh{seen, request, {}, before_sending(lock)};
  std::optional<Credential> other = refreshed_by_another(seen, request, reason);
  if (other) return {*other, false};
  if (refresh.lock.failure_of_predecessor()) throw Error(*refresh.lock.failure_of_predecessor());

  // Before anything is sent: a server that rotates refresh tokens takes the old one back, whether or not the new one
  // can be stored.
  refresh.room = before_sending([&] { return resolver_.store().reserve(); });
  refresh.copy.emplace(before_sending([&] { return resolver_.store().begin_login(); }));
  refresh.ask.reason = reason;
  refresh.ask.method = request.method;
  refresh.ask.path = request.path;
  refresh.ask.www_authenticate = www_authenticate;
  refresh.ask.state = resolver_.state_of(id);
  refresh.ask.wait_limit = wait_limit;
  refresh.asked_at = clock_.now();
  return carry_out(std::move(refresh));
}

CredentialLease Session::carry_out(Refresh refresh) {
  const std::string& id = refresh.seen.provider();
  std::optional<Credential> other;
  const ProviderResult answer = refresh_now(refresh, other);
  if (other) return {*other, false};
  const json::Value patch = answer.patch.value_or(json::Object{});
  json::Value state = refresh.ask.state;
  json::merge_patch(state, patch);
  if (!save(id, refresh, patch)) {
    revoke(resolver_.registry(), {store::slot_of(id), {id}}, state, Reason::replaced);
    return replaced_meanwhile(refresh.request);
  }
  Credential refreshed = resolver_.resolve_state(id, state, refresh.request, Reason::first_use);
  refreshed.mark_just_refreshed();
  if (!refreshed.has_headers()) throw refused_error(refresh.seen);
  if (refreshed.expires_at()) refresh.lock.record_success(refresh.asked_at, *refreshed.expires_at());
  return {std::move(refreshed), true};
}

ProviderResult Session::refresh_now(Refresh& refresh, std::optional<Credential>& other) {
  provider::Provider& provider = resolver_.registry().load(refresh.seen.provider());
  ProviderResult answer = provider.refresh(refresh.ask);
  if (answer.status == Status::rejected) {
    // A program that does not know the lock may have refreshed in between: the file decides.
    other = refreshed_by_another(refresh.seen, refresh.request, refresh.ask.reason);
  }
  if (answer.status == Status::ok || other) return answer;
  const Error error = provider::to_error(answer, provider.manifest(), resolver_.login_hint(refresh.seen.provider()));
  if (answer.unfinished) {
    unfinished_.emplace(std::move(refresh));
  } else if (error.code != code::kCanceled) {
    refresh.lock.record_failure(error, clock_.monotonic().count());
  }
  throw error;
}

CredentialLease Session::replaced_meanwhile(const RequestInfo& request) {
  Credential current = resolve(request);
  require_usable(current);
  if (!current.works(clock_.now())) {
    throw network_error("The stored " + current.title() + " credential was replaced while it was refreshed.",
                        "Run the command again.");
  }
  current.mark_just_refreshed();
  return {std::move(current), false};
}

bool Session::save(const std::string& id, Refresh& refresh, const json::Value& patch) {
  const json::Value& sent = refresh.ask.state;
  const std::string copy = keep_copy(id, refresh, patch);
  bool wanted = true;
  try {
    resolver_.store().update(
        [&](store::CredentialsDocument& document) {
          json::Value state = document.state(id);
          wanted = is_unchanged(state, sent, patch);
          if (!wanted) return;
          json::merge_patch(state, patch);
          document.set_state(id, state);
        },
        std::move(refresh.room));
  } catch (const std::exception& error) {
    if (!copy.empty()) refresh.copy->leave();
    terminal_.notice("Warning: could not save the refreshed credential" +
                     (copy.empty() ? "; the stored one is stale. " : "; it is kept in " + copy + ". ") + error.what() +
                     (copy.empty() ? " This command continues; a later one may require you to log in."
                                   : " This command continues; the next one stores it."));
  }
  return wanted;
}

std::string Session::keep_copy(const std::string& id, Refresh& refresh, const json::Value& patch) {
  try {
    refresh.copy->keep(id, patch, refresh.ask.state);
    return refresh.copy->path();
  } catch (const std::exception&) {
    return {};
  }
}

void Session::report(const Credential& used, const RequestInfo& request, int http_status) {
  provider::ProviderRequest ask;
  ask.method = request.method;
  ask.path = request.path;
  resolver_.registry().load(used.provider()).report_outcome(ask, http_status, http_status != 401);
}

}  // namespace heygen::auth
