// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/http/http.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/HTMLForm.h>
#include <Poco/Net/MediaType.h>

#include <algorithm>
#include <sstream>

namespace heygen::sandbox {

Form Form::decode(const std::string& text) {
  Form form;
  try {
    Poco::Net::HTMLForm read;
    std::istringstream stream(text);
    read.read(stream);
    for (const auto& [name, value] : read) {
      if (!name.empty() || !value.empty()) form.pairs_.emplace_back(name, value);
    }
  } catch (const Poco::Exception& error) {
    throw Invalid{"", "The parameters are not valid: " + error.displayText() + '.'};
  }
  return form;
}

std::string Form::get(std::string_view name) const {
  for (const auto& [key, value] : pairs_) {
    if (key == name) return value;
  }
  return {};
}

bool Form::has(std::string_view name) const {
  return std::any_of(pairs_.begin(), pairs_.end(), [&](const auto& pair) { return pair.first == name; });
}

bool Form::doubles(std::string_view name) const {
  return std::count_if(pairs_.begin(), pairs_.end(), [&](const auto& pair) { return pair.first == name; }) > 1;
}

std::string Form::doubled() const {
  for (const auto& [key, value] : pairs_) {
    if (doubles(key)) return key;
  }
  return {};
}

std::string Request::header(const std::string& lower_name) const {
  const auto found = headers.find(lower_name);
  return found == headers.end() ? std::string{} : found->second;
}

bool Request::is_of_type(std::string_view type) const {
  return Poco::Net::MediaType(header("content-type")).matches(Poco::Net::MediaType(std::string(type)));
}

Response& Response::with(std::string name, std::string value) {
  headers.emplace_back(std::move(name), std::move(value));
  return *this;
}

Response json_response(int status, const Object& value) {
  Response response;
  response.status = status;
  response.body = write_json(value);
  response.with("Content-Type", "application/json");
  return response;
}

Response api_error(int status, const std::string& code, const std::string& message, const std::string& param) {
  Object error = object({{"code", code}, {"message", message}});
  if (!param.empty()) error->set("param", param);
  Response response = json_response(status, object({{"error", error}}));
  response.error = code;
  return response;
}

Response method_not_allowed(const std::string& allowed) {
  Response response = api_error(405, "method_not_allowed", "Only " + allowed + " can be used here.");
  response.with("Allow", allowed);
  return response;
}

}  // namespace heygen::sandbox
