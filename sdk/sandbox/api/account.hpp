// SPDX-License-Identifier: Apache-2.0
// The account that the sandbox plays: everything in it, and the jobs that end by themselves.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sdk/sandbox/api/records.hpp"
#include "sdk/sandbox/base/clock.hpp"
#include "sdk/sandbox/oauth/state.hpp"

namespace heygen::sandbox {

/// A job is pending for the first quarter of its time, processing for the rest.
enum class Phase { pending, processing, completed, failed };

/// What one kind of job calls its phases, in their order.
using PhaseWords = std::array<std::string_view, 4>;
inline constexpr PhaseWords kVideoWords{"pending", "processing", "completed", "failed"};
inline constexpr PhaseWords kJobWords{"pending", "running", "completed", "failed"};
inline constexpr PhaseWords kBatchWords{"queued", "processing", "completed", "failed"};
inline constexpr PhaseWords kPlainWords{"processing", "processing", "completed", "failed"};
inline constexpr PhaseWords kVoiceWords{"processing", "processing", "complete", "failed"};

/// Not thread-safe: Api holds a lock around every call.
class Account {
 public:
  /// issuer: where the sandbox answers, for the links it gives out.
  Account(std::string issuer, const Settings& settings, const Clock& clock, Random& random);
  Account(const Account&) = delete;
  Account& operator=(const Account&) = delete;
  ~Account() = default;

  // What the user creates.
  Records videos, translations, lipsyncs, clips, removals, proofreads, speeches;
  Records video_batches, translation_batches, lipsync_batches, asset_batches;
  Records fillers, folders, model_voices, model_images, model_videos;
  Records assets, groups, looks, voices, sessions, resources, endpoints, events;
  // What HeyGen provides.
  Records templates, look_templates, styles, kits, glossaries, sounds, pictures;

  std::int64_t now() const { return clock_.now(); }
  const Settings& settings() const { return settings_; }
  std::string new_id();
  std::string new_secret(std::string_view prefix);
  /// The address of a file; `name` starts with the id of what it belongs to.
  std::string file(const std::string& name) const { return issuer_ + "/files/" + name; }
  std::string address(const std::string& path) const { return issuer_ + path; }

  /// Adds a record that takes the job delay to complete; one whose name starts with sandbox-fail ends as failed.
  /// event: of the webhook event that its end causes, the part before ".success" and ".fail"; "": none.
  Record& start(Records& records, const Object& facts, const std::string& name, const std::string& event = {});
  /// Adds a record whose time has passed; created_at counts in seconds since 1970.
  Record& add_finished(Records& records, const std::string& id, const Object& facts, std::int64_t created_at);

  Phase phase(const Record& record) const;
  bool completed(const Record& record) const { return phase(record) == Phase::completed; }
  std::string status(const Record& record, const PhaseWords& words) const;
  /// Empty while it runs.
  std::optional<std::int64_t> ended_at(const Record& record) const;

  /// Turns what ended since the last call into webhook events.
  void settle();
  /// `outcome` is asked at every settle() until it says how the thing ended: the name of an event, or "" for none.
  using Outcome = std::function<std::optional<std::string>()>;
  void watch(const std::string& entity, Outcome outcome);

 private:
  struct Watch {
    std::string entity;
    Outcome outcome;
  };

  const std::string issuer_;
  const Settings settings_;
  const Clock& clock_;
  Random& random_;
  std::vector<Watch> watches_;
};

}  // namespace heygen::sandbox
