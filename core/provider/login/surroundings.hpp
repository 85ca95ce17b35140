// SPDX-License-Identifier: Apache-2.0
// Where heygen runs, as far as that decides which browser can reach a login.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace heygen {
class Environment;
}

namespace heygen::provider {

/// DISPLAY or WAYLAND_DISPLAY is set.
bool has_display(const Environment& environment);
/// The Windows Subsystem for Linux, whose 127.0.0.1 a browser of Windows reaches.
bool is_wsl(const Environment& environment);
/// SSH_CONNECTION or SSH_TTY is set.
bool is_ssh(const Environment& environment);
/// As its runtime tells: the variable `container`, or a file. `exists`: whether there is a file.
bool is_container(const Environment& environment, const std::function<bool(const char*)>& exists);
bool file_exists(const char* path);

/// The command that forwards `port` of the machine with the browser to this one, for that machine: "ssh -N -L …".
/// `host`: of the redirect, such as "127.0.0.1". `user` and `machine`: of this machine; SSH_CONNECTION names it better.
std::string forward_command(const Environment& environment, std::string_view host, std::uint16_t port,
                            const std::string& user, const std::string& machine);

/// What a user must know before a login whose browser is elsewhere, one line each: how it reaches the listener on
/// `port`. Empty when the browser of this machine will do. `why_none`: why_no_browser().
std::vector<std::string> browser_advice(const Environment& environment, const std::string& why_none, bool container,
                                        std::uint16_t port, const std::string& forward);

}  // namespace heygen::provider
