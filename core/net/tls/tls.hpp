// SPDX-License-Identifier: Apache-2.0
// TLS as a client: one context, made when first needed, and streams that say why a handshake failed.
#pragma once

#include <openssl/ssl.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/net/http.hpp"
#include "core/net/stream/stream.hpp"
#include "core/net/tls/trust.hpp"

namespace heygen {
class Environment;
}

namespace heygen::net {

/// Sessions that servers offered to resume, of this process only. Thread-safe.
class TlsSessions {
 public:
  struct Free {
    void operator()(SSL_SESSION* session) const noexcept { SSL_SESSION_free(session); }
  };
  using Session = std::unique_ptr<SSL_SESSION, Free>;

  /// The latest with `host`, which is used once (RFC 8446 appendix C.4); or nullptr.
  Session take(const std::string& host);
  void put(const std::string& host, Session session);

 private:
  std::mutex mutex_;
  std::map<std::string, Session> by_host_;
};

/// A client's end of a TLS connection. The handshake is explicit and comes first.
class TlsStream : public Stream {
 public:
  /// `below`: what the records go through, a socket or the TLS connection to a proxy. `fixed_authorities`: as
  /// Trust::fixed, for the hints of failures.
  TlsStream(SSL_CTX* context, std::unique_ptr<Stream> below, std::string host, bool fixed_authorities,
            std::shared_ptr<TlsSessions> sessions);
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;
  ~TlsStream() override;

  /// `done` when the peer has proven to be `host`.
  Step handshake();
  /// In place of a proof of its own, the peer has shown that it took part in an earlier session that had one.
  bool resumed() const { return SSL_session_reused(ssl_.get()) == 1; }
  /// Why handshake() ended as `broken` or `lost`. `peer` is for the message.
  Failure handshake_failure(const std::string& peer) const;

  Step read(std::span<char> out) override;
  Step write(std::string_view data) override;
  int descriptor() const override { return below_->descriptor(); }

  /// For what the handshake found: the chain of certificates, the version.
  const SSL* ssl() const { return ssl_.get(); }

 private:
  struct Verdict {
    int error = X509_V_OK;
    int depth = 0;
    std::string subject;
    std::string issuer;
    bool named = true;  ///< it has a subject alternative name
  };
  struct SslFree {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  };

  friend class TlsCallbacks;
  Step after_failure(int result);
  Failure certificate_failure(const std::string& peer) const;
  Failure protocol_failure(const std::string& peer) const;

  std::unique_ptr<Stream> below_;
  std::unique_ptr<SSL, SslFree> ssl_;
  std::string host_;
  bool fixed_authorities_;
  std::shared_ptr<TlsSessions> sessions_;
  Verdict verdict_;
  int reason_ = 0;  ///< OpenSSL's, of the first fatal error
  bool below_lost_ = false;
  bool below_ended_ = false;
  State below_wants_ = State::want_read;  ///< while nothing moves
  bool healthy_ = false;
  std::optional<Step> ended_;  ///< how reading ended, found after bytes that were handed out first
};

/// As messages write a name: RFC 2253.
std::string describe_name(const X509_NAME* name);

/// Why the certificates and the key of a route cannot be used, if so: "the client key is not an unencrypted PEM key".
std::optional<std::string> find_fault(const Route& route);

/// Thread-safe.
class Tls {
 public:
  /// `fixed_file` replaces the environment's and the system's certificates unless it is empty; HEYGEN_EXTRA_CA_CERTS
  /// too, which otherwise names a PEM file of authorities that are trusted in addition.
  explicit Tls(const Environment& environment, std::string fixed_file = {});

  /// Creates the context unless it is there. Throws Failure{tls}.
  void start() { static_cast<void>(context()); }
  /// A stream whose handshake is still to be made. Throws Failure{tls}.
  std::unique_ptr<TlsStream> wrap(std::unique_ptr<Stream> below, const std::string& host, const Route& route = {});
  std::unique_ptr<TlsStream> wrap(UniqueFd socket, const std::string& host, const Route& route = {});
  bool started() const;

 private:
  struct ContextFree {
    void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
  };

  SSL_CTX* context();
  std::unique_ptr<SSL_CTX, ContextFree> make(const Route& route) const;
  Trust trust() const;

  std::string fixed_file_;
  std::string extra_file_;
  std::string file_;
  std::string directories_;
  mutable std::mutex mutex_;
  std::unique_ptr<SSL_CTX, ContextFree> context_;
  std::shared_ptr<TlsSessions> sessions_ = std::make_shared<TlsSessions>();
};

}  // namespace heygen::net
