#include "sdk/sandbox/library.hpp"

#include <algorithm>
#include <array>

#include "sdk/sandbox/digest.hpp"

namespace heygen::sandbox {
namespace {

std::vector<Voice> make_voices() {
  struct Row {
    const char* name;
    const char* language;
    const char* gender;
  };
  constexpr std::array<Row, 24> kRows{{
      {"Alder", "English", "male"},     {"Birch", "English", "female"},  {"Cedar", "English", "male"},
      {"Dogwood", "English", "female"}, {"Elder", "German", "male"},     {"Fir", "German", "female"},
      {"Ginkgo", "Japanese", "female"}, {"Hazel", "French", "female"},   {"Ilex", "French", "male"},
      {"Juniper", "Spanish", "female"}, {"Kapok", "Spanish", "male"},    {"Linden", "Italian", "female"},
      {"Maple", "English", "female"},   {"Neem", "Hindi", "male"},       {"Olive", "Italian", "male"},
      {"Pine", "Portuguese", "male"},   {"Quince", "Dutch", "female"},   {"Rowan", "English", "male"},
      {"Spruce", "Polish", "male"},     {"Teak", "Korean", "female"},    {"Ulmus", "Chinese", "male"},
      {"Viburnum", "Arabic", "male"},   {"Willow", "English", "female"}, {"Yew", "Turkish", "female"},
  }};
  std::vector<Voice> voices;
  for (const Row& row : kRows) {
    const bool english = std::string_view(row.language) == "English";
    voices.push_back({hex(sha256(row.name).substr(0, 16)), row.name, row.language, row.gender, false, english});
  }
  voices.push_back({hex(sha256("private").substr(0, 16)), "My own voice", "English", "female", true, false});
  return voices;
}

}  // namespace

const std::vector<Voice>& Library::voices() {
  static const std::vector<Voice> kVoices = make_voices();
  return kVoices;
}

Video Library::as_of_now(const Entry& entry) const {
  Video video = entry.video;
  const auto age = clock_.monotonic() - entry.since;
  if (age >= video_delay_) {
    video.status = video.made_from.fails ? Video::Status::failed : Video::Status::completed;
    const auto delay = std::chrono::duration_cast<std::chrono::seconds>(video_delay_);
    if (!video.made_from.fails) video.completed_at = video.created_at + delay.count();
  } else {
    video.status = age >= video_delay_ / 4 ? Video::Status::processing : Video::Status::pending;
  }
  return video;
}

Video Library::create(const NewVideo& order) {
  const std::lock_guard lock(mutex_);
  Entry entry;
  entry.since = clock_.monotonic();
  entry.video.sequence = ++last_sequence_;
  entry.video.id = random_id(random_);
  entry.video.made_from = order;
  entry.video.created_at = clock_.now();
  Video video = entry.video;
  videos_.emplace(video.sequence, std::move(entry));
  return video;
}

std::optional<Video> Library::video(const std::string& id) {
  const std::lock_guard lock(mutex_);
  for (const auto& [sequence, entry] : videos_) {
    if (entry.video.id == id) return as_of_now(entry);
  }
  return std::nullopt;
}

std::vector<Video> Library::videos(std::uint64_t before) {
  const std::lock_guard lock(mutex_);
  std::vector<Video> found;
  for (auto entry = videos_.rbegin(); entry != videos_.rend(); ++entry) {
    if (entry->first < before) found.push_back(as_of_now(entry->second));
  }
  return found;
}

bool Library::remove(const std::string& id) {
  const std::lock_guard lock(mutex_);
  return std::erase_if(videos_, [&](const auto& entry) { return entry.second.video.id == id; }) > 0;
}

Speech Library::speak(double duration) {
  const std::lock_guard lock(mutex_);
  Speech speech{random_id(random_), duration};
  speeches_.emplace(speech.id, speech);
  return speech;
}

std::optional<Speech> Library::speech(const std::string& id) {
  const std::lock_guard lock(mutex_);
  const auto found = speeches_.find(id);
  return found == speeches_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace heygen::sandbox
