// Sessions in which an agent makes a video of a prompt: /v3/video-agents.
#include <algorithm>

#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

using Kind = Field::Kind;

/// nullptr before the session has one, or when it was deleted.
const Record* video_of(Account& account, const Record& session) {
  return account.videos.find(session.facts.string_at("video_id"));
}

std::string status_of(Account& account, const Record& session) {
  if (flag_of(session.facts, "stopped")) return "completed";
  const Record* video = video_of(account, session);
  if (video == nullptr) {
    return account.phase(session) == Phase::completed ? "waiting_for_input" : "thinking";
  }
  switch (account.phase(*video)) {
    case Phase::pending:
      return "thinking";
    case Phase::processing:
      return "generating";
    case Phase::completed:
      return "completed";
    case Phase::failed:
      return "failed";
  }
  return {};
}

json::Value message(const std::string& role, const std::string& content, std::int64_t at) {
  return json::Object{
      {"role", role}, {"type", "text"}, {"content", content}, {"created_at", at}, {"resource_ids", json::Value()}};
}

json::Value show_session(Account& account, const Record& record) {
  constexpr std::size_t kMostMessages = 40;
  const std::string status = status_of(account, record);
  json::Array messages = record.facts.find("messages")->as_array();
  std::reverse(messages.begin(), messages.end());
  if (messages.size() > kMostMessages) messages.resize(kMostMessages);
  const int progress = status == "completed" ? 100 : status == "generating" ? 50 : 0;
  return json::Object{{"session_id", record.id},
                      {"title", value_or_null(record.facts, "title")},
                      {"status", status},
                      {"progress", progress},
                      {"created_at", record.created_at},
                      {"video_id", value_or_null(record.facts, "video_id")},
                      {"messages", std::move(messages)}};
}

json::Value show_row(Account&, const Record& record) {
  return json::Object{
      {"session_id", record.id}, {"title", value_or_null(record.facts, "title")}, {"created_at", record.created_at}};
}

json::Value show_resource(Account& account, const Record& record) {
  return json::Object{{"resource_id", record.id},
                      {"resource_type", "image"},
                      {"source_type", "generated"},
                      {"created_at", record.created_at},
                      {"url", account.file(record.id + ".png")},
                      {"preview_url", account.file(record.id + "-preview.png")},
                      {"thumbnail_url", account.file(record.id + "-thumbnail.png")},
                      {"metadata", json::Object{{"width", 1920}, {"height", 1080}}}};
}

json::Value show_style(Account& account, const Record& record) {
  json::Value shown = record.facts;
  shown.set("thumbnail_url", account.file(record.id + ".png"));
  shown.set("preview_video_url", account.file(record.id + ".mp4"));
  return shown;
}

constexpr Resource kSessions{"session", &Account::sessions, show_session};
constexpr Resource kRows{"session", &Account::sessions, show_row};
constexpr Resource kResources{"resource", &Account::resources, show_resource};
constexpr Resource kStyles{"style", &Account::styles, show_style, 20, 100, false};

void start_session_video(Account& account, Record& session) {
  json::Value order(json::Object{{"title", value_or_null(session.facts, "title")}});
  session.facts.set("video_id", start_video(account, std::move(order), 30, "video_agent").id);
}

Reply create_session(Call& call) {
  check(call.body, {{"prompt", Kind::text, true, {}, 1, 10000},
                    {"mode", Kind::text, false, {"generate", "chat"}},
                    {"orientation", Kind::text, false, {"landscape", "portrait"}},
                    {"files", Kind::list, false, {}, 0, 20},
                    {"incognito_mode", Kind::flag},
                    {"callback_url", Kind::address}});
  Account& account = call.account;
  const std::string prompt = call.body.string_at("prompt");
  json::Value facts(
      json::Object{{"title", prompt.substr(0, 60)}, {"messages", json::Array{message("user", prompt, account.now())}}});
  Record& session = account.start(account.sessions, std::move(facts), prompt);
  const bool chat = call.body.string_at("mode") == "chat";
  if (!chat) start_session_video(account, session);
  return data_reply(json::Object{{"session_id", session.id},
                                 {"status", chat ? "thinking" : "generating"},
                                 {"video_id", value_or_null(session.facts, "video_id")},
                                 {"created_at", session.created_at}});
}

Reply send_message(Call& call) {
  check(call.body, {{"message", Kind::text, true}, {"files", Kind::list, false, {}, 0, 20}});
  Account& account = call.account;
  Record& session = find(call, kSessions);
  json::Array& messages = session.facts.find("messages")->as_array();
  messages.push_back(message("user", call.body.string_at("message"), account.now()));
  messages.push_back(message("agent", "Good. I will make the video that way.", account.now()));
  start_session_video(account, session);
  session.facts.set("stopped", false);
  return data_reply(json::Object{
      {"session_id", session.id}, {"run_id", account.new_id()}, {"title", value_or_null(session.facts, "title")}});
}

Reply stop_session(Call& call) {
  Record& session = find(call, kSessions);
  session.facts.set("stopped", true);
  return data_reply(json::Object{{"session_id", session.id}});
}

Reply get_resource(Call& call) {
  const Record& session = find(call, kSessions);
  const Record& resource = find(call, kResources, 1);
  if (resource.facts.string_at("session_id") != session.id) return not_found(kResources, resource.id);
  return data_reply(show_resource(call.account, resource));
}

Reply list_videos(Call& call) {
  const Record* video = video_of(call.account, find(call, kSessions));
  json::Array shown;
  if (video != nullptr) shown.push_back(show_video(call.account, *video));
  return json_reply(200, json::Object{{"data", std::move(shown)}, {"has_more", false}, {"next_token", json::Value()}});
}

Reply list_styles(Call& call) {
  const std::string tag = call.query.get("tag");
  return page_of(call, kStyles, [&](const Record& style) {
    const json::Array& tags = style.facts.find("tags")->as_array();
    return tag.empty() || std::find(tags.begin(), tags.end(), json::Value(tag)) != tags.end();
  });
}

constexpr std::string_view kStyleStock = R"([
  {"style_id": "style_whiteboard", "name": "Whiteboard", "aspect_ratio": "16:9", "tags": ["explainer", "hand-drawn"]},
  {"style_id": "style_newsroom", "name": "Newsroom", "aspect_ratio": "16:9", "tags": ["business"]},
  {"style_id": "style_paper", "name": "Cut paper", "aspect_ratio": "1:1", "tags": ["hand-drawn"]},
  {"style_id": "style_neon", "name": "Neon night", "aspect_ratio": "9:16", "tags": ["social"]},
  {"style_id": "style_plain", "name": "Plain studio", "aspect_ratio": "16:9", "tags": ["business", "explainer"]},
  {"style_id": "style_film", "name": "Old film", "aspect_ratio": "16:9", "tags": ["social"]}
])";

void stock_styles(Account& account) {
  fill(account.styles, kStyleStock, "style_id");
}

void furnish_agents(Account& account) {
  const std::string prompt = "A tour of our product for new customers";
  account.add_finished(
      account.sessions, "session_123",
      json::Object{{"title", prompt},
                   {"video_id", "video_123"},
                   {"messages", json::Array{message("user", prompt, in_january(200)),
                                            message("agent", "Here is your video.", in_january(201))}}},
      in_january(200));
  account.add_finished(account.resources, "resource_123", json::Object{{"session_id", "session_123"}}, in_january(201));
}

}  // namespace

Group agents() {
  return {{{"GET", "/v3/video-agents", list_all<kRows>},
           {"POST", "/v3/video-agents", create_session, Route::Body::object},
           {"GET", "/v3/video-agents/styles", list_styles},
           {"GET", "/v3/video-agents/{}", get_one<kSessions>},
           {"POST", "/v3/video-agents/{}", send_message, Route::Body::object},
           {"GET", "/v3/video-agents/{}/resources/{}", get_resource},
           {"POST", "/v3/video-agents/{}/stop", stop_session, Route::Body::optional},
           {"GET", "/v3/video-agents/{}/videos", list_videos}},
          {{&Account::resources, show_resource}, {&Account::styles, show_style}},
          stock_styles,
          furnish_agents};
}

}  // namespace heygen::sandbox
