// SPDX-License-Identifier: Apache-2.0
#include "core/provider/breadcrumb.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>

namespace heygen::provider {
namespace {

/// Text that a signal handler may read at any moment.
class SignalSafeText {
 public:
  void clear() noexcept {
    size_ = 0;
    text_[0] = '\0';
  }
  void append(std::string_view part) noexcept {
    const std::size_t size = std::min(part.size(), text_.size() - 1 - size_);
    std::transform(part.data(), part.data() + size, text_.data() + size_, harmless);
    size_ += size;
    text_[size_] = '\0';
  }
  const char* c_str() const noexcept { return text_.data(); }

 private:
  /// A library's file name may have any byte, and this text ends up on a terminal and in JSON.
  static char harmless(char letter) noexcept {
    const bool plain = letter >= 0x20 && letter < 0x7F && letter != '"' && letter != '\\';
    return plain ? letter : '?';
  }

  std::array<char, 256> text_{};
  std::size_t size_ = 0;
};

SignalSafeText place, running_provider;
std::atomic<bool> present{false}, in_this_process{true};
std::atomic<pid_t> process{0};
std::atomic<CallObserver*> observer_of_process{nullptr};

}  // namespace

const char* name_of(Function function) noexcept {
  switch (function) {
    case Function::load:
      return "load";
    case Function::init:
      return "init";
    case Function::get_api:
      return "get_api";
    case Function::get_extension:
      return "get_extension";
    case Function::deinit:
      return "deinit";
    case Function::resolve:
      return "resolve";
    case Function::refresh:
      return "refresh";
    case Function::login:
      return "login";
    case Function::revoke:
      return "revoke";
    case Function::report_outcome:
      return "report_outcome";
  }
  return "";
}

void set_call_observer(CallObserver* observer) noexcept {
  observer_of_process.store(observer);
}

CallObserver* call_observer() noexcept {
  return observer_of_process.load();
}

Breadcrumb::Breadcrumb(std::string_view provider, Function function, std::string_view detail, Timed timed) noexcept
    : timed_(timed) {
  running_provider.clear();
  running_provider.append(provider);
  place.clear();
  place.append(name_of(function));
  place.append("()");
  place.append(detail);
  if (!provider.empty()) {
    place.append(" of provider ");
    place.append(provider);
  }
  static const pid_t kProcess = getpid();  // a child of fork() calls no provider of its own
  process.store(kProcess);
  in_this_process.store(timed_ == Timed::by_observer);
  present.store(true);
  if (CallObserver* observer = call_observer(); observer != nullptr && timed_ == Timed::by_observer)
    observer->begin(function);
}

Breadcrumb::~Breadcrumb() {
  if (CallObserver* observer = call_observer(); observer != nullptr && timed_ == Timed::by_observer) observer->end();
  present.store(false);
}

const char* breadcrumb() noexcept {
  return present.load() ? place.c_str() : "";
}

const char* breadcrumb_provider() noexcept {
  return present.load() ? running_provider.c_str() : "";
}

bool is_inside_provider() noexcept {
  return present.load() && in_this_process.load() && process.load() == getpid();
}

}  // namespace heygen::provider
