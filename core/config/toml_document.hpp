// SPDX-License-Identifier: Apache-2.0
// A TOML text: what it says, and edits that change one key and no other byte. The parser stays behind this header.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace heygen::config {

using KeyPath = std::vector<std::string>;
using Scalar = std::variant<bool, std::int64_t, std::string>;

/// The path as TOML writes it: parts that are not plain are in quotes.
std::string dotted(const KeyPath& path);

/// What is wrong with the text, and in which line (from 1). What it quotes is cut where it could be a key.
class TomlError : public std::runtime_error {
 public:
  TomlError(const std::string& what, unsigned at) : std::runtime_error(what), line(at) {}
  unsigned line;
};

/// One value of a document, with its line; an empty table is one too, since it was written for something.
struct TomlValue {
  enum class Kind : unsigned char { scalar, texts, empty_table, other };
  KeyPath path;
  unsigned line = 1;
  Kind kind = Kind::other;
  Scalar scalar{};                   ///< for `scalar`
  std::vector<std::string> texts{};  ///< for `texts`, an array of strings (perhaps empty)
};

class TomlDocument {
 public:
  /// Throws TomlError for text that is not TOML 1.0.
  explicit TomlDocument(std::string text);
  ~TomlDocument();
  TomlDocument(const TomlDocument&) = delete;
  TomlDocument& operator=(const TomlDocument&) = delete;
  TomlDocument(TomlDocument&&) noexcept;
  TomlDocument& operator=(TomlDocument&&) noexcept;

  /// The scalar at that path as text; empty when there is none. Throws TomlError for a table or an array.
  std::optional<std::string> text_of(const KeyPath& path) const;
  /// All values, in the order of their lines.
  std::vector<TomlValue> values() const;
  /// The text with that one key set. Comments, order and all other bytes stay. Throws TomlError when the file is laid
  /// out so that this cannot be done.
  std::string with(const KeyPath& path, const Scalar& value) const;
  /// The text without that key, or without the table of that name. Comments beside and below it go with it; all other
  /// bytes stay. Throws TomlError when there is no such key, or as with() does.
  std::string without(const KeyPath& path) const;
  /// The same where the layout leaves no room: all of it in the parser's own layout, without comments. What is in the
  /// way of the key is gone.
  std::string rewritten_with(const KeyPath& path, const Scalar& value) const;
  std::string rewritten_without(const KeyPath& path) const;

 private:
  struct Parsed;
  std::unique_ptr<const Parsed> parsed_;
};

}  // namespace heygen::config
