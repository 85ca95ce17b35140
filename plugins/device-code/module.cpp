// SPDX-License-Identifier: Apache-2.0
#include "plugins/device-code/device_code_provider.hpp"

HEYGEN_PROVIDER(heygen::plugins::DeviceCodeProvider, heygen::plugins::kDeviceCodeDescriptor);
