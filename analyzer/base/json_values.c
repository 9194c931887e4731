/* base/json_values.c - reads JSON, value by value. */
#include "base/json_values.h"

#include "base/text.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct json_reader {
	const char *at;
	json_value_visit *visit;
	void *context;
	struct text value;
	char path[JSON_PATH_BYTES];
	size_t path_bytes; /* as many as it would have, if more fit */
	unsigned depth;
};

static int value_read(struct json_reader *reader);

static void space_skip(struct json_reader *reader)
{
	reader->at += strspn(reader->at, " \t\r\n");
}

/* Whether the next character is this one, which is skipped. */
static bool is_next(struct json_reader *reader, char wanted)
{
	space_skip(reader);
	if (*reader->at != wanted)
		return false;
	reader->at++;
	return true;
}

static int utf8_add(struct text *text, uint32_t point)
{
	char bytes[3];

	/* half of a pair, or what no text of ours can hold */
	if (!point || (point >= 0xD800 && point < 0xE000))
		point = 0xFFFD;
	if (point < 0x80) {
		bytes[0] = (char)point;
		return text_add(text, bytes, 1);
	}
	if (point < 0x800) {
		bytes[0] = (char)(0xC0 | point >> 6);
		bytes[1] = (char)(0x80 | (point & 0x3F));
		return text_add(text, bytes, 2);
	}
	bytes[0] = (char)(0xE0 | point >> 12);
	bytes[1] = (char)(0x80 | (point >> 6 & 0x3F));
	bytes[2] = (char)(0x80 | (point & 0x3F));
	return text_add(text, bytes, 3);
}

/* What follows a backslash. 0 or -1. */
static int escape_read(struct json_reader *reader)
{
	static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	const char *letter;
	char digits[5] = "", *end;

	if (*reader->at == 'u') {
		strncpy(digits, reader->at + 1, 4);
		if (strlen(digits) < 4 || strspn(digits, "0123456789abcdefABCDEF") < 4)
			return -1;
		reader->at += 5;
		return utf8_add(&reader->value, (uint32_t)strtoul(digits, &end, 16));
	}
	letter = *reader->at ? strchr(letters, *reader->at) : NULL;
	if (!letter)
		return -1;
	reader->at++;
	return text_add(&reader->value, &meant[letter - letters], 1);
}

/* The rest of a string, after its '"', into reader->value. 0 or -1. */
static int string_read(struct json_reader *reader)
{
	size_t plain;

	reader->value.bytes = 0;
	if (text_add(&reader->value, "", 0))
		return -1;
	for (;;) {
		plain = strcspn(reader->at, "\"\\");
		if (text_add(&reader->value, reader->at, plain))
			return -1;
		reader->at += plain;
		if (!*reader->at)
			return -1;
		if (*reader->at++ == '"')
			return 0;
		if (escape_read(reader))
			return -1;
	}
}

/* Append to the path; returns what path_leave() takes to undo that. */
static size_t path_enter(struct json_reader *reader, const char *name)
{
	size_t before = reader->path_bytes, length = strlen(name);

	if (before + length < sizeof(reader->path))
		memcpy(reader->path + before, name, length + 1);
	reader->path_bytes = before + length;
	return before;
}

static void path_leave(struct json_reader *reader, size_t before)
{
	reader->path_bytes = before;
	if (before < sizeof(reader->path))
		reader->path[before] = 0;
}

/* Visit reader->value. */
static int value_visit(struct json_reader *reader)
{
	if (reader->path_bytes >= sizeof(reader->path))
		return 0;
	return reader->visit(reader->context, reader->path,
	                     reader->value.data ? reader->value.data : "");
}

/* The name of a member, its ':' and its value. */
static int member_read(struct json_reader *reader)
{
	size_t before, dot;
	int result;

	if (!is_next(reader, '"') || string_read(reader) || !is_next(reader, ':'))
		return -1;
	before = reader->path_bytes;
	dot = path_enter(reader, before ? "." : "");
	path_enter(reader, reader->value.data);
	result = value_read(reader);
	path_leave(reader, dot);
	return result;
}

static int object_read(struct json_reader *reader)
{
	int result;

	if (is_next(reader, '}'))
		return 0;
	do {
		result = member_read(reader);
		if (result)
			return result;
	} while (is_next(reader, ','));
	return is_next(reader, '}') ? 0 : -1;
}

static int array_read(struct json_reader *reader)
{
	size_t before = path_enter(reader, "[]");
	int result;

	if (is_next(reader, ']')) {
		path_leave(reader, before);
		return 0;
	}
	do {
		result = value_read(reader);
		if (result)
			return result;
	} while (is_next(reader, ','));
	path_leave(reader, before);
	return is_next(reader, ']') ? 0 : -1;
}

/* A number, which is visited, or true, false or null. */
static int word_read(struct json_reader *reader)
{
	static const char *const words[] = { "true", "false", "null" };
	size_t length = strspn(reader->at, "+-.0123456789eE"), i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strncmp(reader->at, words[i], strlen(words[i]))) {
			reader->at += strlen(words[i]);
			return 0;
		}
	}
	reader->value.bytes = 0;
	if (!length || text_add(&reader->value, reader->at, length))
		return -1;
	reader->at += length;
	return value_visit(reader);
}

static int value_read(struct json_reader *reader)
{
	int result = -1;

	if (is_next(reader, '"'))
		return string_read(reader) ? -1 : value_visit(reader);
	if (*reader->at != '{' && *reader->at != '[')
		return word_read(reader);
	if (++reader->depth > JSON_DEPTH_MAX)
		return -1;
	if (is_next(reader, '{'))
		result = object_read(reader);
	else if (is_next(reader, '['))
		result = array_read(reader);
	reader->depth--;
	return result;
}

int json_values_read(const char *text, json_value_visit *visit, void *context)
{
	struct json_reader reader = { .at = text, .visit = visit, .context = context };
	int result = value_read(&reader);

	if (!result) {
		space_skip(&reader);
		result = *reader.at ? -1 : 0;
	}
	text_release(&reader.value);
	return result;
}
