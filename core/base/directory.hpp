// SPDX-License-Identifier: Apache-2.0
// Directories: what is in them, and those whose content only the user may see.
#pragma once

#include <filesystem>
#include <functional>
#include <string_view>
#include <system_error>

namespace heygen {

/// Calls `visit` with the name of each entry but "." and "..", in any order, until it returns false. Returns why the
/// directory could not be read.
std::error_code visit_names(const std::filesystem::path& directory, const std::function<bool(std::string_view)>& visit);

/// Creates the directory and the missing ones above it, each 0700: one that others may write to would let them replace
/// its content. An existing directory is left as it is. Throws Error{error}.
void make_private_directory(const std::filesystem::path& directory);

/// When root works in another user's directory (sudo with the user's HOME), what it creates there must stay usable for
/// that user: gives an open file to the owner of `directory`. Returns 0 or an errno; does nothing for other users.
int give_to_owner_of_directory(int fd, const std::filesystem::path& directory) noexcept;

}  // namespace heygen
