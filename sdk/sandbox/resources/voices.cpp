// SPDX-License-Identifier: Apache-2.0
// Voices, one's own and the service's, and speech: /v3/voices.
#include <algorithm>
#include <array>

#include "sdk/sandbox/base/text.hpp"
#include "sdk/sandbox/http/digest.hpp"
#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

using Kind = Field::Kind;

Object show_voice_detail(Account& account, const Record& record) {
  const bool failed = account.phase(record) == Phase::failed;
  Object shown = show_voice(account, record);
  shown->remove("type");
  shown->remove("support_locale");
  shown->set("created_at", record.created_at);
  shown->set("status", account.status(record, kVoiceWords));
  shown->set("support_interactive_avatar", true);
  shown->set("failure_message", failed ? Var("This voice was asked to fail.") : Var());
  return shown;
}

constexpr Resource kVoices{"voice", &Account::voices, show_voice, 20, 100, false};
constexpr Resource kVoiceDetails{"voice", &Account::voices, show_voice_detail};

bool is_own_voice(const Record& voice) {
  return text_at(voice.facts, "type") == "private";
}

bool fits(const Form& query, const char* name, const std::string& value) {
  const std::string wanted = query.get(name);
  return wanted.empty() || Poco::icompare(wanted, value) == 0;
}

Response list_voices(Call& call) {
  const std::string type = call.query.get("type");
  if (!type.empty() && type != "public" && type != "private") {
    throw Invalid{"type", "type is one of public, private."};
  }
  return page_of(call, kVoices, [&](const Record& voice) {
    return is_own_voice(voice) == (type == "private") &&
           fits(call.query, "language", text_at(voice.facts, "language")) &&
           fits(call.query, "gender", text_at(voice.facts, "gender")) && fits(call.query, "engine", "starfish");
  });
}

/// Up to three voices; another seed gives others.
Response find_voices(Call& call) {
  check(call.body, {{"prompt", Kind::text, true},
                    {"gender", Kind::text, false, {"male", "female"}},
                    {"locale"},
                    {"seed", Kind::integer, false, {}, 0}});
  const std::string gender = text_at(call.body, "gender");
  std::vector<const Record*> fitting;
  for (const auto& [sequence, voice] : call.account.voices.all()) {
    if (!is_own_voice(voice) && (gender.empty() || text_at(voice.facts, "gender") == gender)) fitting.push_back(&voice);
  }
  const auto seed = static_cast<std::int64_t>(number_at(call.body, "seed", 0));
  const auto start =
      static_cast<unsigned char>(sha256(text_at(call.body, "prompt"))[0]) + 3 * static_cast<std::size_t>(seed);
  List shown = list();
  for (std::size_t i = 0; i < 3; ++i) {
    shown->add(show_voice(call.account, *fitting[(start + i) % fitting.size()]));
  }
  return data_response(object({{"voices", shown}, {"seed", seed}}));
}

Response clone_voice(Call& call) {
  check(call.body, {{"audio", Kind::asset, true},
                    {"voice_name", Kind::text, true},
                    {"language"},
                    {"remove_background_noise", Kind::flag}});
  check_references(call.account, call.body);
  const std::string name = text_at(call.body, "voice_name");
  const std::string language = text_at(call.body, "language");
  Object facts = (object({{"name", name},
                          {"language", language.empty() ? "English" : language},
                          {"gender", "unknown"},
                          {"type", "private"}}));
  const Record& voice = call.account.start(call.account.voices, facts, name);
  return data_response(object({{"voice_clone_id", voice.id}}));
}

Response delete_voice(Call& call) {
  const Record& voice = find(call, kVoices);
  if (!is_own_voice(voice)) return api_error(403, "forbidden", "Only your own voices can be deleted.");
  const std::string id = voice.id;
  call.account.voices.remove(id);
  return data_response(object({{"voice_id", id}}));
}

Response create_speech(Call& call) {
  check(call.body, {{"text", Kind::text, true, {}, 1, 5000},
                    {"voice_id", Kind::text, true},
                    {"speed", Kind::number, false, {}, 0.5, 2},
                    {"input_type", Kind::text, false, {"text", "ssml"}},
                    {"language"},
                    {"locale"}});
  const std::string voice = text_at(call.body, "voice_id");
  if (call.account.voices.find(voice) == nullptr) return not_found(kVoices, voice, "voice_id");
  const double seconds = kSecondsPerWord / number_at(call.body, "speed", 1);
  List words = list();
  double start = 0;
  for (const std::string& word : words_of(text_at(call.body, "text"))) {
    words->add(object({{"word", word}, {"start", rounded(start)}, {"end", rounded(start + seconds)}}));
    start += seconds;
  }
  Account& account = call.account;
  const Record& speech = account.speeches.add(account.new_id(), object({{"duration", rounded(start)}}), account.now());
  return data_response(object({{"audio_url", account.file(speech.id + ".wav")},
                               {"duration", rounded(start)},
                               {"request_id", speech.id},
                               {"word_timestamps", words}}));
}

Object show_speech(Account& account, const Record& record) {
  return object({{"audio_url", account.file(record.id + ".wav")}});
}

/// Every name in every language: enough for a few pages.
void stock_voices(Account& account) {
  constexpr std::array<const char*, 23> kNames{
      "Alder", "Birch", "Cedar", "Dogwood", "Elder",  "Fir",   "Ginkgo", "Hazel", "Ilex",  "Juniper", "Kapok", "Linden",
      "Maple", "Neem",  "Olive", "Pine",    "Quince", "Rowan", "Spruce", "Teak",  "Ulmus", "Willow",  "Yew"};
  constexpr std::array<const char*, 10> kVoiceLanguages{"English", "Spanish", "German", "French",     "Japanese",
                                                        "Chinese", "Hindi",   "Arabic", "Portuguese", "Korean"};
  for (const char* language : kVoiceLanguages) {
    for (std::size_t i = 0; i < kNames.size(); ++i) {
      const std::string id = hex(sha256(std::string(language) + kNames.at(i)).substr(0, 16));
      account.voices.add(id,
                         object({{"name", kNames.at(i)},
                                 {"language", language},
                                 {"gender", i % 2 == 0 ? "male" : "female"},
                                 {"type", "public"}}),
                         in_january(0));
    }
  }
}

void furnish_voices(Account& account) {
  for (const auto& [id, name] : {std::pair("voice_123", "Alex, my own voice"), std::pair("voice_124", "Zoë")}) {
    account.add_finished(account.voices, id,
                         object({{"name", name}, {"language", "English"}, {"gender", "female"}, {"type", "private"}}),
                         in_january(28));
  }
}

}  // namespace

Object show_voice(Account& account, const Record& record) {
  const Object& facts = record.facts;
  const bool done = account.completed(record);
  return object({{"voice_id", record.id},
                 {"name", text_at(facts, "name")},
                 {"language", text_at(facts, "language")},
                 {"gender", text_at(facts, "gender")},
                 {"type", text_at(facts, "type")},
                 {"preview_audio_url", done ? Var(account.file(record.id + ".wav")) : Var()},
                 {"support_pause", true},
                 {"support_locale", text_at(facts, "language") == "English"}});
}

Group voices() {
  return {{{"GET", "/v3/voices", list_voices},
           {"POST", "/v3/voices", find_voices, Route::Body::object},
           {"POST", "/v3/voices/clone", clone_voice, Route::Body::object},
           {"POST", "/v3/voices/speech", create_speech, Route::Body::object},
           {"GET", "/v3/voices/{}", get_one<kVoiceDetails>},
           {"DELETE", "/v3/voices/{}", delete_voice}},
          {{&Account::voices, show_voice}, {&Account::speeches, show_speech}},
          stock_voices,
          furnish_voices};
}

}  // namespace heygen::sandbox
