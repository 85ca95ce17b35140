// SPDX-License-Identifier: Apache-2.0
// Secrets in memory: wiped when they go, compared in constant time.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace heygen {

/// Overwrites all of the text's buffer in a way that the compiler keeps, then clears it.
void wipe(std::string& text) noexcept;

/// Wipes a text that has secrets when the scope ends.
struct Wiper {
  std::string& text;
  ~Wiper() { wipe(text); }
};

/// Owns a secret. Copies are wiped one by one; never streamed or formatted by accident: reveal() says where it leaves.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept { text_.swap(other.text_); }
  Secret& operator=(const Secret& other);
  Secret& operator=(Secret&& other) noexcept;
  ~Secret() { wipe(text_); }

  const std::string& reveal() const noexcept { return text_; }
  bool empty() const noexcept { return text_.empty(); }
  bool operator==(const Secret& other) const noexcept;  ///< the time depends only on the sizes

 private:
  std::string text_;
};

/// Equal, in a time that depends only on the sizes.
bool equal_in_constant_time(std::string_view left, std::string_view right) noexcept;

}  // namespace heygen
