// Templates, and videos made of them: /v3/templates.
#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

using Kind = Field::Kind;

json::Value show_template(Account& account, const Record& record) {
  return json::Object{{"id", record.id},
                      {"name", record.facts.string_at("name")},
                      {"aspect_ratio", record.facts.string_at("aspect_ratio")},
                      {"thumbnail_url", account.file(record.id + ".png")},
                      {"created_at", record.created_at},
                      {"updated_at", record.created_at + 86400}};
}

json::Value show_detail(Account& account, const Record& record) {
  json::Value shown = show_template(account, record);
  json::Array ids;
  for (const json::Value& scene : record.facts.find("scenes")->as_array())
    ids.emplace_back(scene.string_at("scene_id"));
  shown.set("scene_ids", std::move(ids));
  shown.set("scenes", value_or_null(record.facts, "scenes"));
  shown.set("variables", value_or_null(record.facts, "variables"));
  return shown;
}

constexpr Resource kTemplates{"template", &Account::templates, show_template, 10};
constexpr Resource kDetails{"template", &Account::templates, show_detail};

Reply generate(Call& call) {
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
  if (const double fps = number_of(call.body, "fps", 25); fps != 25 && fps != 30 && fps != 60) {
    throw Invalid{"fps", "fps is one of 25, 30, 60."};
  }
  json::Value facts = call.body;
  if (facts.string_at("title").empty()) facts.set("title", chosen.facts.string_at("name"));
  const double seconds = 8.0 * static_cast<double>(chosen.facts.find("scenes")->as_array().size());
  return data_reply(show_video(call.account, start_video(call.account, std::move(facts), seconds)));
}

constexpr std::string_view kStock = R"([
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
  fill(account.templates, kStock, "id");
}

}  // namespace

Group templates() {
  return {{{"GET", "/v3/templates", list_all<kTemplates>},
           {"GET", "/v3/templates/{}", get_one<kDetails>},
           {"POST", "/v3/templates/{}", generate, Route::Body::object}},
          {{&Account::templates, show_template}},
          stock_templates,
          nullptr};
}

}  // namespace heygen::sandbox
