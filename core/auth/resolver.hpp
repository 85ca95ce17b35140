// Which provider serves, by precedence: --provider, HEYGEN_PROVIDER, then the chain.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/auth/credential.hpp"
#include "core/base/environment.hpp"
#include "core/provider/discovery/registry.hpp"
#include "core/store/credential_store.hpp"

namespace heygen::auth {

struct RequestInfo {
  std::string method, path;
  bool operator==(const RequestInfo&) const = default;
};

/// One row of `auth explain`.
struct ExplainRow {
  std::string provider, title;
  std::string slot;    ///< where its state lives in the file
  std::string found;   ///< what it found, a phrase without secrets
  std::string source;  ///< "env", "file", ... or ""
  std::string type;
  std::string verdict;  ///< "used", "shadowed", "absent", "broken", "refused", "not_asked"
  std::string why;      ///< a sentence
  std::optional<std::int64_t> expires_at;
  bool refreshable = false;
};

class Resolver {
 public:
  /// `chosen`: the id of --provider, or "".
  Resolver(provider::ProviderRegistry& registry, store::CredentialStore& store, const Environment& environment,
           std::string chosen);

  /// The first provider that has a credential, as it stands (perhaps stale). Throws Error as the status table of design
  /// §2.5 says; a filled slot whose provider is missing is an error that names it.
  Credential resolve(const RequestInfo& request, provider::Reason reason = provider::Reason::first_use);

  /// One provider, with the state as it is in the file now. Throws as resolve() does.
  Credential resolve_with(const std::string& id, const RequestInfo& request, provider::Reason reason);
  /// Likewise with that state (an in-memory one after a refresh, say).
  Credential resolve_state(const std::string& id, const json::Value& state, const RequestInfo& request,
                           provider::Reason reason);
  /// The provider's state in the file; an empty object when absent. Throws Error{auth} for an unreadable file.
  json::Value state_of(const std::string& id);

  /// The provider that resolve() would ask first, by the manifests and the file alone: nothing is loaded. "": none.
  std::string first_asked();

  std::vector<ExplainRow> explain();

  provider::ProviderRegistry& registry() { return registry_; }
  store::CredentialStore& store() { return store_; }
  /// "Run `heygen auth login`" with what fits this provider ("" for any).
  std::string how_to_login(const std::string& id);

 private:
  struct Link;
  std::string explicit_choice() const;
  std::vector<Link> chain(const json::Value& root);
  Link link_of(const provider::DiscoveredProvider& found, const json::Value& root) const;
  std::string variable_of(const std::string& id, const provider::DiscoveredProvider* found) const;
  Error not_installed(const Link& link) const;
  /// The file's root, or empty with `fault` set when it cannot be used.
  json::Value root_or_fault(std::string& fault) const;
  std::optional<Credential> ask(const Link& link, const json::Value& root, const std::string& fault,
                                const RequestInfo& request, provider::Reason reason);
  ExplainRow explain_link(const Link& link, const json::Value& root, const std::string& fault, bool settled);
  provider::Interaction interaction() const;

  provider::ProviderRegistry& registry_;
  store::CredentialStore& store_;
  const Environment& environment_;
  std::string chosen_;
};

/// State of a slot inside the file's root; an object, empty when absent, null or an empty text. A plain-text slot shows
/// as {"<slot>": value}.
json::Value slot_state(const json::Value& root, const std::string& id);
/// Puts a state back; removes the slot when the state is empty.
void set_slot_state(json::Value& root, const std::string& id, const json::Value& state);

}  // namespace heygen::auth
