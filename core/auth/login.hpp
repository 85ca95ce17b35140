// SPDX-License-Identifier: Apache-2.0
// A login as one transaction: ask the provider, check the new credential with the API, store it as the only one, revoke
// what it replaced. Facts only: the caller words them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/auth/session.hpp"
#include "core/auth/stored_slots.hpp"

namespace heygen {
class Cancel;
class Clock;
}  // namespace heygen

namespace heygen::auth {

/// What the API says about a credential.
struct ProbeResult {
  enum class Verdict : unsigned char {
    accepted,
    rejected,  ///< HTTP 401, or 403 for an invalid token or an insufficient scope
    unknown,   ///< anything else, or nothing was sent
  };
  Verdict verdict = Verdict::unknown;
  json::Value user = json::Object{};  ///< as the file keeps it; empty when the API did not say
  std::string problem;                ///< why the verdict is unknown, a sentence
  int http_status = 0;                ///< of a rejection
};

/// Asks the API about a credential that is not stored yet. Throws only Error{canceled}, and
/// Error{cli_response_parse_error} when what answers cannot be the API.
using Probe = std::function<ProbeResult(CredentialSource& credential)>;

/// The request that tells whose a credential is.
RequestInfo who_am_i();

/// What a login may touch. The references outlive the call.
struct LoginDependencies {
  store::CredentialStore& store;
  provider::ProviderRegistry& registry;
  const Environment& environment;
  Clock& clock;
  const Cancel& cancel;
  Probe probe;
};

struct LoginResult {
  enum class Outcome : unsigned char {
    stored,
    provider_failed,        ///< `answer` says why; nothing changed
    rejected,               ///< by the API; nothing changed, and `revocation` says what became of the new credential
    unconfirmed,            ///< likewise, as the API did not accept a credential that it must (store::must_be_accepted)
    canceled_after_saving,  ///< stored, but not checked, and nothing was revoked
  };
  enum class Check : unsigned char {
    accepted,
    expired,    ///< by the clock; nothing was sent
    postponed,  ///< it needs a refresh first, which the next request does
    failed,     ///< `problem` says why
  };
  struct Replaced {
    std::string slot, provider;
    bool own_slot = false;  ///< an earlier login of the same slot
    Revocation revocation = Revocation::not_possible;
  };
  Outcome outcome = Outcome::stored;
  provider::ProviderResult answer;
  int http_status = 0;                               ///< of Outcome::rejected
  Revocation revocation = Revocation::not_possible;  ///< likewise
  Check check = Check::failed;
  std::string problem;                   ///< of Check::failed, a sentence
  json::Value user = json::Object{};     ///< as the file keeps it; empty when unknown
  std::optional<Credential> credential;  ///< empty when it could not be resolved for now
  std::vector<Replaced> replaced;
  /// What precedes the stored credential: broken ones, and the one that requests use instead of it.
  std::vector<ExplainRow> shadowing;
};

/// Logs in with an installed provider. Until the API has accepted the credential, or has not said, it is only in a
/// pending copy (store::PendingLogin). Throws store::Unreadable and, when the provider cannot be loaded, its new
/// credential is unusable or unchecked (Error{cli_response_parse_error}), or nothing can be written, Error; the file is
/// then unchanged and the credential revoked as far as possible. Where only the last step fails, the file itself, the
/// copy stays, and the error says how to finish the login.
/// `stage`: what the provider's login() meets in place of the host's services, if any.
LoginResult login(const LoginDependencies& dependencies, const std::string& id,
                  const provider::GivenSettings& given = {}, provider::LoginStage* stage = nullptr);

/// The result of login() alone, with which nothing is done: `stage` makes it wait for a later command. `created`: the
/// keys that it created. A credential that came all the same is revoked. Throws store::Unreadable and Error.
provider::ProviderResult start_login(const LoginDependencies& dependencies, const std::string& id,
                                     const provider::GivenSettings& given, provider::LoginStage& stage,
                                     store::KeySet& created);

/// A login that an earlier process did not live to finish, or could not store; or a refresh that could not be stored.
struct ResumedLogin {
  enum class Outcome : unsigned char {
    stored,
    stored_before,  ///< what it replaced was still to be revoked
    rejected,       ///< by the API
    overtaken,      ///< by a later login, which stays
    failed,         ///< `problem` says why, and whether the copy is kept
  };
  bool is_refresh = false;
  std::string provider, title;
  Outcome outcome = Outcome::failed;
  Revocation revocation = Revocation::not_possible;  ///< of all but Outcome::stored and Outcome::failed
  std::string problem;                               ///< of Outcome::failed, a sentence
};

/// Finishes all such logins, the newest first: stores it, or revokes it if the API rejects it or a later login is
/// stored; revokes what one that is stored replaced. Those of providers that are not installed now wait.
/// `has_later_login`: what is stored is later than all of them. Sweeps the file's directory. Throws store::Unreadable
/// and Error{canceled}; nothing is lost then.
std::vector<ResumedLogin> resume_logins(const LoginDependencies& dependencies, bool has_later_login = false);

}  // namespace heygen::auth
