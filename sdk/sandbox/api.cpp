#include "sdk/sandbox/api.hpp"

#include "core/base/text.hpp"
#include "sdk/sandbox/api/media.hpp"
#include "sdk/sandbox/resources/resources.hpp"
#include "sdk/sandbox/api/uploads.hpp"

namespace heygen::sandbox {
namespace {

/// One segment of a path, decoded. '+' stands for itself there.
std::string decode_segment(std::string_view text) {
  std::string escaped;
  for (const char c : text) escaped += c == '+' ? std::string("%2B") : std::string(1, c);
  const Form form = Form::decode("x=" + escaped);
  return form.get("x");
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

Reply unauthorized(const std::string& message, const std::string& challenge) {
  Reply reply = api_error(401, "unauthorized", message);
  return reply.with("WWW-Authenticate", challenge);
}

/// Whether the address stands anywhere in the value.
bool names(const json::Value& value, const std::string& address) {
  if (value.is_string()) return value.as_string() == address;
  if (value.is_array()) {
    for (const json::Value& item : value.as_array()) {
      if (names(item, address)) return true;
    }
  }
  if (value.is_object()) {
    for (const auto& [name, member] : value.as_object()) {
      if (names(member, address)) return true;
    }
  }
  return false;
}

/// What an upload was; else a file that is made up from its name.
File file_of(const Record& record, const std::string& name) {
  const Content& content = record.content;
  if (content.spool == nullptr) return made_up_file(name, number_of(record.facts, "duration", 5));
  File file;
  file.type = record.facts.string_at("mime_type");
  file.tag = content.digest;
  file.spool = content.spool;
  file.offset = content.offset;
  file.size = content.size;
  return file;
}

}  // namespace

Api::Api(std::string issuer, State& state, Clock& clock, Random& random)
    : issuer_(std::move(issuer)), state_(state), clock_(clock), random_(random) {
  reset();
}

void Api::reset() {
  const std::lock_guard lock(mutex_);
  account_ = std::make_unique<Account>(issuer_, state_.settings(), clock_, random_);
}

Reply Api::handle(const Request& request) {
  try {
    return dispatch(request, check_credential(request));
  } catch (const Refused& refused) {
    return refused.reply;
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
  const bool bearer = iequals(std::string_view(authorization).substr(0, 7), "bearer ");
  if (bearer && state_.check_access(std::string(trim(authorization.substr(7))))) return Credential::bearer;
  throw Refused{unauthorized("The access token is unknown, expired or revoked.", "Bearer error=\"invalid_token\"")};
}

Reply Api::dispatch(const Request& request, Credential credential) {
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  const std::vector<std::string> path = split(request.path, '/');
  std::vector<std::string> values;
  std::vector<std::string> allowed;
  for (const Route& route : routes()) {
    if (!matches(route.pattern, path, values)) continue;
    if (route.method == method) {
      const std::lock_guard lock(mutex_);
      return call(route, {request, *account_, Form::decode(request.query), values, credential, {}});
    }
    if (allowed.empty() || allowed.back() != route.method) allowed.emplace_back(route.method);
  }
  if (!allowed.empty()) return method_not_allowed(join(allowed, ", "));
  return api_error(404, "not_found", "The sandbox has nothing at " + printable(request.path) + ".");
}

Reply Api::call(const Route& route, Call call) {
  account_->settle();
  const bool nothing = call.request.body.empty();
  if (route.body == Route::Body::object || (route.body == Route::Body::optional && !nothing)) {
    call.body = read_object(call.request);
  }
  return route.handler(call);
}

Reply Api::file(const Request& request) {
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

Reply Api::upload(const Request& request) {
  Content content{request.upload, 0, request.upload ? request.upload->size() : 0, {}};
  if (content.spool) content.digest = content.spool->digest(0, content.size);  // takes its time: before the lock
  const std::lock_guard lock(mutex_);
  return take_upload(*account_, request, content);
}

}  // namespace heygen::sandbox
