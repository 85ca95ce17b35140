// SPDX-License-Identifier: Apache-2.0
#include "core/auth/login.hpp"

#include <algorithm>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/store/reserved_slots.hpp"

namespace heygen::auth {

namespace {

using store::CredentialsDocument;
using store::FilledSlot;
using Outcome = LoginResult::Outcome;
using Check = LoginResult::Check;

class Login {
 public:
  Login(const LoginDependencies& dependencies, const std::string& id)
      : use_(dependencies),
        id_(id),
        slot_(store::slot_of(id)),
        resolver_(use_.registry, use_.store, use_.environment, {}) {}

  LoginResult run() {
    const json::Value state = use_.store.read().state(id_);
    if (!ask_provider(state)) return std::move(result_);
    resolve(state);
    const bool refreshable = !result_.credential || result_.credential->refreshable();
    result_.outcome = refreshable ? save_then_check() : check_then_save();
    if (result_.outcome != Outcome::stored) return std::move(result_);
    revoke_replaced();
    find_shadowing();
    return std::move(result_);
  }

 private:
  struct Old {
    FilledSlot slot;
    json::Value state;
  };

  bool ask_provider(const json::Value& state) {
    provider::ProviderRequest request;
    request.reason = provider::Reason::login;
    request.interaction = provider::Interaction::always;
    request.state = state;
    result_.answer = use_.registry.load(id_).login(request);
    if (result_.answer.status != provider::Status::ok) {
      result_.outcome = Outcome::provider_failed;
      return false;
    }
    patch_ = result_.answer.patch.value_or(json::Value(json::Object{}));
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

  void check() {
    if (!result_.credential) return;
    if (result_.credential->stale(use_.clock.now())) {
      result_.check = result_.credential->refreshable() ? Check::postponed : Check::expired;
      return;
    }
    const ProbeResult probe = use_.probe(*result_.credential);
    using Verdict = ProbeResult::Verdict;
    result_.check = probe.verdict == Verdict::accepted   ? Check::accepted
                    : probe.verdict == Verdict::rejected ? Check::rejected
                                                         : Check::failed;
    result_.user = probe.user;
    result_.problem = probe.problem;
  }

  /// A token that was hard to get is stored before anything else can go wrong.
  Outcome save_then_check() {
    save();
    try {
      check();
    } catch (const Error& error) {
      if (error.code != code::kCanceled) throw;
      return Outcome::canceled_after_saving;
    }
    if (!result_.user.as_object().empty()) {
      use_.store.update([&](CredentialsDocument& document) { document.set_user(result_.user); });
    }
    return Outcome::stored;
  }

  Outcome check_then_save() {
    check();
    if (result_.check == Check::rejected) return Outcome::rejected;
    save();
    return Outcome::stored;
  }

  /// Afterwards the file has one credential: this one.
  void save() {
    const std::vector<store::RefreshLock> locks = wait_for_refreshes();
    use_.store.update([&](CredentialsDocument& document) {
      replaced_.clear();
      for (const FilledSlot& slot : document.filled_slots()) replaced_.push_back({slot, document.state(slot)});
      json::Value state = document.state(id_);
      json::merge_patch(state, patch_);
      std::erase_if(replaced_, [&](const Old& old) { return old.slot.slot == slot_ && old.state == state; });
      document.clear_slots(slot_);
      document.set_state(id_, state);
      document.set_user(result_.user);
    });
    for (const Old& old : replaced_) {
      result_.replaced.push_back(
          {old.slot.slot, owner_of(use_.registry, old.slot), old.slot.slot == slot_, Revocation::not_possible});
    }
  }

  /// Otherwise a refresh under way would write tokens that are never revoked. A process that hangs, or Ctrl-C, must not
  /// cost the new credential: the login then continues without the locks.
  std::vector<store::RefreshLock> wait_for_refreshes() {
    try {
      return lock_refreshes(use_.store, use_.registry, use_.store.read().filled_slots(), use_.cancel);
    } catch (const Error&) {
      return {};
    }
  }

  void revoke_replaced() {
    for (std::size_t i = 0; i < replaced_.size(); ++i) {
      FilledSlot& slot = replaced_[i].slot;
      // Of the providers that share the slot, the one that logged in knows which tokens are still in use.
      std::ranges::stable_partition(slot.ids, [&](const std::string& id) { return id == id_; });
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
  const std::string slot_;
  Resolver resolver_;  // without --provider, which is for this login only
  json::Value patch_ = json::Object{};
  std::vector<Old> replaced_;
  LoginResult result_;
};

}  // namespace

RequestInfo who_am_i() {
  return {"GET", "/v3/users/me"};
}

LoginResult login(const LoginDependencies& dependencies, const std::string& id) {
  return Login(dependencies, id).run();
}

}  // namespace heygen::auth
