// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/api.hpp"

#include <Poco/Exception.h>
#include <Poco/String.h>
#include <Poco/URI.h>

#include <algorithm>

#include "sdk/sandbox/api/media.hpp"
#include "sdk/sandbox/api/uploads.hpp"
#include "sdk/sandbox/base/text.hpp"
#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

/// One segment of a path, decoded. Throws Invalid.
std::string decode_segment(const std::string& text) {
  std::string decoded;
  try {
    Poco::URI::decode(text, decoded);
  } catch (const Poco::Exception&) {
    throw Invalid{"", "The path has a broken percent-encoding."};
  }
  return decoded;
}

bool matches(std::string_view pattern, const std::vector<std::string>& path, std::vector<std::string>& values) {
  const std::vector<std::string> parts = split(pattern, '/');
  if (parts.size() != path.size()) return false;
  values.clear();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] == "{}" && !path[i].empty()) {
      values.push_back(decode_segment(path[i]));
    } else if (parts[i] != path[i]) {
      return false;
    }
  }
  return true;
}

Response unauthorized(const std::string& message, const std::string& challenge) {
  Response response = api_error(401, "unauthorized", message);
  return response.with("WWW-Authenticate", challenge);
}

/// Whether the value contains the address.
bool names(const Var& value, const std::string& address) {
  if (value.isString()) return text_in(value) == address;
  const auto names_it = [&](const Var& item) { return names(item, address); };
  const std::vector<Var> items = items_in(value);
  if (std::any_of(items.begin(), items.end(), names_it)) return true;
  const Object members = object_in(value);
  return std::any_of(members->begin(), members->end(), [&](const auto& member) { return names_it(member.second); });
}

/// The upload; otherwise a file that is generated from the name.
File file_of(const Record& record, const std::string& name) {
  const Content& content = record.content;
  if (content.spool == nullptr) return generated_file(name, number_at(record.facts, "duration", 5));
  File file;
  file.type = text_at(record.facts, "mime_type");
  file.tag = content.digest;
  file.spool = content.spool;
  file.size = content.spool->size();
  return file;
}

}  // namespace

Api::Api(std::string issuer, State& state, const Clock& clock, Random& random)
    : issuer_(std::move(issuer)), state_(state), clock_(clock), random_(random) {
  reset();
}

void Api::reset() {
  const std::lock_guard lock(mutex_);
  account_ = std::make_unique<Account>(issuer_, state_.settings(), clock_, random_);
  stock(*account_);
  if (!state_.settings().empty) furnish(*account_);
  keys_.clear();
}

void Api::interrupt(Interruption how) {
  const std::lock_guard lock(mutex_);
  keys_.interrupt(how);
}

Response Api::handle(const Request& request) {
  try {
    return dispatch(request, check_credential(request));
  } catch (const Refused& refused) {
    return refused.response;
  } catch (const Invalid& invalid) {
    return api_error(400, "invalid_parameter", invalid.message, invalid.param);
  }
}

Credential Api::check_credential(const Request& request) {
  const std::string authorization = request.header("authorization");
  const std::string key = request.header("x-api-key");
  if (!authorization.empty() && !key.empty()) {
    throw Refused{api_error(400, "ambiguous_credential", "Send Authorization or x-api-key, not both.")};
  }
  if (!key.empty()) {
    if (key.rfind("sandbox-", 0) == 0) return Credential::api_key;
    throw Refused{unauthorized("No such API key here. Any key that starts with sandbox- works.", "Bearer")};
  }
  // RFC 6750 §3.1: no error code for a request without a credential
  if (authorization.empty()) throw Refused{unauthorized("Send a Bearer token or an x-api-key.", "Bearer")};
  const bool bearer = Poco::icompare(authorization.substr(0, 7), "bearer ") == 0;
  if (bearer && state_.check_access(Poco::trim(authorization.substr(7)))) return Credential::bearer;
  throw Refused{unauthorized("The access token is unknown, expired or revoked.", "Bearer error=\"invalid_token\"")};
}

Response Api::dispatch(const Request& request, Credential credential) {
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  const std::vector<std::string> path = split(request.path, '/');
  std::vector<std::string> values;
  std::vector<std::string> allowed;
  for (const Route& route : routes()) {
    if (!matches(route.pattern, path, values)) continue;
    if (route.method == method) {
      const std::lock_guard lock(mutex_);
      return call(route, {request, *account_, Form::decode(request.query), values, credential, object()});
    }
    if (allowed.empty() || allowed.back() != route.method) allowed.emplace_back(route.method);
  }
  if (!allowed.empty()) return method_not_allowed(Poco::cat(std::string(", "), allowed.begin(), allowed.end()));
  return api_error(404, "not_found", "The sandbox has nothing at " + printable(request.path) + ".");
}

Response Api::call(const Route& route, const Call& call) {
  const auto key = call.request.headers.find("idempotency-key");
  if (route.key == Route::Key::ignored || key == call.request.headers.end()) return act(route, call);
  Keys::check(key->second);
  // The same key belongs to another request elsewhere.
  const std::string scope = call.request.path + ' ' + key->second;
  if (const Response* before = keys_.find(scope, account_->now())) return *before;
  const Response response = act(route, call);
  return response.status < 300 ? keys_.keep(scope, response, account_->now()) : response;
}

Response Api::act(const Route& route, Call call) {
  account_->settle();
  const bool nothing = call.request.body.empty();
  if (route.body == Route::Body::object || (route.body == Route::Body::optional && !nothing)) {
    call.body = read_object(call.request);
  }
  return route.handler(call);
}

Response Api::file(const Request& request) {
  const std::lock_guard lock(mutex_);
  const std::string name = request.path.substr(std::string_view("/files/").size());
  const std::string id = name.substr(0, name.find_first_of("-."));
  for (const FileOwner& owner : file_owners()) {
    const Record* record = ((*account_).*owner.records).find(id);
    if (record != nullptr && names(owner.show(*account_, *record), account_->file(name))) {
      return serve_file(request, file_of(*record, name));
    }
  }
  return api_error(404, "not_found", "There is no such file, or what it belonged to was deleted.");
}

Response Api::upload(const Request& request) {
  // The digest takes its time: before the lock.
  const Content content{request.upload, request.upload ? request.upload->digest() : ""};
  const std::lock_guard lock(mutex_);
  return take_upload(*account_, request, content);
}

}  // namespace heygen::sandbox
