// SPDX-License-Identifier: Apache-2.0
#include "core/transport/rules/account.hpp"

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/json/parse.hpp"
#include "core/transport/rules/response_error.hpp"

namespace heygen::transport {

namespace {

Error foreign_response(const std::string& message) {
  return {code::kResponseParse, message, "Check that HEYGEN_API_BASE names the HeyGen API."};
}

bool is_absent(const json::Value* value) {
  return value == nullptr || value->is_null();
}

}  // namespace

json::Value read_account(const std::string& body) {
  if (trim(body).empty()) throw unreadable_response({}, body, {});
  json::Value response = json::parse(body);
  if (response.is_null()) return response;
  if (!response.is_object()) throw foreign_response("The response is not a JSON object.");
  // Its words may repeat the credential, and are not shown.
  if (!is_absent(response.find("error"))) {
    throw foreign_response("The response has the status of a success, but describes an error.");
  }
  const json::Value* data = response.find("data");
  if (!is_absent(data) && !data->is_object()) {
    throw foreign_response("The response names no account: its `data` is not an object.");
  }
  return response;
}

}  // namespace heygen::transport
