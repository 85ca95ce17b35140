// SPDX-License-Identifier: Apache-2.0
#include "core/transport/api_client.hpp"

#include <array>

#include "core/base/clock.hpp"
#include "core/base/encode.hpp"
#include "core/base/known_secrets.hpp"
#include "core/net/redact.hpp"
#include "core/net/status.hpp"
#include "core/store/reserved_slots.hpp"
#include "core/transport/call/attempt.hpp"
#include "core/transport/call/credential.hpp"
#include "core/transport/rules/failure.hpp"
#include "core/transport/rules/redirect.hpp"
#include "core/transport/rules/response_error.hpp"
#include "core/transport/rules/retry.hpp"

namespace heygen::transport {

namespace {

/// An error response is read up to here.
constexpr std::size_t kErrorBodyLimit = limits::kMiB;

/// What the service answers while an earlier request with the same key runs.
constexpr int kConflict = 409;
constexpr const char* kInProgress = "request_in_progress";

/// Whether the same request may work later; less at once may, too (RFC 9110 §15.5.14).
bool waiting_helps(int status) {
  return net::may_pass(status) || status == net::status::kTooLarge;
}

constexpr const char* kBodyConsumed =
    "The request body came from a pipe, so it was not resent. Run the command again, or pass a file.";

/// For a body from a pipe whose credential was rejected.
std::string consumed_before_refresh_hint() {
  return "The request body came from a pipe, so it was not resent. Run `heygen auth status` to refresh the credential, "
         "then run this command again, or pass a file. If it keeps happening, run " +
         store::login_command() + ".";
}

/// As far as it comes: a refusal counts, whatever becomes of its explanation. A server that fails while it says so is a
/// lost connection.
std::string read_error_body(net::Response& response) {
  std::string body;
  std::array<char, 16 * limits::kKiB> piece{};
  try {
    while (const std::size_t count = response.read(piece)) {
      body.append(piece.data(), count);
      if (body.size() > kErrorBodyLimit) break;
    }
  } catch (const Error& error) {
    if (error.code == code::kCanceled || response.status >= net::status::kServerFault) throw;
  }
  return body;
}

std::string source_in_words(const auth::Credential& used) {
  if (used.source() == "env") return ", from the environment";
  if (used.source() == "file") return used.is_stored() ? ", from the credentials file" : "";
  return ", from " + used.source();
}

/// What a 401 needs: which credential was used, and what to do about it.
std::string credential_hint(const auth::Credential& used) {
  const store::ReservedSlot* slot = store::reserved_slot_of(used.provider());
  const std::string variable = slot != nullptr && !slot->environment.empty() && slot->ids.front() == used.provider()
                                   ? std::string(slot->environment)
                                   : "its environment variable";
  const std::string advice = used.source() == "env"
                                 ? "Correct " + variable + ", or unset it and run " + store::login_command() + "."
                                 : "Run " + store::login_command() + ".";
  // Other programs search for "login required".
  const std::string state = used.type() == "oauth" ? ": login required. " : ". ";
  return "The rejected credential is " + used.title() + " (`" + used.provider() + "`)" + source_in_words(used) + state +
         advice;
}

Error refused_redirect(const net::Url& from, const std::string& what) {
  return network_error(from.origin() + " " + what + (what.ends_with('.') ? "" : "."),
                       "Check HEYGEN_API_BASE and any proxy in between.");
}

constexpr const char* kDotSegment = "it contains a dot segment ('.' or '..').";

std::string path_of(const net::Url& url) {
  return url.target.substr(0, url.target.find('?'));
}

/// The base URL's path is a fence: whatever an ID or a path contains, no request leaves it.
net::Url start_url(const ClientOptions& options, const ApiRequest& request) {
  if (has_dot_segment(request.path))
    throw usage_error("'" + request.path + "' is not a valid request path: " + kDotSegment,
                      "Write the path without it.");
  try {
    return net::Url::parse(options.base + request_target(request));
  } catch (const std::invalid_argument& error) {
    throw usage_error("'" + request.path + "' is not a valid request path: " + error.what(),
                      "Write special characters in the path as %XX.");
  }
}

/// What one call is made with.
struct CallDependencies {
  net::Http& http;
  auth::CredentialSource& credentials;
  Clock& clock;
  Random& random;
  const Cancel& cancel;
  const ClientOptions& options;
};

class Call {
 public:
  Call(const CallDependencies& with, const ApiRequest& request)
      : with_(with),
        request_(request),
        credential_(with.credentials, with.clock, attempt_info(request_target(request), {})),
        body_(request.body),
        keyed_(request.idempotency_key.has_value()),
        retries_(request.retries ? with.options.max_retries : 0, with.clock, with.random, with.cancel,
                 request.deadline),
        waits_(keyed_ && request.retries && with.options.max_retries > 0 ? kMostInProgress : 0, with.clock, with.random,
               with.cancel, request.deadline) {}

  ApiResponse run() {
    try {
      return final_response();
    } catch (Error& error) {
      if (may_have_acted_) say_that_it_may_have_taken_effect(error, request_.look, key_of(request_));
      throw;
    }
  }

 private:
  ApiResponse final_response() {
    RedirectFollower target = start();
    for (;;) {
      std::unique_ptr<net::Response> response = settled_response(target);
      if (response->status == 401 && target.is_trusted() && try_refresh(*response)) continue;
      credential_.report(api_status_);
      if (response->status < 200 || response->status > 299) throw error_of(*response, target.is_trusted());
      const int status = response->status;
      net::Headers headers = response->headers;
      return {status, std::move(headers), std::move(response)};
    }
  }

  /// A missing credential is told before a URL that cannot be used.
  RedirectFollower start() {
    try {
      ApiClient::check_base(with_.options.base, with_.options.allow_http);
      return RedirectFollower(start_url(with_.options, request_), path_of(net::Url::parse(with_.options.base)));
    } catch (const Error&) {
      credential_.obtain();
      throw;
    }
  }

  auth::RequestInfo attempt_info(std::string path, std::string url) const {
    auth::RequestInfo info{request_.method, std::move(path), std::move(url)};
    if (request_.body != nullptr) info.body = request_.body->text();
    return info;
  }

  /// What the provider is asked for next.
  auth::RequestInfo attempt_at(const net::Url& url) const {
    const std::string fence = path_of(net::Url::parse(with_.options.base));
    const bool inside = fence != "/" && url.target.starts_with(fence);
    return attempt_info(inside ? url.target.substr(fence.size()) : url.target, url.text());
  }

  /// After the redirects and retries.
  std::unique_ptr<net::Response> settled_response(RedirectFollower& target) {
    for (;;) {
      if (target.is_trusted()) credential_.prepare(attempt_at(target.url()));
      std::optional<std::int64_t> retry_after;
      try {
        const net::Request sent = make_request(
            with_.options, request_, {target, credential_.credential(), credential_.now(), retries_.time_left()});
        std::unique_ptr<net::Response> response = with_.http.send(sent, with_.cancel);
        if (target.is_trusted()) api_status_ = response->status;
        const bool in_progress = start_reading(response);
        if (net::leaves_it_open(response->status) || in_progress) may_have_acted_ = changes_something(request_);
        response = api_response(std::move(response), request_);
        if (follow(target, sent, *response)) continue;
        if (in_progress && await_first(*response)) continue;
        if (!may_retry(request_.method, response->status, keyed_) || !can_resend()) return response;
        retry_after = retries_.retry_after(*response);
        // RFC 9110 §10.2.3: one value; of two, it cannot be told which one the server means.
        if (is_too_long(retry_after) || net::contradicts_itself(response->headers, "Retry-After")) return response;
      } catch (const net::Failure& failure) {
        if (failure.sent) may_have_acted_ = changes_something(request_);
        const bool passing = may_retry(request_.method, failure.kind, keyed_);
        if (!passing || !can_resend()) throw error_of_failure(failure);
      }
      retries_.pause(retry_after, {[this](const std::string& what) { announce(what); }, with_.options.on_pause});
    }
  }

  /// Of a request with a key: a response that is interrupted is worth another attempt, as long as there is one. Throws
  /// net::Failure then. Returns whether it says that an earlier request with the key is still in progress.
  bool start_reading(std::unique_ptr<net::Response>& response) {
    const bool conflict = keyed_ && response->status == kConflict;
    const bool result = keyed_ && response->status < 300 && retries_.are_left();
    if (!conflict && !result) return false;
    auto started = std::make_unique<StartedResponse>(std::move(response), kErrorBodyLimit);
    if (result && started->failure() && may_retry(request_.method, started->failure()->kind, true)) {
      net::Failure failure = *started->failure();
      failure.sent = true;
      throw net::Failure(failure);
    }
    const bool in_progress =
        conflict && error_of_response(started->status, started->headers, started->start()).code == kInProgress;
    response = std::move(started);
    return in_progress;
  }

  /// Waits, to ask again. False: it has waited long enough, or shall not ask again.
  bool await_first(const net::Response& response) {
    const std::optional<std::int64_t> retry_after = retries_.retry_after(response);
    if (!waits_.are_left() || is_too_long(retry_after) || !body_.rewind()) return false;
    waits_.pause(retry_after, {[this](const std::string& what) { announce("still in progress: " + what); },
                               with_.options.on_pause, "request"});
    return true;
  }

  bool can_resend() { return retries_.are_left() && body_.rewind(); }

  bool follow(RedirectFollower& target, const net::Request& sent, const net::Response& response) const {
    try {
      if (!target.follow(sent, response)) return false;
    } catch (const RefusedRedirect& refused) {
      throw refused_redirect(sent.url, refused.what());
    }
    const std::string to = target.url().text();
    announce("redirect to " + (request_.typed_query ? net::redact_typed_url(to) : net::redact_url(to)));
    return true;
  }

  /// False: the refusal is final.
  bool try_refresh(const net::Response& rejection) {
    const bool refreshes = credential_.can_refresh();
    if ((!refreshes && !credential_.can_ask_again()) || !body_.rewind()) return false;
    announce(refreshes ? "the credential was rejected: refreshing it"
                       : "the credential was rejected: asking for it again");
    return credential_.replace(rejection);
  }

  Error error_of(net::Response& response, bool trusted) {
    const bool rejected = response.status == 401 && trusted;
    Error error = rejected && credential_.was_refreshed()
                      ? credential_.rejected_error()
                      : error_of_response(response.status, response.headers, error_body(response, trusted));
    if (trusted) error = without_credential(error);
    if (rejected && !credential_.was_refreshed()) {
      error.hint = body_.is_consumed() ? consumed_before_refresh_hint() : credential_hint(credential_.credential());
    }
    error.retry_after = retries_.retry_after(response);
    const std::string when = wait_advice(error.retry_after, with_.clock.now());
    if (body_.is_consumed() && response.status == net::status::kTooMany)
      error.hint = (when.empty() ? "Wait a minute." : when) + " " + kBodyConsumed;
    else if (!when.empty() && (waiting_helps(response.status) || error.hint.empty()))
      error.hint = when;
    if (const std::string* id = net::find_header(response.headers, "X-Request-Id")) error.request_id = *id;
    return error;
  }

  /// The API may repeat what it was sent: it is removed before a part of it could be cut off.
  std::string error_body(net::Response& response, bool trusted) const {
    const std::string body = read_error_body(response);
    return trusted ? without_credential(body) : body;
  }

  std::string without_credential(const std::string& text) const {
    const auto headers = credential_.credential().headers(credential_.now());
    std::vector<std::string_view> values;
    for (const auto& header : headers) values.push_back(header.value.reveal());
    return hide_values(text, values);
  }

  /// JSON may have spelled it with escapes.
  Error without_credential(const Error& error) const {
    Error clean(error.code, without_credential(error.message()), error.hint, error.exit);
    clean.param = without_credential(error.param);
    clean.doc_url = without_credential(error.doc_url);
    clean.request_id = error.request_id;
    clean.http_status = error.http_status;
    clean.retry_after = error.retry_after;
    return clean;
  }

  void announce(const std::string& decision) const {
    if (with_.options.on_decision) with_.options.on_decision("* " + decision);
  }

  const CallDependencies& with_;
  const ApiRequest& request_;
  CallCredential credential_;
  ReplayableBody body_;
  const bool keyed_;  ///< the service acts once for all attempts
  Retries retries_;
  Retries waits_;                ///< for an earlier request with the same key
  bool may_have_acted_ = false;  ///< an attempt to change something was sent, and what came of it is not known
  int api_status_ = 0;           ///< of the last response to a request that carried the credential
};

}  // namespace

ApiClient::ApiClient(net::Http& http, auth::CredentialSource& credentials, Clock& clock, Random& random,
                     const Cancel& cancel, ClientOptions options)
    : http_(http),
      credentials_(credentials),
      clock_(clock),
      random_(random),
      cancel_(cancel),
      options_(std::move(options)) {
  while (options_.base.ends_with('/')) options_.base.pop_back();
}

ApiResponse ApiClient::call(const ApiRequest& request) {
  const CallDependencies with{http_, credentials_, clock_, random_, cancel_, options_};
  return Call(with, request).run();
}

FetchedResponse ApiClient::fetch_with_headers(const ApiRequest& request, std::size_t limit) {
  const ApiResponse response = call(request);
  const std::size_t most = limit == 0 ? buffer_limit() : limit;
  try {
    return {response.headers, net::read_all(*response.stream, most)};
  } catch (const net::Failure&) {  // every other failure comes as an Error
    Error error = too_large_error(most, limit == 0);
    if (changes_something(request)) say_that_it_may_have_taken_effect(error, request.look, key_of(request));
    throw error;
  }
}

std::string ApiClient::fetch(const ApiRequest& request, std::size_t limit) {
  return fetch_with_headers(request, limit).body;
}

void ApiClient::check_base(const std::string& base, bool allow_http) {
  constexpr const char* kHint = "Correct HEYGEN_API_BASE, or unset it.";
  try {
    const net::Url url = net::Url::parse(base);
    if (url.scheme == "http" && !allow_http) {
      throw usage_error("The API address " + url.origin() + " is not encrypted.",
                        "Use https in HEYGEN_API_BASE, or set HEYGEN_ALLOW_HTTP=1 to accept the risk.");
    }
    if (has_dot_segment(path_of(url))) throw std::invalid_argument(kDotSegment);
    if (url.target.find('?') == std::string::npos) return;
  } catch (const std::invalid_argument& error) {
    throw usage_error("The API address is not valid: " + std::string(error.what()), kHint);
  }
  throw usage_error("The API address must not have a query.", kHint);
}

}  // namespace heygen::transport
