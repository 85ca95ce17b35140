// SPDX-License-Identifier: Apache-2.0
// The pages that the user sees. Every text from outside is escaped; nothing is loaded from anywhere, and no script
// runs.
#pragma once

#include <string>
#include <string_view>

#include "sdk/sandbox/http/http.hpp"
#include "sdk/sandbox/oauth/state.hpp"

namespace heygen::sandbox {

std::string consent_page(const AuthorizationRequest& request, const std::string& ticket);
std::string device_code_page(const std::string& typed, bool not_found);
std::string device_consent_page(const DeviceRequest& request, const std::string& ticket);
std::string device_done_page(bool approved);
std::string problem_page(const std::string& title, const std::string& text);
std::string index_page(const std::string& issuer);

/// The page with its headers. `redirect_uri`: where a form of this page may lead to, besides the sandbox itself.
Response page_response(int status, const std::string& page, const std::string& redirect_uri = {});

}  // namespace heygen::sandbox
