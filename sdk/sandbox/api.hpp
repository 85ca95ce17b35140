// The API under /v3: a table of routes over the library of videos, voices and speech.
#pragma once

#include <string>
#include <vector>

#include "core/base/clock.hpp"
#include "sdk/sandbox/http.hpp"
#include "sdk/sandbox/library.hpp"
#include "sdk/sandbox/state.hpp"

namespace heygen::sandbox {

class Api {
 public:
  Api(std::string issuer, State& state, Library& library)
      : issuer_(std::move(issuer)), state_(state), library_(library) {}

  /// Any path under /v3. Checks the credential first.
  Reply handle(const Request& request);
  /// /files/NAME: what video_url, audio_url and their like point to. Asks for no credential, as signed links do not.
  Reply file(const Request& request);

 private:
  enum class Credential { api_key, bearer };
  struct Call {
    const Request& request;
    Form query;
    std::vector<std::string> values;  ///< of the pattern's placeholders, in order
    Credential credential;
    json::Value body;  ///< an object, when the route takes one
  };
  struct Route {
    std::string_view method;
    std::string_view pattern;  ///< "{}" stands for one segment of the path
    Reply (Api::*handler)(const Call& call);
  };
  static const std::vector<Route>& routes();

  Credential check_credential(const Request& request);
  Reply dispatch(const Request& request, Credential credential);

  Reply me(const Call& call);
  Reply list_videos(const Call& call);
  Reply create_video(const Call& call);
  Reply get_video(const Call& call);
  Reply delete_video(const Call& call);
  Reply list_voices(const Call& call);
  Reply create_speech(const Call& call);

  json::Value detail(const Video& video) const;

  const std::string issuer_;
  State& state_;
  Library& library_;
};

}  // namespace heygen::sandbox
