// SPDX-License-Identifier: Apache-2.0
// What answers a path of the API: a row, and a function that turns a call into a response.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/sandbox/api/account.hpp"
#include "sdk/sandbox/api/check.hpp"
#include "sdk/sandbox/http/http.hpp"
#include "sdk/sandbox/http/json.hpp"

namespace heygen::sandbox {

enum class Credential { api_key, bearer };

struct Call {
  const Request& request;
  Account& account;
  Form query;
  std::vector<std::string> values;  ///< of the pattern's placeholders, in order, decoded
  Credential credential;
  Object body;  ///< an object when the route takes one, else null
};

struct Route {
  enum class Body {
    none,
    object,
    optional,  ///< an object or nothing
    upload     ///< request.upload
  };
  enum class Key {
    ignored,
    taken  ///< an Idempotency-Key makes requests with it one
  };
  std::string_view method;
  std::string_view pattern;  ///< "{}" stands for one segment of the path
  Response (*handler)(Call& call);
  Body body = Body::none;
  Key key = Key::ignored;
};
using Routes = std::vector<Route>;

/// One kind of thing that has an id, for the handlers that all kinds share.
struct Resource {
  std::string_view noun;  ///< "video translation"; unknown ids get the code video_translation_not_found
  Records Account::*records;
  Object (*show)(Account& account, const Record& record);
  std::size_t page = 20;  ///< items per page by default
  std::size_t page_most = 100;
  bool newest_first = true;
};

/// What values[at] of the call names. Throws Refused with 404.
Record& find(Call& call, const Resource& resource, std::size_t at = 0);
Response not_found(const Resource& resource, const std::string& id, const std::string& param = {});

/// {"data": …}
Response data_response(const Object& data, int status = 200);

using Keep = std::function<bool(const Record& record)>;
/// One page of what `keep` keeps, by the limit and the token of the query. Throws Invalid.
Response page_of(Call& call, const Resource& resource, const Keep& keep);

struct Page {
  std::size_t limit;
  std::uint64_t after;  ///< 0: from the start
};
/// Throws Invalid.
Page read_page(const Form& query, std::size_t otherwise, std::size_t most);
/// The cursor of the next page, from a number above 0. Opaque to clients.
std::string write_cursor(std::uint64_t after);

// Handlers for a Resource.

template <const Resource& kResource>
Response get_one(Call& call) {
  return data_response(kResource.show(call.account, find(call, kResource)));
}

template <const Resource& kResource>
Response list_all(Call& call) {
  return page_of(call, kResource, [](const Record&) { return true; });
}

/// Answers {"id": …}.
template <const Resource& kResource>
Response remove_one(Call& call) {
  const std::string id = find(call, kResource).id;
  (call.account.*kResource.records).remove(id);
  return data_response(object({{"id", id}}));
}

/// Takes a new title, and answers with the whole.
template <const Resource& kResource>
Response retitle(Call& call) {
  check(call.body, {{"title", Field::Kind::text, true}});
  Record& record = find(call, kResource);
  record.facts->set("title", text_at(call.body, "title"));
  return data_response(kResource.show(call.account, record));
}

}  // namespace heygen::sandbox
