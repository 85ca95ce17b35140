// The files that finished videos and speech point to, and how they are served.
#pragma once

#include <string>
#include <string_view>

#include "sdk/sandbox/http.hpp"

namespace heygen::sandbox {

/// An MP4 container (ftyp, moov with a movie header, mdat), or a WebM head, of 64 KiB. It has no tracks: enough for
/// what looks at the type and the bytes, nothing to watch. The same id gives the same bytes.
std::string video_file(std::string_view id, std::string_view format, double duration);
/// A quiet tone, 8 kHz, 8 bit, mono; at most a minute of it.
std::string wav_file(double duration);
std::string srt_file(double duration);

/// GET or HEAD of a file: strong ETag, conditional requests and single ranges (RFC 9110 §13, §14).
Reply serve_file(const Request& request, const std::string& content, const std::string& type);

}  // namespace heygen::sandbox
