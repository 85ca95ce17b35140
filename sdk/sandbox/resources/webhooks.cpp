// SPDX-License-Identifier: Apache-2.0
// Webhook endpoints and events: /v3/webhooks. The sandbox calls no endpoint: it lists the events that it would
// have sent.
#include <array>

#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

using Kind = Field::Kind;

struct EventType {
  std::string_view name;
  std::string_view description;
};
constexpr std::array<EventType, 34> kEventTypes{
    {{"avatar_video.success", "A video is completed"},
     {"avatar_video.fail", "A video has failed"},
     {"avatar_video_gif.success", "The GIF of a video is there"},
     {"avatar_video_gif.fail", "The GIF of a video could not be made"},
     {"avatar_video_caption.success", "The captions of a video are there"},
     {"avatar_video_caption.fail", "The captions of a video could not be made"},
     {"video_translate.success", "A translation is completed"},
     {"video_translate.fail", "A translation has failed"},
     {"video_translate.preflight.validation_failed", "The source of a translation was refused"},
     {"video_translate.preflight.download_failed", "The source of a translation could not be fetched"},
     {"personalized_video", "A personal copy of a video is completed"},
     {"instant_avatar.success", "A digital twin is ready"},
     {"instant_avatar.fail", "A digital twin could not be made"},
     {"photo_avatar_generation.success", "A photo avatar is ready"},
     {"photo_avatar_generation.fail", "A photo avatar could not be made"},
     {"photo_avatar_train.success", "A photo avatar has been trained"},
     {"photo_avatar_train.fail", "A photo avatar could not be trained"},
     {"photo_avatar_add_motion.success", "A photo avatar moves now"},
     {"photo_avatar_add_motion.fail", "Motion could not be added to a photo avatar"},
     {"proofread_creation.success", "A proofread is ready"},
     {"proofread_creation.fail", "A proofread could not be made"},
     {"live_avatar.success", "A live avatar is ready"},
     {"live_avatar.fail", "A live avatar could not be made"},
     {"video_agent.success", "The video of an agent is completed"},
     {"video_agent.fail", "The video of an agent has failed"},
     {"hyperframes_video.success", "A Hyperframes video is completed"},
     {"hyperframes_video.fail", "A Hyperframes video has failed"},
     {"ai_clipping.success", "Clips are ready"},
     {"ai_clipping.fail", "Clips could not be made"},
     {"filler_word_removal.success", "A video without filler words is ready"},
     {"filler_word_removal.fail", "Filler words could not be removed"},
     {"podcast.success", "A podcast is ready"},
     {"podcast.fail", "A podcast could not be made"},
     {"batch.finished", "Everything in a batch has ended"}}};

std::vector<std::string_view> type_names() {
  std::vector<std::string_view> names;
  names.reserve(kEventTypes.size());
  for (const EventType& type : kEventTypes) names.push_back(type.name);
  return names;
}

/// The secret is told when it is new, and never again.
Object show_endpoint(Account&, const Record& record) {
  return object({{"endpoint_id", record.id},
                 {"url", text_at(record.facts, "url")},
                 {"events", record.facts->get("events")},
                 {"status", "enabled"},
                 {"created_at", format_time(record.created_at)},
                 {"secret", Var()}});
}

Object show_event(Account& account, const Record& record) {
  const std::string entity = text_at(record.facts, "entity_id");
  Object data = object({{"id", entity}});
  if (const Record* video = account.videos.find(entity)) data = show_video(account, *video);
  return object({{"event_id", record.id},
                 {"event_type", text_at(record.facts, "event_type")},
                 {"event_data", data},
                 {"created_at", format_time(record.created_at)}});
}

constexpr Resource kEndpoints{"webhook endpoint", &Account::endpoints, show_endpoint, 10};
constexpr Resource kEvents{"webhook event", &Account::events, show_event, 10};

Response create_endpoint(Call& call) {
  check(call.body,
        {{"url", Kind::address, true}, {"events", Kind::texts, false, type_names()}, {"entity_id", Kind::text}});
  Account& account = call.account;
  const Record& endpoint = account.endpoints.add(account.new_id(), call.body, account.now());
  Object shown = show_endpoint(account, endpoint);
  shown->set("secret", account.new_secret("whsec-sandbox-"));
  return data_response(shown);
}

Response update_endpoint(Call& call) {
  check(call.body, {{"url", Kind::address}, {"events", Kind::texts, false, type_names()}});
  Record& endpoint = find(call, kEndpoints);
  for (const char* name : {"url", "events"}) {
    if (!call.body->isNull(name)) endpoint.facts->set(name, call.body->get(name));
  }
  return data_response(show_endpoint(call.account, endpoint));
}

Response delete_endpoint(Call& call) {
  call.account.endpoints.remove(std::string(find(call, kEndpoints).id));
  return data_response(object());
}

Response rotate_secret(Call& call) {
  const Record& endpoint = find(call, kEndpoints);
  return data_response(object({{"endpoint_id", endpoint.id}, {"secret", call.account.new_secret("whsec-sandbox-")}}));
}

Response list_types(Call&) {
  List shown = list();
  for (const EventType& type : kEventTypes) {
    shown->add(object({{"event_type", type.name}, {"description", type.description}}));
  }
  return json_response(200, object({{"data", shown}, {"has_more", false}, {"next_token", Var()}}));
}

Response list_events(Call& call) {
  const std::string type = call.query.get("event_type");
  const std::string entity = call.query.get("entity_id");
  check(object({{"event_type", type.empty() ? Var() : Var(type)}}), {{"event_type", Kind::text, false, type_names()}});
  return page_of(call, kEvents, [&](const Record& event) {
    return (type.empty() || text_at(event.facts, "event_type") == type) &&
           (entity.empty() || text_at(event.facts, "entity_id") == entity);
  });
}

void furnish_webhooks(Account& account) {
  account.endpoints.add("endpoint_123",
                        object({{"url", "https://example.com/hooks/heygen"},
                                {"events", list({"avatar_video.success", "avatar_video.fail"})}}),
                        in_january(10));
  for (const auto& [id, type, entity] :
       {std::array{"event_1", "avatar_video.success", "video_1"}, std::array{"event_2", "avatar_video.fail", "video_5"},
        std::array{"event_3", "avatar_video.success", "video_123"}}) {
    account.events.add(id, object({{"event_type", type}, {"entity_id", entity}}), in_january(210));
  }
}

}  // namespace

Group webhooks() {
  return {{{"GET", "/v3/webhooks/endpoints", list_all<kEndpoints>},
           {"POST", "/v3/webhooks/endpoints", create_endpoint, Route::Body::object, Route::Key::taken},
           {"PATCH", "/v3/webhooks/endpoints/{}", update_endpoint, Route::Body::object},
           {"DELETE", "/v3/webhooks/endpoints/{}", delete_endpoint},
           {"POST", "/v3/webhooks/endpoints/{}/rotate-secret", rotate_secret, Route::Body::none, Route::Key::taken},
           {"GET", "/v3/webhooks/event-types", list_types},
           {"GET", "/v3/webhooks/events", list_events}},
          {},
          nullptr,
          furnish_webhooks};
}

}  // namespace heygen::sandbox
