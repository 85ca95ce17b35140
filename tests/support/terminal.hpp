// SPDX-License-Identifier: Apache-2.0
// A terminal that remembers what it showed, and a user who types what the test says.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/cancel.hpp"
#include "core/base/error.hpp"
#include "core/base/terminal.hpp"

namespace heygen::test {

class FakeTerminal : public Terminal {
 public:
  /// No stream is a terminal, or which ones are.
  FakeTerminal() = default;
  FakeTerminal(bool in, bool out, bool err) : in_(in), out_(out), err_(err) {}

  bool stdin_is_terminal() const override { return in_; }
  bool stdout_is_terminal() const override { return out_; }
  bool stderr_is_terminal() const override { return err_; }
  int columns() const override { return columns_; }
  void set_columns(int count) { columns_ = count; }
  void notice(std::string_view line) override {
    notices.emplace_back(line);
    if (on_notice) on_notice(std::string(line));
  }
  void show_status(std::string_view line) override { statuses.emplace_back(line); }
  std::string read_line(std::string_view prompt, const Cancel& cancel) override {
    prompts.emplace_back(prompt);
    if (cancel.requested()) throw canceled_error();
    return input;
  }
  Secret read_secret(std::string_view prompt, std::size_t limit, const Cancel&) override {
    prompts.emplace_back(prompt);
    if (input.size() > limit) throw usage_error("stdin holds too much.");
    return Secret(input);
  }
  void set_terminal(bool all) { in_ = out_ = err_ = all; }

  std::string input;
  std::vector<std::string> notices, prompts, statuses;
  std::function<void(const std::string&)> on_notice;

 private:
  bool in_ = false, out_ = false, err_ = false;
  int columns_ = 80;
};

}  // namespace heygen::test
