// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/request_log.hpp"

#include <Poco/Exception.h>
#include <Poco/String.h>

#include <array>
#include <cerrno>

#include "sdk/sandbox/base/clock.hpp"
#include "sdk/sandbox/base/failure.hpp"
#include "sdk/sandbox/base/text.hpp"
#include "sdk/sandbox/http/digest.hpp"
#include "sdk/sandbox/http/multipart.hpp"

namespace heygen::sandbox {
namespace {

constexpr std::size_t kRemembered = 10000;
constexpr std::array<std::string_view, 5> kSecrets = {"code", "refresh_token", "access_token", "token", "device_code"};

std::string bounded(const std::string& text) {
  return printable(std::string_view(text).substr(0, 200));
}

/// The pairs of a form; none when it is not valid, as the response to the request says.
Form form_of(const std::string& text) {
  try {
    return Form::decode(text);
  } catch (const Invalid&) {
    return {};
  }
}

List names_of(const Form& form) {
  List names = list();
  for (const auto& [name, value] : form.pairs()) {
    if (names->size() < 50) names->add(bounded(name));
  }
  return names;
}

/// What the request carried as its credential: never more than a fingerprint.
Var credential_of(const Request& request) {
  const auto shown = [](const char* type, const std::string& secret) {
    return object({{"type", type}, {"fingerprint", fingerprint(secret)}});
  };
  const std::string bearer = request.header("authorization");
  if (bearer.size() > 7 && Poco::icompare(bearer.substr(0, 7), "bearer ") == 0) {
    return shown("bearer", bearer.substr(7));
  }
  if (!bearer.empty()) return shown("authorization", bearer);
  const std::string key = request.header("x-api-key");
  return key.empty() ? Var() : Var(shown("api_key", key));
}

List parts_of(const Request& request) {
  List parts = list();
  for (const Part& part : read_parts(*request.upload, request.header("content-type"))) {
    parts->add(object({{"name", bounded(part.name)},
                       {"filename", bounded(part.filename)},
                       {"type", bounded(part.type)},
                       {"size", part.size}}));
  }
  return parts;
}

/// Adds a member, given as JSON, to an object that has some already.
void append_member(std::string& object, const std::string& name, const std::string& json) {
  object.pop_back();
  object += ",\"" + name + "\":" + json + '}';
}

/// The body byte for byte, so that no number is lost; "" when it is not JSON.
std::string body_of(const Request& request) {
  constexpr std::size_t kShownBody = std::size_t{16} * 1024;
  if (request.body.empty() || request.body.size() > kShownBody) return {};
  try {
    parse_json(request.body);
  } catch (const Poco::Exception&) {
    return {};
  }
  return Poco::translate(request.body, "\r\n", "  ");  // only between tokens
}

/// What a call of the API asked for, as JSON. No credential comes this way: those travel in headers.
std::string sent_by(const Request& request, const Form& query) {
  List pairs = list();
  for (const auto& [name, value] : query.pairs()) pairs->add(list({bounded(name), bounded(value)}));
  const std::string type = request.header("content-type");
  Object sent = object({{"query", pairs}, {"content_type", type.empty() ? Var() : Var(bounded(type))}});
  if (const std::string key = request.header("idempotency-key"); !key.empty()) sent->set("key", bounded(key));
  if (request.upload && request.is_of_type("multipart/form-data")) {
    try {
      sent->set("parts", parts_of(request));
    } catch (const Invalid&) {
      // not a form: the response says so
    }
  }
  std::string text = write_json(sent);
  if (const std::string body = body_of(request); !body.empty()) append_member(text, "body", body);
  return text;
}

/// One line of JSON.
std::string entry_of(std::int64_t time, const Request& request, const Response& response) {
  Object entry = object({{"at", format_time(time)},
                         {"method", bounded(request.method)},
                         {"path", bounded(request.path)},
                         {"status", response.status}});
  const Form query = form_of(request.query);
  if (!query.pairs().empty()) entry->set("query", names_of(query));
  Object received = object();
  if (request.is_of_type("application/x-www-form-urlencoded")) {
    const Form form = form_of(request.body);
    entry->set("form", names_of(form));
    if (form.has("grant_type")) entry->set("grant_type", bounded(form.get("grant_type")));
    for (const std::string_view name : kSecrets) {
      if (form.has(name)) received->set(std::string(name), fingerprint(form.get(name)));
    }
  }
  if (received->size() > 0) entry->set("received", received);
  Object issued = object();
  for (const auto& [name, value] : response.issued) issued->set(name, fingerprint(value));
  if (issued->size() > 0) entry->set("issued", issued);
  if (const Var credential = credential_of(request); !credential.isEmpty()) entry->set("credential", credential);
  if (!response.error.empty()) entry->set("error", response.error);
  if (const std::string agent = request.header("user-agent"); !agent.empty()) entry->set("user_agent", bounded(agent));
  std::string line = write_json(entry);
  if (request.path.rfind("/v3/", 0) == 0) append_member(line, "sent", sent_by(request, query));
  return line;
}

}  // namespace

RequestLog::RequestLog(const std::string& file) {
  if (file.empty()) return;
  file_.reset(std::fopen(file.c_str(), "ae"));
  if (!file_) {
    throw Failure("Could not open the log file " + file + ": " + describe_errno(errno) + '.',
                  "Give --log a file that you can write to.");
  }
}

void RequestLog::add(std::int64_t time, const Request& request, const Response& response) {
  std::string entry = entry_of(time, request, response);
  const std::lock_guard lock(mutex_);
  if (file_) {
    const std::string line = entry + '\n';
    // A full disk ends the log, not the sandbox.
    static_cast<void>(std::fwrite(line.data(), 1, line.size(), file_.get()));
    static_cast<void>(std::fflush(file_.get()));
  }
  entries_.push_back(std::move(entry));
  if (entries_.size() > kRemembered) entries_.pop_front();
}

std::string RequestLog::entries() {
  const std::lock_guard lock(mutex_);
  return '[' + Poco::cat(std::string(","), entries_.begin(), entries_.end()) + ']';
}

void RequestLog::clear() {
  const std::lock_guard lock(mutex_);
  entries_.clear();
}

}  // namespace heygen::sandbox
