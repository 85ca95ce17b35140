// SPDX-License-Identifier: Apache-2.0
#include "host/commands/provider/consent.hpp"

#include <vector>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/provider/needs.hpp"
#include "core/provider/policy/isolation.hpp"
#include "host/provider_settings.hpp"
#include "host/requests/confirm.hpp"

namespace heygen::host::commands::provider {

namespace {

using heygen::provider::Isolation;
using heygen::provider::IsolationRuling;

std::string isolation_words(const IsolationRuling& ruling) {
  return ruling.isolation == Isolation::process
             ? "It runs isolated, by " + ruling.rule + ": everything else is denied."
             : "It runs in process, by " + ruling.rule + ": only the hosts are enforced.";
}

}  // namespace

void require_consent(Services& services, const heygen::provider::Manifest& manifest, bool yes,
                     const std::string& command) {
  if (manifest.needs.empty()) return;
  std::vector<std::string> words;
  for (const std::string& need : manifest.needs) words.push_back(printable(heygen::provider::in_words(need)));
  const std::string name = "provider `" + manifest.id + "`";
  const Error otherwise(code::kConfirmationRequired,
                        "The " + name + " needs to " + join(words, "; ") + ". There is no terminal to ask on.",
                        "Run `" + command + "` to grant that and install it.");
  if (!yes && !services.terminal.stdin_is_terminal()) throw otherwise;
  const IsolationRuling ruling = heygen::provider::isolation_of(
      services.policy(), provider_settings(services.config()).isolation, manifest.id, heygen::provider::Origin::user);
  services.terminal.notice("The " + name + " " + printable(manifest.version) + " needs to:");
  for (const std::string& line : words) services.terminal.notice("  " + line);
  services.terminal.notice(isolation_words(ruling));
  if (!yes) requests::confirm({services.terminal, services.cancel}, "Install it?", otherwise);
}

}  // namespace heygen::host::commands::provider
