// SPDX-License-Identifier: Apache-2.0
// A provider's library: looked at, loaded for good, agreed with, described.
#pragma once

#include <heygen/provider.h>

#include <filesystem>
#include <memory>
#include <string>

#include "core/provider/manifest.hpp"
#include "core/provider/wire/entry.hpp"

namespace heygen::provider {

class Library {
 public:
  /// `file` is canonical. Loads it (it stays mapped for the life of the process), agrees on a version and initializes
  /// it. `image` is what the system loads instead of the file, such as a sealed copy; empty: the file itself. Throws
  /// Refusal.
  Library(const std::filesystem::path& file, std::string host_version, const std::filesystem::path& image = {});
  ~Library();  ///< deinit, once
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  /// What the descriptor says, with the entry's version range; `library` is the file's name.
  const Manifest& described() const { return described_; }
  /// Every function is set.
  const heygen_provider_1& api() const { return api_; }
  std::uint32_t major() const { return host_.major; }

 private:
  void initialize();
  void read_api();

  std::string name_;  ///< for breadcrumbs: the file's stem, then the id
  std::string host_version_;
  const heygen_provider_entry_v* entry_ = nullptr;
  heygen_host host_{};
  heygen_provider_1 api_{};
  Manifest described_;
};

/// Throws Refusal when the library exports anything but its entry.
void check_exports(const std::filesystem::path& file);

/// Throws the Refusal of a fault, with what belongs to it: numbers or the system's own words. LoadFault::none is none.
void refuse_load(wire::LoadFault fault, std::int64_t number = 0, std::int64_t further = 0,
                 const std::string& text = {});

/// The highest version in both ranges; throws Refusal naming both when there is none.
std::uint32_t agree_on_major(std::uint32_t oldest, std::uint32_t newest);

}  // namespace heygen::provider
