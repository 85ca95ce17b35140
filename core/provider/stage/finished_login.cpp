// SPDX-License-Identifier: Apache-2.0
#include "core/provider/stage/finished_login.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "core/base/clock.hpp"
#include "core/base/error.hpp"
#include "core/base/random.hpp"
#include "core/base/secret.hpp"
#include "core/base/terminal.hpp"
#include "core/provider/login/browser.hpp"
#include "core/provider/stage/device_authorization.hpp"
#include "core/provider/stage/lent.hpp"

namespace heygen::provider {
namespace {

using std::chrono::milliseconds;

class KeptResponse : public net::Response {
 public:
  explicit KeptResponse(const RecordedExchange& exchange) : body_(exchange.body) {
    status = exchange.status;
    for (const auto& [name, value] : exchange.headers) headers.push_back({name, value});
  }
  std::size_t read(std::span<char> out) override {
    const std::size_t count = std::min(out.size(), body_.size() - at_);
    std::memcpy(out.data(), body_.data() + at_, count);
    at_ += count;
    return count;
  }
  std::optional<std::uint64_t> length() const override { return body_.size(); }

 private:
  const std::string& body_;
  std::size_t at_ = 0;
};

}  // namespace

class FinishedLogin::Lent : public BrowserLogin, public Clock, public net::Http, public Random, public Terminal {
 public:
  Lent(const LoginRecord& record, const std::vector<std::pair<std::string, std::string>>& redirect,
       const Services& inner)
      : record_(record),
        redirect_(redirect),
        inner_(inner),
        elapsed_(std::max<std::int64_t>(inner.clock.now() - record.started_at, 0) * 1'000),
        start_(inner.clock.monotonic() - elapsed_),
        lent_(lend_instead(inner,
                           {.http = this, .clock = this, .random = this, .terminal = this, .browser_login = this})) {
    if (inner_.log) {
      lent_.log = [this](int level, const std::string& line) {
        if (is_live_) inner_.log(level, line);
      };
    }
    if (inner_.waiting) {
      lent_.waiting = [this](const std::string& what, std::optional<milliseconds> left) {
        if (is_live_) inner_.waiting(what, left);
      };
    }
    lent_.menu = {};
    if (inner.keys != nullptr) inner.keys->set_created(record.provider, record.keys);
  }

  const Services& services() const { return lent_; }
  bool has_diverged() const { return has_diverged_; }
  bool is_live() const { return is_live_; }

  // ---- the browser: the user has opened it

  bool allowed(const Environment&) const override { return true; }
  std::unique_ptr<OpenedBrowser> open(const std::string& url, const Environment&,
                                      const std::vector<std::string>&) override {
    if (!is_live_ && !record_.redirect_uri.empty() && url != record_.url) diverge();
    has_page_ = true;
    return std::make_unique<QuietBrowser>();
  }
  std::unique_ptr<RedirectListener> listen(const RedirectOptions& options, Clock&) override {
    if (is_live_ || !record_.redirect_uri.ends_with(options.path)) diverge();
    return std::make_unique<Listener>(*this);
  }

  // ---- the time

  std::int64_t now() const override { return is_live_ ? inner_.clock.now() : record_.started_at; }
  milliseconds monotonic() const override { return is_live_ ? inner_.clock.monotonic() : start_; }
  bool wait(milliseconds time, const Cancel& cancel) override {
    if (is_live_) return inner_.clock.wait(time, cancel);
    if (!has_page_) return true;  // a request was tried again
    if (!record_.redirect_uri.empty()) diverge();
    go_live();
    return inner_.clock.wait(std::max(time - elapsed_, milliseconds{0}), cancel);
  }

  // ---- randomness and requests

  void fill(std::span<std::byte> out) override {
    if (is_live_) return inner_.random.fill(out);
    if (next_random_ == record_.random.size() || record_.random[next_random_].size() != out.size()) diverge();
    std::memcpy(out.data(), record_.random[next_random_++].data(), out.size());
  }

  std::unique_ptr<net::Response> send(const net::Request& request, const Cancel& cancel) override {
    if (is_live_) return inner_.http.send(request, cancel);
    if (next_exchange_ == record_.exchanges.size()) diverge();
    const RecordedExchange& exchange = record_.exchanges[next_exchange_++];
    if (exchange.method != request.method || exchange.url != request.url.text()) diverge();
    if (exchange.failure_kind >= 0)
      throw net::Failure(static_cast<net::Failure::Kind>(exchange.failure_kind), exchange.failure);
    if (read_device_authorization(exchange.status, exchange.body)) has_page_ = true;
    return std::make_unique<KeptResponse>(exchange);
  }

  // ---- the terminal: what it showed has been seen

  bool stdin_is_terminal() const override { return is_live_ && inner_.terminal.stdin_is_terminal(); }
  bool stdout_is_terminal() const override { return inner_.terminal.stdout_is_terminal(); }
  bool stderr_is_terminal() const override { return is_live_ && inner_.terminal.stderr_is_terminal(); }
  int columns() const override { return inner_.terminal.columns(); }
  void notice(std::string_view line) override {
    if (is_live_) return inner_.terminal.notice(line);
    if (is_browsable(line)) has_page_ = true;
  }
  void show_status(std::string_view line) override {
    if (is_live_) inner_.terminal.show_status(line);
  }
  std::string read_line(std::string_view prompt, const Cancel& cancel) override {
    if (!is_live_) diverge();
    return inner_.terminal.read_line(prompt, cancel);
  }
  Secret read_secret(std::string_view prompt, std::size_t limit, const Cancel& cancel) override {
    if (!is_live_) diverge();
    return inner_.terminal.read_secret(prompt, limit, cancel);
  }

 private:
  class Listener : public RedirectListener {
   public:
    explicit Listener(Lent& owner) : owner_(owner) {}
    const std::string& redirect_uri() const override { return owner_.record_.redirect_uri; }
    Outcome wait(milliseconds, const Cancel&, const Watch&) override {
      if (std::exchange(waited_, true)) return Outcome::timed_out;
      owner_.go_live();
      return Outcome::arrived;
    }
    bool has_visitor() const override { return false; }
    bool is_listening() const override { return true; }
    const std::string* param(std::string_view name) const override {
      const auto& all = owner_.redirect_;
      const auto found = std::ranges::find(all, name, &std::pair<std::string, std::string>::first);
      return waited_ && found != all.end() ? &found->second : nullptr;
    }
    void respond(bool, std::string_view) override {}

   private:
    Lent& owner_;
    bool waited_ = false;
  };

  [[noreturn]] void diverge() {
    has_diverged_ = true;
    throw Error(code::kError, "This login takes another course than when it was started.");
  }

  /// Only where everything that was recorded was asked for again.
  void go_live() {
    if (next_random_ != record_.random.size() || next_exchange_ != record_.exchanges.size()) diverge();
    is_live_ = true;
    lent_.menu = inner_.menu;
  }

  const LoginRecord& record_;
  const std::vector<std::pair<std::string, std::string>>& redirect_;
  const Services inner_;
  const milliseconds elapsed_, start_;
  bool is_live_ = false, has_diverged_ = false, has_page_ = false;
  std::size_t next_random_ = 0, next_exchange_ = 0;
  Services lent_;
};

FinishedLogin::FinishedLogin(LoginRecord record, std::vector<std::pair<std::string, std::string>> redirect)
    : record_(std::move(record)), redirect_(std::move(redirect)) {}

FinishedLogin::~FinishedLogin() {
  for (auto& [name, value] : redirect_) wipe(value);
}

const Services& FinishedLogin::lend(const Services& services) {
  lent_ = std::make_unique<Lent>(record_, redirect_, services);
  return lent_->services();
}

bool FinishedLogin::has_diverged() const {
  return lent_ && lent_->has_diverged();
}

bool FinishedLogin::has_gone_on() const {
  return lent_ && lent_->is_live();
}

}  // namespace heygen::provider
