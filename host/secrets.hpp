// SPDX-License-Identifier: Apache-2.0
// The secrets that a command did not need, but whose user may have typed them: in the environment and in the
// credentials file.
#pragma once

#include "core/json/value.hpp"

namespace heygen::host {

class Services;

/// Remembers them for hide_secrets(). A file that cannot be read has none.
void remember_stored_secrets(Services& services) noexcept;

/// hide_secrets() for each string and name of a document.
void hide_secrets_in(json::Value& document);

}  // namespace heygen::host
