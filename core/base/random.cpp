#include "core/base/random.hpp"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>

#include "core/base/error.hpp"

namespace heygen {

namespace {

class SystemRandom : public Random {
 public:
  void fill(std::span<std::byte> out) override {
    while (!out.empty()) {
      const ssize_t got = getrandom(out.data(), out.size(), 0);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) throw Error(code::kError, std::string("The system gives no random bytes: ") + std::strerror(errno));
      out = out.subspan(static_cast<std::size_t>(got));
    }
  }
};

}  // namespace

double Random::unit() {
  std::array<std::byte, 8> bytes{};
  fill(bytes);
  std::uint64_t bits = 0;
  std::memcpy(&bits, bytes.data(), bytes.size());
  return static_cast<double>(bits >> 11U) * 0x1.0p-53;
}

Random& system_random() {
  static SystemRandom random;
  return random;
}

}  // namespace heygen
