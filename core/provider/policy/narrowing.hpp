// SPDX-License-Identifier: Apache-2.0
// How a later file of the policy narrows what earlier ones say (docs/policy.md): one table of keys. A file that would
// permit more is an error that names both files.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "core/config/toml_document.hpp"

namespace heygen::provider {

/// Where something is said.
struct Place {
  std::filesystem::path file;
  unsigned line = 1;
};

/// A value with the file that decides it.
struct PlacedValue {
  config::TomlValue value;
  std::filesystem::path file;
  std::size_t rank = 0;                  ///< of the file, in the order of reading
  std::map<std::string, Place> added{};  ///< of a list that grows: who added each element
};

/// Narrows `merged` by one value of a later file. The value must be valid by itself. Throws PolicyError, without its
/// file, if it would permit more.
void narrow(std::vector<PlacedValue>& merged, PlacedValue next);

/// What earlier files say about providers that a later allow list excludes is gone: they cannot load.
std::vector<PlacedValue> without_excluded(std::vector<PlacedValue> merged);

}  // namespace heygen::provider
