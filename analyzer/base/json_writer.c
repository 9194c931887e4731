/* base/json_writer.c - writes JSON as a stream. */
#include "base/json_writer.h"

#include "base/text.h"

#include <inttypes.h>

struct json_writer json_writer_of(FILE *file)
{
	return (struct json_writer){ .file = file, .is_first = true };
}

static void json_line(struct json_writer *json)
{
	unsigned i;

	if (json->line_depth || !json->depth)
		return;
	fputc('\n', json->file);
	for (i = 0; i < json->depth; i++)
		fputc('\t', json->file);
}

/*
 * Names come from the traced program and may hold any bytes. Control characters are escaped,
 * also those from 0x80 on, so that the JSON does no harm if it is shown on a terminal.
 */
static void json_quoted(struct json_writer *json, const char *string)
{
	const char *at = string;
	uint32_t point;
	size_t bytes;

	fputc('"', json->file);
	while (*at) {
		bytes = text_decode(at, &point);
		if (!bytes) {
			fputs("\\ufffd", json->file);
			at++;
			continue;
		}
		if (point == '"' || point == '\\')
			fprintf(json->file, "\\%c", (char)point);
		else if (point < 0x20 || (point >= 0x7f && point < 0xa0))
			fprintf(json->file, "\\u%04x", point);
		else
			fwrite(at, 1, bytes, json->file);
		at += bytes;
	}
	fputc('"', json->file);
}

/* Write what comes before each value: comma, line break, key. */
static void json_begin(struct json_writer *json, const char *key)
{
	if (!json->is_first)
		fputs(json->line_depth ? ", " : ",", json->file);
	json_line(json);
	json->is_first = false;
	if (key) {
		json_quoted(json, key);
		fputs(": ", json->file);
	}
}

static void json_open(struct json_writer *json, const char *key, char bracket)
{
	json_begin(json, key);
	fputc(bracket, json->file);
	json->depth++;
	json->is_first = true;
}

/*
 * An empty object or array closes on the line where it began. If it was the outermost of
 * those that share a line, what follows has lines of its own again.
 */
static void json_close(struct json_writer *json, char bracket)
{
	bool is_empty = json->is_first;

	json->depth--;
	if (!is_empty && json->depth)
		json_line(json);
	else if (!is_empty && !json->line_depth)
		fputc('\n', json->file);
	fputc(bracket, json->file);
	if (!json->depth)
		fputc('\n', json->file);
	if (json->line_depth > json->depth)
		json->line_depth = 0;
	json->is_first = false;
}

void json_object(struct json_writer *json, const char *key)
{
	json_open(json, key, '{');
}

void json_object_end(struct json_writer *json)
{
	json_close(json, '}');
}

void json_array(struct json_writer *json, const char *key)
{
	json_open(json, key, '[');
}

void json_array_end(struct json_writer *json)
{
	json_close(json, ']');
}

void json_object_inline(struct json_writer *json, const char *key)
{
	json_object(json, key);
	if (!json->line_depth)
		json_line_join(json);
}

void json_array_inline(struct json_writer *json, const char *key)
{
	json_array(json, key);
	if (!json->line_depth)
		json_line_join(json);
}

void json_count(struct json_writer *json, const char *key, uint64_t count)
{
	json_begin(json, key);
	fprintf(json->file, "%" PRIu64, count);
}

void json_signed(struct json_writer *json, const char *key, int64_t count)
{
	json_begin(json, key);
	fprintf(json->file, "%" PRId64, count);
}

void json_bool(struct json_writer *json, const char *key, bool value)
{
	json_begin(json, key);
	fputs(value ? "true" : "false", json->file);
}

void json_null(struct json_writer *json, const char *key)
{
	json_begin(json, key);
	fputs("null", json->file);
}

void json_string(struct json_writer *json, const char *key, const char *string)
{
	json_begin(json, key);
	json_quoted(json, string);
}

void json_line_break(struct json_writer *json)
{
	json->line_depth = 0;
}

void json_line_join(struct json_writer *json)
{
	json->line_depth = json->depth;
}
