// SPDX-License-Identifier: Apache-2.0
#include "host/command.hpp"

#include <algorithm>

#include "core/base/text.hpp"

namespace heygen::host {

std::string Parsed::value(std::string_view name, std::string_view fallback) const {
  const auto at = options.find(name);
  return at == options.end() || at->second.empty() ? std::string(fallback) : at->second.back();
}

std::vector<std::string> Parsed::values(std::string_view name) const {
  const auto at = options.find(name);
  return at == options.end() ? std::vector<std::string>{} : at->second;
}

bool Parsed::is_on(std::string_view name) const {
  return value(name) == "true";
}

const Command* CommandTable::find(const std::vector<std::string>& words) const {
  const auto at = std::ranges::find(commands_, words, &Command::words);
  return at == commands_.end() ? nullptr : &*at;
}

std::string paragraphs(std::string_view text) {
  std::string out;
  bool literal = false;
  for (const std::string& line : split(trim(text), '\n')) {
    const bool fresh = out.empty() || out.ends_with('\n');
    if (line.empty())
      out += "\n\n";
    else if (line.starts_with(' ') || literal)
      out += (fresh ? "" : "\n") + line;
    else
      out += (fresh ? "" : " ") + line;
    literal = line.starts_with(' ');
  }
  return out;
}

}  // namespace heygen::host
