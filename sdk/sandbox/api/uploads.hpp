// SPDX-License-Identifier: Apache-2.0
// The addresses that direct uploads go to. As signed links do, they ask for no credential.
#pragma once

#include <cstdint>
#include <string_view>

#include "sdk/sandbox/api/account.hpp"
#include "sdk/sandbox/http/http.hpp"

namespace heygen::sandbox {

inline constexpr std::string_view kUploads = "/uploads/";
inline constexpr std::uint64_t kSlotLimit = std::uint64_t{1} << 30;

/// PUT /uploads/ID?signature=S, with the type and the number of bytes that the slot was made for. content: the body.
Response take_upload(Account& account, const Request& request, const Content& content);

}  // namespace heygen::sandbox
