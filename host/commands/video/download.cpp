// SPDX-License-Identifier: Apache-2.0
#include "host/commands/video/download.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

#include "core/api/engine.hpp"
#include "core/auth/session.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/json/parse.hpp"
#include "core/transport/api_client.hpp"
#include "core/transport/rules/response_error.hpp"
#include "host/command.hpp"
#include "host/printer.hpp"
#include "host/requests/confirm.hpp"
#include "host/requests/dry_run.hpp"
#include "host/requests/response.hpp"
#include "host/services.hpp"
#include "host/transfer/download.hpp"

namespace heygen::host::commands::video {
namespace {

namespace fs = std::filesystem;

struct Asset {
  std::string_view name, field;
  std::string_view ending;                        ///< of the default file name
  std::array<std::string_view, 4> other_endings;  ///< that the link may give instead
  bool is_text = false;
};

/// What the response of a video links to. `gif` is not a valid name: it has always been refused.
constexpr std::array<Asset, 5> kAssets{{
    {"video", "video_url", ".mp4", {}},
    {"captioned", "captioned_video_url", ".mp4", {}},
    {"subtitle", "subtitle_url", ".srt", {".vtt", ".ass"}, true},
    {"thumbnail", "thumbnail_url", ".jpg", {".jpeg", ".png", ".webp"}},
    {"preview", "gif_url", ".gif", {".webp", ".mp4"}},
}};

const Asset& asset_of(const Parsed& parsed) {
  const std::string name = parsed.value("asset", "video");
  return *std::ranges::find(kAssets, name, &Asset::name);
}

std::vector<Option> options_of(Services&) {
  std::vector<std::string> names;
  names.reserve(kAssets.size());
  for (const Asset& asset : kAssets) names.emplace_back(asset.name);
  return {
      {.name = "asset",
       .value = "CHOICE",
       .doc = "Which file: the video, the video with burned-in captions, the subtitles, the thumbnail or a GIF preview",
       .fallback = "video",
       .choices = names,
       .defer_choice_check = false},
      {.name = "output-path",
       .value = "FILE|-",
       .doc = "Where to save it; - writes it to stdout",
       .fallback = "VIDEO-ID plus the file type's extension"},
      {.name = "force", .doc = "Replace an existing file without asking"},
      requests::dry_run_option(),
  };
}

std::string video_path(const std::string& id) {
  static constexpr std::array<std::string_view, 2> kWords{"video", "get"};
  return heygen::api::fill_path(*heygen::api::find(kWords), {id});
}

constexpr std::string_view kStdout = "-";

std::string given_path(const Parsed& parsed) {
  std::string given = parsed.value("output-path");
  if (parsed.given("output-path") && given.empty())
    throw usage_error("--output-path needs a file name.", "Example: --output-path intro.mp4");
  return given;
}

std::string default_name(const std::string& id, std::string_view ending) {
  std::string name = fs::path(id).filename().string();
  if (name.empty()) name = "video";
  return name + std::string(ending);
}

std::string_view ending_of(const Asset& asset, const std::string& link) {
  const std::string ending = to_lower(fs::path(link.substr(0, link.find_first_of("?#"))).extension().string());
  for (const std::string_view other : asset.other_endings)
    if (!other.empty() && ending == other) return other;
  return asset.ending;
}

Error no_target(const fs::path& target, const std::string& why) {
  return {code::kFileIo, "'" + target.string() + "' " + why + ".", "Choose a file name with --output-path."};
}

/// True when an existing file may be replaced. A device, pipe or socket never: renaming over it would destroy it.
bool may_replace(Services& services, const fs::path& target, bool force) {
  std::error_code fault;
  const fs::file_status there = fs::status(target, fault);
  if (fs::is_other(there)) throw no_target(target, "is a device or pipe, not a file");
  if (fs::is_directory(there)) throw no_target(target, "is a directory, not a file");
  if (fault == std::errc::filename_too_long) throw no_target(target, "is too long for a file name");
  if (force || !fs::exists(fs::symlink_status(target, fault))) return force;
  requests::confirm({services.terminal, services.cancel}, "The file '" + target.string() + "' exists. Replace it?",
                    Error(code::kFileExists, "The file '" + target.string() + "' exists.",
                          "Use --force to replace it, or another --output-path."));
  return true;
}

std::string look_at(const std::string& id) {
  return "`heygen video get " + shell_word(id) + "`";
}

/// As `video create --wait` judges it.
heygen::api::JobState state_of(const std::string& status) {
  static constexpr std::array<std::string_view, 2> kWords{"video", "create"};
  return heygen::api::state_named(*heygen::api::find(kWords)->poll, status);
}

Error missing_asset(const std::string& id, const std::string& asset, const std::string& status) {
  const std::string look = look_at(id);
  const heygen::api::JobState state = state_of(status);
  if (state == heygen::api::JobState::failed)
    return {code::kVideoFailed, "The video " + id + " failed: there is no file.", "Run " + look + " to see why."};
  if (state == heygen::api::JobState::done)
    return {code::kAssetNotAvailable, "The video " + id + " has no file of type '" + asset + "'.",
            asset == "captioned" ? "Omit --asset captioned to get it without captions."
                                 : "Run " + look + " to see its files."};
  return {code::kVideoNotReady,
          "The video " + id + " is not finished" + (status.empty() ? "." : ": it is " + status + "."),
          "Check its status with " + look + "."};
}

Error wrong_shape(const std::string& id, const std::string& what) {
  return {code::kResponseParse, "The response of the API " + what + ".",
          "Run " + look_at(id) + " to see it; if it keeps happening, check HEYGEN_API_BASE."};
}

/// The text of a member; "" when it is missing or null.
std::string text_in(const json::Value& data, std::string_view field, const std::string& id) {
  const json::Value* value = data.find(field);
  if (value == nullptr || value->is_null()) return {};
  if (!value->is_string()) throw wrong_shape(id, "has '" + std::string(field) + "', but not as text");
  return value->as_string();
}

std::string link_of(const std::string& id, const Asset& asset, const transport::FetchedResponse& response) {
  json::Value document;
  try {
    document = json::parse(response.body);
  } catch (const json::ParseError& fault) {
    throw transport::unreadable_response(response.headers, response.body, fault.what());
  }
  const json::Value* data = document.find("data");
  if (data == nullptr) data = &document;
  if (!data->is_object()) throw wrong_shape(id, "does not contain a video");
  std::string link = text_in(*data, asset.field, id);
  if (!link.empty()) return link;
  const std::string status = text_in(*data, "status", id);
  if (status.empty()) throw wrong_shape(id, "contains neither the link to the file nor the video's status");
  throw missing_asset(id, std::string(asset.name), status);
}

/// Where the file goes as far as that is known before its link, and whether what is there may be replaced.
struct Place {
  fs::path target;
  bool replace = false;
};

Place place_of(Services& services, const Parsed& parsed, const fs::path& target) {
  return {target, may_replace(services, target, parsed.is_on("force"))};
}

void check_stdout(const Services& services) {
  if (services.terminal.stdout_is_terminal())
    throw usage_error("Refused to write a video to the terminal.",
                      "Redirect stdout to a file or pipe, or omit --output-path -.");
}

/// The link comes with the response, so the second request cannot be shown.
void dry_run(Services& services, Printer& printer, transport::ApiRequest request, const Asset& asset,
             const std::string& target) {
  requests::check_dry_run(services);
  request.headers = services.client_headers();
  requests::DryRun facts;
  facts.then = json::Object{{"method", "GET"},
                            {"url", "from data." + std::string(asset.field) + " of the response"},
                            {"output_path", target}};
  requests::print_dry_run(services, printer, request, facts);
}

/// The file is there, also when stdout cannot take its name.
void print_saved(Printer& printer, const std::string& id, const Asset& asset, const fs::path& target) {
  const std::string message = "Saved the video " + id + ".";
  try {
    requests::print_or_fail([&] {
      printer.print(json::Object{{"asset", std::string(asset.name)}, {"message", message}, {"path", target.string()}});
    });
  } catch (Error& error) {
    error.hint = "The video " + id + " was saved as '" + target.string() + "'.";
    error.job = JobReference{{id}, "heygen video get " + shell_word(id)};
    throw;
  }
}

void run_download(Services& services, Printer& printer, const Parsed& parsed) {
  const std::string id = parsed.positionals[0];
  const Asset& asset = asset_of(parsed);
  const std::string given = given_path(parsed);
  const bool to_stdout = given == kStdout;
  transport::ApiRequest request;
  request.path = video_path(id);
  if (parsed.is_on("dry-run"))
    return dry_run(services, printer, std::move(request), asset,
                   given.empty() ? default_name(id, asset.ending) : given);
  if (to_stdout) check_stdout(services);
  services.session().check({request.method, request.path});
  (void)services.client();
  request.headers = services.client_headers();

  // Only the link tells what kind of subtitles or picture it is.
  const bool fixed = asset.other_endings.front().empty();
  std::optional<Place> place;
  if (!to_stdout && (fixed || !given.empty()))
    place = place_of(services, parsed, given.empty() ? default_name(id, asset.ending) : given);
  const std::string link = link_of(id, asset, services.client().fetch_with_headers(request));
  const std::string what = id + "/" + std::string(asset.name);
  services.finish_refresh();  // not after the transfer, which may take an hour or be killed
  const transfer::DownloadDependencies needs{
      services.http(), {services.terminal, services.environment, services.clock}, services.random, services.cancel};
  if (to_stdout) {
    transfer::download_to_stdout(needs, {link, what, id, asset.is_text}, printer.write);
    return services.terminal.notice("Wrote the video " + id + " to stdout.");
  }
  if (!place) place = place_of(services, parsed, default_name(id, ending_of(asset, link)));
  transfer::download(needs, {link, what, place->target.filename().string(), asset.is_text}, place->target,
                     place->replace);
  print_saved(printer, id, asset, place->target);
}

}  // namespace

Command download_command() {
  Command command;
  command.words = {"video", "download"};
  command.summary = "Save the file of a finished video";
  command.description =
      "The file is written atomically: it appears only once the download is complete. If the connection drops and the "
      "server supports it, heygen resumes the download, up to 3 times; after that, or Ctrl-C, the same command resumes "
      "it.";
  command.examples = {"heygen video download video_123 --output-path intro.mp4",
                      "heygen video download video_123 --asset subtitle --output-path - | less"};
  command.positionals = {{.name = "video-id", .doc = "ID of the video"}};
  command.options = options_of;
  command.run = run_download;
  return command;
}

}  // namespace heygen::host::commands::video
