// SPDX-License-Identifier: Apache-2.0
// --fields: the parts of a document that the user names, by dotted path and in that order.
#pragma once

#include <string>
#include <vector>

#include "core/json/value.hpp"
#include "core/output/style.hpp"

namespace heygen::output {

/// Those of `fields` that the payload does not have (`data` when there is one): in none of its rows when it is a list
/// of objects. An empty list or null lacks nothing; any other payload without members lacks all.
std::vector<std::string> missing_fields(const json::Value& document, const std::vector<std::string>& fields);

/// Dotted paths that could be picked, in order of appearance.
std::vector<std::string> known_fields(const json::Value& document);

/// As human(), with only these fields. `columns` gives the headings of those fields that it names.
std::string human_fields(const json::Value& document, const std::vector<std::string>& fields,
                         const std::vector<Column>& columns, const HumanStyle& style);

}  // namespace heygen::output
