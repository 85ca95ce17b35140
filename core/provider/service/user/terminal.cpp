// SPDX-License-Identifier: Apache-2.0
// heygen.terminal/1
#include <utility>

#include "core/base/known_secrets.hpp"
#include "core/base/limits.hpp"
#include "core/base/terminal.hpp"
#include "core/base/text.hpp"
#include "core/provider/call/host_call.hpp"
#include "core/provider/service/services.hpp"

namespace heygen::provider {
namespace {

std::int32_t HEYGEN_CALL interactive(const heygen_call* call) {
  return guarded_value(call, std::int32_t{0},
                       [](HostCall& host) { return host.services.terminal.stdin_is_terminal() ? 1 : 0; });
}

heygen_status HEYGEN_CALL notice(const heygen_call* call, heygen_str text) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    if (!abi::is_sound(text)) return host.refuse("terminal.notice got NULL with a size.");
    host.services.terminal.notice(printable(abi::view(text)));
    return HEYGEN_OK;
  });
}

template <class Read>
heygen_status ask(const heygen_call* call, heygen_str text, heygen_str* answer, Read read) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    if (answer == nullptr || !abi::is_sound(text))
      return host.refuse("terminal got no question or no place to answer.");
    *answer = {nullptr, 0};
    if (!host.may_ask_user()) return HEYGEN_NEEDS_USER;
    *answer = host.keep(read(host, printable(abi::view(text))));
    return HEYGEN_OK;
  });
}

heygen_status HEYGEN_CALL prompt(const heygen_call* call, heygen_str text, heygen_str* answer) {
  return ask(call, text, answer, [](HostCall& host, const std::string& question) {
    return host.services.terminal.read_line(question, host.services.cancel);
  });
}

heygen_status HEYGEN_CALL secret(const heygen_call* call, heygen_str text, heygen_str* answer) {
  return ask(call, text, answer, [](HostCall& host, const std::string& question) {
    const Secret typed = host.services.terminal.read_secret(question, limits::kInputLine, host.services.cancel);
    std::string_view line = typed.reveal();
    if (line.ends_with('\n')) line.remove_suffix(1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    remember_secret(line);
    return std::string(line);
  });
}

heygen_status HEYGEN_CALL menu(const heygen_call* call, heygen_str title, const heygen_str* items, std::size_t count,
                               std::size_t* chosen) {
  return guarded(call, [&](HostCall& host) -> heygen_status {
    constexpr std::size_t kMostItems = 1'000;
    if (chosen == nullptr || items == nullptr || count == 0 || count > kMostItems || !abi::is_sound(title))
      return host.refuse("terminal.menu got no title, no place to answer, or not 1 to 1000 items.");
    std::vector<std::string> rows;
    for (std::size_t i = 0; i < count; ++i) {
      if (!abi::is_sound(items[i])) return host.refuse("terminal.menu got an item that is NULL with a size.");
      rows.push_back(printable(abi::view(items[i])));
    }
    if (count == 1) {
      *chosen = 0;
      return HEYGEN_OK;
    }
    if (!host.may_ask_user() || !host.services.terminal.stdin_is_terminal() || !host.services.menu)
      return HEYGEN_NEEDS_USER;
    *chosen = host.services.menu(printable(abi::view(title)), rows, *chosen < count ? *chosen : 0);
    return HEYGEN_OK;
  });
}

}  // namespace

const heygen_terminal_1_v& terminal_service() {
  static constexpr heygen_terminal_1_v kService{sizeof(kService), 0, interactive, notice, prompt, secret, menu};
  return kService;
}

}  // namespace heygen::provider
