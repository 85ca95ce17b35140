// `heygen video download`: the finished file of a video.
#include <array>
#include <filesystem>

#include "core/api/engine.hpp"
#include "core/auth/session.hpp"
#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/transport/api_client.hpp"
#include "host/api/confirm.hpp"
#include "host/api/download.hpp"
#include "host/api/reply.hpp"
#include "host/command.hpp"
#include "host/context.hpp"

namespace heygen::host {
namespace {

namespace fs = std::filesystem;

std::vector<Option> options_of(Context&) {
  return {
      {.name = "asset",
       .value = "CHOICE",
       .doc = "Which file: the video as it is, or with captions in the picture",
       .fallback = "video",
       .choices = {"video", "captioned"},
       .choices_later = false},
      {.name = "output-path", .value = "FILE", .doc = "Where to save it", .fallback = "VIDEO-ID.mp4"},
      {.name = "force", .doc = "Replace an existing file without asking"},
  };
}

std::string video_path(const std::string& id) {
  static constexpr std::array<std::string_view, 2> kWords{"video", "get"};
  return api::fill_path(*api::find(kWords), {id});
}

fs::path target_of(const Parsed& parsed) {
  if (parsed.given("output-path")) {
    const std::string given = parsed.value("output-path");
    if (given.empty()) throw usage_error("--output-path needs the name of a file.");
    return given;
  }
  std::string name = fs::path(parsed.positionals[0]).filename().string();
  if (name.empty()) name = "video";
  return name + ".mp4";
}

/// True when an existing file may be replaced. A device, pipe or socket never: renaming over it would destroy it.
bool may_replace(Context& context, const fs::path& target, bool force) {
  std::error_code fault;
  if (fs::is_other(fs::status(target, fault))) {
    throw Error(code::kFileIo, "'" + target.string() + "' is a device or pipe, not a file.",
                "Choose the name of a file with --output-path.");
  }
  if (force || !fs::exists(fs::symlink_status(target, fault))) return force;
  confirm(context, "The file '" + target.string() + "' exists. Replace it?",
          Error(code::kFileExists, "The file '" + target.string() + "' exists.",
                "Add --force to replace it, or choose another name with --output-path."));
  return true;
}

Error missing_asset(const std::string& id, const std::string& asset, const std::string& status) {
  const std::string look = "`heygen video get " + id + "`";
  if (status == "failed" || status == "error")
    return {code::kVideoFailed, "The video " + id + " failed: there is no file.", look + " says why."};
  if (status == "completed")
    return {code::kAssetNotAvailable, "The video " + id + " has no file of the kind '" + asset + "'.",
            asset == "captioned" ? "Leave out --asset captioned to get it without captions."
                                 : look + " shows what it has."};
  return {code::kVideoNotReady,
          "The video " + id + " is not finished" + (status.empty() ? "." : ": it is " + status + "."),
          look + " shows how far it is."};
}

std::string link_of(const std::string& id, const std::string& asset, const std::string& reply) {
  json::Value document;
  try {
    document = json::parse(reply);
  } catch (const json::ParseError& fault) {
    throw Error(code::kResponseParse, "The reply is not valid JSON: " + std::string(fault.what()) + ".",
                "Try again later.");
  }
  const json::Value* data = document.find("data");
  if (data == nullptr) data = &document;
  std::string link = data->string_at(asset == "captioned" ? "captioned_video_url" : "video_url");
  if (link.empty()) throw missing_asset(id, asset, data->string_at("status"));
  return link;
}

void run_download(Context& context, const Parsed& parsed) {
  const std::string id = parsed.positionals[0];
  const std::string asset = parsed.value("asset", "video");
  const fs::path target = target_of(parsed);
  transport::ApiRequest request;
  request.path = video_path(id);
  context.session().check({request.method, request.path});
  (void)context.client();
  request.headers = context.client_headers();
  const bool replace = may_replace(context, target, parsed.is_on("force"));
  const std::string link = link_of(id, asset, context.client().fetch(request));
  download(context, link, target, replace);
  context.print(json::Object{{"asset", asset}, {"message", "Saved the video " + id + "."}, {"path", target.string()}});
}

}  // namespace

void add_download_command(CommandTable& table) {
  Command command;
  command.words = {"video", "download"};
  command.summary = "Save the file of a finished video";
  command.description = "The file appears under its name only when it is whole.";
  command.examples = {"heygen video download video_123 --output-path intro.mp4"};
  command.positionals = {{.name = "video-id", .doc = "Id of the video"}};
  command.options = options_of;
  command.run = run_download;
  table.add(std::move(command));
}

}  // namespace heygen::host
