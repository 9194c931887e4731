/* text.c - numbers, columns, colour, and harmless strings. Layer 0. */
#include "text.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TERMINAL_COLUMNS_MIN 72
#define TERMINAL_COLUMNS_MAX 400
#define TERMINAL_COLUMNS_UNKNOWN 100 /* a pipe or a file */

const char *text_count(char *text, uint64_t count)
{
	char digits[24];
	size_t length, i, used = 0;

	length = (size_t)snprintf(digits, sizeof(digits), "%llu",
	                          (unsigned long long)count);
	for (i = 0; i < length; i++) {
		if (i && (length - i) % 3 == 0)
			text[used++] = ',';
		text[used++] = digits[i];
	}
	text[used] = 0;
	return text;
}

/* Three significant digits and a unit; exact below `step`. */
static const char *text_scaled(char *text, double value, double step, unsigned units,
                               const char *const *names, const char *gap)
{
	unsigned unit = 0;
	int decimals;

	/* 999.5 would be printed as 1000 of the smaller unit. */
	while (unit + 1 < units && value >= (unit ? 999.5 : step)) {
		value /= step;
		unit++;
	}
	decimals = unit == 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
	snprintf(text, TEXT_NUMBER_BYTES, "%.*f%s%s", decimals, value, gap, names[unit]);
	return text;
}

const char *text_s(uint64_t count)
{
	return count == 1 ? "" : "s";
}

const char *text_short(char *text, uint64_t count)
{
	static const char *const names[] = { "", "k", "M", "G", "T", "P", "E" };

	return text_scaled(text, (double)count, 1000, 7, names, "");
}

const char *text_size(char *text, uint64_t bytes)
{
	static const char *const names[] = {
		"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"
	};

	return text_scaled(text, (double)bytes, 1024, 7, names, " ");
}

const char *text_duration(char *text, uint64_t duration_ns)
{
	static const char *const names[] = { "ns", "us", "ms", "s" };
	uint64_t seconds = duration_ns / 1000000000;

	if (seconds >= 3600)
		snprintf(text, TEXT_NUMBER_BYTES, "%lluh%02u",
		         (unsigned long long)seconds / 3600, (unsigned)(seconds / 60 % 60));
	else if (seconds >= 100)
		snprintf(text, TEXT_NUMBER_BYTES, "%um%02us", (unsigned)(seconds / 60),
		         (unsigned)(seconds % 60));
	else
		text_scaled(text, (double)duration_ns, 1000, 4, names, " ");
	return text;
}

const char *text_percent(char *text, uint64_t part, uint64_t whole)
{
	double percent = whole ? 100.0 * (double)part / (double)whole : 0;

	if (!part || !whole)
		snprintf(text, TEXT_NUMBER_BYTES, "0%%");
	else if (percent < 0.1)
		snprintf(text, TEXT_NUMBER_BYTES, "<0.1%%");
	else
		snprintf(text, TEXT_NUMBER_BYTES, "%.*f%%", percent >= 99.95 ? 0 : 1, percent);
	return text;
}

size_t text_decode(const char *text, uint32_t *point)
{
	const unsigned char *at = (const unsigned char *)text;
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t bytes, i;

	if (at[0] < 0x80) {
		*point = at[0];
		return 1;
	}
	bytes = at[0] >= 0xf0 ? 4 : at[0] >= 0xe0 ? 3 : at[0] >= 0xc2 ? 2 : 0;
	if (!bytes || at[0] > 0xf4)
		return 0;
	*point = at[0] & (0x7fu >> bytes);
	for (i = 1; i < bytes; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
		*point = *point << 6 | (at[i] & 0x3f);
	}
	if (*point < least[bytes] || *point > 0x10ffff ||
	    (*point >= 0xd800 && *point < 0xe000))
		return 0;
	return bytes;
}

/* Controls, and the marks that reorder or hide what is shown. */
static bool is_obeyed(uint32_t point)
{
	return point < 0x20 || (point >= 0x7f && point < 0xa0) ||
	       (point >= 0x200b && point <= 0x200f) ||
	       (point >= 0x2028 && point <= 0x202e) ||
	       (point >= 0x2060 && point <= 0x206f) || point == 0xfeff ||
	       (point >= 0xe0000 && point <= 0xe0fff);
}

char *text_escape(char *to, size_t bytes, const char *from)
{
	const char *at = from;
	size_t used = 0, length;
	uint32_t point;

	if (!bytes)
		return to;
	while (*at) {
		length = text_decode(at, &point);
		if (used + (length ? length : 1) >= bytes)
			break;
		if (!length || is_obeyed(point)) {
			to[used++] = '?';
			at += length ? length : 1;
			continue;
		}
		memcpy(to + used, at, length);
		used += length;
		at += length;
	}
	to[used] = 0;
	return to;
}

size_t text_columns(const char *text)
{
	size_t columns = 0;

	for (; *text; text++)
		columns += ((unsigned char)*text & 0xc0) != 0x80;
	return columns;
}

/* The byte where column `columns` of the text begins. */
static size_t column_byte(const char *text, size_t columns)
{
	size_t at = 0;

	while (text[at]) {
		if (((unsigned char)text[at] & 0xc0) != 0x80 && columns-- == 0)
			break;
		at++;
	}
	return at;
}

char *text_fit(char *to, size_t bytes, const char *from, size_t columns, bool keep_end)
{
	size_t have, cut;

	text_escape(to, bytes, from);
	have = text_columns(to);
	if (have <= columns)
		return to;
	if (columns < 4) {
		to[column_byte(to, columns)] = 0;
	} else if (keep_end) {
		cut = column_byte(to, have - (columns - 2));
		/* cut >= 2: at least two characters are gone, so ".." fits in place. */
		memmove(to + 2, to + cut, strlen(to + cut) + 1);
		memcpy(to, "..", 2);
	} else {
		memcpy(to + column_byte(to, columns - 2), "..", 3);
	}
	return to;
}

size_t text_terminal_columns(FILE *file)
{
	const char *variable = getenv("COLUMNS");
	struct winsize size;
	size_t columns = TERMINAL_COLUMNS_UNKNOWN;

	if (variable && atoi(variable) > 0)
		columns = (size_t)atoi(variable);
	else if (!ioctl(fileno(file), TIOCGWINSZ, &size) && size.ws_col)
		columns = size.ws_col;
	if (columns < TERMINAL_COLUMNS_MIN)
		columns = TERMINAL_COLUMNS_MIN;
	return columns > TERMINAL_COLUMNS_MAX ? TERMINAL_COLUMNS_MAX : columns;
}

bool text_has_colour(FILE *file)
{
	const char *no_colour = getenv("NO_COLOR"), *terminal = getenv("TERM");

	if (no_colour && *no_colour)
		return false;
	if (!terminal || !*terminal || !strcmp(terminal, "dumb"))
		return false;
	return isatty(fileno(file));
}

static int text_reserve(struct text *text, size_t more_bytes)
{
	size_t capacity = text->capacity ? text->capacity : 256;
	char *data;

	if (more_bytes > SIZE_MAX / 2 - text->bytes)
		return -1;
	while (capacity < text->bytes + more_bytes + 1)
		capacity *= 2;
	if (capacity == text->capacity)
		return 0;
	data = realloc(text->data, capacity);
	if (!data)
		return -1;
	text->data = data;
	text->capacity = capacity;
	return 0;
}

int text_add(struct text *text, const char *data, size_t bytes)
{
	if (text_reserve(text, bytes))
		return -1;
	if (bytes)
		memcpy(text->data + text->bytes, data, bytes);
	text->bytes += bytes;
	text->data[text->bytes] = 0;
	return 0;
}

int text_printf(struct text *text, const char *format, ...)
{
	va_list args;
	int bytes;

	va_start(args, format);
	bytes = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (bytes < 0 || text_reserve(text, (size_t)bytes))
		return -1;
	va_start(args, format);
	vsnprintf(text->data + text->bytes, (size_t)bytes + 1, format, args);
	va_end(args);
	text->bytes += (size_t)bytes;
	return 0;
}

void text_release(struct text *text)
{
	free(text->data);
	*text = (struct text){ NULL, 0, 0 };
}
