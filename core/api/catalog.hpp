// SPDX-License-Identifier: Apache-2.0
// The API commands as constant tables, generated at build time from core/api/catalog/*.json.
#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace heygen::api {

enum class OptionType : unsigned char { text, integer, number, boolean, text_list };
enum class Place : unsigned char { query, header, json, multipart };
enum class BodyKind : unsigned char { none, json, multipart };

struct Option {
  std::string_view name;    ///< "voice-id"
  std::string_view target;  ///< wire name, "voice_id"
  std::string_view doc;
  OptionType type = OptionType::text;
  Place place = Place::query;
  bool required = false;
  std::string_view fallback;  ///< shown only; an untouched option is never sent
  std::span<const std::string_view> choices;
  std::optional<double> min, max;
  std::string_view deprecated;  ///< what to do instead, or why; "": it is not deprecated
};

struct Argument {
  std::string_view name;   ///< "video-id"
  std::string_view param;  ///< placeholder in the endpoint
  std::string_view doc;
};

struct Column {
  std::string_view field, header;  ///< header "" : the field's name made readable
};

struct Poll {
  std::string_view endpoint;      ///< "/v3/videos/{video_id}"
  std::string_view status_field;  ///< dotted, "data.status"
  std::string_view id_field;      ///< dotted, in the response that created the job; "data.ids.0" refuses longer lists
  std::span<const std::string_view> done, failed;
  std::string_view follow_up;  ///< "video get"
  std::string_view single;     ///< body field whose list may have one item: with more, several jobs start; or ""
  std::string_view unless_field, unless_value;  ///< with this value in the body, no such job starts; or ""
};

struct Pagination {
  std::string_view cursor_param, limit_param, next_cursor, has_more, items;
  int limit_max = 0;
};

struct Command {
  std::span<const std::string_view> words;  ///< what is typed: "video", "get"
  std::string_view summary;                 ///< one line, no final full stop
  std::string_view description;
  std::string_view example;  ///< "heygen video get vid_123"
  std::string_view method;
  std::string_view endpoint;  ///< placeholders in braces
  BodyKind body = BodyKind::none;
  bool body_optional = false;  ///< a JSON command that may go without a body
  bool destructive = false;
  bool hidden = false;
  int timeout_s = 30;
  std::span<const Argument> arguments;
  std::span<const Option> options;
  std::span<const Column> columns;
  const Poll* poll = nullptr;
  const Pagination* pagination = nullptr;
  /// JSON Schema 2020-12 on one line, with references to schemas(), "#/$defs/NAME"; "" for none.
  std::string_view request_schema, response_schema;
  bool has_deprecated_fields = false;                    ///< somewhere in the request's schema
  bool takes_key = false;                                ///< the service acts once for all requests with the same key
  std::span<const std::string_view> data_only;           ///< body fields without an option of their own
  std::span<const std::string_view> data_only_required;  ///< those of them that the service demands
  std::string_view look;  ///< "video list": shows what the command made, where its path does not tell; or ""
};

struct Group {
  std::string_view word, summary;
};

/// Older words for a command; they run, but are listed nowhere.
struct Alias {
  std::span<const std::string_view> words, target;
};

/// A schema that several commands share, as JSON Schema 2020-12.
struct Schema {
  std::string_view name, text;  ///< text may refer to others, and to itself
};

/// The header of a key, and the option of the commands that take one.
inline constexpr std::string_view kKeyHeader = "Idempotency-Key";
inline constexpr std::string_view kKeyOption = "idempotency-key";

/// Sorted by words.
std::span<const Command> commands();
std::span<const Group> groups();
std::span<const Alias> aliases();
/// In the order of schemas.json.
std::span<const Schema> schemas();
/// nullptr when no command has exactly these words.
const Command* find(std::span<const std::string_view> words);

}  // namespace heygen::api
