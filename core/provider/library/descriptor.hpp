// SPDX-License-Identifier: Apache-2.0
// The descriptor inside a library as a Manifest, to be compared with the file beside it.
#pragma once

#include <heygen/provider.h>

#include <optional>
#include <string>

#include "core/provider/manifest.hpp"

namespace heygen::provider {

/// All but `library`, `abi_min` and `abi_max`. Throws Refusal when a struct is smaller than version 1.0 had, or a
/// string, list or setting type is not valid.
Manifest read_descriptor(const heygen_descriptor* descriptor);

/// The first member that differs, with both values; empty when none does. `library` is not compared: only the manifest
/// has it.
std::optional<std::string> first_difference(const Manifest& manifest, const Manifest& described);

}  // namespace heygen::provider
