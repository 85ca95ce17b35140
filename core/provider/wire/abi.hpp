// SPDX-License-Identifier: Apache-2.0
// The C header's values in C++, and the sizes of the structs in version 1.0.
#pragma once

#include <heygen/provider.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace heygen::provider::abi {

/// Interface versions that this host speaks.
inline constexpr std::uint32_t kOldestMajor = 1;
inline constexpr std::uint32_t kNewestMajor = HEYGEN_ABI_MAJOR;

#define HEYGEN_SIZE_UP_TO(type, member) (offsetof(type, member) + sizeof(type::member))
inline constexpr std::size_t kEntrySize = HEYGEN_SIZE_UP_TO(heygen_provider_entry_v, get_api);
inline constexpr std::size_t kProviderSize = HEYGEN_SIZE_UP_TO(heygen_provider_1, get_extension);
inline constexpr std::size_t kDescriptorSize = HEYGEN_SIZE_UP_TO(heygen_descriptor, needs_count);
inline constexpr std::size_t kSettingSize = HEYGEN_SIZE_UP_TO(heygen_setting, env);
inline constexpr std::size_t kHttpRequestSize = HEYGEN_SIZE_UP_TO(heygen_http_request, unix_socket);
inline constexpr std::size_t kLoopbackOptionsSize = HEYGEN_SIZE_UP_TO(heygen_loopback_options, reserved);
#undef HEYGEN_SIZE_UP_TO

inline std::string_view view(heygen_str text) {
  return {text.data != nullptr ? text.data : "", text.data != nullptr ? text.size : 0};
}
inline heygen_str str(std::string_view text) {
  return {text.data(), text.size()};
}
/// NULL with a size is not a string.
inline bool is_sound(heygen_str text) {
  return text.data != nullptr || text.size == 0;
}

}  // namespace heygen::provider::abi
