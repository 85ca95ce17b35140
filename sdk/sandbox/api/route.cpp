// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/api/route.hpp"

#include <algorithm>
#include <charconv>

#include "sdk/sandbox/base/text.hpp"

namespace heygen::sandbox {
namespace {

constexpr std::string_view kCursorPrefix = "page-";

std::uint64_t read_cursor(const std::string& token) {
  const auto invalid = [] { return Invalid{"token", "token is not a valid pagination cursor of this sandbox."}; };
  if (token.rfind(kCursorPrefix, 0) != 0) throw invalid();
  const std::string digits = token.substr(kCursorPrefix.size());
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size() || number == 0) throw invalid();
  return number;
}

/// Those of the records that the page may hold, in its order.
std::vector<const Record*> in_order(const Records& records, bool newest_first, std::uint64_t after) {
  std::vector<const Record*> found;
  for (const auto& [sequence, record] : records.all()) {
    if (after == 0 || (newest_first ? sequence < after : sequence > after)) found.push_back(&record);
  }
  if (newest_first) std::reverse(found.begin(), found.end());
  return found;
}

}  // namespace

Response not_found(const Resource& resource, const std::string& id, const std::string& param) {
  std::string code(resource.noun);
  std::replace(code.begin(), code.end(), ' ', '_');
  return api_error(404, code + "_not_found", "There is no " + std::string(resource.noun) + ' ' + printable(id) + '.',
                   param);
}

Record& find(Call& call, const Resource& resource, std::size_t at) {
  const std::string& id = call.values.at(at);
  Record* record = (call.account.*resource.records).find(id);
  if (record == nullptr) throw Refused{not_found(resource, id)};
  return *record;
}

Response data_response(const Object& data, int status) {
  return json_response(status, object({{"data", data}}));
}

Page read_page(const Form& query, std::size_t otherwise, std::size_t most) {
  Page page{otherwise, 0};
  if (const std::string text = query.get("limit"); !text.empty()) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), page.limit);
    if (error != std::errc{} || end != text.data() + text.size() || page.limit < 1 || page.limit > most) {
      throw Invalid{"limit", "limit must be a whole number from 1 to " + std::to_string(most) + '.'};
    }
  }
  if (const std::string token = query.get("token"); !token.empty()) page.after = read_cursor(token);
  return page;
}

std::string write_cursor(std::uint64_t after) {
  return std::string(kCursorPrefix) + std::to_string(after);
}

Response page_of(Call& call, const Resource& resource, const Keep& keep) {
  const Page page = read_page(call.query, resource.page, resource.page_most);
  List items = list();
  std::uint64_t last = 0;
  bool more = false;
  for (const Record* record : in_order(call.account.*resource.records, resource.newest_first, page.after)) {
    if (!keep(*record)) continue;
    more = items->size() == page.limit;
    if (more) break;
    items->add(resource.show(call.account, *record));
    last = record->sequence;
  }
  return json_response(
      200, object({{"data", items}, {"has_more", more}, {"next_token", more ? Var(write_cursor(last)) : Var()}}));
}

}  // namespace heygen::sandbox
