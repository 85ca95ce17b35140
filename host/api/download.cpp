#include "host/api/download.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <system_error>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/net/http.hpp"
#include "core/transport/failure.hpp"
#include "core/transport/redirect.hpp"
#include "host/api/progress.hpp"

namespace heygen::host {
namespace {

constexpr int kMostRedirects = 10;
constexpr const char* kTryAgain = "Run the command again: nothing was left behind.";
// Finished files lie with storage services that are not HeyGen's. They see the agent that earlier releases of the
// command line client, written in Go, showed them; nothing about the user, the account or this version goes there.
constexpr const char* kUserAgent = "Go-http-client/1.1";

Error io_error(const std::filesystem::path& path, const std::string& what, int number) {
  return {
      code::kFileIo,
      "The file '" + path.string() + "' could not be " + what + ": " + std::generic_category().message(number) + ".",
      "Choose another place with --output-path."};
}

Error interrupted(const std::string& why) {
  return {code::kDownloadInterrupted, "The download broke off: " + why, kTryAgain};
}

net::Url parse_url(const std::string& text) {
  try {
    return net::Url::parse(text);
  } catch (const std::invalid_argument& fault) {
    const std::string scheme = to_lower(text.substr(0, text.find("://")));
    if (scheme != "http" && scheme != "https" && text.find("://") != std::string::npos)
      throw network_error("The link to the file begins with '" + printable(scheme) + "://', which is not fetched.",
                          "Report this to HeyGen support: only http and https links are expected.");
    throw Error(code::kResponseParse, "The link to the file is malformed: " + std::string(fault.what()),
                "Run the command again; if it stays so, report it to HeyGen support.");
  }
}

net::Url redirect_target(const net::Url& from, const std::string& location) {
  net::Url next;
  try {
    next = transport::resolve_reference(from, location);
  } catch (const std::invalid_argument&) {
    throw Error(code::kDownloadFailed, "The server sent the download on to a malformed address.", kTryAgain);
  }
  if (from.scheme == "https" && next.scheme != "https")
    throw Error(code::kDownloadFailed, "The server sent the download on to an unprotected address.", kTryAgain);
  return next;
}

void check_status(int status) {
  if (status == 200) return;
  if (status == 403 || status == 404)
    throw Error(code::kDownloadUrlExpired,
                "The link to the file works no longer (HTTP " + std::to_string(status) + ").",
                "Run the command again: it asks for a fresh link.");
  throw Error(code::kDownloadFailed,
              "The file could not be fetched: the server answered HTTP " + std::to_string(status) + ".",
              "Try again later.");
}

std::unique_ptr<net::Response> open_url(Context& context, const std::string& text) {
  net::Request request;
  request.url = parse_url(text);
  request.headers = {{"User-Agent", kUserAgent}};
  request.timeouts.total = std::chrono::milliseconds(0);
  for (int redirects = 0;; ++redirects) {
    std::unique_ptr<net::Response> response = context.http().send(request, context.cancel);
    const std::string* location = net::find_header(response->headers, "Location");
    if (!transport::is_redirect(response->status) || location == nullptr || location->empty() ||
        redirects == kMostRedirects) {
      check_status(response->status);
      return response;
    }
    request.url = redirect_target(request.url, *location);
  }
}

/// Removed unless kept.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::filesystem::path& target) : target_(target) {
    constexpr std::string_view kEnding = ".tmp";
    path_ = (target.parent_path() / ".heygen-download-XXXXXX").string() + std::string(kEnding);
    descriptor_ = mkostemps(path_.data(), static_cast<int>(kEnding.size()), O_CLOEXEC);
    if (descriptor_ < 0) throw io_error(target, "created", errno);
  }
  ~TemporaryFile() {
    if (descriptor_ >= 0) close(descriptor_);
    if (!path_.empty()) unlink(path_.c_str());
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  void write(std::string_view data) {
    while (!data.empty()) {
      const ssize_t count = ::write(descriptor_, data.data(), data.size());
      if (count < 0 && errno != EINTR) throw io_error(target_, "written", errno);
      if (count > 0) data.remove_prefix(static_cast<std::size_t>(count));
    }
  }

  void keep(bool replace) {
    const mode_t mask = umask(0);
    umask(mask);
    const int given = fchmod(descriptor_, 0666 & ~mask);
    const int closed = close(std::exchange(descriptor_, -1));
    if (given != 0 || closed != 0) throw io_error(target_, "written", errno);
    if (!replace && renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target_.c_str(), RENAME_NOREPLACE) == 0)
      return path_.clear();
    if (!replace && errno == EEXIST)
      throw Error(code::kFileExists, "The file '" + target_.string() + "' appeared during the download.",
                  "Add --force to replace it.");
    // Some file systems know no RENAME_NOREPLACE.
    if (rename(path_.c_str(), target_.c_str()) != 0) throw io_error(target_, "put in place", errno);
    path_.clear();
  }

 private:
  std::filesystem::path target_;
  std::string path_;
  int descriptor_ = -1;
};

void copy(Context& context, net::Response& from, TemporaryFile& to, const std::string& name) {
  TransferBar bar(context, "Downloading " + name, from.length());
  std::array<char, 65536> piece;
  std::uint64_t done = 0;
  try {
    while (const std::size_t count = from.read(piece)) {
      to.write({piece.data(), count});
      done += count;
      bar.update(done);
    }
  } catch (const net::Failure& failure) {
    if (failure.kind == net::Failure::Kind::canceled) throw canceled_error();
    throw interrupted(failure.what());
  }
}

}  // namespace

void download(Context& context, const std::string& url, const std::filesystem::path& target, bool replace) {
  std::unique_ptr<net::Response> response;
  try {
    response = open_url(context, url);
  } catch (const net::Failure& failure) {
    throw transport::error_of_failure(failure, true);
  }
  TemporaryFile file(target);
  copy(context, *response, file, target.filename().string());
  file.keep(replace);
}

}  // namespace heygen::host
