// SPDX-License-Identifier: Apache-2.0
// Documents in human-readable form.
#pragma once

#include <string>
#include <vector>

#include "core/json/value.hpp"
#include "core/output/style.hpp"

namespace heygen::output {

/// The payload of a document (`data` when there is one) as a table, details or a value, and then what else the
/// response says (null, false and empty members left out). Rows with too many fields for the width become details.
/// Every text of the document is made printable(). Ends with a newline. Where the paging is known, a sentence on how to
/// get the rest replaces its members.
std::string human(const json::Value& document, const std::vector<Column>& columns, const HumanStyle& style);

/// The details of an object, as human() shows them, but only of these members and in this order.
std::string human_members(const json::Value& object, const std::vector<Column>& columns, const HumanStyle& style);

}  // namespace heygen::output
