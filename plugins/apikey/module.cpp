#include "plugins/apikey/api_key_provider.hpp"

HEYGEN_PROVIDER(heygen::plugins::ApiKeyProvider, heygen::plugins::kApiKeyDescriptor);
