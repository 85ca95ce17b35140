// SPDX-License-Identifier: Apache-2.0
#include "core/provider/stage/device_authorization.hpp"

#include <algorithm>

#include "core/base/clock.hpp"
#include "core/base/text.hpp"
#include "core/json/parse.hpp"
#include "core/provider/login/browser.hpp"
#include "core/provider/login/request_head.hpp"

namespace heygen::provider {
namespace {

constexpr int kOk = 200;
constexpr std::int64_t kLongest = 24 * 3600;

json::Value members_of(std::string_view body) {
  if (trim(body).starts_with('{')) {
    try {
      return json::parse(body);
    } catch (const json::ParseError&) {
      return {};
    }
  }
  json::Value members = json::Object{};
  const auto form = parse_query(trim(body));
  if (!form) return {};
  for (const auto& [name, value] : *form) members.set(name, value);
  return members;
}

const json::Value* either(const json::Value& members, std::string_view name, std::string_view camel) {
  const json::Value* value = members.find(name);
  return value != nullptr ? value : members.find(camel);
}

std::string text_of(const json::Value& members, std::string_view name, std::string_view camel) {
  const json::Value* value = either(members, name, camel);
  return value != nullptr && value->is_string() ? value->as_string() : std::string{};
}

}  // namespace

std::optional<DeviceAuthorization> read_device_authorization(int status, std::string_view body) {
  if (status != kOk ||
      (body.find("user_code") == std::string_view::npos && body.find("userCode") == std::string_view::npos))
    return {};
  const json::Value members = members_of(body);
  DeviceAuthorization device;
  device.user_code = text_of(members, "user_code", "userCode");
  device.page = text_of(members, "verification_uri", "verificationUri");
  if (device.page.empty()) device.page = text_of(members, "verification_url", "verificationUrl");
  device.page_with_code = text_of(members, "verification_uri_complete", "verificationUriComplete");
  if (!is_browsable(device.page_with_code)) device.page_with_code.clear();
  if (device.user_code.empty() || has_control(device.user_code) || !is_browsable(device.page)) return {};
  if (const json::Value* seconds = either(members, "expires_in", "expiresIn"); seconds != nullptr)
    device.lifetime = std::clamp<std::int64_t>(seconds->to_int64().value_or(0), 0, kLongest);
  return device;
}

json::Object code_event(const DeviceAuthorization& device, std::int64_t now) {
  json::Object members;
  members.emplace_back("user_code", device.user_code);
  members.emplace_back("verification_uri", device.page);
  if (!device.page_with_code.empty()) members.emplace_back("verification_uri_complete", device.page_with_code);
  if (device.lifetime > 0) members.emplace_back("expires_at", format_time(now + device.lifetime));
  return members;
}

}  // namespace heygen::provider
