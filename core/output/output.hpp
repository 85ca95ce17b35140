// What the user gets: results on stdout, errors on stderr.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/error.hpp"
#include "core/json/value.hpp"

namespace heygen::output {

/// `{"error":{…}}` on one line, without newline. Control characters are escaped: a terminal may show it.
std::string error_envelope(const Error& error);
/// The same JSON, fit for a terminal: control characters and those that reorder text as escapes, bytes that are no
/// UTF-8 as U+FFFD.
std::string harmless_json(const std::string& json);
/// For people: "Error: message", then hint and what support asks for on lines of their own; printable(); without final
/// newline.
std::string error_text(const Error& error);

struct Column {
  std::string field;   ///< dotted path inside a row
  std::string header;  ///< empty: the field's name made readable
};

/// How a list tells that it goes on, and what gets the rest.
struct Paging {
  std::string more, next;     ///< dotted members of the reply: whether there is more, and the cursor to it
  std::string cursor, limit;  ///< options
  bool all = false;           ///< --all was given
};

struct HumanStyle {
  int width = 80;  ///< terminal columns; 0 or less: no limit
  bool color = false;
  std::optional<Paging> paging = {};
};

/// A document for people: the payload (`data` when there is one) as a table, details or a value, and then what else the
/// reply says (null, false and empty members left out). Rows with too many fields for the width become details. Every
/// text of the document is made printable(). Ends with a newline. Where the paging is known, a sentence on how to get
/// the rest stands for its members.
std::string human(const json::Value& document, const std::vector<Column>& columns, const HumanStyle& style);

/// The details of an object, as human() shows them, but of these members alone and in this order.
std::string human_members(const json::Value& object, const std::vector<Column>& columns, const HumanStyle& style);

/// Key as a heading: "created_at" → "Created At", "video_url" → "Video URL".
std::string label_from_field(std::string_view key);

/// A table of given cells, without any look at content; the widest columns are cut until it fits. Ends with a newline.
std::string table(const std::vector<std::string>& headers, const std::vector<std::vector<std::string>>& rows,
                  const HumanStyle& style);

/// Terminal columns that the text takes (UTF-8; combining 0, wide 2).
int cell_width(std::string_view text);

}  // namespace heygen::output
