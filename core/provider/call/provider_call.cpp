// SPDX-License-Identifier: Apache-2.0
#include "core/provider/call/provider_call.hpp"

#include <mutex>

#include "core/base/environment.hpp"
#include "core/base/known_secrets.hpp"
#include "core/provider/call/cached_entries.hpp"
#include "core/provider/call/state_secrets.hpp"

namespace heygen::provider {

heygen_status invoke(const heygen_provider_1& api, Function function, const heygen_call* call,
                     const heygen_outcome* outcome) noexcept {
  switch (function) {
    case Function::resolve:
      return api.resolve(call);
    case Function::refresh:
      return api.refresh(call);
    case Function::login:
      return api.login(call);
    case Function::revoke:
      return api.revoke(call);
    case Function::report_outcome:
      return api.report_outcome != nullptr ? api.report_outcome(call, outcome) : heygen_status{HEYGEN_OK};
    default:
      return HEYGEN_INTERNAL;
  }
}

ProviderResult call_provider(const RunFunction& run, Timed timed, const CallContext& context, Function function,
                             const ProviderRequest& request) {
  static std::mutex mutex;  // there is one breadcrumb
  const std::lock_guard lock(mutex);
  remember_secrets(request.state);
  for (const std::string& name : context.manifest.credential_env)
    remember_secret(context.services.environment.value(name));
  HostCall host(context, function, request);
  const heygen_status status = [&] {
    const Breadcrumb crumb(context.manifest.id, function, {}, timed);
    return run(host);
  }();
  ProviderResult result = host.finish(status);
  write_cached(host, result);
  return result;
}

ProviderResult call_provider(const heygen_provider_1& api, const CallContext& context, Function function,
                             const ProviderRequest& request, const heygen_outcome* outcome) {
  return call_provider([&](HostCall& host) { return invoke(api, function, host.abi(), outcome); }, Timed::by_observer,
                       context, function, request);
}

}  // namespace heygen::provider
