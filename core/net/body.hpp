// SPDX-License-Identifier: Apache-2.0
// Request bodies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace heygen::net {

/// Where a request body comes from. Read once from start to end for each request sent.
class Body {
 public:
  virtual ~Body() = default;
  /// Bytes in all; empty when not known in advance (sent chunked).
  virtual std::optional<std::uint64_t> size() const = 0;
  /// Up to out.size() bytes; 0 is the end. Throws heygen::Error when the source fails.
  virtual std::size_t read(std::span<char> out) = 0;
  /// Back to the start, to be sent again. False: it cannot be.
  virtual bool rewind() = 0;
  /// All of it, where it is in memory; as long as the body.
  virtual std::optional<std::string_view> text() const { return {}; }
};

/// A body held in memory; it can always be sent again. Wiped when it goes, since it may carry a token.
class TextBody : public Body {
 public:
  explicit TextBody(std::string text) : text_(std::move(text)) {}
  TextBody(const TextBody&) = delete;
  TextBody& operator=(const TextBody&) = delete;
  ~TextBody() override;
  TextBody(TextBody&&) = default;
  TextBody& operator=(TextBody&&) = default;
  std::optional<std::uint64_t> size() const override { return text_.size(); }
  std::size_t read(std::span<char> out) override;
  bool rewind() override { return at_ = 0, true; }
  std::optional<std::string_view> text() const override { return text_; }

 private:
  std::string text_;
  std::size_t at_ = 0;
};

}  // namespace heygen::net
