// SPDX-License-Identifier: Apache-2.0
// heygen-keyring: one request on stdin, one response on stdout. The request is the lines OPERATION, profile, slot, item
// and version, then the secret of a `put`. The response is "ok", "absent" or "fault" in a line, then the secret of a
// `get`, or the reason.
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <string>
#include <string_view>

#include "keyring/secret_service.hpp"

namespace {

namespace keyring = heygen::keyring;

constexpr std::size_t kLongestRequest = std::size_t{4} << 20;

std::string read_all() {
  std::string text;
  std::array<char, 65536> piece{};
  for (;;) {
    const ssize_t got = read(STDIN_FILENO, piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0 || text.size() > kLongestRequest) return text;
    text.append(piece.data(), static_cast<std::size_t>(got));
  }
}

void write_all(std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = write(STDOUT_FILENO, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

std::string take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) throw keyring::Fault("the request is cut short");
  std::string line(text.substr(0, end));
  text.remove_prefix(end + 1);
  return line;
}

std::string answer(std::string_view request) {
  try {
    const std::string operation = take_line(request);
    keyring::Item item;
    for (std::string keyring::Item::*const member :
         {&keyring::Item::profile, &keyring::Item::slot, &keyring::Item::item, &keyring::Item::version})
      item.*member = take_line(request);
    if (operation == "check") {
      keyring::check();
    } else if (operation == "put") {
      keyring::put(item, std::string(request));
    } else if (operation == "drop") {
      keyring::drop_all_but(item);
    } else if (operation == "get") {
      const std::optional<std::string> secret = keyring::get(item);
      return secret ? "ok\n" + *secret : "absent\n";
    } else {
      throw keyring::Fault("the request is unknown");
    }
    return "ok\n";
  } catch (const std::exception& fault) {
    return std::string("fault\n") + fault.what();
  }
}

}  // namespace

int main() {
  const rlimit none{0, 0};
  setrlimit(RLIMIT_CORE, &none);
  prctl(PR_SET_DUMPABLE, 0);
  write_all(answer(read_all()));
  _exit(0);  // what GLib's threads would do at the end is of no use
}
