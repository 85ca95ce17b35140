// SPDX-License-Identifier: Apache-2.0
// The content of the credentials file, and the one owner of its rules: which slots are filled, whose they are, how they
// change. Members that heygen does not know survive every change, their numbers to the last digit.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/json/value.hpp"

namespace heygen::store {

/// A part of the file that holds a credential: "api_key", "oauth" or "providers.<id>".
struct FilledSlot {
  std::string slot;
  std::vector<std::string> ids;  ///< the providers that share it, in order, installed or not; never empty
  bool readable = true;          ///< false: `providers.<id>` of a provider whose slot is a reserved one
  bool operator==(const FilledSlot&) const = default;
};

class CredentialsDocument {
 public:
  enum class Shape : unsigned char { absent, blank, plain_key, json };

  CredentialsDocument() = default;  ///< no file
  /// `root` must be an object.
  explicit CredentialsDocument(json::Value root) : shape_(Shape::json), root_(std::move(root)) {}
  /// Throws std::runtime_error with the reason, a clause that never quotes the content.
  static CredentialsDocument parse(std::string_view text);

  Shape shape() const { return shape_; }
  /// Always an object; a plain-text key shows as {"api_key": …}.
  const json::Value& root() const { return root_; }
  bool is_empty() const { return root_.as_object().empty(); }

  /// The slot of this provider has a value: one of the wrong JSON type, or anything but null, "", [] and {}, at any
  /// depth.
  bool is_filled(std::string_view id) const;
  /// Its slot is filled with a value of the wrong JSON type. A plain-text slot never is: its provider judges.
  bool is_malformed(std::string_view id) const;
  /// Reserved slots first, then `providers` in the file's order.
  std::vector<FilledSlot> filled_slots() const;

  /// The state of a provider as it sees it: an object, empty when its slot is absent or malformed. A plain-text slot
  /// shows as {"<slot>": value}.
  json::Value state(std::string_view id) const;
  /// The same for a slot, empty when no provider can read it.
  json::Value state(const FilledSlot& slot) const;
  /// Which of the providers that share this provider's slot logged in; "" when the slot is not shared, or does not say.
  /// It is in a member of the slot that is not part of the state.
  std::string login_of(std::string_view id) const;
  /// Remembers that this provider logged in.
  void set_login(std::string_view id);

  /// Puts a state back; an empty one removes the slot.
  void set_state(std::string_view id, const json::Value& state);
  /// Removes every slot, filled or not, except the one named, and `providers` when it is empty then.
  void clear_slots(std::string_view except = {});

  /// Who is logged in: email, first_name, last_name and username as far as they are known; an object.
  json::Value user() const;
  /// Sets these members of the file's `user`, removes those of them without a value, and keeps others.
  void set_user(const json::Value& user);
  /// Removes `user` with everything in it.
  void clear_user();

 private:
  Shape shape_ = Shape::absent;
  json::Value root_ = json::Object{};
};

/// The non-empty strings among email, first_name, last_name and username; when there are none, name or display_name as
/// first_name; an empty object when there is none of these either.
json::Value user_members(const json::Value& object);

}  // namespace heygen::store
