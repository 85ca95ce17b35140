// SPDX-License-Identifier: Apache-2.0
#include "host/requests/response.hpp"

#include <algorithm>
#include <array>
#include <exception>

#include "core/api/job.hpp"
#include "core/base/limits.hpp"
#include "core/base/text.hpp"
#include "core/json/compact.hpp"
#include "core/json/parse.hpp"
#include "core/json/parse_compact.hpp"
#include "core/output/style.hpp"
#include "core/transport/rules/failure.hpp"
#include "core/transport/rules/response_error.hpp"
#include "host/io.hpp"
#include "host/requests/spool.hpp"

namespace heygen::host::requests {
namespace {

constexpr int kNoContent = 204, kResetContent = 205;

bool has_body(const transport::ApiRequest& request, const transport::ApiResponse& response) {
  return response.status != kNoContent && response.status != kResetContent && request.method != "HEAD";
}

constexpr std::size_t kStart = 64 * limits::kKiB;  // of a response, kept for its IDs
constexpr std::size_t kShownStart = 256;
constexpr std::uint64_t kMostReserved = 16 * limits::kMiB;

/// Appends to `out`, which `settle` may empty between the pieces; `start` becomes how the body begins.
void read_compact(transport::ApiResponse& response, std::string& out, std::string& start,
                  const std::function<void()>& settle) {
  try {
    json::Compactor compactor;
    std::array<char, 65536> piece;
    while (const std::size_t count = response.stream->read(piece)) {
      start.append(piece.data(), std::min(count, kStart - std::min(kStart, start.size())));
      compactor.feed({piece.data(), count}, out);
      settle();
    }
    compactor.finish();
  } catch (const json::ParseError& fault) {
    throw transport::unreadable_response(response.headers, start, fault.what());
  }
}

void say_it_may_have_acted(Error& error, const transport::ApiRequest& request) {
  if (transport::changes_something(request) && !error.may_have_taken_effect)
    transport::say_that_it_may_have_taken_effect(error, request.look, transport::key_of(request));
}

/// An ID that has come is not lost with the rest of the response to a change.
void keep_ids(Error& error, const transport::ApiRequest& request, const std::string& start) {
  if (!transport::changes_something(request)) return;
  JobReference job = api::job_of_start(request.method, request.path, start);
  if (job.ids.empty()) return;
  if (const std::string look = api::follow_up_hint(job); error.hint.find(job.show) == std::string::npos)
    error.hint += (error.hint.empty() ? "" : " ") + look;
  error.job = std::move(job);
}

std::string shown_start(const std::string& start) {
  return " The response begins with: " + printable(trim(start).substr(0, kShownStart));
}

/// Reads the response by `read`, which throws an Error when it is not what it should be. An ID is not lost with it.
template <class Read>
auto read_or_say(const transport::ApiRequest& request, Read read) {
  std::string start;
  try {
    return read(start);
  } catch (Error& error) {
    say_it_may_have_acted(error, request);
    keep_ids(error, request, start);
    if (transport::changes_something(request) && trim(start).starts_with('{')) error.hint += shown_start(start);
    throw;
  }
}

/// The response to a request that starts a job, whole, whatever it is.
class KeptResponse {
 public:
  /// As read_response() does. What has come so far is there when it throws.
  std::string read(const transport::ApiRequest& request, transport::ApiResponse& response, std::size_t limit) {
    std::array<char, 65536> piece;
    if (!has_body(request, response)) return {};
    while (const std::size_t count = response.stream->read(piece)) {
      take({piece.data(), count}, limit);
      raw_.settle();
    }
    if (too_large_) throw transport::too_large_error(limit, true);
    try {
      if (!fault_) compactor_.finish();
    } catch (const json::ParseError& fault) {
      fault_ = fault;
    }
    if (fault_) throw transport::unreadable_response(response.headers, start_, fault_->what());
    return std::move(text_);
  }

  /// All of it as it came, on a line of its own; without what could control a terminal.
  void print(const Printer& printer) {
    if (start_.empty()) return;
    raw_.write([&](std::string_view piece) {
      if (!piece.empty()) printer.write(printer.to_terminal() ? printable(piece, true) : std::string(piece));
    });
    if (!ends_line_) printer.write("\n");
  }

  const std::string& start() const { return start_; }

 private:
  void take(std::string_view piece, std::size_t limit) {
    raw_.text() += piece;
    start_ += piece.substr(0, kStart - std::min(kStart, start_.size()));
    ends_line_ = piece.ends_with('\n');
    if (fault_ || too_large_) return;
    try {
      compactor_.feed(piece, text_);
    } catch (const json::ParseError& fault) {
      fault_ = fault;
    }
    too_large_ = text_.size() > limit;
    if (too_large_) text_.clear();
  }

  json::Compactor compactor_;
  Spool raw_;
  std::string text_, start_;
  std::optional<json::ParseError> fault_;
  bool too_large_ = false, ends_line_ = false;
};

Error output_closed_error() {
  return {code::kFileIo, "Could not write to stdout: its reader has closed it.",
          "The command itself was carried out; only its output is incomplete."};
}

JobReference job_in(const transport::ApiRequest& request, const std::string& text) {
  try {
    return api::job_of(request.method, request.path, json::parse(text));
  } catch (const json::ParseError&) {  // too large to be held, or empty
    return {{}, request.look};
  }
}

/// Prints by `print`. What a change brought is not lost when it cannot be written: it is in the error.
template <class Print>
void print_or_say(const Printer& printer, const transport::ApiRequest& request, const std::string& text, Print print) {
  constexpr std::size_t kLongest = 2000;
  if (!transport::changes_something(request)) return print();
  try {
    print_or_fail(print);
  } catch (Error& error) {
    error.job = job_in(request, text);
    if (const std::string look = api::follow_up_hint(*error.job); !look.empty()) error.hint += " " + look;
    if (!printer.options.jq && !text.empty() && text.size() <= kLongest)
      error.hint += " The response was: " + std::string(trim(text));
    throw;
  }
}

std::string read_response(const transport::ApiRequest& request, transport::ApiResponse& response, std::size_t limit,
                          std::string& start) {
  std::string text;
  // White space makes it shorter, nothing makes it longer; what the server announces is not believed without limit.
  text.reserve(std::min<std::uint64_t>(response.stream->length().value_or(0), kMostReserved));
  const auto check_size = [&] {
    if (text.size() > limit) throw transport::too_large_error(limit, true);
  };
  if (has_body(request, response)) read_compact(response, text, start, check_size);
  return text;
}

}  // namespace

void print_or_fail(const std::function<void()>& print) {
  try {
    print();
  } catch (const OutputClosed&) {
    throw output_closed_error();
  }
}

std::string send(transport::ApiClient& client, const transport::ApiRequest& request) {
  transport::ApiResponse response = client.call(request);
  return read_or_say(
      request, [&](std::string& start) { return read_response(request, response, client.buffer_limit(), start); });
}

std::string send_and_keep(transport::ApiClient& client, const Printer& printer, const transport::ApiRequest& request,
                          const std::function<void()>& before_printing) {
  transport::ApiResponse response = client.call(request);
  KeptResponse kept;
  try {
    return kept.read(request, response, client.buffer_limit());
  } catch (Error& error) {
    say_it_may_have_acted(error, request);
    keep_ids(error, request, kept.start());
    before_printing();
    try {
      print_or_fail([&] { kept.print(printer); });
    } catch (const Error& fault) {
      error.hint += " " + fault.message() + shown_start(kept.start());
    }
    throw;
  }
}

void send_and_print(transport::ApiClient& client, Printer& printer, const transport::ApiRequest& request,
                    const std::vector<output::Column>& columns) {
  transport::ApiResponse response = client.call(request);
  printer.only_reads = !transport::changes_something(request);
  // What goes to a terminal is for eyes, and looked at whole; so is what --jq gets.
  if (printer.human() || printer.options.jq || printer.to_terminal()) {
    const std::string text = read_or_say(
        request, [&](std::string& start) { return read_response(request, response, client.buffer_limit(), start); });
    return print_result(printer, request, text, columns);
  }
  if (!has_body(request, response)) return;
  Spool spool;
  read_or_say(request,
              [&](std::string& start) { read_compact(response, spool.text(), start, [&] { spool.settle(); }); });
  spool.text() += '\n';
  const std::string none;
  const std::string& whole = spool.is_small() ? spool.text() : none;
  print_or_say(printer, request, whole, [&] { spool.write(printer.write); });
}

void print_result(Printer& printer, const transport::ApiRequest& request, const std::string& text,
                  const std::vector<output::Column>& columns) {
  printer.shows_change = transport::changes_something(request);
  print_or_say(printer, request, text, [&] { print_response(printer, text, columns); });
}

namespace {

template <class Parse>
json::Value parse_by(const std::string& text, Parse parse) {
  if (text.empty()) throw transport::unreadable_response({}, text, {});
  try {
    return parse(text);
  } catch (const json::ParseError& fault) {
    throw Error(code::kResponseParse, "The response is not valid JSON: " + std::string(fault.what()) + ".",
                "Use the output without --human, --jq and --wait.");
  }
}

}  // namespace

json::Value parse_response(const std::string& text) {
  return parse_by(text, json::parse);
}

void print_response(Printer& printer, const std::string& text, const std::vector<output::Column>& columns) {
  if (text.empty()) return;
  if (printer.human())
    printer.print_human(parse_by(text, json::parse_compact), columns);
  else
    printer.print_json(text);
}

}  // namespace heygen::host::requests
