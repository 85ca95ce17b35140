// SPDX-License-Identifier: Apache-2.0
// What a library's entry must have, for those who load it: heygen itself, and the runner of an isolated provider.
// heygen words what is wrong (core/provider/library/loader.hpp).
#pragma once

#include <heygen/provider.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "core/provider/wire/abi.hpp"

namespace heygen::provider::wire {

inline constexpr const char* kEntry = "heygen_provider_entry";

/// Why a library is not used.
enum class LoadFault : std::uint32_t {
  none,
  not_loadable,  ///< the system says why
  entry_small,   ///< than version 1.0 had
  entry_incomplete,
  no_common_version,  ///< the range of the library
  init_failed,        ///< its status
  no_api,             ///< for the version agreed on
  api_small,
  api_incomplete,
};

inline LoadFault find_fault(const heygen_provider_entry_v& entry) {
  if (entry.struct_size < abi::kEntrySize) return LoadFault::entry_small;
  if (entry.init == nullptr || entry.deinit == nullptr || entry.get_api == nullptr) return LoadFault::entry_incomplete;
  return LoadFault::none;
}

/// The highest version in both ranges; 0 when there is none.
inline std::uint32_t common_major(std::uint32_t oldest, std::uint32_t newest) {
  const std::uint32_t best = newest < abi::kNewestMajor ? newest : abi::kNewestMajor;
  const std::uint32_t least = oldest > abi::kOldestMajor ? oldest : abi::kOldestMajor;
  return oldest == 0 || oldest > newest || best < least ? 0 : best;
}

/// Copies what get_api() gave. `report_outcome` and `get_extension` may stay NULL.
inline LoadFault take_api(const void* given, heygen_provider_1& api) {
  const auto* from = static_cast<const heygen_provider_1*>(given);
  if (from == nullptr) return LoadFault::no_api;
  if (from->struct_size < abi::kProviderSize) return LoadFault::api_small;
  std::memcpy(&api, from, from->struct_size < sizeof(api) ? from->struct_size : sizeof(api));
  if (api.resolve == nullptr || api.refresh == nullptr || api.login == nullptr || api.revoke == nullptr)
    return LoadFault::api_incomplete;
  return LoadFault::none;
}

}  // namespace heygen::provider::wire
