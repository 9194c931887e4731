/* base/text.c - formats numbers, measures columns, and makes strings harmless. */
#include "base/text.h"

#include "base/array.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define TERMINAL_COLUMNS_MIN 40
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

	/* From 999.5 on, a number would be printed as 1000 of the smaller unit. */
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
	else if (part < whole && percent >= 99.95)
		snprintf(text, TEXT_NUMBER_BYTES, "99.9%%"); /* 100% only if it is all */
	else
		snprintf(text, TEXT_NUMBER_BYTES, "%.*f%%", percent >= 99.95 ? 0 : 1, percent);
	return text;
}

/*
 * Decode strictly: no overlong forms, no surrogates, nothing beyond 0x10ffff. A NUL is no
 * continuation byte, so a sequence that is cut short is never read beyond the string's end.
 */
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

/* Control characters, and characters that reorder or hide text. */
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

/* ---- columns ------------------------------------------------------------------------- */

struct point_range {
	uint32_t first, last;
};

static bool is_in(const struct point_range *ranges, size_t count, uint32_t point)
{
	size_t low = 0, high = count, middle;

	while (low < high) {
		middle = (low + high) / 2;
		if (ranges[middle].last < point)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && ranges[low].first <= point;
}

size_t text_point_columns(uint32_t point)
{
	/* Unicode's East_Asian_Width W and F, including the unassigned gaps between them. */
	static const struct point_range wide[] = {
		{ 0x1100, 0x115f },   { 0x231a, 0x231b },   { 0x2329, 0x232a },
		{ 0x23e9, 0x23ec },   { 0x23f0, 0x23f0 },   { 0x23f3, 0x23f3 },
		{ 0x25fd, 0x25fe },   { 0x2614, 0x2615 },   { 0x2630, 0x2637 },
		{ 0x2648, 0x2653 },   { 0x267f, 0x267f },   { 0x268a, 0x268f },
		{ 0x2693, 0x2693 },   { 0x26a1, 0x26a1 },   { 0x26aa, 0x26ab },
		{ 0x26bd, 0x26be },   { 0x26c4, 0x26c5 },   { 0x26ce, 0x26ce },
		{ 0x26d4, 0x26d4 },   { 0x26ea, 0x26ea },   { 0x26f2, 0x26f3 },
		{ 0x26f5, 0x26f5 },   { 0x26fa, 0x26fa },   { 0x26fd, 0x26fd },
		{ 0x2705, 0x2705 },   { 0x270a, 0x270b },   { 0x2728, 0x2728 },
		{ 0x274c, 0x274c },   { 0x274e, 0x274e },   { 0x2753, 0x2755 },
		{ 0x2757, 0x2757 },   { 0x2795, 0x2797 },   { 0x27b0, 0x27b0 },
		{ 0x27bf, 0x27bf },   { 0x2b1b, 0x2b1c },   { 0x2b50, 0x2b50 },
		{ 0x2b55, 0x2b55 },   { 0x2e80, 0x303e },   { 0x3041, 0xa4cf },
		{ 0xa960, 0xa97f },   { 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },
		{ 0xfe10, 0xfe19 },   { 0xfe30, 0xfe6f },   { 0xff01, 0xff60 },
		{ 0xffe0, 0xffe6 },   { 0x16fe0, 0x18dff }, { 0x1aff0, 0x1b2ff },
		{ 0x1d300, 0x1d37f }, { 0x1f004, 0x1f004 }, { 0x1f0cf, 0x1f0cf },
		{ 0x1f18e, 0x1f18e }, { 0x1f191, 0x1f19a }, { 0x1f200, 0x1f64f },
		{ 0x1f680, 0x1f6ff }, { 0x1f7e0, 0x1f7f0 }, { 0x1f90c, 0x1faff },
		{ 0x20000, 0x3fffd },
	};
	/*
	 * Combining marks of the Latin, Greek and Cyrillic scripts; those of others count as 1.
	 */
	static const struct point_range marks[] = {
		{ 0x0300, 0x036f }, { 0x1ab0, 0x1ace }, { 0x1dc0, 0x1dff },
		{ 0x20d0, 0x20f0 }, { 0xfe20, 0xfe2f },
	};

	if (point < 0x300)
		return 1;
	if (is_in(marks, sizeof(marks) / sizeof(*marks), point))
		return 0;
	return is_in(wide, sizeof(wide) / sizeof(*wide), point) ? 2 : 1;
}

/* Returns the bytes of the character at `text` (not the final NUL). *columns: its columns. */
static size_t point_bytes(const char *text, size_t *columns)
{
	uint32_t point;
	size_t bytes = text_decode(text, &point);

	*columns = bytes ? text_point_columns(point) : 1;
	return bytes ? bytes : 1;
}

size_t text_columns(const char *text)
{
	size_t columns = 0, more;

	while (*text) {
		text += point_bytes(text, &more);
		columns += more;
	}
	return columns;
}

/* How many bytes of the text fit into `columns`. */
static size_t bytes_within(const char *text, size_t columns)
{
	size_t at = 0, bytes, more;

	while (text[at]) {
		bytes = point_bytes(text + at, &more);
		if (more > columns)
			break;
		columns -= more;
		at += bytes;
	}
	return at;
}

/* The first byte from which the rest takes at most `columns`; never a combining mark. */
static size_t byte_before_end(const char *text, size_t columns)
{
	size_t have = text_columns(text), at = 0, bytes, more;

	while (text[at]) {
		bytes = point_bytes(text + at, &more);
		if (have <= columns && more)
			break;
		have -= more;
		at += bytes;
	}
	return at;
}

static bool is_digit(char character)
{
	return character >= '0' && character <= '9';
}

size_t text_unit_bytes(const char *text)
{
	static const char *const units[] = { "B",   "KiB", "MiB", "GiB", "TiB", "PiB",
		                                 "EiB", "ns",  "us",  "ms",  "s" };
	size_t i, bytes;

	for (i = 0; i < sizeof(units) / sizeof(*units); i++) {
		bytes = strlen(units[i]);
		if (!strncmp(text, units[i], bytes) &&
		    (!text[bytes] || strchr(" ,;:.)\033", text[bytes])))
			return bytes;
	}
	return 0;
}

/* Whether text[at] continues a number that began before it. */
static bool is_in_number(const char *text, size_t at)
{
	if (!at)
		return false;
	if (is_digit(text[at]))
		return is_digit(text[at - 1]) ||
		       (at > 1 && (text[at - 1] == ',' || text[at - 1] == '.') &&
		        is_digit(text[at - 2]));
	return is_digit(text[at - 1]) && (text[at] == ',' || text[at] == '.') &&
	       is_digit(text[at + 1]);
}

size_t text_number_start(const char *text, size_t at)
{
	size_t start = at, space = at;

	/* A unit belongs to its number. */
	while (space && text[space] != ' ')
		space--;
	if (space && is_digit(text[space - 1]) && text_unit_bytes(text + space + 1))
		start = space - 1;
	while (is_in_number(text, start))
		start--;
	return start && strchr(" (", text[start - 1]) ? start : at;
}

/* How many of `columns` the start of a name gets: half, or what an ending "+0x12" leaves. */
static size_t head_of_both(const char *name, size_t columns)
{
	const char *offset = strstr(name, "+0x");
	size_t end = offset ? text_columns(offset) : 0;

	if (end > columns / 2)
		return columns > end ? columns - end : 0;
	return (columns + 1) / 2;
}

/*
 * Escape first: only then are the columns known. A cut is between characters; if only the
 * start is kept, also not within a number, since half of it would be read as another number.
 */
char *text_fit(char *to, size_t bytes, const char *from, size_t columns,
               enum text_keep keep)
{
	size_t have, head, tail, head_columns = 0;

	text_escape(to, bytes, from);
	have = text_columns(to);
	if (have <= columns)
		return to;
	if (columns < 4) {
		to[bytes_within(to, columns)] = 0;
		return to;
	}
	if (keep != TEXT_KEEP_END)
		head_columns = keep == TEXT_KEEP_START ? columns - 2
		                                       : head_of_both(to, columns - 2);
	head = bytes_within(to, head_columns);
	if (keep == TEXT_KEEP_START) {
		head = text_number_start(to, head);
		tail = strlen(to);
	} else {
		head_columns = have - text_columns(to + head);
		tail = byte_before_end(to, columns - 2 - head_columns);
	}
	/* At least three columns are left out, so ".." fits in place. */
	memmove(to + head + 2, to + tail, strlen(to + tail) + 1);
	memcpy(to + head, "..", 2);
	return to;
}

static struct {
	int terminal; /* 0: there is no pager */
	bool has_colour;
} paged;

void text_paged(int terminal, bool has_colour)
{
	paged.terminal = terminal;
	paged.has_colour = has_colour;
}

/* The descriptor of the terminal on which the file is shown, if on any. */
static int shown_on(FILE *file)
{
	return paged.terminal && fileno(file) == STDOUT_FILENO ? paged.terminal
	                                                       : fileno(file);
}

/* $COLUMNS goes before the terminal's own width, so that a user or a test can set it. */
size_t text_terminal_columns(FILE *file)
{
	const char *variable = getenv("COLUMNS");
	struct winsize size;
	size_t columns = TERMINAL_COLUMNS_UNKNOWN;

	if (variable && atoi(variable) > 0)
		columns = (size_t)atoi(variable);
	else if (!ioctl(shown_on(file), TIOCGWINSZ, &size) && size.ws_col)
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
	return isatty(shown_on(file)) &&
	       (shown_on(file) == fileno(file) || paged.has_colour);
}

static int text_reserve(struct text *text, size_t more_bytes)
{
	if (more_bytes > SIZE_MAX / 2 - text->bytes)
		return -1;
	return array_reserve(text->data, text->capacity, text->bytes + more_bytes + 1);
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

/* Format twice: the first pass only measures. */
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
