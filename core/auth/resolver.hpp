// SPDX-License-Identifier: Apache-2.0
// Which provider serves a request, by precedence: --provider, HEYGEN_PROVIDER, then the chain of all that apply.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/auth/credential.hpp"
#include "core/base/environment.hpp"
#include "core/base/error.hpp"
#include "core/provider/discovery/registry.hpp"
#include "core/store/credential_store.hpp"
#include "core/store/reserved_slots.hpp"

namespace heygen::auth {

/// What a credential is asked for: one attempt of an API call, or the call before anything of it is sent.
struct RequestInfo {
  std::string method, path;  ///< path and query, without what the API's base has
  std::string url{};         ///< of the attempt; "": the base and `path`
  /// As long as the request is under way; "" for none, empty when it is not known.
  std::optional<std::string_view> body = std::string_view{};
  provider::HeaderFields refusal{};  ///< of the 401 that made the transport ask again
};

/// What a provider is asked for this request, without its state.
provider::ProviderRequest ask_for(const RequestInfo& request, provider::Reason reason);

/// A credential that was made for the request `ahead`, before it was sent, is good for `attempt`, its first.
bool is_first_attempt(const RequestInfo& attempt, const RequestInfo& ahead);

/// A provider that was asked for by name.
struct Choice {
  enum class By : unsigned char { none, option, variable };
  std::string id;  ///< empty: the chain decides
  By by = By::none;
};

/// What the chain makes of one provider.
enum class Verdict : unsigned char {
  used,
  shadowed,
  absent,
  broken,   ///< its credential is there but unusable: requests fail
  refused,  ///< it has a credential but may not load: requests fail
};

enum class Why : unsigned char {
  first,          ///< used: the first that has a credential
  needs_network,  ///< used or shadowed: more is known only online
  overridden,     ///< shadowed by one with higher precedence
  not_chosen,     ///< shadowed because another was asked for by name
  nothing_set,    ///< absent: no variable and no stored credential
  not_loadable,   ///< absent or refused: `detail` is the reason
  nothing_found,  ///< absent: the provider found no credential
  unreadable,     ///< broken or absent: what the file has cannot be known; `detail` is the reason
  error,          ///< broken or shadowed: `detail` is the message
};

/// One provider of the chain.
struct ExplainRow {
  std::string provider, title;
  std::string slot;         ///< where its state is in the credentials file
  std::string variable;     ///< the environment variable that asks for it, or ""
  bool stored = false;      ///< its slot is filled
  bool in_keyring = false;  ///< left false here
  std::string source;       ///< "env", "file", … or ""
  std::string type;
  Verdict verdict = Verdict::absent;
  Why why = Why::nothing_set;
  std::string detail;
  std::optional<std::int64_t> expires_at;
  bool refreshable = false;
  std::optional<Error> error{};  ///< of requests, where the provider is broken or refused
};

struct Explanation {
  std::vector<ExplainRow> rows;
  Choice choice;
  std::string file_problem;  ///< why the credentials file cannot be used, a sentence, or ""
  std::string file_hint{};   ///< what helps then
};

class Resolver {
 public:
  /// `provider_option`: the id of --provider, or "".
  Resolver(provider::ProviderRegistry& registry, store::CredentialStore& store, const Environment& environment,
           std::string provider_option);

  /// The first provider that has a credential, which may be stale. Throws Error as provider::to_error() does; a filled
  /// slot whose provider is not installed is an error that names it.
  Credential resolve(const RequestInfo& request, provider::Reason reason = provider::Reason::first_use);

  /// One provider, with its state as it is in the file now. Throws as resolve() does.
  Credential resolve_with(const std::string& id, const RequestInfo& request, provider::Reason reason);
  /// One provider, with this state: the one in memory after a refresh, for example.
  Credential resolve_state(const std::string& id, const json::Value& state, const RequestInfo& request,
                           provider::Reason reason);
  /// The provider's state in the file; an empty object when absent. Throws Error{auth} for an unreadable file.
  json::Value state_of(const std::string& id);

  /// The provider that resolve() would ask first, by the manifests and the file only: nothing is loaded. "": none.
  std::string first_asked();

  /// Works offline. With the time `now`, a credential that has expired for good is broken.
  Explanation explain(std::optional<std::int64_t> now = {});

  provider::ProviderRegistry& registry() { return registry_; }
  store::CredentialStore& store() { return store_; }
  /// The hint that says how to log in with this provider, or at all (""). Where the provider's slot is shared, it is
  /// the way in which the user logged in.
  std::string login_hint(const std::string& id = {});

 private:
  struct Candidate;
  struct StoredFile;

  Choice choice() const;
  std::vector<Candidate> chain(const store::CredentialsDocument& document);
  std::vector<Candidate> others(const store::CredentialsDocument& document);
  std::optional<Credential> resolve_variable(const RequestInfo& request, provider::Reason reason);
  std::vector<Candidate> readers_of(const store::ReservedSlot& slot, const store::CredentialsDocument& document);
  /// Those that resolve() asks; up to the first that needs the file, when the file cannot be used.
  static std::vector<Candidate> applicable(std::vector<Candidate> candidates, const StoredFile& file);
  Candidate candidate_of(const std::string& id, const provider::DiscoveredProvider* found,
                         const store::CredentialsDocument& document) const;
  std::string variable_of(const std::string& id, const provider::DiscoveredProvider* found) const;
  StoredFile read_file() const;

  void require_installed(const Choice& chosen);
  Error not_installed(const Candidate& candidate) const;
  Error not_logged_in(const std::vector<Candidate>& candidates);
  std::optional<Credential> ask(const Candidate& candidate, const StoredFile& file, const RequestInfo& request,
                                provider::Reason reason);
  provider::ProviderResult call_resolve(provider::Provider& provider, const json::Value& state,
                                        const RequestInfo& request, provider::Reason reason) const;
  ExplainRow explain_candidate(const Candidate& candidate, const StoredFile& file, bool settled,
                               std::optional<std::int64_t> now);
  void explain_credential(ExplainRow& row, const Candidate& candidate, const StoredFile& file, bool settled,
                          std::optional<std::int64_t> now);
  /// What a request meets that this provider may not serve.
  std::optional<Error> refusal_of(const std::string& id);
  /// The provider that stored what is in the slot of this one.
  std::string logged_in_with(const std::string& id);
  provider::Interaction interaction() const;

  provider::ProviderRegistry& registry_;
  store::CredentialStore& store_;
  const Environment& environment_;
  std::string provider_option_;
};

}  // namespace heygen::auth
