/* verdict/suppressions.c - read suppressions, and match them. */
#include "verdict/suppressions.h"

#include "base/array.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TYPE "leak:"
/* the byte order mark of UTF-8: some Windows editors write it */
#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define FILE_BYTES_MAX ((size_t)16 << 20)
#define SHOWN_BYTES 60 /* bytes shown of an invalid line */

/* ---- matching -------------------------------------------------------------------------- */

/*
 * Find the next part of a pattern (up to a `*`) in the text, and move past it. If the pattern
 * says so, only at the beginning or at the end of the text.
 */
static bool part_find(const char **text, const char *part, size_t bytes, bool is_first,
                      bool is_last)
{
	size_t left = strlen(*text);
	const char *at;

	if (left < bytes)
		return false;
	if (is_last)
		at = *text + left - bytes;
	else if (is_first)
		at = *text;
	else
		at = memmem(*text, left, part, bytes);
	if (!at || (is_first && at != *text) || memcmp(at, part, bytes) != 0)
		return false;
	*text = at + bytes;
	return true;
}

bool suppression_matches(const char *pattern, const char *text)
{
	bool is_first = *pattern == '^', is_last, is_any = false;
	size_t bytes;

	if (!*text)
		return false;
	/*
	 * Taking the first match of each part is enough: it leaves the most text for the parts
	 * after it.
	 */
	for (pattern += is_first; *pattern; pattern += bytes) {
		if (*pattern == '*') {
			bytes = 1;
			is_first = false;
			is_any = true;
			continue;
		}
		bytes = strcspn(pattern, "*$");
		is_last = pattern[bytes] == '$';
		/* as in LSan, a `$` alone matches nothing: it would hide all blocks */
		if (is_last && !bytes)
			return is_any;
		if (!part_find(&text, pattern, bytes, is_first, is_last))
			return false;
		if (is_last)
			return true;
		is_first = is_any = false;
	}
	return true;
}

/* ---- reading --------------------------------------------------------------------------- */

/* Read the whole file and add a NUL; *bytes does not count it. On failure NULL and *error. */
static char *text_read(const char *file, size_t *bytes, struct error *error)
{
	FILE *stream = fopen(file, "re");
	char *text = NULL;
	bool failed;

	if (!stream) {
		error_set(error, "%s: cannot be opened: %s", file, strerror(errno));
		return NULL;
	}
	/* one byte more than allowed, so that a longer file is noticed */
	text = malloc(FILE_BYTES_MAX + 1);
	if (text)
		*bytes = fread(text, 1, FILE_BYTES_MAX + 1, stream);
	failed = ferror(stream);
	if (!text)
		error_set(error, "%s: out of memory", file);
	else if (failed)
		error_set(error, "%s: cannot be read: %s", file, strerror(errno));
	else if (*bytes > FILE_BYTES_MAX)
		error_set(error, "%s: is no list of suppressions: it has more than 16 MiB",
		          file);
	fclose(stream);
	if (text && !failed && *bytes <= FILE_BYTES_MAX) {
		text[*bytes] = 0;
		return text;
	}
	free(text);
	return NULL;
}

static int rule_add(struct suppressions *suppressions, const char *pattern,
                    const char *file, uint32_t line)
{
	if (array_reserve(suppressions->rules, suppressions->capacity,
	                  suppressions->count + 1))
		return -1;
	suppressions->rules[suppressions->count++] = (struct suppression){ pattern, file,
		                                                               line };
	return 0;
}

/* Parse one line, without blanks around it. */
static int line_read(struct suppressions *suppressions, const char *text,
                     const char *file, uint32_t line, struct error *error)
{
	if (!*text || *text == '#')
		return 0;
	if (strncmp(text, TYPE, strlen(TYPE)) != 0)
		return error_set(error,
		                 "%s:%u: '%.*s' is no suppression of leaks: it takes "
		                 "leak:PATTERN, or a comment that begins with #",
		                 file, line, SHOWN_BYTES, text);
	if (!text[strlen(TYPE)])
		return error_set(error,
		                 "%s:%u: 'leak:' without a pattern would hide all blocks", file,
		                 line);
	if (rule_add(suppressions, text + strlen(TYPE), file, line))
		return error_set(error, "%s: out of memory", file);
	return 0;
}

/* Bytes that no line of text contains. */
static int zero_check(const char *text, size_t bytes, const char *file,
                      struct error *error)
{
	const char *zero = memchr(text, 0, bytes), *at;
	uint32_t line = 1;

	if (!zero)
		return 0;
	for (at = text; at < zero; at++)
		line += *at == '\n';
	return error_set(
		error,
		"%s:%u: has a byte of 0, so it is no list of suppressions: it takes "
		"lines of leak:PATTERN, in UTF-8",
		file, line);
}

/* Read the text of a file; `suppressions` owns it. On failure NULL and *error. */
static char *text_take(struct suppressions *suppressions, const char *file,
                       struct error *error)
{
	size_t bytes = 0;
	char *text;

	if (array_reserve(suppressions->texts, suppressions->text_capacity,
	                  suppressions->text_count + 1)) {
		error_set(error, "%s: out of memory", file);
		return NULL;
	}
	text = text_read(file, &bytes, error);
	if (!text)
		return NULL;
	suppressions->texts[suppressions->text_count++] = text;
	return zero_check(text, bytes, file, error) ? NULL : text;
}

/*
 * The lines are ended in place by NULs, and the patterns point into the text, which is kept.
 * Only blanks around a line are removed: those in a pattern are part of it.
 */
int suppressions_read(struct suppressions *suppressions, const char *file,
                      struct error *error)
{
	char *at = text_take(suppressions, file, error), *line_end, *trimmed;
	uint32_t line = 0;

	if (!at)
		return -1;
	if (!strncmp(at, BYTE_ORDER_MARK, strlen(BYTE_ORDER_MARK)))
		at += strlen(BYTE_ORDER_MARK);
	while (at) {
		line++;
		line_end = strchr(at, '\n');
		trimmed = line_end ? line_end : at + strlen(at);
		while (trimmed > at && strchr(" \t\r\v\f", trimmed[-1]))
			trimmed--;
		*trimmed = 0;
		if (line_read(suppressions, at + strspn(at, " \t"), file, line, error))
			return -1;
		at = line_end ? line_end + 1 : NULL;
	}
	return 0;
}

void suppressions_release(struct suppressions *suppressions)
{
	size_t i;

	for (i = 0; i < suppressions->text_count; i++)
		free(suppressions->texts[i]);
	free(suppressions->texts);
	free(suppressions->rules);
	*suppressions = (struct suppressions){ .rules = NULL };
}
