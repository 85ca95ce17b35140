// A provider as data: what stands in <id>.provider.json. Listing, help, completion and picker need nothing else.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/json/value.hpp"

namespace heygen::provider {

struct Setting {
  std::string key, type, fallback, doc, env;
  bool required = false;
  bool operator==(const Setting&) const = default;
};

struct Manifest {
  std::string id;
  std::string library;  ///< file name inside the manifest's directory
  std::string version, title, note;
  std::int32_t order = 1000;
  std::uint32_t abi_min = 1, abi_max = 1;
  std::vector<std::string> env, credential_env, enabled_by;
  std::vector<Setting> settings;
  bool ambient = false, reads_stdin = false, has_login = true;
  bool interacts_terminal = false, interacts_browser = false;

  bool operator==(const Manifest&) const = default;
};

/// Throws std::runtime_error with a sentence: bad JSON, a missing or mistyped member, an id or file name out of form.
/// Unknown members are ignored.
Manifest parse_manifest(std::string_view text);
/// The same checks for one that came from elsewhere, a descriptor say.
void check_manifest(const Manifest& manifest);
json::Value to_json(const Manifest& manifest);
bool is_valid_id(std::string_view id);

}  // namespace heygen::provider
