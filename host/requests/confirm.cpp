// SPDX-License-Identifier: Apache-2.0
#include "host/requests/confirm.hpp"

#include "core/base/text.hpp"

namespace heygen::host::requests {

void confirm(const ConfirmDependencies& needs, const std::string& question, const Error& otherwise) {
  if (!needs.terminal.stdin_is_terminal()) throw otherwise;
  const std::string answer = needs.terminal.read_line(question + " [y/N] ", needs.cancel);
  const std::string word = to_lower(trim(answer));
  if (word != "y" && word != "yes") throw canceled_error("Canceled: nothing was changed.");
}

Error confirmation_required(const std::string& what) {
  return {code::kConfirmationRequired, what + " cannot be undone, and there is no terminal to ask on.",
          "Use --force to skip the confirmation."};
}

}  // namespace heygen::host::requests
