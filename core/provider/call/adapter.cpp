#include "core/provider/call/adapter.hpp"

#include <mutex>
#include <utility>

#include "core/provider/breadcrumb.hpp"
#include "core/provider/call/host_call.hpp"

namespace heygen::provider {
namespace {

/// One for all providers: there is one breadcrumb.
std::mutex& call_mutex() {
  static std::mutex mutex;
  return mutex;
}

/// An exception out of a C function ends the process here, the breadcrumb still set (design §2.4).
heygen_status run(const heygen_provider_1& api, Function function, const heygen_call* call,
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
      return api.report_outcome(call, outcome);
  }
  return HEYGEN_INTERNAL;
}

class Adapter : public Provider {
 public:
  Adapter(std::unique_ptr<Library> library, Manifest manifest, Services services, std::vector<std::string> variables)
      : library_(std::move(library)),
        manifest_(std::move(manifest)),
        services_(std::move(services)),
        secret_variables_(std::move(variables)) {}

  const Manifest& manifest() const override { return manifest_; }
  ProviderResult resolve(const ProviderRequest& ask) override { return call(Function::resolve, ask); }
  ProviderResult refresh(const ProviderRequest& ask) override { return call(Function::refresh, ask); }
  ProviderResult login(const ProviderRequest& ask) override { return call(Function::login, ask); }
  ProviderResult revoke(const ProviderRequest& ask) override { return call(Function::revoke, ask); }
  void report_outcome(const ProviderRequest& ask, int http_status, bool accepted) override {
    const heygen_outcome outcome{sizeof(outcome), http_status, accepted ? 1 : 0, 0};
    call(Function::report_outcome, ask, &outcome);
  }

 private:
  ProviderResult call(Function function, const ProviderRequest& ask, const heygen_outcome* outcome = nullptr) {
    const std::lock_guard lock(call_mutex());
    HostCall host(services_, manifest_, function, ask, library_->major(), secret_variables_);
    const heygen_status status = [&] {
      const Breadcrumb crumb(manifest_.id, name_of(function));
      return run(library_->api(), function, host.abi(), outcome);
    }();
    return host.finish(status);
  }

  std::unique_ptr<Library> library_;
  Manifest manifest_;
  Services services_;
  std::vector<std::string> secret_variables_;
};

}  // namespace

std::unique_ptr<Provider> make_provider(std::unique_ptr<Library> library, Manifest manifest, Services services,
                                        std::vector<std::string> secret_variables) {
  return std::make_unique<Adapter>(std::move(library), std::move(manifest), std::move(services),
                                   std::move(secret_variables));
}

}  // namespace heygen::provider
