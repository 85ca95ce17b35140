// SPDX-License-Identifier: Apache-2.0
// heygen.log/1, from any thread
#include <algorithm>
#include <mutex>

#include "core/base/environment.hpp"
#include "core/base/known_secrets.hpp"
#include "core/base/text.hpp"
#include "core/provider/call/host_call.hpp"
#include "core/provider/service/services.hpp"

namespace heygen::provider {
namespace {

/// Long enough for a secret, and neither a sentence nor a URL, which are worth reading.
bool may_be_secret(std::string_view text) {
  constexpr std::size_t kShortest = 12;
  return text.size() >= kShortest && text.find(' ') == std::string_view::npos &&
         text.find("://") == std::string_view::npos;
}

void hide(std::string& line, std::string_view secret) {
  if (may_be_secret(secret)) line = hide_values(std::move(line), {&secret, 1});
}

void hide_strings(std::string& line, const json::Value& value) {
  if (value.is_string()) {
    hide(line, value.as_string());
  } else if (value.is_array()) {
    for (const json::Value& item : value.as_array()) hide_strings(line, item);
  } else if (value.is_object()) {
    for (const json::Member& member : value.as_object()) hide_strings(line, member.second);
  }
}

/// A provider should not log its secrets; if it does, they are replaced here.
std::string without_secrets(const HostCall& host, std::string_view text) {
  std::string line(text);
  hide_strings(line, host.request.state);
  for (const std::string& name : host.secret_variables()) hide(line, host.services.environment.value(name));
  return line;
}

void HEYGEN_CALL write(const heygen_call* call, std::int32_t level, heygen_str text) {
  static std::mutex mutex;
  HostCall* host = HostCall::of_any_thread(call);
  if (host == nullptr || !abi::is_sound(text) || !host->services.log) return;
  try {
    const std::string said = printable(without_secrets(*host, abi::view(text)));
    const std::string line = host->manifest.id + ": " + said;
    // What it tells before it waits for the user is what it waits for.
    if (level == HEYGEN_LOG_INFO && host->is_on_own_thread()) host->set_waits_for(said);
    const std::lock_guard lock(mutex);
    host->services.log(std::clamp<std::int32_t>(level, HEYGEN_LOG_DEBUG, HEYGEN_LOG_WARNING), line);
  } catch (...) {  // a line that cannot be written is not worth a failed command
  }
}

}  // namespace

const heygen_log_1_v& log_service() {
  static constexpr heygen_log_1_v kService{sizeof(kService), 0, write};
  return kService;
}

}  // namespace heygen::provider
