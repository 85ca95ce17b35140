// SPDX-License-Identifier: Apache-2.0
#include "plugins/apikey/api_key_provider.hpp"

HEYGEN_PROVIDER(heygen::plugins::ApiKeyProvider, heygen::plugins::kApiKeyDescriptor);
