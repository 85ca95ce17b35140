// SPDX-License-Identifier: Apache-2.0
// The result of a command on its way to stdout: JSON, or human-readable; --jq, --fields and paging applied.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/json/value.hpp"
#include "core/output/style.hpp"

namespace heygen {
class Environment;
class Terminal;
}  // namespace heygen
namespace heygen::filter {
class Filter;
}

namespace heygen::host {

/// How the result is shown; of every command line.
struct OutputOptions {
  std::optional<bool> human{};        ///< --human[=BOOL]
  std::optional<std::string> jq{};    ///< --jq EXPR
  std::vector<std::string> fields{};  ///< --fields a,b.c
};

class Printer {
 public:
  /// "human" or "json": HEYGEN_OUTPUT, or the setting `output`. Called only when no option decides.
  using DefaultFormat = std::function<std::string()>;

  Printer(const Environment& environment, Terminal& terminal, Cancel& cancel, DefaultFormat default_format);
  Printer(const Printer&) = delete;
  Printer& operator=(const Printer&) = delete;
  ~Printer();

  OutputOptions options;
  /// Where all of it goes; stdout unless a test replaces it.
  std::function<void(std::string_view)> write;
  /// The command changed nothing, so an error in showing its result may take the result's place. Without it, a field
  /// that does not exist is a warning, and a response on which --jq fails goes to stderr: an ID must not be lost.
  bool only_reads = false;
  /// The result is the response to a request that changed something, and is not lost with an interrupt either.
  bool shows_change = false;
  /// stdout holds the result whatever happens: where --jq fails, all of it.
  bool always_on_stdout = false;
  /// How the response to be shown says that there are more pages.
  std::optional<output::Paging> paging;

  /// --human, JSON with --jq, HEYGEN_OUTPUT, config `output`, else JSON.
  bool human() const;
  /// Throws Error{usage_error} for --jq and --fields where they cannot work, and for a --jq that cannot be compiled.
  void check_options();
  /// A notice when --jq or --fields was given and nothing was printed that it could work on.
  void note_unused_options() const;
  output::HumanStyle style() const;
  /// stdout is a terminal.
  bool to_terminal() const;

  /// The result: one line of JSON, or human-readable.
  void print(const json::Value& document, const std::vector<output::Column>& columns = {});
  /// Human-readable, with --fields.
  void print_human(const json::Value& document, const std::vector<output::Column>& columns);
  /// One line of JSON, given without its end, as it is or what --jq makes of it; on a terminal with escapes for what
  /// could control it.
  void print_json(const std::string& text);
  /// Text as it is.
  void print_text(std::string_view text) const;

 private:
  void print_filtered(const std::string& text);
  std::string filtered(const std::string& text);

  const Environment& environment_;
  Terminal& terminal_;
  Cancel& cancel_;
  DefaultFormat default_format_;
  std::unique_ptr<filter::Filter> filter_;
  bool filtered_ = false, picked_ = false;
};

}  // namespace heygen::host
