// SPDX-License-Identifier: Apache-2.0
#include "core/provider/login/pasted_redirect.hpp"

#include <algorithm>
#include <optional>

#include "core/base/secret.hpp"
#include "core/base/text.hpp"
#include "core/provider/login/request_head.hpp"

namespace heygen::provider {
namespace {

using Params = std::vector<std::pair<std::string, std::string>>;

constexpr std::string_view kScheme = "http://";

const std::string* find(const Params& params, std::string_view name) {
  const auto found = std::ranges::find(params, name, &Params::value_type::first);
  return found == params.end() ? nullptr : &found->second;
}

bool has_double(const Params& params) {
  for (auto at = params.begin(); at != params.end(); ++at) {
    if (std::any_of(params.begin(), at, [&](const auto& earlier) { return earlier.first == at->first; })) return true;
  }
  return false;
}

PastedRedirect fault(std::string sentence) {
  PastedRedirect pasted;
  pasted.fault = std::move(sentence);
  return pasted;
}

/// Without what is copied along.
std::string_view unwrapped(std::string_view text) {
  constexpr std::string_view kAround = "\"'<>`";
  text = trim(text);
  while (!text.empty() && kAround.find(text.front()) != std::string_view::npos) text.remove_prefix(1);
  while (!text.empty() && kAround.find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  return trim(text);
}

bool begins_with(std::string_view text, std::string_view start) {
  return iequals(text.substr(0, start.size()), start);
}

PastedRedirect read_params(Params params, const ExpectedRedirect& expected) {
  if (has_double(params)) return fault("The address has a parameter twice, so it is not used.");
  if (params.empty()) return fault("The address has no code: copy all of it, with what follows the '?'.");
  const std::string* state = find(params, "state");
  if (!expected.state.empty() && state == nullptr)
    return fault("The address has no state: copy all of it, with what follows the '?'.");
  if (!expected.state.empty() && !equal_in_constant_time(*state, expected.state))
    return fault("The address belongs to another login: its state differs.");
  PastedRedirect pasted;
  if (const std::string* error = find(params, "error")) {
    const std::string* words = find(params, "error_description");
    pasted.error = *error + (words != nullptr && !words->empty() ? " (" + *words + ")" : "");
  }
  pasted.params = std::move(params);
  return pasted;
}

/// "CODE#STATE" or "CODE STATE".
std::optional<Params> read_pair(std::string_view text) {
  const std::size_t mark = text.find_first_of("# \t");
  if (mark == std::string_view::npos || text.find_first_of("=&?/") != std::string_view::npos) return {};
  const std::string_view code = text.substr(0, mark), state = trim(text.substr(mark + 1));
  if (code.empty() || state.empty() || state.find_first_of("# \t") != std::string_view::npos) return {};
  return Params{{"code", std::string(code)}, {"state", std::string(state)}};
}

}  // namespace

std::string state_of(std::string_view url) {
  const std::size_t mark = url.find('?');
  if (mark == std::string_view::npos) return {};
  const auto params = parse_query(url.substr(mark + 1, url.find('#') - mark - 1));
  const std::string* state = params ? find(*params, "state") : nullptr;
  return state != nullptr ? *state : std::string{};
}

PastedRedirect read_pasted(std::string_view text, const ExpectedRedirect& expected) {
  text = unwrapped(text);
  const std::string_view uri = expected.redirect_uri;
  if (begins_with(text, uri.substr(kScheme.size()))) text.remove_prefix(uri.size() - kScheme.size());  // as shown
  if (begins_with(text, uri)) text.remove_prefix(uri.size());
  if (begins_with(text, "http:") || begins_with(text, "https:"))
    return fault("That is not the address on which the browser ends: it begins with " + expected.redirect_uri + ".");
  if (auto pair = read_pair(text)) return read_params(std::move(*pair), expected);
  if (text.starts_with('?')) text.remove_prefix(1);
  text = text.substr(0, text.find('#'));
  if (!text.empty() && text.find('=') == std::string_view::npos)
    return fault("That is not the address on which the browser ends: it begins with " + expected.redirect_uri + ".");
  auto params = parse_query(text);
  if (!params) return fault("The address is cut off or damaged.");
  return read_params(std::move(*params), expected);
}

}  // namespace heygen::provider
