// SPDX-License-Identifier: Apache-2.0
#include "host/ui/waiting.hpp"

#include "core/base/clock.hpp"

namespace heygen::host {
namespace {

using std::chrono::milliseconds;

std::string in_seconds(milliseconds time) {
  return format_duration(std::chrono::duration_cast<std::chrono::seconds>(time));
}

/// The line of one exchange; it may outlive the request, with the response.
class ExchangeLine {
 public:
  ExchangeLine(const transfer::ProgressDependencies& needs, const net::Url& url)
      : needs_(needs), start_(needs.clock.monotonic()), host_(url.host) {
    restart();
  }

  /// Nothing has moved for a second.
  void stalled() { progress_->show_now(line()); }
  void moved() { progress_->show(line()); }
  void clear() { progress_->clear(); }
  /// The response begins: its body gets a second, too.
  void restart() { progress_.emplace(needs_); }

 private:
  std::string line() const { return "Waiting for " + host_ + ", " + in_seconds(needs_.clock.monotonic() - start_); }

  const transfer::ProgressDependencies needs_;
  const milliseconds start_;
  std::optional<transfer::Progress> progress_;
  const std::string host_;
};

class ShownResponse : public net::Response {
 public:
  ShownResponse(std::unique_ptr<net::Response> inner, std::shared_ptr<ExchangeLine> line)
      : inner_(std::move(inner)), line_(std::move(line)) {
    status = inner_->status;
    headers = inner_->headers;
  }
  std::size_t read(std::span<char> out) override {
    const std::size_t count = inner_->read(out);
    if (count == 0)
      line_->clear();
    else
      line_->moved();
    return count;
  }
  std::optional<std::uint64_t> length() const override { return inner_->length(); }

 private:
  std::unique_ptr<net::Response> inner_;
  std::shared_ptr<ExchangeLine> line_;
};

class ShownHttp : public net::Http {
 public:
  ShownHttp(net::Http& inner, const transfer::ProgressDependencies& needs) : inner_(inner), needs_(needs) {}

  std::unique_ptr<net::Response> send(const net::Request& request, const Cancel& cancel) override {
    if (request.on_wait) return inner_.send(request, cancel);
    const auto line = std::make_shared<ExchangeLine>(needs_, request.url);
    net::Request shown = request;
    shown.on_wait = [line] { line->stalled(); };
    std::unique_ptr<net::Response> response = inner_.send(shown, cancel);
    line->restart();
    return std::make_unique<ShownResponse>(std::move(response), line);
  }

 private:
  net::Http& inner_;
  const transfer::ProgressDependencies needs_;
};

}  // namespace

void WaitingLine::show(const std::string& what, std::optional<milliseconds> left) {
  if (what.empty()) return progress_.reset();
  if (!progress_) progress_.emplace(needs_);
  progress_->show(left ? what + ", " + in_seconds(*left) + " left" : what);
}

std::unique_ptr<net::Http> make_shown(net::Http& inner, const transfer::ProgressDependencies& needs) {
  return std::make_unique<ShownHttp>(inner, needs);
}

}  // namespace heygen::host
