// SPDX-License-Identifier: Apache-2.0
#include "host/printer.hpp"

#include <algorithm>
#include <charconv>

#include "core/base/environment.hpp"
#include "core/base/terminal.hpp"
#include "core/base/text.hpp"
#include "core/filter/filter.hpp"
#include "core/json/write.hpp"
#include "core/output/error.hpp"
#include "core/output/fields.hpp"
#include "core/output/human.hpp"
#include "core/output/style.hpp"
#include "host/io.hpp"

namespace heygen::host {

namespace {

/// A single step of a jq expression may never end, and libjq cannot be interrupted.
class ImmediateExitScope {
 public:
  ImmediateExitScope(Cancel& cancel, bool on) : cancel_(cancel) { cancel_.allow_immediate_exit(on); }
  ~ImmediateExitScope() { cancel_.allow_immediate_exit(false); }
  ImmediateExitScope(const ImmediateExitScope&) = delete;
  ImmediateExitScope& operator=(const ImmediateExitScope&) = delete;

 private:
  Cancel& cancel_;
};

/// The start of a text that may be of any length.
std::string shortened(const std::string& text) {
  constexpr std::size_t kLongest = 50;
  return text.size() <= kLongest ? text : text.substr(0, kLongest) + "…";
}

Error no_such_field(const json::Value& document, const std::vector<std::string>& missing) {
  constexpr std::size_t kMost = 40;
  std::vector<std::string> shown;
  for (const std::string& field : missing) shown.push_back(shown_word(field));
  const std::string message = (missing.size() == 1 ? "There is no field " : "There are no fields ") +
                              shortened(join(shown, ", ")) + " in the response.";
  std::vector<std::string> known = output::known_fields(document);
  const std::string near = nearest(missing.front(), known);
  std::string hint = near.empty() ? "" : "Did you mean '" + near + "'? ";
  if (known.empty()) return usage_error(message, "The response contains no objects; omit --fields.");
  const bool more = known.size() > kMost;
  known.resize(std::min(known.size(), kMost));
  return usage_error(message, hint + "Fields: " + join(known, ", ") + (more ? ", …" : ""));
}

}  // namespace

Printer::Printer(const Environment& environment, Terminal& terminal, Cancel& cancel, DefaultFormat default_format)
    : write(write_stdout),
      environment_(environment),
      terminal_(terminal),
      cancel_(cancel),
      default_format_(std::move(default_format)) {}

Printer::~Printer() = default;

bool Printer::human() const {
  if (options.human) return *options.human;
  if (options.jq) return false;
  return default_format_() == "human";
}

bool Printer::to_terminal() const {
  return terminal_.stdout_is_terminal();
}

output::HumanStyle Printer::style() const {
  const bool color = to_terminal() && !environment_.has("NO_COLOR") && !environment_.is_dumb_terminal();
  // A pipe gets all of every value; COLUMNS is for those who want otherwise.
  const std::string& wanted = environment_.value("COLUMNS");
  int width = to_terminal() ? terminal_.columns() : 0;
  int columns = 0;
  const auto [end, failure] = std::from_chars(wanted.data(), wanted.data() + wanted.size(), columns);
  if (failure == std::errc{} && end == wanted.data() + wanted.size() && columns > 0) width = columns;
  return {.width = width, .color = color, .paging = paging};
}

void Printer::check_options() {
  if (options.jq && options.human.value_or(false))
    throw usage_error("--jq filters JSON, but --human prints none.", "Keep one of them.");
  if (!options.fields.empty() && (options.jq || !human()))
    throw usage_error("--fields selects what --human shows.", "Add --human, or filter JSON with --jq.");
  if (std::ranges::any_of(options.fields, [](const std::string& field) { return trim(field).empty(); }))
    throw usage_error("--fields contains an empty name.", "Example: --human --fields id,status");
  if (options.jq) filter_ = std::make_unique<filter::Filter>(*options.jq);
}

void Printer::note_unused_options() const {
  if (filter_ && !filtered_) terminal_.notice("Note: there was no JSON that --jq could filter.");
  if (!options.fields.empty() && !picked_) terminal_.notice("Note: there was nothing that --fields could select.");
}

void Printer::print(const json::Value& document, const std::vector<output::Column>& columns) {
  if (human()) return print_human(document, columns);
  print_json(json::write(document));
}

void Printer::print_human(const json::Value& document, const std::vector<output::Column>& columns) {
  if (options.fields.empty()) return write(output::human(document, columns, style()));
  picked_ = true;
  if (const auto missing = output::missing_fields(document, options.fields); !missing.empty()) {
    if (only_reads) throw no_such_field(document, missing);
    const Error error = no_such_field(document, missing);
    terminal_.notice("Warning: " + error.message() + " " + error.hint);
  }
  write(output::human_fields(document, options.fields, columns, style()));
}

void Printer::print_json(const std::string& text) {
  if (filter_) return print_filtered(text);
  write((to_terminal() ? output::harmless_json(text) : text) + "\n");
}

void Printer::print_filtered(const std::string& text) {
  filtered_ = true;
  if (const auto number = filter::Filter::changed_number(text))
    terminal_.notice("Warning: --jq uses double-precision numbers, so " + shortened(number->before) +
                     " was printed as " + shortened(number->after) + "; other numbers may differ too.");
  std::string out;
  const ImmediateExitScope endless(cancel_, only_reads);
  try {
    for (const filter::Result& result : filter_->run(text, cancel_)) {
      if (!to_terminal())
        out += result.text;
      else
        out += result.is_string ? printable(result.text, true) : output::harmless_json(result.text);
      out += '\n';
    }
  } catch (const Error&) {
    if (!only_reads) terminal_.notice("Without --jq the result is: " + output::harmless_json(text));
    throw;
  }
  write(out);
}

void Printer::print_text(std::string_view text) const {
  write(text);
}

}  // namespace heygen::host
