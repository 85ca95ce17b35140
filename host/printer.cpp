// SPDX-License-Identifier: Apache-2.0
#include "host/printer.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "core/base/environment.hpp"
#include "core/base/known_secrets.hpp"
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

/// A single step of a jq expression may never end, and libjq cannot be interrupted: an interrupt ends the process, once
/// `rest` is written, if any.
class ImmediateExitScope {
 public:
  ImmediateExitScope(Cancel& cancel, const LastOutput* rest) : cancel_(cancel) {
    cancel_.set_last_output(rest);
    cancel_.allow_immediate_exit(true);
  }
  ~ImmediateExitScope() {
    cancel_.allow_immediate_exit(false);
    cancel_.set_last_output(nullptr);
  }
  ImmediateExitScope(const ImmediateExitScope&) = delete;
  ImmediateExitScope& operator=(const ImmediateExitScope&) = delete;

 private:
  Cancel& cancel_;
};

/// Says after a second that an expression is still at work. Only on a terminal.
class SlowFilterNotice {
 public:
  explicit SlowFilterNotice(Terminal& terminal) {
    if (!terminal.stderr_is_terminal()) return;
    static_cast<void>(hide_secrets({}));  // it may look at the environment, which the filter takes away
    thread_ = std::thread([this, &terminal] { wait(terminal); });
  }
  ~SlowFilterNotice() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
    }
    changed_.notify_one();
    thread_.join();
  }
  SlowFilterNotice(const SlowFilterNotice&) = delete;
  SlowFilterNotice& operator=(const SlowFilterNotice&) = delete;

 private:
  void wait(Terminal& terminal) {
    std::unique_lock lock(mutex_);
    if (!changed_.wait_for(lock, std::chrono::seconds(1), [this] { return over_; }))
      terminal.notice("Waiting for the --jq expression (Ctrl-C stops it)");
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool over_ = false;
  std::thread thread_;
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
  const auto to_keep = [&]() -> LastOutput {
    if (always_on_stdout) return {STDOUT_FILENO, (to_terminal() ? output::harmless_json(text) : text) + "\n"};
    return {STDERR_FILENO, hide_secrets("Without --jq the result is: " + output::harmless_json(text)) + "\n"};
  };
  std::string out;
  try {
    const bool keeps = always_on_stdout || shows_change;
    const LastOutput rest = keeps ? to_keep() : LastOutput{};
    const ImmediateExitScope endless(cancel_, keeps ? &rest : nullptr);
    const SlowFilterNotice notice(terminal_);
    out = filtered(text);
  } catch (const Error&) {
    if (always_on_stdout)
      write(to_keep().text);
    else if (!only_reads)
      terminal_.notice("Without --jq the result is: " + output::harmless_json(text));
    throw;
  }
  write(out);
}

std::string Printer::filtered(const std::string& text) {
  const Cancel never;  // what is shown after a cancellation is what there was before it
  std::string out;
  for (const filter::Result& result : filter_->run(text, cancel_.requested() ? never : cancel_)) {
    if (!to_terminal())
      out += result.text;
    else
      out += result.is_string ? printable(result.text, true) : output::harmless_json(result.text);
    out += '\n';
  }
  return out;
}

void Printer::print_text(std::string_view text) const {
  write(text);
}

}  // namespace heygen::host
