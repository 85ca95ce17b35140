// SPDX-License-Identifier: Apache-2.0
// Folders: /v3/folders.
#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

using Kind = Field::Kind;

Object show_folder(Account&, const Record& record) {
  const Object& facts = record.facts;
  const std::string type = text_at(facts, "type");
  const std::string parent = text_at(facts, "parent_id");
  return object({{"folder_id", record.id},
                 {"name", text_at(facts, "name")},
                 {"type", type.empty() ? "mixed" : type},
                 {"parent_id", parent.empty() ? Var() : Var(parent)},
                 {"is_trash", flag_at(facts, "is_trash")},
                 {"creator_username", "sandbox"},
                 {"created_at", record.created_at},
                 {"updated_at", record.created_at}});
}

constexpr Resource kFolders{"folder", &Account::folders, show_folder};

Response create_folder(Call& call) {
  check(call.body, {{"name", Kind::text, true, {}, 1, 256},
                    {"parent_id"},
                    {"type", Kind::text, false, {"mixed", "video", "video_translate"}}});
  Account& account = call.account;
  if (const std::string parent = text_at(call.body, "parent_id"); !parent.empty()) {
    const Record* above = account.folders.find(parent);
    if (above == nullptr) throw Refused{not_found(kFolders, parent, "parent_id")};
    if (text_at(above->facts, "type") == "asset") throw Invalid{"parent_id", "parent_id is a folder of assets."};
  }
  return data_response(show_folder(account, account.folders.add(account.new_id(), call.body, account.now())));
}

constexpr std::string_view kFolderRows = R"([
  {"folder_id": "folder_123", "name": "Spring campaign"},
  {"folder_id": "folder_onboarding", "name": "Onboarding", "type": "video"},
  {"folder_id": "folder_marketing", "name": "Marketing", "type": "video"},
  {"folder_id": "folder_assets", "name": "Pictures", "type": "asset"},
  {"folder_id": "folder_old", "name": "Last year", "is_trash": true}
])";

void furnish_folders(Account& account) {
  fill(account.folders, kFolderRows, "folder_id");
}

}  // namespace

Group folders() {
  return {{{"POST", "/v3/folders", create_folder, Route::Body::object, Route::Key::taken},
           {"GET", "/v3/folders/{}", get_one<kFolders>}},
          {},
          nullptr,
          furnish_folders};
}

}  // namespace heygen::sandbox
