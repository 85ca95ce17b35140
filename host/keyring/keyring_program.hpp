// SPDX-License-Identifier: Apache-2.0
// The keyring by way of libexec/heygen/heygen-keyring, started for each request: a library that blocks, starts threads
// or crashes does so there.
#pragma once

#include <chrono>
#include <filesystem>

#include "core/store/keyring/keyring.hpp"

namespace heygen {
class Environment;
}

namespace heygen::host {

/// Its requests end within this time.
inline constexpr std::chrono::milliseconds kKeyringLimit{3000};

/// Thread-safe. The program gets what names the session bus, and nothing else of the environment.
class KeyringProgram : public store::Keyring {
 public:
  KeyringProgram(std::filesystem::path program, const Environment& environment,
                 std::chrono::milliseconds limit = kKeyringLimit);

  void check() override;
  std::optional<std::string> get(const store::KeyringKey& key) override;
  void put(const store::KeyringKey& key, const std::string& secret) override;
  void drop_all_but(const store::KeyringKey& key) override;

 private:
  /// What follows the first line; empty for "absent".
  std::optional<std::string> ask(const char* operation, const store::KeyringKey& key, const std::string& secret) const;

  const std::filesystem::path program_;
  const Environment& environment_;
  const std::chrono::milliseconds limit_;
};

/// ../libexec/heygen/heygen-keyring beside the executable; "" where that is "".
std::filesystem::path keyring_program(const std::filesystem::path& executable);

}  // namespace heygen::host
