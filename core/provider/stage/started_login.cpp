// SPDX-License-Identifier: Apache-2.0
#include "core/provider/stage/started_login.hpp"

#include <algorithm>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/error.hpp"
#include "core/base/random.hpp"
#include "core/base/terminal.hpp"
#include "core/provider/login/browser.hpp"
#include "core/provider/stage/lent.hpp"

namespace heygen::provider {
namespace {

using std::chrono::milliseconds;

Error asks_for_input() {
  return usage_error("This login asks for input on the terminal, so it cannot be started for later.",
                     "Run it on a terminal without --start.");
}

}  // namespace

class StartedLogin::Lent : public BrowserLogin, public Clock, public net::Http {
 public:
  Lent(std::uint16_t port, const OnLoginEvent& on_event, const Services& inner)
      : port_(port),
        on_event_(on_event),
        inner_(inner),
        tapped_(
            inner.http, [this](const Exchanged& exchanged) { keep(exchanged); },
            [this](const net::Request& request, const net::Failure& failure) { keep(request, failure); }),
        random_(inner.random, record_.random),
        terminal_(inner.terminal, noticed_url_),
        lent_(lend_instead(
            inner, {.http = this, .clock = this, .random = &random_, .terminal = &terminal_, .browser_login = this})) {
    record_.started_at = inner.clock.now();
    lent_.menu = {};
    lent_.waiting = {};
  }

  const Services& services() const { return lent_; }
  bool is_waiting() const { return is_waiting_; }
  const std::string& fault() const { return fault_; }
  const std::optional<DeviceAuthorization>& device() const { return device_; }

  LoginRecord take_record() {
    if (record_.url.empty()) record_.url = page();
    record_.expires_at = record_.started_at + LoginRecord::kLifetime;
    if (device_ && device_->lifetime > 0)
      record_.expires_at = std::min(record_.expires_at, record_.started_at + device_->lifetime);
    return std::move(record_);
  }

  // ---- the browser: the user opens it after this process

  bool allowed(const Environment&) const override { return true; }
  std::unique_ptr<OpenedBrowser> open(const std::string& url, const Environment&,
                                      const std::vector<std::string>&) override {
    record_.url = url;
    return std::make_unique<QuietBrowser>();
  }
  std::unique_ptr<RedirectListener> listen(const RedirectOptions& options, Clock&) override {
    if (options.form_post) {
      throw usage_error("This login ends with a form, which no address has, so it cannot be finished later.",
                        "Run it without --start.");
    }
    // Finds a free port, which is free again afterwards.
    record_.redirect_uri = inner_.browser_login.listen(with_port(options, port_), inner_.clock)->redirect_uri();
    return std::make_unique<Listener>(*this);
  }

  // ---- the time: it does not move, so that the second call sees the same

  std::int64_t now() const override { return record_.started_at; }
  milliseconds monotonic() const override { return inner_.clock.monotonic(); }
  bool wait(milliseconds time, const Cancel& cancel) override {
    if (is_waiting_) return false;
    if (page().empty()) return inner_.clock.wait(time, cancel);  // before it tries a request again
    stop({});
    return false;
  }

  // ---- requests

  std::unique_ptr<net::Response> send(const net::Request& request, const Cancel& cancel) override {
    if (is_waiting_) throw net::Failure(net::Failure::Kind::canceled, "The login waits.");
    return tapped_.send(request, cancel);
  }

 private:
  /// Shows nothing: the program that reads the result does.
  class CollectingTerminal : public Terminal {
   public:
    CollectingTerminal(Terminal& inner, std::string& last_url) : inner_(inner), last_url_(last_url) {}
    bool stdin_is_terminal() const override { return false; }
    bool stdout_is_terminal() const override { return inner_.stdout_is_terminal(); }
    bool stderr_is_terminal() const override { return false; }
    int columns() const override { return inner_.columns(); }
    void notice(std::string_view line) override {
      if (is_browsable(line)) last_url_ = line;
    }
    void show_status(std::string_view) override {}
    std::string read_line(std::string_view, const Cancel&) override { throw asks_for_input(); }
    Secret read_secret(std::string_view, std::size_t, const Cancel&) override { throw asks_for_input(); }

   private:
    Terminal& inner_;
    std::string& last_url_;
  };

  class RecordingRandom : public Random {
   public:
    RecordingRandom(Random& inner, std::vector<std::string>& record) : inner_(inner), record_(record) {}
    void fill(std::span<std::byte> out) override {
      inner_.fill(out);
      record_.emplace_back(reinterpret_cast<const char*>(out.data()), out.size());
    }

   private:
    Random& inner_;
    std::vector<std::string>& record_;
  };

  class Listener : public RedirectListener {
   public:
    explicit Listener(Lent& owner) : owner_(owner) {}
    const std::string& redirect_uri() const override { return owner_.record_.redirect_uri; }
    Outcome wait(milliseconds, const Cancel&, const Watch&) override {
      owner_.stop(owner_.record_.redirect_uri);
      return Outcome::canceled;
    }
    bool has_visitor() const override { return false; }
    bool is_listening() const override { return !owner_.is_waiting_; }
    const std::string* param(std::string_view) const override { return nullptr; }
    void respond(bool, std::string_view) override {}

   private:
    Lent& owner_;
  };

  /// Where the user goes, as far as the provider has told.
  std::string page() const {
    if (!record_.url.empty()) return record_.url;
    if (device_) return device_->page_with_code.empty() ? device_->page : device_->page_with_code;
    return noticed_url_;
  }

  void stop(const std::string& redirect_uri) {
    is_waiting_ = true;
    if (page().empty()) fault_ = "This login shows no URL, so it cannot be finished later.";
    record_.url = page();
    record_.redirect_uri = redirect_uri;
    if (!redirect_uri.empty() && on_event_) on_event_("url", {{"url", record_.url}});
  }

  void keep(const Exchanged& exchanged) {
    if (!exchanged.is_complete) fault_ = "A response of this login is too long to be kept for later.";
    RecordedExchange one{
        exchanged.request.method, exchanged.request.url.text(), exchanged.status, {}, exchanged.body, -1, {}};
    for (const net::Header& header : exchanged.headers) one.headers.emplace_back(header.name, header.value);
    record_.exchanges.push_back(std::move(one));
    if (auto device = read_device_authorization(exchanged.status, exchanged.body)) {
      device_ = std::move(device);
      if (on_event_) on_event_("code", code_event(*device_, record_.started_at));
    }
  }

  void keep(const net::Request& request, const net::Failure& failure) {
    if (failure.kind == net::Failure::Kind::canceled) return;
    record_.exchanges.push_back(
        {request.method, request.url.text(), 0, {}, {}, static_cast<int>(failure.kind), failure.what()});
  }

  const std::uint16_t port_;
  const OnLoginEvent& on_event_;
  const Services inner_;
  LoginRecord record_;
  std::optional<DeviceAuthorization> device_;
  std::string noticed_url_, fault_;
  bool is_waiting_ = false;
  TappedHttp tapped_;
  RecordingRandom random_;
  CollectingTerminal terminal_;
  Services lent_;
};

StartedLogin::StartedLogin(std::uint16_t port, OnLoginEvent on_event) : port_(port), on_event_(std::move(on_event)) {}

StartedLogin::~StartedLogin() = default;

const Services& StartedLogin::lend(const Services& services) {
  lent_ = std::make_unique<Lent>(port_, on_event_, services);
  return lent_->services();
}

bool StartedLogin::is_waiting() const {
  return lent_ && lent_->is_waiting();
}

const std::string& StartedLogin::fault() const {
  return lent_->fault();
}

LoginRecord StartedLogin::take_record() {
  return lent_->take_record();
}

const std::optional<DeviceAuthorization>& StartedLogin::device() const {
  return lent_->device();
}

}  // namespace heygen::provider
