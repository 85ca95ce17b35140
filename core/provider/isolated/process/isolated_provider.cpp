// SPDX-License-Identifier: Apache-2.0
#include "core/provider/isolated/process/isolated_provider.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "core/base/cancel.hpp"
#include "core/base/text.hpp"
#include "core/provider/abi.hpp"
#include "core/provider/call/exchange.hpp"
#include "core/provider/call/provider_call.hpp"
#include "core/provider/isolated/process/attempts.hpp"
#include "core/provider/isolated/process/child.hpp"
#include "core/provider/isolated/process/described.hpp"
#include "core/provider/isolated/process/plan.hpp"
#include "core/provider/library/descriptor.hpp"
#include "core/provider/library/loader.hpp"
#include "core/provider/refusal.hpp"

namespace heygen::provider {
namespace {

using std::chrono::milliseconds;
using Event = Child::Event;

/// How long a child may continue by itself once the user canceled: a provider has 200 ms to return.
constexpr milliseconds kCancelGrace{150};
/// Likewise where a request that changes something was sent, whose result would be lost.
constexpr milliseconds kCancelGraceAfterChange{5'000};
/// Where no observer does calls.
constexpr milliseconds kUnwatched = std::chrono::hours{24};
constexpr milliseconds kSlow{1'000};

const char* const kMalformed = "it sent heygen a malformed message";

std::string in_seconds(milliseconds time) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(time).count()) + "s";
}

std::string words_for(wire::Reader fault) {
  const auto reason = static_cast<wire::ChildFault>(fault.count());
  const std::string text(abi::view(fault.text()));
  if (!fault.is_complete()) return kMalformed;
  switch (reason) {
    case wire::ChildFault::cage:
      return "no cage can be made for it: " + text;
    case wire::ChildFault::memory:
      return "it ran out of the memory that an isolated provider may have";
    case wire::ChildFault::long_message:
      return "it handed over more than 40 MiB at once";
    case wire::ChildFault::host:
      break;
  }
  return "its process could not read a message of heygen";
}

/// What the child is doing while heygen waits, and until when.
struct Limits {
  std::optional<milliseconds> whole;  ///< from each service to the next; empty: no observer does
  milliseconds left, grace_left = kCancelGrace;
  bool canceled = false, slow_told = true;

  explicit Limits(std::optional<milliseconds> limit) : whole(limit), left(limit.value_or(kUnwatched)) {}
  void restart() { left = whole.value_or(kUnwatched); }
};

class IsolatedProvider : public Provider {
 public:
  IsolatedProvider(IsolatedLibrary library, Manifest manifest, Services services, SecretVariables variables,
                   FindService find_service)
      : library_(std::move(library)),
        manifest_(std::move(manifest)),
        services_(std::move(services)),
        secret_variables_(std::move(variables)),
        find_service_(find_service) {
    const Breadcrumb crumb(manifest_.id, Function::load, {}, Timed::by_caller);
    start(plan_of(library_, manifest_, services_, {}));
  }

  ~IsolatedProvider() override {
    const Breadcrumb crumb(manifest_.id, Function::deinit, {}, Timed::by_caller);
    child_.reset();
  }
  IsolatedProvider(const IsolatedProvider&) = delete;
  IsolatedProvider& operator=(const IsolatedProvider&) = delete;

  const Manifest& manifest() const override { return manifest_; }
  ProviderResult resolve(const ProviderRequest& request) override { return call(Function::resolve, request); }
  ProviderResult refresh(const ProviderRequest& request) override { return call(Function::refresh, request); }
  ProviderResult login(const ProviderRequest& request) override { return call(Function::login, request); }
  ProviderResult revoke(const ProviderRequest& request) override { return call(Function::revoke, request); }
  void report_outcome(const ProviderRequest& request, int http_status, bool accepted) override {
    const heygen_outcome outcome{sizeof(outcome), http_status, accepted ? 1 : 0, 0};
    call(Function::report_outcome, request, &outcome);
  }

 private:
  ProviderResult call(Function function, const ProviderRequest& request, const heygen_outcome* outcome = nullptr) {
    CallContext context{services_, manifest_, secret_variables_, find_service_, major_, &unfinished_};
    context.isolated = true;
    return call_provider([&](HostCall& host) { return run(host, outcome); }, Timed::by_caller, context, function,
                         request);
  }

  static std::optional<milliseconds> limit_of(Function function) {
    const CallObserver* observer = call_observer();
    return observer != nullptr ? observer->limit(function) : std::nullopt;
  }

  // ---- Loading ----

  void start(const ChildPlan& plan) {
    Function step = Function::load;
    check_exports(library_.image.empty() ? library_.library : library_.image);
    child_ = std::make_unique<Child>(plan);
    try {
      Limits limits(limit_of(step));
      const auto fail = [&](const std::string& how) {
        const std::string attempted = tell_attempts(0);
        refuse(how + " in " + name_of(step) + "()" + (attempted.empty() ? "" : "; " + attempted));
      };
      for (;;) {
        wire::Frame frame;
        switch (child_->receive(frame, limits.left, services_.cancel.descriptor())) {
          case Event::canceled:
            throw canceled_error();
          case Event::late:
            fail("it did not respond: it ran for " + in_seconds(*limits.whole));
            break;
          case Event::gone:
            fail(child_->end());
            break;
          case Event::malformed:
            fail(kMalformed);
            break;
          case Event::frame:
            if (take_start(frame, step)) {
              if (library_.attempted) tell_attempts(0);
              return;
            }
        }
      }
    } catch (...) {
      child_.reset();
      throw;
    }
  }

  /// True once the library is there.
  bool take_start(const wire::Frame& frame, Function& step) {
    wire::Reader fields = frame.fields;
    switch (frame.kind) {
      case wire::Kind::caged:
        child_->take_cage(fields);
        return false;
      case wire::Kind::stage:
        step = function_of(static_cast<wire::Stage>(fields.count()));
        return false;
      case wire::Kind::fault:
        refuse(words_for(fields));
      case wire::Kind::described:
        take_description(fields);
        return true;
      default:
        refuse(kMalformed);
    }
  }

  static Function function_of(wire::Stage stage) {
    switch (stage) {
      case wire::Stage::init:
        return Function::init;
      case wire::Stage::get_api:
        return Function::get_api;
      case wire::Stage::deinit:
        return Function::deinit;
      case wire::Stage::load:
        break;
    }
    return Function::load;
  }

  void take_description(const wire::Reader& fields) {
    Manifest described = read_described(fields);
    described.library = library_.library.filename().string();
    check_manifest(described);
    if (const auto difference = first_difference(manifest_, described))
      refuse("its manifest contradicts its library: " + *difference);
    major_ = agree_on_major(described.abi_min, described.abi_max);
  }

  // ---- Calls ----

  heygen_status run(HostCall& host, const heygen_outcome* outcome) {
    try {
      const ChildPlan plan = plan_of(library_, manifest_, services_, host.request.given);
      if (child_ && (child_->is_gone() || child_->plan() != plan)) child_.reset();
      if (!child_) start(plan);
    } catch (const Refusal& refusal) {
      return host.fail(HEYGEN_INTERNAL, std::string("Its process was started again, and ") + refusal.what() + ".");
    } catch (const Error& error) {
      return host.fail(error);
    }
    const std::size_t attempts = count_of_attempts();
    heygen_status status = HEYGEN_INTERNAL;
    std::string attempted;
    try {
      status = serve(host, outcome);
      attempted = tell_attempts(attempts);
    } catch (const Refusal& bug) {  // the child is of no use any more
      attempted = tell_attempts(attempts);
      child_.reset();
      status = host.fail(HEYGEN_INTERNAL, std::string(name_of(host.function)) + "() failed: " + bug.what() + ".");
    }
    report_attempts(host, status, attempted);
    return status;
  }

  std::size_t count_of_attempts() const { return child_->denials() != nullptr ? child_->denials()->named().size() : 0; }

  std::string tell_attempts(std::size_t first) const {
    const Denials* denials = child_ ? child_->denials() : nullptr;
    if (denials != nullptr && library_.attempted) {
      for (std::size_t i = first; i < denials->named().size(); ++i) library_.attempted(denials->named()[i]);
    }
    return note_on_attempts(denials, first);
  }

  void report_attempts(HostCall& host, heygen_status status, const std::string& attempted) {
    if (attempted.empty()) return;
    if (services_.log) services_.log(HEYGEN_LOG_INFO, manifest_.id + ": " + attempted + ".");
    if (status == HEYGEN_OK || status == HEYGEN_NOT_CONFIGURED || status == HEYGEN_CANCELED) return;
    if (!host.result.hint.empty()) host.result.hint += " ";
    host.result.hint += "Its process is isolated: " + attempted + ".";
  }

  static void put_call(wire::Writer& out, const HostCall& host, const heygen_outcome* outcome) {
    const heygen_call& call = *host.abi();
    out.begin(wire::Kind::call);
    out.put_count(static_cast<std::size_t>(host.function) - static_cast<std::size_t>(Function::resolve));
    out.put_number(call.reason);
    out.put_number(call.interaction);
    out.put_number(call.now);
    for (const heygen_str text :
         {call.host_version, call.api_base, call.method, call.path, call.profile, call.www_authenticate, call.state})
      out.put_text(text);
    out.put_number(outcome != nullptr ? outcome->http_status : 0);
    out.put_number(outcome != nullptr ? outcome->accepted : 0);
  }

  /// Throws Refusal when the child is at fault; it is then still there, unless it ended by itself.
  heygen_status serve(HostCall& host, const heygen_outcome* outcome) {
    Dispatch dispatch(host, library_.allowance);
    Limits limits(limit_of(host.function));
    limits.slow_told = host.function == Function::login;
    if (services_.cancel.requested()) cancel(host, limits);
    put_call(out_, host, outcome);
    if (child_->send_call(out_, limits.left) == Event::late) refuse_late(limits);
    for (;;) {
      wire::Frame frame;
      switch (wait(frame, limits)) {
        case Event::late:
          if (limits.canceled && limits.grace_left <= milliseconds::zero()) {
            child_.reset();
            return HEYGEN_CANCELED;
          }
          refuse_late(limits);
          break;
        case Event::gone:
          refuse(child_->end());
          break;
        case Event::malformed:
          refuse(kMalformed);
          break;
        case Event::canceled:
          cancel(host, limits);
          break;
        case Event::frame:
          if (const auto status = take(frame, host, dispatch, limits)) return *status;
      }
    }
  }

  Event wait(wire::Frame& frame, Limits& limits) {
    const milliseconds most = std::min(
        {limits.left, limits.canceled ? limits.grace_left : limits.left, limits.slow_told ? limits.left : kSlow});
    milliseconds left = most;
    const Event event = child_->receive(frame, left, limits.canceled ? -1 : services_.cancel.descriptor());
    const milliseconds passed = most - left;
    limits.left -= passed;
    if (limits.canceled) limits.grace_left -= passed;
    if (event != Event::late || limits.slow_told || limits.left <= milliseconds::zero()) return event;
    limits.slow_told = true;
    if (CallObserver* observer = call_observer()) observer->is_slow(breadcrumb());
    return wait(frame, limits);
  }

  [[noreturn]] static void refuse_late(const Limits& limits) {
    refuse("it did not respond: it ran for " + in_seconds(limits.whole.value_or(kUnwatched)));
  }

  void cancel(const HostCall& host, Limits& limits) {
    if (!std::exchange(limits.canceled, true)) child_->tell_canceled();
    if (host.result.sent == Sent::changes) limits.grace_left = std::max(limits.grace_left, kCancelGraceAfterChange);
  }

  /// The status, once the function has returned.
  std::optional<heygen_status> take(const wire::Frame& frame, HostCall& host, Dispatch& dispatch, Limits& limits) {
    wire::Reader fields = frame.fields;
    switch (frame.kind) {
      case wire::Kind::request:
        answer(frame, host, dispatch, limits);
        return {};
      case wire::Kind::log:
        require(dispatch.log(fields, frame.size), "it wrote more log lines than a call may");
        return {};
      case wire::Kind::polls:
        if (const CallObserver* observer = call_observer(); observer != nullptr && limits.whole) {
          limits.whole = observer->limit_of_polling();
          limits.restart();
        }
        return {};
      case wire::Kind::fault:
        refuse(words_for(fields));
      case wire::Kind::result: {
        if (!fields.flag()) host.note_wrong_thread();
        const std::int64_t status = fields.number();
        if (!fields.is_complete() || status != static_cast<heygen_status>(status)) refuse(kMalformed);
        return static_cast<heygen_status>(status);
      }
      default:
        refuse(kMalformed);
    }
  }

  void answer(const wire::Frame& frame, HostCall& host, Dispatch& dispatch, Limits& limits) {
    require(dispatch.serve(frame.fields, frame.size, out_), "it asked heygen for more than a call may");
    limits.restart();
    if (services_.cancel.requested()) cancel(host, limits);
    if (child_->send(out_, limits.left) == Event::late) refuse_late(limits);
  }

  static void require(Dispatch::Outcome outcome, const char* too_much) {
    if (outcome == Dispatch::Outcome::malformed) refuse(kMalformed);
    if (outcome == Dispatch::Outcome::too_much) refuse(too_much);
  }

  IsolatedLibrary library_;
  Manifest manifest_;
  Services services_;
  SecretVariables secret_variables_;
  FindService find_service_;
  std::uint32_t major_ = abi::kNewestMajor;
  std::unique_ptr<Exchange> unfinished_;
  wire::Writer out_;
  std::unique_ptr<Child> child_;
};

}  // namespace

std::unique_ptr<Provider> make_isolated_provider(IsolatedLibrary library, Manifest manifest, Services services,
                                                 SecretVariables secret_variables, FindService find_service) {
  return std::make_unique<IsolatedProvider>(std::move(library), std::move(manifest), std::move(services),
                                            std::move(secret_variables), find_service);
}

}  // namespace heygen::provider
