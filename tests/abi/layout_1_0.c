// SPDX-License-Identifier: Apache-2.0
/* Compiled against today's header and against the frozen one, as C and as C++: it builds only while the layout holds.
 */
#include <heygen/provider.h>

#ifdef __cplusplus
#define HOLDS(condition, text) static_assert(condition, text)
#else
#define HOLDS(condition, text) _Static_assert(condition, text)
#endif

typedef struct heygen_call heygen_call_struct;

#if UINTPTR_MAX == 0xffffffffffffffffu
#define SIZE(type, bytes) HOLDS(sizeof(type) == (bytes), #type " has another size than in version 1.0");
#define FIELD(type, member, at) HOLDS(offsetof(type, member) == (at), #type "::" #member " moved since version 1.0");
#include "layout_1_0.def"
#endif

/* Numbers are part of the interface just as layouts are. */
HOLDS(HEYGEN_OK == 0 && HEYGEN_NOT_CONFIGURED == 1 && HEYGEN_BROKEN == 2 && HEYGEN_REJECTED == 3 &&
          HEYGEN_NEEDS_USER == 4 && HEYGEN_TRANSIENT == 5 && HEYGEN_USAGE == 6 && HEYGEN_UNSUPPORTED == 7 &&
          HEYGEN_CANCELED == 8 && HEYGEN_INTERNAL == 9,
      "heygen_status changed since version 1.0");
HOLDS(HEYGEN_REASON_FIRST_USE == 1 && HEYGEN_REASON_NEAR_EXPIRY == 2 && HEYGEN_REASON_REFUSED == 3 &&
          HEYGEN_REASON_LOGIN == 4 && HEYGEN_REASON_LOGOUT == 5 && HEYGEN_REASON_REPLACED == 6 &&
          HEYGEN_REASON_EXPLAIN == 7,
      "heygen_reason changed since version 1.0");
HOLDS(HEYGEN_INTERACTION_NEVER == 0 && HEYGEN_INTERACTION_IF_TERMINAL == 1 && HEYGEN_INTERACTION_ALWAYS == 2,
      "heygen_interaction changed since version 1.0");
HOLDS(HEYGEN_REACH_ANY_REQUEST == 0 && HEYGEN_REACH_THIS_REQUEST == 1, "heygen_reach changed since version 1.0");
HOLDS(HEYGEN_INTERACTS_NONE == 0 && HEYGEN_INTERACTS_TERMINAL == 1 && HEYGEN_INTERACTS_BROWSER == 2,
      "HEYGEN_INTERACTS_* changed since version 1.0");
HOLDS(HEYGEN_PROVIDER_AMBIENT == 1 && HEYGEN_PROVIDER_READS_STDIN == 2 && HEYGEN_PROVIDER_NO_LOGIN == 4 &&
          HEYGEN_PROVIDER_RUNTIME == 8,
      "HEYGEN_PROVIDER_* changed since version 1.0");
HOLDS(HEYGEN_JSON_NULL == 0 && HEYGEN_JSON_BOOL == 1 && HEYGEN_JSON_NUMBER == 2 && HEYGEN_JSON_STRING == 3 &&
          HEYGEN_JSON_ARRAY == 4 && HEYGEN_JSON_OBJECT == 5,
      "HEYGEN_JSON_* changed since version 1.0");
HOLDS(HEYGEN_LOG_DEBUG == 0 && HEYGEN_LOG_INFO == 1 && HEYGEN_LOG_WARNING == 2,
      "HEYGEN_LOG_* changed since version 1.0");
HOLDS(HEYGEN_REDIRECT_QUERY == 0 && HEYGEN_REDIRECT_FORM_POST == 1, "HEYGEN_REDIRECT_* changed since version 1.0");
HOLDS(HEYGEN_SECRET == 1 && HEYGEN_ABI_MAJOR == 1u, "a constant changed since version 1.0");

extern const int heygen_layout_holds;
const int heygen_layout_holds = 1;
