#include "host/trace.hpp"

#include "core/net/redact.hpp"

namespace heygen::host {
namespace {

class TracedHttp : public net::Http {
 public:
  TracedHttp(net::Http& inner, Clock& clock, std::function<void(const std::string&)> line)
      : inner_(inner), clock_(clock), line_(std::move(line)) {}

  std::unique_ptr<net::Response> send(const net::Request& request, const Cancel& cancel) override {
    line_("> " + request.method + " " + net::redact_url(request.url.text()));
    const auto began = clock_.monotonic();
    try {
      std::unique_ptr<net::Response> response = inner_.send(request, cancel);
      line_("< " + std::to_string(response->status) + " after " + std::to_string((clock_.monotonic() - began).count()) +
            " ms");
      return response;
    } catch (const net::Failure& failure) {
      line_("! " + std::string(failure.what()));
      throw;
    }
  }

 private:
  net::Http& inner_;
  Clock& clock_;
  std::function<void(const std::string&)> line_;
};

}  // namespace

std::unique_ptr<net::Http> make_traced(net::Http& inner, Clock& clock, std::function<void(const std::string&)> line) {
  return std::make_unique<TracedHttp>(inner, clock, std::move(line));
}

}  // namespace heygen::host
