// heygen.terminal/1 and heygen.browser/1: what reaches the person.
#include <utility>

#include "core/base/environment.hpp"
#include "core/base/terminal.hpp"
#include "core/base/text.hpp"
#include "core/provider/login/browser.hpp"
#include "core/provider/call/host_call.hpp"

namespace heygen::provider {
namespace {

constexpr std::size_t kMaxSecret = std::size_t{64} << 10U;

std::int32_t HEYGEN_CALL interactive(const heygen_call* call) {
  return enter_for(call, std::int32_t{0},
                   [](HostCall& host) { return host.services.terminal.stdin_is_terminal() ? 1 : 0; });
}

heygen_status HEYGEN_CALL notice(const heygen_call* call, heygen_str text) {
  return enter(call, [&](HostCall& host) -> heygen_status {
    if (!abi::is_sound(text)) return host.refuse("terminal.notice got NULL with a size.");
    host.services.terminal.notice(printable(abi::view(text)));
    return HEYGEN_OK;
  });
}

template <class Read>
heygen_status ask(const heygen_call* call, heygen_str text, heygen_str* answer, Read read) {
  return enter(call, [&](HostCall& host) -> heygen_status {
    if (answer == nullptr || !abi::is_sound(text))
      return host.refuse("terminal got no question or no place to answer.");
    *answer = {nullptr, 0};
    if (!host.may_ask_person()) return HEYGEN_NEEDS_USER;
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
    const Secret typed = host.services.terminal.read_secret(question, kMaxSecret, host.services.cancel);
    std::string_view line = typed.reveal();
    if (line.ends_with('\n')) line.remove_suffix(1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return std::string(line);
  });
}

std::int32_t HEYGEN_CALL allowed(const heygen_call* call) {
  return enter_for(call, std::int32_t{0},
                   [](HostCall& host) { return browser_allowed(host.services.environment) ? 1 : 0; });
}

heygen_status HEYGEN_CALL open(const heygen_call* call, heygen_str url) {
  return enter(call, [&](HostCall& host) -> heygen_status {
    if (!is_browsable(abi::view(url))) return host.refuse("browser.open got no plain http or https URL.");
    if (!host.may_ask_person()) return HEYGEN_NEEDS_USER;
    if (!browser_allowed(host.services.environment)) return HEYGEN_UNSUPPORTED;
    host.browser = BrowserChild::start(std::string(abi::view(url)), host.services.environment, host.secret_variables);
    return host.browser ? HEYGEN_OK : HEYGEN_UNSUPPORTED;
  });
}

}  // namespace

const heygen_terminal_1_v& terminal_service() {
  static constexpr heygen_terminal_1_v kService{sizeof(kService), 0, interactive, notice, prompt, secret};
  return kService;
}

const heygen_browser_1_v& browser_service() {
  static constexpr heygen_browser_1_v kService{sizeof(kService), 0, allowed, open};
  return kService;
}

}  // namespace heygen::provider
