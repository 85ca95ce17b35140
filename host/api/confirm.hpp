// Asking before what cannot be undone.
#pragma once

#include <string>

#include "host/context.hpp"

namespace heygen::host {

/// `question` ends in '?'. On a terminal y or yes goes on, all else throws Error{canceled}; without one throws
/// `otherwise`.
void confirm(Context& context, const std::string& question, const Error& otherwise);

/// The error for a deletion that nobody can be asked about.
Error confirmation_required(const std::string& what);

}  // namespace heygen::host
