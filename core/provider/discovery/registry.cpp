// SPDX-License-Identifier: Apache-2.0
#include "core/provider/discovery/registry.hpp"

#include <algorithm>
#include <cerrno>
#include <map>
#include <mutex>
#include <system_error>
#include <tuple>

#include "core/base/directory.hpp"
#include "core/base/environment.hpp"
#include "core/base/file.hpp"
#include "core/base/limits.hpp"
#include "core/base/text.hpp"
#include "core/provider/call/adapter.hpp"
#include "core/provider/discovery/signed_load.hpp"
#include "core/provider/isolated/process/isolated_provider.hpp"
#include "core/provider/library/descriptor.hpp"
#include "core/provider/library/loader.hpp"
#include "core/provider/library/ownership.hpp"
#include "core/provider/library/pin.hpp"
#include "core/provider/policy/trust.hpp"
#include "core/provider/refusal.hpp"
#include "core/provider/service/services.hpp"
#include "core/store/reserved_slots.hpp"

namespace heygen::provider {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSuffix = ".provider.json";

std::string read_manifest(const fs::path& path) {
  try {
    if (auto text = read_regular_file(path, limits::kManifest)) return *std::move(text);
    throw Refusal("it is missing");
  } catch (const std::system_error& error) {
    switch (error.code().value()) {
      case EFBIG:
        throw Refusal("it is larger than 256 KiB");
      case EINVAL:
      case EISDIR:
        throw Refusal("it is not a regular file");
      default:
        throw Refusal("it cannot be read: " + describe_errno(error.code().value()));
    }
  }
}

std::string id_of_file(const fs::path& path) {
  std::string name = path.filename().string();
  return name.substr(0, name.size() - kSuffix.size());
}

/// The manifest, from one reading of its file, whose bytes a pin or a signature fixes.
Manifest manifest_of(DiscoveredProvider& found, const Policy& policy) {
  const Pin* pin = policy.pin_of(found.id);
  try {
    const std::string text = read_manifest(found.manifest_path);
    if (pin != nullptr) require_pin(sha256_hex(text), pin->manifest, "the manifest");
    found.signer = require_signed_manifest(policy, found.origin, found.manifest_path, text);
    return parse_manifest(text);
  } catch (const SignatureRefusal&) {
    throw;
  } catch (const Refusal& refusal) {
    throw Refusal(found.manifest_path.string() + (pin != nullptr ? ": " : " is not a valid manifest: ") +
                  refusal.what());
  }
}

fs::path require_library(const fs::path& library, Owner owner, OwnershipChecks& checks) {
  try {
    return checks.require(library, owner).path;
  } catch (const Refusal&) {
    std::error_code error;
    if (fs::exists(library, error)) throw;
    throw Refusal("its library " + library.string() + " is missing");
  }
}

/// Fills in the manifest's contents, unless they are those of `read`. Throws Refusal. Returns the library's path
/// without links.
fs::path examine(DiscoveredProvider& found, const Policy& policy, OwnershipChecks& checks, FileMark& read) {
  const Owner owner = found.origin == Origin::system ? Owner::installation : Owner::root_or_user;
  const FileMark present = checks.require(found.manifest_path, owner).mark;
  if (present == read) return checks.require(found.library_path, owner).path;
  const Manifest manifest = manifest_of(found, policy);
  if (manifest.id != found.id) {
    throw Refusal(found.manifest_path.string() + " has the ID `" + manifest.id + "`, which differs from its file name");
  }
  found.manifest = manifest;
  found.library_path = found.manifest_path.parent_path() / manifest.library;
  agree_on_major(manifest.abi_min, manifest.abi_max);
  fs::path library = require_library(found.library_path, owner, checks);
  read = present;
  return library;
}

void refuse(DiscoveredProvider& found, ProviderState state, const std::string& reason, const std::string& fix = {}) {
  found.state = state;
  found.reason = printable(reason);
  found.fix = printable(fix);
}

void refuse_unsigned(DiscoveredProvider& found, const SignatureRefusal& refusal) {
  refuse(found, ProviderState::refused_by_policy, refusal.what());
  found.rule = refusal.rule;
  found.login_denied_reason = found.reason;
}

/// A policy that speaks of runtimes decides; otherwise the user does.
void apply_consent(DiscoveredProvider& found, const Rules& rules) {
  const Ruling ruling = may_bring_runtime(rules.policy, found.id);
  if (!ruling.permitted) {
    refuse(found, ProviderState::refused_by_policy, ruling.why);
    found.rule = ruling.rule;
  } else if (ruling.rule.empty() && std::ranges::find(rules.runtimes, found.id) == rules.runtimes.end()) {
    refuse(found, ProviderState::needs_consent,
           "it brings a language runtime, whose threads and signal handlers stay in heygen; `" +
               consent_command(found.id) + "` lets it load",
           consent_command(found.id));
  }
}

/// What policy and user decided, whatever its files are like.
void apply_decisions(DiscoveredProvider& found, const Rules& rules) {
  const Ruling ruling = may_load(rules.policy, found.id, found.origin);
  if (ruling.permitted && found.state == ProviderState::refused_by_policy) return;  // for its signature
  found.rule = ruling.rule;
  found.login_denied_reason = ruling.permitted ? may_log_in(rules.policy, found.id).why : ruling.why;
  found.isolation = isolation_of(rules.policy, rules.isolation, found.id, found.origin);
  const Ruling needs = may_need(rules.policy, found.manifest.needs);
  if (!ruling.permitted) {
    refuse(found, ProviderState::refused_by_policy, ruling.why);
  } else if (!needs.permitted) {
    refuse(found, ProviderState::refused_by_policy, needs.why);
    found.rule = needs.rule;
    found.login_denied_reason = needs.why;
  } else if (std::ranges::find(rules.disabled, found.id) != rules.disabled.end()) {
    refuse(found, ProviderState::disabled, "it is disabled; `heygen provider enable " + found.id + "` enables it");
  } else if (found.manifest.runtime && found.is_usable()) {
    apply_consent(found, rules);
  }
}

DiscoveredProvider discover(const fs::path& manifest_path, Origin origin, const Rules& rules, OwnershipChecks& checks,
                            FileMark& read) {
  DiscoveredProvider found;
  found.id = id_of_file(manifest_path);
  found.manifest.id = found.id;
  found.manifest.title = printable(found.id);
  found.manifest_path = manifest_path;
  found.origin = origin;
  try {
    if (!is_valid_id(found.id)) throw Refusal(manifest_path.string() + " is not named by a valid ID");
    examine(found, rules.policy, checks, read);
  } catch (const SignatureRefusal& refusal) {
    refuse_unsigned(found, refusal);
  } catch (const Refusal& refusal) {
    refuse(found, ProviderState::refused, refusal.what(), refusal.fix);
  }
  apply_decisions(found, rules);
  return found;
}

/// `error` says why the directory could not be read.
std::vector<fs::path> manifests_in(const fs::path& directory, std::error_code& error) {
  std::vector<fs::path> paths;
  error = visit_names(directory, [&](std::string_view name) {
    if (name.size() > kSuffix.size() && name.ends_with(kSuffix) && name.front() != '.')
      paths.push_back(directory / name);
    return true;
  });
  std::ranges::sort(paths);
  return paths;
}

/// Place in the chain: reserved providers in the table's order, then by the manifest's order.
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

class FileProviderRegistry : public ProviderRegistry {
 public:
  FileProviderRegistry(std::vector<SearchDirectory> directories, Services services, Rules rules)
      : directories_(std::move(directories)), services_(std::move(services)), rules_(std::move(rules)) {}

  const std::vector<DiscoveredProvider>& found() override {
    const std::lock_guard lock(mutex_);
    return scan();
  }

  const std::vector<UnreadableDirectory>& unreadable() override {
    const std::lock_guard lock(mutex_);
    list();
    return unreadable_;
  }

  const DiscoveredProvider* find(const std::string& id) override {
    const std::lock_guard lock(mutex_);
    return look_up(id);
  }

  Provider& load(const std::string& id) override {
    const std::lock_guard lock(mutex_);
    if (const auto loaded = loaded_.find(id); loaded != loaded_.end()) return *loaded->second;
    DiscoveredProvider* wanted = look_up(id);
    if (wanted == nullptr) throw missing(id);
    if (wanted->is_usable()) {
      open(*wanted);
      publish(*wanted);
    } else if (wanted->state != ProviderState::disabled && !std::ranges::count(audited_refusals_, id)) {
      audit(*wanted, {});
    }
    if (!wanted->is_usable()) throw refusal_error(*wanted);
    return *loaded_.at(id);
  }

 private:
  struct Listed {
    std::string id;
    fs::path manifest;
    Origin origin;
    std::vector<fs::path> shadowed{};
  };

  /// The names of the manifests; none is opened.
  const std::vector<Listed>& list() {
    if (std::exchange(is_listed_, true)) return listed_;
    // Directories that the policy excludes come last: their providers are listed, and hide no other.
    for (const bool counts : {true, false}) {
      for (const SearchDirectory& directory : directories_) {
        if ((rules_.policy.user_directories || directory.origin == Origin::system) != counts) continue;
        std::error_code error;
        for (const fs::path& path : manifests_in(directory.path, error)) add(path, directory.origin);
        // Only a directory that the user named must be there.
        if (error && (error.value() != ENOENT || directory.origin == Origin::environment))
          unreadable_.push_back({directory.path, describe_errno(error.value())});
      }
    }
    return listed_;
  }

  void add(const fs::path& manifest, Origin origin) {
    const std::string id = id_of_file(manifest);
    const auto first = std::ranges::find(listed_, id, &Listed::id);
    if (first == listed_.end()) {
      listed_.push_back({id, manifest, origin});
    } else {
      first->shadowed.push_back(manifest);
    }
  }

  DiscoveredProvider discovered(const Listed& listed) {
    DiscoveredProvider found = discover(listed.manifest, listed.origin, rules_, checks_, read_[listed.id]);
    found.shadowed = listed.shadowed;
    return found;
  }

  const std::vector<DiscoveredProvider>& scan() {
    if (std::exchange(scanned_, true)) return found_;
    for (const Listed& one : list()) {
      const auto early = early_.find(one.id);
      found_.push_back(early == early_.end() ? discovered(one) : early->second);
    }
    std::ranges::sort(found_, {}, rank);
    return found_;
  }

  DiscoveredProvider* look_up(const std::string& id) {
    if (const auto early = early_.find(id); early != early_.end()) return &early->second;
    if (scanned_) {
      const auto found = std::ranges::find(found_, id, &DiscoveredProvider::id);
      return found == found_.end() ? nullptr : &*found;
    }
    const auto listed = std::ranges::find(list(), id, &Listed::id);
    return listed == listed_.end() ? nullptr : &early_.emplace(id, discovered(*listed)).first->second;
  }

  /// What became of a provider that was looked up before the others were.
  void publish(const DiscoveredProvider& changed) {
    const auto listed = std::ranges::find(found_, changed.id, &DiscoveredProvider::id);
    if (listed != found_.end() && &*listed != &changed) *listed = changed;
  }

  void open(DiscoveredProvider& found) {
    std::string digest;
    try {
      const Pin* pin = rules_.policy.pin_of(found.id);
      // Again: the files may have changed since they were found.
      const bool consented = found.manifest.runtime;
      const fs::path file = examine(found, rules_.policy, checks_, read_[found.id]);
      if (found.manifest.runtime && !consented) throw Refusal("its manifest has just changed");
      if (const Ruling needs = may_need(rules_.policy, found.manifest.needs); !needs.permitted)
        throw Refusal(needs.why);
      PinnedImage image;
      if (found.signer) {
        const std::string rule = signature_rule(rules_.policy, found.origin);
        image = fix_signed_library(file, found.library_path, *found.signer, rule, pin);
      } else if (pin != nullptr) {
        image = pin_library(file, pin->library);
      }
      digest = image.digest;
      loaded_[found.id] = found.isolation.isolation == Isolation::process ? open_isolated(found, file, image.path)
                                                                          : open_in_process(found, file, image.path);
      found.state = ProviderState::loaded;
    } catch (const SignatureRefusal& refusal) {
      refuse_unsigned(found, refusal);
    } catch (const Refusal& refusal) {
      refuse(found, ProviderState::refused, found.library_path.string() + ": " + refusal.what(), refusal.fix);
    }
    audit(found, digest);
  }

  std::unique_ptr<Provider> open_isolated(const DiscoveredProvider& found, const fs::path& file,
                                          const fs::path& image) {
    if (rules_.runner.empty()) throw Refusal("the program that isolates it cannot be found");
    const fs::path runner = require_runner();
    return make_isolated_provider(
        {.runner = runner, .library = file, .image = image}, found.manifest, services_,
        [this] { return secret_variables(); }, find_service);
  }

  std::unique_ptr<Provider> open_in_process(const DiscoveredProvider& found, const fs::path& file,
                                            const fs::path& image) {
    auto library = std::make_unique<Library>(file, services_.host_version, image);
    if (const auto difference = first_difference(found.manifest, library->described()))
      throw Refusal("its manifest contradicts its library: " + *difference);
    return make_provider(
        std::move(library), found.manifest, services_, [this] { return secret_variables(); }, find_service);
  }

  /// A user who could replace it could do without a cage.
  fs::path require_runner() {
    try {
      return checks_.require(rules_.runner, Owner::installation).path;
    } catch (const Refusal& refusal) {
      throw Refusal("the program that isolates it, " + rules_.runner.string() + ", cannot be used: " + refusal.what());
    }
  }

  /// One record in the administrator's log.
  void audit(const DiscoveredProvider& found, const std::string& digest) {
    if (!rules_.audit) return;
    const bool loaded = found.state == ProviderState::loaded;
    if (!loaded) audited_refusals_.push_back(found.id);
    AuditEvent event{"load", loaded ? "ok" : "refused", found.id, {{"version", found.manifest.version}}};
    event.details.emplace_back("path",
                               (found.library_path.empty() ? found.manifest_path : found.library_path).string());
    if (!digest.empty()) event.details.emplace_back("sha256", digest);
    if (loaded && found.signer) event.details.emplace_back("signed_by", found.signer->key.shown());
    event.details.emplace_back("rule", found.rule);
    if (!loaded) event.details.emplace_back("reason", found.reason);
    rules_.audit(event);
  }

  /// The variables that any provider declares as a credential, and the host's own.
  std::vector<std::string> secret_variables() {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const store::ReservedSlot& slot : store::reserved_slots()) {
      if (!slot.environment.empty()) names.emplace_back(slot.environment);
    }
    for (const DiscoveredProvider& found : scan()) {
      names.insert(names.end(), found.manifest.credential_env.begin(), found.manifest.credential_env.end());
    }
    return names;
  }

  Error missing(const std::string& id) {
    scan();
    const bool reserved = store::reserved_slot_of(id) != nullptr;
    const std::string name = reserved ? id : shown_word(id);
    const bool named_by_variable = services_.environment.value("HEYGEN_PROVIDER") == id;
    const std::string message =
        (named_by_variable ? "HEYGEN_PROVIDER names provider `" + name + "`, which is not installed."
                           : "The provider `" + name + "` is not installed.") +
        note_on_unreadable(unreadable_);
    if (reserved) {
      return auth_error(message, "Install the package heygen-provider-" + name + ", or run " + store::login_command() +
                                     " to log in another way.");
    }
    std::vector<std::string> ids;
    for (const DiscoveredProvider& found : found_) ids.push_back(found.id);
    const std::string near = nearest(id, ids);
    const std::string guess = near.empty() ? "" : "Did you mean `" + near + "`? ";
    return auth_error(message, named_by_variable
                                   ? guess + "Unset HEYGEN_PROVIDER or choose one from `heygen provider list`."
                                   : guess + "`heygen provider list` lists the installed providers; " +
                                         store::login_command() + " logs in with one of them.");
  }

  static Error refusal_error(const DiscoveredProvider& found) {
    const std::string subject = "Provider `" + found.id + "`";
    switch (found.state) {
      case ProviderState::refused_by_policy:
        return auth_error(subject + " may not load: " + found.reason + ".",
                          "`heygen policy show` shows what the administrator of this machine permits; " +
                              store::login_command() + " logs in with that.");
      case ProviderState::disabled:
        return auth_error(subject + " cannot be used: " + found.reason + ".",
                          "Run `heygen provider enable " + found.id + "`, or log in another way with " +
                              store::login_command() + ".");
      case ProviderState::needs_consent:
        return auth_error(subject + " was not loaded: " + found.reason + ".",
                          "Run `" + found.fix + "`, or log in another way with " + store::login_command() + ".");
      default:
        break;
    }
    std::string message = subject + " was not loaded: " + found.reason + ".";
    if (!found.rule.empty()) message += " The policy permits it by " + found.rule + ".";
    std::string remedy = "delete " + found.manifest_path.string();
    if (!found.shadowed.empty()) {
      remedy += " to use the copy in " + found.shadowed.front().parent_path().string();
    }
    return auth_error(message, (found.fix.empty() ? "Fix that, or " : "Run `" + found.fix + "`, or ") + remedy +
                                   ", or log in another way with " + store::login_command() + ".");
  }

  std::vector<SearchDirectory> directories_;
  Services services_;
  Rules rules_;
  std::mutex mutex_;
  OwnershipChecks checks_;
  std::map<std::string, FileMark> read_;  ///< of the manifests, by ID
  bool is_listed_ = false, scanned_ = false;
  std::vector<Listed> listed_;
  std::vector<UnreadableDirectory> unreadable_;
  std::map<std::string, DiscoveredProvider> early_;  ///< those that were looked up before the others were examined
  std::vector<DiscoveredProvider> found_;
  std::map<std::string, std::unique_ptr<Provider>> loaded_;
  std::vector<std::string> audited_refusals_;
};

}  // namespace

const DiscoveredProvider* ProviderRegistry::find(const std::string& id) {
  const std::vector<DiscoveredProvider>& all = found();
  const auto at = std::ranges::find(all, id, &DiscoveredProvider::id);
  return at == all.end() ? nullptr : &*at;
}

std::string note_on_unreadable(const std::vector<UnreadableDirectory>& directories) {
  std::string text;
  for (const UnreadableDirectory& one : directories) {
    text += " The provider directory " + one.path.string() + " could not be read: " + one.reason + ".";
  }
  return text;
}

std::unique_ptr<ProviderRegistry> make_registry(std::vector<SearchDirectory> directories, Services services,
                                                Rules rules) {
  return std::make_unique<FileProviderRegistry>(std::move(directories), std::move(services), std::move(rules));
}

}  // namespace heygen::provider
