/*
 * base/json_writer.h - JSON, written as it comes: commas, indentation, and strings that may
 * hold anything.
 */
#ifndef OUTLIVE_BASE_JSON_WRITER_H
#define OUTLIVE_BASE_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json_writer {
	FILE *file;
	unsigned depth;
	unsigned line_depth; /* what is open from this depth on shares a line; 0: nothing */
	bool is_first;       /* in the object or array that is open */
};

struct json_writer json_writer_of(FILE *file);

/* `key` is NULL inside an array, and at the top. */
void json_object(struct json_writer *json, const char *key);
void json_object_end(struct json_writer *json);
void json_array(struct json_writer *json, const char *key);
void json_array_end(struct json_writer *json);
void json_count(struct json_writer *json, const char *key, uint64_t count);
void json_bool(struct json_writer *json, const char *key, bool value);
void json_null(struct json_writer *json, const char *key);

/* Bytes that are not UTF-8 become U+FFFD. */
void json_string(struct json_writer *json, const char *key, const char *string);

/* All of it on one line, with the bracket that closes it. */
void json_object_inline(struct json_writer *json, const char *key);
void json_array_inline(struct json_writer *json, const char *key);

/* Inside of such a one: what follows, and the bracket, has lines of its own again; or not. */
void json_line_break(struct json_writer *json);
void json_line_join(struct json_writer *json);

#endif
