// SPDX-License-Identifier: Apache-2.0
#include "plugins/oauth/oauth_provider.hpp"

HEYGEN_PROVIDER(heygen::plugins::OauthProvider, heygen::plugins::kOauthDescriptor);
