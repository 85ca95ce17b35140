#include "core/transport/api_client.hpp"

#include <array>

#include "core/base/cancel.hpp"
#include "core/base/clock.hpp"
#include "core/base/encode.hpp"
#include "core/base/random.hpp"
#include "core/base/text.hpp"
#include "core/net/redact.hpp"
#include "core/store/reserved_slots.hpp"
#include "core/transport/failure.hpp"
#include "core/transport/redirect.hpp"
#include "core/transport/retry.hpp"

namespace heygen::transport {

namespace {

constexpr int kMostRedirects = 10;
/// An error reply is read up to here; a longer one says no more than its status.
constexpr std::size_t kErrorBodyLimit = std::size_t{1} << 20U;
constexpr std::chrono::milliseconds kGetTimeout{30'000};
constexpr std::chrono::milliseconds kOtherTimeout{120'000};
constexpr std::chrono::milliseconds kUploadIdle{600'000};

constexpr const char* kNotTwice =
    "What came from a pipe cannot be sent twice: run the command again, or give it a file.";

/// For a body from a pipe whose credential was rejected.
std::string spent_hint() {
  return "The credential can perhaps be refreshed, but what came from a pipe cannot be sent twice. `heygen auth "
         "status` "
         "refreshes it; then run this command again, or give it a file. If it stays so, log in with " +
         store::login_command() + ".";
}

std::string encoded_target(const ApiRequest& request) {
  std::string out = request.path;
  char separator = '?';
  for (const auto& [name, value] : request.query) {
    out += separator + percent_encode(name) + "=" + percent_encode(value);
    separator = '&';
  }
  return out;
}

net::Timeouts usual_timeouts(const ApiRequest& request) {
  net::Timeouts timeouts;
  if (request.upload) {
    timeouts.idle = request.timeout.count() > 0 ? request.timeout : kUploadIdle;
    timeouts.total = std::chrono::milliseconds::zero();
    return timeouts;
  }
  timeouts.total = request.timeout.count() > 0 ? request.timeout
                   : request.method == "GET"   ? kGetTimeout
                                               : kOtherTimeout;
  timeouts.idle = timeouts.total;
  timeouts.connect = std::min(timeouts.connect, timeouts.total);
  return timeouts;
}

/// `left`: until the request's deadline, if it has one.
net::Timeouts timeouts_of(const ApiRequest& request, std::optional<std::chrono::milliseconds> left) {
  net::Timeouts timeouts = usual_timeouts(request);
  if (!left) return timeouts;
  const std::chrono::milliseconds most = std::max(*left, std::chrono::milliseconds(1));  // zero would mean no limit
  timeouts.total = timeouts.total.count() == 0 ? most : std::min(timeouts.total, most);
  timeouts.idle = std::min(timeouts.idle, most);
  timeouts.connect = std::min(timeouts.connect, most);
  return timeouts;
}

/// The same name again replaces: the last one counts.
void set_header(net::Headers& headers, const std::string& name, const std::string& value) {
  for (net::Header& header : headers) {
    if (iequals(header.name, name)) {
      header = {name, value};
      return;
    }
  }
  headers.push_back({name, value});
}

/// For servers that are not the API's own.
net::Headers anonymous_headers(const ClientOptions& options) {
  return {{"User-Agent", "heygen-cli/" + options.version}, {"Accept", "application/json"}};
}

net::Headers headers_without_credential(const ClientOptions& options, const ApiRequest& request) {
  net::Headers out = anonymous_headers(options);
  if (!options.source.empty()) set_header(out, "X-HeyGen-Source", options.source);
  if (!options.client_origin.empty()) set_header(out, "X-HeyGen-Client-Origin", options.client_origin);
  if (request.body != nullptr && !request.content_type.empty()) set_header(out, "Content-Type", request.content_type);
  for (const net::Header& header : request.headers) set_header(out, header.name, header.value);
  return out;
}

/// A reply whose reading fails as the rest of the program does.
class Reply : public net::Response {
 public:
  Reply(std::unique_ptr<net::Response> inner, bool repeatable) : inner_(std::move(inner)), repeatable_(repeatable) {
    status = inner_->status;
    headers = inner_->headers;
  }
  std::size_t read(std::span<char> out) override {
    try {
      return inner_->read(out);
    } catch (const net::Failure& failure) {
      throw error_of_failure(failure, repeatable_);
    }
  }
  std::optional<std::uint64_t> length() const override { return inner_->length(); }

 private:
  std::unique_ptr<net::Response> inner_;
  bool repeatable_;
};

std::string read_error_body(net::Response& reply) {
  std::string body;
  std::array<char, 16384> piece{};
  while (const std::size_t count = reply.read(piece)) {
    body.append(piece.data(), count);
    if (body.size() > kErrorBodyLimit) return {};
  }
  return body;
}

std::string origin_in_words(const std::string& source) {
  if (source == "env") return "from the environment";
  if (source == "file") return "from the credentials file";
  return "from " + source;
}

/// What a 401 needs: which credential was used, and the way out.
std::string credential_hint(const auth::Credential& used) {
  const std::string remedy =
      used.source() == "env"
          ? "Correct or unset its environment variable, or store another credential with " + store::login_command()
          : "Log in again with " + store::login_command();
  return "The credential in use is \"" + used.title() + "\" (" + used.provider() + "), " +
         origin_in_words(used.source()) + ". " + remedy + ".";
}

/// What one call() is made with.
struct Means {
  net::Http& http;
  auth::CredentialSource& credentials;
  Clock& clock;
  Random& random;
  const Cancel& cancel;
  const ClientOptions& options;
};

class Call {
 public:
  Call(const Means& means, const ApiRequest& request)
      : means_(means), request_(request), info_{request.method, encoded_target(request)} {}

  ApiResponse run() {
    obtain();
    ApiClient::check_base(means_.options.base, means_.options.allow_http);
    url_ = base_ = target();
    for (;;) {
      std::unique_ptr<net::Response> reply = settled_reply();
      if (reply->status == 401 && refresh(*reply)) continue;
      means_.credentials.report(grant_.credential, info_, api_status_);
      if (reply->status < 200 || reply->status > 299) throw error_of(*reply);
      const int status = reply->status;
      net::Headers headers = reply->headers;
      return {status, std::move(headers), std::move(reply)};
    }
  }

 private:
  bool repeatable() const { return is_idempotent(request_.method); }
  /// The credential goes to the API's own origin alone, and never again once a redirect led elsewhere.
  bool trusted() const { return !left_origin_; }

  net::Url target() const {
    try {
      return net::Url::parse(means_.options.base + info_.path);
    } catch (const std::invalid_argument& error) {
      throw usage_error("The path " + printable(request_.path) + " cannot be asked for: " + error.what(),
                        "Write special characters in the path as %XX.");
    }
  }

  /// The clock is read before the credential is made, so that headers() cannot find it stale a moment later.
  void obtain() {
    now_ = means_.clock.now();
    grant_ = means_.credentials.obtain(info_, request_.checked);
    refreshed_ = refreshed_ || grant_.refreshed;
  }

  /// After the retries and redirects that may happen without asking anybody.
  std::unique_ptr<net::Response> settled_reply() {
    for (;;) {
      std::unique_ptr<net::Response> reply;
      try {
        reply = send();
      } catch (const net::Failure& failure) {
        trace("! " + std::string(failure.what()));
        if (!may_retry(request_.method, failure.kind) || !can_resend()) throw error_of_failure(failure, repeatable());
        pause({});
        continue;
      }
      if (follows(*reply)) continue;
      if (!may_retry(request_.method, reply->status) || !can_resend()) return reply;
      const std::string* after = net::find_header(reply->headers, "Retry-After");
      const auto wanted = after == nullptr ? std::nullopt : parse_retry_after(*after, means_.clock.now());
      reply.reset();
      pause(wanted);
    }
  }

  bool can_resend() { return retries_ < means_.options.max_retries && rewind(); }
  bool rewind() {
    const bool done = request_.body == nullptr || request_.body->rewind();
    spent_ = !done;
    return done;
  }

  void pause(std::optional<std::int64_t> retry_after) {
    const auto time = pause_before(retries_++, means_.random.unit(), retry_after);
    trace("* retry " + std::to_string(retries_) + " of " + std::to_string(means_.options.max_retries) + " in " +
          std::to_string(time.count()) + " ms");
    const auto left = time_left();
    if (!means_.clock.wait(std::min(time, left.value_or(time)), means_.cancel)) throw canceled_error();
    if (left && *left <= time) {
      throw Error(code::kTimeout, "The time allowed was up before the request could be tried again.",
                  "Try again later, or allow more time.", Exit::timeout);
    }
    now_ = means_.clock.now();
    if (trusted() && grant_.credential.stale(now_)) obtain();
  }

  /// Until the deadline, never negative; nothing without one.
  std::optional<std::chrono::milliseconds> time_left() const {
    if (!request_.deadline) return {};
    return std::max(*request_.deadline - means_.clock.monotonic(), std::chrono::milliseconds::zero());
  }

  std::unique_ptr<net::Response> send() {
    net::Request request;
    request.method = request_.method;
    request.url = url_;
    request.headers = headers();
    request.body = request_.body;
    request.timeouts = timeouts_of(request_, time_left());
    request.grace = request_.grace;
    request.on_sent = request_.on_sent;
    request.on_wait = request_.on_wait;
    trace("> " + request.method + " " + net::redact_url(url_.text()));
    trace_headers("> ", without_credential(request.headers));
    const auto began = means_.clock.monotonic();
    auto reply = std::make_unique<Reply>(means_.http.send(request, means_.cancel), repeatable());
    trace("< " + std::to_string(reply->status) + " after " +
          std::to_string((means_.clock.monotonic() - began).count()) + " ms");
    trace_headers("< ", reply->headers);
    if (trusted()) api_status_ = reply->status;
    return reply;
  }

  net::Headers headers() const {
    if (!trusted()) return anonymous_headers(means_.options);
    net::Headers out = headers_without_credential(means_.options, request_);
    for (const auto& header : grant_.credential.headers(now_)) set_header(out, header.name, header.value.reveal());
    return out;
  }

  /// For traces: a provider may carry its secret in a header of any name.
  net::Headers without_credential(net::Headers headers) const {
    headers = net::redact_headers(headers);
    if (!trusted()) return headers;  // it is not among them, and may be stale by now
    for (const auto& secret : grant_.credential.headers(now_)) {
      for (net::Header& header : headers) {
        if (iequals(header.name, secret.name) && header.value == secret.value.reveal()) header.value = "***";
      }
    }
    return headers;
  }

  bool follows(const net::Response& reply) {
    const std::string* location = net::find_header(reply.headers, "Location");
    const bool safe = (request_.method == "GET" || request_.method == "HEAD") && request_.body == nullptr;
    if (!safe || !is_redirect(reply.status) || location == nullptr || location->empty()) return false;
    if (++redirects_ > kMostRedirects)
      refuse_redirect("redirects more than " + std::to_string(kMostRedirects) + " times");
    net::Url next;
    try {
      next = resolve_reference(url_, *location);
    } catch (const std::invalid_argument& error) {
      refuse_redirect(std::string("redirects to an address that cannot be used: ") + error.what());
    }
    const bool downgrade = url_.scheme == "https" && next.scheme == "http";
    if (downgrade || (next.scheme == "http" && !means_.options.allow_http)) {
      refuse_redirect("redirects to plain http on " + next.host);
    }
    left_origin_ = left_origin_ || !next.same_origin(base_);
    url_ = next;
    trace("* redirect to " + net::redact_url(url_.text()));
    return true;
  }

  [[noreturn]] void refuse_redirect(const std::string& what) const {
    throw network_error(url_.origin() + " " + what + (what.ends_with('.') ? "" : "."),
                        "Check HEYGEN_API_BASE and any proxy in between.");
  }

  /// Another credential after a 401, at most once a call.
  bool refresh(const net::Response& reply) {
    if (!trusted() || refreshed_ || !grant_.credential.refreshable() || !rewind()) return false;
    const std::string* challenge = net::find_header(reply.headers, "WWW-Authenticate");
    trace("* the credential was refused: refreshing it");
    now_ = means_.clock.now();
    grant_ = means_.credentials.refresh(grant_.credential, info_, challenge == nullptr ? std::string{} : *challenge);
    refreshed_ = true;
    return true;
  }

  Error error_of(net::Response& reply) {
    const bool refused = reply.status == 401 && trusted();
    Error error = refused && refreshed_ ? means_.credentials.refused_error(grant_.credential)
                                        : error_of_reply(reply.status, reply.headers, read_error_body(reply));
    if (refused && !refreshed_) error.hint = spent_ ? spent_hint() : credential_hint(grant_.credential);
    if (spent_ && reply.status == 429) error.hint = "Wait a minute. " + std::string(kNotTwice);
    if (const std::string* id = net::find_header(reply.headers, "X-Request-Id")) error.request_id = *id;
    return error;
  }

  void trace(const std::string& line) const {
    if (means_.options.trace) means_.options.trace(printable(line));
  }
  void trace_headers(const char* mark, const net::Headers& headers) const {
    if (!means_.options.trace) return;
    for (const net::Header& header : net::redact_headers(headers)) trace(mark + header.name + ": " + header.value);
  }

  const Means& means_;
  const ApiRequest& request_;
  const auth::RequestInfo info_;
  auth::CredentialLease grant_;
  net::Url base_, url_;
  std::int64_t now_ = 0;
  int retries_ = 0, redirects_ = 0;
  int api_status_ = 0;  ///< of the last reply to a request that carried the credential
  bool refreshed_ = false, left_origin_ = false;
  bool spent_ = false;  ///< the body cannot be sent again, and would have been
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
  const Means means{http_, credentials_, clock_, random_, cancel_, options_};
  return Call(means, request).run();
}

std::string ApiClient::fetch(const ApiRequest& request, std::size_t limit) {
  const ApiResponse reply = call(request);
  try {
    return net::read_all(*reply.stream, limit);
  } catch (const net::Failure& failure) {
    throw error_of_failure(failure, is_idempotent(request.method));
  }
}

Preview preview(const ClientOptions& options, const ApiRequest& request) {
  return {options.base + encoded_target(request), headers_without_credential(options, request)};
}

void ApiClient::check_base(const std::string& base, bool allow_http) {
  try {
    const net::Url url = net::Url::parse(base);
    if (url.scheme == "http" && !allow_http) {
      throw usage_error("The API address " + url.origin() + " is not encrypted.",
                        "Use https in HEYGEN_API_BASE, or set HEYGEN_ALLOW_HTTP=1 to accept the risk.");
    }
    if (url.target.find('?') == std::string::npos) return;
  } catch (const std::invalid_argument& error) {
    throw usage_error("The API address cannot be used: " + std::string(error.what()),
                      "Correct HEYGEN_API_BASE, or unset it.");
  }
  throw usage_error("The API address must not have a query.", "Correct HEYGEN_API_BASE, or unset it.");
}

}  // namespace heygen::transport
