#include "plugins/oauth/oauth_provider.hpp"

HEYGEN_PROVIDER(heygen::plugins::OauthProvider, heygen::plugins::kOauthDescriptor);
