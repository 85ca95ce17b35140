// SPDX-License-Identifier: Apache-2.0
// Templates, and videos made of them: /v3/templates.
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

Object show_template_detail(Account& account, const Record& record) {
  Object shown = show_template(account, record);
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
  Object facts = call.body;
  if (text_at(facts, "title").empty()) facts->set("title", text_at(chosen.facts, "name"));
  const double seconds = 8.0 * static_cast<double>(items_in(chosen.facts->get("scenes")).size());
  return data_response(show_video(call.account, start_video(call.account, facts, seconds)));
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
           {"POST", "/v3/templates/{}", generate, Route::Body::object}},
          {{&Account::templates, show_template}},
          stock_templates,
          nullptr};
}

}  // namespace heygen::sandbox
