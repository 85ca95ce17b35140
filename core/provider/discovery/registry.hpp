// Which providers there are, where, and whether they may load. Manifests only; a library is loaded on demand and stays.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/provider/policy/policy.hpp"
#include "core/provider/provider.hpp"

namespace heygen::provider {

struct SearchDirectory {
  std::filesystem::path path;
  std::string origin;  ///< "HEYGEN_PROVIDER_PATH", "user" or "system"
};

/// The search path of design §2.12. With elevated privilege (set-user-id, file capabilities) the system's directory
/// alone.
std::vector<SearchDirectory> default_search_path(const Environment& environment,
                                                 const std::filesystem::path& config_dir,
                                                 const std::filesystem::path& executable);

struct DiscoveredProvider {
  std::string id;  ///< from the manifest, or from its file name when that cannot be read
  Manifest manifest;
  std::filesystem::path manifest_path, library_path;
  std::string origin;
  bool refused = false;
  std::string reason;                           ///< why refused, a sentence; also the rule's source
  bool refused_by_policy = false;               ///< refused by the policy's decision rather than for a fault
  bool disabled = false;                        ///< refused because the user switched it off
  std::string rule;                             ///< of the policy, that permits or refuses it; "" without one
  std::string login_denied_reason;              ///< why the policy offers no login with it, a clause, or ""
  std::vector<std::filesystem::path> shadowed;  ///< manifests of the same id in later directories
  bool loaded = false;
};

/// What others may ask for; Session and commands see this, tests replace it.
class ProviderRegistry {
 public:
  virtual ~ProviderRegistry() = default;
  /// All found, those of reserved slots first in their fixed order, then by (order, id).
  virtual const std::vector<DiscoveredProvider>& found() = 0;
  const DiscoveredProvider* find(const std::string& id);
  /// Loads on first use. Throws Error: refused or not found is auth_error (exit 3) naming file and reason.
  virtual Provider& load(const std::string& id) = 0;
};

/// Whom files must belong to.
enum class Owner : unsigned char {
  root_or_user,  ///< a group of the owner's own may write, and others into sticky directories
  root,          ///< root alone owns and writes
};

/// Empty when the file, its link targets and all directories above are owned so and unwritable to anybody else;
/// otherwise the reason, naming the path.
std::string ownership_fault(const std::filesystem::path& file, Owner owner = Owner::root_or_user);

/// Who decides what may load, beyond the rules of the search path.
struct Rules {
  Policy policy{};
  std::vector<std::string> disabled{};  ///< ids that the user switched off
  /// Called with one line for every library that is loaded or refused; may be empty.
  std::function<void(const std::string& line)> audit{};
};

std::unique_ptr<ProviderRegistry> make_registry(std::vector<SearchDirectory> directories, Services services,
                                                Rules rules = {});

}  // namespace heygen::provider
