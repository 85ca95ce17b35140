// What the sandbox's account holds: videos that finish by themselves, voices, speech.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "core/base/random.hpp"

namespace heygen::sandbox {

struct NewVideo {
  std::optional<std::string> title;
  std::string output_format = "mp4";
  double duration = 1;  ///< seconds
  bool captioned = false;
  bool fails = false;  ///< ends as failed
};

struct Video {
  enum class Status { pending, processing, completed, failed };
  std::uint64_t sequence = 0;  ///< grows with every video
  std::string id;
  NewVideo made_from;
  std::int64_t created_at = 0;               ///< seconds since 1970
  std::optional<std::int64_t> completed_at;  ///< set once completed
  Status status = Status::pending;
};

struct Voice {
  std::string id;
  std::string name;
  std::string language;
  std::string gender;
  bool is_private = false;
  bool supports_locale = false;
};

struct Speech {
  std::string id;
  double duration = 0;  ///< seconds
};

/// All members are thread-safe. A video is pending for the first quarter of the delay, processing for the rest.
class Library {
 public:
  Library(std::chrono::milliseconds video_delay, Clock& clock, Random& random)
      : video_delay_(video_delay), clock_(clock), random_(random) {}

  Video create(const NewVideo& order);
  std::optional<Video> video(const std::string& id);
  /// Newest first, those with a sequence below `before` only.
  std::vector<Video> videos(std::uint64_t before);
  bool remove(const std::string& id);

  static const std::vector<Voice>& voices();

  Speech speak(double duration);
  std::optional<Speech> speech(const std::string& id);

 private:
  struct Entry {
    Video video;
    std::chrono::milliseconds since{};
  };
  Video as_of_now(const Entry& entry) const;

  const std::chrono::milliseconds video_delay_;
  Clock& clock_;
  Random& random_;
  std::mutex mutex_;
  std::uint64_t last_sequence_ = 0;
  std::map<std::uint64_t, Entry> videos_;
  std::map<std::string, Speech> speeches_;
};

}  // namespace heygen::sandbox
