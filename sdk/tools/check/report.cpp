// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/report.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "core/base/text.hpp"
#include "sdk/tools/check/report/rules.hpp"

namespace heygen::check {
namespace {

constexpr std::array<std::string_view, 5> kWords{"passed", "failed", "not_applicable", "skipped", "unchecked"};
constexpr std::size_t kIndent = 11;

std::string_view word_of(Result result) {
  return kWords.at(static_cast<std::size_t>(result));
}

const Finding* find(const std::vector<Finding>& list, std::string_view rule) {
  const auto found = std::ranges::find(list, rule, &Finding::rule);
  return found == list.end() ? nullptr : &*found;
}

std::array<int, 5> counts(const Report& report) {
  std::array<int, 5> counted{};
  for (const Rule& rule : rules()) ++counted.at(static_cast<std::size_t>(result_of(report, rule.id)));
  return counted;
}

std::string padded(std::string_view text, std::size_t width) {
  return std::string(text) + std::string(text.size() < width ? width - text.size() : 1, ' ');
}

std::string about(const Report& report) {
  std::string out = report.library.string() + "\n";
  if (!report.id.empty()) out += report.id + " " + printable(report.version) + ": " + printable(report.title) + "\n";
  out += "libc: " + report.elf.libc;
  if (!report.elf.newest_glibc.empty()) out += ", needs GLIBC_" + report.elf.newest_glibc;
  out += "; needs " + (report.elf.needed.empty() ? "no library" : join(report.elf.needed, " "));
  if (!report.elf.search_path.empty()) out += "; RPATH " + printable(report.elf.search_path);
  if (!report.elf.sanitizer.empty()) out += "; built with " + report.elf.sanitizer;
  if (!report.cost.empty()) out += "\ncost of its language runtime: " + report.cost;
  return out + "\n\n";
}

}  // namespace

Result result_of(const Report& report, std::string_view rule) {
  const Findings& all = report.findings;
  if (find(all.failed, rule) != nullptr) return Result::failed;
  if (find(all.covered, rule) != nullptr) return Result::passed;
  if (find(all.inapplicable, rule) != nullptr) return Result::not_applicable;
  return find(all.skipped, rule) != nullptr ? Result::skipped : Result::unchecked;
}

std::string reason_of(const Report& report, std::string_view rule) {
  const Result result = result_of(report, rule);
  if (result == Result::passed || result == Result::failed) return {};
  const Findings& all = report.findings;
  const Finding* found = find(result == Result::unchecked ? all.open
                              : result == Result::skipped ? all.skipped
                                                          : all.inapplicable,
                              rule);
  return found != nullptr ? found->detail : "";
}

int unchecked_rules(const Report& report) {
  return counts(report).at(static_cast<std::size_t>(Result::unchecked));
}

namespace {

class TextReport {
 public:
  TextReport(const Report& report, bool all, bool colored) : report_(report), all_(all), colored_(colored) {}

  std::string write() {
    out_ = about(report_);
    for (const Rule& rule : rules()) {
      const Result result = result_of(report_, rule.id);
      if (!all_ && has_many_alike(rule, result)) continue;
      if (result != Result::passed || all_) write_rule(rule, result);
    }
    if (!all_) write_alike();
    if (unchecked_rules(report_) > 0) write_tries();
    for (const std::string& match : report_.unmatched) {
      out_ += "No request matched the world file's response to `" + printable(match) + "`.\n";
    }
    write_counts();
    return std::move(out_);
  }

 private:
  static constexpr int kMostAlike = 3;

  std::string paint(std::size_t result, const std::string& text) const {
    constexpr std::array<std::string_view, 5> kColors{"\x1b[32m", "\x1b[1;31m", "\x1b[2m", "\x1b[2m", "\x1b[33m"};
    return colored_ ? std::string(kColors.at(result)) + text + "\x1b[0m" : text;
  }
  std::string label(Result result) const {
    constexpr std::array<std::string_view, 5> kShown{"ok", "FAILED", "n/a", "skipped", "unchecked"};
    const auto index = static_cast<std::size_t>(result);
    return paint(index, padded(kShown.at(index), kIndent));
  }

  void write_rule(const Rule& rule, Result result) {
    const std::string indent(kIndent, ' ');
    out_ += label(result) + padded(rule.id, 22) + std::string(rule.title) + "\n";
    if (const std::string reason = reason_of(report_, rule.id); !reason.empty()) out_ += indent + "(" + reason + ")\n";
    if (result != Result::failed) return;
    for (const Finding& finding : report_.findings.failed) {
      if (finding.rule == rule.id) out_ += indent + "- " + printable(finding.detail) + "\n";
    }
    out_ += indent + "Why:  " + std::string(rule.why) + "\n" + indent + "Fix:  " + std::string(rule.fix) + "\n";
  }

  int alike(Result result, const std::string& reason) const {
    return static_cast<int>(std::ranges::count_if(rules(), [&](const Rule& rule) {
      return result_of(report_, rule.id) == result && reason_of(report_, rule.id) == reason;
    }));
  }
  bool has_many_alike(const Rule& rule, Result result) const {
    const bool groups = result == Result::unchecked || result == Result::not_applicable;
    return groups && alike(result, reason_of(report_, rule.id)) > kMostAlike;
  }

  /// Many rules that have one reason are one line.
  void write_alike() {
    std::set<std::string> written;
    for (const Rule& rule : rules()) {
      const Result result = result_of(report_, rule.id);
      const std::string reason = reason_of(report_, rule.id);
      if (!has_many_alike(rule, result) || !written.insert(reason).second) continue;
      out_ += label(result) + std::to_string(alike(result, reason)) + " rules (" + printable(reason) +
              "); --all lists them\n";
    }
  }

  void write_tries() {
    for (const Try& tried : report_.tries) {
      out_ += "\n" + tried.function + " ended in " + tried.status +
              (tried.message.empty() ? "" : ": " + printable(tried.message)) + "\n";
      if (!tried.last_request.empty()) out_ += "  after " + printable(tried.last_request) + "\n";
    }
    if (report_.tries.empty() || report_.world->size() == 0) return;
    out_ += "\nA world file gives the provider what it needs. To start from, for --world FILE:\n\n" +
            sdk::write_json_pretty(report_.world);
  }

  void write_counts() {
    const auto [passed, failed, inapplicable, skipped, open] = counts(report_);
    if (!out_.ends_with("\n\n")) out_ += "\n";
    out_ += paint(failed > 0 ? 1 : 0, std::to_string(passed) + " passed, " + std::to_string(failed) + " failed") +
            ", " + (skipped > 0 ? std::to_string(skipped) + " skipped, " : "") + std::to_string(inapplicable) +
            " not applicable, " + std::to_string(open) + " unchecked\n";
  }

  const Report& report_;
  bool all_, colored_;
  std::string out_;
};

}  // namespace

std::string to_text(const Report& report, bool all, bool colored) {
  return TextReport(report, all, colored).write();
}

sdk::Object to_json(const Report& report) {
  sdk::List list = sdk::list();
  for (const Rule& rule : rules()) {
    const Result result = result_of(report, rule.id);
    sdk::Object item = sdk::object({{"rule", rule.id}, {"result", word_of(result)}, {"title", rule.title}});
    if (const std::string reason = reason_of(report, rule.id); !reason.empty()) item->set("reason", reason);
    if (result == Result::failed) {
      sdk::List details = sdk::list();
      for (const Finding& finding : report.findings.failed) {
        if (finding.rule == rule.id) details->add(finding.detail);
      }
      item->set("details", details);
      item->set("why", std::string(rule.why));
      item->set("fix", std::string(rule.fix));
    }
    list->add(item);
  }
  sdk::List tries = sdk::list();
  for (const Try& tried : report.tries) {
    tries->add(sdk::object({{"function", tried.function},
                            {"status", tried.status},
                            {"message", tried.message},
                            {"last_request", tried.last_request}}));
  }
  const auto counted = counts(report);
  sdk::Object summary = sdk::object();
  for (std::size_t i = 0; i < counted.size(); ++i) summary->set(std::string(kWords.at(i)), counted.at(i));
  sdk::Object out =
      sdk::object({{"library", report.library.string()},
                   {"id", report.id},
                   {"version", report.version},
                   {"libc", report.elf.libc},
                   {"glibc", report.elf.newest_glibc},
                   {"needed", sdk::list(std::vector<sdk::Var>(report.elf.needed.begin(), report.elf.needed.end()))},
                   {"rpath", report.elf.search_path},
                   {"sanitizer", report.elf.sanitizer},
                   {"functions", report.steps},
                   {"rules", list},
                   {"last_tries", tries},
                   {"unmatched", sdk::list(std::vector<sdk::Var>(report.unmatched.begin(), report.unmatched.end()))},
                   {"world", report.world},
                   {"summary", summary}});
  if (!report.cost.empty()) out->set("cost", report.cost);
  return out;
}

}  // namespace heygen::check
