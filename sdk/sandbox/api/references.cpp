// SPDX-License-Identifier: Apache-2.0
#include "sdk/sandbox/api/references.hpp"

#include <algorithm>
#include <array>

#include "sdk/sandbox/api/route.hpp"

namespace heygen::sandbox {
namespace {

struct Reference {
  std::string_view member;
  std::string_view noun;
  Records Account::*records;
};

constexpr std::array<Reference, 12> kReferences{{{"asset_id", "asset", &Account::assets},
                                                 {"audio_asset_id", "asset", &Account::assets},
                                                 {"avatar_id", "avatar look", &Account::looks},
                                                 {"reference_look_id", "avatar look", &Account::looks},
                                                 {"voice_id", "voice", &Account::voices},
                                                 {"default_voice_id", "voice", &Account::voices},
                                                 {"preferred_stock_voice_ids", "voice", &Account::voices},
                                                 {"folder_id", "folder", &Account::folders},
                                                 {"brand_glossary_id", "brand glossary", &Account::glossaries},
                                                 {"brand_voice_id", "brand glossary", &Account::glossaries},
                                                 {"brand_kit_id", "brand kit", &Account::kits},
                                                 {"style_id", "style", &Account::styles}}};

/// An empty ID is that of nothing, such as the top of the workspace.
void check_id(Account& account, const Reference& kind, const Var& value, const std::string& name) {
  const std::string id = text_in(value);
  if (id.empty() || (account.*kind.records).find(id) != nullptr) return;
  throw Refused{not_found({kind.noun, kind.records, nullptr}, id, name)};
}

void check_member(Account& account, const std::string& member, const Var& value, const std::string& name) {
  const auto kind = std::find_if(kReferences.begin(), kReferences.end(),
                                 [&](const Reference& reference) { return reference.member == member; });
  if (kind != kReferences.end()) check_id(account, *kind, value, name);
  if (is_object(value)) check_references(account, object_in(value), name + '.');
  const std::vector<Var> items = items_in(value);
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string place = name + '.' + std::to_string(i);
    if (kind != kReferences.end()) check_id(account, *kind, items[i], place);
    if (is_object(items[i])) check_references(account, object_in(items[i]), place + '.');
  }
}

}  // namespace

void check_references(Account& account, const Object& body, const std::string& where) {
  for (const auto& [member, value] : *body) check_member(account, member, value, where + member);
}

}  // namespace heygen::sandbox
