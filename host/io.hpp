// Files and standard streams as commands use them: whole, checked, stopped by Ctrl-C.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace heygen {
class Cancel;
}

namespace heygen::host {

/// The reader of stdout went away: the program ends quietly.
class OutputClosed {};

/// All of `text` to standard output. Throws OutputClosed, or Error naming the reason (a full disk, say).
void write_stdout(std::string_view text);

/// All of standard input. Throws Error{canceled}, or Error when it cannot be read.
std::string read_stdin(const Cancel& cancel);

/// Throws Error{canceled}, or Error{error} naming the file.
std::string read_file(const std::filesystem::path& path, const Cancel& cancel);

/// open(2) and read(2) with errno as usual, but a pipe holds nobody up: read_some() throws Error{canceled}.
int open_to_read(const std::filesystem::path& path);
ssize_t read_some(int descriptor, std::span<char> out, const Cancel& cancel);

/// Text of an option that takes a document: itself when it begins with { or [, `-` for standard input, else a file,
/// with or without @ before its name.
std::string read_document(const std::string& value, const Cancel& cancel);

}  // namespace heygen::host
