// Music and sound effects to search in: /v3/audio/sounds.
#include <algorithm>
#include <charconv>

#include "core/base/text.hpp"
#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

/// How much of the query the sound is about, 0 to 1.
double score_of(const Record& sound, const std::vector<std::string>& words) {
  const std::string about = to_lower(sound.facts.string_at("name") + ' ' + sound.facts.string_at("description"));
  const auto hits = std::count_if(words.begin(), words.end(),
                                  [&](const std::string& word) { return about.find(word) != std::string::npos; });
  return static_cast<double>(hits) / static_cast<double>(words.size());
}

json::Value show_sound(Account& account, const Record& record) {
  json::Value shown = record.facts;
  shown.set("audio_url", account.file(record.id + ".wav"));
  shown.set("peak_offset", json::Number{"0.8"});
  shown.set("placement", record.facts.string_at("type") == "music" ? "background" : "accent");
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
Reply list_sounds(Call& call) {
  const auto words = words_of(to_lower(call.query.get("query")));
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
    if (score >= least && (type.empty() || sound.facts.string_at("type") == type)) found.emplace_back(score, &sound);
  }
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  const std::size_t first = std::min<std::size_t>(page.after, found.size());
  const std::size_t last = std::min(first + page.limit, found.size());
  json::Array shown;
  for (std::size_t i = first; i < last; ++i) {
    json::Value sound = show_sound(call.account, *found[i].second);
    sound.set("score", number(found[i].first));
    shown.push_back(std::move(sound));
  }
  const bool more = last < found.size();
  return json_reply(200, json::Object{{"data", std::move(shown)},
                                      {"has_more", more},
                                      {"next_token", more ? json::Value(write_cursor(last)) : json::Value()}});
}

constexpr std::string_view kStock = R"([
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
  fill(account.sounds, kStock, "id");
}

}  // namespace

Group sounds() {
  return {{{"GET", "/v3/audio/sounds", list_sounds}}, {{&Account::sounds, show_sound}}, stock_sounds, nullptr};
}

}  // namespace heygen::sandbox
