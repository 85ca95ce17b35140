#include "core/provider/breadcrumb.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>

#include "core/provider/provider.hpp"

namespace heygen::provider {
namespace {

std::array<char, 256> text{};
std::atomic<bool> present{false};

void append(std::size_t& at, std::string_view part) noexcept {
  const std::size_t size = std::min(part.size(), text.size() - 1 - at);
  std::copy_n(part.data(), size, text.data() + at);
  at += size;
}

}  // namespace

Breadcrumb::Breadcrumb(std::string_view provider, std::string_view function) noexcept {
  std::size_t at = 0;
  append(at, function);
  append(at, "() of provider ");
  append(at, provider);
  text[at] = '\0';
  present.store(true);
}

Breadcrumb::~Breadcrumb() {
  present.store(false);
}

const char* breadcrumb() noexcept {
  return present.load() ? text.data() : "";
}

}  // namespace heygen::provider
