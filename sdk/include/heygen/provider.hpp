// SPDX-License-Identifier: Apache-2.0
//
// heygen/provider.hpp: a credential provider as a C++17 class.
//
//   #include <heygen/provider.hpp>
//
//   class Vault : public heygen::sdk::Provider {
//    public:
//     void resolve(heygen::sdk::Call& call) override {
//       auto token = call.settings().env("VAULT_TOKEN");
//       if (!token) throw heygen::sdk::Fail(HEYGEN_NOT_CONFIGURED);
//       call.set_header("Authorization", "Bearer " + std::string(*token));
//     }
//   };
//
//   inline constexpr heygen_str kEnv[] = {heygen::sdk::view("VAULT_TOKEN")};
//   inline constexpr heygen_descriptor kVault =
//       heygen::sdk::Descriptor("vault", "1.0.0").title("Vault").env(kEnv).credential_env(kEnv).build();
//   HEYGEN_PROVIDER(Vault, kVault);
//
// A provider function that returns has succeeded (HEYGEN_OK). To end in another status it throws Fail. Whatever else is
// thrown is caught at the boundary and becomes HEYGEN_INTERNAL: no exception ever reaches the host.
//
// Header only: it needs the C++ standard library and heygen/provider.h, nothing of heygen itself. Compile with
// -fvisibility=hidden and link with a version script, so that heygen_provider_entry is the one symbol that shows.
//
// Views (std::string_view, Json, HttpResponse) that a host service returns belong to the host and are valid until the
// provider function that asked returns.
#ifndef HEYGEN_PROVIDER_HPP
#define HEYGEN_PROVIDER_HPP

#include <heygen/provider.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heygen::sdk {

// ---- Values ---------------------------------------------------------------------------------------------------------

constexpr heygen_str view(std::string_view text) noexcept {
  return heygen_str{text.data(), text.size()};
}

constexpr std::string_view text(heygen_str view) noexcept {
  return view.data == nullptr ? std::string_view{} : std::string_view(view.data, view.size);
}

/// Overwrites the text's buffer in a way that the compiler keeps, then empties it.
inline void wipe(std::string& secret) noexcept {
  volatile char* bytes = secret.data();
  for (std::size_t i = 0; i < secret.size(); ++i) bytes[i] = 0;
  secret.clear();
}

/// A copy of a secret that is wiped when it goes. Move-only, so that copies are deliberate.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string_view secret) : text_(secret) {}
  Secret(Secret&& other) noexcept { swap(other); }
  Secret& operator=(Secret&& other) noexcept {
    wipe(text_);
    swap(other);
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(text_); }

  std::string_view reveal() const noexcept { return text_; }
  bool empty() const noexcept { return text_.empty(); }

 private:
  void swap(Secret& other) noexcept { text_.swap(other.text_); }
  std::string text_;
};

/// Text with secrets that grows: whatever buffer it leaves is wiped, and so is the last one.
class SecretText {
 public:
  SecretText() = default;
  SecretText(const SecretText&) = delete;
  SecretText& operator=(const SecretText&) = delete;
  ~SecretText() { wipe(text_); }

  SecretText& operator+=(std::string_view more) {
    if (text_.size() + more.size() > text_.capacity()) {
      std::string larger;
      larger.reserve(2 * (text_.size() + more.size()));
      larger += text_;
      text_.swap(larger);
      wipe(larger);
    }
    text_ += more;
    return *this;
  }
  void pop_back() { text_.pop_back(); }
  const std::string& str() const noexcept { return text_; }

 private:
  std::string text_;
};

/// Ends a provider function with a status other than HEYGEN_OK. The message is one sentence: what happened and to which
/// thing; the hint is the next step. No secrets. Without a message the host words the status itself.
class Fail : public std::exception {
 public:
  explicit Fail(heygen_status status, std::string message = {}, std::string hint = {})
      : status_(status), message_(std::move(message)), hint_(std::move(hint)) {}

  /// A stable machine code, such as an OAuth error code.
  Fail&& with_code(std::string code) && {
    code_ = std::move(code);
    return std::move(*this);
  }
  /// When to try again, in seconds; 0 for unknown.
  Fail&& with_retry_after(std::int32_t seconds) && {
    retry_after_ = seconds;
    return std::move(*this);
  }

  heygen_status status() const noexcept { return status_; }
  const std::string& code() const noexcept { return code_; }
  const std::string& message() const noexcept { return message_; }
  const std::string& hint() const noexcept { return hint_; }
  std::int32_t retry_after() const noexcept { return retry_after_; }
  const char* what() const noexcept override { return message_.c_str(); }

 private:
  heygen_status status_;
  std::string code_, message_, hint_;
  std::int32_t retry_after_ = 0;
};

// ---- heygen.json/1 --------------------------------------------------------------------------------------------------

/// A value inside a parsed document, or nothing. Every question may be asked of nothing: it answers like null.
class Json {
 public:
  Json() = default;
  Json(const heygen_json_1_v* service, const heygen_json* value) : service_(service), value_(value) {}

  bool exists() const { return value_ != nullptr; }
  std::int32_t type() const { return exists() ? service_->type(value_) : std::int32_t{HEYGEN_JSON_NULL}; }
  bool is_null() const { return type() == HEYGEN_JSON_NULL; }
  bool is_bool() const { return type() == HEYGEN_JSON_BOOL; }
  bool is_number() const { return type() == HEYGEN_JSON_NUMBER; }
  bool is_string() const { return type() == HEYGEN_JSON_STRING; }
  bool is_array() const { return type() == HEYGEN_JSON_ARRAY; }
  bool is_object() const { return type() == HEYGEN_JSON_OBJECT; }

  /// Elements of an array or members of an object, else 0.
  std::size_t size() const { return exists() ? service_->size(value_) : 0; }
  /// A member of an object; nothing when it has none of that name.
  Json operator[](std::string_view name) const {
    return exists() ? Json(service_, service_->member(value_, view(name))) : Json();
  }
  /// An element of an array, or the value of an object's member by position.
  Json at(std::size_t index) const { return index < size() ? Json(service_, service_->at(value_, index)) : Json(); }
  std::string_view name_at(std::size_t index) const {
    return is_object() && index < size() ? text(service_->name_at(value_, index)) : std::string_view{};
  }

  /// A string's text, a number as it was written, "true" or "false", else "".
  std::string_view as_text() const { return exists() ? text(service_->text(value_)) : std::string_view{}; }
  bool as_bool() const { return is_bool() && as_text() == "true"; }
  /// The whole part of a number, or of a string that is one, if it fits.
  std::optional<std::int64_t> as_int64() const {
    std::int64_t number = 0;
    if (!exists() || service_->int64(value_, &number) != HEYGEN_OK) return std::nullopt;
    return number;
  }
  const heygen_json* raw() const { return value_; }

 private:
  const heygen_json_1_v* service_ = nullptr;
  const heygen_json* value_ = nullptr;
};

/// Writes a JSON document of any shape; see Patch for the usual one. A document out of order is a bug of the provider
/// and throws Fail{INTERNAL}; a text that is not UTF-8, or too long, throws Fail{BROKEN}.
class JsonWriter {
 public:
  JsonWriter(const heygen_call* call, const heygen_json_1_v* service)
      : service_(service), writer_(service->writer(call)) {}
  JsonWriter(const JsonWriter&) = delete;
  JsonWriter& operator=(const JsonWriter&) = delete;
  ~JsonWriter() = default;

  JsonWriter& begin_object() { return in_order(service_->begin_object(writer_)); }
  JsonWriter& begin_array() { return in_order(service_->begin_array(writer_)); }
  /// Ends the innermost object or array.
  JsonWriter& end() { return in_order(service_->end(writer_)); }
  /// The name of an object's next member.
  JsonWriter& name(std::string_view name) { return in_order(service_->name(writer_, view(name))); }
  JsonWriter& put_text(std::string_view text) {
    if (service_->put_string(writer_, view(text)) != HEYGEN_OK) {
      throw Fail(HEYGEN_BROKEN, "A text is not UTF-8, or too long for a JSON document.");
    }
    return *this;
  }
  JsonWriter& put_number(std::int64_t number) { return in_order(service_->put_int64(writer_, number)); }
  JsonWriter& put_flag(bool value) { return in_order(service_->put_bool(writer_, value ? 1 : 0)); }
  JsonWriter& put_null() { return in_order(service_->put_null(writer_)); }
  /// A copy of a parsed value; null of nothing.
  JsonWriter& put(const Json& value) { return in_order(service_->put_value(writer_, value.raw())); }
  /// The complete document.
  std::string_view finish() {
    const heygen_str document = service_->finish(writer_);
    if (document.data == nullptr) in_order(HEYGEN_USAGE);
    return text(document);
  }

 private:
  JsonWriter& in_order(heygen_status status) {
    if (status != HEYGEN_OK) throw Fail(HEYGEN_INTERNAL, "The provider wrote JSON that is not a document.");
    return *this;
  }
  const heygen_json_1_v* service_;
  heygen_json_writer* writer_;
};

// ---- heygen.http/1 --------------------------------------------------------------------------------------------------

struct HttpRequest {
  std::string method = "GET";
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;  ///< not Host, Content-Length or hop-by-hop ones
  std::string body;
  std::chrono::milliseconds timeout{0};  ///< for the whole exchange; zero means 30 s
  std::size_t max_body = 0;              ///< bytes of the longest response body; 0 means 1 MiB, at most 16 MiB
  std::string extra_ca{};                ///< PEM, trusted in addition to the user's CAs
  std::string client_certificate{};      ///< PEM, with its chain
  std::string_view client_key{};         ///< PEM, not encrypted; keep it in a Secret until send() returns
  std::string unix_socket{};             ///< path of a socket to connect to in place of the URL's host
};

class HttpResponse {
 public:
  HttpResponse() = default;
  HttpResponse(const heygen_call* call, const heygen_http_1_v* service, const heygen_http_response* response)
      : call_(call), service_(service), response_(response) {}

  int status() const { return service_->status(response_); }
  std::string_view body() const { return text(service_->body(response_)); }
  /// Fields of one name are joined by ", ".
  std::optional<std::string_view> header(std::string_view name) const {
    const heygen_str value = service_->header(response_, view(name));
    if (value.data == nullptr) return std::nullopt;
    return text(value);
  }
  /// Names and values in the order received, also those that must not be joined, such as Set-Cookie.
  std::vector<std::pair<std::string_view, std::string_view>> headers() const {
    std::vector<std::pair<std::string_view, std::string_view>> all;
    const std::size_t count = service_->header_count(response_);
    for (std::size_t i = 0; i < count; ++i) {
      heygen_field field{};
      if (service_->header_at(response_, i, &field) == HEYGEN_OK) all.emplace_back(text(field.name), text(field.value));
    }
    return all;
  }
  /// Frees the response and whatever was read from it, for those who poll. Nothing may be asked of it afterwards.
  void release() noexcept {
    if (response_ != nullptr) service_->release(call_, response_);
    response_ = nullptr;
  }

 private:
  const heygen_call* call_ = nullptr;
  const heygen_http_1_v* service_ = nullptr;
  const heygen_http_response* response_ = nullptr;
};

class Call;

class Http {
 public:
  Http(const heygen_call* call, const heygen_http_1_v* service) : call_(call), service_(service) {}

  /// Whatever the response's status is. Throws Fail: TRANSIENT (no whole response) and USAGE (a URL, header,
  /// certificate or key that the host does not send), both in the host's words, BROKEN (a body over max_body),
  /// CANCELED.
  HttpResponse send(const HttpRequest& request) const {
    std::vector<heygen_field> headers;
    headers.reserve(request.headers.size());
    for (const auto& [name, value] : request.headers) headers.push_back({view(name), view(value), 0, 0});
    heygen_http_request raw{};
    raw.struct_size = sizeof raw;
    raw.timeout_ms = static_cast<std::uint32_t>(request.timeout.count());
    raw.method = view(request.method);
    raw.url = view(request.url);
    raw.headers = headers.data();
    raw.header_count = headers.size();
    raw.body = view(request.body);
    raw.max_body = request.max_body;
    raw.extra_ca = view(request.extra_ca);
    raw.client_certificate = view(request.client_certificate);
    raw.client_key = view(request.client_key);
    raw.unix_socket = view(request.unix_socket);
    const heygen_http_response* response = nullptr;
    const heygen_status status = service_->send(call_, &raw, &response);
    if (status != HEYGEN_OK) throw Fail(status, wording(status, request));
    if (response == nullptr) throw Fail(HEYGEN_INTERNAL, "The host returned no response.");
    return {call_, service_, response};
  }

  /// application/x-www-form-urlencoded.
  std::string_view form_encode(std::string_view plain) const { return text(service_->form_encode(call_, view(plain))); }

 private:
  static std::string wording(heygen_status status, const HttpRequest& request) {
    constexpr std::size_t kMib = 1024 * 1024;
    if (status != HEYGEN_BROKEN) return {};
    const bool whole = request.max_body % kMib == 0;
    const std::size_t number = request.max_body == 0 ? 1 : whole ? request.max_body / kMib : request.max_body;
    return "The response of " + request.url.substr(0, request.url.find_first_of("?#")) + " is larger than " +
           std::to_string(number) + (whole ? " MiB." : " bytes.");
  }
  const heygen_call* call_;
  const heygen_http_1_v* service_;
};

/// Builds application/x-www-form-urlencoded text; wiped when it goes, since forms carry tokens.
class Form {
 public:
  explicit Form(Http http) : http_(http) {}

  Form& add(std::string_view name, std::string_view value) {
    if (!text_.str().empty()) text_ += "&";
    text_ += http_.form_encode(name);
    text_ += "=";
    text_ += http_.form_encode(value);
    return *this;
  }
  const std::string& str() const { return text_.str(); }

 private:
  Http http_;
  SecretText text_;
};

// ---- Other services -------------------------------------------------------------------------------------------------

class Hash {
 public:
  using Digest = std::string;  ///< 32 bytes
  Hash(const heygen_call* call, const heygen_hash_1_v* service) : call_(call), service_(service) {}

  Digest sha256(std::string_view data) const {
    Digest digest(32, '\0');
    service_->sha256(view(data), reinterpret_cast<std::uint8_t*>(digest.data()));
    return digest;
  }
  /// 48 bytes.
  Digest sha384(std::string_view data) const {
    Digest digest(48, '\0');
    service_->sha384(view(data), reinterpret_cast<std::uint8_t*>(digest.data()));
    return digest;
  }
  /// 64 bytes.
  Digest sha512(std::string_view data) const {
    Digest digest(64, '\0');
    service_->sha512(view(data), reinterpret_cast<std::uint8_t*>(digest.data()));
    return digest;
  }
  Digest hmac_sha256(std::string_view key, std::string_view data) const {
    Digest digest(32, '\0');
    service_->hmac_sha256(view(key), view(data), reinterpret_cast<std::uint8_t*>(digest.data()));
    return digest;
  }
  /// Without padding (RFC 4648 §5).
  std::string base64url(std::string_view data) const {
    return std::string(text(service_->base64url(call_, view(data))));
  }
  /// Nothing for text that is not base64url, with or without padding.
  std::optional<std::string> base64url_decode(std::string_view encoded) const {
    heygen_str data{};
    if (service_->base64url_decode(call_, view(encoded), &data) != HEYGEN_OK) return std::nullopt;
    return std::string(text(data));
  }
  /// In time that depends on the sizes alone.
  bool equal(std::string_view left, std::string_view right) const {
    return service_->equal(view(left), view(right)) != 0;
  }

 private:
  const heygen_call* call_;
  const heygen_hash_1_v* service_;
};

class Clock {
 public:
  Clock(const heygen_call* call, const heygen_clock_1_v* service) : call_(call), service_(service) {}

  heygen_time now() const { return service_->now(call_); }
  std::chrono::milliseconds monotonic() const { return std::chrono::milliseconds(service_->monotonic_ms(call_)); }
  /// Throws Fail{CANCELED} as soon as the user stops the command.
  void wait(std::chrono::milliseconds time) const {
    const heygen_status status = service_->wait_ms(call_, static_cast<std::uint32_t>(time.count()));
    if (status != HEYGEN_OK) throw Fail(status);
  }
  /// RFC 3339 in UTC, "2030-01-02T03:04:05Z".
  std::string format(heygen_time time) const { return std::string(text(service_->format(call_, time))); }
  /// RFC 3339 with any offset.
  std::optional<heygen_time> parse(std::string_view rfc3339) const {
    heygen_time time = 0;
    if (service_->parse(call_, view(rfc3339), &time) != HEYGEN_OK) return std::nullopt;
    return time;
  }

 private:
  const heygen_call* call_;
  const heygen_clock_1_v* service_;
};

/// What a provider derived and may lose: bound to its variables, its settings and its state.
class Cache {
 public:
  struct Cached {
    Secret value;
    heygen_time expires_at = 0;
  };
  Cache(const heygen_call* call, const heygen_cache_1_v* service) : call_(call), service_(service) {}

  /// Nothing when there is none, or it has expired.
  std::optional<Cached> get(std::string_view key) const {
    heygen_str value{};
    heygen_time expires_at = 0;
    const heygen_status status = service_->get(call_, view(key), &value, &expires_at);
    if (status == HEYGEN_NOT_CONFIGURED) return std::nullopt;
    if (status != HEYGEN_OK) throw Fail(status);
    return Cached{Secret(text(value)), expires_at};
  }
  /// False: past the limits, or already expired.
  bool put(std::string_view key, std::string_view value, heygen_time expires_at) const {
    const heygen_status status = service_->put(call_, view(key), view(value), expires_at);
    if (status != HEYGEN_OK && status != HEYGEN_USAGE) throw Fail(status);
    return status == HEYGEN_OK;
  }
  void drop(std::string_view key) const {
    if (const heygen_status status = service_->drop(call_, view(key)); status != HEYGEN_OK) throw Fail(status);
  }

 private:
  const heygen_call* call_;
  const heygen_cache_1_v* service_;
};

/// Private keys that the host keeps. A key that a login lost is Fail{REJECTED}: only a login makes another.
class Keys {
 public:
  Keys(const heygen_call* call, const heygen_key_1_v* service) : call_(call), service_(service) {}

  /// "ES256" or "Ed25519". Only in login(), with which the key is saved or dropped.
  void create(std::string_view name, std::string_view algorithm) const {
    if (const heygen_status status = service_->create(call_, view(name), view(algorithm)); status != HEYGEN_OK) {
      throw Fail(status == HEYGEN_UNSUPPORTED ? status : heygen_status{HEYGEN_INTERNAL},
                 "The host made no " + std::string(algorithm) + " key.");
    }
  }
  /// The required members alone, in the order of RFC 7638.
  std::string_view public_jwk(std::string_view name) const { return ask(service_->public_jwk, name); }
  /// RFC 7638, with SHA-256, base64url.
  std::string_view thumbprint(std::string_view name) const { return ask(service_->thumbprint, name); }
  /// As a JWS has it, 64 bytes.
  std::string_view sign(std::string_view name, std::string_view data) const {
    heygen_str signature{};
    require(service_->sign(call_, view(name), view(data), &signature));
    return text(signature);
  }

 private:
  using Ask = heygen_status(HEYGEN_CALL*)(const heygen_call*, heygen_str, heygen_str*);
  std::string_view ask(Ask function, std::string_view name) const {
    heygen_str answer{};
    require(function(call_, view(name), &answer));
    return text(answer);
  }
  static void require(heygen_status status) {
    if (status == HEYGEN_NOT_CONFIGURED)
      throw Fail(HEYGEN_REJECTED, "The key of this login is not on this machine.", "Log in again.");
    if (status != HEYGEN_OK) throw Fail(status);
  }
  const heygen_call* call_;
  const heygen_key_1_v* service_;
};

class Browser {
 public:
  Browser(const heygen_call* call, const heygen_browser_1_v* service) : call_(call), service_(service) {}

  bool allowed() const { return service_->allowed(call_) != 0; }
  /// False: not allowed, or no opener is installed. Print the URL first. Throws Fail{CANCELED}.
  bool open(std::string_view url) const {
    const heygen_status status = service_->open(call_, view(url));
    if (status == HEYGEN_CANCELED) throw Fail(status);
    return status == HEYGEN_OK;
  }

 private:
  const heygen_call* call_;
  const heygen_browser_1_v* service_;
};

/// stderr and stdin of the command.
class Terminal {
 public:
  Terminal(const heygen_call* call, const heygen_terminal_1_v* service) : call_(call), service_(service) {}

  /// stdin is a terminal.
  bool interactive() const { return service_->interactive(call_) != 0; }
  /// One line for the user.
  void notice(std::string_view line) const { service_->notice(call_, view(line)); }
  /// One echoed line. Throws Fail (NEEDS_USER when interaction is not allowed, CANCELED).
  std::string_view prompt(std::string_view question) const { return ask(service_->prompt, question); }
  /// Hidden on a terminal; from a pipe all of stdin, up to 64 KiB. Throws Fail likewise, and USAGE past the limit.
  std::string_view secret(std::string_view question) const { return ask(service_->secret, question); }
  /// The index of the item that the user picks, such as a role or an account; a single one is not asked for. Throws
  /// Fail (NEEDS_USER without a terminal or when interaction is not allowed, CANCELED).
  std::size_t menu(std::string_view title, const std::vector<std::string>& items, std::size_t suggested = 0) const {
    std::vector<heygen_str> shown;
    shown.reserve(items.size());
    for (const std::string& item : items) shown.push_back(view(item));
    std::size_t chosen = suggested;
    const heygen_status status = service_->menu(call_, view(title), shown.data(), shown.size(), &chosen);
    if (status != HEYGEN_OK) throw Fail(status);
    return chosen;
  }

 private:
  using Ask = heygen_status(HEYGEN_CALL*)(const heygen_call*, heygen_str, heygen_str*);
  std::string_view ask(Ask function, std::string_view question) const {
    heygen_str answer{};
    const heygen_status status = function(call_, view(question), &answer);
    if (status != HEYGEN_OK) throw Fail(status);
    return text(answer);
  }
  const heygen_call* call_;
  const heygen_terminal_1_v* service_;
};

/// The settings and environment variables that the descriptor declared. Asking for another one is a bug, which the host
/// names; a value of the wrong type is Fail{USAGE} in the host's words.
class Settings {
 public:
  Settings(const heygen_call* call, const heygen_settings_1_v* service) : call_(call), service_(service) {}

  /// The variable if it is not empty, else the key of config.toml, else the fallback, else nothing.
  std::optional<std::string_view> get(std::string_view key) const { return ask(service_->get, key); }
  /// A setting of type "bool".
  bool flag(std::string_view key) const { return get(key) == "true"; }
  /// A variable that is set and not empty.
  std::optional<std::string_view> env(std::string_view name) const { return ask(service_->env, name); }

 private:
  using Ask = heygen_status(HEYGEN_CALL*)(const heygen_call*, heygen_str, heygen_str*);
  std::optional<std::string_view> ask(Ask function, std::string_view name) const {
    heygen_str value{};
    const heygen_status status = function(call_, view(name), &value);
    if (status == HEYGEN_NOT_CONFIGURED) return std::nullopt;
    if (status != HEYGEN_OK) throw Fail(status);
    return text(value);
  }
  const heygen_call* call_;
  const heygen_settings_1_v* service_;
};

/// The API request that a credential is for, for those who sign it. Set the reach HEYGEN_REACH_THIS_REQUEST then.
class Request {
 public:
  Request(const heygen_call* call, const heygen_request_1_v* service) : call_(call), service_(service) {}

  /// "GET"; empty when there is no request, such as for a report.
  std::string_view method() const { return text(service_->method(call_)); }
  /// Of this attempt, redirects included.
  std::string_view url() const { return text(service_->url(call_)); }
  /// 32 bytes. Nothing when the body is not known, such as that of a file that is streamed.
  std::optional<Hash::Digest> body_sha256() const {
    Hash::Digest digest(32, '\0');
    const heygen_status status = service_->body_sha256(call_, reinterpret_cast<std::uint8_t*>(digest.data()));
    if (status == HEYGEN_NOT_CONFIGURED) return std::nullopt;
    if (status != HEYGEN_OK) throw Fail(status);
    return digest;
  }
  /// Of the response that made the host ask again, such as a 401; fields of one name are joined by ", ".
  std::optional<std::string_view> refusal_header(std::string_view name) const {
    const heygen_str value = service_->refusal_header(call_, view(name));
    if (value.data == nullptr) return std::nullopt;
    return text(value);
  }

 private:
  const heygen_call* call_;
  const heygen_request_1_v* service_;
};

/// What a redirect is registered as.
struct Redirect {
  std::string_view path = "/callback";
  std::string_view host = "127.0.0.1";  ///< or "localhost" or "[::1]"
  std::uint16_t port = 0;               ///< 0: the system's choice
  bool form_post = false;               ///< a POST of a form in place of a GET with a query
};

/// The redirect listener of a native app (RFC 8252 §7.3), open as long as this object lives. A browser that waits for
/// an answer when the object goes is told that the login failed.
class Loopback {
 public:
  Loopback(const heygen_call* call, const heygen_loopback_1_v* service, const Redirect& redirect)
      : call_(call), service_(service) {
    heygen_loopback_options options{};
    options.struct_size = sizeof options;
    options.mode = redirect.form_post ? HEYGEN_REDIRECT_FORM_POST : HEYGEN_REDIRECT_QUERY;
    options.path = view(redirect.path);
    options.host = view(redirect.host);
    options.port = redirect.port;
    const heygen_status status = service_->open(call_, &options, &listener_);
    if (status != HEYGEN_OK) throw Fail(status);
  }
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;
  ~Loopback() {
    if (waits_) respond(false, {});
  }

  /// Use it byte for byte, twice (RFC 6749 §4.1.3).
  std::string redirect_uri() const { return std::string(text(service_->redirect_uri(listener_))); }
  /// HEYGEN_OK: the parameters are there and the browser waits for respond(). HEYGEN_BROKEN: a parameter came twice.
  /// HEYGEN_TRANSIENT: no request came in time. Throws Fail for every other status.
  heygen_status wait(std::chrono::milliseconds timeout) {
    const heygen_status status = service_->wait(call_, listener_, static_cast<std::uint32_t>(timeout.count()));
    waits_ = status == HEYGEN_OK;
    if (status != HEYGEN_OK && status != HEYGEN_BROKEN && status != HEYGEN_TRANSIENT) throw Fail(status);
    return status;
  }
  /// A decoded query parameter.
  std::optional<std::string_view> param(std::string_view name) const {
    const heygen_str value = service_->param(listener_, view(name));
    if (value.data == nullptr) return std::nullopt;
    return text(value);
  }
  /// The page that the user sees, and the end of listening. A browser that has left is not an error.
  void respond(bool success, std::string_view message) noexcept {
    waits_ = false;
    service_->respond(call_, listener_, success ? 1 : 0, view(message));
  }

 private:
  const heygen_call* call_;
  const heygen_loopback_1_v* service_;
  heygen_loopback* listener_ = nullptr;
  bool waits_ = false;
};

// ---- The call -------------------------------------------------------------------------------------------------------

/// One call into the provider: what the host asks, where the answer goes, and the host's services. A service that this
/// host does not have ends the call in UNSUPPORTED.
class Call {
 public:
  explicit Call(const heygen_call* raw) : raw_(raw) {}
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;
  ~Call() = default;

  heygen_reason reason() const { return raw_->reason; }
  heygen_interaction interaction() const { return raw_->interaction; }
  /// The host's clock at the start of the call.
  heygen_time now() const { return raw_->now; }
  std::string_view host_version() const { return text(raw_->host_version); }
  std::string_view api_base() const { return text(raw_->api_base); }
  std::string_view method() const { return text(raw_->method); }
  std::string_view path() const { return text(raw_->path); }
  std::string_view profile() const { return text(raw_->profile); }
  std::string_view www_authenticate() const { return text(raw_->www_authenticate); }
  /// The stored state, an object.
  Json state() const {
    const std::string_view stored = text(raw_->state);
    return parse(stored.empty() ? "{}" : stored);
  }

  // Answers; a refused argument is a bug of the provider and throws Fail{INTERNAL}.
  void set_header(std::string_view name, std::string_view value, bool secret = true) const {
    accept(sink().set_header(raw_, view(name), view(value), secret ? std::uint32_t{HEYGEN_SECRET} : 0u), "header");
  }
  /// A JSON merge patch (RFC 7396); see Patch. For login(), and for refresh() of a state that is not empty.
  void set_state(std::string_view merge_patch) const { accept(sink().set_state(raw_, view(merge_patch)), "state"); }
  void set_type(std::string_view type) const { accept(sink().set_type(raw_, view(type)), "type"); }
  void set_source(std::string_view source) const { accept(sink().set_source(raw_, view(source)), "source"); }
  void set_scope(std::string_view scope) const { accept(sink().set_scope(raw_, view(scope)), "scope"); }
  void set_expiry(heygen_time at) const { accept(sink().set_expiry(raw_, at), "expiry"); }
  void set_refreshable(bool on) const { accept(sink().set_refreshable(raw_, on ? 1 : 0), "refreshable"); }
  void set_reach(heygen_reach reach) const { accept(sink().set_reach(raw_, reach), "reach"); }

  /// Nothing when the text is not a JSON document, too deep, or over 1 MiB.
  Json parse(std::string_view json) const {
    const auto* json_service = service<heygen_json_1_v>(HEYGEN_JSON_1);
    return {json_service, json_service->parse(raw_, view(json))};
  }
  /// text as a JSON string, quotes included.
  std::string_view quote(std::string_view plain) const {
    return text(service<heygen_json_1_v>(HEYGEN_JSON_1)->quote(raw_, view(plain)));
  }

  JsonWriter write_json() const { return {raw_, service<heygen_json_1_v>(HEYGEN_JSON_1)}; }
  Http http() const { return {raw_, service<heygen_http_1_v>(HEYGEN_HTTP_1)}; }
  Hash hash() const { return {raw_, service<heygen_hash_1_v>(HEYGEN_HASH_1)}; }
  Clock clock() const { return {raw_, service<heygen_clock_1_v>(HEYGEN_CLOCK_1)}; }
  Browser browser() const { return {raw_, service<heygen_browser_1_v>(HEYGEN_BROWSER_1)}; }
  Terminal terminal() const { return {raw_, service<heygen_terminal_1_v>(HEYGEN_TERMINAL_1)}; }
  Cache cache() const { return {raw_, service<heygen_cache_1_v>(HEYGEN_CACHE_1)}; }
  Keys keys() const { return {raw_, service<heygen_key_1_v>(HEYGEN_KEY_1)}; }
  Request request() const { return {raw_, service<heygen_request_1_v>(HEYGEN_REQUEST_1)}; }
  Settings settings() const { return {raw_, service<heygen_settings_1_v>(HEYGEN_SETTINGS_1)}; }
  /// Only during a login.
  Loopback listen(const Redirect& redirect) const {
    return {raw_, service<heygen_loopback_1_v>(HEYGEN_LOOPBACK_1), redirect};
  }

  /// Bytes from the system's generator, at most 4096.
  Secret random_bytes(std::size_t size) const {
    std::string bytes(size, '\0');
    const auto* random = service<heygen_random_1_v>(HEYGEN_RANDOM_1);
    const heygen_status status = random->fill(raw_, reinterpret_cast<std::uint8_t*>(bytes.data()), size);
    if (status != HEYGEN_OK) throw Fail(status, "The system gave no random bytes.");
    Secret secret{bytes};
    wipe(bytes);
    return secret;
  }

  /// Shown with --verbose; HEYGEN_LOG_WARNING always. From any thread. Silent when the host has no log.
  void log(std::int32_t level, std::string_view line) const {
    const auto* log = static_cast<const heygen_log_1_v*>(raw_->get_extension(raw_, view(HEYGEN_LOG_1)));
    if (log != nullptr) log->write(raw_, level, view(line));
  }
  /// From any thread.
  bool canceled() const { return service<heygen_cancel_1_v>(HEYGEN_CANCEL_1)->canceled(raw_) != 0; }
  /// Polls readable once canceled; -1 where the system has none. A HANDLE of Windows is in the C service.
  int cancel_descriptor() const {
    return static_cast<int>(service<heygen_cancel_1_v>(HEYGEN_CANCEL_1)->descriptor(raw_));
  }

  /// The C struct, for extensions that this header does not know.
  const heygen_call* raw() const { return raw_; }

 private:
  const heygen_sink& sink() const { return *raw_->sink; }
  static void accept(heygen_status status, const char* what) {
    if (status != HEYGEN_OK) throw Fail(HEYGEN_INTERNAL, std::string("The host refused the provider's ") + what + ".");
  }
  template <typename Service>
  const Service* service(std::string_view id) const {
    const auto* found = static_cast<const Service*>(raw_->get_extension(raw_, view(id)));
    if (found == nullptr || found->struct_size < sizeof(Service)) {
      throw Fail(HEYGEN_UNSUPPORTED, "This version of heygen lacks the service " + std::string(id) + ".",
                 "Update heygen.");
    }
    return found;
  }
  const heygen_call* raw_;
};

/// Builds the JSON object of Call::set_state; wiped when it goes.
class Patch {
 public:
  explicit Patch(const Call& call) : call_(call) { text_ += "{}"; }

  Patch& set_text(std::string_view name, std::string_view value) { return member(name, call_.quote(value)); }
  Patch& set_number(std::string_view name, std::int64_t value) { return member(name, std::to_string(value)); }
  Patch& set_flag(std::string_view name, bool value) { return member(name, value ? "true" : "false"); }
  /// Removes the member from the stored state.
  Patch& remove(std::string_view name) { return member(name, "null"); }
  const std::string& str() const { return text_.str(); }

 private:
  Patch& member(std::string_view name, std::string_view json) {
    text_.pop_back();
    if (text_.str().size() > 1) text_ += ",";
    text_ += call_.quote(name);
    text_ += ":";
    text_ += json;
    text_ += "}";
    return *this;
  }
  const Call& call_;
  SecretText text_;
};

// ---- The provider ---------------------------------------------------------------------------------------------------

/// Derive from it. Each function says what heygen_provider_1 says of the same name; returning means HEYGEN_OK.
class Provider {
 public:
  virtual ~Provider() = default;
  virtual void resolve(Call& call) = 0;
  virtual void refresh(Call&) { throw Fail(HEYGEN_UNSUPPORTED); }
  virtual void login(Call&) { throw Fail(HEYGEN_UNSUPPORTED); }
  virtual void revoke(Call&) { throw Fail(HEYGEN_UNSUPPORTED); }
  virtual void report_outcome(Call&, const heygen_outcome&) {}
  /// An optional ability by id; nullptr when unknown.
  virtual const void* extension(std::string_view) { return nullptr; }
};

/// A key of config.toml's section providers.<id>. `env`: a variable of the descriptor's list that overrides it.
constexpr heygen_setting setting(std::string_view key, std::string_view type, std::string_view fallback,
                                 std::string_view doc, std::string_view env = {}, bool required = false) {
  return {sizeof(heygen_setting), required ? 1 : 0, view(key), view(type), view(fallback), view(doc), view(env)};
}

/// What a provider needs beyond the services, such as needs("hosts=setting:url", "threads"): see "Needs" in
/// providers.md.
template <typename... Texts>
constexpr std::array<heygen_str, sizeof...(Texts)> needs(const Texts&... texts) {
  return {view(texts)...};
}

/// Pointers to the elements of an array of settings.
template <const auto& kList>
struct SettingPointers {
  template <std::size_t... kIndex>
  static constexpr std::array<const heygen_setting*, sizeof...(kIndex)> point(std::index_sequence<kIndex...>) {
    return {&kList[kIndex]...};
  }
  static constexpr auto kAll = point(std::make_index_sequence<std::size(kList)>());
};

/// Builds a heygen_descriptor as a constant. Arrays passed in must be constants too; a text out of form does not
/// compile.
class Descriptor {
 public:
  constexpr Descriptor(std::string_view id, std::string_view version) {
    raw_.struct_size = sizeof raw_;
    raw_.id = view(id);
    raw_.version = view(version);
    raw_.title = view(id);
    raw_.order = 1000;
    if (!valid_id(id)) throw "id: [a-z][a-z0-9-]{1,31}";
  }
  constexpr Descriptor& title(std::string_view title) {
    if (title.size() > 40) throw "title: at most 40 characters";
    raw_.title = view(title);
    return *this;
  }
  /// One line for the login picker.
  constexpr Descriptor& note(std::string_view note) {
    if (note.size() > 80) throw "note: at most 80 characters";
    raw_.note = view(note);
    return *this;
  }
  constexpr Descriptor& order(std::int32_t order) {
    raw_.order = order;
    return *this;
  }
  /// HEYGEN_INTERACTS_*
  constexpr Descriptor& interactions(std::uint32_t bits) {
    raw_.interactions = bits;
    return *this;
  }
  /// HEYGEN_PROVIDER_*
  constexpr Descriptor& flags(std::uint32_t bits) {
    raw_.flags = bits;
    return *this;
  }
  template <typename Names>
  constexpr Descriptor& env(const Names& names) {
    raw_.env = std::data(names);
    raw_.env_count = std::size(names);
    return *this;
  }
  template <typename Names>
  constexpr Descriptor& credential_env(const Names& names) {
    raw_.credential_env = std::data(names);
    raw_.credential_env_count = std::size(names);
    return *this;
  }
  /// `kList`: a constant array of heygen_setting.
  template <const auto& kList>
  constexpr Descriptor& settings() {
    raw_.settings = SettingPointers<kList>::kAll.data();
    raw_.settings_count = std::size(kList);
    return *this;
  }
  /// A constant made by needs(). A known word with the wrong kind of value does not compile.
  template <typename Texts>
  constexpr Descriptor& needs(const Texts& texts) {
    for (const heygen_str& need : texts) check_need({need.data, need.size});
    raw_.needs = std::data(texts);
    raw_.needs_count = std::size(texts);
    return *this;
  }
  template <typename Names>
  constexpr Descriptor& enabled_by(const Names& names) {
    raw_.enabled_by = std::data(names);
    raw_.enabled_by_count = std::size(names);
    return *this;
  }
  constexpr heygen_descriptor build() const { return raw_; }

 private:
  static constexpr bool starts(std::string_view text, std::string_view with) {
    return text.substr(0, with.size()) == with;
  }
  static constexpr void check_need(std::string_view need) {
    const std::string_view word = need.substr(0, need.find('='));
    const std::string_view value = need.substr(word.size() == need.size() ? need.size() : word.size() + 1);
    const bool opens = word == "session-bus" || word == "network" || word == "threads";
    const bool names = word == "hosts" || word == "exec" || word == "files" || word == "plain-http";
    if (opens && word.size() != need.size()) throw "needs: session-bus, network and threads have no value";
    if (names && value.empty()) throw "needs: hosts=…, exec=…, files=… and plain-http=… have a value";
    if (word == "hosts" && value.find('/') != std::string_view::npos && !starts(value, "unix:"))
      throw "needs: hosts=NAME, without a scheme or a path";
    if (word == "exec" && value.substr(0, 1) != "/" && !starts(value, "setting:"))
      throw "needs: exec=/… or exec=setting:KEY";
    if (word == "files" && !starts(value, "read:") && !starts(value, "write:"))
      throw "needs: files=read:… or files=write:…";
  }
  static constexpr bool valid_id(std::string_view id) {
    if (id.size() < 2 || id.size() > 32 || id[0] < 'a' || id[0] > 'z') return false;
    // NOLINTNEXTLINE(readability-use-anyofallof): std::all_of is constexpr only from C++20 on
    for (const char c : id) {
      if (!(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-') return false;
    }
    return true;
  }
  heygen_descriptor raw_{};
};

// ---- The boundary ---------------------------------------------------------------------------------------------------

/// The C side of a provider class. HEYGEN_PROVIDER is what makes it visible; tests may use it without.
template <typename Class, const heygen_descriptor& kDescriptor>
class Exported {
 public:
  static constexpr heygen_provider_entry_v entry() {
    return {sizeof(heygen_provider_entry_v), HEYGEN_ABI_MAJOR, HEYGEN_ABI_MAJOR, 0, &init, &deinit, &get_api};
  }

 private:
  static heygen_status HEYGEN_CALL init(const heygen_host* host) noexcept {
    if (host != nullptr && host->struct_size < sizeof *host) return HEYGEN_INTERNAL;
    try {
      if (instance == nullptr) instance = new Class;
      return HEYGEN_OK;
    } catch (const Fail& fail) {
      return fail.status() == HEYGEN_OK ? heygen_status{HEYGEN_INTERNAL} : fail.status();
    } catch (...) {
      return HEYGEN_INTERNAL;
    }
  }
  static void HEYGEN_CALL deinit() noexcept {
    delete instance;
    instance = nullptr;
  }
  static const void* HEYGEN_CALL get_api(std::uint32_t major) noexcept {
    return major == HEYGEN_ABI_MAJOR ? &kApi : nullptr;
  }

  static heygen_status HEYGEN_CALL resolve(const heygen_call* call) noexcept { return guard(call, &Provider::resolve); }
  static heygen_status HEYGEN_CALL refresh(const heygen_call* call) noexcept { return guard(call, &Provider::refresh); }
  static heygen_status HEYGEN_CALL login(const heygen_call* call) noexcept { return guard(call, &Provider::login); }
  static heygen_status HEYGEN_CALL revoke(const heygen_call* call) noexcept { return guard(call, &Provider::revoke); }
  static heygen_status HEYGEN_CALL report_outcome(const heygen_call* call, const heygen_outcome* outcome) noexcept {
    if (outcome == nullptr || outcome->struct_size < sizeof *outcome) return HEYGEN_INTERNAL;
    return guard(call, &Provider::report_outcome, *outcome);
  }
  static const void* HEYGEN_CALL get_extension(heygen_str id) noexcept {
    try {
      return instance == nullptr ? nullptr : instance->extension(text(id));
    } catch (...) {
      return nullptr;
    }
  }

  template <typename Function, typename... Arguments>
  static heygen_status guard(const heygen_call* raw, Function function, const Arguments&... arguments) noexcept {
    if (raw == nullptr || raw->struct_size < sizeof *raw || raw->sink == nullptr ||
        raw->sink->struct_size < sizeof *raw->sink) {
      return HEYGEN_INTERNAL;
    }
    try {
      if (instance == nullptr) return report(raw, HEYGEN_INTERNAL, {}, "The provider was called before init.", {}, 0);
      Call call(raw);
      (static_cast<Provider*>(instance)->*function)(call, arguments...);
      return HEYGEN_OK;
    } catch (const Fail& fail) {
      const heygen_status status = fail.status() == HEYGEN_OK ? heygen_status{HEYGEN_INTERNAL} : fail.status();
      return report(raw, status, fail.code(), fail.message(), fail.hint(), fail.retry_after());
    } catch (const std::exception& error) {
      return report(raw, HEYGEN_INTERNAL, {}, error.what(), {}, 0);
    } catch (...) {
      return report(raw, HEYGEN_INTERNAL, {}, "The provider threw something that is not a std::exception.", {}, 0);
    }
  }
  // Without a message the host keeps what it knows itself, such as why a request got no response.
  static heygen_status report(const heygen_call* raw, heygen_status status, std::string_view code,
                              std::string_view message, std::string_view hint, std::int32_t retry_after) noexcept {
    if (!message.empty() || !code.empty()) {
      raw->sink->fail(raw, view(code), view(message), view(hint), retry_after);
    }
    return status;
  }

  static inline Class* instance = nullptr;
  static constexpr heygen_provider_1 kApi = {
      sizeof(heygen_provider_1), 0, &kDescriptor, &resolve, &refresh, &login, &revoke, &report_outcome, &get_extension};
};

}  // namespace heygen::sdk

/// Once in a library, at namespace scope outside every namespace. `Class` derives from heygen::sdk::Provider and has a
/// default constructor; `descriptor` is a constexpr heygen_descriptor at namespace scope.
#define HEYGEN_PROVIDER(Class, descriptor) \
  const heygen_provider_entry_v heygen_provider_entry = ::heygen::sdk::Exported<Class, descriptor>::entry()

#endif  // HEYGEN_PROVIDER_HPP
