#include "sdk/sandbox/api.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "core/base/text.hpp"
#include "sdk/sandbox/media.hpp"
#include "sdk/sandbox/orders.hpp"

namespace heygen::sandbox {
namespace {

std::vector<std::string> segments(std::string_view path) {
  return split(path, '/');
}

/// One segment of a path, decoded. '+' stands for itself there.
std::string decode_segment(std::string_view text) {
  std::string escaped;
  for (const char c : text) escaped += c == '+' ? std::string("%2B") : std::string(1, c);
  const Form form = Form::decode("x=" + escaped);
  return form.get("x");
}

bool matches(std::string_view pattern, const std::vector<std::string>& path, std::vector<std::string>& values) {
  const std::vector<std::string> parts = segments(pattern);
  if (parts.size() != path.size()) return false;
  values.clear();
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] == "{}" && !path[i].empty()) {
      values.push_back(decode_segment(path[i]));
    } else if (parts[i] != path[i]) {
      return false;
    }
  }
  return true;
}

struct Page {
  std::size_t limit;
  std::uint64_t after;  ///< 0: from the start
};

Page read_page(const Form& query, std::size_t default_limit) {
  Page page{default_limit, 0};
  if (const std::string text = query.get("limit"); !text.empty()) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), page.limit);
    if (error != std::errc{} || end != text.data() + text.size() || page.limit < 1 || page.limit > 100) {
      throw Invalid{"limit", "limit must be a whole number from 1 to 100."};
    }
  }
  if (const std::string token = query.get("token"); !token.empty()) page.after = read_cursor(token);
  return page;
}

Reply list_reply(json::Array items, const std::string& next) {
  return json_reply(200, json::Object{{"data", std::move(items)},
                                      {"has_more", !next.empty()},
                                      {"next_token", next.empty() ? json::Value() : json::Value(next)}});
}

bool contains_ignoring_case(const std::string& text, const std::string& part) {
  return to_lower(text).find(to_lower(part)) != std::string::npos;
}

std::string status_name(Video::Status status) {
  switch (status) {
    case Video::Status::pending:
      return "pending";
    case Video::Status::processing:
      return "processing";
    case Video::Status::completed:
      return "completed";
    case Video::Status::failed:
      return "failed";
  }
  return {};
}

json::Value voice_json(const Voice& voice) {
  return json::Object{{"voice_id", voice.id},
                      {"name", voice.name},
                      {"language", voice.language},
                      {"gender", voice.gender},
                      {"preview_audio_url", json::Value()},
                      {"support_pause", true},
                      {"support_locale", voice.supports_locale},
                      {"type", voice.is_private ? "private" : "public"}};
}

Reply unauthorized(const std::string& message, const std::string& challenge) {
  Reply reply = api_error(401, "unauthorized", message);
  return reply.with("WWW-Authenticate", challenge);
}

struct Refused {
  Reply reply;
};

}  // namespace

const std::vector<Api::Route>& Api::routes() {
  static const std::vector<Route> kRoutes = {
      {"GET", "/v3/users/me", &Api::me},
      {"GET", "/v3/videos", &Api::list_videos},
      {"POST", "/v3/videos", &Api::create_video},
      {"GET", "/v3/videos/{}", &Api::get_video},
      {"DELETE", "/v3/videos/{}", &Api::delete_video},
      {"GET", "/v3/voices", &Api::list_voices},
      {"POST", "/v3/voices/speech", &Api::create_speech},
  };
  return kRoutes;
}

Reply Api::handle(const Request& request) {
  try {
    return dispatch(request, check_credential(request));
  } catch (const Refused& refused) {
    return refused.reply;
  } catch (const Invalid& invalid) {
    return api_error(400, "invalid_parameter", invalid.message, invalid.param);
  }
}

Api::Credential Api::check_credential(const Request& request) {
  const std::string authorization = request.header("authorization");
  const std::string key = request.header("x-api-key");
  if (!authorization.empty() && !key.empty()) {
    throw Refused{api_error(400, "ambiguous_credential", "Send Authorization or x-api-key, not both.")};
  }
  if (!key.empty()) {
    if (key.rfind("sandbox-", 0) == 0) return Credential::api_key;
    throw Refused{unauthorized("No such API key here. Any key that starts with sandbox- works.", "Bearer")};
  }
  // RFC 6750 §3.1: no error code for a request without a credential
  if (authorization.empty()) throw Refused{unauthorized("Send a Bearer token or an x-api-key.", "Bearer")};
  const bool bearer = iequals(std::string_view(authorization).substr(0, 7), "bearer ");
  if (bearer && state_.check_access(std::string(trim(authorization.substr(7))))) return Credential::bearer;
  throw Refused{unauthorized("The access token is unknown, expired or revoked.", "Bearer error=\"invalid_token\"")};
}

Reply Api::dispatch(const Request& request, Credential credential) {
  const std::string method = request.method == "HEAD" ? "GET" : request.method;
  const std::vector<std::string> path = segments(request.path);
  std::vector<std::string> values;
  std::string allowed;
  for (const Route& route : routes()) {
    if (!matches(route.pattern, path, values)) continue;
    if (route.method != method) {
      allowed += (allowed.empty() ? "" : ", ") + std::string(route.method);
      continue;
    }
    Call call{request, Form::decode(request.query), values, credential, {}};
    if (method == "POST") call.body = read_object(request);
    return (this->*route.handler)(call);
  }
  if (!allowed.empty()) return method_not_allowed(allowed);
  return api_error(404, "not_found", "The sandbox has nothing at " + printable(request.path) + ".");
}

// NOLINTNEXTLINE(readability-convert-member-functions-to-static): a row of routes() like the others
Reply Api::me(const Call& call) {
  json::Value account(json::Object{{"username", "sandbox-user"},
                                   {"email", "robin@sandbox.example"},
                                   {"first_name", "Robin"},
                                   {"last_name", "Sandbox"}});
  if (call.credential == Credential::api_key) {
    account.set("billing_type", "wallet");
    account.set("wallet", json::Object{{"currency", "usd"},
                                       {"remaining_balance", json::Number{"42.5"}},
                                       {"auto_reload", json::Object{{"enabled", false}}}});
  } else {
    account.set("billing_type", "subscription");
    account.set("subscription",
                json::Object{{"plan", "creator"},
                             {"credits", json::Object{{"premium_credits",
                                                       json::Object{{"remaining", 120}, {"resets_at", json::Value()}}},
                                                      {"add_on_credits", json::Value()}}}});
  }
  return json_reply(200, json::Object{{"data", account}});
}

json::Value Api::detail(const Video& video) const {
  const bool done = video.status == Video::Status::completed;
  const bool failed = video.status == Video::Status::failed;
  const std::string base = issuer_ + "/files/" + video.id;
  const auto when = [](bool holds, json::Value value) { return holds ? std::move(value) : json::Value(); };
  const bool captioned = done && video.made_from.captioned;
  return json::Object{
      {"id", video.id},
      {"title", video.made_from.title ? json::Value(*video.made_from.title) : json::Value()},
      {"status", status_name(video.status)},
      {"created_at", video.created_at},
      {"completed_at", video.completed_at ? json::Value(*video.completed_at) : json::Value()},
      {"duration", when(done, number(video.made_from.duration))},
      {"video_url", when(done, base + '.' + video.made_from.output_format)},
      {"captioned_video_url", when(captioned, base + "-captioned." + video.made_from.output_format)},
      {"subtitle_url", when(captioned, base + ".srt")},
      {"thumbnail_url", json::Value()},
      {"gif_url", json::Value()},
      {"video_page_url", json::Value()},
      {"folder_id", json::Value()},
      {"output_language", json::Value()},
      {"failure_code", when(failed, "sandbox_failure")},
      {"failure_message", when(failed, "This video was asked to fail: its title starts with sandbox-fail.")}};
}

Reply Api::list_videos(const Call& call) {
  const Page page = read_page(call.query, 10);
  const std::string title = call.query.get("title");
  const bool in_folder = !call.query.get("folder_id").empty();  // the sandbox has no folders
  json::Array items;
  std::uint64_t last = 0;
  for (const Video& video : library_.videos(page.after == 0 ? std::numeric_limits<std::uint64_t>::max() : page.after)) {
    if (in_folder || (!title.empty() && !contains_ignoring_case(video.made_from.title.value_or(""), title))) continue;
    if (items.size() == page.limit) return list_reply(std::move(items), write_cursor(last));
    items.push_back(detail(video));
    last = video.sequence;
  }
  return list_reply(std::move(items), {});
}

Reply Api::create_video(const Call& call) {
  const Video video = library_.create(read_video_order(call.body));
  return json_reply(200, json::Object{{"data", json::Object{{"video_id", video.id},
                                                            {"status", "pending"},
                                                            {"output_format", video.made_from.output_format}}}});
}

Reply Api::get_video(const Call& call) {
  const auto video = library_.video(call.values[0]);
  if (!video) return api_error(404, "video_not_found", "There is no video " + printable(call.values[0]) + ".");
  return json_reply(200, json::Object{{"data", detail(*video)}});
}

Reply Api::delete_video(const Call& call) {
  if (!library_.remove(call.values[0])) {
    return api_error(404, "video_not_found", "There is no video " + printable(call.values[0]) + ".");
  }
  return json_reply(200, json::Object{{"data", json::Object{{"id", call.values[0]}, {"deleted", true}}}});
}

// NOLINTNEXTLINE(readability-convert-member-functions-to-static): a row of routes() like the others
Reply Api::list_voices(const Call& call) {
  const Page page = read_page(call.query, 20);
  const std::string type = call.query.get("type");
  if (!type.empty() && type != "public" && type != "private") throw Invalid{"type", "type is public or private."};
  const auto differs = [&](const char* name, const std::string& value) {
    const std::string wanted = call.query.get(name);
    return !wanted.empty() && !iequals(wanted, value);
  };
  json::Array items;
  std::uint64_t position = 0;
  std::uint64_t last = 0;
  for (const Voice& voice : Library::voices()) {
    if (++position <= page.after || voice.is_private != (type == "private") || differs("language", voice.language) ||
        differs("gender", voice.gender) || differs("engine", "starfish")) {
      continue;
    }
    if (items.size() == page.limit) return list_reply(std::move(items), write_cursor(last));
    items.push_back(voice_json(voice));
    last = position;
  }
  return list_reply(std::move(items), {});
}

Reply Api::create_speech(const Call& call) {
  const SpeechOrder order = read_speech_order(call.body);
  const auto& voices = Library::voices();
  if (std::none_of(voices.begin(), voices.end(), [&](const Voice& voice) { return voice.id == order.voice_id; })) {
    return api_error(404, "voice_not_found", "There is no voice " + printable(order.voice_id) + ".", "voice_id");
  }
  json::Array words;
  double start = 0;
  for (const std::string& word : order.words) {
    const double end = start + order.seconds_per_word;
    words.push_back(json::Object{{"word", word}, {"start", number(start)}, {"end", number(end)}});
    start = end;
  }
  const Speech speech = library_.speak(start);
  return json_reply(200, json::Object{{"data", json::Object{{"audio_url", issuer_ + "/files/" + speech.id + ".wav"},
                                                            {"duration", number(start)},
                                                            {"request_id", speech.id},
                                                            {"word_timestamps", std::move(words)}}}});
}

Reply Api::file(const Request& request) {
  const std::string name = request.path.substr(std::string_view("/files/").size());
  const std::size_t dot = name.find('.');
  const std::string id = name.substr(0, name.find_first_of("-."));
  const std::string suffix = dot == std::string::npos ? "" : name.substr(dot + 1);
  const bool captioned = name == id + "-captioned." + suffix;
  if (const auto speech = library_.speech(id); speech && name == id + ".wav") {
    return serve_file(request, wav_file(speech->duration), "audio/wav");
  }
  const auto video = library_.video(id);
  if (video && video->status == Video::Status::completed && (captioned || name == id + '.' + suffix) &&
      (video->made_from.captioned || !(captioned || suffix == "srt"))) {
    if (suffix == video->made_from.output_format) {
      const std::string seed = captioned ? id + " with captions" : id;
      return serve_file(request, video_file(seed, suffix, video->made_from.duration), "video/" + suffix);
    }
    if (suffix == "srt" && !captioned) {
      return serve_file(request, srt_file(video->made_from.duration), "application/x-subrip");
    }
  }
  return api_error(404, "not_found", "There is no such file, or its video was deleted.");
}

}  // namespace heygen::sandbox
