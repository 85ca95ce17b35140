// SPDX-License-Identifier: Apache-2.0
#include "core/base/text.hpp"
#include "host/cli/globals.hpp"
#include "host/cli/help.hpp"
#include "host/cli/reference.hpp"
#include "host/manual/manual.hpp"

namespace heygen::host::manual {
namespace {

/// Text that roff prints as it is: no escape, no request at the start of a line, no typographic change of quotes.
std::string roff(std::string_view text) {
  std::string out;
  for (const char letter : text) {
    switch (letter) {
      case '\\':
        out += "\\e";
        break;
      case '-':
        out += "\\-";
        break;
      case '\'':
        out += "\\(aq";
        break;
      case '`':
        out += "\\(ga";
        break;
      case '^':
        out += "\\(ha";
        break;
      case '~':
        out += "\\(ti";
        break;
      case '"':
        out += "\\(dq";
        break;
      default:
        out += letter;
    }
  }
  return out.starts_with('.') ? "\\&" + out : out;
}

/// Code in backquotes becomes bold.
std::string prose(std::string_view text) {
  std::string out;
  bool code = false;
  for (const std::string& part : split(text, '`')) {
    out += code ? "\\fB" + roff(part) + "\\fR" : roff(part);
    code = !code;
  }
  return out.starts_with('.') ? "\\&" + out : out;
}

std::string paragraphs(std::string_view text) {
  std::string out;
  bool literal = false;
  for (const std::string& line : split(text, '\n')) {
    const bool wants = line.starts_with(' ');
    if (wants != literal) out += wants ? ".PP\n.nf\n.RS 4\n" : ".RE\n.fi\n";
    literal = wants;
    if (wants)
      out += roff(trim(line)) + "\n";
    else if (!line.empty())
      out += ".PP\n" + prose(line) + "\n";
  }
  return literal ? out + ".RE\n.fi\n" : out;
}

std::string entry(const std::string& term, const std::string& text) {
  return ".TP\n" + term + "\n" + prose(text) + "\n";
}

std::string option_text(const std::vector<Option>& options) {
  std::string out;
  for (const Option& option : options) {
    if (option.hidden) continue;
    std::string term = option.shorthand == 0 ? "" : "\\fB\\-" + std::string(1, option.shorthand) + "\\fR, ";
    term += "\\fB" + roff("--" + option.name) + "\\fR";
    if (!option.value.empty()) term += " \\fI" + roff(option.value) + "\\fR";
    std::string text = option.doc;
    if (const std::string notes = notes_of(option); !notes.empty()) text += " " + notes;
    if (!option.choices.empty()) text += ". One of: " + join(option.choices, ", ");
    out += entry(term, text);
  }
  return out;
}

std::string examples(const Command& command) {
  std::string out = ".PP\n.nf\n.RS 4\n";
  for (const std::string& example : command.examples) out += roff(example) + "\n";
  return out + ".RE\n.fi\n";
}

std::string command_text(const Command& command, Services& services) {
  std::string out = ".SS \"" + roff("heygen " + join(command.words, " ")) + "\"\n" + prose(command.summary) + ".\n";
  out += paragraphs(command.description) + ".PP\n\\fB" + roff("heygen " + join(command.words, " ")) + "\\fR";
  for (const Positional& positional : command.positionals) out += " \\fI" + roff(cli::usage_of(positional)) + "\\fR";
  out += " [\\fIOPTIONS\\fR]\n";
  for (const Positional& positional : command.positionals)
    out += entry("\\fI" + roff(cli::usage_of(positional)) + "\\fR", positional.doc);
  return out + option_text(command.options(services)) + examples(command);
}

std::string head(const std::string& name, const std::string& summary, const std::string& date) {
  std::string title = name;
  for (char& letter : title)
    if (letter >= 'a' && letter <= 'z') letter = static_cast<char>(letter - 32);
  return ".TH \"" + title + "\" 1 \"" + date + "\" \"heygen " + std::string(version()) +
         "\" \"User Commands\"\n.nh\n.ad l\n.SH NAME\n" + roff(name) + " \\- " + roff(summary) + "\n";
}

std::string lower_first(std::string text) {
  if (text.size() > 1 && text[0] >= 'A' && text[0] <= 'Z' && !(text[1] >= 'A' && text[1] <= 'Z'))
    text[0] = static_cast<char>(text[0] + 32);
  return text;
}

std::string chapter_page(const Chapter& chapter, Services& services, const std::string& date) {
  std::string out = head("heygen-" + chapter.word, lower_first(chapter.summary), date);
  const bool single = chapter.commands.size() == 1 && chapter.commands[0]->words.size() == 1;
  out += ".SH SYNOPSIS\n\\fB" + roff("heygen " + chapter.word) + "\\fR" + (single ? "" : " \\fICOMMAND\\fR") +
         " [\\fIOPTIONS\\fR]\n";
  if (!chapter.important.empty()) out += ".SH IMPORTANT\n" + prose(chapter.important) + "\n";
  out += ".SH COMMANDS\n";
  for (const Command* command : chapter.commands) out += command_text(*command, services);
  out += ".SH GLOBAL OPTIONS\n" + option_text(cli::global_options());
  return out + ".SH SEE ALSO\n.BR heygen (1)\n";
}

std::string main_page(const std::vector<Chapter>& chapters, const std::string& date) {
  std::string out = head("heygen", "command line client of the HeyGen video API", date);
  out += ".SH SYNOPSIS\n\\fBheygen\\fR \\fICOMMAND\\fR [\\fIOPTIONS\\fR]\n.SH DESCRIPTION\n" +
         paragraphs(
             "It creates, translates and manages videos, avatars and voices. Results go to stdout as JSON, or as "
             "human-readable text with --human. An error is one line of JSON on stderr.\n"
             "Start with `heygen auth login`. Run `heygen COMMAND --help` for details.");
  out += ".SH COMMANDS\n";
  for (const Chapter& chapter : chapters)
    out += entry("\\fB" + roff("heygen-" + chapter.word) + "\\fR(1)", chapter.summary);
  out += ".SH OPTIONS\n" + option_text(cli::root_options());
  out += ".SH EXIT STATUS\n";
  for (const cli::ExitCode& row : cli::exit_codes())
    out += entry("\\fB" + std::to_string(static_cast<int>(row.exit)) + "\\fR", std::string(row.meaning));
  out += ".SH ERRORS\n" + prose("Values of error.code on stderr. The API may return others.") + "\n";
  for (const cli::ErrorCode& row : cli::error_codes())
    out += entry("\\fB" + roff(row.code) + "\\fR", std::string(row.meaning));
  out += ".SH ENVIRONMENT\n";
  for (const cli::Variable& row : cli::variables())
    out += entry("\\fB" + roff(row.name) + "\\fR", std::string(row.meaning));
  out += ".SH FILES\n";
  for (const cli::File& row : cli::files()) out += entry("\\fI" + roff(row.path) + "\\fR", std::string(row.meaning));
  out += ".SH SEE ALSO\n";
  for (const Chapter& chapter : chapters)
    out += ".BR " + roff("heygen-" + chapter.word) + " (1)" + (&chapter == &chapters.back() ? "\n" : " ,\n");
  return out;
}

}  // namespace

Pages man_pages(const CommandTable& table, Services& services, const std::string& date) {
  const std::vector<Chapter> chapters = chapters_of(table);
  Pages pages{{"heygen.1", main_page(chapters, date)}};
  for (const Chapter& chapter : chapters)
    pages["heygen-" + chapter.word + ".1"] = chapter_page(chapter, services, date);
  return pages;
}

}  // namespace heygen::host::manual
