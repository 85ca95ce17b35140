// SPDX-License-Identifier: Apache-2.0
#include "core/filter/filter.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <climits>
#include <cstdlib>
#include <new>
#include <string_view>
#include <utility>

#include "core/base/cancel.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/filter/jq_library.hpp"
#include "core/json/scan.hpp"

namespace heygen::filter {
namespace {

/// Comes before every expression. jq 1.6 aborts on a number that is not a valid date (1e18), so these call gmtime
/// first, which fails as it should. Of NaN, each processor makes another date. `import` and `include` are syntax errors
/// anywhere but at the start, hence here.
constexpr const char* kPrelude =
    "def _f(f): strftime(f); def _l(f): strflocaltime(f);"
    "def _d(f): if type == \"number\" and isnan then error(\"nan is not a date\") else f end;"
    "def _g: gmtime; def gmtime: _d(_g); def _t: localtime; def localtime: _d(_t);"
    "def strftime(f): if type == \"number\" then gmtime else . end | _f(f);"
    "def strflocaltime(f): if type == \"number\" then localtime else . end | _l(f);"
    "def todate: strftime(\"%Y-%m-%dT%H:%M:%SZ\"); def todateiso8601: todate; def date: todate;"
    ". as $_ | ";

/// While it exists, the process has no environment but the time zone: libjq reads ~/.jq by HOME, and `env` would show
/// the API key. The program has one thread that reads the environment, this one.
class BareEnvironment {
 public:
  BareEnvironment() : before_(environ) {
    if (const char* zone = std::getenv("TZ"); zone != nullptr) variables_[0] = (zone_ += zone).data();
    environ = variables_.data();
  }
  ~BareEnvironment() { environ = before_; }
  BareEnvironment(const BareEnvironment&) = delete;
  BareEnvironment& operator=(const BareEnvironment&) = delete;

 private:
  char** before_;
  std::string zone_ = "TZ=";
  std::array<char*, 2> variables_{};
};

std::string take_string(const JqLibrary& jq, jv text) {
  std::string out(jq.string_value(text), static_cast<std::size_t>(jq.string_length(jq.copy(text))));
  jq.free(text);
  return out;
}

/// A message of libjq, which may be any value.
std::string take_message(const JqLibrary& jq, jv message) {
  return take_string(jq, jq.kind(message) == JV_KIND_STRING ? message : jq.dump_string(message, 0));
}

/// "jq: error: syntax error, unexpected … (Unix shell quoting issues?) at <top-level>, line 1:" and the line itself.
std::string plain(std::string message) {
  for (const std::string_view end : {" (Unix shell quoting issues?)", " at <top-level>", "\n"})
    message = message.substr(0, message.find(end));
  for (const std::string_view start : {"jq: ", "error: "})
    if (message.starts_with(start)) message.erase(0, start.size());
  constexpr std::string_view kUnknown = " is not defined";  // the name before it may be a key
  const std::size_t name = message.find_first_of("/ ");
  if (message.ends_with(kUnknown)) message.replace(0, name, shown_word(message.substr(0, name)));
  return message;
}

Error failed(const std::string& message) {
  return {code::kError, "The --jq expression failed: " + message + ".",
          "Run the command without --jq to see the document that the expression is applied to."};
}

jv parse(const JqLibrary& jq, std::string_view text) {
  if (text.size() > INT_MAX) throw failed("the document is larger than libjq can read");
  return jq.parse_sized(text.data(), static_cast<int>(text.size()));
}

bool is_number_start(char c) {
  return c == '-' || (c >= '0' && c <= '9');
}

bool is_number_part(char c) {
  return is_number_start(c) || c == '.' || c == 'e' || c == 'E' || c == '+';
}

/// Numbers that libjq prints as they are: up to 15 digits, which fit a double, in its own notation.
bool is_printed_as_it_is(std::string_view number) {
  constexpr std::size_t kDigits = 15;
  if (number == "-0") return false;
  if (number.starts_with('-')) number.remove_prefix(1);
  const std::size_t whole = std::min(number.find_first_not_of("0123456789"), number.size());
  if (whole == number.size()) return whole <= kDigits;
  const std::string_view fraction = number.substr(whole + 1);
  return number[whole] == '.' && whole + fraction.size() <= kDigits && !fraction.empty() && fraction.back() != '0' &&
         (number.front() != '0' || fraction.front() != '0') &&
         fraction.find_first_not_of("0123456789") == std::string_view::npos;
}

/// Where the string that begins at `at` ends.
std::size_t skip_string(std::string_view document, std::size_t at) {
  ++at;
  while (true) {
    at += json::length_to_mark(document.substr(at));
    if (at >= document.size() || document[at] == '"') return at;
    at = std::min(at + 2, document.size());
  }
}

}  // namespace

struct Filter::Machine {
  const JqLibrary& jq = jq_library();
  jq_state* state = jq.init();
  std::vector<std::string> messages;

  Machine() {
    if (state == nullptr) throw std::bad_alloc();
    jq.set_error_cb(
        state,
        [](void* self, jv message) {
          auto* machine = static_cast<Machine*>(self);
          machine->messages.push_back(take_message(machine->jq, message));
        },
        this);
    // Without these, `input` and `debug` crash.
    jq.set_input_cb(
        state, [](jq_state*, void* self) { return static_cast<Machine*>(self)->jq.invalid(); }, this);
    jq.set_debug_cb(
        state, [](void* self, jv value) { static_cast<Machine*>(self)->jq.free(value); }, this);
  }
  ~Machine() { jq.teardown(&state); }
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  Result result(jv value) const {
    const bool is_string = jq.kind(value) == JV_KIND_STRING;
    return {take_string(jq, is_string ? value : jq.dump_string(value, 0)), is_string};
  }

  /// After the last result: `end` is invalid, and carries a message when the expression failed.
  void check_end(jv end) const {
    if (jq.has_message(jq.copy(end)) != 0) {
      const std::string message = take_message(jq, jq.message(end));
      throw failed(message == "break" ? "there is no further input" : message);
    }
    jq.free(end);
    if (jq.halted(state) == 0) return;
    const jv status = jq.exit_code(state);
    const bool good = jq.kind(status) != JV_KIND_NUMBER || jq.number_value(status) == 0;
    jq.free(status);
    if (good) return;
    const jv message = jq.error_message(state);
    if (jq.kind(message) == JV_KIND_INVALID) throw failed("it halted");
    throw failed(take_message(jq, message));
  }
};

Filter::Filter(const std::string& expression) : machine_(std::make_unique<Machine>()) {
  const BareEnvironment bare;
  if (trim(expression).empty())
    throw usage_error("--jq requires an expression.", "`--jq .` shows the complete document.");
  if (expression.find('\0') != std::string::npos)
    throw usage_error("The --jq expression contains a NUL character.", "Remove the character.");
  if (machine_->jq.compile(machine_->state, (kPrelude + expression).c_str()) != 0) return;
  const std::string why = machine_->messages.empty() ? "it cannot be compiled" : plain(machine_->messages.front());
  throw usage_error("The --jq expression is not valid: " + why + ".",
                    "It is jq 1.6; put it in single quotes. Example: --jq '.data[].id'");
}

Filter::~Filter() = default;

std::vector<Result> Filter::run(const std::string& document, const Cancel& cancel) const {
  const BareEnvironment bare;
  const JqLibrary& jq = machine_->jq;
  const jv input = parse(jq, document);
  if (jq.kind(input) == JV_KIND_INVALID) {
    const bool told = jq.has_message(jq.copy(input)) != 0;
    throw failed(told ? take_message(jq, jq.message(input)) : "the document is empty");
  }
  jq.start(machine_->state, input, 0);
  std::vector<Result> results;
  jv value = jq.next(machine_->state);
  for (; jq.kind(value) != JV_KIND_INVALID; value = jq.next(machine_->state)) {
    results.push_back(machine_->result(value));
    if (cancel.requested()) throw canceled_error();
  }
  machine_->check_end(value);
  return results;
}

std::optional<ChangedNumber> Filter::changed_number(const std::string& document) {
  const JqLibrary& jq = jq_library();
  const std::string_view text = document;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '"') at = skip_string(text, at);
    if (at >= text.size() || !is_number_start(text[at])) continue;
    std::size_t end = at + 1;
    while (end < text.size() && is_number_part(text[end])) ++end;
    const std::string_view number = text.substr(at, end - at);
    at = end - 1;
    if (is_printed_as_it_is(number)) continue;
    std::string after = take_string(jq, jq.dump_string(parse(jq, number), 0));
    if (after != number) return ChangedNumber{std::string(number), std::move(after)};
  }
  return {};
}

}  // namespace heygen::filter
