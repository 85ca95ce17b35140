// SPDX-License-Identifier: Apache-2.0
// Asking before what cannot be undone.
#pragma once

#include <string>

#include "core/base/cancel.hpp"
#include "core/base/error.hpp"
#include "core/base/terminal.hpp"

namespace heygen::host::requests {

/// Where the user is asked.
struct ConfirmDependencies {
  Terminal& terminal;
  const Cancel& cancel;
};

/// `question` ends in '?'. On a terminal y or yes returns, anything else throws Error{canceled}; without one throws
/// `otherwise`.
void confirm(const ConfirmDependencies& needs, const std::string& question, const Error& otherwise);

/// The error for a deletion without a terminal to ask on.
Error confirmation_required(const std::string& what);

}  // namespace heygen::host::requests
