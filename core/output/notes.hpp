// SPDX-License-Identifier: Apache-2.0
// Notes below human-readable output: what it does not show, and how to get it.
#pragma once

#include <string>
#include <vector>

#include "core/json/value.hpp"
#include "core/output/style.hpp"

namespace heygen::output {

/// Faint lines. Words stay whole where they are there to be copied.
std::string note(const std::string& text, const HumanStyle& style, bool whole_words = false);

/// The fields of the rows that no column shows, and --fields, which does; "" when there are none.
std::string hidden_note(const json::Array& rows, const std::vector<Column>& columns, const HumanStyle& style);

/// How to get the rest of a list; "" when the paging is unknown or there is no more.
std::string more_note(const json::Value& document, const HumanStyle& style);

}  // namespace heygen::output
