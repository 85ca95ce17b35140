// `heygen provider install | remove | disable | enable`.
#pragma once

#include <string>

#include "core/base/error.hpp"
#include "host/command.hpp"

namespace heygen::host {

Command provider_install_command();
Command provider_remove_command();
Command provider_disable_command();
Command provider_enable_command();

/// For an id that no installed provider has: names the nearest, and where was searched.
Error unknown_provider(Services& services, const std::string& id);

}  // namespace heygen::host
