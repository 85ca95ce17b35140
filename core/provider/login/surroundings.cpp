// SPDX-License-Identifier: Apache-2.0
#include "core/provider/login/surroundings.hpp"

#include <unistd.h>

#include "core/base/environment.hpp"
#include "core/base/text.hpp"

namespace heygen::provider {

bool has_display(const Environment& environment) {
  return environment.has("DISPLAY") || environment.has("WAYLAND_DISPLAY");
}

bool is_wsl(const Environment& environment) {
  return environment.has("WSL_DISTRO_NAME") || environment.has("WSL_INTEROP");
}

bool is_ssh(const Environment& environment) {
  return environment.has("SSH_CONNECTION") || environment.has("SSH_TTY");
}

bool is_container(const Environment& environment, const std::function<bool(const char*)>& exists) {
  return environment.has("container") || exists("/.dockerenv") || exists("/run/.containerenv");
}

bool file_exists(const char* path) {
  return access(path, F_OK) == 0;
}

std::string forward_command(const Environment& environment, std::string_view host, std::uint16_t port,
                            const std::string& user, const std::string& machine) {
  constexpr std::size_t kParts = 4;  // of SSH_CONNECTION: client and its port, server and its port
  std::string target = machine, server_port;
  const std::vector<std::string> parts = split(trim(environment.value("SSH_CONNECTION")), ' ');
  if (parts.size() == kParts) {
    target = parts[2];
    if (parts[3] != "22") server_port = "-p " + parts[3] + " ";
  }
  const std::string number = std::to_string(port);
  const std::string forward = number + ":" + std::string(host) + ":" + number;
  return "ssh -N -L " + shell_word(forward) + " " + server_port +
         shell_word(user.empty() ? target : user + "@" + target);
}

std::vector<std::string> browser_advice(const Environment& environment, const std::string& why_none, bool container,
                                        std::uint16_t port, const std::string& forward) {
  const std::string keep =
      "Or paste the address on which that browser ends. --port " + std::to_string(port) + " keeps the port.";
  if (is_ssh(environment) && (!why_none.empty() || !environment.has("BROWSER"))) {
    return {"This is an SSH session, so your browser is on another machine. To let it reach this login, run there:",
            forward, keep};
  }
  if (why_none.empty()) return {};
  if (container) {
    return {
        "This is a container, and a browser outside does not reach its 127.0.0.1. Paste the address on which the "
        "browser ends, or give the container the network of its host (docker run --network host)."};
  }
  return {"No browser can be opened here: " + why_none + ". For one on another machine, run there:", forward, keep};
}

}  // namespace heygen::provider
