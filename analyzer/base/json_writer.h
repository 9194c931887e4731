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
	bool is_first;   /* in the object or array that is open */
	bool is_compact; /* the innermost values share a line */
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

/* What is opened and closed in between stays on one line. */
void json_compact(struct json_writer *json, bool is_compact);

#endif
