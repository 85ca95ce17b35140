// SPDX-License-Identifier: Apache-2.0
// The files of a new project, from templates/ and sdk/examples. Words like @ID@ are filled in.
#pragma once

#include <string_view>

namespace heygen::tools {

extern const std::string_view kTemplateReadme, kTemplateCBuild, kTemplateC, kTemplateCppBuild, kTemplateCpp;
extern const std::string_view kTemplateRustManifest, kTemplateRustLock, kTemplateRustBuild, kTemplateRust;
extern const std::string_view kCrateManifest, kCrateAbi, kCrateCall, kCrateDescribe, kCrateHttp, kCrateJson, kCrateLib,
    kCrateSecret, kCrateText;
extern const std::string_view kTemplateGoModule, kTemplateGoBuild, kTemplateGo, kVersionScript;
extern const std::string_view kPackageProvider, kPackageCall, kPackageEntry, kPackageBridge;

}  // namespace heygen::tools
