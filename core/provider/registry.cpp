#include "core/provider/registry.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <mutex>
#include <system_error>
#include <tuple>

#include "core/base/text.hpp"
#include "core/provider/abi.hpp"
#include "core/provider/adapter.hpp"
#include "core/provider/descriptor.hpp"
#include "core/provider/historic.hpp"
#include "core/provider/loader.hpp"

namespace heygen::provider {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".provider.json";
constexpr std::uintmax_t kLargestManifest = std::uintmax_t{256} << 10U;

std::string read_small_file(const fs::path& path) {
  if (!fs::is_regular_file(path)) throw std::runtime_error("it is no regular file");  // opening a FIFO would wait
  std::ifstream file(path, std::ios::binary);
  std::string text(kLargestManifest + 1, '\0');
  if (!file.is_open()) throw std::runtime_error("it cannot be read");
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) throw std::runtime_error("it cannot be read");
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kLargestManifest) throw std::runtime_error("it is larger than 256 KiB");
  return text;
}

std::string id_of_file(const fs::path& path) {
  std::string name = path.filename().string();
  return name.substr(0, name.size() - kSuffix.size());
}

void check_trust(const Found& found) {
  if (const std::string fault = ownership_fault(found.manifest_path); !fault.empty()) throw std::runtime_error(fault);
}

/// Fills in what the manifest says; throws std::runtime_error with the reason why it is refused.
void examine(Found& found) {
  check_trust(found);
  Manifest manifest;
  try {
    manifest = parse_manifest(read_small_file(found.manifest_path));
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(found.manifest_path.string() + " is no manifest: " + error.what());
  }
  if (manifest.id != found.id) {
    throw std::runtime_error(found.manifest_path.string() + " has the id `" + manifest.id +
                             "`, which differs from its file name");
  }
  found.manifest = manifest;
  found.library_path = found.manifest_path.parent_path() / manifest.library;
  agree_on_major(manifest.abi_min, manifest.abi_max);
  std::error_code error;
  if (!fs::exists(found.library_path, error)) {
    throw std::runtime_error("its library " + found.library_path.string() + " is missing");
  }
  if (const std::string fault = ownership_fault(found.library_path); !fault.empty()) throw std::runtime_error(fault);
}

Found look_at(const fs::path& manifest_path, const std::string& origin) {
  Found found;
  found.id = id_of_file(manifest_path);
  found.manifest.id = found.id;
  found.manifest.title = printable(found.id);
  found.manifest_path = manifest_path;
  found.origin = origin;
  try {
    if (!is_valid_id(found.id)) throw std::runtime_error(manifest_path.string() + " is not named by a valid id");
    examine(found);
  } catch (const std::exception& error) {
    found.refused = true;
    found.reason = printable(error.what());
  }
  return found;
}

std::vector<fs::path> manifests_in(const fs::path& folder) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.size() > kSuffix.size() && name.ends_with(kSuffix) && name.front() != '.') paths.push_back(at->path());
  }
  std::ranges::sort(paths);
  return paths;
}

/// Place in the chain: historic ones in the table's order, then by the manifest's.
auto rank(const Found& found) {
  std::size_t place = 0;
  for (const HistoricSlot& slot : historic_slots()) {
    for (const std::string_view id : slot.ids) {
      if (id == found.id) return std::tuple(place, 0, std::string{});
      ++place;
    }
  }
  return std::tuple(place, static_cast<int>(found.manifest.order), found.id);
}

class Registry : public Catalogue {
 public:
  Registry(std::vector<SearchFolder> folders, Services services)
      : folders_(std::move(folders)), services_(std::move(services)) {}

  const std::vector<Found>& found() override {
    const std::lock_guard lock(mutex_);
    return scan();
  }

  Provider& load(const std::string& id) override {
    const std::lock_guard lock(mutex_);
    if (const auto loaded = loaded_.find(id); loaded != loaded_.end()) return *loaded->second;
    scan();
    const auto wanted = std::ranges::find(found_, id, &Found::id);
    if (wanted == found_.end()) throw missing(id);
    if (!wanted->refused) open(*wanted);
    if (wanted->refused) throw refusal(*wanted);
    return *loaded_.at(id);
  }

 private:
  const std::vector<Found>& scan() {
    if (std::exchange(scanned_, true)) return found_;
    for (const SearchFolder& folder : folders_) {
      for (const fs::path& path : manifests_in(folder.path)) add(path, folder.origin);
    }
    std::ranges::sort(found_, {}, rank);
    return found_;
  }

  void add(const fs::path& manifest_path, const std::string& origin) {
    const std::string id = id_of_file(manifest_path);
    const auto first = std::ranges::find(found_, id, &Found::id);
    if (first == found_.end()) {
      found_.push_back(look_at(manifest_path, origin));
    } else {
      first->shadowed.push_back(manifest_path);
    }
  }

  void open(Found& found) {
    try {
      examine(found);  // what held when the folder was scanned may not hold any more
      auto library = std::make_unique<Library>(fs::canonical(found.library_path), services_.host_version);
      if (const std::string difference = first_difference(found.manifest, library->described()); !difference.empty()) {
        throw std::runtime_error("its manifest contradicts its library: " + difference);
      }
      loaded_[found.id] = make_provider(std::move(library), found.manifest, services_, secret_variables());
      found.loaded = true;
    } catch (const std::exception& error) {
      found.refused = true;
      found.reason = printable(found.library_path.string() + ": " + error.what());
    }
  }

  /// What any provider declares as a credential, and the host's own.
  std::vector<std::string> secret_variables() const {
    std::vector<std::string> names;
    for (const HistoricSlot& slot : historic_slots()) {
      if (!slot.environment.empty()) names.emplace_back(slot.environment);
    }
    for (const Found& found : found_) {
      names.insert(names.end(), found.manifest.credential_env.begin(), found.manifest.credential_env.end());
    }
    return names;
  }

  static Error missing(const std::string& id) {
    return auth_error("The provider `" + printable(id) + "` is not installed.",
                      "`heygen provider list` shows what is; `heygen auth login` logs in with one of those.");
  }

  static Error refusal(const Found& found) {
    std::string later;
    if (!found.shadowed.empty()) {
      later = " A later one, " + printable(found.shadowed.front().string()) + ", is not used in its place.";
    }
    return auth_error("The provider `" + printable(found.id) + "` was refused: " + found.reason + "." + later,
                      "Put that right or remove " + printable(found.manifest_path.string()) +
                          ", or log in another way with `heygen auth login`.");
  }

  std::vector<SearchFolder> folders_;
  Services services_;
  std::mutex mutex_;
  bool scanned_ = false;
  std::vector<Found> found_;
  std::map<std::string, std::unique_ptr<Provider>> loaded_;
};

}  // namespace

const Found* Catalogue::find(const std::string& id) {
  const std::vector<Found>& all = found();
  const auto at = std::ranges::find(all, id, &Found::id);
  return at == all.end() ? nullptr : &*at;
}

std::unique_ptr<Catalogue> make_registry(std::vector<SearchFolder> folders, Services services) {
  return std::make_unique<Registry>(std::move(folders), std::move(services));
}

}  // namespace heygen::provider
