// SPDX-License-Identifier: Apache-2.0
#include "core/net/tls/tls.hpp"

#include <arpa/inet.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "core/base/environment.hpp"
#include "core/base/file.hpp"
#include "core/base/home.hpp"
#include "core/base/limits.hpp"
#include "core/base/text.hpp"
#include "core/net/tls/bundle.hpp"

namespace heygen::net {

std::string describe_name(const X509_NAME* name) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
  if (!out || X509_NAME_print_ex(out.get(), name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB) < 0) return "unknown";
  char* data = nullptr;
  const long size = BIO_get_mem_data(out.get(), &data);
  return size > 0 ? std::string(data, static_cast<std::size_t>(size)) : "unnamed";
}

namespace {

bool is_ip(const std::string& host) {
  in6_addr address{};
  return inet_pton(AF_INET, host.c_str(), &address) == 1 || inet_pton(AF_INET6, host.c_str(), &address) == 1;
}

}  // namespace

TlsSessions::Session TlsSessions::take(const std::string& host) {
  const std::lock_guard lock(mutex_);
  const auto found = by_host_.find(host);
  return found == by_host_.end() ? nullptr : std::move(found->second);
}

void TlsSessions::put(const std::string& host, Session session) {
  const std::lock_guard lock(mutex_);
  by_host_[host] = std::move(session);
}

/// What OpenSSL calls back into; nothing may be thrown through it.
class TlsCallbacks {
 public:
  static int on_verify(int good, X509_STORE_CTX* store) noexcept {
    if (good == 1) return 1;
    const auto* ssl = static_cast<const SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
    auto* stream = static_cast<TlsStream*>(SSL_get_app_data(ssl));
    TlsStream::Verdict& verdict = stream->verdict_;
    if (verdict.error != X509_V_OK) return 0;
    verdict.error = X509_STORE_CTX_get_error(store);
    verdict.depth = X509_STORE_CTX_get_error_depth(store);
    try {
      if (const X509* certificate = X509_STORE_CTX_get_current_cert(store)) {
        verdict.subject = describe_name(X509_get_subject_name(certificate));
        verdict.issuer = describe_name(X509_get_issuer_name(certificate));
        verdict.named = X509_get_ext_by_NID(certificate, NID_subject_alt_name, -1) >= 0;
      }
    } catch (...) {  // out of memory: the names stay empty
    }
    return 0;
  }

  /// 1: the session, which is counted once for this, is not OpenSSL's any more.
  static int on_session(SSL* ssl, SSL_SESSION* session) noexcept {
    const auto* stream = static_cast<const TlsStream*>(SSL_get_app_data(ssl));
    try {
      stream->sessions_->put(stream->host_, TlsSessions::Session(session));
    } catch (...) {  // out of memory: the next handshake is a full one
    }
    return 1;
  }

  /// A socket BIO of our own, because OpenSSL's raises SIGPIPE and ends the whole TLS session when sending fails,
  /// though the server's response may still be waiting to be read.
  static BIO* make_bio(TlsStream* stream) {
    static const std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> kMethod(make_method(), &BIO_meth_free);
    BIO* bio = kMethod ? BIO_new(kMethod.get()) : nullptr;
    if (bio == nullptr) throw Failure(Failure::Kind::tls, "TLS could not be set up: out of memory.");
    BIO_set_data(bio, stream);
    BIO_set_init(bio, 1);
    return bio;
  }

 private:
  static BIO_METHOD* make_method() {
    BIO_METHOD* method = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "heygen socket");
    if (method == nullptr) return nullptr;
    BIO_meth_set_read(method, &on_read);
    BIO_meth_set_write(method, &on_write);
    BIO_meth_set_ctrl(method, [](BIO*, int command, long, void*) -> long { return command == BIO_CTRL_FLUSH ? 1 : 0; });
    return method;
  }

  static int on_read(BIO* bio, char* data, int size) noexcept {
    auto* stream = static_cast<TlsStream*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    const Stream::Step step = stream->below_->read(std::span(data, static_cast<std::size_t>(size)));
    if (step.state == Stream::State::done) return static_cast<int>(step.bytes);
    if (step.state == Stream::State::end) {
      stream->below_ended_ = true;
      return 0;
    }
    if (!note_waiting(*stream, step)) return -1;
    BIO_set_retry_read(bio);
    return -1;
  }

  static int on_write(BIO* bio, const char* data, int size) noexcept {
    auto* stream = static_cast<TlsStream*>(BIO_get_data(bio));
    BIO_clear_retry_flags(bio);
    const Stream::Step step = stream->below_->write(std::string_view(data, static_cast<std::size_t>(size)));
    if (step.state == Stream::State::done) return static_cast<int>(step.bytes);
    note_waiting(*stream, step);
    BIO_set_retry_write(bio);
    return -1;
  }

  /// False: it is lost instead.
  static bool note_waiting(TlsStream& stream, const Stream::Step& step) noexcept {
    const bool waits = step.state == Stream::State::want_read || step.state == Stream::State::want_write;
    if (waits) stream.below_wants_ = step.state;
    if (!waits) stream.below_lost_ = true;
    return waits;
  }
};

TlsStream::TlsStream(SSL_CTX* context, std::unique_ptr<Stream> below, std::string host, bool fixed_authorities,
                     std::shared_ptr<TlsSessions> sessions)
    : below_(std::move(below)),
      ssl_(SSL_new(context)),
      host_(std::move(host)),
      fixed_authorities_(fixed_authorities),
      sessions_(std::move(sessions)) {
  if (!ssl_) throw Failure(Failure::Kind::tls, "TLS could not be set up: out of memory.");
  if (host_.ends_with('.')) host_.pop_back();  // RFC 6066 §3: without the trailing dot
  BIO* bio = TlsCallbacks::make_bio(this);
  SSL_set_bio(ssl_.get(), bio, bio);
  SSL_set_app_data(ssl_.get(), this);
  SSL_set_connect_state(ssl_.get());
  X509_VERIFY_PARAM* rules = SSL_get0_param(ssl_.get());
  // RFC 9110 §4.3.4: the common name is not a host name.
  X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  const bool ready = is_ip(host_) ? X509_VERIFY_PARAM_set1_ip_asc(rules, host_.c_str()) == 1
                                  : X509_VERIFY_PARAM_set1_host(rules, host_.data(), host_.size()) == 1 &&
                                        SSL_set_tlsext_host_name(ssl_.get(), host_.c_str()) == 1;
  if (!ready) throw Failure(Failure::Kind::tls, "TLS could not be set up for the host name " + host_ + ".");
  if (const TlsSessions::Session session = sessions_->take(host_)) SSL_set_session(ssl_.get(), session.get());
}

TlsStream::~TlsStream() {
  // One close_notify, as far as it goes without waiting.
  if (healthy_ && !below_lost_) SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

Stream::Step TlsStream::after_failure(int result) {
  const int error = SSL_get_error(ssl_.get(), result);
  if (below_lost_ || (below_ended_ && error != SSL_ERROR_ZERO_RETURN)) {
    set_error_text(below_lost_ ? below_->error_text() : "the connection ended without a TLS close");
    return {State::lost};
  }
  switch (error) {
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
      return {below_wants_};
    case SSL_ERROR_ZERO_RETURN:
      return {State::end};
    default:
      break;
  }
  healthy_ = false;
  const unsigned long code = ERR_get_error();
  const char* text = ERR_reason_error_string(code);
  reason_ = ERR_GET_REASON(code);
  set_error_text(text != nullptr ? to_lower(text) : "unknown TLS error");
  return {State::broken};
}

Stream::Step TlsStream::handshake() {
  ERR_clear_error();
  const int result = SSL_do_handshake(ssl_.get());
  if (result != 1) return after_failure(result);
  healthy_ = true;
  return {State::done, 1};
}

Stream::Step TlsStream::read(std::span<char> out) {
  if (ended_) return *ended_;
  std::size_t filled = 0;
  do {  // as many records as have been received: OpenSSL hands them out one by one
    ERR_clear_error();
    std::size_t count = 0;
    const int result = SSL_read_ex(ssl_.get(), out.data() + filled, out.size() - filled, &count);
    if (result != 1) {
      const Step step = after_failure(result);
      if (filled == 0) return step;
      if (step.state != State::want_read && step.state != State::want_write) ended_ = step;
      break;
    }
    filled += count;
  } while (filled < out.size() && SSL_has_pending(ssl_.get()) == 1);
  return {State::done, filled};
}

Stream::Step TlsStream::write(std::string_view data) {
  ERR_clear_error();
  std::size_t count = 0;
  const int result = SSL_write_ex(ssl_.get(), data.data(), data.size(), &count);
  return result == 1 ? Step{State::done, count} : after_failure(result);
}

namespace {

/// RFC 9325 §4.2: forward secrecy and authenticated encryption only. TLS 1.3 has nothing else.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20:DHE+AESGCM:DHE+CHACHA20";
/// X25519 first, since the first message carries a key for the first group only, and a server that lacks it costs a
/// round trip. From 3.5 on, OpenSSL's own list also has the hybrid group that resists quantum computers.
constexpr const char* kGroups = "X25519:P-256:P-384:P-521";
constexpr unsigned long kHybridGroups = 0x30500000;
constexpr int kDeepestChain = 9;
constexpr std::size_t kReadAhead = 64 * limits::kKiB;

constexpr const char* kInspectionHint =
    "If this network inspects TLS traffic, set HEYGEN_EXTRA_CA_CERTS to a PEM file with the CA certificate of your "
    "organization.";
constexpr const char* kFixedHint =
    "The CA certificates are fixed by the policy of this machine (`heygen policy show`); ask its administrator.";

struct Reason {
  std::string text;
  std::string hint;
};

bool is_name_mismatch(int error) {
  return error == X509_V_ERR_HOSTNAME_MISMATCH || error == X509_V_ERR_IP_ADDRESS_MISMATCH;
}

/// `unknown` is the hint for an authority that is not among the trusted ones.
Reason explain(int error, const std::string& host, const char* unknown) {
  switch (error) {
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
      return {"it is self-signed", unknown};
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return {"its chain ends in a self-signed root certificate that is not trusted here", unknown};
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return {"its issuer is unknown here", unknown};
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return {"it has expired", "Check this machine's clock; if it is right, the server needs a new certificate."};
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return {"it is not valid yet", "Check this machine's clock."};
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return {"it was issued for another host name than " + host,
              "Check the host name; a captive portal or a proxy may be intercepting the connection."};
    default:
      return {to_lower(X509_verify_cert_error_string(error)), unknown};
  }
}

}  // namespace

Failure TlsStream::certificate_failure(const std::string& peer) const {
  Reason reason = explain(verdict_.error, host_, fixed_authorities_ ? kFixedHint : kInspectionHint);
  if (is_name_mismatch(verdict_.error) && !verdict_.named) {
    reason = {"it names no host (it has no subject alternative name, and a common name does not count)",
              "Replace the server's certificate with one whose subject alternative name is " + host_ + "."};
  }
  std::string what = "The TLS certificate of " + peer + " is not trusted: " + reason.text;
  const bool of_chain = verdict_.depth > 0 && verdict_.error != X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN;
  if (of_chain) what += " (this is about " + verdict_.subject + " in its chain)";
  return {Failure::Kind::tls, what + ". Its issuer is " + verdict_.issuer + ".", reason.hint};
}

Failure TlsStream::protocol_failure(const std::string& peer) const {
  switch (reason_) {
    case SSL_R_WRONG_VERSION_NUMBER:
    case SSL_R_PACKET_LENGTH_TOO_LONG:
      return {Failure::Kind::tls, peer + " does not speak TLS on this port.", "Check the host name and the port."};
    case SSL_R_UNSUPPORTED_PROTOCOL:
    case SSL_R_TLSV1_ALERT_PROTOCOL_VERSION:
      return {Failure::Kind::tls, peer + " speaks only versions of TLS older than 1.2.",
              "The server, or a proxy in between, must be updated."};
    default:
      return {Failure::Kind::tls, "The TLS handshake with " + peer + " failed: " + error_text() + ".",
              "Check the host name; a proxy or a firewall may be interfering with TLS."};
  }
}

Failure TlsStream::handshake_failure(const std::string& peer) const {
  if (verdict_.error != X509_V_OK) return certificate_failure(peer);
  if (reason_ != 0) return protocol_failure(peer);
  return {Failure::Kind::reset, peer + " closed the connection within the TLS handshake: " + error_text() + ".",
          "Try again. If it keeps happening, a firewall may be blocking the connection."};
}

namespace {

constexpr const char* kSystemDirectory = "/etc/ssl/certs";

const std::vector<std::string>& system_bundles() {
  static const std::vector<std::string> kBundles{
      "/etc/ssl/certs/ca-certificates.crt",                 // Debian, Arch, Alpine
      "/etc/pki/tls/certs/ca-bundle.crt",                   // Fedora
      "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",  // Fedora, what that leads to
      "/etc/ssl/ca-bundle.pem",                             // openSUSE
      "/var/lib/ca-certificates/ca-bundle.pem",             // openSUSE, what that leads to
      "/etc/ssl/cert.pem",                                  // Alpine without ca-certificates
  };
  return kBundles;
}

Failure unusable_certificates(const std::string& path, bool fixed) {
  ERR_clear_error();
  return {Failure::Kind::tls, path + " contains no usable CA certificates.",
          fixed ? kFixedHint : "SSL_CERT_FILE must name a file of PEM certificates."};
}

/// Before the others, since of authorities with one name the first counts: this one was named on purpose.
void load_extra(SSL_CTX* context, const std::string& path) {
  require_readable("HEYGEN_EXTRA_CA_CERTS", path);
  if (trust_file(context, path)) return;
  ERR_clear_error();
  throw Failure(Failure::Kind::tls,
                shown_path(path) + " from HEYGEN_EXTRA_CA_CERTS contains no usable CA certificates.",
                "HEYGEN_EXTRA_CA_CERTS must name a file of PEM certificates.");
}

void load(SSL_CTX* context, const Trust& trust) {
  if (!trust.file.empty() && !trust_file(context, trust.file)) throw unusable_certificates(trust.file, trust.fixed);
  for (const std::string& directory : trust.directories) {
    if (SSL_CTX_load_verify_dir(context, directory.c_str()) != 1) throw unusable_certificates(directory, trust.fixed);
  }
}

/// OpenSSL reads openssl.cnf here, where distributions have their rules. Its table of ciphers by name, which takes as
/// long, is only for encrypted keys.
SSL_CTX* make_context() {
  OPENSSL_init_crypto(OPENSSL_INIT_NO_ADD_ALL_CIPHERS, nullptr);
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  if (context == nullptr) {
    const char* text = ERR_reason_error_string(ERR_peek_last_error());
    ERR_clear_error();
    throw Failure(Failure::Kind::tls,
                  "TLS could not be set up: " + (text != nullptr ? to_lower(text) : "out of memory") + ".");
  }
  if (SSL_CTX_get_min_proto_version(context) < TLS1_2_VERSION) SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context, kCiphers);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, &TlsCallbacks::on_verify);
  SSL_CTX_set_verify_depth(context, kDeepestChain);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_default_read_buffer_len(context, kReadAhead);
  if (OpenSSL_version_num() < kHybridGroups) SSL_CTX_set1_groups_list(context, kGroups);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(context, &TlsCallbacks::on_session);
  return context;
}

/// Reads PEM items until there are no more; `each` returns false to stop.
template <class Each>
void for_each_certificate(const std::string& pem, Each each) {
  const std::unique_ptr<BIO, decltype(&BIO_free)> in(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())),
                                                     &BIO_free);
  while (in) {
    const std::unique_ptr<X509, decltype(&X509_free)> one(PEM_read_bio_X509(in.get(), nullptr, nullptr, nullptr),
                                                          &X509_free);
    if (!one || !each(one.get())) break;
  }
  ERR_clear_error();
}

bool use_client_certificate(SSL_CTX* context, const std::string& pem) {
  int count = 0;
  for_each_certificate(pem, [&](X509* certificate) {
    const bool used = count == 0 ? SSL_CTX_use_certificate(context, certificate) == 1
                                 : SSL_CTX_add1_chain_cert(context, certificate) == 1;
    if (!used) {
      count = 0;
      return false;
    }
    ++count;
    return true;
  });
  return count != 0;
}

bool use_client_key(SSL_CTX* context, const Secret& pem) {
  const auto text = pem.reveal();
  const std::unique_ptr<BIO, decltype(&BIO_free)> in(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())),
                                                     &BIO_free);
  const auto no_password = [](char*, int, int, void*) { return 0; };
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      in ? PEM_read_bio_PrivateKey(in.get(), nullptr, no_password, nullptr) : nullptr, &EVP_PKEY_free);
  // OpenSSL takes a key of another kind than the certificate's without complaint, and then sends no certificate.
  return key && SSL_CTX_use_PrivateKey(context, key.get()) == 1 && SSL_CTX_check_private_key(context) == 1;
}

/// What of the route a context cannot use.
std::optional<std::string> use(SSL_CTX* context, const Route& route) {
  constexpr std::size_t kLongestPem = limits::kMiB;
  std::optional<std::string> fault;
  if (std::max({route.extra_ca.size(), route.client_certificate.size(), route.client_key.reveal().size()}) >
      kLongestPem)
    return "its certificates or its key are longer than 1 MiB";
  if (route.client_certificate.empty() != route.client_key.empty()) {
    fault = "a client certificate and its key belong together, and one is missing";
  } else if (!route.client_certificate.empty()) {
    if (!use_client_certificate(context, route.client_certificate)) {
      fault = "the client certificate is not a PEM certificate";
    } else if (!use_client_key(context, route.client_key)) {
      fault = "the client key is not an unencrypted PEM key that fits the certificate";
    }
  }
  int trusted = 0;
  for_each_certificate(route.extra_ca, [&](X509* certificate) {
    trusted += X509_STORE_add_cert(SSL_CTX_get_cert_store(context), certificate) == 1 ? 1 : 0;
    return true;
  });
  if (!fault && trusted == 0 && !route.extra_ca.empty()) fault = "its CA certificates are not PEM certificates";
  ERR_clear_error();
  return fault;
}

}  // namespace

Tls::Tls(const Environment& environment, std::string fixed_file)
    : fixed_file_(std::move(fixed_file)),
      extra_file_(path_variable(environment, "HEYGEN_EXTRA_CA_CERTS").string()),
      file_(path_variable(environment, "SSL_CERT_FILE").string()) {
  for (const std::filesystem::path& directory : path_list_variable(environment, "SSL_CERT_DIR"))
    directories_ += (directories_.empty() ? "" : ":") + directory.string();
}

bool Tls::started() const {
  const std::lock_guard lock(mutex_);
  return context_ != nullptr;
}

Trust Tls::trust() const {
  if (fixed_file_.empty()) return find_trust(file_, directories_, kSystemDirectory, system_bundles());
  if (::access(fixed_file_.c_str(), R_OK) == 0) return {fixed_file_, {}, true};
  throw Failure(Failure::Kind::tls,
                "Could not read the CA file " + fixed_file_ + " that the policy names: " + describe_errno(errno) + ".",
                kFixedHint);
}

SSL_CTX* Tls::context() {
  const std::lock_guard lock(mutex_);
  if (!context_) context_ = make({});
  return context_.get();
}

std::unique_ptr<SSL_CTX, Tls::ContextFree> Tls::make(const Route& route) const {
  const Trust trusted = trust();
  std::unique_ptr<SSL_CTX, ContextFree> made(make_context());
  if (!trusted.fixed && !extra_file_.empty()) load_extra(made.get(), extra_file_);
  load(made.get(), trusted);
  if (trusted.fixed && !route.extra_ca.empty())
    throw Failure(Failure::Kind::tls, "The provider's own CA certificates are not accepted here.", kFixedHint);
  if (const auto fault = use(made.get(), route))
    throw Failure(Failure::Kind::tls, "TLS was not set up: " + *fault + ".");
  return made;
}

std::optional<std::string> find_fault(const Route& route) {
  if (!route.has_own_tls()) return {};
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> scratch(SSL_CTX_new(TLS_client_method()), &SSL_CTX_free);
  if (!scratch) return "out of memory";
  return use(scratch.get(), route);
}

std::unique_ptr<TlsStream> Tls::wrap(UniqueFd socket, const std::string& host, const Route& route) {
  return wrap(std::make_unique<PlainStream>(std::move(socket)), host, route);
}

std::unique_ptr<TlsStream> Tls::wrap(std::unique_ptr<Stream> below, const std::string& host, const Route& route) {
  if (route.has_own_tls()) {  // a session of another identity is never resumed
    const auto own = make(route);
    return std::make_unique<TlsStream>(own.get(), std::move(below), host, !fixed_file_.empty(),
                                       std::make_shared<TlsSessions>());
  }
  return std::make_unique<TlsStream>(context(), std::move(below), host, !fixed_file_.empty(), sessions_);
}

}  // namespace heygen::net
