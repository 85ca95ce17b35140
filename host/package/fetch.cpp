// SPDX-License-Identifier: Apache-2.0
#include "host/package/fetch.hpp"

#include <fcntl.h>

#include <array>
#include <cerrno>
#include <memory>
#include <span>
#include <stdexcept>

#include "core/base/error.hpp"
#include "core/base/fd.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/net/redact.hpp"
#include "core/transport/rules/failure.hpp"
#include "core/transport/rules/range.hpp"
#include "core/transport/rules/redirect.hpp"

namespace heygen::host::package {
namespace {

constexpr std::chrono::minutes kWhole{15};
constexpr int kOk = 200;

net::Url https_url(const std::string& text) {
  net::Url url;
  try {
    url = net::Url::parse(text);
  } catch (const std::invalid_argument& fault) {
    throw usage_error("'" + net::shown_url(text) + "' is not a valid URL: " + fault.what(),
                      "Name a file, or the https URL of a .tar.gz.");
  }
  if (url.scheme == "https") return url;
  throw usage_error("'" + net::shown_url(text) + "' is refused: a provider is installed only from an https URL.",
                    "Use https, or download the archive and name the file.");
}

Error failed_fetch(const std::string& why) {
  return {code::kDownloadFailed, "Could not download the archive: " + why + ".",
          "Check the URL, then run the command again."};
}

/// The response at the end of all redirects.
std::unique_ptr<net::Response> response_of(const FetchDependencies& needs, net::Url first) {
  transport::RedirectFollower follower(std::move(first));
  net::Request request;
  request.headers = {{"User-Agent", needs.user_agent}, {"Accept-Encoding", "identity"}};
  request.timeouts.total = kWhole;
  for (;;) {
    request.url = follower.url();
    auto response = needs.http.send(request, needs.cancel);
    if (!follower.follow(request, *response)) return response;
  }
}

void copy_body(net::Response& response, const std::filesystem::path& target, std::size_t limit) {
  const UniqueFd file = open_file(target, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  int error = file ? 0 : errno;
  std::array<char, limits::kTransferBuffer> piece{};
  std::size_t total = 0;
  while (error == 0) {
    const std::size_t got = response.read(piece);
    if (got == 0) return;
    total += got;
    if (total > limit) throw failed_fetch("it is larger than " + std::to_string(limit / limits::kMiB) + " MiB");
    error = write_all(file.get(), std::string_view(piece.data(), got)).value();
  }
  throw Error(code::kFileIo, "Cannot write " + target.string() + ": " + describe_errno(error) + ".",
              "Check the directory's permissions and free space.");
}

}  // namespace

bool is_url(const std::string& text) {
  const std::string lower = to_lower(text.substr(0, 8));
  return lower.starts_with("https://") || lower.starts_with("http://");
}

void fetch(const FetchDependencies& needs, const std::string& url, const std::filesystem::path& target,
           std::size_t limit) {
  net::Url first = https_url(url);
  try {
    const auto response = response_of(needs, std::move(first));
    if (response->status != kOk)
      throw failed_fetch("the server responded with HTTP " + std::to_string(response->status));
    if (!transport::is_unencoded(response->headers))
      throw failed_fetch("the server encoded it, which was not requested");
    if (response->length().value_or(0) > limit)
      throw failed_fetch("it is larger than " + std::to_string(limit / limits::kMiB) + " MiB");
    copy_body(*response, target, limit);
  } catch (const transport::RefusedRedirect& refused) {
    throw failed_fetch(std::string("the server ") + refused.what());
  } catch (const net::Failure& failure) {
    throw transport::error_of_failure(failure);
  }
}

}  // namespace heygen::host::package
