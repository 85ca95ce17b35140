// SPDX-License-Identifier: Apache-2.0
// Which providers are installed, where, and whether they may load. Only manifests are read; a library is loaded on
// demand and stays loaded.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/audit_event.hpp"
#include "core/provider/discovery/search_path.hpp"
#include "core/provider/policy/isolation.hpp"
#include "core/provider/policy/policy.hpp"
#include "core/provider/provider.hpp"
#include "core/provider/signature/signed_files.hpp"

namespace heygen::provider {

/// Whether a provider can be used. The first reason counts: the policy, then the user's setting, then its files.
enum class ProviderState : unsigned char {
  available,          ///< its library has not been needed yet
  loaded,             ///< and initialized
  refused,            ///< for its files
  refused_by_policy,  ///< may_load() says no
  disabled,           ///< by the user: provider.disabled.ID
  needs_consent,      ///< it brings a language runtime, and neither the user nor the policy lets it
};

struct DiscoveredProvider {
  std::string id;  ///< from the manifest, or from its file name when that cannot be read
  Manifest manifest;
  std::filesystem::path manifest_path, library_path;
  Origin origin = Origin::system;
  ProviderState state = ProviderState::available;
  std::string reason;                           ///< why it is refused or disabled, a clause without a full stop
  std::string fix;                              ///< a command that removes the reason, or ""
  std::string rule;                             ///< of the policy, that permits or refuses it; "" without one
  IsolationRuling isolation;                    ///< how it runs once it is loaded
  std::string login_denied_reason;              ///< why the policy offers no login with it, a clause, or ""
  std::optional<Signer> signer;                 ///< of the manifest, where the policy requires signatures
  std::vector<std::filesystem::path> shadowed;  ///< manifests of the same ID in later directories

  bool is_usable() const { return state == ProviderState::available || state == ProviderState::loaded; }
};

/// A directory of the search path that may have providers which are not found.
struct UnreadableDirectory {
  std::filesystem::path path;
  std::string reason;  ///< a clause without a full stop
};
/// A sentence for each, with a space before it: what a message about a missing provider ends with.
std::string note_on_unreadable(const std::vector<UnreadableDirectory>& directories);

/// What Session and commands use; tests replace it.
class ProviderRegistry {
 public:
  virtual ~ProviderRegistry() = default;
  /// All providers found: those of reserved slots first in their fixed order, then by (order, ID). Throws nothing for a
  /// provider that cannot be used: its state says why.
  virtual const std::vector<DiscoveredProvider>& found() = 0;
  /// Directories that could not be read; one that does not exist only when HEYGEN_PROVIDER_PATH names it.
  virtual const std::vector<UnreadableDirectory>& unreadable() {
    static const std::vector<UnreadableDirectory> kNone;
    return kNone;
  }
  /// nullptr when it is not installed. Reads no manifest but this provider's; what it points to stays.
  virtual const DiscoveredProvider* find(const std::string& id);
  /// Loads on first use. Throws Error{auth_error} for a provider that is not installed or cannot be used, naming file
  /// and reason.
  virtual Provider& load(const std::string& id) = 0;
};

/// What decides whether a provider may load, beyond the rules of the search path.
struct Rules {
  Policy policy{};
  std::vector<std::string> disabled{};  ///< IDs that the user disabled
  std::vector<std::string> runtimes{};  ///< IDs whose language runtime the user lets load
  IsolationSettings isolation{};        ///< by the user
  std::filesystem::path runner{};       ///< the program of isolated providers; "": none can be isolated
  Audit audit{};                        ///< called for each library that is loaded or refused
};

std::unique_ptr<ProviderRegistry> make_registry(std::vector<SearchDirectory> directories, Services services,
                                                Rules rules = {});

}  // namespace heygen::provider
