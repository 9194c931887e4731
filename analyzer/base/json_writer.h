/*
 * base/json_writer.h - writes JSON as a stream, with commas, indentation, and strings that may
 * hold any bytes.
 */
#ifndef OUTLIVE_BASE_JSON_WRITER_H
#define OUTLIVE_BASE_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json_writer {
	FILE *file;
	unsigned depth;
	unsigned line_depth; /* values at this depth or deeper share a line; 0: none */
	bool is_first;       /* nothing was written yet in the open object or array */
};

struct json_writer json_writer_of(FILE *file);

/* `key` is NULL inside an array and at the top level. */
void json_object(struct json_writer *json, const char *key);
void json_object_end(struct json_writer *json);
void json_array(struct json_writer *json, const char *key);
void json_array_end(struct json_writer *json);
void json_count(struct json_writer *json, const char *key, uint64_t count);
void json_signed(struct json_writer *json, const char *key, int64_t count);
void json_bool(struct json_writer *json, const char *key, bool value);
void json_null(struct json_writer *json, const char *key);

/* Bytes that are not UTF-8 become U+FFFD. */
void json_string(struct json_writer *json, const char *key, const char *string);

/* Begin an object or array that is written on one line, including its closing bracket. */
void json_object_inline(struct json_writer *json, const char *key);
void json_array_inline(struct json_writer *json, const char *key);

/*
 * Within one of these: write what follows, and the closing bracket, on lines of its own again
 * (break), or on this line again (join).
 */
void json_line_break(struct json_writer *json);
void json_line_join(struct json_writer *json);

#endif
