/* SPDX-License-Identifier: Apache-2.0 */
#ifndef HEYGEN_SERVICE_JSON_H
#define HEYGEN_SERVICE_JSON_H

#include <heygen/value.h>

#ifdef __cplusplus
extern "C" {
#endif

/* heygen.json/1: reads and writes JSON (RFC 8259) and keeps every digit of a
 * number (host-json). Limits: 1 MiB, nested at most 128 deep. */
#define HEYGEN_JSON_1 "heygen.json/1"

typedef struct heygen_json heygen_json;               /* a value inside a parsed document */
typedef struct heygen_json_writer heygen_json_writer; /* a document that is being written */

/* A provider treats an unknown type as HEYGEN_JSON_NULL. */
enum {
  HEYGEN_JSON_NULL = 0,
  HEYGEN_JSON_BOOL = 1,
  HEYGEN_JSON_NUMBER = 2,
  HEYGEN_JSON_STRING = 3,
  HEYGEN_JSON_ARRAY = 4,
  HEYGEN_JSON_OBJECT = 5
};

typedef struct heygen_json_1_v {
  uint32_t struct_size;
  uint32_t reserved;

  /* NULL when text is not JSON, nested deeper than 128, or over 1 MiB.
   * [call] */
  const heygen_json*(HEYGEN_CALL* parse)(const heygen_call* call, heygen_str text);
  /* HEYGEN_JSON_*; HEYGEN_JSON_NULL for NULL.
   * [call] */
  int32_t(HEYGEN_CALL* type)(const heygen_json* value);
  /* Elements of an array, members of an object, else 0.
   * [call] */
  size_t(HEYGEN_CALL* size)(const heygen_json* value);
  /* A member of an object; NULL when there is none or value is not an object.
   * [call] */
  const heygen_json*(HEYGEN_CALL* member)(const heygen_json* value, heygen_str name);
  /* An element of an array or the value of an object's member by position.
   * [call] */
  const heygen_json*(HEYGEN_CALL* at)(const heygen_json* value, size_t index);
  /* The name of an object's member by position.
   * [call] */
  heygen_str(HEYGEN_CALL* name_at)(const heygen_json* value, size_t index);
  /* A string's text, a number as it was written, "true" or "false"; data is
   * NULL for everything else.
   * [call] */
  heygen_str(HEYGEN_CALL* text)(const heygen_json* value);
  /* HEYGEN_OK for a number, or a string of one, whose whole part fits: it is
   * cut towards zero. HEYGEN_USAGE otherwise, *out untouched.
   * [call] */
  heygen_status(HEYGEN_CALL* int64)(const heygen_json* value, int64_t* out);
  /* text as a JSON string, quotes included.
   * [call] */
  heygen_str(HEYGEN_CALL* quote)(const heygen_call* call, heygen_str text);

  /* A new document. What follows appends to it; each returns HEYGEN_USAGE, and
   * the document is lost, for a value without a name inside an object, a name
   * elsewhere, an end without a begin, or past the limits.
   * [call] */
  heygen_json_writer*(HEYGEN_CALL* writer)(const heygen_call* call);
  /* [call] */
  heygen_status(HEYGEN_CALL* begin_object)(heygen_json_writer* writer);
  /* [call] */
  heygen_status(HEYGEN_CALL* begin_array)(heygen_json_writer* writer);
  /* Ends the innermost object or array.
   * [call] */
  heygen_status(HEYGEN_CALL* end)(heygen_json_writer* writer);
  /* The name of an object's next member.
   * [call] */
  heygen_status(HEYGEN_CALL* name)(heygen_json_writer* writer, heygen_str name);
  /* text is UTF-8, else HEYGEN_USAGE.
   * [call] */
  heygen_status(HEYGEN_CALL* put_string)(heygen_json_writer* writer, heygen_str text);
  /* [call] */
  heygen_status(HEYGEN_CALL* put_int64)(heygen_json_writer* writer, int64_t number);
  /* [call] */
  heygen_status(HEYGEN_CALL* put_bool)(heygen_json_writer* writer, int32_t value);
  /* [call] */
  heygen_status(HEYGEN_CALL* put_null)(heygen_json_writer* writer);
  /* A copy of a parsed value; NULL writes null.
   * [call] */
  heygen_status(HEYGEN_CALL* put_value)(heygen_json_writer* writer, const heygen_json* value);
  /* The complete document; data is NULL when it is not complete or was lost.
   * [call] */
  heygen_str(HEYGEN_CALL* finish)(heygen_json_writer* writer);
} heygen_json_1_v;

#ifdef __cplusplus
} /* extern "C" */
#endif

#endif /* HEYGEN_SERVICE_JSON_H */
