#include "sdk/sandbox/request_log.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "core/base/clock.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "sdk/sandbox/api/check.hpp"
#include "sdk/sandbox/http/digest.hpp"
#include "sdk/sandbox/http/multipart.hpp"

namespace heygen::sandbox {
namespace {

constexpr std::size_t kRemembered = 10000;
constexpr std::array<std::string_view, 5> kSecrets = {"code", "refresh_token", "access_token", "token", "device_code"};

std::string bounded(const std::string& text) {
  return printable(std::string_view(text).substr(0, 200));
}

json::Array names_of(const Form& form) {
  json::Array names;
  for (const auto& [name, value] : form.pairs()) {
    if (names.size() < 50) names.emplace_back(bounded(name));
  }
  return names;
}

/// What the request carried as its credential: never more than a fingerprint.
json::Value credential_of(const Request& request) {
  const std::string bearer = request.header("authorization");
  if (bearer.size() > 7 && iequals(std::string_view(bearer).substr(0, 7), "bearer ")) {
    return json::Object{{"type", "bearer"}, {"fingerprint", fingerprint(bearer.substr(7))}};
  }
  if (!bearer.empty()) return json::Object{{"type", "authorization"}, {"fingerprint", fingerprint(bearer)}};
  const std::string key = request.header("x-api-key");
  if (!key.empty()) return json::Object{{"type", "api_key"}, {"fingerprint", fingerprint(key)}};
  return {};
}

/// What a call of the API asked for. No credential comes this way: those travel in headers.
json::Value sent_by(const Request& request, const Form& query) {
  constexpr std::size_t kShownBody = std::size_t{16} * 1024;
  json::Object sent;
  json::Array pairs;
  for (const auto& [name, value] : query.pairs()) pairs.push_back(json::Array{bounded(name), bounded(value)});
  sent.emplace_back("query", std::move(pairs));
  const std::string type = request.header("content-type");
  sent.emplace_back("content_type", type.empty() ? json::Value() : json::Value(bounded(type)));
  try {
    if (request.upload && request.is_of_type("multipart/form-data")) {
      json::Array parts;
      for (const Part& part : read_parts(*request.upload, type)) {
        parts.push_back(json::Object{{"name", bounded(part.name)},
                                     {"filename", bounded(part.filename)},
                                     {"type", bounded(part.type)},
                                     {"size", static_cast<std::int64_t>(part.size)}});
      }
      sent.emplace_back("parts", std::move(parts));
    } else if (!request.body.empty() && request.body.size() <= kShownBody) {
      sent.emplace_back("body", json::parse(request.body));
    }
  } catch (const Invalid&) {
    // no form: the reply says so
  } catch (const json::ParseError&) {
    // no JSON: the reply says so
  }
  return sent;
}

json::Value entry_of(std::int64_t time, const Request& request, const Reply& reply) {
  json::Value entry(json::Object{{"at", format_time(time)},
                                 {"method", bounded(request.method)},
                                 {"path", bounded(request.path)},
                                 {"status", reply.status}});
  const Form query = Form::decode(request.query);
  if (!query.pairs().empty()) entry.set("query", names_of(query));
  if (request.path.rfind("/v3/", 0) == 0) entry.set("sent", sent_by(request, query));
  json::Object received;
  if (request.is_of_type("application/x-www-form-urlencoded")) {
    const Form form = Form::decode(request.body);
    entry.set("form", names_of(form));
    if (form.has("grant_type")) entry.set("grant_type", bounded(form.get("grant_type")));
    for (const std::string_view name : kSecrets) {
      if (form.has(name)) received.emplace_back(std::string(name), fingerprint(form.get(name)));
    }
  }
  if (!received.empty()) entry.set("received", std::move(received));
  json::Object issued;
  for (const auto& [name, value] : reply.issued) issued.emplace_back(name, fingerprint(value));
  if (!issued.empty()) entry.set("issued", std::move(issued));
  if (json::Value credential = credential_of(request); !credential.is_null()) entry.set("credential", credential);
  if (!reply.error.empty()) entry.set("error", reply.error);
  if (const std::string agent = request.header("user-agent"); !agent.empty()) entry.set("user_agent", bounded(agent));
  return entry;
}

}  // namespace

RequestLog::RequestLog(const std::string& file) {
  if (file.empty()) return;
  file_.reset(std::fopen(file.c_str(), "ae"));
  if (!file_) {
    throw Error(code::kFileIo, "The log file " + file + " cannot be opened: " + std::strerror(errno) + ".",
                "Name a file that can be written with --log.");
  }
}

void RequestLog::add(std::int64_t time, const Request& request, const Reply& reply) {
  json::Value entry = entry_of(time, request, reply);
  const std::lock_guard lock(mutex_);
  if (file_) {
    const std::string line = json::write(entry) + '\n';
    // A full disk ends the log, not the sandbox.
    static_cast<void>(std::fwrite(line.data(), 1, line.size(), file_.get()));
    static_cast<void>(std::fflush(file_.get()));
  }
  entries_.push_back(std::move(entry));
  if (entries_.size() > kRemembered) entries_.pop_front();
}

json::Value RequestLog::entries() {
  const std::lock_guard lock(mutex_);
  return json::Array(entries_.begin(), entries_.end());
}

void RequestLog::clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
}

}  // namespace heygen::sandbox
