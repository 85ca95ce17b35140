// SPDX-License-Identifier: Apache-2.0
#include "host/transfer/download.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/net/http.hpp"
#include "core/transport/rules/failure.hpp"
#include "core/transport/rules/redirect.hpp"
#include "core/transport/rules/retry.hpp"
#include "host/transfer/partial_file.hpp"
#include "host/transfer/progress.hpp"

namespace heygen::host::transfer {
namespace {

constexpr int kTries = 3;
constexpr const char* kHintRestart = "Run the command again; nothing was left behind.";
constexpr const char* kHintResume = "Run the command again to resume the download; its partial file is kept.";
// Finished files lie with storage services that are not HeyGen's. They see the agent that earlier releases of the
// command line client, written in Go, showed them; nothing about the user, the account or this version goes there.
constexpr const char* kUserAgent = "Go-http-client/1.1";

net::Url parse_url(const std::string& text) {
  try {
    return net::Url::parse(text);
  } catch (const std::invalid_argument& fault) {
    const std::string scheme = to_lower(text.substr(0, text.find("://")));
    if (scheme != "http" && scheme != "https" && text.find("://") != std::string::npos)
      throw network_error("Refused to download from '" + scheme + "://…': only http and https are supported.",
                          "Report this to HeyGen support.");
    throw Error(code::kResponseParse, "The link to the file is malformed: " + std::string(fault.what()),
                "Run the command again; if it keeps happening, report it to HeyGen support.");
  }
}

Error refused_redirect(transport::RefusedRedirect::Why why) {
  using Why = transport::RefusedRedirect::Why;
  std::string what =
      "The server redirected the download more than " + std::to_string(transport::kMaxRedirects) + " times";
  if (why == Why::malformed) what = "The server redirected the download to a URL that is not valid";
  if (why == Why::unencrypted) what = "The server redirected the download from https to an unencrypted http URL";
  return {code::kDownloadFailed, what + "; the download was stopped.", "Report this to HeyGen support."};
}

Error refused(int status, std::optional<std::int64_t> retry_after, std::int64_t now) {
  const std::string when = transport::wait_advice(retry_after, now);
  Error error(code::kDownloadFailed,
              fmt::format("Could not download the file: the server responded with HTTP {}.", status),
              when.empty() ? "Try again later." : when);
  error.retry_after = retry_after;
  return error;
}

void check_status(const net::Response& response, std::int64_t now) {
  const int status = response.status;
  if (status == 200 || status == 206) return;
  if (status == 403 || status == 404)
    throw Error(code::kDownloadUrlExpired, fmt::format("The link to the file has expired (HTTP {}).", status),
                "Run the command again to get a new link.");
  throw refused(status, transport::retry_after_of(response.headers, now), now);
}

/// What says which bytes of which file these are has one value (RFC 9110 §8.6, §8.8.2, §8.8.3, §14.4, §10.2.3).
void check_consistent(const net::Response& response) {
  // RFC 9112 §6.3: two ends of one body "ought to be handled as an error".
  if (net::find_header(response.headers, "Transfer-Encoding") != nullptr &&
      net::find_header(response.headers, "Content-Length") != nullptr)
    throw Error(code::kDownloadFailed, "The server contradicts itself: it sent Content-Length and Transfer-Encoding.",
                "Try again later. If it keeps happening, check any proxy in between.");
  for (const char* name : {"Content-Length", "Content-Range", "ETag", "Last-Modified", "Retry-After"}) {
    if (!net::contradicts_itself(response.headers, name)) continue;
    throw Error(code::kDownloadFailed, fmt::format("The server contradicts itself: it sent two different {}.", name),
                "Try again later. If it keeps happening, check any proxy in between.");
  }
}

bool is_of_several_pieces(const net::Response& response) {
  return std::ranges::any_of(response.headers, [](const net::Header& header) {
    return iequals(header.name, "Content-Type") && to_lower(header.value).starts_with("multipart/byteranges");
  });
}

/// A 200 may not have a Content-Range (RFC 9110 §14.4); where one says that this is a piece, it is believed.
bool is_entire(const net::Response& response) {
  if (is_of_several_pieces(response)) return false;
  const std::string* range = net::find_header(response.headers, "Content-Range");
  if (range == nullptr) return true;
  const auto piece = transport::parse_content_range(*range);
  return piece && piece->first == 0 && piece->last + 1 == piece->total &&
         response.length().value_or(piece->total) == piece->total;
}

/// A file in a content encoding that was not requested would be another file under its name.
void check_content_encoding(const net::Response& response) {
  if (transport::is_unencoded(response.headers)) return;
  throw Error(code::kDownloadFailed,
              fmt::format("The server sent the file with Content-Encoding '{}', which heygen did not request.",
                          *net::find_header(response.headers, "Content-Encoding")),
              "Download it with another program: `heygen video get` shows the link.");
}

Error not_the_file(const std::string& what) {
  return {code::kDownloadFailed, "The server sent " + what + ", not the file.",
          "Check any proxy or captive portal in between, then run the command again."};
}

constexpr const char* kHtml = "a page of HTML";
constexpr const char* kJson = "a JSON document";
constexpr const char* kXml = "an XML document";

/// A document of a gateway or a storage service would be another file under its name.
void check_type(const net::Response& response) {
  const std::string* header = net::find_header(response.headers, "Content-Type");
  if (header == nullptr) return;
  const std::string type = to_lower(trim(header->substr(0, header->find(';'))));
  if (type == "text/html" || type == "application/xhtml+xml") throw not_the_file(kHtml);
  if (type.ends_with("/json") || type.ends_with("+json")) throw not_the_file(kJson);
  if (type.ends_with("/xml") || type.ends_with("+xml")) throw not_the_file(kXml);
}

/// Which document begins like that; "" for none. No video and no picture begins as a document does, whatever type the
/// server names.
std::string_view document_kind(std::string_view start) {
  if (start.starts_with('{') || start.starts_with('[')) return kJson;
  if (!start.starts_with('<')) return {};
  return to_lower(start).starts_with("<?xml") ? kXml : "a page of HTML or XML";
}

/// The version that a whole response brings, if a part of it could be continued.
std::optional<Version> version_of(const net::Response& response) {
  const auto length = response.length();
  const auto validator = transport::strong_validator(response.headers);
  if (!length || *length == 0 || !validator || !transport::offers_ranges(response.headers) ||
      !transport::is_unencoded(response.headers))
    return {};
  return Version{*validator, *length};
}

/// The response brings the rest of that version from `first` on, and nothing else (RFC 9110 §15.3.7).
bool continues(const net::Response& response, const Version& version, std::uint64_t first) {
  const std::string* range = net::find_header(response.headers, "Content-Range");
  const std::string* validator = net::find_header(response.headers, version.validator.name);
  const transport::ContentRange rest{first, version.length - 1, version.length};
  // A 206 repeats the ETag of the 200, but need not repeat its Last-Modified.
  const bool same_version =
      validator == nullptr ? version.validator.name != "ETag" : *validator == version.validator.value;
  return same_version && !is_of_several_pieces(response) && range != nullptr &&
         transport::parse_content_range(*range) == rest &&
         response.length().value_or(version.length - first) == version.length - first &&
         transport::is_unencoded(response.headers);
}

/// The response names, by a strong validator of the same kind, another version than that.
bool replaces(const net::Response& response, const Version& version) {
  const auto validator = transport::strong_validator(response.headers);
  return validator && validator->name == version.validator.name && validator->value != version.validator.value;
}

/// The same strong validator with another length cannot be the complete file (RFC 9110 §8.8.1).
bool contradicts(const net::Response& response, const Version& version) {
  const std::string* validator = net::find_header(response.headers, version.validator.name);
  return validator != nullptr && *validator == version.validator.value &&
         response.length().value_or(version.length) != version.length;
}

bool can_resume_after(net::Failure::Kind kind) {
  using Kind = net::Failure::Kind;
  return kind != Kind::canceled && kind != Kind::protocol && kind != Kind::proxy;
}

/// One download into one sink, in as many exchanges as it takes.
class Transfer {
 public:
  Transfer(const DownloadDependencies& needs, const Source& source, Sink& sink)
      : needs_(needs),
        sink_(sink),
        name_(source.name),
        is_text_(source.is_text),
        first_url_(parse_url(source.url)),
        bar_(needs.progress, "Downloading " + source.name, {}) {
    request_.timeouts.total = std::chrono::milliseconds(0);
    request_.on_wait = [this] { bar_.show_stalled(); };
  }

  void run() {
    for (;;) {
      try {
        return receive(*open());
      } catch (const net::Failure& failure) {
        if (!opened_) throw transport::error_of_failure(failure);
        if (!sink_.version() || tries_ == kTries || !can_resume_after(failure.kind)) throw interrupted(failure);
      }
      pause();
    }
  }

 private:
  static Error interrupted(const net::Failure& failure) {
    if (failure.kind == net::Failure::Kind::canceled) return canceled_error();
    const std::string what = "The download was interrupted: " + std::string(failure.what());
    if (failure.kind == net::Failure::Kind::timeout) return {code::kTimeout, what, kHintRestart, Exit::timeout};
    return {code::kDownloadInterrupted, what, kHintRestart};
  }

  void pause() {
    const auto time = transport::pause_before(tries_++, needs_.random.unit(), std::exchange(retry_after_, {}));
    bar_.show_message(fmt::format("Connection lost while downloading {}; retrying ({} of {})", name_, tries_, kTries));
    if (!needs_.progress.clock.wait(time, needs_.cancel)) throw canceled_error();
  }

  /// The response that the sink takes the next byte from.
  std::unique_ptr<net::Response> open() {
    for (;;) {
      if (sink_.version()) known_ = sink_.version();
      const std::uint64_t first = sink_.version() ? sink_.size() : 0;
      std::unique_ptr<net::Response> response = ask(first);
      check_consistent(*response);
      if (first > 0 && response->status == 206 && continues(*response, *sink_.version(), first)) {
        begun_ = true;
        return response;
      }
      const bool entire =
          response->status == 200 && is_entire(*response) && !(first > 0 && contradicts(*response, *sink_.version()));
      if (first > 0 && !entire && (response->status == 200 || response->status == 206 || response->status == 416)) {
        start_over({});
        continue;
      }
      if (opened_ && first > 0 && transport::may_retry("GET", response->status)) throw stumbled(*response);
      check_status(*response, needs_.progress.clock.now());
      if (!entire)
        throw Error(code::kDownloadFailed,
                    fmt::format("The server sent part of the file (HTTP {}) when the complete file was requested.",
                                response->status),
                    "Try again later.");
      check_content_encoding(*response);
      check_type(*response);
      check_version(*response);
      start_over(version_of(*response));
      return response;
    }
  }

  /// A failure from which the transfer resumes, unless the server asks to wait too long for that.
  net::Failure stumbled(const net::Response& response) {
    const std::int64_t now = needs_.progress.clock.now();
    retry_after_ = transport::retry_after_of(response.headers, now);
    if (transport::is_too_long(retry_after_)) throw refused(response.status, retry_after_, now);
    return {net::Failure::Kind::reset, fmt::format("The server responded with HTTP {}.", response.status)};
  }

  /// Before a whole file replaces what is known of it: another length must be that of another version.
  void check_version(const net::Response& response) {
    if (!known_) return;
    if (replaces(response, *known_)) {
      bar_.show_message("The file changed on the server; downloading " + name_ + " from the start");
      known_.reset();
    } else if (response.length().value_or(known_->length) != known_->length) {
      throw changed();
    }
  }

  /// Nothing that was kept of it could be completed.
  Error changed() {
    static_cast<void>(sink_.restart({}));
    return {code::kDownloadInterrupted, "The file changed on the server during the download.", kHintRestart};
  }

  /// Another version than what the sink has, or one that cannot be continued.
  void start_over(std::optional<Version> version) {
    if (!sink_.restart(std::move(version))) throw changed();
    begun_ = false;
  }

  std::unique_ptr<net::Response> ask(std::uint64_t first) {
    request_.headers = {{"User-Agent", kUserAgent}, {"Accept-Encoding", "identity"}};
    if (first > 0) {
      request_.headers.push_back({"Range", "bytes=" + std::to_string(first) + "-"});
      request_.headers.push_back({"If-Range", sink_.version()->validator.value});
    }
    transport::RedirectFollower target(first_url_);
    for (;;) {
      request_.url = target.url();
      std::unique_ptr<net::Response> response = needs_.http.send(request_, needs_.cancel);
      try {
        if (!target.follow(request_, *response)) return response;
      } catch (const transport::RefusedRedirect& refused) {
        throw refused_redirect(refused.why);
      }
    }
  }

  void receive(net::Response& response) {
    opened_ = true;
    bar_.set_total(sink_.version() ? std::optional(sink_.version()->length) : response.length());
    std::array<char, 65536> piece;
    while (const std::size_t count = response.read(piece)) {
      if (sink_.version() && count > sink_.version()->length - sink_.size()) throw too_long();
      look_at_start({piece.data(), count});
      sink_.write({piece.data(), count});
      bar_.update(sink_.size());
    }
    if (sink_.version() && sink_.size() < sink_.version()->length)
      throw net::Failure(net::Failure::Kind::truncated, "The server sent less of the file than it announced.");
    if (known_ && sink_.size() != known_->length) throw changed();  // its end was announced by nothing else
    if (sink_.size() == 0 && !is_text_) throw not_the_file("an empty response");
  }

  void look_at_start(std::string_view piece) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    if (begun_ || is_text_) return;
    if (sink_.size() == 0 && piece.starts_with(kByteOrderMark)) piece.remove_prefix(kByteOrderMark.size());
    const std::string start(trim(piece));
    begun_ = !start.empty();
    const std::string_view kind = document_kind(start);
    if (kind.empty()) return;
    static_cast<void>(sink_.restart({}));  // white space came before it
    throw not_the_file(std::string(kind));
  }

  /// Nothing of it can be trusted.
  Error too_long() {
    static_cast<void>(sink_.restart({}));
    return {code::kDownloadFailed, "The server sent more of the file than it announced.", "Try again later."};
  }

  const DownloadDependencies& needs_;
  Sink& sink_;
  const std::string name_;
  const bool is_text_;
  const net::Url first_url_;
  TransferBar bar_;
  net::Request request_;
  bool opened_ = false;
  bool begun_ = false;            ///< more than white space has come
  std::optional<Version> known_;  ///< which version the download began with, also when none of it is left
  int tries_ = 0;
  std::optional<std::int64_t> retry_after_;
};

class StdoutSink : public Sink {
 public:
  explicit StdoutSink(const std::function<void(std::string_view)>& write) : write_(write) {}
  const std::optional<Version>& version() const override { return version_; }
  std::uint64_t size() const override { return size_; }
  bool restart(std::optional<Version> version) override {
    version_ = std::move(version);
    return size_ == 0;
  }
  void write(std::string_view data) override {
    try {
      write_(data);
    } catch (Error& error) {
      error.code = code::kFileIo;
      error.hint = "Free up space, then run the command again.";
      throw;
    }
    size_ += data.size();
  }

 private:
  const std::function<void(std::string_view)>& write_;
  std::optional<Version> version_;
  std::uint64_t size_ = 0;
};

}  // namespace

void download(const DownloadDependencies& needs, const Source& source, const std::filesystem::path& target,
              bool replace) {
  static_cast<void>(parse_url(source.url));  // before anything is touched
  PartialFile part(target, source.asset);
  try {
    Transfer(needs, source, part).run();
  } catch (Error& error) {
    if (error.code == code::kFileIo || !part.keep()) throw;
    const bool bare = error.hint.empty() || error.hint == kHintRestart;
    error.hint = bare ? kHintResume : error.hint + " The next run resumes the download.";
    throw;
  }
  part.finish(replace);
}

void download_to_stdout(const DownloadDependencies& needs, const Source& source,
                        const std::function<void(std::string_view)>& write) {
  StdoutSink sink(write);
  try {
    Transfer(needs, source, sink).run();
  } catch (Error& error) {
    if (error.hint == kHintRestart) error.hint = "Run the command again; it starts from the beginning.";
    throw;
  }
}

}  // namespace heygen::host::transfer
