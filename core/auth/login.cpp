// SPDX-License-Identifier: Apache-2.0
#include "core/auth/login.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include "core/auth/login_hint.hpp"
#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/provider/call/declared_values.hpp"
#include "core/provider/call/merge.hpp"
#include "core/provider/status.hpp"
#include "core/store/reserved_slots.hpp"

namespace heygen::auth {

namespace {

using store::CredentialsDocument;
using store::FilledSlot;
using Outcome = LoginResult::Outcome;
using Check = LoginResult::Check;

/// What answered is not the API, so that nothing is known of the credential.
Error unchecked(const Error& why) {
  return {why.code, "Could not check the new credential, and nothing was stored. " + why.message(), why.hint, why.exit};
}

/// The credential is there, and its copy stays: only its place in the file is missing.
Error kept(const store::PendingLogin& pending, std::string_view code, const std::string& why,
           Exit exit = Exit::failure) {
  return {code,
          "The login is complete, but its credential could not be stored; it is kept in " + pending.path() + ". " + why,
          "Correct that, then run `heygen auth status` to finish the login, or `heygen auth logout` to revoke it.",
          exit};
}

/// No place for a credential.
Error not_begun(const Error& why) {
  return {why.code, why.message() + " Nothing was asked for, and what is stored is unchanged.", why.hint, why.exit};
}

/// The credential of a login, for the requests that check it.
class NewCredential : public CredentialSource {
 public:
  /// `made`: for who_am_i(). `patch`: what the login changes in `stored`; a refresh adds to it.
  NewCredential(Resolver& resolver, Clock& clock, Credential made, const json::Value& stored, json::Value& patch)
      : resolver_(resolver), clock_(clock), made_(std::move(made)), stored_(stored), patch_(patch) {}

  CredentialLease obtain(const RequestInfo& request) override {
    const bool serves = !made_.this_request_only() || (!is_used_ && is_first_attempt(request, who_am_i()));
    if (!serves) resolve(request);
    is_used_ = true;
    return {made_, false};
  }
  /// A proof may need a nonce first (RFC 9449 §9). Any other credential is as new as it can be.
  CredentialLease refresh(const Credential& refused, const RequestInfo& request) override {
    if (!refused.this_request_only()) throw refused_error(refused);
    provider::ProviderRequest ask = ask_for(request, provider::Reason::refused);
    ask.state = made_.state();
    provider::Provider& provider = resolver_.registry().load(refused.provider());
    const provider::ProviderResult answer = provider.refresh(ask);
    if (answer.status == provider::Status::rejected || answer.status == provider::Status::unsupported)
      throw refused_error(refused);
    if (answer.status != provider::Status::ok)
      throw provider::to_error(answer, provider.manifest(), login_hint(resolver_.registry(), refused.provider()));
    if (answer.patch) provider::compose_patch(patch_, *answer.patch, &stored_);
    resolve(request);
    return {made_, true};
  }
  void report(const Credential&, const RequestInfo&, int) override {}
  Error refused_error(const Credential& used) override {
    return auth_error("The API rejected the " + used.phrase() + ".", {});
  }

 private:
  void resolve(const RequestInfo& request) {
    json::Value state = stored_;
    json::merge_patch(state, patch_);
    made_ = resolver_.resolve_state(made_.provider(), state, request, provider::Reason::login);
    if (made_.works(clock_.now())) made_.mark_just_refreshed();
  }

  Resolver& resolver_;
  Clock& clock_;
  Credential made_;
  const json::Value& stored_;
  json::Value& patch_;
  bool is_used_ = false;
};

/// What a login leaves behind that is not saved: keys, and what is cached for its state.
class Unsaved {
 public:
  /// `state`: what is stored so far.
  Unsaved(store::CredentialStore& store, std::string id, const json::Value& state) : store_(store), id_(std::move(id)) {
    store_.keys.forget(id_);
    set_stored(state);
  }
  Unsaved(const Unsaved&) = delete;
  Unsaved& operator=(const Unsaved&) = delete;
  ~Unsaved() {
    store_.keys.forget(id_);
    store_.cache.remove_unless(id_, stored_);
  }

  void set_stored(const json::Value& state) { stored_ = provider::state_digest(state); }

 private:
  store::CredentialStore& store_;
  const std::string id_;
  std::string stored_;
};

/// Drops keys and caches of logins that are no longer stored.
void drop_all_but(const std::string& id, store::CredentialStore& store) {
  store.keys.remove_all_but(id);
  store.cache.remove_all_but(id);
}

class Login {
 public:
  Login(const LoginDependencies& dependencies, const std::string& id, provider::LoginStage* stage = nullptr)
      : use_(dependencies),
        id_(id),
        stage_(stage),
        slot_(store::slot_of(id)),
        resolver_(use_.registry, use_.store, use_.environment, {}) {}

  LoginResult run(const provider::GivenSettings& given) {
    const json::Value state = use_.store.read().state(id_);
    // Before anything is asked: what is hard to get must have a place.
    store::PendingLogin pending = begin();
    std::unique_ptr<FileReplacement> room = reserve();
    unsaved_.emplace(use_.store, id_, state);
    if (!ask_provider(state, given)) return std::move(result_);
    try {
      keys_before_ = use_.store.keys.stored(id_);
      pending.keep_replaced(replaced_in(use_.store.read()));
      pending.keep(id_, patch_, {}, use_.store.keys.created(id_));
    } catch (...) {
      revoke_new(state);
      throw;
    }
    try {
      return finish(state, std::move(room), pending);
    } catch (...) {
      if (!is_complete_) revoke_new(state);
      throw;
    }
  }

  provider::ProviderResult start(const provider::GivenSettings& given, store::KeySet& created) {
    const json::Value state = use_.store.read().state(id_);
    const store::PendingLogin directory = begin();
    unsaved_.emplace(use_.store, id_, state);
    if (ask_provider(state, given)) revoke_new(state);
    created = use_.store.keys.created(id_);
    return std::move(result_.answer);
  }

  /// What run() does once the provider has succeeded. The copy stays when nothing could be learned of the credential.
  LoginResult resume(store::PendingLogin& pending) {
    patch_ = pending.patch();
    const json::Value state = use_.store.read().state(id_);
    unsaved_.emplace(use_.store, id_, state);
    use_.store.keys.set_created(id_, pending.keys());
    use_.store.keys.seal(id_);
    std::unique_ptr<FileReplacement> room = reserve_for(pending);
    try {
      LoginResult result = finish(state, std::move(room), pending);
      if (result.outcome != Outcome::canceled_after_saving) pending.remove();
      return result;
    } catch (const Error& error) {
      if (is_complete_ || error.code == code::kCanceled || error.code == code::kResponseParse) throw;
      revoke_new(state);
      pending.remove();
      throw;
    }
  }

 private:
  store::PendingLogin begin() const {
    try {
      return use_.store.begin_login();
    } catch (const Error& error) {
      throw not_begun(error);
    }
  }

  std::unique_ptr<FileReplacement> reserve() const {
    try {
      return use_.store.reserve();
    } catch (const Error& error) {
      throw not_begun(error);
    }
  }

  bool ask_provider(const json::Value& state, const provider::GivenSettings& given) {
    provider::ProviderRequest request;
    request.reason = provider::Reason::login;
    request.interaction = provider::Interaction::always;
    request.state = state;
    request.given = given;
    request.stage = stage_;
    result_.answer = use_.registry.load(id_).login(request);
    if (result_.answer.status != provider::Status::ok) {
      result_.outcome = Outcome::provider_failed;
      return false;
    }
    patch_ = result_.answer.patch.value_or(json::Value(json::Object{}));
    use_.store.keys.seal(id_);
    return true;
  }

  /// The new credential as requests would use it. Throws when it is unusable; left empty when that cannot be said
  /// offline.
  void resolve(json::Value state) {
    json::merge_patch(state, patch_);
    try {
      result_.credential = resolver_.resolve_state(id_, state, who_am_i(), provider::Reason::login);
    } catch (const Error& error) {
      if (error.code == code::kNetwork) {
        result_.problem = error.message();
      } else if (error.exit == Exit::auth) {
        throw Error(code::kError, error.message(), error.hint);  // not the stored credential's fault
      } else {
        throw;
      }
    }
  }

  std::unique_ptr<FileReplacement> reserve_for(const store::PendingLogin& pending) const {
    try {
      return use_.store.reserve();
    } catch (const Error& error) {
      throw kept(pending, error.code, error.message(), error.exit);
    }
  }

  LoginResult finish(const json::Value& state, std::unique_ptr<FileReplacement> room, store::PendingLogin& pending) {
    resolve(state);
    const bool canceled = !check(state);
    if (result_.outcome != Outcome::rejected && result_.check != Check::accepted && store::must_be_accepted(id_))
      result_.outcome = Outcome::unconfirmed;
    if (result_.outcome != Outcome::stored) {
      result_.revocation = revoke_new(state);
      return std::move(result_);
    }
    is_complete_ = true;
    save_or_keep(std::move(room), pending);
    if (canceled) {
      result_.outcome = Outcome::canceled_after_saving;
      if (replaced_.empty()) {
        drop_all_but(id_, use_.store);
      } else {
        pending.leave();  // the next command revokes it
      }
      return std::move(result_);
    }
    revoke_replaced();
    drop_all_but(id_, use_.store);
    find_shadowing();
    return std::move(result_);
  }

  void save_or_keep(std::unique_ptr<FileReplacement> room, store::PendingLogin& pending) {
    try {
      save(std::move(room), pending);
    } catch (const Error& error) {
      pending.leave();
      throw kept(pending, error.code, error.message(), error.exit);
    } catch (const store::Unreadable& error) {
      pending.leave();
      throw kept(pending, code::kError, error.what());
    }
  }

  /// False: canceled, but the credential was hard to get, and is stored.
  bool check(const json::Value& state) {
    if (!result_.credential) return true;
    Credential& credential = *result_.credential;
    if (credential.works(use_.clock.now())) credential.mark_just_refreshed();
    if (credential.stale(use_.clock.now())) {
      result_.check = credential.refreshable() ? Check::postponed : Check::expired;
      return true;
    }
    try {
      NewCredential source(resolver_, use_.clock, credential, state, patch_);
      take_verdict(use_.probe(source));
    } catch (const Error& error) {
      if (error.code == code::kResponseParse) throw unchecked(error);
      if (error.code != code::kCanceled || !credential.refreshable() || store::must_be_accepted(id_)) throw;
      return false;
    }
    return true;
  }

  void take_verdict(const ProbeResult& probe) {
    using Verdict = ProbeResult::Verdict;
    if (probe.verdict == Verdict::rejected) {
      result_.outcome = Outcome::rejected;
      result_.http_status = probe.http_status;
    }
    result_.check = probe.verdict == Verdict::accepted ? Check::accepted : Check::failed;
    result_.user = probe.user;
    result_.problem = probe.problem;
  }

  /// The new credential is not wanted. Nothing is asked when it is the stored one.
  Revocation revoke_new(const json::Value& state) {
    json::Value changed = state;
    json::merge_patch(changed, patch_);
    if (changed == state) return Revocation::not_possible;
    const Revocation first = revoke(use_.registry, {slot_, {id_}}, changed, provider::Reason::logout);
    const store::ReservedSlot* reserved = store::reserved_slot_of(id_);
    if (!store::must_be_accepted(id_) || reserved == nullptr || !changed.erase(reserved->refresh_token)) return first;
    // Not every server revokes the other token with the one.
    const Revocation second = revoke(use_.registry, {slot_, {id_}}, changed, provider::Reason::logout);
    return second == Revocation::confirmed ? first : second;
  }

  /// What this login takes the place of, and keys_before_.
  std::vector<store::ReplacedLogin> replaced_in(const CredentialsDocument& document) const {
    std::vector<store::ReplacedLogin> replaced;
    for (const FilledSlot& slot : document.filled_slots()) {
      const json::Value state = document.state(slot);
      json::Value next = state;
      if (slot.slot == slot_) json::merge_patch(next, patch_);
      if (slot.slot != slot_ || next != state) {
        replaced.push_back({slot, state, slot.slot == slot_ ? keys_before_ : store::KeySet{}});
      }
    }
    return replaced;
  }

  /// Afterwards the file has one credential: this one.
  void save(std::unique_ptr<FileReplacement> room, store::PendingLogin& pending) {
    const std::vector<store::RefreshLock> locks = wait_for_refreshes();
    keys_before_ = use_.store.keys.stored(id_);
    pending.keep_replaced(replaced_in(use_.store.read()));  // a refresh may have changed it since
    // A crash must not leave a login without its keys, but may leave keys whose login is in the pending copy.
    keys_before_ = use_.store.keys.save(id_);
    try {
      save_state(std::move(room));
    } catch (...) {
      use_.store.keys.restore(id_, keys_before_);
      throw;
    }
    for (const store::ReplacedLogin& old : replaced_) {
      result_.replaced.push_back(
          {old.slot.slot, owner_of(use_.registry, old.slot), old.slot.slot == slot_, Revocation::not_possible});
    }
    record_life(locks);
  }

  void save_state(std::unique_ptr<FileReplacement> room) {
    use_.store.update(
        [&](CredentialsDocument& document) {
          replaced_ = replaced_in(document);
          json::Value state = document.state(id_);
          json::merge_patch(state, patch_);
          document.clear_slots(slot_);
          document.set_state(id_, state);
          document.set_login(id_);
          unsaved_->set_stored(state);
          document.set_user(result_.user);
        },
        std::move(room));
  }

  /// Requests then know how long the token lives.
  void record_life(const std::vector<store::RefreshLock>& locks) const {
    if (!result_.credential || !result_.credential->expires_at()) return;
    const auto own = std::ranges::find(locks, slot_, &store::RefreshLock::slot);
    if (own != locks.end()) own->record_success(use_.clock.now(), *result_.credential->expires_at());
  }

  /// Otherwise a refresh under way would write tokens that are never revoked. A process that hangs, or Ctrl-C, must not
  /// cost the new credential: the login then continues without the locks.
  std::vector<store::RefreshLock> wait_for_refreshes() {
    try {
      std::vector<FilledSlot> slots = use_.store.read().filled_slots();
      if (std::ranges::find(slots, slot_, &FilledSlot::slot) == slots.end()) slots.push_back({slot_, {id_}});
      return lock_refreshes(use_.store, use_.registry, slots, use_.cancel);
    } catch (const Error&) {
      return {};
    }
  }

  void revoke_replaced() {
    for (std::size_t i = 0; i < replaced_.size(); ++i) {
      FilledSlot& slot = replaced_[i].slot;
      // Of the providers that share the slot, the one that logged in knows which tokens are still in use.
      std::ranges::stable_partition(slot.ids, [&](const std::string& id) { return id == id_; });
      const store::ProviderKeys::Shown old_keys(use_.store.keys, id_, replaced_[i].keys);
      result_.replaced[i].revocation = revoke(use_.registry, slot, replaced_[i].state, provider::Reason::replaced);
    }
  }

  void find_shadowing() {
    for (ExplainRow& row : resolver_.explain().rows) {
      const bool same_slot = row.slot == slot_;  // two providers that share a slot read the same credential
      if (row.verdict == Verdict::broken && !same_slot) result_.shadowing.push_back(row);
      if (row.verdict != Verdict::used) continue;
      if (same_slot && (!result_.credential || row.source == result_.credential->source())) return;
      result_.shadowing.push_back(std::move(row));
    }
  }

  const LoginDependencies& use_;
  const std::string& id_;
  provider::LoginStage* const stage_;
  const std::string slot_;
  Resolver resolver_;  // without --provider, which is for this login only
  json::Value patch_ = json::Object{};
  std::vector<store::ReplacedLogin> replaced_;
  std::optional<Unsaved> unsaved_;
  store::KeySet keys_before_;
  LoginResult result_;
  bool is_complete_ = false;  ///< only its place in the file is missing
};

using Resumed = ResumedLogin::Outcome;

void finish_login(const LoginDependencies& use, store::PendingLogin& pending, ResumedLogin& resumed) {
  const LoginResult result = Login(use, resumed.provider).resume(pending);
  if (result.outcome == Outcome::canceled_after_saving) throw canceled_error();
  const bool is_stored = result.outcome == Outcome::stored;
  resumed.outcome = is_stored ? Resumed::stored : Resumed::rejected;
  resumed.revocation = result.revocation;
}

/// False: the login that it refreshed is no longer stored.
bool store_refresh(const LoginDependencies& use, store::PendingLogin& pending) {
  bool wanted = true;
  try {
    use.store.update([&](CredentialsDocument& document) {
      json::Value state = document.state(pending.provider());
      wanted = is_unchanged(state, *pending.refreshed(), pending.patch());
      if (!wanted) return;
      json::merge_patch(state, pending.patch());
      document.set_state(pending.provider(), state);
    });
  } catch (const Error& error) {
    throw Error(error.code, "A refreshed credential is kept in " + pending.path() + ". " + error.message(), error.hint,
                error.exit);
  }
  if (wanted) pending.remove();
  return wanted;
}

/// A later login is stored, and stays.
void undo(const LoginDependencies& use, store::PendingLogin& pending, ResumedLogin& resumed) {
  const std::string& id = pending.provider();
  json::Value state = pending.refreshed().value_or(json::Object{});
  json::merge_patch(state, pending.patch());
  const store::ProviderKeys::Shown shown(use.store.keys, id, pending.keys());
  if (!shares_a_token(use.store.read().state(id), state))
    resumed.revocation = revoke(use.registry, {store::slot_of(id), {id}}, state, provider::Reason::replaced);
  resumed.outcome = Resumed::overtaken;
  pending.remove();
}

/// The process was ended between storing its login and revoking what that replaced.
void revoke_replaced_by(const LoginDependencies& use, store::PendingLogin& pending, const CredentialsDocument& document,
                        ResumedLogin& resumed) {
  resumed.outcome = Resumed::stored_before;
  resumed.revocation = revoke_replaced(use.registry, use.store.keys, pending, document);
  const std::string& id = pending.provider();
  const std::string owner = document.login_of(id);
  if (document.is_filled(id) && (owner.empty() || owner == id)) drop_all_but(id, use.store);
  pending.remove();
}

/// Empty: there is nothing to do, or not now.
std::optional<ResumedLogin> resume_one(const LoginDependencies& use, store::PendingLogin& pending,
                                       bool has_later_login) {
  const std::string& id = pending.provider();
  const CredentialsDocument document = use.store.read();
  const provider::DiscoveredProvider* found = use.registry.find(id);
  ResumedLogin resumed;
  resumed.is_refresh = pending.refreshed().has_value();
  resumed.provider = id;
  resumed.title = found == nullptr ? id : found->manifest.title;
  if (pending.is_stored_in(document)) {
    revoke_replaced_by(use, pending, document, resumed);
    return resumed.revocation == Revocation::not_possible ? std::nullopt : std::optional(std::move(resumed));
  }
  if (found == nullptr || !found->is_usable()) return {};
  try {
    if (!resumed.is_refresh) put_back_keys(use.store.keys, pending);
    if (resumed.is_refresh && store_refresh(use, pending)) {
      resumed.outcome = Resumed::stored;
    } else if (resumed.is_refresh || has_later_login || pending.is_overtaken(document)) {
      undo(use, pending, resumed);
    } else {
      finish_login(use, pending, resumed);
    }
  } catch (const Error& error) {
    if (error.code == code::kCanceled) throw;
    resumed.problem = error.message();
  }
  return resumed;
}

}  // namespace

RequestInfo who_am_i() {
  return {"GET", "/v3/users/me"};
}

LoginResult login(const LoginDependencies& dependencies, const std::string& id, const provider::GivenSettings& given,
                  provider::LoginStage* stage) {
  return Login(dependencies, id, stage).run(given);
}

provider::ProviderResult start_login(const LoginDependencies& dependencies, const std::string& id,
                                     const provider::GivenSettings& given, provider::LoginStage& stage,
                                     store::KeySet& created) {
  return Login(dependencies, id, &stage).start(given, created);
}

std::vector<ResumedLogin> resume_logins(const LoginDependencies& dependencies, bool has_later_login) {
  std::vector<ResumedLogin> all;
  for (store::PendingLogin& pending : dependencies.store.sweep_and_take_interrupted_logins()) {
    std::optional<ResumedLogin> resumed = resume_one(dependencies, pending, has_later_login);
    if (!resumed) continue;
    if (!resumed->is_refresh && (resumed->outcome == Resumed::stored || resumed->outcome == Resumed::stored_before))
      has_later_login = true;
    all.push_back(std::move(*resumed));
  }
  return all;
}

}  // namespace heygen::auth
