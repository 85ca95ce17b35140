#include "core/provider/breadcrumb.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>

#include "core/provider/provider.hpp"

namespace heygen::provider {
namespace {

std::array<char, 256> text{};
std::atomic<bool> present{false};
std::atomic<pid_t> process{0};
std::atomic<CallObserver*> watch_of_process{nullptr};

/// A library's file name may hold anything, and this text ends up on a terminal and in JSON.
char harmless(char letter) noexcept {
  const bool plain = letter > 0x20 && letter < 0x7F && letter != '"' && letter != '\\';
  return plain || letter == ' ' ? letter : '?';
}

void append(std::size_t& at, std::string_view part) noexcept {
  const std::size_t size = std::min(part.size(), text.size() - 1 - at);
  std::transform(part.data(), part.data() + size, text.data() + at, harmless);
  at += size;
}

}  // namespace

void set_call_watch(CallObserver* watch) noexcept {
  watch_of_process.store(watch);
}

CallObserver* call_watch() noexcept {
  return watch_of_process.load();
}

Breadcrumb::Breadcrumb(std::string_view provider, std::string_view function) noexcept {
  std::size_t at = 0;
  append(at, function);
  append(at, "() of provider ");
  append(at, provider);
  text[at] = '\0';
  process.store(getpid());
  present.store(true);
  if (CallObserver* watch = call_watch()) watch->begin(function);
}

Breadcrumb::~Breadcrumb() {
  if (CallObserver* watch = call_watch()) watch->end();
  present.store(false);
}

const char* breadcrumb() noexcept {
  return present.load() ? text.data() : "";
}

bool is_inside_provider() noexcept {
  return present.load() && process.load() == getpid();
}

}  // namespace heygen::provider
