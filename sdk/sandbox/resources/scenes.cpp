// SPDX-License-Identifier: Apache-2.0
// What is in the scenes of a video: /v3/videos/{id}/scenes, and what templates have of them.
#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

constexpr Resource kSceneVideos{"video", &Account::videos, show_video};

Object show_scene(const Object& order, std::size_t number) {
  const std::string suffix = '_' + std::to_string(number);
  const Object input = text_at(order, "type") == "avatar_video" ? object_in(order->get("input")) : order;
  const std::string avatar = text_at(input, "avatar_id");
  List elements = list();
  if (!avatar.empty()) {
    elements->add(object({{"id", "element" + suffix}, {"type", "avatar"}, {"avatar_id", avatar}}));
  } else {
    elements->add(object({{"id", "element" + suffix}, {"type", "image"}, {"url", Var()}}));
  }
  List script = list();
  if (const std::string text = text_at(input, "script"); !text.empty()) {
    script->add(
        object({{"id", "script" + suffix}, {"type", "text"}, {"text", text}, {"voice_id", input->get("voice_id")}}));
  }
  return object({{"id", "scene" + suffix},
                 {"background", object({{"type", "color"}, {"color", "#FFFFFF"}})},
                 {"elements", elements},
                 {"script", script}});
}

}  // namespace

List scenes_of(const Record& video) {
  List scenes = list();
  for (const Var& scene : items_in(video.facts->get("scenes"))) {
    scenes->add(show_scene(object_in(scene), scenes->size() + 1));
  }
  if (scenes->size() == 0) scenes->add(show_scene(video.facts, 1));
  return scenes;
}

Response get_scenes(Call& call) {
  const Record& video = find(call, kSceneVideos);
  if (text_at(video.facts, "type") == "cinematic_avatar") {
    throw Refused{api_error(404, "video_scenes_not_found", "This video has no scenes to edit.")};
  }
  if (!call.account.completed(video)) {
    throw Refused{api_error(409, "resource_not_ready", "The video is not completed yet.")};
  }
  const bool captioned = !video.facts->isNull("caption");
  Object data = object({{"video_id", video.id},
                        {"edit_version", "1"},
                        {"scenes", scenes_of(video)},
                        {"video", object({{"title", video.facts->get("title")},
                                          {"aspect_ratio", video.facts->get("aspect_ratio")},
                                          {"resolution", video.facts->get("resolution")},
                                          {"brand_glossary_id", video.facts->get("brand_glossary_id")},
                                          {"caption", object({{"enabled", captioned}})}})}});
  return json_response(200, object({{"data", data}, {"error", Var()}}));
}

}  // namespace heygen::sandbox
