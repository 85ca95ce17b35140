// SPDX-License-Identifier: Apache-2.0
#include "host/requests/response.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <functional>

#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/json/compact.hpp"
#include "core/json/parse.hpp"
#include "core/output/style.hpp"
#include "core/transport/rules/failure.hpp"
#include "core/transport/rules/response_error.hpp"

namespace heygen::host::requests {
namespace {

constexpr int kNoContent = 204, kResetContent = 205;

/// Text in memory, and in a nameless temporary file once it is large.
class Spool {
 public:
  ~Spool() {
    if (file_ != nullptr) static_cast<void>(std::fclose(file_));  // it is gone with this
  }
  Spool() = default;
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  std::string& text() { return text_; }

  /// Moves what is in text() to the file if it has become large.
  void settle() {
    constexpr std::size_t kLarge = std::size_t{4} << 20;
    if (text_.size() < kLarge) return;
    if (file_ == nullptr) file_ = std::tmpfile();
    // Flushed here, where a full disk is noticed: rewind() would forget it.
    if (file_ == nullptr || std::fwrite(text_.data(), 1, text_.size(), file_) != text_.size() ||
        std::fflush(file_) != 0)
      throw Error(code::kFileIo,
                  "Could not store the large response in a temporary file: " + describe_errno(errno) + ".",
                  "Free up space in the directory for temporary files.");
    text_.clear();
  }

  void write(const std::function<void(std::string_view)>& out) {
    if (file_ != nullptr) std::rewind(file_);
    std::array<char, 65536> piece;
    while (file_ != nullptr) {
      const std::size_t count = std::fread(piece.data(), 1, piece.size(), file_);
      if (count == 0) break;
      out({piece.data(), count});
    }
    if (file_ != nullptr && std::ferror(file_) != 0)
      throw Error(code::kFileIo, "Could not read the response from its temporary file: " + describe_errno(errno) + ".",
                  "Check the disk of the directory for temporary files.");
    out(text_);
  }

 private:
  std::string text_;
  std::FILE* file_ = nullptr;
};

bool has_body(const transport::ApiRequest& request, const transport::ApiResponse& response) {
  return response.status != kNoContent && response.status != kResetContent && request.method != "HEAD";
}

/// Appends to `out`, which `settle` may empty between the pieces.
void read_compact(transport::ApiResponse& response, std::string& out, const std::function<void()>& settle) {
  constexpr std::size_t kStart = 256;
  std::string start;
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

/// Reads the response by `read`, which throws an Error when it is not what it should be.
template <class Read>
auto read_or_say(const transport::ApiRequest& request, Read read) {
  try {
    return read();
  } catch (Error& error) {
    if (transport::changes_something(request) && !error.may_have_taken_effect)
      transport::say_that_it_may_have_taken_effect(error, request.look);
    throw;
  }
}

/// Prints by `print`. What a change brought is not lost when it cannot be written: it is in the error.
template <class Print>
void print_or_say(const Printer& printer, const std::string& text, Print print) {
  constexpr std::size_t kLongest = 2000;
  try {
    print();
  } catch (Error& error) {
    const bool said = printer.only_reads || printer.options.jq;
    if (!said && !text.empty() && text.size() <= kLongest)
      error.hint += " The response was: " + std::string(trim(text));
    throw;
  }
}

}  // namespace

std::string read_response(const transport::ApiRequest& request, transport::ApiResponse& response, std::size_t limit) {
  std::string text;
  const auto check_size = [&] {
    if (text.size() > limit) throw transport::too_large_error(limit, true);
  };
  if (has_body(request, response)) read_compact(response, text, check_size);
  return text;
}

std::string send(transport::ApiClient& client, const transport::ApiRequest& request) {
  transport::ApiResponse response = client.call(request);
  return read_or_say(request, [&] { return read_response(request, response, client.buffer_limit()); });
}

void send_and_print(transport::ApiClient& client, Printer& printer, const transport::ApiRequest& request,
                    const std::vector<output::Column>& columns) {
  transport::ApiResponse response = client.call(request);
  printer.only_reads = !transport::changes_something(request);
  // What goes to a terminal is for eyes, and looked at whole; so is what --jq gets.
  if (printer.human() || printer.options.jq || printer.to_terminal()) {
    const std::string text =
        read_or_say(request, [&] { return read_response(request, response, client.buffer_limit()); });
    return print_or_say(printer, text, [&] { print_response(printer, text, columns); });
  }
  if (!has_body(request, response)) return;
  Spool spool;
  read_or_say(request, [&] { read_compact(response, spool.text(), [&] { spool.settle(); }); });
  spool.text() += '\n';
  print_or_say(printer, spool.text(), [&] { spool.write(printer.write); });
}

json::Value parse_response(const std::string& text) {
  try {
    return json::parse(text);
  } catch (const json::ParseError& fault) {
    throw Error(code::kResponseParse, "The response is not valid JSON: " + std::string(fault.what()) + ".",
                "Use the output without --human, --jq and --wait.");
  }
}

void print_response(Printer& printer, const std::string& text, const std::vector<output::Column>& columns) {
  if (text.empty()) return;
  if (printer.human())
    printer.print_human(parse_response(text), columns);
  else
    printer.print_json(text);
}

}  // namespace heygen::host::requests
