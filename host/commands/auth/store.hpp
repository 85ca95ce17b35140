// SPDX-License-Identifier: Apache-2.0
// Where a credential is stored: the file or the keyring.
#pragma once

#include "host/command.hpp"

namespace heygen::host::commands::auth {

/// `auth store PLACE`
Command store_command();
/// --store of a login.
Option store_option();
/// Chooses the place of the credential that a login brings, by --store, the setting auth.store, and where the one
/// before it is. Says when it is the file because the keyring cannot be used. Throws Error{usage_error} for any other
/// word.
void choose_place(Services& services, const Parsed& parsed);

}  // namespace heygen::host::commands::auth
