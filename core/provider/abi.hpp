// SPDX-License-Identifier: Apache-2.0
// The C header's values in C++; the runner of isolated providers has them, too.
#pragma once

#include "core/provider/wire/abi.hpp"
