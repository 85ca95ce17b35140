#include "host/api/reply.hpp"

#include <array>

#include "core/json/compact.hpp"

namespace heygen::host {
namespace {

constexpr int kNoContent = 204, kResetContent = 205;

Error not_json(const json::ParseError& fault) {
  return {code::kError, "The reply is not valid JSON: " + std::string(fault.what()) + ".",
          "The request was accepted; its result cannot be shown."};
}

}  // namespace

Error error_of(const net::Failure& failure) {
  const std::string hint = failure.hint.empty() ? "Check the connection, then try again." : failure.hint;
  if (failure.kind == net::Failure::Kind::canceled) return canceled_error();
  if (failure.kind == net::Failure::Kind::timeout) return {code::kTimeout, failure.what(), hint, Exit::timeout};
  return network_error(failure.what(), hint);
}

std::string read_reply(const transport::ApiRequest& request, transport::ApiResponse& response) {
  std::string text;
  if (response.status == kNoContent || response.status == kResetContent || request.method == "HEAD") return text;
  try {
    json::Compactor compactor;
    std::array<char, 65536> piece;
    while (const std::size_t count = response.stream->read(piece)) compactor.feed({piece.data(), count}, text);
    compactor.finish();
  } catch (const json::ParseError& fault) {
    throw not_json(fault);
  } catch (const net::Failure& failure) {
    throw error_of(failure);
  }
  return text;
}

std::string send(Context& context, const transport::ApiRequest& request) {
  transport::ApiResponse response = context.client().call(request);
  return read_reply(request, response);
}

json::Value parse_reply(const std::string& text) {
  try {
    return json::parse(text);
  } catch (const json::ParseError& fault) {
    throw not_json(fault);
  }
}

void print_reply(Context& context, const std::string& text, const std::vector<output::Column>& columns) {
  if (text.empty()) return;
  if (context.human())
    context.write(output::human(parse_reply(text), columns, context.style()));
  else
    context.write(text + "\n");
}

}  // namespace heygen::host
