// SPDX-License-Identifier: Apache-2.0
// What every group of resources brings: its routes, what the service has in stock, what the account starts with, and
// what files belong to it. A new group is a file here and a line in resources.cpp.
#pragma once

#include <vector>

#include "sdk/sandbox/api/account.hpp"
#include "sdk/sandbox/api/references.hpp"
#include "sdk/sandbox/api/route.hpp"

namespace heygen::sandbox {

/// All routes under /v3. Where two patterns match a path, the first one is meant.
const Routes& routes();

/// What HeyGen provides to every account: voices, public avatars, styles, templates, sounds, pictures.
void stock(Account& account);
/// What the account starts with. Ids are readable, such as video_123: they are in the examples of heygen's help.
void furnish(Account& account);

/// A file is there for as long as what it belongs to names its address.
struct FileOwner {
  Records Account::*records;
  Object (*show)(Account& account, const Record& record);
};
const std::vector<FileOwner>& file_owners();

/// One group.
struct Group {
  Routes routes;
  std::vector<FileOwner> files;
  void (*stock)(Account& account) = nullptr;
  void (*furnish)(Account& account) = nullptr;
};
Group agents();
Group assets();
Group avatars();
Group background_removals();
Group brand();
Group clips();
Group fillers();
Group folders();
Group lipsyncs();
Group models();
Group proofreads();
Group sounds();
Group templates();
Group translations();
Group users();
Group videos();
Group voices();
Group webhooks();

/// Fills `records` with the objects of a JSON list, in its order; the id of each is its member `id`.
void fill(Records& records, std::string_view rows, const std::string& id);
/// When the furniture was made: 2026-01-12T09:00:00Z, and `hours` later.
std::int64_t in_january(int hours);

// What several groups need of each other.

inline constexpr double kSecondsPerWord = 0.4;
Object show_video(Account& account, const Record& record);
Record& start_video(Account& account, const Object& order, double duration, const std::string& event = "avatar_video");
/// Its scenes as their editor knows them.
List scenes_of(const Record& video);
Response get_scenes(Call& call);
Object show_voice(Account& account, const Record& record);
/// Starts the translation of one video into one language.
Record& start_translation(Account& account, const Object& order, const std::string& language);
/// Throws Invalid for a language that is not offered.
void check_languages(const Object& order, const std::string& where);

}  // namespace heygen::sandbox
