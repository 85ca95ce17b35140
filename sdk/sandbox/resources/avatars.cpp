// SPDX-License-Identifier: Apache-2.0
// Avatars: groups of looks, and the consent that a digital twin needs. /v3/avatars.
#include <algorithm>
#include <array>

#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

using Kind = Field::Kind;

bool is_own_avatar(const Record& record) {
  return text_at(record.facts, "ownership") == "private";
}

/// A digital twin waits for consent first.
std::string avatar_status(const Account& account, const Record& record) {
  if (text_at(record.facts, "consent_status") == "pending") return "pending_consent";
  return account.status(record, kPlainWords);
}

Var error_of_avatar(const std::string& status) {
  if (status != "failed") return {};
  return object({{"code", "sandbox_failure"}, {"message", "This avatar was asked to fail."}});
}

std::int64_t count_looks(const Account& account, const std::string& group) {
  const auto& looks = account.looks.all();
  return std::count_if(looks.begin(), looks.end(),
                       [&](const auto& entry) { return text_at(entry.second.facts, "group_id") == group; });
}

Object show_group(Account& account, const Record& record) {
  const std::string status = avatar_status(account, record);
  const bool done = status == "completed";
  return object({{"id", record.id},
                 {"name", text_at(record.facts, "name")},
                 {"status", status},
                 {"created_at", record.created_at},
                 {"looks_count", count_looks(account, record.id)},
                 {"gender", record.facts->get("gender")},
                 {"default_voice_id", record.facts->get("default_voice_id")},
                 {"consent_status", record.facts->get("consent_status")},
                 {"preview_image_url", done ? Var(account.file(record.id + ".png")) : Var()},
                 {"preview_video_url", done ? Var(account.file(record.id + ".mp4")) : Var()},
                 {"error", error_of_avatar(status)}});
}

List engines_of(const std::string& type) {
  if (type == "photo_avatar") return list({"avatar_iv", "avatar_iii"});
  return list({"avatar_v", "avatar_iv", "avatar_iii"});
}

Object show_look(Account& account, const Record& record) {
  const Object& facts = record.facts;
  const Record* group = account.groups.find(text_at(facts, "group_id"));
  const bool waits = group != nullptr && text_at(group->facts, "consent_status") == "pending";
  const std::string status = waits ? "pending_consent" : account.status(record, kPlainWords);
  const bool done = status == "completed";
  return object({{"id", record.id},
                 {"name", text_at(facts, "name")},
                 {"group_id", text_at(facts, "group_id")},
                 {"avatar_type", text_at(facts, "avatar_type")},
                 {"status", status},
                 {"gender", facts->get("gender")},
                 {"default_voice_id", facts->get("default_voice_id")},
                 {"tags", list()},
                 {"supported_api_engines", engines_of(text_at(facts, "avatar_type"))},
                 {"preferred_orientation", "portrait"},
                 {"image_width", 1080},
                 {"image_height", 1920},
                 {"preview_image_url", done ? Var(account.file(record.id + ".png")) : Var()},
                 {"preview_video_url", done ? Var(account.file(record.id + ".mp4")) : Var()},
                 {"error", error_of_avatar(status)}});
}

constexpr Resource kAvatarGroups{"avatar group", &Account::groups, show_group, 20, 50};
constexpr Resource kLooks{"avatar look", &Account::looks, show_look, 20, 50};

/// One's own only: what the service brings stays.
void refuse_public(const Record& record) {
  if (!is_own_avatar(record)) throw Refused{api_error(403, "forbidden", "Only your own avatars can be changed.")};
}

std::string read_choice(const Form& query, const char* name, std::initializer_list<std::string_view> values) {
  std::string value = query.get(name);
  if (value.empty()) return value;
  check(object({{name, value}}), {{name, Kind::text, true, values}});
  return value;
}

Response list_groups(Call& call) {
  const std::string ownership = read_choice(call.query, "ownership", {"public", "private"});
  return page_of(call, kAvatarGroups, [&](const Record& group) {
    return ownership.empty() || text_at(group.facts, "ownership") == ownership;
  });
}

Response list_looks(Call& call) {
  const std::string ownership = read_choice(call.query, "ownership", {"public", "private"});
  const std::string type = read_choice(call.query, "avatar_type", {"studio_avatar", "digital_twin", "photo_avatar"});
  const std::string group = call.query.get("group_id");
  return page_of(call, kLooks, [&](const Record& look) {
    return (group.empty() || text_at(look.facts, "group_id") == group) &&
           (ownership.empty() || text_at(look.facts, "ownership") == ownership) &&
           (type.empty() || text_at(look.facts, "avatar_type") == type);
  });
}

/// The group that the body names, or a new one.
Record& group_for(Call& call, const std::string& type) {
  if (const std::string id = text_at(call.body, "avatar_group_id"); !id.empty()) {
    Record* group = call.account.groups.find(id);
    if (group == nullptr) throw Refused{not_found(kAvatarGroups, id, "avatar_group_id")};
    refuse_public(*group);
    return *group;
  }
  const std::string name = text_at(call.body, "name");
  Object facts = (object({{"name", name}, {"ownership", "private"}}));
  if (type == "digital_twin") facts->set("consent_status", "pending");
  return call.account.start(call.account.groups, facts, name,
                            type == "digital_twin" ? "instant_avatar" : "photo_avatar_generation");
}

Object show_look_template(Account& account, const Record& record) {
  Object shown = copy_of(record.facts);
  shown->set("preview_image_url", account.file(record.id + ".png"));
  return shown;
}

constexpr Resource kLookTemplates{"look template", &Account::look_templates, show_look_template, 20, 50, false};

Response list_look_templates(Call& call) {
  const std::string type = read_choice(call.query, "type", {"look_pack", "template"});
  const std::string gender = read_choice(call.query, "gender", {"male", "female"});
  return page_of(call, kLookTemplates, [&](const Record& made) {
    return (type.empty() || text_at(made.facts, "type") == type) &&
           (gender.empty() || text_at(made.facts, "gender") == gender);
  });
}

/// A template gives two looks, a pack as many as it says.
Response create_looks(Call& call) {
  const Object& body = call.body;
  check(body, {{"type", Kind::text, true, {"look_pack", "template"}},
               {"reference_look_id", Kind::text, true},
               {"template_id", Kind::text, true},
               {"aspect_ratio", Kind::text, false, {"16:9", "9:16"}}});
  Account& account = call.account;
  const std::string reference = text_at(body, "reference_look_id");
  const Record* look = account.looks.find(reference);
  if (look == nullptr) throw Refused{not_found(kLooks, reference, "reference_look_id")};
  const std::string name = text_at(body, "template_id");
  const Record* chosen = account.look_templates.find(name);
  if (chosen == nullptr) throw Refused{not_found(kLookTemplates, name, "template_id")};
  if (text_at(chosen->facts, "type") != text_at(body, "type")) {
    throw Invalid{"type", "type is not that of the template."};
  }
  Object facts = copy_of(look->facts);
  facts->set("name", text_at(chosen->facts, "name"));
  facts->set("ownership", "private");
  facts->set("avatar_type", "photo_avatar");
  List made = list();
  for (int i = 0; i < static_cast<int>(number_at(chosen->facts, "looks_count", 2)); ++i) {
    made->add(object({{"id", account.start(account.looks, copy_of(facts), "").id}}));
  }
  return data_response(object({{"group_id", text_at(facts, "group_id")}, {"looks", made}}));
}

Response update_group(Call& call) {
  check(call.body, {{"default_voice_id"}});
  Record& group = find(call, kAvatarGroups);
  refuse_public(group);
  check_references(call.account, call.body);
  const std::string voice = text_at(call.body, "default_voice_id");
  if (!voice.empty()) group.facts->set("default_voice_id", voice);
  return data_response(show_group(call.account, group));
}

constexpr std::string_view kLookTemplateStock = R"([
  {"id": "look_template_123", "type": "look_pack", "name": "Four seasons", "gender": null, "looks_count": 4},
  {"id": "look_template_124", "type": "template", "name": "Speaker on a stage", "gender": null, "looks_count": 2},
  {"id": "look_template_125", "type": "look_pack", "name": "Business week", "gender": "female", "looks_count": 5},
  {"id": "look_template_126", "type": "look_pack", "name": "Business week", "gender": "male", "looks_count": 5},
  {"id": "look_template_127", "type": "template", "name": "In the kitchen", "gender": "female", "looks_count": 2}
])";

Response create_avatar(Call& call) {
  const Object& body = call.body;
  check(body, {{"type", Kind::text, true, {"prompt", "digital_twin", "photo"}}, {"name", Kind::text, true}});
  const std::string type = text_at(body, "type");
  if (type == "prompt") {
    check(body, {{"prompt", Kind::text, true},
                 {"reference_images", Kind::list, false, {}, 0, 3},
                 {"aspect_ratio", Kind::text, false, {"auto", "16:9", "9:16", "1:1", "4:5", "5:4"}}});
  } else {
    check(body, {{"file", Kind::asset, true}});
  }
  check_references(call.account, call.body);
  Account& account = call.account;
  const Record& group = group_for(call, type);
  Object facts = (object({{"name", text_at(body, "name")},
                          {"group_id", group.id},
                          {"ownership", "private"},
                          {"avatar_type", type == "digital_twin" ? "digital_twin" : "photo_avatar"}}));
  const Record& look = account.start(account.looks, facts, text_at(body, "name"));
  return data_response(
      object({{"avatar_item", show_look(account, look)}, {"avatar_group", show_group(account, group)}}));
}

/// Consent is given as soon as it is requested: the sandbox cannot record it.
Response create_consent(Call& call) {
  check(call.body, {{"reroute_url", Kind::address}, {"consent_video", Kind::asset}, {"consent_text"}});
  Record& group = find(call, kAvatarGroups);
  refuse_public(group);
  const bool recorded = !call.body->isNull("consent_video");
  if (recorded && (!call.body->isNull("reroute_url") || !call.body->isNull("consent_text"))) {
    throw Invalid{"consent_video", "consent_video goes with neither reroute_url nor consent_text."};
  }
  if (text_at(call.body, "consent_text").find_first_of("<>") != std::string::npos) {
    throw Invalid{"consent_text", "consent_text takes no angle brackets."};
  }
  check_references(call.account, call.body);
  group.facts->set("consent_status", "approved");
  return data_response(object({{"avatar_group", show_group(call.account, group)},
                               {"url", recorded ? Var() : Var(call.account.address("/consent"))}}));
}

void remove_group(Account& account, const std::string& id) {
  std::vector<std::string> looks;
  for (const auto& [sequence, look] : account.looks.all()) {
    if (text_at(look.facts, "group_id") == id) looks.push_back(look.id);
  }
  for (const std::string& look : looks) account.looks.remove(look);
  account.groups.remove(id);
}

Response delete_group(Call& call) {
  const Record& group = find(call, kAvatarGroups);
  refuse_public(group);
  const std::string id = group.id;
  remove_group(call.account, id);
  return data_response(object({{"id", id}}));
}

/// The last look takes its group along.
Response delete_look(Call& call) {
  const Record& look = find(call, kLooks);
  refuse_public(look);
  const std::string id = look.id;
  const std::string group = text_at(look.facts, "group_id");
  call.account.looks.remove(id);
  if (count_looks(call.account, group) == 0) call.account.groups.remove(group);
  return data_response(object({{"id", id}}));
}

Response rename_look(Call& call) {
  check(call.body, {{"name"}});
  Record& look = find(call, kLooks);
  refuse_public(look);
  if (const std::string name = text_at(call.body, "name"); !name.empty()) look.facts->set("name", name);
  return data_response(show_look(call.account, look));
}

void stock_avatars(Account& account) {
  struct Row {
    const char* name;
    const char* gender;
  };
  constexpr std::array<Row, 24> kRows{
      {{"Amara", "female"}, {"Bram", "male"},    {"Chiyo", "female"}, {"Dario", "male"},   {"Elif", "female"},
       {"Farid", "male"},   {"Greta", "female"}, {"Hugo", "male"},    {"Ines", "female"},  {"Jonas", "male"},
       {"Kaya", "female"},  {"Luca", "male"},    {"Mei", "female"},   {"Nikhil", "male"},  {"Oona", "female"},
       {"Pavel", "male"},   {"Quinn", "female"}, {"Rafael", "male"},  {"Sofia", "female"}, {"Tomás", "male"},
       {"Uma", "female"},   {"Viktor", "male"},  {"Wanda", "female"}, {"Yusuf", "male"}}};
  fill(account.look_templates, kLookTemplateStock, "id");
  int number = 0;
  for (const Row& row : kRows) {
    const std::string group = "group_public_" + std::to_string(++number);
    account.groups.add(group, object({{"name", row.name}, {"gender", row.gender}, {"ownership", "public"}}),
                       in_january(number));
    for (const char* look : {"office", "studio", "outdoors"}) {
      account.looks.add("look_public_" + std::to_string(number) + '_' + look,
                        object({{"name", std::string(row.name) + ", " + look},
                                {"gender", row.gender},
                                {"group_id", group},
                                {"ownership", "public"},
                                {"avatar_type", "studio_avatar"}}),
                        in_january(number));
    }
  }
}

void furnish_avatars(Account& account) {
  account.add_finished(account.groups, "group_123",
                       object({{"name", "Alex"},
                               {"ownership", "private"},
                               {"consent_status", "approved"},
                               {"default_voice_id", "voice_123"}}),
                       in_january(30));
  for (const auto& [id, name] : {std::pair("look_123", "Grey suit"), std::pair("look_124", "At home")}) {
    account.add_finished(account.looks, id,
                         object({{"name", name},
                                 {"group_id", "group_123"},
                                 {"ownership", "private"},
                                 {"avatar_type", "digital_twin"},
                                 {"default_voice_id", "voice_123"}}),
                         in_january(30));
  }
}

}  // namespace

Group avatars() {
  return {
      {{"GET", "/v3/avatars", list_groups},
       {"POST", "/v3/avatars", create_avatar, Route::Body::object, Route::Key::taken},
       {"GET", "/v3/avatars/look-templates", list_look_templates},
       {"GET", "/v3/avatars/looks", list_looks},
       {"POST", "/v3/avatars/looks", create_looks, Route::Body::object, Route::Key::taken},
       {"GET", "/v3/avatars/looks/{}", get_one<kLooks>},
       {"PATCH", "/v3/avatars/looks/{}", rename_look, Route::Body::object},
       {"DELETE", "/v3/avatars/looks/{}", delete_look},
       {"GET", "/v3/avatars/{}", get_one<kAvatarGroups>},
       {"PATCH", "/v3/avatars/{}", update_group, Route::Body::object},
       {"DELETE", "/v3/avatars/{}", delete_group},
       {"POST", "/v3/avatars/{}/consent", create_consent, Route::Body::object, Route::Key::taken}},
      {{&Account::groups, show_group}, {&Account::looks, show_look}, {&Account::look_templates, show_look_template}},
      stock_avatars,
      furnish_avatars};
}

}  // namespace heygen::sandbox
