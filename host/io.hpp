// SPDX-License-Identifier: Apache-2.0
// Files and standard streams as commands use them: whole, checked, stopped by Ctrl-C.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "core/base/fd.hpp"

namespace heygen {
class Cancel;
class SilenceNotice;
}  // namespace heygen

namespace heygen::host {

/// The reader of stdout went away: the program ends quietly.
class OutputClosed {};

/// All of `text` to stdout. Throws OutputClosed, or Error naming the reason (a full disk, say).
void write_stdout(std::string_view text);

/// open(2) and read(2) with errno as usual, but a pipe does not block cancellation: read_some() throws Error{canceled}.
/// `silence` speaks when nothing comes.
UniqueFd open_to_read(const std::filesystem::path& path);
ssize_t read_some(int descriptor, std::span<char> out, const Cancel& cancel, SilenceNotice* silence = nullptr);

/// The text that --data gives: itself when it begins with { or [, `-` for stdin, else a file, with or without @ before
/// its name; without a byte order mark. Throws Error{canceled}, Error{usage_error} when it is empty, or Error{cli_file_io_error} naming the
/// file.
std::string read_data(const std::string& value, const Cancel& cancel);

}  // namespace heygen::host
