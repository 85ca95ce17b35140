// SPDX-License-Identifier: Apache-2.0
// What an authorization server sent: JSON, or a form, as GitHub's and some older servers send it.
#pragma once

#include <heygen/provider.hpp>

namespace heygen::plugins {

/// The response's document. A form is an object of strings. Exists not when the body is neither.
sdk::Json document_of(const sdk::Call& call, const sdk::HttpResponse& response);

}  // namespace heygen::plugins
