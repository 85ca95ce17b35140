// SPDX-License-Identifier: Apache-2.0
#include "host/fixed_texts.hpp"

#include "core/base/text.hpp"

namespace heygen::host {
namespace {

constexpr std::string_view kLiveMark = "@LIVE ";

}  // namespace

std::string_view FixedTexts::completion(std::string_view shell) const {
  if (shell == "bash") return bash;
  if (shell == "zsh") return zsh;
  return shell == "fish" ? fish : powershell;
}

std::string live_mark(const std::vector<std::string>& words) {
  return std::string(kLiveMark) + join(words, " ") + "@";
}

std::string without_marks(std::string_view text,
                          const std::function<std::string(const std::vector<std::string>& words)>& part) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t mark = 0; (mark = text.find(kLiveMark)) != std::string_view::npos;) {
    const std::size_t words = mark + kLiveMark.size();
    const std::size_t end = text.find('@', words);
    if (end == std::string_view::npos) break;
    out.append(text.substr(0, mark)).append(part(split(text.substr(words, end - words), ' ')));
    text.remove_prefix(end + 1);
  }
  return out.append(text);
}

}  // namespace heygen::host
