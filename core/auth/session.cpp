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
  return auth_error("The API rejected the " + used.phrase() + ": login required.",
                    resolver_.login_hint(used.provider()));
}

void Session::require_usable(const Credential& credential) {
  if (!credential.is_over(clock_.now())) return;
  throw expired_error(credential, resolver_.login_hint(credential.provider()));
}

Credential Session::resolve(const RequestInfo& request) {
  Credential credential = resolver_.resolve(request);
  learn_life(credential);
  // Near its expiry the provider was asked once more, and gave nothing better.
  if (!credential.refreshable() && credential.stale(clock_.now()) && !credential.is_over(clock_.now()))
    credential.set_good_until_expiry();
  return credential;
}

void Session::learn_life(Credential& credential) {
  if (!credential.has_headers() || !credential.stale(clock_.now())) return;
  const auto last = resolver_.store().last_refresh(store::slot_of(credential.provider()));
  if (last && last->obtained_at > 0 && credential.expires_at() == last->expires_at) {
    credential.set_obtained_at(last->obtained_at);
  }
}

void Session::check(const RequestInfo& request) {
  Credential credential = resolve(request);
  require_usable(credential);
  ahead_ = {request, std::make_shared<const std::string>(request.body.value_or("")), std::move(credential)};
  if (request.body) ahead_->request.body = *ahead_->body;
}

Credential Session::take_checked_or_resolve(const RequestInfo& request) {
  const std::optional<Ahead> ahead = std::exchange(ahead_, std::nullopt);
  const bool serves = ahead && (!ahead->credential.this_request_only() || is_first_attempt(request, ahead->request));
  return serves ? ahead->credential : resolve(request);
}

void Session::tell_use(const CredentialLease& lease) {
  if (!on_use) return;
  const std::string& id = lease.credential.provider();
  const bool first = std::ranges::find(used_, id) == used_.end();
  if (!first && !lease.refreshed) return;
  on_use({"use", "ok", id, {{"type", lease.credential.type()}}});
  if (first) used_.push_back(id);
}

void Session::tell_refresh(const std::string& id, const Error* failure) const {
  if (!on_refresh) return;
  AuditEvent event{"refresh", failure == nullptr ? "ok" : "failed", id};
  if (failure != nullptr) event.details = {{"reason", failure->message()}};
  on_refresh(event);
}

CredentialLease Session::keep(CredentialLease lease) {
  tell_use(lease);
  last_ = lease.credential;
  last_->clear_just_refreshed();
  learn_life(*last_);
  return lease;
}

CredentialLease Session::obtain(const RequestInfo& request) {
  if (last_ && !last_->this_request_only() && !last_->stale(clock_.now())) return {*last_, false, true};
  last_.reset();
  return keep(make_fresh(take_checked_or_resolve(request), request));
}

CredentialLease Session::make_fresh(Credential credential, const RequestInfo& request) {
  require_usable(credential);
  if (!credential.stale(clock_.now())) return {std::move(credential), false};
  if (!credential.has_headers()) return refresh_locked(credential, request, Reason::first_use);
  if (unfinished_) {
    resume_unfinished(credential.works(clock_.now()) ? std::optional(std::chrono::milliseconds::zero()) : std::nullopt);
    credential = resolve(request);
    require_usable(credential);
    if (!credential.stale(clock_.now())) return {std::move(credential), false};
  }
  if (!credential.works(clock_.now())) return refresh_locked(credential, request, Reason::near_expiry);
  return refresh_ahead(std::move(credential), request);
}

CredentialLease Session::refresh_ahead(Credential credential, const RequestInfo& request) {
  constexpr int kMillisecondsOfHalfASecond = 500;
  const std::chrono::milliseconds half_left{kMillisecondsOfHalfASecond * (*credential.expires_at() - clock_.now())};
  try {
    if (!unfinished_)
      return refresh_locked(credential, request, Reason::near_expiry, std::min(kLongestDelay, half_left));
  } catch (const Error& error) {
    if (error.code == code::kCanceled || !credential.works(clock_.now())) throw;
    terminal_.notice("Warning: could not refresh the " + credential.phrase() + ", which is valid until " +
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

CredentialLease Session::refresh(const Credential& refused, const RequestInfo& request) {
  last_.reset();
  if (!refused.refreshable()) return keep(make_fresh(resolve(request), request));
  finish();
  return keep(refresh_locked(refused, request, Reason::refused));
}

std::optional<Credential> Session::refreshed_by_another(const Credential& seen, const RequestInfo& request,
                                                        Reason reason) {
  // Not by the headers: those of a provider that signs differ each time.
  if (resolver_.state_of(seen.provider()) == seen.state()) return {};
  Credential current = resolver_.resolve_with(seen.provider(), request, reason);
  // Something else of the entry changed.
  if (!current.this_request_only() && current.same_headers(seen)) return {};
  if (!current.works(clock_.now())) return {};
  current.mark_just_refreshed();
  return current;
}

CredentialLease Session::refresh_locked(const Credential& seen, const RequestInfo& request, Reason reason,
                                        std::optional<std::chrono::milliseconds> wait_limit) {
  const std::string& id = seen.provider();
  const auto lock = [&] {
    return resolver_.store().lock_refresh(store::slot_of(id), wait_limit.value_or(kLockDeadline), cancel_);
  };
  Refresh refresh{seen, request, {}, before_sending(lock)};
  std::optional<Credential> other = refreshed_by_another(seen, request, reason);
  if (other) return {*other, false};
  if (refresh.lock.failure_of_predecessor()) throw Error(*refresh.lock.failure_of_predecessor());

  refresh.ask = ask_for(request, reason);
  refresh.ask.state = resolver_.state_of(id);
  refresh.ask.wait_limit = wait_limit;
  reserve_place(refresh);
  refresh.asked_at = clock_.now();
  return carry_out(std::move(refresh));
}

/// Before anything is sent: a server that rotates refresh tokens takes the old one back, whether or not the new one can
/// be stored. Without a login there is none.
void Session::reserve_place(Refresh& refresh) {
  if (refresh.ask.state.as_object().empty()) return;
  refresh.room = before_sending([&] { return resolver_.store().reserve(); });
  refresh.copy.emplace(before_sending([&] { return resolver_.store().begin_login(); }));
}

CredentialLease Session::carry_out(Refresh refresh) {
  const std::string id = refresh.seen.provider();
  std::optional<Credential> other;
  ProviderResult answer;
  try {
    answer = refresh_now(refresh, other);
  } catch (const Error& error) {
    if (!unfinished_) tell_refresh(id, &error);  // otherwise its end is told
    throw;
  }
  if (other) return {*other, false};
  tell_refresh(id, nullptr);
  const bool changed = answer.patch && !answer.patch->as_object().empty();
  return changed ? take_refreshed(std::move(refresh), *answer.patch) : take_unchanged(refresh);
}

CredentialLease Session::take_unchanged(const Refresh& refresh) {
  Credential current = resolver_.resolve_with(refresh.seen.provider(), refresh.request, Reason::first_use);
  current.mark_just_refreshed();
  if (!current.has_headers()) throw headerless_error(current.provider());
  if (current.expires_at() && current.expires_at() != refresh.seen.expires_at())
    refresh.lock.record_success(refresh.asked_at, *current.expires_at());
  return {std::move(current), true};
}

Error Session::headerless_error(const std::string& id) {
  ProviderResult answer;
  answer.message = "resolve() gave no header after a refresh that succeeded.";
  return provider::to_error(answer, resolver_.registry().load(id).manifest(), {});
}

CredentialLease Session::take_refreshed(Refresh refresh, const json::Value& patch) {
  const std::string& id = refresh.seen.provider();
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
    refresh.request.body = refresh.ask.body = std::nullopt;  // it may be gone by then
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
    throw network_error("The stored " + current.phrase() + " was replaced while it was refreshed.",
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
    terminal_.notice("Warning: could not save the refreshed credential" + resolver_.store().account +
                     (copy.empty() ? "; the stored one is stale. " : "; it is kept in " + copy + ". ") + error.what() +
                     (copy.empty() ? " This command continues; a later one may require you to log in."
                                   : " This command continues; the next one stores it."));
  }
  return wanted;
}

std::string Session::keep_copy(const std::string& id, Refresh& refresh, const json::Value& patch) {
  if (!refresh.copy) return {};
  try {
    refresh.copy->keep(id, patch, refresh.ask.state);
    return refresh.copy->path();
  } catch (const std::exception&) {
    return {};
  }
}

void Session::report(const Credential& used, const RequestInfo& request, int http_status) {
  constexpr int kUnauthorized = 401;
  if (http_status == kUnauthorized) last_.reset();
  const RequestInfo answered{request.method, request.path, request.url, request.body};
  const provider::ProviderRequest ask = ask_for(answered, Reason::first_use);
  resolver_.registry().load(used.provider()).report_outcome(ask, http_status, http_status != kUnauthorized);
}

}  // namespace heygen::auth
