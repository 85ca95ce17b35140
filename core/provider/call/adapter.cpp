// SPDX-License-Identifier: Apache-2.0
#include "core/provider/call/adapter.hpp"

#include <utility>

#include "core/provider/call/exchange.hpp"
#include "core/provider/call/provider_call.hpp"

namespace heygen::provider {
namespace {

class Adapter : public Provider {
 public:
  Adapter(std::unique_ptr<Library> library, Manifest manifest, Services services, SecretVariables variables,
          FindService find_service)
      : library_(std::move(library)),
        manifest_(std::move(manifest)),
        services_(std::move(services)),
        secret_variables_(std::move(variables)),
        find_service_(find_service) {}

  const Manifest& manifest() const override { return manifest_; }
  ProviderResult resolve(const ProviderRequest& request) override { return call(Function::resolve, request); }
  ProviderResult refresh(const ProviderRequest& request) override { return call(Function::refresh, request); }
  ProviderResult login(const ProviderRequest& request) override { return call(Function::login, request); }
  ProviderResult revoke(const ProviderRequest& request) override { return call(Function::revoke, request); }
  void report_outcome(const ProviderRequest& request, int http_status, bool accepted) override {
    const heygen_outcome outcome{sizeof(outcome), http_status, accepted ? 1 : 0, 0};
    call(Function::report_outcome, request, &outcome);
  }

 private:
  ProviderResult call(Function function, const ProviderRequest& request, const heygen_outcome* outcome = nullptr) {
    const CallContext context{services_, manifest_, secret_variables_, find_service_, library_->major(), &unfinished_};
    return call_provider(library_->api(), context, function, request, outcome);
  }

  std::unique_ptr<Library> library_;
  Manifest manifest_;
  Services services_;
  SecretVariables secret_variables_;
  FindService find_service_;
  std::unique_ptr<Exchange> unfinished_;
};

}  // namespace

std::unique_ptr<Provider> make_provider(std::unique_ptr<Library> library, Manifest manifest, Services services,
                                        SecretVariables secret_variables, FindService find_service) {
  return std::make_unique<Adapter>(std::move(library), std::move(manifest), std::move(services),
                                   std::move(secret_variables), find_service);
}

}  // namespace heygen::provider
