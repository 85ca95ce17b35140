// SPDX-License-Identifier: Apache-2.0
#include "host/audit.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

#include "core/base/clock.hpp"
#include "core/base/file.hpp"
#include "core/base/text.hpp"
#include "core/json/value.hpp"
#include "core/json/write.hpp"

namespace heygen::host {

namespace {

constexpr std::size_t kLongestText = 400, kShortestText = 40;

/// Cut between characters of UTF-8, with a sign of that.
std::string cut(std::string text, std::size_t longest) {
  if (text.size() <= longest) return text;
  std::size_t end = longest;
  const auto continues = [&](std::size_t at) { return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U; };
  while (end > 0 && continues(end)) --end;
  return text.substr(0, end) + "…";
}

std::string record_with(const AuditEvent& event, const AuditSubject& subject, std::int64_t now, std::size_t longest) {
  const auto text = [&](const std::string& value) { return cut(printable(value), longest); };
  json::Value out = json::Object{{"time", format_time(now)},
                                 {"event", event.event},
                                 {"outcome", event.outcome},
                                 {"user", static_cast<std::int64_t>(subject.user)},
                                 {"command", text(subject.command)}};
  if (!event.provider.empty()) {
    out.set("provider", text(event.provider));
    out.set("profile", text(subject.profile));
  }
  for (const auto& [name, value] : event.details) out.set(name, text(value));
  return json::write(out);
}

/// As syslog(3) writes it, which every daemon reads.
std::string line_of(const std::string& record) {
  constexpr std::array<const char*, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  localtime_r(&now, &local);
  return fmt::format("<{}>{} {:2} {:02}:{:02}:{:02} heygen[{}]: {}", LOG_AUTHPRIV | LOG_NOTICE,
                     kMonths.at(static_cast<std::size_t>(local.tm_mon)), local.tm_mday, local.tm_hour, local.tm_min,
                     local.tm_sec, getpid(), record);
}

UniqueFd connected(const sockaddr_un& address, int type) {
  UniqueFd socket(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  if (!socket) return socket;
  constexpr timeval kSendLimit{2, 0};
  setsockopt(socket.get(), SOL_SOCKET, SO_SNDTIMEO, &kSendLimit, sizeof kSendLimit);
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return UniqueFd();
  return socket;
}

}  // namespace

std::string audit_record(const AuditEvent& event, const AuditSubject& subject, std::int64_t now) {
  std::size_t longest = kLongestText;
  std::string record = record_with(event, subject, now, longest);
  while (record.size() > kLongestAuditRecord && longest > kShortestText) {
    longest = longest * 2 / 3;
    record = record_with(event, subject, now, longest);
  }
  return record;
}

AuditLog::AuditLog(Clock& clock, std::filesystem::path socket) : clock_(clock), path_(std::move(socket)) {
  subject.user = getuid();
}

std::string AuditLog::open() {
  if (socket_) return {};
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = path_.string();
  if (path.size() >= sizeof address.sun_path) return path + ": the path is too long";
  std::memcpy(address.sun_path, path.data(), path.size());
  is_stream_ = false;
  socket_ = connected(address, SOCK_DGRAM);
  if (!socket_ && errno == EPROTOTYPE) {
    is_stream_ = true;
    socket_ = connected(address, SOCK_STREAM);
  }
  return socket_ ? std::string{} : path + ": " + describe_errno(errno);
}

std::string AuditLog::send(const std::string& line) {
  // A stream ends each message with NUL.
  const std::size_t size = line.size() + (is_stream_ ? 1 : 0);
  const ssize_t sent = ::send(socket_.get(), line.c_str(), size, MSG_NOSIGNAL);
  if (sent == static_cast<ssize_t>(size)) return {};
  const int why = sent < 0 ? errno : EIO;
  socket_.reset();
  return path_.string() + ": " + describe_errno(why);
}

std::string AuditLog::write(const AuditEvent& event) {
  const std::string line = line_of(audit_record(event, subject, clock_.now()));
  std::string fault = open();
  if (fault.empty()) fault = send(line);
  if (!fault.empty() && open().empty()) fault = send(line);  // a daemon that was started again has another socket
  return fault;
}

}  // namespace heygen::host
