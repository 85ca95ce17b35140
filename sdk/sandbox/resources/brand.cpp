// SPDX-License-Identifier: Apache-2.0
// What keeps videos on brand: /v3/brand-kits and /v3/brand-glossaries.
#include "sdk/sandbox/resources/resources.hpp"

namespace heygen::sandbox {
namespace {

Object show_kit(Account& account, const Record& record) {
  Object shown = copy_of(record.facts);
  shown->set("logo_url", account.file(record.id + ".png"));
  return shown;
}

Object show_glossary(Account&, const Record& record) {
  Object shown = copy_of(record.facts);
  shown->remove("terms");
  return shown;
}

Object show_terms(Account&, const Record& record) {
  return record.facts;
}

constexpr Resource kKits{"brand kit", &Account::kits, show_kit};
constexpr Resource kGlossaries{"brand glossary", &Account::glossaries, show_glossary, 10};

constexpr Resource kGlossaryDetails{"brand glossary", &Account::glossaries, show_terms};

constexpr std::string_view kKitRows = R"([
  {"brand_kit_id": "kit_123", "name": "House colors", "colors": ["#102A43", "#F0B429", "#FFFFFF"]},
  {"brand_kit_id": "kit_124", "name": "Winter campaign", "colors": ["#0B3954", "#BFD7EA"]}
])";

constexpr std::string_view kGlossaryRows = R"([
  {"brand_glossary_id": "glossary_123", "name": "Product names", "created_at": "2026-01-12T09:00:00Z",
   "updated_at": "2026-01-20T15:30:00Z",
   "terms": [{"term": "Qwrk", "pronunciation": "quirk"}, {"term": "SQLify", "pronunciation": "sequel-ify"}]},
  {"brand_glossary_id": "glossary_124", "name": "Medical terms", "created_at": "2026-01-14T11:20:00Z",
   "updated_at": "2026-01-14T11:20:00Z", "terms": []}
])";

void furnish_brand(Account& account) {
  fill(account.kits, kKitRows, "brand_kit_id");
  fill(account.glossaries, kGlossaryRows, "brand_glossary_id");
}

}  // namespace

Group brand() {
  return {{{"GET", "/v3/brand-kits", list_all<kKits>},
           {"GET", "/v3/brand-glossaries", list_all<kGlossaries>},
           {"GET", "/v3/brand-glossaries/{}", get_one<kGlossaryDetails>}},
          {{&Account::kits, show_kit}},
          nullptr,
          furnish_brand};
}

}  // namespace heygen::sandbox
