// Which providers there are, where, and whether they may load. Manifests only; a library is loaded on demand and stays.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/provider/provider.hpp"

namespace heygen::provider {

struct SearchFolder {
  std::filesystem::path path;
  std::string origin;  ///< "HEYGEN_PROVIDER_PATH", "user" or "system"
};

/// The search path of design §2.12. With elevated privilege (set-user-id, file capabilities) the system's folder alone.
std::vector<SearchFolder> default_search_path(const Environment& environment, const std::filesystem::path& config_dir,
                                              const std::filesystem::path& executable);

struct Found {
  std::string id;  ///< from the manifest, or from its file name when that cannot be read
  Manifest manifest;
  std::filesystem::path manifest_path, library_path;
  std::string origin;
  bool refused = false;
  std::string reason;                           ///< why refused, a sentence; also the rule's source
  std::vector<std::filesystem::path> shadowed;  ///< manifests of the same id in later folders
  bool loaded = false;
};

/// What others may ask for; Session and commands see this, tests replace it.
class Catalogue {
 public:
  virtual ~Catalogue() = default;
  /// All found, those of historic slots first in their fixed order, then by (order, id).
  virtual const std::vector<Found>& found() = 0;
  const Found* find(const std::string& id);
  /// Loads on first use. Throws Error: refused or not found is auth_error (exit 3) naming file and reason.
  virtual Provider& load(const std::string& id) = 0;
};

/// Empty when the file, its link targets and all folders above are owned by root or the user and unwritable to others
/// and to groups other than the owner's own (sticky folders pass); otherwise the reason, naming the path.
std::string ownership_fault(const std::filesystem::path& file);

std::unique_ptr<Catalogue> make_registry(std::vector<SearchFolder> folders, Services services);

}  // namespace heygen::provider
