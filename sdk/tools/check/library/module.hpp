// SPDX-License-Identifier: Apache-2.0
// A provider's library fakes a case: loaded step by step, so that each rule of loading is named.
#pragma once

#include <heygen/provider.h>

#include <filesystem>
#include <optional>

#include "core/provider/manifest.hpp"
#include "sdk/tools/check/report/findings.hpp"

namespace heygen::check {

struct Module {
  const heygen_provider_entry_v* entry = nullptr;
  heygen_provider_1 api{};
  provider::Manifest described;
  std::int64_t load_ms = 0;
  std::string cost;  ///< of the language runtime that it declares, or ""
};

/// Loads it and calls init() with a host struct of the baseline size, or `larger`. Empty when that failed; why is
/// found.
std::optional<Module> load_module(const std::filesystem::path& library, bool larger, Findings& findings);

/// init() with a host of these many bytes fewer.
heygen_status call_init(const Module& module, std::size_t cut, std::size_t tail);

/// Code that the library has left to run at exit.
int atexit_handlers(const std::filesystem::path& library);

}  // namespace heygen::check
