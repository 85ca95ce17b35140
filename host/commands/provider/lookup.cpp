// SPDX-License-Identifier: Apache-2.0
#include "host/commands/provider/lookup.hpp"

#include "core/base/home.hpp"
#include "core/base/text.hpp"
#include "core/config/config.hpp"
#include "core/store/reserved_slots.hpp"

namespace heygen::host::commands::provider {

using heygen::provider::DiscoveredProvider;
using heygen::provider::SearchDirectory;

Error unknown_provider(Services& services, const std::string& id) {
  const std::string message = "The provider `" + shown_word(id) + "` is not installed." +
                              heygen::provider::note_on_unreadable(services.unreadable_directories());
  if (store::reserved_slot_of(id) != nullptr) {
    return usage_error(message, "Install the package heygen-provider-" + id +
                                    ". `heygen provider list` shows the installed providers.");
  }
  std::vector<std::string> ids, directories;
  for (const DiscoveredProvider& found : services.discovered()) ids.push_back(found.id);
  for (const SearchDirectory& directory : search_path(services)) directories.push_back(directory.path.string());
  const std::string near = nearest(id, ids);
  return usage_error(message, (near.empty() ? "" : "Did you mean `" + near + "`? ") +
                                  (ids.empty() ? "" : "Installed: " + join(ids, ", ") + ". ") +
                                  (directories.empty() ? "There is no directory to search."
                                                       : "Searched: " + join(directories, ", ") + "."));
}

const DiscoveredProvider& require_installed(Services& services, const std::string& id) {
  const DiscoveredProvider* found = services.registry().find(id);
  if (found == nullptr) throw unknown_provider(services, id);
  return *found;
}

std::vector<SearchDirectory> search_path(const Services& services) {
  return heygen::provider::default_search_path(
      services.environment, heygen::config::config_directory(services.environment), services.executable);
}

std::filesystem::path user_directory(const Services& services) {
  const std::filesystem::path directory = heygen::config::config_directory(services.environment);
  if (directory.empty()) throw no_user_directory();
  return directory / "providers";
}

Positional id_argument() {
  return {.name = "id", .doc = "The provider's ID, as `heygen provider list` shows it", .fill = Fill::provider};
}

}  // namespace heygen::host::commands::provider
