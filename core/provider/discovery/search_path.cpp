#include <sys/auxv.h>
#include <unistd.h>

#include "core/base/environment.hpp"
#include "core/base/text.hpp"
#include "core/provider/discovery/registry.hpp"

namespace heygen::provider {
namespace {

bool has_elevated_privilege() {
  return getauxval(AT_SECURE) != 0 || getuid() != geteuid() || getgid() != getegid();
}

}  // namespace

std::vector<SearchDirectory> default_search_path(const Environment& environment,
                                                 const std::filesystem::path& config_dir,
                                                 const std::filesystem::path& executable) {
  std::vector<SearchDirectory> directories;
  std::error_code error;
  // With another's privilege, the user's files are no safer than the user's variables.
  if (!has_elevated_privilege()) {
    for (const std::string& directory : split(environment.value("HEYGEN_PROVIDER_PATH"), ':')) {
      if (!directory.empty())
        directories.push_back({std::filesystem::absolute(directory, error), "HEYGEN_PROVIDER_PATH"});
    }
    if (!config_dir.empty()) directories.push_back({config_dir / "providers", "user"});
  }
  if (!executable.empty()) {
    const std::filesystem::path real = std::filesystem::canonical(executable, error);
    const std::filesystem::path& program = error ? executable : real;
    directories.push_back({program.parent_path().parent_path() / "lib" / "heygen" / "providers", "system"});
  }
  return directories;
}

}  // namespace heygen::provider
