// SPDX-License-Identifier: Apache-2.0
// Music and sound effects to search in: /v3/audio/sounds.
#include <Poco/String.h>

#include <algorithm>
#include <charconv>

#include "sdk/sandbox/base/text.hpp"
#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

/// How much of the query the sound is about, 0 to 1.
double score_of(const Record& sound, const std::vector<std::string>& words) {
  const std::string about = Poco::toLower(text_at(sound.facts, "name") + ' ' + text_at(sound.facts, "description"));
  const auto hits = std::count_if(words.begin(), words.end(),
                                  [&](const std::string& word) { return about.find(word) != std::string::npos; });
  return static_cast<double>(hits) / static_cast<double>(words.size());
}

Object show_sound(Account& account, const Record& record) {
  Object shown = copy_of(record.facts);
  shown->set("audio_url", account.file(record.id + ".wav"));
  shown->set("peak_offset", 0.8);
  shown->set("placement", text_at(record.facts, "type") == "music" ? "background" : "accent");
  return shown;
}

double read_least(const Form& query) {
  const std::string text = query.get("min_score");
  if (text.empty()) return 0.01;
  double least = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), least);
  if (error != std::errc{} || end != text.data() + text.size() || least < 0 || least > 1) {
    throw Invalid{"min_score", "min_score must be a number from 0 to 1."};
  }
  return least;
}

/// The best first.
Response list_sounds(Call& call) {
  const auto words = words_of(Poco::toLower(call.query.get("query")));
  if (words.empty()) throw Invalid{"query", "query is missing."};
  const std::string type = call.query.get("type");
  if (!type.empty() && type != "music" && type != "sound_effects") {
    throw Invalid{"type", "type is one of music, sound_effects."};
  }
  const double least = read_least(call.query);
  const Page page = read_page(call.query, 10, 50);
  std::vector<std::pair<double, const Record*>> found;
  for (const auto& [sequence, sound] : call.account.sounds.all()) {
    const double score = score_of(sound, words);
    if (score >= least && (type.empty() || text_at(sound.facts, "type") == type)) found.emplace_back(score, &sound);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  const std::size_t first = std::min<std::size_t>(page.after, found.size());
  const std::size_t last = std::min(first + page.limit, found.size());
  List shown = list();
  for (std::size_t i = first; i < last; ++i) {
    Object sound = show_sound(call.account, *found[i].second);
    sound->set("score", rounded(found[i].first));
    shown->add(sound);
  }
  const bool more = last < found.size();
  return json_response(
      200, object({{"data", shown}, {"has_more", more}, {"next_token", more ? Var(write_cursor(last)) : Var()}}));
}

constexpr std::string_view kSoundStock = R"([
  {"id": "sound_1", "type": "sound_effects", "name": "Light rain", "description": "Light rain on leaves", "duration": 42},
  {"id": "sound_2", "type": "sound_effects", "name": "Heavy rain", "description": "Rain on a tin roof", "duration": 61.5},
  {"id": "sound_3", "type": "sound_effects", "name": "Door", "description": "A wooden door that closes", "duration": 1.4},
  {"id": "sound_4", "type": "sound_effects", "name": "Keyboard", "description": "Fast typing on a keyboard", "duration": 9},
  {"id": "sound_5", "type": "sound_effects", "name": "Applause", "description": "A small room claps", "duration": 6.2},
  {"id": "sound_6", "type": "sound_effects", "name": "Birds", "description": "Birds in the morning light", "duration": 30},
  {"id": "sound_7", "type": "music", "name": "Slow piano", "description": "Calm piano, light and slow", "duration": 124},
  {"id": "sound_8", "type": "music", "name": "On the road", "description": "Guitar and drums, quick", "duration": 98.7},
  {"id": "sound_9", "type": "music", "name": "After the rain", "description": "Strings, hopeful", "duration": 141},
  {"id": "sound_10", "type": "music", "name": "Opening", "description": "Brass for an opening title", "duration": 12.5}
])";

void stock_sounds(Account& account) {
  fill(account.sounds, kSoundStock, "id");
}

}  // namespace

Group sounds() {
  return {{{"GET", "/v3/audio/sounds", list_sounds}}, {{&Account::sounds, show_sound}}, stock_sounds, nullptr};
}

}  // namespace heygen::sandbox
