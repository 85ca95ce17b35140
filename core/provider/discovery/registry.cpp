#include "core/provider/discovery/registry.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <mutex>
#include <system_error>
#include <tuple>

#include "core/base/text.hpp"
#include "core/provider/abi.hpp"
#include "core/provider/call/adapter.hpp"
#include "core/provider/library/descriptor.hpp"
#include "core/provider/library/loader.hpp"
#include "core/provider/library/pin.hpp"
#include "core/store/reserved_slots.hpp"

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

void check_trust(const fs::path& path) {
  if (const std::string fault = ownership_fault(path); !fault.empty()) throw std::runtime_error(fault);
}

/// What it says, from one reading of the file, whose bytes the pin fixes.
Manifest manifest_of(const DiscoveredProvider& found, const Pin* pin) {
  try {
    const std::string text = read_small_file(found.manifest_path);
    if (pin != nullptr) require_pin(sha256_hex(text), pin->manifest, "the manifest");
    return parse_manifest(text);
  } catch (const std::runtime_error& error) {
    throw std::runtime_error(found.manifest_path.string() + (pin != nullptr ? ": " : " is no manifest: ") +
                             error.what());
  }
}

/// Fills in what the manifest says; throws std::runtime_error with the reason why it is refused.
void examine(DiscoveredProvider& found, const Pin* pin) {
  check_trust(found.manifest_path);
  const Manifest manifest = manifest_of(found, pin);
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
  check_trust(found.library_path);
}

void refuse(DiscoveredProvider& found, const std::string& reason) {
  found.refused = true;
  found.reason = printable(reason);
}

/// What was decided about it, whatever its files are like.
void judge(DiscoveredProvider& found, const Rules& rules) {
  const Ruling ruling = may_load(rules.policy, found.id, found.origin);
  found.rule = ruling.rule;
  found.login_denied_reason = ruling.permitted ? may_log_in(rules.policy, found.id).why : ruling.why;
  if (!ruling.permitted) {
    found.refused_by_policy = true;
    refuse(found, ruling.why);
  } else if (std::ranges::find(rules.disabled, found.id) != rules.disabled.end()) {
    found.disabled = true;
    refuse(found, "it is switched off; `heygen provider enable " + found.id + "` switches it on again");
  }
}

DiscoveredProvider look_at(const fs::path& manifest_path, const std::string& origin, const Rules& rules) {
  DiscoveredProvider found;
  found.id = id_of_file(manifest_path);
  found.manifest.id = found.id;
  found.manifest.title = printable(found.id);
  found.manifest_path = manifest_path;
  found.origin = origin;
  try {
    if (!is_valid_id(found.id)) throw std::runtime_error(manifest_path.string() + " is not named by a valid id");
    examine(found, rules.policy.pin_of(found.id));
  } catch (const std::exception& error) {
    refuse(found, error.what());
  }
  judge(found, rules);
  return found;
}

std::vector<fs::path> manifests_in(const fs::path& directory) {
  std::vector<fs::path> paths;
  std::error_code error;
  for (fs::directory_iterator at(directory, error), end; !error && at != end; at.increment(error)) {
    const std::string name = at->path().filename().string();
    if (name.size() > kSuffix.size() && name.ends_with(kSuffix) && name.front() != '.') paths.push_back(at->path());
  }
  std::ranges::sort(paths);
  return paths;
}

/// Place in the chain: reserved ones in the table's order, then by the manifest's.
auto rank(const DiscoveredProvider& found) {
  std::size_t place = 0;
  for (const store::ReservedSlot& slot : store::reserved_slots()) {
    for (const std::string_view id : slot.ids) {
      if (id == found.id) return std::tuple(place, 0, std::string{});
      ++place;
    }
  }
  return std::tuple(place, static_cast<int>(found.manifest.order), found.id);
}

class Registry : public ProviderRegistry {
 public:
  Registry(std::vector<SearchDirectory> directories, Services services, Rules rules)
      : directories_(std::move(directories)), services_(std::move(services)), rules_(std::move(rules)) {}

  const std::vector<DiscoveredProvider>& found() override {
    const std::lock_guard lock(mutex_);
    return scan();
  }

  Provider& load(const std::string& id) override {
    const std::lock_guard lock(mutex_);
    if (const auto loaded = loaded_.find(id); loaded != loaded_.end()) return *loaded->second;
    scan();
    const auto wanted = std::ranges::find(found_, id, &DiscoveredProvider::id);
    if (wanted == found_.end()) throw missing(id);
    if (!wanted->refused) {
      open(*wanted);
    } else if (!wanted->disabled && std::ranges::find(refusals_told_, id) == refusals_told_.end()) {
      audit(*wanted, {});
    }
    if (wanted->refused) throw refusal(*wanted);
    return *loaded_.at(id);
  }

 private:
  const std::vector<DiscoveredProvider>& scan() {
    if (std::exchange(scanned_, true)) return found_;
    // Directories that the policy does not count come last: their providers are named, and hide nobody.
    for (const bool counts : {true, false}) {
      for (const SearchDirectory& directory : directories_) {
        if ((rules_.policy.user_directories || directory.origin == "system") != counts) continue;
        for (const fs::path& path : manifests_in(directory.path)) add(path, directory.origin);
      }
    }
    std::ranges::sort(found_, {}, rank);
    return found_;
  }

  void add(const fs::path& manifest_path, const std::string& origin) {
    const std::string id = id_of_file(manifest_path);
    const auto first = std::ranges::find(found_, id, &DiscoveredProvider::id);
    if (first == found_.end()) {
      found_.push_back(look_at(manifest_path, origin, rules_));
    } else {
      first->shadowed.push_back(manifest_path);
    }
  }

  void open(DiscoveredProvider& found) {
    std::string digest;
    try {
      const Pin* pin = rules_.policy.pin_of(found.id);
      examine(found, pin);  // what held when the directory was scanned may not hold any more
      const fs::path file = fs::canonical(found.library_path);
      PinnedImage image;
      if (pin != nullptr) image = pin_library(file, pin->library);
      digest = image.digest;
      auto library = std::make_unique<Library>(file, services_.host_version, image.path);
      if (const std::string difference = first_difference(found.manifest, library->described()); !difference.empty()) {
        throw std::runtime_error("its manifest contradicts its library: " + difference);
      }
      loaded_[found.id] = make_provider(std::move(library), found.manifest, services_, secret_variables());
      found.loaded = true;
    } catch (const std::exception& error) {
      refuse(found, found.library_path.string() + ": " + error.what());
    }
    audit(found, digest);
  }

  /// One line for the administrator's log.
  void audit(const DiscoveredProvider& found, const std::string& digest) {
    if (!rules_.audit) return;
    if (!found.loaded) refusals_told_.push_back(found.id);
    std::string line = found.loaded ? "loaded" : "refused";
    line += " provider " + found.id + " " + found.manifest.version + " from " +
            (found.library_path.empty() ? found.manifest_path : found.library_path).string();
    line += digest.empty() ? "" : ", sha256:" + digest;
    line += ", by " + found.rule + (found.loaded ? "" : ": " + found.reason);
    rules_.audit(printable(line));
  }

  /// What any provider declares as a credential, and the host's own.
  std::vector<std::string> secret_variables() const {
    std::vector<std::string> names;
    for (const store::ReservedSlot& slot : store::reserved_slots()) {
      if (!slot.environment.empty()) names.emplace_back(slot.environment);
    }
    for (const DiscoveredProvider& found : found_) {
      names.insert(names.end(), found.manifest.credential_env.begin(), found.manifest.credential_env.end());
    }
    return names;
  }

  Error missing(const std::string& id) const {
    std::vector<std::string> ids;
    for (const DiscoveredProvider& found : found_) ids.push_back(found.id);
    if (store::reserved_slot_of(id) != nullptr) {
      return auth_error(
          "The provider `" + id + "` is not installed.",
          "Install the package heygen-provider-" + id +
              ", or log in another way with `heygen auth login`; `heygen provider list` shows what is there.");
    }
    const std::string near = nearest(id, ids);
    return auth_error("The provider `" + printable(id) + "` is not installed.",
                      (near.empty() ? "" : "Did you mean `" + near + "`? ") +
                          "`heygen provider list` shows what is; `heygen auth login` logs in with one of those.");
  }

  static Error refusal(const DiscoveredProvider& found) {
    if (found.refused_by_policy) {
      return auth_error("The provider `" + printable(found.id) + "` may not load: " + found.reason + ".",
                        "`heygen policy show` shows what the administrator of this machine permits; `heygen auth "
                        "login` logs in with that.");
    }
    if (found.disabled) {
      return auth_error("The provider `" + printable(found.id) + "` cannot be used: " + found.reason + ".",
                        "Or log in another way with `heygen auth login`.");
    }
    std::string later;
    if (!found.shadowed.empty()) {
      later = " A later one, " + printable(found.shadowed.front().string()) + ", is not used in its place.";
    }
    if (!found.rule.empty()) later += " It was to load by the rule " + found.rule + ".";
    return auth_error("The provider `" + printable(found.id) + "` was refused: " + found.reason + "." + later,
                      "Put that right or remove " + printable(found.manifest_path.string()) +
                          ", or log in another way with `heygen auth login`.");
  }

  std::vector<SearchDirectory> directories_;
  Services services_;
  Rules rules_;
  std::mutex mutex_;
  bool scanned_ = false;
  std::vector<DiscoveredProvider> found_;
  std::map<std::string, std::unique_ptr<Provider>> loaded_;
  std::vector<std::string> refusals_told_;
};

}  // namespace

const DiscoveredProvider* ProviderRegistry::find(const std::string& id) {
  const std::vector<DiscoveredProvider>& all = found();
  const auto at = std::ranges::find(all, id, &DiscoveredProvider::id);
  return at == all.end() ? nullptr : &*at;
}

std::unique_ptr<ProviderRegistry> make_registry(std::vector<SearchDirectory> directories, Services services,
                                                Rules rules) {
  return std::make_unique<Registry>(std::move(directories), std::move(services), std::move(rules));
}

}  // namespace heygen::provider
