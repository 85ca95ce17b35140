// SPDX-License-Identifier: Apache-2.0
// Files of the user, in one request or into a slot of their own: /v3/assets and /uploads. And the pictures that
// `asset search` finds.
#include <Poco/String.h>

#include <algorithm>
#include <array>

#include "sdk/sandbox/api/uploads.hpp"
#include "sdk/sandbox/base/text.hpp"
#include "sdk/sandbox/http/multipart.hpp"
#include "sdk/sandbox/resources/batches.hpp"
#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

using Kind = Field::Kind;

constexpr std::int64_t kSlotSeconds = 3600;
constexpr const char* kMe = "sandbox-user";
constexpr const char* kSpace = "space_sandbox";

struct FileType {
  std::string_view extension;
  std::string_view mime;
};
constexpr std::array<FileType, 9> kFileTypes{{{"png", "image/png"},
                                              {"jpg", "image/jpeg"},
                                              {"jpeg", "image/jpeg"},
                                              {"mp4", "video/mp4"},
                                              {"webm", "video/webm"},
                                              {"mp3", "audio/mpeg"},
                                              {"wav", "audio/wav"},
                                              {"pdf", "application/pdf"},
                                              {"srt", "application/x-subrip"}}};

std::string extension_of(const std::string& name) {
  const std::size_t dot = name.rfind('.');
  return dot == std::string::npos ? "" : Poco::toLower(name.substr(dot + 1));
}

std::string mime_of(const std::string& name) {
  const auto* type = std::find_if(kFileTypes.begin(), kFileTypes.end(),
                                  [&](const FileType& t) { return t.extension == extension_of(name); });
  return type == kFileTypes.end() ? "application/octet-stream" : std::string(type->mime);
}

/// Of a known kind the usual one, else .bin: names from outside stay out of addresses.
std::string address_of(const Account& account, const Record& record) {
  const std::string extension = extension_of(text_at(record.facts, "name"));
  const bool known =
      std::any_of(kFileTypes.begin(), kFileTypes.end(), [&](const FileType& t) { return t.extension == extension; });
  return account.file(record.id + '.' + (known ? extension : "bin"));
}

Object facts_of(const std::string& name, const std::string& mime, std::int64_t size, const char* status) {
  return object({{"name", name}, {"mime_type", mime}, {"size_bytes", size}, {"status", status}, {"owner", kMe}});
}

bool is_complete(const Record& record) {
  return text_at(record.facts, "status") == "completed";
}

Object show_asset(Account& account, const Record& record) {
  const std::string mime = text_at(record.facts, "mime_type");
  const std::string kind = mime.substr(0, mime.find('/'));
  return object({{"id", record.id},
                 {"name", text_at(record.facts, "name")},
                 {"type", kind == "application" ? "document" : kind},
                 {"owner", text_at(record.facts, "owner")},
                 {"space_id", kSpace},
                 {"folder_id", record.facts->get("folder_id")},
                 {"uploaded_at", record.created_at},
                 {"url", is_complete(record) ? Var(address_of(account, record)) : Var()}});
}

Object show_picture(Account& account, const Record& record) {
  const bool icon = text_at(record.facts, "type") == "icon";
  const int width = icon ? 512 : 1920;
  return object({{"id", record.id},
                 {"type", text_at(record.facts, "type")},
                 {"url", account.file(record.id + ".png")},
                 {"width", width},
                 {"height", icon ? 512 : 1080},
                 {"orientation", icon ? "square" : "landscape"},
                 {"is_transparent", icon}});
}

constexpr Resource kAssets{"asset", &Account::assets, show_asset};
constexpr Resource kPictures{"picture", &Account::pictures, show_picture, 20, 50, false};

Phase asset_phase(const Account&, const Record& record) {
  if (is_complete(record)) return Phase::completed;
  return text_at(record.facts, "status") == "uploaded" ? Phase::processing : Phase::pending;
}

void check_slot(const Object& body, const std::string& where) {
  check(body,
        {{"filename", Kind::text, true},
         {"content_type", Kind::text, true},
         {"size_bytes", Kind::integer, true, {}, 1, static_cast<double>(kSlotLimit)},
         {"checksum_sha256", Kind::text, false, {}, 64, 64}},
        where);
}

Record& start_slot(Account& account, const Object& order) {
  Object facts = facts_of(text_at(order, "filename"), text_at(order, "content_type"),
                          order->getValue<std::int64_t>("size_bytes"), "waiting_for_upload");
  facts->set("checksum", Poco::toLower(text_at(order, "checksum_sha256")));
  facts->set("signature", account.new_secret(""));
  return account.assets.add(account.new_id(), facts, account.now());
}

std::vector<std::string> start_slots(Account& account, const Object& order) {
  return {start_slot(account, order).id};
}

Object show_slot(const Account& account, const Record& record) {
  return object(
      {{"asset_id", record.id},
       {"status", text_at(record.facts, "status")},
       {"upload_url", account.address("/uploads/" + record.id + "?signature=" + text_at(record.facts, "signature"))},
       {"upload_headers", object({{"Content-Type", text_at(record.facts, "mime_type")}})},
       {"max_bytes", static_cast<std::int64_t>(kSlotLimit)},
       {"expires_in_seconds", kSlotSeconds}});
}

constexpr BatchKind kAssetBatch{kAssets,    &Account::asset_batches, "files", "asset_ids", 200, asset_phase, check_slot,
                                start_slots};

Object show_uploaded(const Account& account, const Record& record) {
  return object({{"asset_id", record.id},
                 {"url", address_of(account, record)},
                 {"mime_type", text_at(record.facts, "mime_type")},
                 {"size_bytes", record.facts->get("size_bytes")}});
}

Response upload(Call& call) {
  const Request& request = call.request;
  if (!request.is_of_type("multipart/form-data") || request.upload == nullptr) {
    throw Invalid{"", "Send the file as multipart/form-data, in a part named file."};
  }
  for (const Part& part : read_parts(*request.upload, request.header("content-type"))) {
    if (part.name != "file") continue;
    const std::string name = part.filename.empty() ? "file" : part.filename;
    const auto content = std::make_shared<const Spool>(*request.upload, part.offset, part.size);
    const Object facts = facts_of(name, mime_of(name), static_cast<std::int64_t>(part.size), "completed");
    Record& asset = call.account.assets.add(call.account.new_id(), facts, call.account.now());
    asset.content = {content, content->digest()};
    return data_response(show_uploaded(call.account, asset));
  }
  throw Invalid{"file", "The form has no part named file."};
}

Response list_assets(Call& call) {
  const std::string owner = call.query.get("username");
  if (owner.empty()) throw Invalid{"username", "username is missing."};
  const bool by_directory = call.query.has("folder_id");
  const std::string directory = call.query.get("folder_id");  // "": what lies in no directory
  return page_of(call, kAssets, [&](const Record& asset) {
    return text_at(asset.facts, "owner") == owner && (!by_directory || text_at(asset.facts, "folder_id") == directory);
  });
}

Response search_pictures(Call& call) {
  const std::string type = call.query.get("type");
  const std::string scope = call.query.get("scope");
  const auto words = words_of(Poco::toLower(call.query.get("query")));
  if (words.empty()) throw Invalid{"query", "query is missing."};
  if (type != "image" && type != "icon") throw Invalid{"type", "type is one of image, icon."};
  if (!scope.empty() && scope != "public" && scope != "personal") {
    throw Invalid{"scope", "scope is one of public, personal."};
  }
  return page_of(call, kPictures, [&](const Record& picture) {
    const std::string about = text_at(picture.facts, "about");
    return scope != "personal" && text_at(picture.facts, "type") == type &&
           std::any_of(words.begin(), words.end(),
                       [&](const auto& word) { return about.find(word) != std::string::npos; });
  });
}

Response create_slot(Call& call) {
  check_slot(call.body, "");
  return data_response(show_slot(call.account, start_slot(call.account, call.body)));
}

Response create_slots(Call& call) {
  const Record& batch = start_batch(call, kAssetBatch);
  List slots = list();
  for (const Var& id : items_in(batch.facts->get("jobs"))) {
    slots->add(show_slot(call.account, *call.account.assets.find(text_in(id))));
  }
  return data_response(object({{"batch_id", batch.id}, {"items", slots}}));
}

/// Throws Refused.
void complete(Record& asset, const std::string& claimed) {
  if (text_at(asset.facts, "status") == "waiting_for_upload") {
    throw Refused{api_error(409, "upload_missing", "Nothing was uploaded yet: PUT the bytes to upload_url first.")};
  }
  const std::string declared = text_at(asset.facts, "checksum");
  for (const std::string& wanted : {declared, Poco::toLower(claimed)}) {
    if (!wanted.empty() && asset.content.spool != nullptr && wanted != asset.content.digest) {
      throw Refused{api_error(409, "checksum_mismatch", "The bytes have the SHA-256 " + asset.content.digest + '.')};
    }
  }
  asset.facts->set("status", "completed");
}

Response complete_slot(Call& call) {
  check(call.body, {{"checksum_sha256"}});
  Record& asset = find(call, kAssets);
  complete(asset, text_at(call.body, "checksum_sha256"));
  Object shown = show_uploaded(call.account, asset);
  shown->set("status", "completed");
  return data_response(shown);
}

/// What is not uploaded yet stays as it is.
Response complete_slots(Call& call) {
  check(call.body, {{"batch_id", Kind::text, true}});
  const Record& batch = find_batch(call, kAssetBatch, text_at(call.body, "batch_id"), "batch_id");
  for (const Var& id : items_in(batch.facts->get("jobs"))) {
    Record* asset = call.account.assets.find(text_in(id));
    if (asset != nullptr && text_at(asset->facts, "status") == "uploaded") complete(*asset, "");
  }
  return data_response(object({{"batch_id", batch.id}, {"status", "processing"}}), 202);
}

constexpr std::string_view kAssetFurniture = R"([
  {"id": "asset_1", "name": "interview.mp4", "size_bytes": 18874368, "owner": "alex@example.com"},
  {"id": "asset_2", "name": "narration.wav", "size_bytes": 1411244, "owner": "alex@example.com"},
  {"id": "asset_3", "name": "subtitles-de.srt", "size_bytes": 4211, "owner": "alex@example.com",
   "folder_id": "folder_onboarding"},
  {"id": "asset_4", "name": "logo.png", "size_bytes": 20480, "owner": "sandbox-user"},
  {"id": "asset_123", "name": "portrait.png", "size_bytes": 734003, "owner": "alex@example.com"}
])";

void furnish_assets(Account& account) {
  int hours = 2;
  for (const Object& row : parse_rows(kAssetFurniture)) {
    Object facts = row;
    facts->set("mime_type", mime_of(text_at(row, "name")));
    facts->set("status", "completed");
    account.assets.add(text_at(row, "id"), facts, in_january(hours += 3));
  }
  add_batch(account, kAssetBatch, object({{"title", "Interview"}}), list({"asset_1", "asset_2"}), "batch_123");
}

void stock_pictures(Account& account) {
  constexpr std::array<const char*, 12> kAbout{
      "mountain lake at dawn", "city street in the rain",  "team around a table",     "open book on a desk",
      "forest path in autumn", "harbour with small boats", "lake house in winter",    "train at a mountain pass",
      "garden with roses",     "kitchen in the morning",   "old bridge over a river", "field under a wide sky"};
  for (const char* type : {"image", "icon"}) {
    for (std::size_t i = 0; i < kAbout.size(); ++i) {
      account.pictures.add(std::string("picture_") + type + '_' + std::to_string(i + 1),
                           object({{"type", type}, {"about", kAbout.at(i)}}), in_january(0));
    }
  }
}

}  // namespace

Response take_upload(Account& account, const Request& request, const Content& content) {
  if (request.method != "PUT") return method_not_allowed("PUT");
  Record* asset = account.assets.find(request.path.substr(kUploads.size()));
  const std::string signature = asset == nullptr ? "" : text_at(asset->facts, "signature");
  if (signature.empty() || Form::decode(request.query).get("signature") != signature ||
      account.now() >= asset->created_at + kSlotSeconds) {
    return api_error(403, "forbidden", "This is not a valid upload URL, or it has expired.");
  }
  if (is_complete(*asset)) return api_error(409, "conflict", "The upload is complete already.");
  const std::string mime = text_at(asset->facts, "mime_type");
  if (!request.is_of_type(mime))
    return api_error(400, "invalid_parameter", "Content-Type must be " + printable(mime) + '.');
  if ((content.spool ? static_cast<std::int64_t>(content.spool->size()) : 0) !=
      asset->facts->getValue<std::int64_t>("size_bytes")) {
    return api_error(400, "invalid_parameter", "The slot was made for another size_bytes.", "size_bytes");
  }
  asset->content = content;
  asset->facts->set("status", "uploaded");
  Response response;
  return response.with("ETag", '"' + asset->content.digest + '"');
}

Group assets() {
  return {{{"GET", "/v3/assets", list_assets},
           {"POST", "/v3/assets", upload, Route::Body::upload},
           {"GET", "/v3/assets/batches/{}", get_batch_of<kAssetBatch>},
           {"POST", "/v3/assets/complete/batches", complete_slots, Route::Body::object},
           {"POST", "/v3/assets/direct-uploads", create_slot, Route::Body::object},
           {"POST", "/v3/assets/direct-uploads/batches", create_slots, Route::Body::object},
           {"GET", "/v3/assets/search", search_pictures},
           {"GET", "/v3/assets/statuses", list_statuses_of<kAssetBatch>},
           {"GET", "/v3/assets/{}", get_one<kAssets>},
           {"DELETE", "/v3/assets/{}", remove_one<kAssets>},
           {"POST", "/v3/assets/{}/complete", complete_slot, Route::Body::object}},
          {{&Account::assets, show_asset}, {&Account::pictures, show_picture}},
          stock_pictures,
          furnish_assets};
}

}  // namespace heygen::sandbox
