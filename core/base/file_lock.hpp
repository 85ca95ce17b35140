// flock(2) with a deadline. Each lock opens the file anew, so threads exclude each other as processes do.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>

#include "core/store/credential_store.hpp"

namespace heygen::store {

/// Creates the file (0600) when needed; it is never deleted, since a lock on a deleted file excludes nobody.
/// Throws Error{timeout} past the deadline, Error{canceled}, Error{error} when the file cannot be had.
std::unique_ptr<Lock> lock_file(const std::filesystem::path& path, std::chrono::milliseconds deadline, Clock& clock,
                                const Cancel& cancel);

}  // namespace heygen::store
