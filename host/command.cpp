#include "host/command.hpp"

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

}  // namespace heygen::host
