// SPDX-License-Identifier: Apache-2.0
#include "sdk/tools/check/report.hpp"

#include <algorithm>
#include <array>

#include "core/base/text.hpp"
#include "sdk/tools/check/report/rules.hpp"

namespace heygen::check {
namespace {

constexpr std::array<std::string_view, 4> kWords{"passed", "failed", "not_applicable", "unchecked"};

std::string_view word_of(Result result) {
  return kWords.at(static_cast<std::size_t>(result));
}

const Finding* find(const std::vector<Finding>& list, std::string_view rule) {
  const auto found = std::ranges::find(list, rule, &Finding::rule);
  return found == list.end() ? nullptr : &*found;
}

std::array<int, 4> counts(const Report& report) {
  std::array<int, 4> counted{};
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
  return find(all.inapplicable, rule) != nullptr ? Result::not_applicable : Result::unchecked;
}

std::string reason_of(const Report& report, std::string_view rule) {
  const Result result = result_of(report, rule);
  if (result == Result::passed || result == Result::failed) return {};
  const Finding* found = find(result == Result::unchecked ? report.findings.open : report.findings.inapplicable, rule);
  return found != nullptr ? found->detail : "";
}

std::string to_text(const Report& report, bool all, bool colored) {
  constexpr std::array<std::string_view, 4> kShown{"ok", "FAILED", "n/a", "unchecked"};
  constexpr std::array<std::string_view, 4> kColors{"\x1b[32m", "\x1b[1;31m", "\x1b[2m", "\x1b[33m"};
  const auto paint = [&](std::size_t result, const std::string& text) {
    return colored ? std::string(kColors.at(result)) + text + "\x1b[0m" : text;
  };
  std::string out = about(report);
  for (const Rule& rule : rules()) {
    const Result result = result_of(report, rule.id);
    if (result == Result::passed && !all) continue;
    const auto index = static_cast<std::size_t>(result);
    out += paint(index, padded(kShown.at(index), 11)) + padded(rule.id, 22) + std::string(rule.title) + "\n";
    const std::string indent(11, ' ');
    if (const std::string reason = reason_of(report, rule.id); !reason.empty()) out += indent + "(" + reason + ")\n";
    if (result != Result::failed) continue;
    for (const Finding& finding : report.findings.failed) {
      if (finding.rule == rule.id) out += indent + "- " + printable(finding.detail) + "\n";
    }
    out += indent + "Why:  " + std::string(rule.why) + "\n" + indent + "Fix:  " + std::string(rule.fix) + "\n";
  }
  const auto [passed, failed, inapplicable, open] = counts(report);
  if (!out.ends_with("\n\n")) out += "\n";
  return out + paint(failed > 0 ? 1 : 0, std::to_string(passed) + " passed, " + std::to_string(failed) + " failed") +
         ", " + std::to_string(inapplicable) + " not applicable, " + std::to_string(open) + " unchecked\n";
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
                   {"summary", summary}});
  if (!report.cost.empty()) out->set("cost", report.cost);
  return out;
}

}  // namespace heygen::check
