// SPDX-License-Identifier: Apache-2.0
#include "host/io.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "core/base/cancel.hpp"
#include "core/base/error.hpp"
#include "core/base/file.hpp"
#include "core/base/terminal.hpp"
#include "core/base/text.hpp"
#include "core/base/utf16.hpp"

namespace heygen::host {
namespace {

/// False when canceled first.
bool wait_readable(int descriptor, const Cancel& cancel, SilenceNotice* silence) {
  std::array<pollfd, 2> fds{{{descriptor, POLLIN, 0}, {cancel.descriptor(), POLLIN, 0}}};
  for (;;) {
    const int ready = poll(fds.data(), fds.size(), silence != nullptr ? silence->timeout() : -1);
    if (cancel.requested()) return false;
    if (ready == 0 && silence != nullptr) silence->speak();
    if (ready > 0 || (ready < 0 && errno != EINTR)) return true;
  }
}

/// Appends until the end; 0 or the errno.
int read_rest(int descriptor, std::string& out, const Cancel& cancel, SilenceNotice silence) {
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t count = read_some(descriptor, buffer, cancel, &silence);
    if (count > 0) out.append(buffer.data(), static_cast<std::size_t>(count));
    if (count <= 0) return count == 0 ? 0 : errno;
  }
}

std::string read_stdin(const Cancel& cancel) {
  std::string text;
  if (const int fault = read_rest(STDIN_FILENO, text, cancel, SilenceNotice("on stdin", "--data")); fault != 0)
    throw Error(code::kFileIo, "Could not read stdin: " + describe_errno(fault) + ".",
                "Redirect stdin from a file or a pipe.");
  return text;
}

std::string plain_text(const std::string& bytes) {
  return from_utf16(bytes).value_or(std::string(without_byte_order_mark(bytes)));
}

}  // namespace

UniqueFd open_to_read(const std::filesystem::path& path) {
  return open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

ssize_t read_some(int descriptor, std::span<char> out, const Cancel& cancel, SilenceNotice* silence) {
  for (;;) {
    if (!wait_readable(descriptor, cancel, silence)) throw canceled_error();
    const ssize_t count = heygen::read_some(descriptor, out);
    if (count >= 0 || errno != EAGAIN) return count;
  }
}

void write_stdout(std::string_view text) {
  const std::error_code fault = write_all(STDOUT_FILENO, text);
  if (fault == std::errc::broken_pipe) throw OutputClosed{};
  if (fault)
    throw Error(code::kFileIo, "Could not write to stdout: " + describe_errno(fault.value()) + ".",
                "The command itself was carried out; only its output is incomplete.");
}

std::string read_data(const std::string& value, const Cancel& cancel) {
  const std::string_view typed = written_text(value);
  if (typed.starts_with('{') || typed.starts_with('[')) return std::string(typed);
  if (value == "-") return plain_text(read_stdin(cancel));
  const std::string path = value.starts_with('@') ? value.substr(1) : value;
  if (trim(path).empty())
    throw usage_error("--data is empty.", "Use --data with a JSON object, a file, or - for stdin.");
  std::string text;
  const UniqueFd file = open_to_read(path);
  if (const int fault =
          file ? read_rest(file.get(), text, cancel, SilenceNotice("from '" + shown_path(path) + "'", "--data"))
               : errno;
      fault != 0)
    throw Error(code::kFileIo, "Could not read --data file '" + shown_path(path) + "': " + describe_errno(fault) + ".",
                "JSON text must start with { or [; otherwise --data is read as a file name.");
  return plain_text(text);
}

}  // namespace heygen::host
