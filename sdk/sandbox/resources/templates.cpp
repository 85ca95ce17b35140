// SPDX-License-Identifier: Apache-2.0
// Templates, and videos made of them: /v3/templates.
#include <algorithm>

#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

using Kind = Field::Kind;

Object show_template(Account& account, const Record& record) {
  return object({{"id", record.id},
                 {"name", text_at(record.facts, "name")},
                 {"aspect_ratio", text_at(record.facts, "aspect_ratio")},
                 {"thumbnail_url", account.file(record.id + ".png")},
                 {"created_at", record.created_at},
                 {"updated_at", record.created_at + 86400}});
}

std::string edit_version_of(const Record& record) {
  return std::to_string(static_cast<std::int64_t>(number_at(record.facts, "edits", 0)) + 1);
}

/// The scenes as their editor knows them; of the older form, what is said.
Object composition_of(const Record& record) {
  const Var composed = record.facts->get("composition");
  if (is_object(composed)) return object_in(composed);
  List scenes = list();
  for (const Var& scene : items_in(record.facts->get("scenes"))) {
    const std::string id = text_at(object_in(scene), "scene_id");
    List script = list();
    if (const std::string text = text_at(object_in(scene), "script"); !text.empty()) {
      script->add(object({{"id", id + "_script"}, {"type", "text"}, {"text", text}}));
    }
    scenes->add(object({{"id", id}, {"background", Var()}, {"elements", list()}, {"script", script}}));
  }
  return object({{"scenes", scenes}, {"background_audio", list()}});
}

Object show_template_detail(Account& account, const Record& record) {
  Object shown = show_template(account, record);
  shown->set("composition", composition_of(record));
  shown->set("edit_version", edit_version_of(record));
  shown->set("source_video_id", record.facts->get("source_video_id"));
  List ids = list();
  for (const Var& scene : items_in(record.facts->get("scenes"))) ids->add(text_at(object_in(scene), "scene_id"));
  shown->set("scene_ids", ids);
  shown->set("scenes", record.facts->get("scenes"));
  shown->set("variables", record.facts->get("variables"));
  return shown;
}

constexpr Resource kTemplates{"template", &Account::templates, show_template, 10};
constexpr Resource kTemplateDetails{"template", &Account::templates, show_template_detail};

Response generate(Call& call) {
  const Record& chosen = find(call, kTemplates);
  check(call.body, {{"variables", Kind::object, true},
                    {"title"},
                    {"caption", Kind::flag},
                    {"include_gif", Kind::flag},
                    {"enable_sharing", Kind::flag},
                    {"fps", Kind::number},
                    {"scene_ids", Kind::texts},
                    {"dimension", Kind::object},
                    {"subtitles", Kind::object},
                    {"callback_url", Kind::address}});
  if (const double fps = number_at(call.body, "fps", 25); fps != 25 && fps != 30 && fps != 60) {
    throw Invalid{"fps", "fps is one of 25, 30, 60."};
  }
  const Object dimension = object_in(call.body->get("dimension"));
  for (const char* side : {"width", "height"}) {
    if (call.body->isNull("dimension")) continue;
    check(dimension, {{side, Kind::integer, true, {}, 128, 4096}}, "dimension.");
    if (static_cast<std::int64_t>(number_at(dimension, side, 0)) % 2 != 0) {
      throw Invalid{std::string("dimension.") + side, std::string("dimension.") + side + " must be even."};
    }
  }
  check_references(call.account, call.body);
  Object facts = call.body;
  if (text_at(facts, "title").empty()) facts->set("title", text_at(chosen.facts, "name"));
  const double seconds = 8.0 * static_cast<double>(items_in(chosen.facts->get("scenes")).size());
  return data_response(show_video(call.account, start_video(call.account, facts, seconds)));
}

constexpr Resource kSourceVideos{"video", &Account::videos, show_video};

Response create_template(Call& call) {
  check(call.body, {{"video_id", Kind::text, true}, {"name"}});
  Account& account = call.account;
  const std::string id = text_at(call.body, "video_id");
  const Record* video = account.videos.find(id);
  if (video == nullptr) throw Refused{not_found(kSourceVideos, id, "video_id")};
  if (text_at(video->facts, "type") == "cinematic_avatar") {
    throw Refused{api_error(422, "template_source_unsupported", "Cinematic videos cannot become templates.")};
  }
  if (!account.completed(*video)) {
    throw Refused{api_error(409, "resource_not_ready", "The video is not completed yet.")};
  }
  const List composed = scenes_of(*video);
  List scenes = list();
  for (const Var& scene : items_in(composed)) {
    const std::vector<Var> script = items_in(object_in(scene)->get("script"));
    scenes->add(object({{"scene_id", text_at(object_in(scene), "id")},
                        {"script", script.empty() ? Var() : Var(text_at(object_in(script.front()), "text"))},
                        {"variables", list()}}));
  }
  const std::string name = text_at(call.body, "name");
  const std::string ratio = text_at(video->facts, "aspect_ratio");
  Object facts = object({{"name", name.empty() ? text_at(video->facts, "title") : name},
                         {"aspect_ratio", ratio.empty() ? "16:9" : ratio},
                         {"source_video_id", id},
                         {"composition", object({{"scenes", composed}, {"background_audio", list()}})},
                         {"scenes", scenes},
                         {"variables", object()}});
  return data_response(show_template_detail(account, account.templates.add(account.new_id(), facts, account.now())));
}

void count_edit(Record& record) {
  record.facts->set("edits", number_at(record.facts, "edits", 0) + 1);
}

Response rename_template(Call& call) {
  check(call.body, {{"name", Kind::text, true}});
  Record& record = find(call, kTemplates);
  record.facts->set("name", text_at(call.body, "name"));
  count_edit(record);
  return data_response(show_template_detail(call.account, record));
}

bool is_variable_name(const std::string& name) {
  constexpr std::size_t kLongest = 64;
  const auto is_letter = [](char c) { return (c | 0x20) >= 'a' && (c | 0x20) <= 'z'; };
  const auto is_rest = [&](char c) { return is_letter(c) || c == '_' || (c >= '0' && c <= '9'); };
  return !name.empty() && name.size() <= kLongest && (is_letter(name[0]) || name[0] == '_') &&
         std::all_of(name.begin(), name.end(), is_rest);
}

Response replace_variables(Call& call) {
  check(call.body, {{"variables", Kind::object, true}, {"expected_edit_version"}});
  Record& record = find(call, kTemplates);
  const std::string expected = text_at(call.body, "expected_edit_version");
  if (!expected.empty() && expected != edit_version_of(record)) {
    throw Refused{
        api_error(409, "stale_edit_version", "The template has another version since.", "expected_edit_version")};
  }
  const Object variables = object_in(call.body->get("variables"));
  for (const auto& [name, value] : *variables) {
    if (!is_variable_name(name)) throw Invalid{"variables", "A name in variables is not one."};
  }
  record.facts->set("variables", variables);
  count_edit(record);
  return data_response(show_template_detail(call.account, record));
}

Response delete_template(Call& call) {
  const std::string id = find(call, kTemplates).id;
  call.account.templates.remove(id);
  return data_response(object({{"id", id}, {"deleted", true}}));
}

constexpr std::string_view kTemplateStock = R"([
  {"id": "template_1", "name": "News in one minute", "aspect_ratio": "16:9", "variables": {},
   "scenes": [{"scene_id": "scene_1", "script": "Here is what happened today.", "variables": []}]},
  {"id": "template_2", "name": "Portrait quote", "aspect_ratio": "9:16",
   "variables": {"quote": {"name": "quote", "type": "text", "properties": {"content": "Less, but better."}}},
   "scenes": [{"scene_id": "scene_1", "script": "{{quote}}", "variables": [{"name": "quote", "variable_type": "text"}]}]},
  {"id": "template_123", "name": "Welcome, {{name}}", "aspect_ratio": "16:9",
   "variables": {"name": {"name": "name", "type": "text", "properties": {"content": "Robin"}},
                 "picture": {"name": "picture", "type": "image", "properties": {"url": null}}},
   "scenes": [
     {"scene_id": "scene_1", "script": "Welcome, {{name}}!", "variables": [{"name": "name", "variable_type": "text"}]},
     {"scene_id": "scene_2", "script": null, "variables": [{"name": "picture", "variable_type": "image"}]}]}
])";

void stock_templates(Account& account) {
  fill(account.templates, kTemplateStock, "id");
}

}  // namespace

Group templates() {
  return {{{"GET", "/v3/templates", list_all<kTemplates>},
           {"GET", "/v3/templates/{}", get_one<kTemplateDetails>},
           {"POST", "/v3/templates", create_template, Route::Body::object, Route::Key::taken},
           {"POST", "/v3/templates/{}", generate, Route::Body::object, Route::Key::taken},
           {"PATCH", "/v3/templates/{}", rename_template, Route::Body::object},
           {"DELETE", "/v3/templates/{}", delete_template},
           {"PUT", "/v3/templates/{}/variables", replace_variables, Route::Body::object}},
          {{&Account::templates, show_template}},
          stock_templates,
          nullptr};
}

}  // namespace heygen::sandbox
