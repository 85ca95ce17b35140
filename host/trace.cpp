// SPDX-License-Identifier: Apache-2.0
#include "host/trace.hpp"

#include "core/base/known_secrets.hpp"
#include "core/net/redact.hpp"

namespace heygen::host {
namespace {

/// The values of the headers that carry the credential, and of those that the user typed and could be one.
std::vector<std::string_view> secrets_of(const net::Headers& headers) {
  std::vector<std::string_view> secrets;
  for (const net::Header& header : headers) {
    const bool hidden = header.secret || net::redact_header(header.name, header.value) != header.value;
    if (hidden || (header.typed && net::shown_text(header.value) != header.value)) secrets.push_back(header.value);
  }
  return secrets;
}

class TracedHttp : public net::Http {
 public:
  TracedHttp(net::Http& inner, Clock& clock, TraceDetail detail, std::function<void(const std::string&)> line)
      : inner_(inner), clock_(clock), detail_(detail), line_(std::move(line)) {}

  std::unique_ptr<net::Response> send(const net::Request& request, const Cancel& cancel) override {
    const std::vector<std::string_view> secrets = secrets_of(request.headers);
    const std::string url = request.url.text();
    line_("> " + request.method + " " +
          hide_values(request.typed_query ? net::redact_typed_url(url) : net::redact_url(url), secrets));
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
                     std::span<const std::string_view> secrets) const {
    if (detail_ == TraceDetail::summary) return;
    for (const net::Header& header : net::redact_headers(headers))
      line_(mark + header.name + ": " + hide_values(header.value, secrets));
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
