// SPDX-License-Identifier: Apache-2.0
#include "core/base/random.hpp"

#include <sys/random.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "core/base/error.hpp"
#include "core/base/file.hpp"

namespace heygen {

namespace {

class SystemRandom : public Random {
 public:
  void fill(std::span<std::byte> out) override {
    while (!out.empty()) {
      const ssize_t got = retry_interrupted([&] { return getrandom(out.data(), out.size(), 0); });
      if (got < 0) {
        throw Error(code::kError, "Could not get random bytes from the system: " + describe_errno(errno) + ".",
                    "heygen needs the system call getrandom(2); check the sandbox or container that it runs in.");
      }
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

std::string new_uuid(Random& random) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<std::byte, 16> bytes{};
  random.fill(bytes);
  bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte{0x40};
  bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += kDigits[std::to_integer<std::size_t>(bytes[i] >> 4U)];
    text += kDigits[std::to_integer<std::size_t>(bytes[i] & std::byte{0x0f})];
  }
  return text;
}

Random& system_random() {
  static SystemRandom random;
  return random;
}

}  // namespace heygen
