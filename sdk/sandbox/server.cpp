// SPDX-License-Identifier: Apache-2.0
#include <Poco/String.h>

#include "sdk/sandbox/server.hpp"

#include <Poco/Exception.h>
#include <Poco/Net/HTTPRequestHandler.h>
#include <Poco/Net/HTTPRequestHandlerFactory.h>
#include <Poco/Net/HTTPServer.h>
#include <Poco/Net/HTTPServerRequest.h>
#include <Poco/Net/HTTPServerRequestImpl.h>
#include <Poco/Net/HTTPServerResponse.h>
#include <Poco/Net/ServerSocket.h>
#include <Poco/ThreadPool.h>
#include <fcntl.h>

#include <algorithm>
#include <array>
#include <istream>
#include <ostream>

#include "sdk/sandbox/app.hpp"
#include "sdk/sandbox/base/failure.hpp"
#include "sdk/sandbox/base/text.hpp"

namespace heygen::sandbox {
namespace {

using Poco::Net::HTTPMessage;
using Poco::Net::HTTPServerRequest;
using Poco::Net::HTTPServerResponse;

/// Bodies above their limit are read up to here, so that a client that sends first and reads later gets its 413.
constexpr std::uint64_t kDrainLimit = 1ULL << 30;
constexpr int kThreads = 128;

enum class Body { whole, cut_short, endless };

/// Keeps what arrives of a body, in memory or on disk, until it goes over the limit.
class Keeper {
 public:
  Keeper(Request& request, std::uint64_t limit) : request_(request), limit_(limit) {
    if (App::is_upload(request)) spool_ = std::make_shared<Spool>();
  }

  void add(std::string_view data) {
    total_ += data.size();
    if (request_.body_too_large) return;
    if (total_ > limit_) {
      request_.body_too_large = true;
      std::string().swap(request_.body);
      spool_.reset();
    } else if (spool_) {
      spool_->append(data);
    } else {
      request_.body.append(data);
    }
  }
  void finish() { request_.upload = std::move(spool_); }
  std::uint64_t total() const { return total_; }

 private:
  Request& request_;
  const std::uint64_t limit_;
  std::uint64_t total_ = 0;
  std::shared_ptr<Spool> spool_;
};

/// Reads the body to its end and keeps at most `limit` bytes of it. Poco does not tell where a chunked one was cut.
Body read_body(HTTPServerRequest& source, std::uint64_t limit, Request& request) {
  std::array<char, 16384> piece;
  Keeper keeper(request, limit);
  std::istream& stream = source.stream();
  while (stream.good() && keeper.total() <= kDrainLimit) {
    stream.read(piece.data(), piece.size());
    keeper.add({piece.data(), static_cast<std::size_t>(stream.gcount())});
  }
  keeper.finish();
  if (keeper.total() > kDrainLimit) return Body::endless;
  const auto promised = source.getContentLength64();
  const bool cut =
      promised != HTTPMessage::UNKNOWN_CONTENT_LENGTH && keeper.total() != static_cast<std::uint64_t>(promised);
  return cut ? Body::cut_short : Body::whole;
}

Request read_head(const HTTPServerRequest& source) {
  Request request;
  request.method = source.getMethod();
  const std::string& uri = source.getURI();
  const std::size_t mark = uri.find('?');
  request.path = uri.substr(0, mark);
  if (mark != std::string::npos) request.query = uri.substr(mark + 1, uri.find('#') - mark - 1);
  for (const auto& [name, value] : source) {
    std::string& text = request.headers[Poco::toLower(name)];
    text += (text.empty() ? "" : ", ") + value;
  }
  return request;
}

void send_file(const Stretch& file, HTTPServerResponse& target, bool head_only) {
  constexpr std::size_t kPiece = std::size_t{64} * 1024;
  target.setContentLength64(static_cast<Poco::Int64>(file.size));
  std::ostream& stream = target.send();
  for (std::uint64_t at = 0; !head_only && at < file.size && stream.good(); at += kPiece) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(kPiece, file.size - at));
    const std::string piece = file.spool->read(file.offset + at, count);
    stream.write(piece.data(), static_cast<std::streamsize>(piece.size()));
  }
}

void write(const Response& response, HTTPServerResponse& target, bool head_only = false) {
  target.setStatusAndReason(static_cast<HTTPServerResponse::HTTPStatus>(response.status));
  for (const auto& [name, value] : response.headers) target.add(name, value);
  if (response.status == 304) {
    target.send();
  } else if (response.file.spool) {
    send_file(response.file, target, head_only);
  } else {
    target.sendBuffer(response.body.data(), response.body.size());
  }
}

/// Ends the connection without a response.
void drop(HTTPServerRequest& source, HTTPServerResponse& target) {
  target.setKeepAlive(false);
  dynamic_cast<Poco::Net::HTTPServerRequestImpl&>(source).socket().shutdown();
}

class Handler : public Poco::Net::HTTPRequestHandler {
 public:
  explicit Handler(App& app) : app_(app) {}

  void handleRequest(HTTPServerRequest& source, HTTPServerResponse& target) override {
    Request request = read_head(source);
    try {
      answer(source, target, request);
    } catch (const SpoolError& error) {
      target.setKeepAlive(false);
      write(api_error(507, "insufficient_storage", error.what()), target);
    }
  }

 private:
  void answer(HTTPServerRequest& source, HTTPServerResponse& target, Request& request) {
    const Body body = read_body(source, App::body_limit(request.path), request);
    if (body != Body::whole) target.setKeepAlive(false);
    if (body == Body::cut_short) {
      write(api_error(400, "incomplete_body", "The body ended before its Content-Length."), target);
    } else {
      const Response response = app_.handle(request);
      if (response.dropped) return drop(source, target);
      write(response, target, request.method == "HEAD");
    }
  }

  App& app_;
};

class Factory : public Poco::Net::HTTPRequestHandlerFactory {
 public:
  explicit Factory(App& app) : app_(app) {}
  Poco::Net::HTTPRequestHandler* createRequestHandler(const HTTPServerRequest&) override { return new Handler(app_); }

 private:
  App& app_;
};

Poco::Net::ServerSocket listen_on(const std::string& host, std::uint16_t port) {
  try {
    const Poco::Net::SocketAddress address(Poco::Net::IPAddress(host), port);
    Poco::Net::ServerSocket socket;
    // no SO_REUSEPORT: two sandboxes on one port would take turns
    if (address.family() == Poco::Net::SocketAddress::IPv6) {
      socket.bind6(address, true, false, true);
    } else {
      socket.bind(address, true, false);
    }
    socket.listen(kThreads);
    ::fcntl(socket.impl()->sockfd(), F_SETFD, FD_CLOEXEC);
    return socket;
  } catch (const Poco::Exception& error) {
    throw Failure("Could not listen on " + host + " port " + std::to_string(port) + ": " + error.displayText() + '.',
                  "Choose another port, or omit --port to take a free one.");
  }
}

Poco::Net::HTTPServerParams* server_params() {
  auto* params = new Poco::Net::HTTPServerParams;  // the server counts the references to it
  params->setMaxThreads(kThreads);
  params->setMaxQueued(kThreads);
  params->setTimeout(Poco::Timespan(30, 0));
  params->setKeepAliveTimeout(Poco::Timespan(15, 0));
  return params;
}

}  // namespace

struct Server::Parts {
  Parts(const std::string& host, std::uint16_t port, const Settings& settings, const std::string& log_file,
        const Clock& clock, Random& random)
      : socket(listen_on(host, port)),
        app(socket.address().toString(), settings, log_file, clock, random),
        server(new Factory(app), threads, socket, server_params()) {}

  Poco::ThreadPool threads{4, kThreads};
  Poco::Net::ServerSocket socket;
  App app;
  Poco::Net::HTTPServer server;
};

Server::Server(const std::string& host, std::uint16_t port, const Settings& settings, const std::string& log_file,
               const Clock& clock, Random& random)
    : parts_(std::make_unique<Parts>(host, port, settings, log_file, clock, random)) {
  parts_->server.start();
}

Server::~Server() {
  parts_->server.stopAll(true);
  parts_->threads.joinAll();
}

const std::string& Server::issuer() const {
  return parts_->app.issuer();
}

std::vector<std::pair<std::string, std::string>> Server::environment() const {
  const std::string& base = issuer();
  return {{"HEYGEN_API_BASE", base},
          {"HEYGEN_ALLOW_HTTP", "1"},
          {"HEYGEN_OAUTH_AUTHORIZE_URL", base + "/oauth/authorize"},
          {"HEYGEN_OAUTH_TOKEN_URL", base + "/v1/oauth/token"},
          {"HEYGEN_OAUTH_REVOKE_URL", base + "/v1/oauth/revoke"},
          {"HEYGEN_OAUTH_DEVICE_URL", base + "/v1/oauth/device_authorization"}};
}

}  // namespace heygen::sandbox
