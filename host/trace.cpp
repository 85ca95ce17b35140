// SPDX-License-Identifier: Apache-2.0
#include "host/trace.hpp"

#include "core/base/encode.hpp"
#include "core/net/redact.hpp"

namespace heygen::host {
namespace {

/// The credential of a request, as it may turn up elsewhere: a key that was typed as an ID, or sent back.
std::vector<std::string> secrets_of(const net::Headers& headers) {
  constexpr std::size_t kShortest = 6;
  std::vector<std::string> secrets;
  for (const net::Header& header : headers) {
    const std::string value = header.value.substr(header.value.rfind(' ') + 1);
    const bool secret = header.secret || net::redact_header(header.name, header.value) != header.value;
    if (!secret || value.size() < kShortest) continue;
    secrets.push_back(value);
    secrets.push_back(percent_encode(value));
  }
  return secrets;
}

std::string without(const std::vector<std::string>& secrets, std::string text) {
  for (const std::string& secret : secrets)
    for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret))
      text.replace(at, secret.size(), "***");
  return text;
}

class TracedHttp : public net::Http {
 public:
  TracedHttp(net::Http& inner, Clock& clock, TraceDetail detail, std::function<void(const std::string&)> line)
      : inner_(inner), clock_(clock), detail_(detail), line_(std::move(line)) {}

  std::unique_ptr<net::Response> send(const net::Request& request, const Cancel& cancel) override {
    const std::vector<std::string> secrets = secrets_of(request.headers);
    line_("> " + request.method + " " + without(secrets, net::redact_url(request.url.text())));
    trace_headers("> ", request.headers, {});
    const auto start = clock_.monotonic();
    try {
      std::unique_ptr<net::Response> response = inner_.send(request, cancel);
      const auto time = clock_.monotonic() - start;
      line_("< " + std::to_string(response->status) + " after " + std::to_string(time.count()) + " ms");
      trace_headers("< ", response->headers, secrets);
      return response;
    } catch (const net::Failure& failure) {
      line_("! " + std::string(failure.what()));
      throw;
    }
  }

 private:
  void trace_headers(const std::string& mark, const net::Headers& headers,
                     const std::vector<std::string>& secrets) const {
    if (detail_ == TraceDetail::summary) return;
    for (const net::Header& header : net::redact_headers(headers))
      line_(mark + header.name + ": " + without(secrets, header.value));
  }

  net::Http& inner_;
  Clock& clock_;
  TraceDetail detail_;
  std::function<void(const std::string&)> line_;
};

}  // namespace

std::unique_ptr<net::Http> make_traced(net::Http& inner, Clock& clock, TraceDetail detail,
                                       std::function<void(const std::string&)> line) {
  return std::make_unique<TracedHttp>(inner, clock, detail, std::move(line));
}

}  // namespace heygen::host
