#include "host/io.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "core/base/cancel.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"

namespace heygen::host {
namespace {

std::string reason(int number) {
  return std::generic_category().message(number);
}

/// False when cancelled first.
bool wait_readable(int descriptor, const Cancel& cancel) {
  std::array<pollfd, 2> fds{{{descriptor, POLLIN, 0}, {cancel.descriptor(), POLLIN, 0}}};
  while (poll(fds.data(), fds.size(), -1) < 0 && errno == EINTR && !cancel.requested()) {
  }
  return !cancel.requested();
}

class File {
 public:
  explicit File(const std::filesystem::path& path) : descriptor_(open_to_read(path)) {}
  ~File() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

/// Appends until the end; 0 or the errno.
int read_rest(int descriptor, std::string& out, const Cancel& cancel) {
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t count = read_some(descriptor, buffer, cancel);
    if (count > 0) out.append(buffer.data(), static_cast<std::size_t>(count));
    if (count <= 0) return count == 0 ? 0 : errno;
  }
}

}  // namespace

int open_to_read(const std::filesystem::path& path) {
  return open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
}

ssize_t read_some(int descriptor, std::span<char> out, const Cancel& cancel) {
  for (;;) {
    if (!wait_readable(descriptor, cancel)) throw canceled_error();
    const ssize_t count = ::read(descriptor, out.data(), out.size());
    if (count >= 0 || (errno != EINTR && errno != EAGAIN)) return count;
  }
}

void write_stdout(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(STDOUT_FILENO, text.data(), text.size());
    if (count >= 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
      continue;
    }
    if (errno == EINTR) continue;
    if (errno == EPIPE) throw OutputClosed{};
    if (errno == EAGAIN) {
      pollfd fd{STDOUT_FILENO, POLLOUT, 0};
      poll(&fd, 1, -1);
      continue;
    }
    throw Error(code::kError, "The result could not be written to standard output: " + reason(errno) + ".",
                "The command itself has been carried out.");
  }
}

std::string read_stdin(const Cancel& cancel) {
  std::string text;
  if (const int fault = read_rest(STDIN_FILENO, text, cancel); fault != 0)
    throw Error(code::kError, "Standard input could not be read: " + reason(fault) + ".");
  return text;
}

std::string read_file(const std::filesystem::path& path, const Cancel& cancel) {
  std::string text;
  const File file(path);
  const int fault = file.descriptor() < 0 ? errno : read_rest(file.descriptor(), text, cancel);
  if (fault != 0)
    throw Error(code::kError, "The file '" + path.string() + "' could not be read: " + reason(fault) + ".");
  return text;
}

std::string read_document(const std::string& value, const Cancel& cancel) {
  const std::string_view start = trim(value);
  if (start.starts_with('{') || start.starts_with('[')) return value;
  if (value == "-") return read_stdin(cancel);
  return read_file(value.starts_with('@') ? value.substr(1) : value, cancel);
}

}  // namespace heygen::host
