// SPDX-License-Identifier: Apache-2.0
// Sessions in which an agent makes a video of a prompt: /v3/video-agents.
#include <algorithm>

#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

using Kind = Field::Kind;

/// nullptr before the session has one, or when it was deleted.
const Record* video_of(Account& account, const Record& session) {
  return account.videos.find(text_at(session.facts, "video_id"));
}

std::string session_status(Account& account, const Record& session) {
  if (flag_at(session.facts, "stopped")) return "completed";
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

Object message(const std::string& role, const std::string& content, std::int64_t at) {
  return object({{"role", role}, {"type", "text"}, {"content", content}, {"created_at", at}, {"resource_ids", Var()}});
}

Object show_session(Account& account, const Record& record) {
  constexpr std::size_t kMostMessages = 40;
  const std::string status = session_status(account, record);
  std::vector<Var> messages = items_in(record.facts->get("messages"));
  std::reverse(messages.begin(), messages.end());
  if (messages.size() > kMostMessages) messages.resize(kMostMessages);
  const int progress = status == "completed" ? 100 : status == "generating" ? 50 : 0;
  return object({{"session_id", record.id},
                 {"title", record.facts->get("title")},
                 {"status", status},
                 {"progress", progress},
                 {"created_at", record.created_at},
                 {"video_id", record.facts->get("video_id")},
                 {"messages", list(messages)}});
}

Object show_row(Account&, const Record& record) {
  return object({{"session_id", record.id}, {"title", record.facts->get("title")}, {"created_at", record.created_at}});
}

Object show_resource(Account& account, const Record& record) {
  return object({{"resource_id", record.id},
                 {"resource_type", "image"},
                 {"source_type", "generated"},
                 {"created_at", record.created_at},
                 {"url", account.file(record.id + ".png")},
                 {"preview_url", account.file(record.id + "-preview.png")},
                 {"thumbnail_url", account.file(record.id + "-thumbnail.png")},
                 {"metadata", object({{"width", 1920}, {"height", 1080}})}});
}

Object show_style(Account& account, const Record& record) {
  Object shown = copy_of(record.facts);
  shown->set("thumbnail_url", account.file(record.id + ".png"));
  shown->set("preview_video_url", account.file(record.id + ".mp4"));
  return shown;
}

constexpr Resource kSessions{"session", &Account::sessions, show_session};
constexpr Resource kSessionRows{"session", &Account::sessions, show_row};
constexpr Resource kResources{"resource", &Account::resources, show_resource};
constexpr Resource kStyles{"style", &Account::styles, show_style, 20, 100, false};

void start_session_video(Account& account, Record& session) {
  Object order = (object({{"title", session.facts->get("title")}}));
  session.facts->set("video_id", start_video(account, order, 30, "video_agent").id);
}

Response create_session(Call& call) {
  check(call.body, {{"prompt", Kind::text, true, {}, 1, 10000},
                    {"mode", Kind::text, false, {"generate", "chat"}},
                    {"orientation", Kind::text, false, {"landscape", "portrait"}},
                    {"files", Kind::list, false, {}, 0, 20},
                    {"incognito_mode", Kind::flag},
                    {"callback_url", Kind::address}});
  check_references(call.account, call.body);
  Account& account = call.account;
  const std::string prompt = text_at(call.body, "prompt");
  Object facts(object({{"title", prompt.substr(0, 60)}, {"messages", list({message("user", prompt, account.now())})}}));
  Record& session = account.start(account.sessions, facts, prompt);
  const bool chat = text_at(call.body, "mode") == "chat";
  if (!chat) start_session_video(account, session);
  return data_response(object({{"session_id", session.id},
                               {"status", chat ? "thinking" : "generating"},
                               {"video_id", session.facts->get("video_id")},
                               {"created_at", session.created_at}}));
}

Response send_message(Call& call) {
  check(call.body, {{"message", Kind::text, true}, {"files", Kind::list, false, {}, 0, 20}});
  check_references(call.account, call.body);
  Account& account = call.account;
  Record& session = find(call, kSessions);
  List messages = session.facts->getArray("messages");
  messages->add(message("user", text_at(call.body, "message"), account.now()));
  messages->add(message("agent", "Good. I will make the video that way.", account.now()));
  start_session_video(account, session);
  session.facts->set("stopped", false);
  return data_response(
      object({{"session_id", session.id}, {"run_id", account.new_id()}, {"title", session.facts->get("title")}}));
}

Response stop_session(Call& call) {
  Record& session = find(call, kSessions);
  session.facts->set("stopped", true);
  return data_response(object({{"session_id", session.id}}));
}

Response get_resource(Call& call) {
  const Record& session = find(call, kSessions);
  const Record& resource = find(call, kResources, 1);
  if (text_at(resource.facts, "session_id") != session.id) return not_found(kResources, resource.id);
  return data_response(show_resource(call.account, resource));
}

Response list_session_videos(Call& call) {
  const Record* video = video_of(call.account, find(call, kSessions));
  List shown = list();
  if (video != nullptr) shown->add(show_video(call.account, *video));
  return json_response(200, object({{"data", shown}, {"has_more", false}, {"next_token", Var()}}));
}

Response list_styles(Call& call) {
  const std::string tag = call.query.get("tag");
  return page_of(call, kStyles, [&](const Record& style) {
    const std::vector<Var> tags = items_in(style.facts->get("tags"));
    return tag.empty() || std::any_of(tags.begin(), tags.end(), [&](const Var& one) { return text_in(one) == tag; });
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
  account.add_finished(account.sessions, "session_123",
                       object({{"title", prompt},
                               {"video_id", "video_123"},
                               {"messages", list({message("user", prompt, in_january(200)),
                                                  message("agent", "Here is your video.", in_january(201))})}}),
                       in_january(200));
  account.add_finished(account.resources, "resource_123", object({{"session_id", "session_123"}}), in_january(201));
}

}  // namespace

Group agents() {
  return {{{"GET", "/v3/video-agents", list_all<kSessionRows>},
           {"POST", "/v3/video-agents", create_session, Route::Body::object},
           {"GET", "/v3/video-agents/styles", list_styles},
           {"GET", "/v3/video-agents/{}", get_one<kSessions>},
           {"POST", "/v3/video-agents/{}", send_message, Route::Body::object},
           {"GET", "/v3/video-agents/{}/resources/{}", get_resource},
           {"POST", "/v3/video-agents/{}/stop", stop_session, Route::Body::optional},
           {"GET", "/v3/video-agents/{}/videos", list_session_videos}},
          {{&Account::resources, show_resource}, {&Account::styles, show_style}},
          stock_styles,
          furnish_agents};
}

}  // namespace heygen::sandbox
