// SPDX-License-Identifier: Apache-2.0
#include "host/commands/doctor/report.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <utility>

#include "core/base/home.hpp"
#include "core/base/known_secrets.hpp"
#include "core/base/text.hpp"

namespace heygen::host::commands::doctor {

namespace {

bool is_of_name(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_' || c == '.';
}

enum class Part : unsigned char { first, any };

/// Replaces `what`, a path or a part of one, where a part of a path ends behind it.
std::string replace_path(std::string text, const std::string& what, const std::string& by, Part part) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos;) {
    const std::size_t end = at + what.size();
    const bool begins = part == Part::any || at == 0 || !is_of_name(text[at - 1]);
    // A full stop ends the sentence.
    const bool ends = end >= text.size() || !is_of_name(text[end]) ||
                      (text[end] == '.' && (end + 1 >= text.size() || !is_of_name(text[end + 1])));
    if (begins && ends) {
      text.replace(at, what.size(), by);
      at += by.size();
    } else {
      ++at;
    }
  }
  return text;
}

/// "/home/ada/x" as "/home/…/x".
std::string cut_accounts(std::string text) {
  for (const std::string_view parent : {"/home/", "/Users/"}) {
    for (std::size_t at = 0; (at = text.find(parent, at)) != std::string::npos;) {
      at += parent.size();
      std::size_t end = at;
      while (end < text.size() && is_of_name(text[end])) ++end;
      if (end > at) text.replace(at, end - at, "…");
    }
  }
  return text;
}

/// A word with an @ before a domain with a dot.
std::string cut_mail(const std::string& text) {
  std::string out = text;
  for (std::size_t at = 0; (at = out.find('@', at + 1)) != std::string::npos;) {
    std::size_t begin = at, end = at + 1;
    while (begin > 0 && (is_of_name(out[begin - 1]) || out[begin - 1] == '+')) --begin;
    while (end < out.size() && is_of_name(out[end])) ++end;
    const std::string_view domain = trim(std::string_view(out).substr(at + 1, end - at - 1));
    const std::size_t dot = domain.find('.');
    if (begin == at || dot == std::string_view::npos || dot + 1 == domain.size()) continue;
    out.replace(begin, end - begin, "(mail address)");
    at = begin;
  }
  return out;
}

struct Mark {
  std::string_view utf8, ascii, color;
};
constexpr std::array<Mark, 4> kMarks{{
    {"✓", "+", "\x1b[32m"},
    {"!", "!", "\x1b[33m"},
    {"✗", "x", "\x1b[31m"},
    {"-", "-", "\x1b[2m"},
}};

std::string mark_of(Status status, const Look& look) {
  const Mark& mark = kMarks[static_cast<std::size_t>(status)];
  const std::string text(look.utf8 ? mark.utf8 : mark.ascii);
  return look.color ? std::string(mark.color) + text + "\x1b[0m" : text;
}

std::string ascii(std::string text) {
  const std::string_view kEllipsis = "…";
  for (std::size_t at = 0; (at = text.find(kEllipsis, at)) != std::string::npos;)
    text.replace(at, kEllipsis.size(), "...");
  return text;
}

bool needs_work(const Check& check) {
  return (check.status == Status::fail || check.status == Status::warn) && !check.next.empty();
}

}  // namespace

Anonymizer::Anonymizer(const Environment& environment) {
  const std::filesystem::path account = account_home();
  for (const std::string& home : {home_directory(environment).string(), account.string()})
    if (home.size() > 1 && std::ranges::count(homes_, home) == 0) homes_.push_back(home);
  std::ranges::sort(homes_, std::ranges::greater{}, &std::string::size);
  constexpr std::array<std::string_view, 2> kNoNames{"root", "heygen"};
  for (const std::string& name : {environment.value("USER"), environment.value("LOGNAME"), account.filename().string()})
    if (!name.empty() && std::ranges::count(kNoNames, name) == 0) names_.push_back(name);
}

std::string Anonymizer::clean(std::string text) const {
  for (const std::string& home : homes_) text = replace_path(std::move(text), home, "~", Part::first);
  text = cut_accounts(std::move(text));
  for (const std::string& name : names_) text = replace_path(std::move(text), "/" + name, "/…", Part::any);
  return printable(hide_secrets(cut_mail(text)));
}

void Anonymizer::clean(Checks& checks) const {
  for (Check& check : checks) {
    check.summary = clean(std::move(check.summary));
    check.next = clean(std::move(check.next));
  }
}

std::string text_of(const Checks& checks, const Look& look) {
  std::string out;
  for (const Check& check : checks) {
    out += mark_of(check.status, look) + " " + check.id + ": " + std::string(trim(check.summary)) + "\n";
  }
  std::vector<std::string> steps;
  for (const Status status : {Status::fail, Status::warn}) {
    for (const Check& check : checks)
      if (check.status == status && needs_work(check) && std::ranges::count(steps, check.next) == 0)
        steps.push_back(check.next);
  }
  out += steps.empty() ? "\nNothing to do.\n" : "\nWhat to do:\n";
  for (std::size_t i = 0; i < steps.size(); ++i) out += std::to_string(i + 1) + ". " + steps[i] + "\n";
  return look.utf8 ? out : ascii(std::move(out));
}

json::Value document_of(const Checks& checks) {
  json::Array rows;
  for (const Check& check : checks) rows.push_back(document_of(check));
  return json::Object{{"checks", std::move(rows)}};
}

}  // namespace heygen::host::commands::doctor
